// What is believed contains what happens: accepted programs, made by seed, run step by step on the simulated kernel, and at every step every
// register and every spilled value lies in the belief of that step of the walk. `bench/soundness.ts` does the same with any number of programs.
import { describe, expect, test } from 'vitest'
import { type Beliefs, follow, generate, namedProgram } from '../testkit/index.ts'
import { statesOfWalk } from './index.ts'
import type { ValueView } from './types.ts'

const LONGEST_WALK = 1_000

describe('accepted programs', () => {
  test.each([
    ['typed', 24, 18],
    ['nearmiss', 40, 8],
    ['frontier', 300, 50],
    ['loops', 20, 5],
  ] as const)('%s: %i programs stay within what is believed of them', (lane, count, enough) => {
    let runs = 0
    let executed = 0
    let followed = 0
    const escapes: string[] = []
    for (let i = 0; i < count; i++) {
      const record = generate(lane, 11, i)
      const { program, packet } = namedProgram(record)
      const beliefs = statesOfWalk(program, LONGEST_WALK)
      if (!beliefs) continue
      const run = follow(program, packet, beliefs)
      runs++
      executed += run.executed
      followed += run.followed
      if (run.escape) escapes.push(`${record.id} ${run.escape}`)
    }
    expect(escapes).toEqual([])
    expect(runs).toBeGreaterThanOrEqual(enough)
    // Beyond pruned places only some instructions can be looked at; most have to be.
    expect(followed / executed).toBeGreaterThan(0.5)
  })
})

describe('a belief that is wrong is noticed', () => {
  const { program, packet } = namedProgram(generate('typed', 11, 4))
  const beliefs = statesOfWalk(program, LONGEST_WALK)!
  const changed = (change: (view: ValueView, reg: number) => ValueView): Beliefs => ({
    ...beliefs,
    states: beliefs.states.map((state) => ({ ...state, regs: state.regs.map(change) })),
  })
  const escapeWith = (change: (view: ValueView, reg: number) => ValueView) => follow(program, packet, changed(change)).escape

  test('the right one is none', () => {
    expect(escapeWith((view) => view)).toBeUndefined()
  })
  test('a bound', () => {
    expect(escapeWith((view) => (view.kind === 'scalar' && view.umin === view.umax ? { ...view, umin: view.umin + 1n } : view))).toMatch(
      /^\d+: r\d is 0x/,
    )
  })
  test('a known bit', () => {
    expect(
      escapeWith((view) => (view.kind === 'scalar' ? { ...view, varOff: { value: view.varOff.value ^ 1n, mask: 0n } } : view)),
    ).toMatch(/believed/)
  })
  test('an offset', () => {
    expect(escapeWith((view) => (view.kind === 'fp' ? { ...view, off: view.off + 8 } : view))).toMatch(/^0: r10 is 0 from its origin/)
  })
  test('a kind', () => {
    expect(escapeWith((view) => (view.kind === 'ctx' ? { ...view, kind: 'pkt' } : view))).toMatch(/^0: r1 is/)
  })
  test('the bytes of a packet', () => {
    expect(escapeWith((view) => (view.kind === 'pkt' && view.range > 0 ? { ...view, range: 5000 } : view))).toMatch(
      /has not the 5000 bytes proven/,
    )
  })
  test('a way that is not taken', () => {
    const states = beliefs.states.filter((state) => state.insn !== 2)
    expect(follow(program, packet, { ...beliefs, states }).escape).toMatch(/never came here|no belief/)
  })
})
