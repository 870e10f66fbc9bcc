// The same filter three times over the shipped capture: classic BPF here, eBPF on the simulated kernel, and tcpdump where it is installed.
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Program } from '../isa/index.ts'
import { testRun } from '../kernel/index.ts'
import { readCapture } from '../packet/index.ts'
import { verify } from '../verifier/index.ts'
import { parseFilter, runClassic, toClassic, toExtended } from './index.ts'

const file = join(import.meta.dirname, '../engine/captures/first-steps.pcap')
const { packets } = readCapture(new Uint8Array(readFileSync(file)))

const FILTERS = [
  'ip',
  'ip6',
  'arp',
  'icmp',
  'icmp6',
  'tcp port 80',
  'dst port 8080',
  'udp',
  'host 10.0.0.1',
  'src host 10.0.0.2 and not tcp',
  'port 53 or arp',
  'not (tcp or udp)',
]

function classicOf(filter: string) {
  const { expression } = parseFilter(filter)
  return toClassic(expression!).insns!
}

/** As a tc program, which sees the Ethernet header as tcpdump does. */
function programOf(filter: string): Program {
  const code = toExtended(classicOf(filter))
  return {
    name: '',
    section: '',
    type: 'sched_cls',
    attachType: 0,
    license: 'GPL',
    flags: 0,
    code,
    maps: [],
    lines: [],
    spans: [],
    subprogs: [],
    vars: [],
  }
}

const taken = (verdict: (data: Uint8Array) => number) => packets.flatMap((p, i) => (verdict(p.data) === 0 ? [] : [i]))

describe.each(FILTERS)('%s', (filter) => {
  const classic = taken((data) => runClassic(classicOf(filter), data))
  test('eBPF is accepted and answers as classic BPF', () => {
    const program = programOf(filter)
    expect(verify(program, { logLevel: 1 }).message).toBe('')
    expect(taken((data) => testRun({ program, data }).retval)).toEqual(classic)
  })
  test.skipIf(spawnSync('tcpdump', ['--version']).status !== 0)('tcpdump takes the same packets', () => {
    const out = execFileSync('tcpdump', ['-r', file, '-nn', '-tt', '-t', '-w', '-', filter], { stdio: ['ignore', 'pipe', 'ignore'] })
    const theirs = readCapture(new Uint8Array(out)).packets.map((p) => Buffer.from(p.data).toString('hex'))
    expect(classic.map((i) => Buffer.from(packets[i].data).toString('hex'))).toEqual(theirs)
  })
})
