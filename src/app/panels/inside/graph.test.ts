import { expect, test } from 'vitest'
import type { FlowView } from '../../../engine/index.ts'
import { blockLines, layOut, MAX_ROWS, smooth } from './graph.ts'

const view: FlowView = {
  revision: 1,
  program: 0,
  blocks: [
    {
      start: 0,
      end: 2,
      function: 'f',
      edges: [
        { to: 1, kind: 'fallthrough', loop: false },
        { to: 2, kind: 'jump', loop: false },
      ],
    },
    {
      start: 2,
      end: 4,
      function: 'f',
      edges: [
        { to: 1, kind: 'jump', loop: true },
        { to: 2, kind: 'fallthrough', loop: false },
      ],
    },
    { start: 4, end: 5, function: 'f', edges: [] },
  ],
}

test('blocks do not lie on one another, edges run between them', async () => {
  const drawn = await layOut(view, [['a', 'b'], ['c', 'd'], ['exit']])
  const { blocks, edges } = drawn
  expect(blocks.map((b) => b.index)).toEqual([0, 1, 2])
  expect(edges.map((e) => [e.from, e.to, e.loop])).toEqual([
    [0, 1, false],
    [0, 2, false],
    [1, 1, true],
    [1, 2, false],
  ])
  for (const a of blocks) {
    expect(a.x >= 0 && a.x + a.width <= drawn.width && a.y >= 0 && a.y + a.height <= drawn.height).toBe(true)
    for (const b of blocks)
      if (a !== b) expect(a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y).toBe(true)
  }
  expect(blocks[0].y).toBeLessThan(blocks[2].y)
})

test('a long block shows its beginning and its end', () => {
  const lines = Array.from({ length: 40 }, (_, i) => `${i}`)
  const shown = blockLines(lines)
  expect(shown).toHaveLength(MAX_ROWS)
  expect([shown[0], shown.at(-1)]).toEqual(['0', '39'])
  expect(shown[7]).toBe('… 27')
})

test('a curve begins and ends at its points', () => {
  expect(smooth([])).toBe('')
  expect(
    smooth([
      { x: 0, y: 0 },
      { x: 4, y: 4 },
    ]),
  ).toBe('M0.0 0.0L4.0 4.0')
  expect(
    smooth([
      { x: 0, y: 0 },
      { x: 4, y: 4 },
      { x: 8, y: 0 },
    ]),
  ).toBe('M0.0 0.0Q4.0 4.0 6.0 2.0L8.0 0.0')
})
