// A header of types of every kind, the order of definitions, names that occur twice, and gaps. That each record of the kernel lies in the
// compiled header as it does in the kernel is tested beside the engine, which has both.
import { expect, test } from 'vitest'
import { printHeader } from './header.ts'
import type { BtfMember, BtfType } from './types.ts'

const at = (name: string, type: number, offBits: number, sizeBits = 0): BtfMember => ({ name, type, offBits, sizeBits })
const INT: BtfType = { kind: 'int', name: 'int', size: 4, encoding: 1, bits: 32, offBits: 0 }
const CHAR: BtfType = { kind: 'int', name: 'char', size: 1, encoding: 1, bits: 8, offBits: 0 }

/** The body of the header of some types (from id 1), without what every header has. */
function header(types: readonly BtfType[], cut: readonly number[] = []): string {
  const text = printHeader(
    { types: [{ kind: 'void' }, ...types], strings: new Uint8Array(1) },
    { title: 'test', isCut: (id) => cut.includes(id) },
  )
  expect(text).toMatch(/^#ifndef __VMLINUX_H__\n#define __VMLINUX_H__\n\n\/\* test \*\/\n/)
  return text.split('#endif\n\n')[1].split('\n\n#ifndef')[0]
}

test('what is held stands before, what is pointed to is declared', () => {
  const types: BtfType[] = [
    INT,
    { kind: 'struct', name: 'outer', size: 16, members: [at('p', 3, 0), at('i', 4, 64)] },
    { kind: 'ptr', type: 2 },
    { kind: 'typedef', name: 'inner_t', type: 5 },
    { kind: 'struct', name: 'inner', size: 8, members: [at('a', 6, 0)] },
    { kind: 'array', type: 1, indexType: 1, count: 2 },
  ]
  expect(header(types)).toBe(
    [
      'struct outer;',
      'struct inner;',
      'typedef struct inner inner_t;',
      'struct inner {\n\tint a[2];\n};',
      'struct outer {\n\tstruct outer *p;\n\tinner_t i;\n};',
    ].join('\n'),
  )
})

test('names that occur twice', () => {
  const types: BtfType[] = [
    INT,
    { kind: 'struct', name: 's', size: 4, members: [at('a', 1, 0)] },
    { kind: 'struct', name: 's', size: 4, members: [at('b', 1, 0)] },
    { kind: 'enum', name: '', size: 4, signed: false, values: [{ name: 'A', value: 0n }] },
    { kind: 'enum', name: 'e', size: 1, signed: false, values: [{ name: 'A', value: 1n }] },
    { kind: 'enum64', name: 'big', size: 8, signed: false, values: [{ name: 'B', value: (1n << 64n) - 1n }] },
  ]
  expect(header(types)).toBe(
    [
      'struct s {\n\tint a;\n};',
      'struct s___2 {\n\tint b;\n};',
      'enum {\n\tA = 0,\n};',
      'enum e {\n\tA___2 = 1,\n} __attribute__((packed));',
      'enum big {\n\tB = 18446744073709551615ULL,\n};',
    ].join('\n'),
  )
})

test('gaps, bit-fields and packed records', () => {
  const types: BtfType[] = [
    INT,
    CHAR,
    { kind: 'struct', name: 'gap', size: 64, members: [at('a', 2, 0), at('b', 1, 256), at('c', 1, 288, 3), at('d', 1, 300, 4)] },
    { kind: 'struct', name: 'tight', size: 5, members: [at('a', 2, 0), at('b', 1, 8)] },
    { kind: 'union', name: 'u', size: 8, members: [at('a', 2, 0), at('b', 1, 0)] },
  ]
  expect(header(types)).toBe(
    [
      'struct gap {\n\tchar a;\n\tlong: 56;\n\tlong: 64;\n\tlong: 64;\n\tlong: 64;\n\tint b;\n\tint c: 3;\n\tlong: 9;\n\tint d: 4;\n\tlong: 16;\n\tlong: 64;\n\tlong: 64;\n\tlong: 64;\n};',
      'struct tight {\n\tchar a;\n\tint b;\n} __attribute__((packed));',
      'union u {\n\tchar a;\n\tint b;\n\tstruct {\n\t\tlong: 64;\n\t};\n};',
    ].join('\n'),
  )
})

test('cut types are only declared', () => {
  const types: BtfType[] = [
    { kind: 'fwd', name: 'f', isUnion: false },
    { kind: 'ptr', type: 1 },
    { kind: 'enum', name: 'e', size: 4, signed: false, values: [] },
    {
      kind: 'func_proto',
      ret: 0,
      params: [
        { name: 'p', type: 2 },
        { name: 'e', type: 3 },
      ],
    },
    { kind: 'ptr', type: 4 },
    { kind: 'typedef', name: 'callback', type: 5 },
  ]
  expect(header(types, [1, 3])).toBe('enum e { e___cut = 0 };\nstruct f;\ntypedef void (*callback)(struct f *p, enum e e);')
})
