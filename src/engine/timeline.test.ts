// Going anywhere on the timeline by any way shows the same machine.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { helperByName } from '../abi/index.ts'
import { toHex } from '../base/index.ts'
import { makeSource, renderDiagnostics } from '../diag/index.ts'
import { assemble, type Program } from '../isa/index.ts'
import { packetBytes } from '../kernel/index.ts'
import { moveTo } from './moves.ts'
import { traceStep } from './step-trace.ts'
import { createScenarioRun, packetAt, runNextPacket, seek, type Timeline } from './timeline.ts'

function program(text: string): Program {
  const source = makeSource('t.s', text)
  const { program, diagnostics } = assemble(source, { helper: (name) => helperByName(name)?.id })
  if (!program) throw new Error(renderDiagnostics(diagnostics, () => source))
  return program
}

/** Counts packets in an array map, writes the count into the packet, loops as often as the packet's first byte says. */
const COUNTER = `
.type xdp
.map counts array 4 8 2
  r6 = *(u32 *)(r1 + 0)
  r7 = *(u8 *)(r6 + 0)
  *(u32 *)(r10 - 4) = 0
  r2 = r10
  r2 += -4
  r1 = map[counts] ll
  call bpf_map_lookup_elem
  if r0 == 0 goto out
  r1 = *(u64 *)(r0 + 0)
  r1 += 1
  *(u64 *)(r0 + 0) = r1
  *(u8 *)(r6 + 1) = r1
loop:
  if r7 == 0 goto out
  r7 += -1
  goto loop
out:
  r0 = 2
  exit
`

/** Arms the timer of the only value for 2 ms later, and returns how often it has called back. */
const TIMER = `
.type xdp
.map slots array 4 24 1
  *(u32 *)(r10 - 4) = 0
  r2 = r10
  r2 += -4
  r1 = map[slots] ll
  call bpf_map_lookup_elem
  if r0 == 0 goto out
  r6 = r0
  r7 = r0
  r7 += 8
  r1 = r7
  r2 = map[slots] ll
  r3 = 1
  call bpf_timer_init
  r1 = r7
  r2 = each ll
  call bpf_timer_set_callback
  r1 = r7
  r2 = 2000000
  r3 = 0
  call bpf_timer_start
  r0 = *(u32 *)(r6 + 0)
out:
  exit
each:
  r1 = *(u32 *)(r3 + 0)
  r1 += 1
  *(u32 *)(r3 + 0) = r1
  r0 = 0
  exit
`

function timeline(counts: readonly number[]): Timeline {
  const arrivals = counts.map((n, i) => ({ atNs: i * 1000, data: Uint8Array.from({ length: 60 }, (_, k) => (k === 0 ? n : 0)) }))
  const created = createScenarioRun(program(COUNTER), arrivals, { seed: 1, maps: [] })
  if (!created.ok) throw new Error(`${created.errno} ${created.unsupported}`)
  while (runNextPacket(created.timeline) === 'more');
  return created.timeline
}

/** Everything that a page would show at a tick. */
function look(t: Timeline, tick: number): string {
  const packet = packetAt(t, tick)
  seek(t, packet, tick - t.runs[packet].firstTick)
  const { machine, maps } = t.kernel
  const entries = maps.map((m) => m.entries().map((e) => toHex(e.value)))
  return JSON.stringify([
    machine.pc,
    machine.steps,
    [...machine.lo.subarray(0, 11)],
    [...machine.hi.subarray(0, 11)],
    toHex(packetBytes(t.kernel)),
    entries,
  ])
}

describe('timeline', () => {
  test('each packet sees the maps that the one before left', () => {
    const t = timeline([0, 3, 200])
    expect(t.runs.map((r) => [r.result.retval, r.result.dataOut[1], r.result.fault])).toEqual([
      [2, 1, ''],
      [2, 2, ''],
      [2, 3, ''],
    ])
    expect(t.runs.map((r) => r.steps)).toEqual([15, 24, 615])
    expect(t.totalTicks).toBe(15 + 24 + 615 + 3)
  })

  test('any order of visits shows what going straight there shows', () => {
    const t = timeline([2, 5, 0, 9])
    const straight = Array.from({ length: t.totalTicks }, (_, tick) => look(t, tick))
    expect(new Set(straight).size).toBe(t.totalTicks)
    fc.assert(
      fc.property(fc.array(fc.nat(t.totalTicks - 1), { minLength: 1, maxLength: 20 }), (visits) => {
        for (const tick of visits) expect(look(t, tick)).toBe(straight[tick])
      }),
      { numRuns: 100 },
    )
  })

  test('a run longer than the distance of keyframes is seekable', () => {
    const t = timeline([255])
    const long = createScenarioRun(
      program(COUNTER.replace('r7 = *(u8 *)(r6 + 0)', 'r7 = 70000')),
      [{ atNs: 0, data: new Uint8Array(60) }],
      { seed: 1, maps: [] },
    )
    if (!long.ok) throw new Error('not loaded')
    while (runNextPacket(long.timeline) === 'more');
    const far = look(long.timeline, 150_000)
    expect(long.timeline.keyframes.length).toBeGreaterThan(2)
    look(long.timeline, 3)
    expect(look(long.timeline, 150_000)).toBe(far)
    expect(t.keyframes.length).toBe(1)
  })

  test('many packets share keyframes', () => {
    const t = timeline(new Array(1500).fill(1))
    expect(t.keyframes.length).toBeLessThanOrEqual(512)
    expect(look(t, t.runs[1499].firstTick)).not.toBe(look(t, t.runs[1498].firstTick))
    expect(t.runs[1499].result.dataOut[1]).toBe(1500 & 255)
  })

  test('packets that ran as compiled code show what interpreted ones do', () => {
    const bytes = Array.from({ length: 80 }, (_, i) => (i * 7) & 3)
    const few = timeline(bytes.slice(0, 40))
    const many = timeline(bytes)
    expect(few.kernel.engine).not.toBe(many.kernel.engine)
    expect(many.runs.slice(0, 40)).toEqual(few.runs)
    for (const tick of [few.totalTicks - 1, 5, 200, 0, 77]) expect(look(many, tick)).toBe(look(few, tick))
  })

  test('timers call back when their time has come', () => {
    const at = (ms: number) => ({ atNs: ms * 1e6, data: new Uint8Array(60) })
    const created = createScenarioRun(program(TIMER), [at(0), at(1), at(4), at(5)], { seed: 1, maps: [] })
    if (!created.ok) throw new Error('not loaded')
    while (runNextPacket(created.timeline) === 'more');
    // The second packet puts it off to 3 ms, the third to 6 ms.
    expect(created.timeline.runs.map((r) => r.result.retval)).toEqual([0, 0, 1, 1])
    seek(created.timeline, 2, 0)
    seek(created.timeline, 0, 0)
    seek(created.timeline, 3, created.timeline.runs[3].steps)
    expect(created.timeline.kernel.machine.lo[0]).toBe(1)
  })

  test('says what an instruction did and touched', () => {
    const t = timeline([7])
    seek(t, 0, 1)
    expect(traceStep(t.kernel, true)).toMatchObject({ did: 'r7 = *(u8 *)(packet +0)    r7 = 7', accesses: [{ kind: 'read', size: 1 }] })
  })

  test('says which way a conditional jump went', () => {
    const t = timeline([0])
    seek(t, 0, 6)
    expect(traceStep(t.kernel, true)).toMatchObject({ did: 'call bpf_map_lookup_elem#1    r0 = counts[0]', branch: '' })
    expect(traceStep(t.kernel, true)).toMatchObject({ did: 'if r0 == 0x0 goto pc+7    r0 = counts[0]', branch: 'not taken' })
    seek(t, 0, t.runs[0].steps - 3)
    expect(traceStep(t.kernel, true)).toMatchObject({ did: 'if r7 == 0x0 goto pc+2    r7 = 0', branch: 'taken' })
  })
})

describe('moves', () => {
  const lines = Int32Array.from({ length: 18 }, (_, slot) => 1 + (slot >> 2))
  test('lines forward and back meet at the same stops', () => {
    const t = timeline([3])
    const forward = [0]
    while (forward.at(-1) !== t.totalTicks - 1) forward.push(moveTo(t, () => lines, forward.at(-1)!, { kind: 'line', by: 1 }))
    const back = [t.totalTicks - 1]
    while (back.at(-1) !== 0) back.push(moveTo(t, () => lines, back.at(-1)!, { kind: 'line', by: -1 }))
    expect(back.reverse()).toEqual(forward)
  })
  test('breakpoints over packets, both ways', () => {
    const t = timeline([0, 0, 0])
    const slot = 11
    const first = moveTo(t, () => lines, 0, { kind: 'breakpoint', by: 1, slots: [slot] })
    const second = moveTo(t, () => lines, first, { kind: 'breakpoint', by: 1, slots: [slot] })
    expect(packetAt(t, first)).toBe(0)
    expect(packetAt(t, second)).toBe(1)
    expect(moveTo(t, () => lines, second, { kind: 'breakpoint', by: -1, slots: [slot] })).toBe(first)
    expect(moveTo(t, () => lines, second, { kind: 'breakpoint', by: 1, slots: [] })).toBe(t.totalTicks - 1)
  })
  test('clamps', () => {
    const t = timeline([1])
    expect(moveTo(t, () => lines, 5, { kind: 'insn', by: -100 })).toBe(0)
    expect(moveTo(t, () => lines, 5, { kind: 'tick', tick: 1e9 })).toBe(t.totalTicks - 1)
    expect(moveTo(t, () => lines, 5, { kind: 'packet', packet: 9, step: 9999 })).toBe(t.totalTicks - 1)
  })
})
