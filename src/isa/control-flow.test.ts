// Blocks and edges of small programs, written as `block: first-last -> successors`.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeSource } from '../diag/index.ts'
import { assemble } from './assembly/assemble.ts'
import { controlFlow } from './control-flow.ts'
import { insnTable } from './table.ts'

function blocks(text: string): string[] {
  const { program, diagnostics } = assemble(makeSource('t.s', text))
  expect(diagnostics).toEqual([])
  const flow = controlFlow(insnTable(program!.code))
  return [
    ...flow.blocks.map((b, i) => `${i}: ${b.start}-${b.end - 1} of ${b.subprog} -> ${b.succ.join(' ')}`),
    `subprogs ${flow.subprogs.join(' ')}`,
    ...flow.wild.map((slot) => `wild ${slot}`),
  ]
}

describe('control flow', () => {
  test('a branch that meets again', () => {
    expect(blocks('r0 = 0\nif r1 == 0 goto out\nr0 = 5 ll\nout: exit')).toEqual([
      '0: 0-1 of 0 -> 1 2',
      '1: 2-3 of 0 -> 2',
      '2: 4-4 of 0 -> ',
      'subprogs 0',
    ])
  })
  test('a loop', () => {
    expect(blocks('r0 = 0\nnext: r0 += 1\nif r0 < 8 goto next\nexit')).toEqual([
      '0: 0-0 of 0 -> 1',
      '1: 1-2 of 0 -> 2 1',
      '2: 3-3 of 0 -> ',
      'subprogs 0',
    ])
  })
  test('calls and callbacks start subprograms and do not end blocks', () => {
    expect(blocks('call f\nr2 = g ll\nexit\nf: r0 = 1\nexit\ng: r0 = 2\nexit')).toEqual([
      '0: 0-3 of 0 -> ',
      '1: 4-5 of 1 -> ',
      '2: 6-7 of 2 -> ',
      'subprogs 0 4 6',
    ])
  })
  test('a jump to the next instruction is one edge', () => {
    expect(blocks('if r1 == 0 goto +0\nexit')).toEqual(['0: 0-0 of 0 -> 1', '1: 1-1 of 0 -> ', 'subprogs 0'])
  })
  test('edges that lead nowhere', () => {
    expect(blocks('if r1 == 0 goto +7\ngoto +1\nr1 = 1 ll\nr0 = 0')).toEqual([
      '0: 0-0 of 0 -> 1',
      '1: 1-1 of 0 -> ',
      '2: 2-4 of 0 -> ',
      'subprogs 0',
      'wild 0',
      'wild 1',
      'wild 4',
    ])
  })
  test('any bytes: every slot lies in one block, every edge leads to a block’s start', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (code) => {
        const table = insnTable(code)
        const { blocks: list, blockOf, target, next } = controlFlow(table)
        expect(list.reduce((sum, b) => sum + b.end - b.start, 0)).toBe(table.length)
        for (const t of target) if (t >= 0) expect(list[blockOf[t]].start).toBe(t)
        for (const [b, block] of list.entries()) for (const s of block.succ) expect(list[s].pred).toContain(b)
        for (let i = 0; i < table.length; i++) if (next[i] >= 0) expect(next[i]).toBeGreaterThan(i)
      }),
    )
  })
})
