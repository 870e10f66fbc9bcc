// Builtins that are more than one instruction: memory, bits, overflow, atomics, CO-RE questions.
import {
  type AtomicOp,
  addBlock,
  constant,
  type Func,
  intType,
  type LibraryName,
  libraryName,
  makeLibraryFunc,
  undef,
  type Value,
} from '../ir/index.ts'
import { error } from '../report.ts'
import { asPointer, type CType, INT, integerOf, sizeOf, type TExpr } from '../sema/index.ts'
import { barrierOnly } from './asm.ts'
import { pointeeAlign, resize } from './memory.ts'
import { irType, type L, mark } from './state.ts'

type Builtin = TExpr & { readonly kind: 'builtin' }

export function builtin(l: L, e: Builtin): Value {
  const { name } = e
  if (e.core) {
    mark(l, e.at)
    const type = irType(e.type) === 'i64' ? 'i64' : 'i32'
    return l.b.core({ type, relo: e.core.relo, root: e.core.root, access: e.core.access, value: e.core.value })
  }
  const arg = (i: number): Value => l.rules.value(l, e.args[i])
  switch (name) {
    case '__builtin_memcpy':
    case '__builtin_memmove':
    case '__builtin_memset':
    case '__builtin_memcpy_inline':
    case '__builtin_memset_inline':
      return memory(l, { ...e, name: name.replace('_inline', '') })
    case '__builtin_bzero': {
      const zero: TExpr = { kind: 'const', value: 0n, type: INT, at: e.at, lvalue: false }
      return memory(l, { ...e, name: '__builtin_memset', args: [e.args[0], zero, e.args[1]] })
    }
    case '__builtin_debugtrap':
      return undef('i64')
    case '__builtin_memcmp':
    case '__builtin_bcmp':
      return compareMemory(l, e)
    case '__builtin_bswap16':
    case '__builtin_bswap32':
    case '__builtin_bswap64': {
      const v = arg(0)
      mark(l, e.at)
      return l.b.bswap(v)
    }
    case '__builtin_expect': {
      const v = arg(0)
      if (e.args[1].kind !== 'const') l.rules.discard(l, e.args[1])
      return v
    }
    case '__builtin_preserve_access_index': {
      l.preserve++
      const v = arg(0)
      l.preserve--
      return v
    }
    case '__builtin_unreachable':
    case '__builtin_trap':
      mark(l, e.at)
      l.b.unreachable()
      l.b.block = addBlock(l.fn, 'after.unreachable')
      return undef('i64')
    case '__builtin_add_overflow':
    case '__builtin_sub_overflow':
    case '__builtin_mul_overflow':
      return overflow(l, e)
    case '__builtin_constant_p': {
      const v = resize(l, arg(0), 'i64', false)
      mark(l, e.at)
      return l.b.call('i32', libraryFunc(l, 'constant_p'), [v])
    }
    case '__builtin_strlen':
    case '__builtin_strcmp': {
      const args = e.args.map((_, k) => arg(k))
      mark(l, e.at)
      return l.b.call(irType(e.type), libraryFunc(l, name === '__builtin_strlen' ? 'strlen' : 'strcmp'), args)
    }
    case '__sync_synchronize':
      barrierOnly(l, true)
      return undef('i64')
    default:
      if (name.startsWith('__sync_') || name.startsWith('__atomic_')) return atomic(l, e)
      return bits(l, e)
  }
}

// --- memory ---

/** Copies and fills. Where the size is no literal, inlining has to make it one. */
function memory(l: L, e: Builtin): Value {
  const [dst, second, size] = e.args
  const to = l.rules.value(l, dst)
  const from = l.rules.value(l, second)
  const isFill = e.name === '__builtin_memset'
  const align = isFill ? pointeeAlign(dst) : Math.min(pointeeAlign(dst), pointeeAlign(second))
  if (size.kind !== 'const') {
    const name = e.name.replace('__builtin_', '') as LibraryName
    const bytes = l.rules.value(l, size)
    mark(l, e.at)
    l.b.call('void', libraryFunc(l, name), [to, isFill ? resize(l, from, 'i8', false) : from, bytes, constant('i64', align)])
    return to
  }
  mark(l, e.at)
  const bytes = Number(size.value)
  if (bytes === 0) return to
  if (bytes > MAX_MEMORY) {
    error(l.sink, 'c.bpf.memory-large', size.at, [e.name.replace('__builtin_', ''), String(MAX_MEMORY)])
    return to
  }
  if (isFill) l.b.memset(to, resize(l, from, 'i8', false), bytes, align)
  else l.b.memcpy(to, from, bytes, align, { overlap: e.name === '__builtin_memmove' })
  return to
}

function libraryFunc(l: L, name: LibraryName): Func {
  const known = l.module.funcs.find((f) => libraryName(f) === name)
  if (known) return known
  const made = makeLibraryFunc(name)
  l.module.funcs.push(made)
  return made
}

/** clang gives up on longer copies too: they would be calls. */
const MAX_MEMORY = 1024

/** Chunk by chunk from the front; the first that differs decides by its first differing byte. */
function compareMemory(l: L, e: Builtin): Value {
  const [a, b, size] = e.args
  const left = l.rules.value(l, a)
  const right = l.rules.value(l, b)
  if (size.kind !== 'const') {
    error(l.sink, 'c.bpf.memory-size', size.at, ['memcmp'])
    return undef('i32')
  }
  const align = Math.min(8, pointeeAlign(a), pointeeAlign(b))
  let rest = Number(size.value)
  if (rest / align > MAX_MEMORY) {
    error(l.sink, 'c.bpf.memory-large', size.at, ['memcmp', String(MAX_MEMORY)])
    return undef('i32')
  }
  mark(l, e.at)
  const end = addBlock(l.fn, 'memcmp.end')
  const incoming: { value: Value; from: ReturnType<typeof addBlock> }[] = []
  for (let off = 0; rest > 0; ) {
    let step = align
    while (step > rest) step /= 2
    const type = step === 8 ? 'i64' : step === 4 ? 'i32' : step === 2 ? 'i16' : 'i8'
    const x = l.b.load(type, off === 0 ? left : l.b.ptradd(left, off), step)
    const y = l.b.load(type, off === 0 ? right : l.b.ptradd(right, off), step)
    const differ = addBlock(l.fn, 'memcmp.differ')
    const next = addBlock(l.fn, 'memcmp.next')
    l.b.condbr(l.b.cmp('ne', x, y), differ, next)
    l.b.block = differ
    // The bytes in the order of memory: the first one weighs most.
    const [p, q] = step === 1 ? [x, y] : [l.b.bswap(x), l.b.bswap(y)]
    incoming.push({ value: l.b.select(l.b.cmp('ult', p, q), constant('i32', -1), constant('i32', 1)), from: differ })
    l.b.br(end)
    l.b.block = next
    off += step
    rest -= step
  }
  incoming.push({ value: constant('i32', 0), from: l.b.block })
  l.b.br(end)
  l.b.block = end
  return l.b.phi('i32', incoming)
}

// --- bits ---

function bits(l: L, e: Builtin): Value {
  const plain = e.name.replace('__builtin_', '')
  const x = l.rules.value(l, e.args[0])
  mark(l, e.at)
  const forZero = e.args[1] && e.args[1].type === INT ? l.rules.value(l, e.args[1]) : undefined
  const result = (v: Value): Value => {
    const count = resize(l, v, irType(e.type), false)
    return forZero ? l.b.select(l.b.cmp('eq', x, constant(x.type, 0)), forZero, count) : count
  }
  const kind = /^(?:clz|ctz|ffs|popcount|parity|clrsb|bitreverse|rotateleft|rotateright)/.exec(plain)?.[0] ?? 'abs'
  switch (kind) {
    case 'popcount':
      return result(popcount(l, x))
    case 'parity':
      return result(l.b.bin('and', popcount(l, x), constant(x.type, 1)))
    case 'ctz':
      return result(trailingZeros(l, x))
    case 'ffs': {
      const index = l.b.bin('add', trailingZeros(l, x), constant(x.type, 1))
      return result(l.b.select(l.b.cmp('eq', x, constant(x.type, 0)), constant(x.type, 0), index))
    }
    case 'clz':
      return result(leadingZeros(l, x))
    case 'clrsb': {
      // Bits that repeat the sign: zeros ahead of where the number and its sign differ, but one.
      const differ = l.b.bin('xor', x, l.b.bin('ashr', x, constant(x.type, width(x) - 1)))
      return result(l.b.bin('sub', leadingZeros(l, differ), constant(x.type, 1)))
    }
    case 'bitreverse':
      return reversed(l, x)
    case 'rotateleft':
    case 'rotateright':
      return rotated(l, x, l.rules.value(l, e.args[1]), kind === 'rotateleft')
    default: {
      const negative = l.b.cmp('slt', x, constant(x.type, 0))
      return l.b.select(negative, l.b.bin('sub', constant(x.type, 0), x), x)
    }
  }
}

const width = (v: Value): number => Number(v.type.slice(1))

/** All bits below the highest one set: the rest are the zeros. */
function leadingZeros(l: L, x: Value): Value {
  let v = x
  for (let n = 1; n < width(x); n *= 2) v = l.b.bin('or', v, l.b.bin('lshr', v, constant(v.type, n)))
  return l.b.bin('sub', constant(x.type, width(x)), popcount(l, v))
}

/** Neighbouring bits swapped, then pairs, then nibbles, then bytes and what is larger. */
function reversed(l: L, x: Value): Value {
  const bits = width(x)
  let v = x
  for (let n = 1; n < bits; n *= 2) {
    const low = BigInt(`0b${('0'.repeat(n) + '1'.repeat(n)).repeat(bits / (2 * n))}`)
    const up = l.b.bin('shl', l.b.bin('and', v, constant(x.type, low)), constant(x.type, n))
    v = l.b.bin('or', up, l.b.bin('and', l.b.bin('lshr', v, constant(x.type, n)), constant(x.type, low)))
  }
  return v
}

/** By any amount, modulo the width. */
function rotated(l: L, x: Value, amount: Value, left: boolean): Value {
  const most = constant(x.type, width(x) - 1)
  const n = l.b.bin('and', amount, most)
  const rest = l.b.bin('and', l.b.bin('sub', constant(x.type, 0), amount), most)
  return l.b.bin('or', l.b.bin(left ? 'shl' : 'lshr', x, n), l.b.bin(left ? 'lshr' : 'shl', x, rest))
}

const trailingZeros = (l: L, x: Value): Value => {
  // Of the lowest set bit, the bits below.
  const below = l.b.bin('and', l.b.bin('xor', x, constant(x.type, -1)), l.b.bin('sub', x, constant(x.type, 1)))
  return popcount(l, below)
}

/** Sums of neighbouring bits, then pairs, then nibbles; a multiplication adds up the bytes. */
function popcount(l: L, x: Value): Value {
  const all = (byte: number): Value =>
    constant(
      x.type,
      BigInt(
        `0x${byte
          .toString(16)
          .padStart(2, '0')
          .repeat(width(x) / 8)}`,
      ),
    )
  const shift = (v: Value, n: number): Value => l.b.bin('lshr', v, constant(x.type, n))
  const pairs = l.b.bin('sub', x, l.b.bin('and', shift(x, 1), all(0x55)))
  const nibbles = l.b.bin('add', l.b.bin('and', pairs, all(0x33)), l.b.bin('and', shift(pairs, 2), all(0x33)))
  const bytes = l.b.bin('and', l.b.bin('add', nibbles, shift(nibbles, 4)), all(0x0f))
  return shift(l.b.bin('mul', bytes, all(0x01)), width(x) - 8)
}

// --- overflow ---

/** Stores the wrapped result; 1 where the exact one does not fit. */
function overflow(l: L, e: Builtin): Value {
  const [a, b, out] = e.args
  const target = asPointer(out.type)?.to ?? out.type
  const type = integerOf(target)
  const [ta, tb] = [integerOf(a.type), integerOf(b.type)]
  const x = l.rules.value(l, a)
  const y = l.rules.value(l, b)
  const ptr = l.rules.value(l, out)
  mark(l, e.at)
  const store = (v: Value, bit: Value): Value => {
    l.b.store(ptr, resize(l, v, irType(target), false), sizeOf(target) ?? 1)
    return l.b.cast('zext', 'i8', bit)
  }
  if (!type || !ta || !tb) return undef('i8')
  const op = e.name.includes('_add_') ? 'add' : e.name.includes('_sub_') ? 'sub' : 'mul'
  if (ta.size <= 4 && tb.size <= 4 && type.size <= 4) {
    // Exact in 64 bits; it fits where narrowing and widening again give it back.
    const exact = l.b.bin(op, resize(l, x, 'i64', ta.signed), resize(l, y, 'i64', tb.signed))
    const narrow = resize(l, exact, irType(target), false)
    // The product of two u32 may need the 64th bit; 32 bits widened never look like it, whatever their sign.
    return store(exact, l.b.cmp('ne', resize(l, narrow, 'i64', type.signed), exact))
  }
  const p = resize(l, x, 'i64', ta.signed)
  const q = resize(l, y, 'i64', tb.signed)
  if (ta.signed !== type.signed || tb.signed !== type.signed || type.size !== 8 || (op === 'mul' && type.signed)) {
    const { low, fits } =
      op === 'mul' ? wideProduct(l, [p, ta.signed], [q, tb.signed], type) : wideSum(l, op, [p, ta.signed], [q, tb.signed], type)
    return store(low, l.b.bin('xor', fits, constant('i1', 1)))
  }
  const r = l.b.bin(op, p, q)
  const zero = constant('i64', 0)
  if (op === 'mul') {
    // r / p == q unless it overflowed; BPF's division by zero yields zero, and then q * 0 did not overflow.
    const back = l.b.bin('udiv', r, p)
    return store(r, l.b.bin('and', l.b.cmp('ne', p, zero), l.b.cmp('ne', back, q)))
  }
  if (!type.signed) return store(r, op === 'add' ? l.b.cmp('ult', r, p) : l.b.cmp('ult', p, q))
  // Signs: an addition overflows where both operands differ from the result, a subtraction where they differ from each other too.
  const first = l.b.bin('xor', p, op === 'add' ? r : q)
  const second = l.b.bin('xor', op === 'add' ? q : p, r)
  return store(r, l.b.cmp('slt', l.b.bin('and', first, second), zero))
}

/** 64 bits, and whether the highest of them is a sign. */
type Word = readonly [Value, boolean]
interface Limits {
  readonly size: number
  readonly signed: boolean
}

/** The exact sum or difference in two words, and whether it fits the type. */
function wideSum(l: L, op: 'add' | 'sub', [p, ps]: Word, [q, qs]: Word, type: Limits): { readonly low: Value; readonly fits: Value } {
  const high = (v: Value, signed: boolean): Value => (signed ? l.b.bin('ashr', v, constant('i64', 63)) : constant('i64', 0))
  const low = l.b.bin(op, p, q)
  const carry = l.b.cast('zext', 'i64', op === 'add' ? l.b.cmp('ult', low, p) : l.b.cmp('ult', p, q))
  const above = l.b.bin(op, l.b.bin(op, high(p, ps), high(q, qs)), carry)
  const narrow = resize(l, resize(l, low, intType(type.size), false), 'i64', type.signed)
  return { low, fits: l.b.bin('and', l.b.cmp('eq', narrow, low), l.b.cmp('eq', above, high(low, type.signed))) }
}

/** The product by its magnitude and its sign: BPF multiplies and divides unsigned. */
function wideProduct(l: L, p: Word, q: Word, type: Limits): { readonly low: Value; readonly fits: Value } {
  const zero = constant('i64', 0)
  const parts = ([v, signed]: Word): { readonly mask: Value; readonly size: Value } => {
    const mask = signed ? l.b.bin('ashr', v, constant('i64', 63)) : zero
    return { mask, size: l.b.bin('sub', l.b.bin('xor', v, mask), mask) }
  }
  const a = parts(p)
  const b = parts(q)
  const size = l.b.bin('mul', a.size, b.size)
  // BPF's division by zero yields zero, and then nothing was lost.
  const whole = l.b.bin('or', l.b.cmp('eq', a.size, zero), l.b.cmp('eq', l.b.bin('udiv', size, a.size), b.size))
  const mask = l.b.bin('xor', a.mask, b.mask)
  const low = l.b.bin('sub', l.b.bin('xor', size, mask), mask)
  const bits = BigInt(8 * type.size)
  if (type.signed) {
    const most = l.b.bin('sub', constant('i64', (1n << (bits - 1n)) - 1n), mask)
    return { low, fits: l.b.bin('and', whole, l.b.cmp('ule', size, most)) }
  }
  const positive = l.b.bin('or', l.b.cmp('eq', mask, zero), l.b.cmp('eq', size, zero))
  const small = l.b.cmp('ule', size, constant('i64', (1n << bits) - 1n))
  return { low, fits: l.b.bin('and', whole, l.b.bin('and', positive, small)) }
}

// --- atomics ---

const OPS: Readonly<Record<string, AtomicOp | 'sub'>> = { add: 'add', sub: 'sub', or: 'or', and: 'and', xor: 'xor' }

function atomic(l: L, e: Builtin): Value {
  const { name } = e
  const target = asPointer(e.args[0].type)?.to ?? e.args[0].type
  const ptr = l.rules.value(l, e.args[0])
  const operand = (i: number): Value => integerValue(l, e.args[i])
  const align = sizeOf(target) ?? 1
  switch (name) {
    case '__atomic_load_n':
      mark(l, e.at)
      return l.b.load(irType(target), ptr, align, true)
    case '__atomic_store_n': {
      const v = l.rules.value(l, e.args[1])
      mark(l, e.at)
      l.b.store(ptr, v, align, true)
      return undef('i64')
    }
    case '__sync_lock_release':
      mark(l, e.at)
      l.b.store(ptr, constant(irType(target), 0), align, true)
      return undef('i64')
    case '__sync_lock_test_and_set':
    case '__atomic_exchange_n': {
      const v = operand(1)
      mark(l, e.at)
      return asTarget(l, l.b.atomicrmw('xchg', ptr, v), target)
    }
    case '__sync_val_compare_and_swap':
    case '__sync_bool_compare_and_swap': {
      const expected = operand(1)
      const desired = operand(2)
      mark(l, e.at)
      const old = l.b.cmpxchg(ptr, expected, desired)
      if (name === '__sync_val_compare_and_swap') return asTarget(l, old, target)
      return l.b.cast('zext', 'i8', l.b.cmp('eq', old, expected))
    }
    case '__atomic_compare_exchange_n': {
      const where = l.rules.value(l, e.args[1])
      const desired = operand(2)
      mark(l, e.at)
      const expected = l.b.load(irType(target) === 'i32' ? 'i32' : 'i64', where, align)
      const old = l.b.cmpxchg(ptr, expected, desired)
      // Where it was equal this stores what is there already.
      l.b.store(where, old, align)
      return l.b.cast('zext', 'i8', l.b.cmp('eq', old, expected))
    }
    default: {
      const word = name.replace(/^__(?:sync|atomic)_/, '').replace(/^fetch_(?:and_)?|_(?:and_)?fetch$/g, '')
      const op = OPS[word]
      const v = operand(1)
      mark(l, e.at)
      const change = op === 'sub' ? l.b.bin('sub', constant(v.type, 0), v) : v
      const old = l.b.atomicrmw(op === 'sub' ? 'add' : op, ptr, change)
      if (name.includes('fetch_and_') || name.includes('atomic_fetch_')) return asTarget(l, old, target)
      return asTarget(l, l.b.bin(op === 'sub' ? 'sub' : (op as 'add'), old, v), target)
    }
  }
}

/** Atomic instructions work on integers. */
function integerValue(l: L, e: TExpr): Value {
  const v = l.rules.value(l, e)
  return v.type === 'ptr' ? l.b.cast('ptrtoint', 'i64', v) : v
}

const asTarget = (l: L, v: Value, target: CType): Value => (irType(target) === 'ptr' ? l.b.cast('inttoptr', 'ptr', v) : v)
