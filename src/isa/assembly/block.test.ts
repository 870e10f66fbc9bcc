// Blocks of C's inline assembly: statements on one line, labels, data that counts with labels.
import { describe, expect, it } from 'vitest'
import { evalData, parseAsmBlock } from './block.ts'

const kinds = (text: string): string[] => parseAsmBlock(text).items.map((i) => (i.kind === 'insn' ? i.draft.insn.kind : i.kind))

describe('blocks', () => {
  it('take statements between semicolons, numbers as clang writes them, and literals wider than their field', () => {
    expect(kinds('; r1 = 1; l0: 1: if r1 == 0x10LL goto 1b ; r2 = *(u32*)(r1 + -8 + 4); w1 = 18446744073709551615; exit')).toEqual([
      'alu',
      'label',
      'label',
      'jump',
      'load',
      'alu',
      'exit',
    ])
  })

  it('count in data', () => {
    const { items } = parseAsmBlock('1: .byte 0xe5; .byte 0; .long ((end - 1b - 8) / 8) & 0xffff; .short ~0 << 2 | 1')
    const places: Record<string, bigint> = { end: 40n, '1b': 8n }
    expect(items.flatMap((i) => (i.kind === 'data' ? [evalData(i.value, (name) => places[name])] : []))).toEqual([229n, 0n, 3n, -3n])
  })

  it('repeat', () => {
    expect(kinds('.rept 3; r0 = r0; .endr; exit')).toEqual(['alu', 'alu', 'alu', 'exit'])
  })

  it.each([
    ['r1 = `', 'asm.character'],
    ['.align 8', 'asm.directive'],
    ['.byte 1 +', 'asm.expectedNumber'],
    ['.byte (1', 'asm.expectedNumber'],
    ['.endr', 'asm.directive'],
    ['.rept 2; exit', 'asm.expected'],
    ['.rept 1000; .rept 1000; .rept 1000; exit; .endr; .endr; .endr', 'asm.range'],
    [`.long ${'('.repeat(5000)}`, 'asm.expectedNumber'],
    [`.long ${'1+'.repeat(5000)}1`, 'asm.expectedNumber'],
    ['r1 == 2', 'asm.expectedAssignment'],
  ])('say what is wrong: %#', (text, code) => {
    expect(parseAsmBlock(text).fault?.code).toBe(code)
  })
})
