import { expect, test } from 'vitest'
import type { BuildReport, ProgramReport, Verdict } from '../../engine/index.ts'
import { answers } from './select.ts'

const verdict = (change: Partial<Verdict>): Verdict => ({
  verdict: 'accepted',
  errno: 0,
  message: '',
  insn: -1,
  line: 0,
  processed: 40,
  totalStates: 3,
  peakStates: 3,
  maxStatesPerInsn: 0,
  stackDepth: '8',
  ...change,
})
const program = (name: string, change: Partial<Verdict> = {}): ProgramReport => ({
  name,
  section: 'xdp',
  type: 'xdp',
  insnCount: 10,
  listing: [],
  verdict: verdict(change),
})
const report = (change: Partial<BuildReport>): BuildReport => ({
  revision: 1,
  diagnostics: [],
  programs: [],
  attached: 0,
  packets: [],
  passed: 0,
  dropped: 0,
  totalTicks: 0,
  activations: 0,
  events: 0,
  ms: { compile: 0, verify: 0, run: 0 },
  notRun: '',
  notRunFeature: '',
  ...change,
})

test('nothing is said before the first build', () => {
  expect(answers('starting', undefined).compile).toEqual({ kind: 'waiting', phase: 'starting' })
})
test('errors say nothing about verifier and run', () => {
  const error = { code: 'c.expected', severity: 'error', params: [';'], labels: [], fixes: [] } as const
  expect(answers('ready', report({ diagnostics: [error], notRun: 'errors' }))).toEqual({
    compile: { kind: 'errors', errors: 1, warnings: 0 },
    verify: { kind: 'none' },
    run: { kind: 'none' },
  })
})
test('the first program that is not accepted speaks for all', () => {
  const rejected = program('b', {
    verdict: 'rejected',
    message: 'invalid access to packet, off=12\nR1 offset is outside of the packet',
    insn: 7,
    line: 12,
  })
  const { verify, compile, run } = answers('ready', report({ programs: [program('a'), rejected], notRun: 'rejected' }))
  expect(verify).toEqual({
    kind: 'rejected',
    message: 'invalid access to packet, off=12 / R1 offset is outside of the packet',
    line: 12,
    insn: 7,
    program: 'b',
  })
  expect(compile).toEqual({ kind: 'compiled', insns: 20, warnings: 0 })
  expect(run).toEqual({ kind: 'not-run' })
})
test('what is not simulated is neither', () => {
  const { verify } = answers('ready', report({ programs: [program('a', { verdict: 'unsupported', feature: 'dynptr', message: '' })] }))
  expect(verify).toEqual({ kind: 'unsupported', feature: 'dynptr', line: 0 })
})
test('packets are counted by outcome', () => {
  const packets = Array.from({ length: 5 }, () => ({}) as BuildReport['packets'][number])
  expect(answers('ready', report({ programs: [program('a')], packets, passed: 3, dropped: 1 })).run).toEqual({
    kind: 'ran',
    packets: 5,
    runs: 0,
    passed: 3,
    dropped: 1,
    other: 1,
  })
})
