// Headers that are kept from one compilation to the next change nothing: the object and the diagnostics are byte for byte those of a
// compilation that reads everything anew, whatever was compiled before.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeSource } from '../diag/index.ts'
import { writeElf } from '../object/index.ts'
import { compile } from './compile.ts'
import type { CompileInput } from './types.ts'

interface Case {
  readonly main: string
  readonly files?: Readonly<Record<string, string>>
  readonly defines?: Readonly<Record<string, string>>
  readonly path?: string
  readonly includeDirs?: readonly string[]
}

function inputOf({ main, files = {}, defines = {}, path = 'prog.c', includeDirs = [] }: Case): CompileInput {
  const include = (name: string) => {
    const text = name === path ? main : files[name]
    return text === undefined ? undefined : makeSource(name, text)
  }
  return { main: makeSource(path, main), include, includeDirs, defines, cpu: 3, passes: true }
}

function answer(c: Case, fresh: boolean) {
  const { object, diagnostics, sources, passes } = compile(inputOf(c), { fresh })
  return { elf: object && Buffer.from(writeElf(object)).toString('hex'), diagnostics, sources: sources.map((s) => s.path), passes }
}

/** Compiles in order with what is kept, then backwards, and compares each with a fresh compilation. */
function expectSame(...cases: readonly Case[]): void {
  const fresh = cases.map((c) => ({ c, expected: answer(c, true) }))
  for (const { c, expected } of [...fresh, ...fresh.toReversed()]) expect(answer(c, false)).toEqual(expected)
}

const fixtures = join(import.meta.dirname, 'fixtures')
const programs = ['programs', 'features', 'diagnostics', 'mutants'].flatMap((folder) =>
  readdirSync(join(fixtures, folder))
    .filter((name) => name.endsWith('.c'))
    .map((name) => ({ name, main: readFileSync(join(fixtures, folder, name), 'utf8') })),
)

test.each(programs)('$name', ({ main }) => {
  const input = { ...inputOf({ main }), passes: false }
  const kept = compile(input)
  const fresh = compile(input, { fresh: true })
  expect(kept.diagnostics).toEqual(fresh.diagnostics)
  expect(kept.object && Buffer.from(writeElf(kept.object)).equals(Buffer.from(writeElf(fresh.object!)))).toBe(fresh.object && true)
})

const USE = 'SEC("xdp") int p(struct xdp_md *ctx) { return X; }\n'
const HEAD = '#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n'

describe('what a header means depends on', () => {
  test('its text', () => {
    const main = `${HEAD}#include "x.h"\n${USE}`
    expectSame({ main, files: { 'x.h': '#define X 1\n' } }, { main, files: { 'x.h': '#define X 2\n' } })
  })

  test('files that others would hide', () => {
    const main = `${HEAD}#include "x.h"\n${USE}`
    const files = { 'inc/x.h': '#define X 3\n' }
    expectSame({ main, files, includeDirs: ['inc'] }, { main, files: { ...files, 'x.h': '#define X 4\n' }, includeDirs: ['inc'] })
  })

  test('macros of the command line and of the program', () => {
    const files = { 'x.h': '#ifdef FLAG\n#define X FLAG\nstruct s { int a, b; };\n#else\n#define X 9\nstruct s { int a; };\n#endif\n' }
    const use = `${USE}struct s v = {1};\n`
    expectSame(
      { main: `${HEAD}#include "x.h"\n${use}`, files },
      { main: `${HEAD}#include "x.h"\n${use}`, files, defines: { FLAG: '5' } },
      { main: `#define FLAG 6\n${HEAD}#include "x.h"\n${use}`, files },
      { main: `#define FLAG 7\n${HEAD}#include "x.h"\n#undef X\n#define X 8\n${use}`, files },
      { main: `// A comment before it moves the definition.\n#define FLAG 6\n${HEAD}#include "x.h"\n${use}`, files },
    )
  })

  test('a guard that the program sets', () => {
    const files = { 'x.h': '#ifndef X_H\n#define X_H\n#define X 1\n#endif\n' }
    expectSame(
      { main: `${HEAD}#include "x.h"\n#include "x.h"\n${USE}`, files },
      { main: `${HEAD}#define X_H\n#include "x.h"\n#define X 2\n${USE}`, files },
    )
  })

  test('counters and the names of files', () => {
    const files = { 'x.h': '#define X (__LINE__ + A)\nenum { A = __COUNTER__, B = sizeof(__BASE_FILE__) };\n' }
    expectSame(
      { main: `${HEAD}#include "x.h"\n${USE}enum { C = __COUNTER__ }; int c = C + B;`, files },
      { main: `${HEAD}#include "x.h"\n\n${USE}enum { C = __COUNTER__ }; int c = C + B;`, files, path: 'longer-name.c' },
    )
  })
})

describe('what a program does to a header is taken back', () => {
  const files = {
    'x.h': [
      'struct open; enum later; typedef int t; static int zero = 0; extern int other; int tentative[];',
      'static int half(int x) { return x / 2; } int declared(int x); #define X 1',
    ]
      .join('\n')
      .replace(' #define', '\n#define'),
  }
  const uses = [
    'struct open { int a; }; struct open o = {1};',
    'struct open { long a, b; } __attribute__((packed)); struct open o = {1, 2};',
    'enum later { L1 = 7 }; enum later l = L1;',
    'enum later { L1 = 1ull << 40 }; enum later l = L1;',
    'int other = 4; int tentative[3];',
    'int other __attribute__((section("mine"))) = 5;',
    'int declared(int x) { return half(x) + zero; }',
    '__attribute__((noinline)) int declared(int x) { zero = x; return x; }',
    'typedef long t2; void f(void) { t t2 = 1; zero = t2; }',
    'struct open; struct open *q; int half2(void) { return half(4); }',
    'int half(int x);',
    'int zero(void);',
    'struct open { int a; }; struct open { int b; };',
    'const char *text = "one"; const char *text2 = "one";',
  ]
  test('tags, types, marks and names', () => {
    expectSame(...uses.map((use) => ({ main: `${HEAD}#include "x.h"\n${use}\n${USE}`, files })))
  })

  test('by a header that comes later', () => {
    const more = {
      ...files,
      'y.h': 'struct open { char c[9]; }; int declared(int x) { return half(x); }\n#undef X\n#define X sizeof(struct open)\n',
    }
    expectSame(
      { main: `${HEAD}#include "x.h"\n#include "y.h"\n${USE}`, files: more },
      { main: `${HEAD}#include "x.h"\nstruct open { int a; }; struct open o;\n${USE}`, files: more },
    )
  })

  test('macros that were being expanded when reading stopped', () => {
    expectSame(
      { main: `${HEAD}#define X 1\n#define F(x) x + X\nint a = F(1`, files },
      { main: `${HEAD}#define X 1\n#define F(x) x + X\nint a = F(1);\n${USE}`, files },
    )
  })
})

describe('a header whose end is no end', () => {
  test.each([
    ['a declaration goes on in the program', 'struct s {', 'int a; }; struct s v; #define X 1\n'],
    ['a specifier', 'static', 'int v = 1;'],
    ['the name of a macro whose call goes on', '#define F(x) int x;\nF', '(v)'],
    [
      'an attribute for the next record',
      '#pragma clang attribute push(__attribute__((packed)), apply_to = record)',
      'struct s { char a; int b; }; struct s v = {1, 2};',
    ],
    ['a pragma for alignment', '#pragma pack(push, 1)', 'struct s { char a; int b; }; struct s v = {1, 2};'],
    ['a silenced warning', '#pragma clang diagnostic ignored "-Wunused-value"\n;', 'int f(int a) { a + 1; return a; }'],
    ['a pragma for a loop', '#pragma unroll', 'int f(int a) { for (int i = 0; i < 3; i++) a += i * a; return a; }'],
    ['an open conditional', '#if 1', 'int v;'],
    ['a fault', 'int v = ;', 'int w;'],
    ['a warning', 'typedef int;', 'int w;'],
  ])('%s', (_, header, rest) => {
    const main = `${HEAD}#include "x.h"\n${rest.replace(' #define', '\n#define')}\n${USE}`
    expectSame({ main, files: { 'x.h': `${header}\n` }, defines: { X: '1' } })
  })
})

test('pragmas at the head of the file', () => {
  const files = { 'x.h': 'struct s { char a; int b; };\n' }
  const use = `struct s v = {1, 2}; int f(int a) { a + 1; return a; }\n${USE}`
  const heads = [
    '#pragma once\n',
    '#pragma pack(1)\n',
    '#pragma clang diagnostic ignored "-Wunused-value"\n',
    '#pragma unroll\n',
    '#pragma message("hello")\n',
    '#pragma no_such_pragma\n',
    '#pragma GCC poison a\n',
    '#pragma clang attribute push(__attribute__((packed)), apply_to = record)\n',
    '',
  ]
  expectSame(...heads.map((head) => ({ main: `${head}${HEAD}#include "x.h"\n${use}`, files, defines: { X: '1' } })))
})

test('many sets of headers in turn', () => {
  const cases = Array.from({ length: 7 }, (_, i) => ({ main: `${HEAD}${USE}`, defines: { X: `${i}` } }))
  expectSame(...cases)
})
