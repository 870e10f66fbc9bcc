import { describe, expect, it } from 'vitest'
import { makeSource } from '../../diag/index.ts'
import { compile } from '../index.ts'

/** The fills that stand in the IR after the first pass. */
function zeroed(declarations: string, body: string): string[] {
  const text = `${declarations} void use(void *); __attribute__((section("socket"))) int f(int x) { ${body} use(&k); return 0; }`
  const { passes } = compile({
    main: makeSource('padding.c', text),
    include: () => undefined,
    includeDirs: [],
    defines: {},
    cpu: 3,
    passes: true,
  })
  return [...passes[0].text.matchAll(/memset .*/g)].map((m) => m[0])
}

const RECORD = 'struct s { char a; int b; short c; };'

describe('records with initialisers', () => {
  it('have zeros for padding also where their members are not constant, as clang 22 makes them', () => {
    expect(zeroed(RECORD, 'struct s k = { x, x, x };')).toHaveLength(2)
    expect(zeroed('union u { char a; int b; };', 'union u k = { .a = x };')).toHaveLength(1)
  })

  it('leave what is assigned member by member alone', () => {
    expect(zeroed(RECORD, 'struct s k; k.a = x; k.b = x; k.c = x;')).toEqual([])
  })
})
