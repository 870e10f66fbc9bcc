import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Move } from '../../engine/index.ts'
import { createMover } from './moves.ts'

/** A run of 100 ticks in which every tenth is a new line. */
function apply(at: number, move: Move): number {
  const clamp = (t: number) => Math.max(0, Math.min(100, t))
  if (move.kind === 'tick') return clamp(move.tick)
  if (move.kind === 'insn') return clamp(at + move.by)
  if (move.kind === 'line') return clamp((Math.floor(at / 10) + move.by) * 10)
  return at
}

test('a drag sends the first and the newest place only', async () => {
  const sent: Move[] = []
  const gates: (() => void)[] = []
  const mover = createMover((move) => {
    sent.push(move)
    return new Promise((done) => gates.push(done))
  })
  for (const tick of [1, 2, 3, 4]) mover.want({ kind: 'tick', tick })
  gates[0]()
  await new Promise((done) => setTimeout(done))
  expect(sent).toEqual([
    { kind: 'tick', tick: 1 },
    { kind: 'tick', tick: 4 },
  ])
})

test('wishes that melt together end where they would have ended one by one', async () => {
  const wish = fc.oneof(
    fc.record({ kind: fc.constant('tick' as const), tick: fc.nat(100) }),
    fc.record({ kind: fc.constant('insn' as const), by: fc.constant(1) }),
    fc.record({ kind: fc.constant('line' as const), by: fc.constantFrom(1 as const, -1 as const) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(wish, { maxLength: 20 }), async (wishes) => {
      let at = 0
      const mover = createMover(async (move) => {
        await Promise.resolve()
        at = apply(at, move)
      })
      for (const move of wishes) mover.want(move)
      await new Promise((done) => setTimeout(done))
      expect(at).toBe(wishes.reduce(apply, 0))
    }),
    { numRuns: 200 },
  )
})

test('a failed move does not block the next', async () => {
  const sent: Move[] = []
  const mover = createMover((move) => {
    sent.push(move)
    return Promise.reject(new Error('stale'))
  })
  mover.want({ kind: 'insn', by: 1 })
  await new Promise((done) => setTimeout(done))
  mover.want({ kind: 'insn', by: 1 })
  await new Promise((done) => setTimeout(done))
  expect(sent).toHaveLength(2)
})
