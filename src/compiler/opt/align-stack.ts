// Lets every access of the stack be aligned, as Linux's verifier demands of the stack even on machines that do not mind: a variable is
// aligned to what is read and written of it, and where that is not enough (members of packed structs), an access is taken apart.
//
// What a caller hands in may lie on its stack: of that, what C promises is believed, no more. Addresses of unknown origin are left alone.
// Needs: no memcpy or memset left.
import { constant, type Draft, type Func, type Instr, intType, isKind, type Load, type Store, sizeOf, type Value } from '../ir/index.ts'
import { alignedAt } from './expand-mem.ts'
import { splitAddress } from './memory.ts'

export function alignStack(fn: Func): void {
  for (const block of fn.blocks) {
    for (const i of block.instrs) if (i.kind === 'load' || i.kind === 'store') raise(i)
  }
  const replaced = new Map<Value, Value>()
  const isUnaligned = (i: Instr): i is Access => (i.kind === 'load' || i.kind === 'store') && alignmentOf(fn, i) < widthOf(i)
  for (const block of fn.blocks) {
    if (!block.instrs.some(isUnaligned)) continue
    block.instrs = block.instrs.flatMap((i) => {
      if (!isUnaligned(i)) return [i]
      return i.kind === 'load' ? takeLoadApart(fn, i, replaced) : takeStoreApart(fn, i)
    })
  }
  if (replaced.size === 0) return
  for (const block of fn.blocks) {
    for (const i of block.instrs) i.args = i.args.map((a) => replaced.get(a) ?? a)
    block.term.args = block.term.args.map((a) => replaced.get(a) ?? a)
  }
}

type Access = Load | Store

const widthOf = (i: Access): number => sizeOf(i.kind === 'load' ? i.type : i.args[1].type)

/** Aligns the variable where that aligns the access. */
function raise(i: Access): void {
  const { base, offset } = splitAddress(i.args[0])
  const width = widthOf(i)
  if (isKind(base, 'alloca') && offset !== undefined && offset % width === 0) base.align = Math.max(base.align, width)
}

/** What the access is aligned to; at least its width where nothing is known to be wrong. */
function alignmentOf(fn: Func, i: Access): number {
  const { base, offset } = splitAddress(i.args[0])
  if (base.kind === 'param' && isCalled(fn)) return Math.min(i.align, widthOf(i))
  if (!isKind(base, 'alloca')) return widthOf(i)
  return offset === undefined ? Math.min(i.align, base.align) : alignedAt(base.align, offset)
}

/** Whether functions of the same object call it with pointers of any kind; a global one is verified with memory of its own. */
const isCalled = (fn: Func): boolean => fn.linkage === 'internal' && fn.section === ''

/** Offsets of pieces that are aligned, and their width. */
function piecesOf(fn: Func, i: Access): { readonly offsets: readonly number[]; readonly width: number } {
  const width = alignmentOf(fn, i)
  return { offsets: Array.from({ length: widthOf(i) / width }, (_, k) => k * width), width }
}

function takeLoadApart(fn: Func, i: Load, replaced: Map<Value, Value>): Instr[] {
  const out: Instr[] = []
  const put = maker(fn, i, out)
  const { offsets, width } = piecesOf(fn, i)
  const type = intType(sizeOf(i.type))
  let whole: Value | undefined
  for (const offset of offsets) {
    const piece = put({ kind: 'load', type: intType(width), args: [step(put, i.args[0], offset)], align: width, volatile: i.volatile })
    const wide = put({ kind: 'cast', op: 'zext', type, args: [piece] })
    const shifted = offset === 0 ? wide : put({ kind: 'bin', op: 'shl', type, args: [wide, constant(type, 8 * offset)] })
    whole = whole ? put({ kind: 'bin', op: 'or', type, args: [whole, shifted] }) : shifted
  }
  if (i.type === 'ptr') whole = put({ kind: 'cast', op: 'inttoptr', type: 'ptr', args: [whole!] })
  replaced.set(i, whole!)
  return out
}

function takeStoreApart(fn: Func, i: Store): Instr[] {
  const out: Instr[] = []
  const put = maker(fn, i, out)
  const { offsets, width } = piecesOf(fn, i)
  const type = intType(widthOf(i))
  const value = i.args[1].type === 'ptr' ? put({ kind: 'cast', op: 'ptrtoint', type, args: [i.args[1]] }) : i.args[1]
  for (const offset of offsets) {
    const shifted = offset === 0 ? value : put({ kind: 'bin', op: 'lshr', type, args: [value, constant(type, 8 * offset)] })
    const piece = put({ kind: 'cast', op: 'trunc', type: intType(width), args: [shifted] })
    put({ kind: 'store', type: 'void', args: [step(put, i.args[0], offset), piece], align: width, volatile: i.volatile })
  }
  return out
}

type Put = (draft: Draft) => Instr

const maker =
  (fn: Func, near: Instr, out: Instr[]): Put =>
  (draft) => {
    const made: Instr = { ...draft, id: fn.nextId++, ...(near.at && { at: near.at }) }
    out.push(made)
    return made
  }

const step = (put: Put, base: Value, offset: number): Value =>
  offset === 0 ? base : put({ kind: 'ptradd', type: 'ptr', args: [base, constant('i64', offset)] })
