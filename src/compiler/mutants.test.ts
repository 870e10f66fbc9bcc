// Broken programs: truncations, lost, doubled and swapped tokens, and bytes of any kind in small sample programs. Whatever comes in, compile()
// returns diagnostics or an object; it never throws, hangs or overflows the stack. Seeded, so that a failure is found again; many more are
// tried by `npm run mutants`.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { lineColumn, makeSource } from '../diag/index.ts'
import { mutate, numbers } from '../testkit/mutate.ts'
import { compile, diagnose } from './compile.ts'

const folder = join(import.meta.dirname, 'fixtures/mutants')
const samples = readdirSync(folder).map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }))

/** `whole`: through the back end too. */
function check(text: string, whole: boolean): void {
  const main = makeSource('mutant.c', text)
  const input = { main, include: () => undefined, includeDirs: [], defines: {}, cpu: 3 } as const
  let { diagnostics } = diagnose(input)
  if (whole && diagnostics.every((d) => d.severity !== 'error')) {
    const made = compile(input, { check: true })
    ;({ diagnostics } = made)
    expect(made.object === undefined).toBe(diagnostics.some((d) => d.severity === 'error'))
  }
  const errors = diagnostics.filter((d) => d.severity === 'error')
  for (const d of errors) {
    expect(d.at).toBeDefined()
    if (d.at?.file === main.path) expect(lineColumn(main, d.at.start).line).toBeLessThanOrEqual(main.lineStarts.length)
  }
}

describe.each(samples)('mutants of $name', ({ name, text }) => {
  it('compiles itself', () => {
    const main = makeSource(name, text)
    const { diagnostics } = compile({ main, include: () => undefined, includeDirs: [], defines: {}, cpu: 3 }, { check: true })
    expect(diagnostics).toEqual([])
  })

  it('never throws', () => {
    for (let seed = 0; seed < 700; seed++) {
      const mutant = mutate(text, numbers(seed * 7919 + name.length))
      try {
        check(mutant, seed % 16 === 0)
      } catch (e) {
        throw new Error(`seed ${seed}: ${(e as Error).stack}\n--- source ---\n${mutant}`)
      }
    }
  }, 60_000)
})

describe('sources made to hurt', () => {
  const hurting: Readonly<Record<string, string>> = {
    'nested parentheses': `int f(void) { return ${'('.repeat(20_000)}1${')'.repeat(20_000)}; }`,
    'nested blocks': `int f(void) { ${'{'.repeat(20_000)}${'}'.repeat(20_000)} return 0; }`,
    'unary chain': `int f(int x) { return ${'!'.repeat(20_000)}x; }`,
    'long sum': `int f(int x) { return x${' + x'.repeat(20_000)}; }`,
    'long and': `int f(int x) { return x${' && x'.repeat(1_000)}; }`,
    'else ladder': `int f(int x) { ${'if (x) x--; else '.repeat(5_000)} x++; return x; }`,
    'pointer chain': `int ${'*'.repeat(20_000)}p;`,
    'array chain': `int a${'[1]'.repeat(20_000)};`,
    'nested structs': `${'struct {'.repeat(5_000)} int x; ${'} a;'.repeat(5_000)}`,
    'nested initialisers': `int a = ${'{'.repeat(20_000)}1${'}'.repeat(20_000)};`,
    'nested calls': `int f(int x) { return ${'f('.repeat(20_000)}1${')'.repeat(20_000)}; }`,
    'conditional chain': `int f(int x) { return ${'x ? 1 : '.repeat(10_000)}2; }`,
    'assignment chain': `int f(int x) { return ${'x = '.repeat(10_000)}2; }`,
    'laughing macros': `${Array.from({ length: 30 }, (_, i) => `#define a${i + 1} a${i} a${i}\n`).join('')}int a0; a30`,
    'nested macro calls': `#define f(x) (x)\nint a = ${'f('.repeat(5_000)}1${')'.repeat(5_000)};`,
    'nested conditionals': `${'#if 1\n'.repeat(5_000)}${'#endif\n'.repeat(5_000)}`,
    'deep condition': `#if ${'('.repeat(10_000)}1${')'.repeat(10_000)}\n#endif\n`,
    'member chain': `struct s { struct s *n; } *p; int f(void) { return p${'->n'.repeat(10_000)} != 0; }`,
    'cast chain': `int f(int x) { return ${'(int)'.repeat(20_000)}x; }`,
    'huge array': 'char a[1 << 30]; int f(void) { return a[5]; }',
    'huge shift': 'int a = 1 << 1000000000; int b[1000000000000000000];',
    'huge range': 'int a[1000000000] = { [0 ... 999999999] = 1 };',
    'huge case range': 'int f(int x) { switch (x) { case 0 ... 2000000000: return 1; } return 0; }',
    'self-typedef': 'typedef T T; T x; struct s { struct s s; }; union u { union u a[2]; };',
    'label storm': `int f(void) { ${Array.from({ length: 2_000 }, (_, i) => `l${i}: goto l${1_999 - i};`).join(' ')} }`,
    'string storm': `char *s = ${'"a" '.repeat(20_000)};`,
  }
  it.each(Object.entries(hurting))('%s', (_, text) => {
    check(text, text.length < 40_000)
  })
})
