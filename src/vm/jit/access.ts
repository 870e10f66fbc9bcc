// Loads, stores and atomics. The lower half of an address is the offset in linear memory, so that an access to Ram is one instruction.
//
//   verified   pointers to bytes: no check, the verifier vouched for them. Pointers that may be to the context (which has no bytes and
//              lies beyond FIRST_PORT_LO): a test of the address's sign, and the host answers.
//              Where the program may hold pointers of the kernel's own types, the host is asked first, and what leads nowhere gives 0.
//   checked    see checks; what may not be accessed is left to the interpreter, which says what is wrong.
//
// A store marks its page as written. The page of the stack needs no mark: each run begins by writing it.
import { DIRTY_AT, LONGEST_STORE, MARKED_WINDOW, MAY_RUN_OVER, PAGE_SHIFT } from '../ram.ts'
import { A, access, type Body, CELL_VALUE, end, get, high, host, i32, leaveIf, low, open, ops, put, set, T, tee, value } from './body.ts'
import { type Extent, ensure, isContext, isForBytes, isInFrame, missed } from './checks.ts'
import { ANY, CONTEXT, contextCell, kindAt, STACK } from './kinds.ts'
import { mayWrite } from './known.ts'
import * as w from './opcodes.ts'

const SIZES = [4, 2, 1, 8] as const
const STORES: Readonly<Record<number, number>> = { 1: w.I64_STORE8, 2: w.I64_STORE16, 4: w.I64_STORE32, 8: w.I64_STORE }
const LOADS: Readonly<Record<number, number>> = { 1: w.I64_LOAD8_U, 2: w.I64_LOAD16_U, 4: w.I64_LOAD32_U, 8: w.I64_LOAD }
const SIGNED_LOADS: Readonly<Record<number, number>> = { 1: w.I64_LOAD8_S, 2: w.I64_LOAD16_S, 4: w.I64_LOAD32_S }
const SIGN_EXTENSIONS: Readonly<Record<number, number>> = { 1: w.I64_EXTEND8_S, 2: w.I64_EXTEND16_S, 4: w.I64_EXTEND32_S }

const sizeOf = (op: number): number => SIZES[(op >> 3) & 3]
const mayBeContext = (kind: number): boolean => kind === CONTEXT || kind === ANY

/** Whether accesses of a kind are asked for, place by place: those that were not verified, and those that may be to an arena, whose pages come and go. */
const isAsked = (b: Body, kind: number): boolean => b.layout.checked || (kind === ANY && b.code.linker.arenaHi !== 0)

/** LDX. */
export function load(b: Body, pc: number): void {
  const { opcode, dst, src, off } = b.code
  const op = opcode[pc]
  const size = sizeOf(op)
  const signed = op >= 0x81
  const base = src[pc]
  const kind = kindAt(b, base)
  const memoryOp = signed ? SIGNED_LOADS[size] : LOADS[size]
  const cell = !b.layout.checked && kind === CONTEXT ? contextCell(b.code, pc) : undefined
  if (cell) {
    i32(b, 0)
    access(b, w.I64_LOAD, cell.at)
  } else if (!isAsked(b, kind) && kind === ANY && b.code.linker.probes) {
    address(b, base, off[pc])
    high(b, base, off[pc])
    i32(b, size)
    host(b, 'probe')
    open(b, w.IF, w.I64)
    i32(b, 0)
    access(b, w.I64_LOAD, b.layout.cells + CELL_VALUE)
    if (signed) ops(b, SIGN_EXTENSIONS[size])
    ops(b, w.ELSE)
    get(b, A)
    access(b, memoryOp, 0)
    end(b)
  } else if (isDirect(b, pc, base, size, false)) {
    const offset = directAddress(b, base, off[pc])
    access(b, memoryOp, offset)
  } else {
    if (b.layout.checked && kind === CONTEXT && contextCell(b.code, pc)) {
      loadCell(b, pc, base, size)
      put(b, dst[pc])
      return
    }
    if (!b.layout.checked && kind === CONTEXT) {
      address(b, base, off[pc])
      ops(b, w.I32_EQZ, w.I32_EQZ)
    } else needsHost(b, base, off[pc], size, false)
    open(b, w.IF, w.I64)
    loadByHost(b, pc, base, size)
    if (signed) ops(b, SIGN_EXTENSIONS[size])
    ops(b, w.ELSE)
    get(b, A)
    access(b, memoryOp, 0)
    end(b)
  }
  put(b, dst[pc])
}

/** Whether an access can be made without ado, once it was seen to that it may. */
function isDirect(b: Body, pc: number, base: number, size: number, writes: boolean): boolean {
  if (!b.layout.checked) return !mayBeContext(kindAt(b, base))
  const from = b.code.off[pc]
  const wanted: Extent = { from, to: from + size, writes }
  if (!isForBytes(b, base, wanted)) return false
  ensure(b, pc, base, wanted, b.extents[pc - b.blockStart])
  return true
}

/** Leaves an i64 on the stack: what the host answers for the address in A. */
function loadByHost(b: Body, pc: number, base: number, size: number): void {
  get(b, A)
  high(b, base, b.code.off[pc])
  i32(b, size)
  host(b, 'load')
  leaveIf(b, pc)
  i32(b, 0)
  access(b, w.I64_LOAD, b.layout.cells + CELL_VALUE)
}

/** A field of the context that has a cell, if it is the context. */
function loadCell(b: Body, pc: number, base: number, size: number): void {
  isContext(b, base)
  open(b, w.IF, w.I64)
  i32(b, 0)
  access(b, w.I64_LOAD, contextCell(b.code, pc)!.at)
  ops(b, w.ELSE)
  needsHost(b, base, b.code.off[pc], size, false)
  open(b, w.IF, w.I64)
  loadByHost(b, pc, base, size)
  ops(b, w.ELSE)
  get(b, A)
  access(b, LOADS[size], 0)
  end(b)
  end(b)
}

/** ST and STX. */
export function store(b: Body, pc: number): void {
  const { opcode, dst, src, off } = b.code
  const size = sizeOf(opcode[pc])
  const base = dst[pc]
  const kind = kindAt(b, base)
  if (!b.layout.checked && kind === STACK) {
    const offset = directAddress(b, base, off[pc])
    value(b, src[pc])
    access(b, STORES[size], offset)
    return
  }
  const asks = !isDirect(b, pc, base, size, true)
  if (asks) {
    needsHost(b, base, off[pc], size, true)
    open(b, w.IF)
    i32(b, 0)
    value(b, src[pc])
    access(b, w.I64_STORE, b.layout.cells + CELL_VALUE)
    get(b, A)
    high(b, base, off[pc])
    i32(b, size)
    host(b, 'store')
    leaveIf(b, pc)
    ops(b, w.ELSE)
  } else if (isInFrame(b.known.lows[base], off[pc], off[pc] + size)) {
    const offset = directAddress(b, base, off[pc])
    value(b, src[pc])
    access(b, STORES[size], offset)
    return
  } else address(b, base, off[pc], set)
  get(b, A)
  value(b, src[pc])
  access(b, STORES[size], 0)
  if (asks) {
    markPage(b)
    end(b)
  } else markWindow(b, pc, base)
}

const FETCH = 0x01
const LOAD_ACQ = 0x100
const STORE_REL = 0x110
const XCHG = 0xe0
const CMPXCHG = 0xf0
const OPERATIONS: ReadonlyMap<number, number> = new Map([
  [0x00, w.I64_ADD],
  [0x40, w.I64_OR],
  [0x50, w.I64_AND],
  [0xa0, w.I64_XOR],
])

/** STX|ATOMIC. There is one processor, so that plain loads and stores do. */
export function atomic(b: Body, pc: number): void {
  const { opcode, dst, src, off, imm } = b.code
  const size = sizeOf(opcode[pc])
  const what = imm[pc]
  const s = src[pc]
  const base = what === LOAD_ACQ ? s : dst[pc]
  const kind = kindAt(b, base)
  if (isAsked(b, kind)) {
    const from = off[pc]
    ensure(b, pc, base, { from, to: from + size, writes: what !== LOAD_ACQ }, b.extents[pc - b.blockStart])
  } else if (mayBeContext(kind)) {
    needsHost(b, base, off[pc], size, true)
    leaveIf(b, pc)
  }
  address(b, base, off[pc], set)
  const readOld = (): void => {
    get(b, A)
    access(b, LOADS[size], 0)
  }
  if (what === LOAD_ACQ) {
    readOld()
    put(b, dst[pc])
    return
  }
  if (what === STORE_REL) {
    get(b, A)
    value(b, s)
    access(b, STORES[size], 0)
  } else if ((what & ~FETCH) === CMPXCHG) {
    readOld()
    tee(b, T)
    if (size === 8) {
      value(b, 0)
      ops(b, w.I64_EQ)
    } else {
      ops(b, w.I32_WRAP_I64)
      low(b, 0)
      ops(b, w.I32_EQ)
    }
    open(b, w.IF)
    get(b, A)
    value(b, s)
    access(b, STORES[size], 0)
    end(b)
    get(b, T)
    put(b, 0)
  } else {
    readOld()
    set(b, T)
    get(b, A)
    const op = OPERATIONS.get(what & ~FETCH)
    if (op !== undefined && (what & ~FETCH) !== XCHG) {
      get(b, T)
      value(b, s)
      ops(b, op)
    } else value(b, s)
    access(b, STORES[size], 0)
    if (what & FETCH) {
      get(b, T)
      put(b, s)
    }
  }
  if (b.layout.checked || kind !== STACK) markPage(b)
}

/** Puts what an access to Ram needs on the stack; answers the offset that goes into the instruction. */
function directAddress(b: Body, base: number, off: number): number {
  const known = b.known.lows[base]
  if (known && known.off + off >= 0) {
    get(b, known.local)
    return known.off + off
  }
  low(b, base)
  if (off >= 0) return off
  i32(b, off)
  ops(b, w.I32_ADD)
  return 0
}

/** Puts the lower half of the address into A, and leaves it on the stack too unless told otherwise. */
function address(b: Body, base: number, off: number, keep: (b: Body, local: number) => void = tee): void {
  const known = b.known.lows[base]
  const by = known ? known.off + off : off
  if (known) get(b, known.local)
  else low(b, base)
  if (by !== 0) {
    i32(b, by)
    ops(b, w.I32_ADD)
  }
  keep(b, A)
}

/** Leaves an i32 on the stack: whether this access is the host's matter. The address is in A. */
function needsHost(b: Body, base: number, off: number, size: number, writes: boolean): void {
  if (isAsked(b, kindAt(b, base))) {
    address(b, base, off, set)
    missed(b, base, { from: off, to: off + size, writes })
    return
  }
  address(b, base, off)
  i32(b, 0)
  ops(b, w.I32_LT_S)
}

/** Marks the page of a store as written, unless that was done for one before it through the same value; stores that follow closely are included. */
function markWindow(b: Body, pc: number, base: number): void {
  const { off } = b.code
  const mark = b.known.marked[base]
  if (mark !== undefined && mark <= off[pc] && off[pc] + LONGEST_STORE <= mark + MARKED_WINDOW) return
  const first = firstOfStores(b, pc, base)
  markPage(b, first - off[pc])
  b.known.marked[base] = first
}

/** Least offset of the store at `pc` and of those behind it in its block through the same value that one window has room for. */
function firstOfStores({ code, blockEnd }: Body, pc: number, base: number): number {
  const { opcode, dst, off } = code
  let first = off[pc]
  let last = off[pc]
  for (let i = pc + 1; i < blockEnd && !mayWrite(code, i, base); i++) {
    const op = opcode[i]
    if (((op & 0x07) !== 0x02 && (op & 0x07) !== 0x03) || dst[i] !== base) continue
    const [from, to] = [Math.min(first, off[i]), Math.max(last, off[i])]
    if (to + LONGEST_STORE - from > MARKED_WINDOW) break
    first = from
    last = to
  }
  return first
}

/** Marks the page that A, or what is some bytes from it, lies in as written. */
function markPage(b: Body, by = 0): void {
  get(b, A)
  if (by !== 0) {
    i32(b, by)
    ops(b, w.I32_ADD)
  }
  i32(b, PAGE_SHIFT)
  ops(b, w.I32_SHR_U)
  i32(b, MAY_RUN_OVER)
  access(b, w.I32_STORE8, DIRTY_AT)
}
