// Going anywhere on the timeline by any way shows the same machine.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { helperByName } from '../abi/index.ts'
import { toHex } from '../base/index.ts'
import { makeSource, renderDiagnostics } from '../diag/index.ts'
import { assemble, type Program } from '../isa/index.ts'
import { packetBytes } from '../kernel/index.ts'
import type { Arrival } from './arrivals.ts'
import { moveTo } from './moves.ts'
import { traceStep } from './step-trace.ts'
import { createTimeline, kernelOf, runAt, runNext, seek, type Timeline } from './timeline.ts'
import type { Move } from './views.ts'
import { createSingleRun } from './world-run.ts'

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

function runAll(text: string, arrivals: readonly Arrival[]): Timeline {
  const created = createSingleRun(program(text), arrivals, { seed: 1, maps: [] })
  if (!created.ok) throw new Error(`${created.errno} ${created.unsupported}`)
  const t = createTimeline(created.world)
  while (runNext(t) === 'more');
  return t
}

function timeline(counts: readonly number[]): Timeline {
  const arrivals = counts.map((n, i) => ({ atNs: i * 1000, data: Uint8Array.from({ length: 60 }, (_, k) => (k === 0 ? n : 0)) }))
  return runAll(COUNTER, arrivals)
}

/** Everything that a page would show at a tick. */
function look(t: Timeline, tick: number): string {
  const run = runAt(t, tick)
  seek(t, run, tick - t.runs[run].firstTick)
  const kernel = kernelOf(t, run)
  const { machine, maps } = kernel
  const entries = maps.map((m) => m.entries().map((e) => toHex(e.value)))
  return JSON.stringify([
    machine.pc,
    machine.steps,
    [...machine.lo.subarray(0, 11)],
    [...machine.hi.subarray(0, 11)],
    toHex(packetBytes(kernel)),
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
    const t = runAll(COUNTER.replace('r7 = *(u8 *)(r6 + 0)', 'r7 = 70000'), [{ atNs: 0, data: new Uint8Array(60) }])
    const far = look(t, 150_000)
    expect(t.frames.length).toBeGreaterThan(2)
    const before = look(t, 149_999)
    look(t, 3)
    expect(look(t, 150_000)).toBe(far)
    expect(look(t, 149_999)).toBe(before)
  })

  test('the end of a long run is reached from the last frame', () => {
    const t = runAll(COUNTER.replace('r7 = *(u8 *)(r6 + 0)', 'r7 = 400000'), [{ atNs: 0, data: new Uint8Array(60) }])
    const last = t.frames[t.frames.length - 1]
    let used = 0
    t.frames[t.frames.length - 1] = {
      ...last,
      get snapshot() {
        used++
        return last.snapshot
      },
    }
    seek(t, 0, t.runs[0].steps)
    expect(used).toBe(1)
    expect(kernelOf(t, 0).machine.status).toBe('exited')
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
    expect(kernelOf(few, 0).engine).not.toBe(kernelOf(many, 0).engine)
    const seen = (t: Timeline) => t.runs.slice(0, 40).map(({ firstTick, steps, result }) => ({ firstTick, steps, result }))
    expect(seen(many)).toEqual(seen(few))
    for (const tick of [few.totalTicks - 1, 5, 200, 0, 77]) expect(look(many, tick)).toBe(look(few, tick))
  })

  test('timers call back when their time has come', () => {
    const at = (ms: number) => ({ atNs: ms * 1e6, data: new Uint8Array(60) })
    const t = runAll(TIMER, [at(0), at(1), at(4), at(5)])
    // The second packet puts it off to 3 ms, the third to 6 ms.
    expect(t.runs.map((r) => r.result.retval)).toEqual([0, 0, 1, 1])
    seek(t, 2, 0)
    seek(t, 0, 0)
    seek(t, 3, t.runs[3].steps)
    expect(kernelOf(t, 3).machine.lo[0]).toBe(1)
  })

  test('says what an instruction did and touched', () => {
    const t = timeline([7])
    seek(t, 0, 1)
    expect(traceStep(kernelOf(t, 0), true)).toMatchObject({
      did: 'r7 = *(u8 *)(packet +0)    r7 = 7',
      accesses: [{ kind: 'read', size: 1 }],
    })
  })

  test('says which way a conditional jump went', () => {
    const t = timeline([0])
    seek(t, 0, 6)
    expect(traceStep(kernelOf(t, 0), true)).toMatchObject({ did: 'call bpf_map_lookup_elem#1    r0 = counts[0]', branch: '' })
    expect(traceStep(kernelOf(t, 0), true)).toMatchObject({ did: 'if r0 == 0x0 goto pc+7    r0 = counts[0]', branch: 'not taken' })
    seek(t, 0, t.runs[0].steps - 3)
    expect(traceStep(kernelOf(t, 0), true)).toMatchObject({ did: 'if r7 == 0x0 goto pc+2    r7 = 0', branch: 'taken' })
  })
})

describe('moves', () => {
  const lines = Int32Array.from({ length: 18 }, (_, slot) => 1 + (slot >> 2))
  const move = (t: Timeline, from: number, wanted: Move) => {
    const packets = t.runs.map((_, i) => i)
    const { program } = t.runs[0].activation.program
    return moveTo(t, { lines: () => lines, packets, program, programAt: () => undefined }, from, wanted)
  }
  test('lines forward and back meet at the same stops', () => {
    const t = timeline([3])
    const forward = [0]
    while (forward.at(-1) !== t.totalTicks - 1) forward.push(move(t, forward.at(-1)!, { kind: 'line', by: 1 }))
    const back = [t.totalTicks - 1]
    while (back.at(-1) !== 0) back.push(move(t, back.at(-1)!, { kind: 'line', by: -1 }))
    expect(back.reverse()).toEqual(forward)
  })
  test('breakpoints over packets, both ways', () => {
    const t = timeline([0, 0, 0])
    const slot = 11
    const first = move(t, 0, { kind: 'breakpoint', by: 1, slots: [slot] })
    const second = move(t, first, { kind: 'breakpoint', by: 1, slots: [slot] })
    expect(runAt(t, first)).toBe(0)
    expect(runAt(t, second)).toBe(1)
    expect(move(t, second, { kind: 'breakpoint', by: -1, slots: [slot] })).toBe(first)
    expect(move(t, second, { kind: 'breakpoint', by: 1, slots: [] })).toBe(t.totalTicks - 1)
  })
  test('clamps', () => {
    const t = timeline([1])
    expect(move(t, 5, { kind: 'insn', by: -100 })).toBe(0)
    expect(move(t, 5, { kind: 'tick', tick: 1e9 })).toBe(t.totalTicks - 1)
    expect(move(t, 5, { kind: 'packet', packet: 9, step: 9999 })).toBe(t.totalTicks - 1)
  })
})
