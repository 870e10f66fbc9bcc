// Options of sockets against what Linux 6.18 answered for fresh sockets of TCP, UDP and UNIX: read into buffers of several sizes, set to several values and
// read back. A row: kind, level, name, answers by room, answers by value with what is read back into twenty bytes. An answer: result, length, bytes.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { fromHex, toHex } from '../base/index.ts'
import { createSock, type Sock } from './sock.ts'
import { getOption, programMay, setOption } from './socket-options.ts'

type Answer = readonly [result: number, length: number, hex: string]
type Row = readonly [
  kind: string,
  level: number,
  name: number,
  Readonly<Record<string, Answer>>,
  Readonly<Record<string, readonly [number, Answer]>>,
]

const rows = gunzipSync(readFileSync(join(import.meta.dirname, 'fixtures/socket-options.json.gz')))
  .toString()
  .split('\n')
  .map((line) => JSON.parse(line) as Row)

const KINDS: Readonly<Record<string, readonly [family: number, type: number, protocol: number]>> = {
  tcp: [2, 1, 6],
  udp: [2, 2, 17],
  unix: [1, 1, 0],
}

function fresh(kind: string): Sock {
  const [family, type, protocol] = KINDS[kind]
  return Object.assign(createSock(1), { family, type, protocol })
}

/** The cookie is a number of the kernel's own, and the congestion control that is usual a matter of how it was built. */
const differs = (level: number, name: number): boolean => (level === 1 && (name === 57 || name === 71)) || (level === 6 && name === 13)

function get(sock: Sock, level: number, name: number, room: number): string {
  const got = getOption(sock, level, name, room, () => 1)
  return got === undefined ? 'not modelled' : typeof got === 'number' ? String(got) : differs(level, name) ? '0' : `0 ${toHex(got)}`
}

const shown = ([result, , hex]: Answer, level: number, name: number): string =>
  result !== 0 ? String(result) : differs(level, name) ? '0' : `0 ${hex}`

test('are read as Linux reads them', () => {
  const wanted: string[] = []
  const ours: string[] = []
  for (const [kind, level, name, answers] of rows) {
    for (const [room, answer] of Object.entries(answers)) {
      const got = get(fresh(kind), level, name, Number(room))
      if (got === 'not modelled') continue
      ours.push(`${kind} ${level} ${name} into ${room}: ${got}`)
      wanted.push(`${kind} ${level} ${name} into ${room}: ${shown(answer, level, name)}`)
    }
  }
  expect(wanted.length).toBeGreaterThan(500)
  expect(ours).toEqual(wanted)
})

test('are set as Linux sets them', () => {
  const wanted: string[] = []
  const ours: string[] = []
  for (const [kind, level, name, , values] of rows) {
    for (const [hex, [result, back]] of Object.entries(values)) {
      const sock = fresh(kind)
      const err = setOption(sock, level, name, fromHex(hex)!)
      if (err === undefined) continue
      ours.push(`${kind} ${level} ${name} = ${hex}: ${err}, ${get(sock, level, name, 20)}`)
      wanted.push(`${kind} ${level} ${name} = ${hex}: ${result}, ${shown(back, level, name)}`)
    }
  }
  expect(wanted.length).toBeGreaterThan(1000)
  expect(ours).toEqual(wanted)
})

test('programs may set few of them, with numbers of four bytes', () => {
  const tcp = fresh('tcp')
  expect([
    programMay(tcp, 1, 36, 4),
    programMay(tcp, 1, 36, 8),
    programMay(tcp, 1, 13, 8),
    programMay(tcp, 6, 1, 4),
    programMay(tcp, 6, 3, 4),
  ]).toEqual([0, -22, -22, 0, -22])
  expect([programMay(fresh('udp'), 6, 1, 4), programMay(tcp, 6, 13, 6), programMay(tcp, 0, 1, 4), programMay(tcp, 17, 1, 4)]).toEqual([
    -22, 0, 0, -22,
  ])
})
