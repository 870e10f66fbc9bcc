// What CO-RE's questions answer by the types of the source: the numbers in the code before the loader sees it.
import { expect, it } from 'vitest'
import { makeSource } from '../../diag/index.ts'
import { disassemble } from '../../isa/index.ts'
import { compile } from '../index.ts'

const TYPES = `struct inner { int a, b; };
struct outer { char pad[3]; unsigned bits : 5; int arr[4]; struct inner in[2]; } __attribute__((preserve_access_index));
struct outer object;`

it.each([
  ['((struct outer *)0)->arr', 1, 16],
  ['((struct outer *)0)->arr[1]', 1, 4],
  ['((struct outer *)0)->arr[2]', 0, 12],
  ['((struct outer *)0)->in[1].b', 0, 32],
  ['(&object)->in[0].b', 0, 24],
  ['(&object)->bits', 5, 59],
])('__builtin_preserve_field_info(%s, %d)', (field, kind, answer) => {
  const text = `${TYPES}\n__attribute__((section("xdp"))) int f(void) { return __builtin_preserve_field_info(${field}, ${kind}); }`
  const { object, diagnostics } = compile({
    main: makeSource('a.c', text),
    include: () => undefined,
    includeDirs: [],
    defines: {},
    cpu: 3,
  })
  expect(diagnostics).toEqual([])
  expect(disassemble(object!.sections.find((s) => s.name === 'xdp')!.data)[0]).toBe(`(b4) w0 = ${answer}`)
})
