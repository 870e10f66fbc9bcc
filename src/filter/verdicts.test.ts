// The same filters three times over the shipped capture and over frames of every kind: classic BPF here, eBPF on the simulated kernel, and
// tcpdump where it is installed.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Program } from '../isa/index.ts'
import { createKernel, loadProgram, testRunOn } from '../kernel/index.ts'
import { readCapture, writePcap } from '../packet/index.ts'
import { verify } from '../verifier/index.ts'
import { FRAMES } from './fixtures/frames.ts'
import { type ClassicInsn, parseFilter, runClassic, toClassic, toExtended } from './index.ts'

const shipped = join(import.meta.dirname, '../engine/captures/first-steps.pcap')
const frames = [...readCapture(new Uint8Array(readFileSync(shipped))).packets.map((p) => p.data), ...FRAMES]
const filters = readFileSync(join(import.meta.dirname, 'fixtures/expressions.txt'), 'utf8')
  .trim()
  .split('\n')

function classicOf(filter: string): readonly ClassicInsn[] {
  const { expression, diagnostics } = parseFilter(filter)
  const classic = expression && toClassic(expression)
  if (!classic?.insns)
    throw new Error(`${filter}: ${[...diagnostics, ...(classic?.diagnostics ?? [])].map((d) => `${d.code} ${d.params}`)}`)
  return classic.insns
}

const taken = (verdict: (data: Uint8Array) => number): number[] => frames.flatMap((data, i) => (verdict(data) === 0 ? [] : [i]))

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

test('eBPF is accepted and answers as classic BPF', () => {
  for (const filter of filters) {
    const program = programOf(filter)
    expect([filter, verify(program, { logLevel: 1 }).message]).toEqual([filter, ''])
    const kernel = createKernel()
    const loaded = loadProgram(kernel, program)
    if (!loaded.ok) throw new Error(filter)
    const classic = classicOf(filter)
    for (const data of frames) {
      if (data.length <= 14) continue
      const run = testRunOn(kernel, loaded.program, { data, repeat: 1 })
      // Linux's test run refuses a frame that is too short for the protocol that it names.
      if (run.errno !== 0) continue
      expect([filter, Buffer.from(data).toString('hex'), run.fault?.text ?? '', run.retval]).toEqual([
        filter,
        Buffer.from(data).toString('hex'),
        '',
        runClassic(classic, data),
      ])
    }
  }
})

/** The seconds of a capture's packets, as they stand in it (pcap, little-endian). */
function seconds(pcap: Buffer): number[] {
  const out: number[] = []
  for (let at = 24; at < pcap.length; at += 16 + pcap.readUInt32LE(at + 8)) out.push(pcap.readUInt32LE(at))
  return out
}

describe.skipIf(spawnSync('tcpdump', ['--version']).status !== 0)('tcpdump takes the same packets', () => {
  test(`of ${filters.length} filters over ${frames.length} frames`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'filter-'))
    try {
      const file = join(folder, 'frames.pcap')
      // The time says which frame it is.
      writeFileSync(file, writePcap(frames.map((data, i) => ({ atNs: i * 1_000_000_000, data }))))
      const differ: string[] = []
      for (const filter of filters) {
        const { stdout, stderr, status } = spawnSync('tcpdump', ['-r', file, '-nn', '-w', '-', '--', filter], { maxBuffer: 1 << 26 })
        const none = stderr.includes('expression rejects all packets')
        if (status !== 0 && !none) {
          differ.push(`${filter}: tcpdump says ${stderr.toString().trim().split('\n').at(-1)}`)
          continue
        }
        const theirs = none ? [] : seconds(stdout)
        const ours = taken((data) => runClassic(classicOf(filter), data))
        if (String(ours) !== String(theirs)) differ.push(`${filter}: ours [${ours}] theirs [${theirs}]`)
      }
      expect(differ).toEqual([])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
