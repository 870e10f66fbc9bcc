// Turns copies and fills of known size into loads and stores: BPF has no library to call. Pieces are as wide as the alignment allows;
// a variable on the stack is aligned to 8 where that makes them wider.
//
// A move between ranges that may overlap loads everything before it stores anything.
import { bitsOf, constant, type Func, type Instr, intType, isKind, type MemCpy, type MemSet, type Value } from '../ir/index.ts'
import { splitAddress } from './memory.ts'
import { literalAt, placeInConstant } from './rules/memory.ts'

export function expandMem(fn: Func): void {
  for (const block of fn.blocks) {
    if (!block.instrs.some((i) => i.kind === 'memcpy' || i.kind === 'memset')) continue
    block.instrs = block.instrs.flatMap((i) => (i.kind === 'memcpy' ? expandCopy(fn, i) : i.kind === 'memset' ? expandFill(fn, i) : [i]))
  }
}

/** The alignment of an address, given what the instruction says of it. */
function alignmentOf(address: Value, said: number, size: number): number {
  const { base, offset } = splitAddress(address)
  if (offset === undefined) return said
  if (isKind(base, 'alloca')) {
    if (base.size >= 8 && size >= 4) base.align = Math.max(base.align, 8)
    return alignedAt(base.align, offset)
  }
  return base.kind === 'global' ? Math.max(said, alignedAt(base.align, offset)) : said
}

export const alignedAt = (align: number, offset: number): number => {
  let a = Math.min(8, align)
  while (offset % a !== 0) a >>= 1
  return Math.max(1, a)
}

/** Offsets and widths of pieces from 0 to `size`. */
function pieces(size: number, align: number): { readonly offset: number; readonly width: number }[] {
  const list: { offset: number; width: number }[] = []
  for (let offset = 0; offset < size; ) {
    let width = Math.min(8, align)
    while (width > size - offset) width >>= 1
    list.push({ offset, width })
    offset += width
  }
  return list
}

/** Makes instructions after each other, at one place in the source. */
function maker(
  fn: Func,
  near: Instr,
): { readonly out: Instr[]; readonly step: (base: Value, offset: number) => Value; readonly put: (i: Instr) => Instr } {
  const out: Instr[] = []
  const put = (i: Instr): Instr => {
    if (near.at) i.at = near.at
    out.push(i)
    return i
  }
  const step = (base: Value, offset: number): Value =>
    offset === 0 ? base : put({ kind: 'ptradd', type: 'ptr', id: fn.nextId++, args: [base, constant('i64', offset)] })
  return { out, step, put }
}

function expandCopy(fn: Func, i: MemCpy): Instr[] {
  const [to, from] = i.args
  const { out, step, put } = maker(fn, i)
  const known = i.volatile ? undefined : placeInConstant(from)
  const aligned = alignmentOf(to, i.align, i.size)
  // Bytes that are known are never loaded: their place does not narrow the pieces.
  const isLiteral =
    known !== undefined && known.global.relocs.length === 0 && known.offset >= 0 && known.offset + i.size <= known.global.size
  const list = pieces(i.size, isLiteral ? aligned : Math.min(aligned, alignmentOf(from, i.align, i.size)))
  const load = (offset: number, width: number): Value =>
    (isLiteral ? literalAt(known.global, known.offset + offset, intType(width)) : undefined) ??
    put({ kind: 'load', type: intType(width), id: fn.nextId++, args: [step(from, offset)], align: width, volatile: i.volatile })
  const store = (offset: number, width: number, value: Value): void => {
    put({ kind: 'store', type: 'void', id: fn.nextId++, args: [step(to, offset), value], align: width, volatile: i.volatile })
  }
  if (i.overlap) {
    const values = list.map((p) => load(p.offset, p.width))
    for (const [k, p] of list.entries()) store(p.offset, p.width, values[k])
  } else {
    for (const p of list) store(p.offset, p.width, load(p.offset, p.width))
  }
  return out
}

function expandFill(fn: Func, i: MemSet): Instr[] {
  const [to, byte] = i.args
  const { out, step, put } = maker(fn, i)
  const align = alignmentOf(to, i.align, i.size)
  /** The byte in all places of a width. */
  const spread = (width: number): Value => {
    const type = intType(width)
    const ones = constant(type, ((1n << BigInt(bitsOf(type))) - 1n) / 255n)
    if (byte.kind === 'const') return constant(type, byte.value * ones.value)
    if (width === 1) return byte
    const wide = put({ kind: 'cast', op: 'zext', type, id: fn.nextId++, args: [byte] })
    return put({ kind: 'bin', op: 'mul', type, id: fn.nextId++, args: [wide, ones] })
  }
  const values = new Map<number, Value>()
  for (const { offset, width } of pieces(i.size, align)) {
    const value = values.get(width) ?? spread(width)
    values.set(width, value)
    put({ kind: 'store', type: 'void', id: fn.nextId++, args: [step(to, offset), value], align: width, volatile: i.volatile })
  }
  return out
}
