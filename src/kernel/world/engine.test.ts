// The engine of worlds by itself: order of events, and that going back to any point in time and on again tells the same story.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createWorld, type WorldEngine } from './engine.ts'
import { pushEvent, queueOf, shiftEvent } from './queue.ts'
import type { WorldEvent } from './types.ts'

/** A part whose events beget events: `what` is how many generations follow. */
function family(planned: readonly { readonly atNs: number; readonly what: number }[], limits = {}): WorldEngine {
  const world = createWorld({
    plan: { nodes: [], links: [], hooks: [] },
    kernels: new Map(),
    planned: planned.map((p) => ({ ...p, part: 'family' })),
    limits,
  })
  let born = 0
  world.add({
    name: 'family',
    // biome-ignore lint/correctness/useYield: nothing here runs a program
    *carryOut(what) {
      const left = what as number
      born++
      world.tell({ kind: 'note', atNs: world.nowNs, node: '', text: `${left}/${born}` })
      for (let i = 0; i < Math.min(2, left); i++) world.schedule(1 + ((left * 7 + i) % 3), 'family', left - 1)
    },
    save: () => born,
    restore: (saved) => {
      born = saved as number
    },
  })
  return world
}

function story(world: WorldEngine): string[] {
  return Array.from({ length: world.events.count }, (_, i) => {
    const e = world.events.at(i) as Extract<WorldEvent, { kind: 'note' }>
    return `${e.atNs} ${e.text}`
  })
}

function finish(world: WorldEngine): void {
  while (world.next().kind !== 'over');
}

describe('worlds', () => {
  test('events of one time happen in order, planned ones first', () => {
    const world = family([
      { atNs: 5, what: 1 },
      { atNs: 5, what: 0 },
      { atNs: 6, what: 0 },
    ])
    finish(world)
    expect(story(world)).toEqual(['5 1/1', '5 0/2', '6 0/3', '7 0/4'])
  })

  test('a queue gives back what was put in, by time and then by order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5)), (times) => {
        const queue = queueOf([])
        for (const [order, atNs] of times.entries()) pushEvent(queue, { atNs, order, part: '', what: 0 })
        const out = times.map(() => shiftEvent(queue)!)
        const sorted = [...out].sort((a, b) => a.atNs - b.atNs || a.order - b.order)
        expect(out).toEqual(sorted)
        expect(shiftEvent(queue)).toBeUndefined()
      }),
    )
  })

  test('from any point in time the story goes on as it did', () => {
    const plan = [
      { atNs: 0, what: 4 },
      { atNs: 2, what: 3 },
    ]
    const straight = family(plan)
    finish(straight)
    const told = story(straight)
    const world = family(plan)
    const points = []
    for (;;) {
      points.push(world.save())
      if (world.next().kind === 'over') break
    }
    for (const point of points.reverse()) {
      world.restore(point)
      finish(world)
      expect(story(world)).toEqual(told)
    }
  })

  test('a world without an end is ended by a limit that has a name', () => {
    const world = family([{ atNs: 0, what: 1e9 }], { events: 1000 })
    finish(world)
    expect(world.stopped).toBe('1000 events')
    expect(world.events.count).toBe(1000)
  })
})
