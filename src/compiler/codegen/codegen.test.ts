import { describe, expect, it } from 'vitest'
import { encode, insnTable, insnText } from '../../isa/index.ts'
import { parseModule, validateModule } from '../ir/index.ts'
import { legalize } from '../opt/legalize.ts'
import { lowerSelect } from '../opt/lower-select.ts'
import { allocate } from './allocate.ts'
import { checkAllocation } from './check-allocation.ts'
import { layoutFrame } from './frame.ts'
import { generate } from './index.ts'
import { select } from './select.ts'
import { shareSpills } from './share-spills.ts'
import { splitCriticalEdges } from './split-critical-edges.ts'

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

  it('leaves no return behind that nothing leads to', () => {
    const LOOP = `func @rounds(i64 %n.0) void external inline none used section "xdp" {
b0:
  br b1
b1:
  %1 = phi i64 [%n.0, b0], [%3, b2]
  %2 = cmp sgt i64 %1, i64 0
  condbr i1 %2, b2, b3
b2:
  %3 = add i64 %1, i64 -1
  br b1
b3:
  ret
}`
    expect(code(LOOP, 1)).toMatchInlineSnapshot(`
      "if r1 s> 0x0 goto pc+1
      exit
      r1 += -1
      goto pc-4"
    `)
  })

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

  it('fills phis behind a branch that only it leads to', () => {
    const text = `func @f(i64 %x.0) i64 external inline none used section "xdp" {
b0:
  %1 = cmp eq i64 %x.0, i64 5
  condbr i1 %1, b1, b2
b1:
  %2 = phi i64 [7, b0]
  %3 = mul i64 %2, i64 %x.0
  ret i64 %3
b2:
  ret i64 1
}`
    expect(code(text)).toMatchInlineSnapshot(`
      "r0 = 1
      if r1 != 0x5 goto pc+2
      r0 = 7
      r0 *= r1
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

describe('allocate', () => {
  /** Twenty values that live across a call and through a loop. */
  const CROWDED = `func @prog(ptr %ctx.0) i64 external inline none used section "xdp" {
b0:
${Array.from({ length: 20 }, (_, k) => `  %${k + 1} = load volatile i64 ptr %ctx.0 align 8`).join('\n')}
  br b1
b1:
  %30 = phi i64 [0, b0], [%31, b1]
  %31 = add i64 %30, i64 %1
  %32 = call i64 helper 5(i64 %30, i64 %2)
  %33 = cmp ult i64 %32, i64 %31
  condbr i1 %33, b1, b2
b2:
${Array.from({ length: 19 }, (_, k) => `  %${k + 40} = xor i64 ${k === 0 ? '%30' : `%${k + 39}`}, i64 %${k + 2}`).join('\n')}
  ret i64 %58
}`

  it.each([24, 1, 0])('gives every value a place within %d rounds', (patience) => {
    const module = parseModule(CROWDED)
    expect(validateModule(module)).toEqual([])
    const [fn] = module.funcs
    splitCriticalEdges(fn)
    const f = select(fn, { cpu: 3, report: (fault) => expect.fail(fault) })
    allocate(f, patience)
    expect(checkAllocation(f)).toEqual([])
    const before = f.slots.length
    shareSpills(f)
    expect(f.slots.length).toBeLessThanOrEqual(before)
    expect(layoutFrame(f)).toBe(8 * f.slots.length)
  })

  it('lets values whose lives do not meet share a slot', () => {
    const module = parseModule(CROWDED)
    const [fn] = module.funcs
    splitCriticalEdges(fn)
    const f = select(fn, { cpu: 3, report: (fault) => expect.fail(fault) })
    allocate(f, 0)
    const before = f.slots.length
    shareSpills(f)
    expect(f.slots.length).toBeLessThan(before / 1.5)
    // Sharing again finds nothing more to share.
    const after = f.slots.length
    shareSpills(f)
    expect(f.slots.length).toBe(after)
  })
})
