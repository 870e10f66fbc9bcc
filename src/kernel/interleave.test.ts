// Two CPUs over one map: what is lost without care, and what atomics and locks keep. Every schedule of two short programs is tried.
import { describe, expect, it } from 'vitest'
import { helperByName } from '../abi/index.ts'
import { makeSource } from '../diag/index.ts'
import { assemble } from '../isa/index.ts'
import { createKernel, type Interleaved, interleave, loadProgram, restoreKernel, saveKernel } from './index.ts'

const LOOKUP = '*(u32 *)(r10 -4) = 0\nr2 = r10\nr2 += -4\nr1 = m ll\ncall bpf_map_lookup_elem\nif r0 == 0 goto out\nr6 = r0\n'
const PLAIN = `${LOOKUP}r1 = *(u64 *)(r6 +8)\nr1 += 1\n*(u64 *)(r6 +8) = r1\nout:\nr0 = 0\nexit`
const ATOMIC = `${LOOKUP}r1 = 1\nlock *(u64 *)(r6 +8) += r1\nout:\nr0 = 0\nexit`
const lock = (first: number, second = -1): string =>
  [first, second]
    .filter((at) => at >= 0)
    .map((at) => `r1 = r6\nr1 += ${at}\ncall bpf_spin_lock\n`)
    .join('')
const unlock = (at: number): string => `r1 = r6\nr1 += ${at}\ncall bpf_spin_unlock\n`
const LOCKED = `${LOOKUP}${lock(0)}r7 = *(u64 *)(r6 +8)\nr7 += 1\n*(u64 *)(r6 +8) = r7\n${unlock(0)}out:\nr0 = 0\nexit`
const AB = `${LOOKUP}${lock(0, 4)}${unlock(4)}${unlock(0)}out:\nr0 = 0\nexit`
const BA = `${LOOKUP}${lock(4, 0)}${unlock(0)}${unlock(4)}out:\nr0 = 0\nexit`

/** Runs two programs on two CPUs with each schedule; the counter and what came of it. */
function all(texts: readonly [string, string], schedules: readonly (readonly number[])[]): (Interleaved & { readonly counter: number })[] {
  const k = createKernel({ cpus: 2, verified: true })
  let map: ReturnType<typeof loadProgram> & { ok: true }
  const lanes = texts.map((text) => {
    const made = assemble(makeSource('t.s', `.map m array 4 16 1\n${text}`), { helper: (name) => helperByName(name)?.id })
    const program = { ...made.program!, type: 'sched_cls', maps: map ? map.program.program.maps : made.program!.maps }
    const loaded = loadProgram(k, program)
    if (!loaded.ok) throw new Error('not loaded')
    map ??= loaded
    return { program: loaded.program, context: { kind: 'skb', packet: new Uint8Array(60) } } as const
  })
  const before = saveKernel(k)
  return schedules.map((schedule) => {
    restoreKernel(k, before)
    const ran = interleave(k, lanes, schedule)
    return { ...ran, counter: new DataView(k.maps[0].userLookup(new Uint8Array(4))!.buffer).getUint32(8, true) }
  })
}

/** One lane runs n instructions, then the other m, then both to their ends. */
const SCHEDULES = Array.from({ length: 18 * 18 }, (_, i) => [i % 18, Math.floor(i / 18)])

describe('x++ on two CPUs', () => {
  it('loses one where the other reads between load and store', () => {
    const counters = all([PLAIN, PLAIN], SCHEDULES).map((r) => r.counter)
    expect([...new Set(counters)].sort()).toEqual([1, 2])
    expect(all([PLAIN, PLAIN], [[8, 20]])[0].counter).toBe(1)
    expect(all([PLAIN, PLAIN], [[20, 20]])[0].counter).toBe(2)
  })

  it.each([
    ['an atomic', ATOMIC],
    ['a lock', LOCKED],
  ])('loses nothing with %s', (_, text) => {
    const runs = all([text, text], SCHEDULES)
    expect(new Set(runs.map((r) => r.counter))).toEqual(new Set([2]))
    expect(runs.every((r) => !r.isDeadlock && r.outcomes.every((o) => o.kind === 'exited'))).toBe(true)
  })

  it('spins while the lock is held', () => {
    const [held] = all([LOCKED, LOCKED], [[10, 100]])
    expect(held.steps[1]).toBeGreaterThan(held.steps[0])
  })
})

describe('two locks', () => {
  it('taken the other way round are a deadlock', () => {
    const runs = all([AB, BA], SCHEDULES)
    expect(runs.some((r) => r.isDeadlock)).toBe(true)
    expect(runs.some((r) => !r.isDeadlock)).toBe(true)
    const stuck = runs.find((r) => r.isDeadlock)!
    expect([stuck.waiting, stuck.outcomes.map((o) => o.kind)]).toEqual([
      [0, 1],
      ['fuel', 'fuel'],
    ])
  })

  it('taken in one order are none', () => {
    expect(all([AB, AB], SCHEDULES).some((r) => r.isDeadlock)).toBe(false)
  })
})

it('a lock that its own CPU holds stops the run', () => {
  const [run] = all([`${LOOKUP}${lock(0, 0)}out:\nr0 = 0\nexit`, 'r0 = 0\nexit'], [[100, 1]])
  expect(run.outcomes[0].fault?.text).toBe('waits for ever for a lock that CPU 0 holds')
})

it('more lanes than CPUs are refused', () => {
  const k = createKernel({ cpus: 1 })
  const made = assemble(makeSource('t.s', 'r0 = 0\nexit'), { helper: () => undefined })
  const loaded = loadProgram(k, { ...made.program!, type: 'sched_cls' })
  if (!loaded.ok) throw new Error('not loaded')
  const lane = { program: loaded.program, context: { kind: 'skb', packet: new Uint8Array(60) } } as const
  expect(interleave(k, [lane, lane], []).unsupported).toBe('more lanes than CPUs')
})
