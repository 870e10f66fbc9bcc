import { describe, expect, it } from 'vitest'
import { addBlock, constant, makeBuilder, makeFunc, makeGlobal, makeModule } from './build.ts'
import { parseModule } from './parse.ts'
import { printModule } from './print.ts'
import { validateModule } from './validate.ts'

const SAMPLE = `global @counts external size 32 align 8 used section ".maps"

global @.str internal size 3 align 1 constant string init 686900

global @table internal size 16 align 8 init 01 reloc 8 @helper 4

func @helper(i64 %x.0) i64 internal inline never {
b0: entry
  %2 = phi i64 [%x.0, b5]
  ret i64 %2
b5: odd [unroll count 4]
  br b0
}

func @kfunc(ptr %p.0) void extern inline none

func @prog(ptr %ctx.0) i32 external inline none used section "xdp" {
b0: entry
  %1 = alloca 8 align 8 var "key" "__u32" 4
  lifetime start ptr %1
  %2 = load i32 ptr %ctx.0 align 4
  %3 = zext i64 i32 %2
  %4 = inttoptr ptr i64 %3
  %5 = ptradd ptr %4, i64 14
  dbg var "eth" "struct ethhdr *" 8 ptr %5
  %6 = add nsw nuw i32 i32 %2, i32 -1
  %7 = cmp ult ptr %5, ptr %4
  condbr i1 %7, b1, b2 likely 1
b1: then
  store volatile ptr %1, i32 %6 align 4
  %8 = call ptr helper 1(ptr @counts, ptr %1)
  %9 = cmp eq ptr %8, ptr 0
  %10 = select i1 %9, i32 1, i32 2
  %11 = atomic add ptr %1, i64 1
  %12 = cmpxchg ptr %1, i64 %11, i64 7
  %13 = bswap i16 513
  memcpy ptr %1, ptr @.str size 3 align 1
  memset ptr %1, i8 0 size 8 align 8
  call void @kfunc(ptr %1)
  %14 = asm i64 ""(i64 %12) tied 0 memory clobber r3
  %15 = core i64 8 relo 0 access "0:1"
  switch i32 %10, b2 [1: b3, 2: b2]
b2: drop
  %16 = phi i32 [1, b0], [%10, b1]
  ret i32 %16
b3: bad
  unreachable
}
`.replaceAll('add nsw nuw i32 i32', 'add nsw nuw i32')

describe('text', () => {
  it('prints what it read', () => {
    expect(printModule(parseModule(SAMPLE))).toBe(SAMPLE)
  })

  it('carries what the builder made', () => {
    const map = makeGlobal({ name: 'm', size: 8, section: '.maps', linkage: 'external' })
    const fn = makeFunc({ name: 'f', ret: 'i32', section: 'xdp', linkage: 'external' }, [{ type: 'ptr', name: 'ctx' }])
    const b = makeBuilder(fn)
    const slot = b.alloca(4, 4)
    b.store(slot, constant('i32', -1), 4)
    const found = b.call('ptr', constant('ptr', 1), [map, slot])
    const yes = addBlock(fn, 'yes')
    const no = addBlock(fn, 'no')
    b.condbr(b.cmp('ne', found, constant('ptr', 0)), yes, no)
    b.block = yes
    b.ret(b.load('i32', found, 4))
    b.block = no
    b.ret(constant('i32', 0))
    const module = makeModule({ globals: [map], funcs: [fn] })
    expect(validateModule(module)).toEqual([])
    const text = printModule(module)
    expect(printModule(parseModule(text))).toBe(text)
    expect(text).toContain('store ptr %1, i32 -1 align 4')
  })
})

/** Faults of a function body given as text. */
const faults = (body: string): string[] =>
  validateModule(parseModule(`func @f(i64 %x.0) i64 external inline none {\n${body}\n}`)).map((f) => f.replace(/^@f: /, ''))

describe('validate', () => {
  it.each([
    ['ret i32 0', 'must return i64'],
    ['%1 = add i64 %2, i64 1\n%2 = add i64 1, i64 1\nret i64 %1', '%2 does not dominate this use'],
    ['%1 = add i64 %x.0, i32 1\nret i64 %1', 'operands differ in type'],
    ['%1 = trunc i64 i64 %x.0\nret i64 %1', 'types do not fit'],
    ['br b0', 'the entry block is branched to'],
    ['br b1\nb1:\n%1 = phi i64\nret i64 %1', 'no entry from b0'],
    ['br b1\nb1:\n%1 = phi i64 [1, b0], [2, b0]\nret i64 %1', 'two entries from one block'],
    ['br b1\nb1:\n%1 = alloca 8 align 8\nret i64 1', 'alloca outside the entry block'],
    ['%1 = load i1 ptr 0 align 1\nret i64 1', 'type is never in memory'],
    ['switch i64 %x.0, b1 [1: b1, 1: b1]\nb1:\nret i64 0', 'two cases of one value'],
    ['br b1\nb1:\n%1 = add i64 1, i64 1\n%2 = phi i64 [1, b0]\nret i64 %1', 'phi after another instruction'],
  ])('sees the fault in %s', (body, fault) => {
    expect(faults(`b0:\n${body}`).join('\n')).toContain(fault)
  })

  it('is silent about sound code', () => {
    expect(
      faults(
        'b0:\nbr b1\nb1:\n%3 = phi i64 [0, b0], [%4, b1]\n%4 = add i64 %3, i64 1\n%5 = cmp ult i64 %4, i64 %x.0\ncondbr i1 %5, b1, b2\nb2:\nret i64 %4',
      ),
    ).toEqual([])
  })
})
