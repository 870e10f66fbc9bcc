import { describe, expect, it } from 'vitest'
import { encode, insnTable, insnText } from '../../isa/index.ts'
import { parseModule, validateModule } from '../ir/index.ts'
import { legalize } from '../opt/legalize.ts'
import { lowerSelect } from '../opt/lower-select.ts'
import { generate } from './index.ts'

/** The code of the first function in the kernel's words, one instruction a line. */
function code(text: string, cpu = 3): string {
  const module = parseModule(text)
  expect(validateModule(module)).toEqual([])
  legalize(module, cpu)
  for (const fn of module.funcs) if (fn.blocks.length > 0) lowerSelect(fn)
  expect(validateModule(module)).toEqual([])
  const out = generate(module.funcs[0], { cpu, report: (fault) => expect.fail(fault) }, true)
  const bytes = encode(out.items.map((i) => (i.kind === 'op' ? i.insn : undefined)))
  const table = insnTable(bytes)
  return out.items.flatMap((i) => (i.kind === 'op' ? [insnText(table, i.slotIndex)] : [])).join('\n')
}

describe('generate', () => {
  const BOUNDS = `func @prog(ptr %ctx.0) i32 external inline none used section "xdp" {
b0:
  %1 = load i32 ptr %ctx.0 align 4
  %2 = zext i64 i32 %1
  %3 = inttoptr ptr i64 %2
  %4 = ptradd ptr %ctx.0, i64 4
  %5 = load i32 ptr %4 align 4
  %6 = zext i64 i32 %5
  %7 = inttoptr ptr i64 %6
  %8 = ptradd ptr %3, i64 14
  %9 = cmp ugt ptr %8, ptr %7
  condbr i1 %9, b1, b2
b1:
  br b3
b2:
  %10 = ptradd ptr %3, i64 12
  %11 = load i16 ptr %10 align 2
  %12 = cmp eq i16 %11, i16 8
  %13 = select i1 %12, i32 2, i32 1
  br b3
b3:
  %14 = phi i32 [1, b1], [%13, b2]
  ret i32 %14
}`

  it('keeps the checked pointer and hoists the result', () => {
    expect(code(BOUNDS)).toMatchInlineSnapshot(`
      "r2 = *(u32 *)(r1 +0)
      r3 = *(u32 *)(r1 +4)
      r1 = r2
      r1 += 14
      w0 = 1
      if r1 > r3 goto pc+3
      r1 = *(u16 *)(r2 +12)
      if w1 != 0x8 goto pc+1
      w0 = 2
      exit"
    `)
  })

  it('does the same without 32-bit registers', () => {
    expect(code(BOUNDS, 2)).toMatchInlineSnapshot(`
      "r2 = *(u32 *)(r1 +0)
      r3 = *(u32 *)(r1 +4)
      r1 = r2
      r1 += 14
      r0 = 1
      if r1 > r3 goto pc+3
      r1 = *(u16 *)(r2 +12)
      if r1 != 0x8 goto pc+1
      r0 = 2
      exit"
    `)
  })
})
