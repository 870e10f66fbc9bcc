// Calls of compiler builtins: types of arguments and result, and what can be answered at once (clang's builtins for target bpf).
// In: the name and the syntax of the call. Out: a constant, an ordinary expression, or a `builtin` node that lower/ expands.
import { C11_ATOMICS, SIMPLE_BUILTINS, SPECIAL_BUILTINS, type SpecialBuiltin, TYPED_OVERFLOW } from '../features.ts'
import { error, type Place } from '../report.ts'
import type { CallExpr, Expr } from '../syntax/index.ts'
import { arithmetic, cast, constant, isConst, promote, rvalue } from './build-expr.ts'
import { type Context, errorExpr, isError, unevaluated } from './context.ts'
import { convert } from './convert.ts'
import { coreBuiltin } from './core-queries.ts'
import {
  asArray,
  asPointer,
  BOOL,
  CHAR,
  CONST,
  INT,
  integerOf,
  isInteger,
  isPointer,
  LLONG,
  LONG,
  pointerTo,
  qualifiersOf,
  qualify,
  sizeOf,
  UCHAR,
  UINT,
  ULLONG,
  ULONG,
  USHORT,
  unqualified,
  VOID,
} from './ctypes.ts'
import { quoteType } from './print-type.ts'
import { checkPointerSize } from './suspicious.ts'
import type { TExpr } from './tree.ts'
import type { CType } from './types.ts'

type Visit = (e: Expr) => TExpr

const SPECIAL: ReadonlySet<string> = new Set(SPECIAL_BUILTINS)

/** `__sync_fetch_and_add_4` and its kin mean the same as the name without a size. */
const withoutSize = (name: string): string => (name.startsWith('__sync_') ? name.replace(/_(?:1|2|4|8)$/, '') : name)

export const isBuiltin = (name: string): boolean =>
  Object.hasOwn(SIMPLE_BUILTINS, name) || SPECIAL.has(withoutSize(name)) || Object.hasOwn(C11_ATOMICS, name) || TYPED_OVERFLOW.test(name)

const LETTERS: Readonly<Record<string, CType>> = {
  c: UCHAR,
  i: INT,
  u: UINT,
  l: LONG,
  m: ULONG,
  h: USHORT,
  p: pointerTo(VOID),
  P: pointerTo(qualify(VOID, CONST)),
  s: pointerTo(qualify(CHAR, CONST)),
  v: VOID,
}

const TYPED: Readonly<Record<string, CType>> = { s: INT, u: UINT, sl: LONG, ul: ULONG, sll: LLONG, ull: ULLONG }

/** GNU's builtins take an ordering everywhere, and whether an exchange may fail by chance. */
function asGnuAtomic(name: string, e: CallExpr): CallExpr {
  const zero: Expr = { kind: 'number', text: '0', at: e.closeAt }
  if (name === '__c11_atomic_init') return { ...e, args: [...e.args, zero] }
  return name.startsWith('__c11_atomic_compare') ? { ...e, args: [...e.args.slice(0, 3), zero, ...e.args.slice(3)] } : e
}

export function builtinCall(cx: Context, fullName: string, e: CallExpr, visit: Visit): TExpr {
  if (Object.hasOwn(C11_ATOMICS, fullName)) return specialBuiltin(cx, C11_ATOMICS[fullName], asGnuAtomic(fullName, e), visit)
  const typed = TYPED_OVERFLOW.exec(fullName)
  if (typed) return overflowBuiltin(cx, `__builtin_${typed[2]}_overflow`, e, visit, TYPED[`${typed[1]}${typed[3]}`])
  const name = withoutSize(fullName)
  const signature = SIMPLE_BUILTINS[name]
  if (signature !== undefined) return simpleBuiltin(cx, name, signature, e, visit)
  return specialBuiltin(cx, name as SpecialBuiltin, e, visit)
}

const node = (name: string, args: readonly TExpr[], type: CType, at: Place): TExpr => ({
  kind: 'builtin',
  name,
  args,
  type,
  at,
  lvalue: false,
})

function countArguments(cx: Context, e: CallExpr, least: number, most = least): boolean {
  const n = e.args.length
  if (n >= least && n <= most) return true
  error(cx.sink, n < least ? 'c.too-few-arguments' : 'c.too-many-arguments', n < least ? e.closeAt : e.args[most].at, [
    String(least),
    String(n),
  ])
  return false
}

function simpleBuiltin(cx: Context, name: string, signature: string, e: CallExpr, visit: Visit): TExpr {
  const [ret, ...params] = [...signature].map((c) => LETTERS[c])
  if (!countArguments(cx, e, params.length)) return errorExpr(e.at)
  const given = e.args.map((a) => rvalue(visit(a)))
  checkPointerSize(cx, e.callee.kind === 'name' ? e.callee.name : name, e.args, given)
  const args = given.map((a, i) => convert(cx, a, params[i], { kind: 'passing', param: undefined }))
  if (args.some(isError)) return errorExpr(e.at)
  return foldBuiltin(name, args, ret, e.at) ?? node(name, args, ret, e.at)
}

const bits = (t: CType): number => (integerOf(t)?.size ?? 8) * 8

/** Answers that are constant when the arguments are. */
function foldBuiltin(name: string, args: readonly TExpr[], ret: CType, at: Place): TExpr | undefined {
  const [x] = args
  if (name === '__builtin_strlen') return stringLength(x, at)
  if (name === '__builtin_expect') return x.kind === 'const' ? x : undefined
  if (x?.kind !== 'const' || args.length !== 1 || /bitreverse|clrsb/.test(name)) return undefined
  const width = bits(x.type)
  const value = BigInt.asUintN(width, x.value)
  const binary = value.toString(2)
  const ones = BigInt([...binary].filter((c) => c === '1').length)
  const zerosBehind = BigInt(binary.length - 1 - binary.lastIndexOf('1'))
  const plain = name.replace(/^__builtin_/, '').replace(/l+$/, '')
  switch (plain) {
    case 'bswap16':
    case 'bswap32':
    case 'bswap64': {
      const hex = value.toString(16).padStart(width / 4, '0')
      return constant(BigInt(`0x${hex.match(/../g)?.reverse().join('')}`), ret, at)
    }
    case 'clz':
      return value === 0n ? undefined : constant(BigInt(width - binary.length), ret, at)
    case 'ctz':
      return value === 0n ? undefined : constant(zerosBehind, ret, at)
    case 'ffs':
      return constant(value === 0n ? 0n : zerosBehind + 1n, ret, at)
    case 'popcount':
      return constant(ones, ret, at)
    case 'parity':
      return constant(ones & 1n, ret, at)
    case 'abs':
      return constant(x.value < 0n ? -x.value : x.value, ret, at)
    default:
      return undefined
  }
}

function stringLength(x: TExpr, at: Place): TExpr | undefined {
  let inner = x
  while (inner.kind === 'cast' || inner.kind === 'decay') inner = inner.operand
  if (inner.kind !== 'global' || !inner.variable.isString || !inner.variable.data) return undefined
  const end = inner.variable.data.bytes.indexOf(0)
  return constant(BigInt(end < 0 ? inner.variable.data.bytes.length : end), ULONG, at)
}

function specialBuiltin(cx: Context, name: SpecialBuiltin, e: CallExpr, visit: Visit): TExpr {
  const arg = (i: number): TExpr => rvalue(visit(e.args[i]))
  switch (name) {
    case '__builtin_constant_p': {
      if (!countArguments(cx, e, 1)) return errorExpr(e.at)
      const x = unevaluated(cx, () => arg(0))
      if (isError(x)) return errorExpr(e.at)
      if (isConst(x) || isStringAddress(x)) return constant(1n, INT, e.at)
      // What inlining may make a literal is asked again later; where a constant is needed, and of the rest, the answer is no.
      const later = cx.fn !== undefined && cx.unevaluated === 0 && isInteger(x.type) && ofVariables(x)
      return later ? node(name, [arg(0)], INT, e.at) : constant(0n, INT, e.at)
    }
    case '__builtin_expect_with_probability': {
      if (!countArguments(cx, e, 3)) return errorExpr(e.at)
      const args = [arg(0), arg(1)].map((a) => convert(cx, a, LONG, { kind: 'passing', param: undefined }))
      return args.some(isError) ? errorExpr(e.at) : node('__builtin_expect', args, LONG, e.at)
    }
    case '__builtin_assume':
    case '__builtin_prefetch': {
      for (const a of e.args) unevaluated(cx, () => visit(a))
      return cast(constant(0n, INT, e.at), VOID, e.at)
    }
    case '__builtin_assume_aligned':
      return countArguments(cx, e, 2, 3) ? convert(cx, arg(0), pointerTo(VOID), { kind: 'passing', param: undefined }) : errorExpr(e.at)
    case '__builtin_object_size':
    case '__builtin_dynamic_object_size': {
      if (!countArguments(cx, e, 2)) return errorExpr(e.at)
      const [pointer, mode] = [unevaluated(cx, () => arg(0)), arg(1)]
      return constant(objectSize(pointer) ?? (isConst(mode) && mode.value >= 2n ? 0n : -1n), ULONG, e.at)
    }
    case '__builtin_classify_type': {
      if (!countArguments(cx, e, 1)) return errorExpr(e.at)
      const x = unevaluated(cx, () => arg(0))
      return constant(isPointer(x.type) ? 5n : isInteger(x.type) ? 1n : 12n, INT, e.at)
    }
    case '__builtin_addressof': {
      if (!countArguments(cx, e, 1)) return errorExpr(e.at)
      return visit({ kind: 'unary', op: '&', operand: e.args[0], at: e.at })
    }
    case '__builtin_popcountg':
    case '__builtin_clzg':
    case '__builtin_ctzg':
      return genericCount(cx, name, e, visit)
    case '__atomic_always_lock_free':
    case '__atomic_is_lock_free':
    case '__c11_atomic_is_lock_free': {
      const [size] = e.args.length > 0 ? [arg(0)] : []
      const free = size !== undefined && isConst(size) && [1n, 2n, 4n, 8n].includes(size.value)
      return constant(free ? 1n : 0n, BOOL, e.at)
    }
    case '__atomic_load':
    case '__atomic_store':
    case '__atomic_exchange':
    case '__atomic_compare_exchange':
      return throughMemory(cx, name, e, visit)
    case '__builtin_add_overflow':
    case '__builtin_sub_overflow':
    case '__builtin_mul_overflow':
      return overflowBuiltin(cx, name, e, visit)
    case '__builtin_preserve_access_index':
    case '__builtin_preserve_field_info':
    case '__builtin_preserve_type_info':
    case '__builtin_preserve_enum_value':
    case '__builtin_btf_type_id':
      return coreBuiltin(cx, name, e, visit)
    case '__builtin_va_start':
    case '__builtin_va_end':
    case '__builtin_va_copy':
      error(cx.sink, 'c.variadic-function', e.at)
      return errorExpr(e.at)
    case '__sync_synchronize':
      return node(name, [], VOID, e.at)
    case '__atomic_thread_fence':
    case '__atomic_signal_fence':
      return node('__sync_synchronize', [], VOID, e.at)
    default:
      return atomicBuiltin(cx, name, e, visit)
  }
}

/** Of any unsigned integer: the function for its width; the second argument is the answer for 0. */
function genericCount(cx: Context, name: string, e: CallExpr, visit: Visit): TExpr {
  const counts = name === '__builtin_popcountg'
  if (!countArguments(cx, e, 1, counts ? 1 : 2)) return errorExpr(e.at)
  const x = rvalue(visit(e.args[0]))
  const int = integerOf(x.type)
  if (isError(x) || !int || int.signed || int.size > 8) {
    if (!isError(x)) error(cx.sink, 'c.count-unsigned', e.args[0].at, [name, quoteType(x.type)])
    return errorExpr(e.at)
  }
  const wide = cast(x, int.size === 8 ? ULONG : UINT)
  const plain = `${name.slice(0, -1)}${int.size === 8 ? 'l' : ''}`
  // A narrow one has zeros above it that do not count.
  const spare = constant(name === '__builtin_clzg' && int.size < 4 ? BigInt(32 - 8 * int.size) : 0n, INT, e.at)
  const without = (count: TExpr): TExpr => arithmetic(cx, '-', count, spare, INT, e.at)
  if (e.args.length < 2) return without(foldBuiltin(plain, [wide], INT, e.at) ?? node(plain, [wide], INT, e.at))
  const otherwise = convert(cx, rvalue(visit(e.args[1])), INT, { kind: 'passing', param: undefined })
  if (isError(otherwise)) return otherwise
  if (isConst(wide)) return wide.value === 0n ? otherwise : without(foldBuiltin(plain, [wide], INT, e.at) ?? otherwise)
  return without(node(plain, [wide, arithmetic(cx, '+', otherwise, spare, INT, e.at)], INT, e.at))
}

/** The forms whose values are passed by address, as those that take and yield values. */
function throughMemory(cx: Context, name: string, e: CallExpr, visit: Visit): TExpr {
  const [at, ...rest] = e.args
  const pointee = (of: Expr | undefined): Expr => ({ kind: 'unary', op: '*', operand: of ?? at, at: (of ?? at)?.at ?? e.at })
  const call = (builtin: string, args: readonly Expr[]): Expr => ({
    ...e,
    callee: { kind: 'name', name: builtin, at: e.at },
    args,
  })
  const assign = (to: Expr, value: Expr): Expr => ({ kind: 'assign', op: '=', left: pointee(to), right: value, opAt: e.at, at: e.at })
  const counts: Readonly<Record<string, number>> = { __atomic_load: 3, __atomic_store: 3, __atomic_exchange: 4 }
  if (!countArguments(cx, e, counts[name] ?? 6)) return errorExpr(e.at)
  const none = (made: TExpr): TExpr => (isError(made) ? made : cast(made, VOID, e.at))
  switch (name) {
    case '__atomic_load':
      return none(visit(assign(rest[0], call('__atomic_load_n', [at, rest[1]]))))
    case '__atomic_store':
      return visit(call('__atomic_store_n', [at, pointee(rest[0]), rest[1]]))
    case '__atomic_exchange':
      return none(visit(assign(rest[1], call('__atomic_exchange_n', [at, pointee(rest[0]), rest[2]]))))
    default:
      return visit(call('__atomic_compare_exchange_n', [at, rest[0], pointee(rest[1]), ...rest.slice(2)]))
  }
}

/** Whether the value is computed from local variables alone, without effect. */
function ofVariables(e: TExpr): boolean {
  switch (e.kind) {
    case 'const':
      return true
    case 'load':
      return e.operand.kind === 'local' && !qualifiersOf(e.operand.type).volatile
    case 'cast':
    case 'unary':
    case 'not':
      return ofVariables(e.operand)
    case 'arithmetic':
    case 'compare':
      return ofVariables(e.left) && ofVariables(e.right)
    default:
      return false
  }
}

function isStringAddress(e: TExpr): boolean {
  return e.kind === 'decay' && e.operand.kind === 'global' && e.operand.variable.isString
}

function objectSize(e: TExpr): bigint | undefined {
  let inner = e
  while (inner.kind === 'cast') inner = inner.operand
  if (inner.kind !== 'decay' && inner.kind !== 'address') return undefined
  const object = inner.operand
  if (object.kind !== 'local' && object.kind !== 'global') return undefined
  const size = sizeOf(object.type)
  return size === undefined ? undefined : BigInt(size)
}

/** (a, b, result): computes exactly, stores what fits, tells whether it did not fit. `type`: what the name says of all three. */
function overflowBuiltin(cx: Context, name: string, e: CallExpr, visit: Visit, type?: CType): TExpr {
  if (!countArguments(cx, e, 3)) return errorExpr(e.at)
  const args = e.args.map((a, i) => {
    const given = rvalue(visit(a))
    return type ? convert(cx, given, i < 2 ? type : pointerTo(type), { kind: 'passing', param: undefined }) : given
  })
  if (args.some(isError)) return errorExpr(e.at)
  const target = asPointer(args[2].type)?.to
  if (!target || !isInteger(target) || !isInteger(args[0].type) || !isInteger(args[1].type)) {
    error(cx.sink, 'c.overflow-arguments', e.at)
    return errorExpr(e.at)
  }
  return node(name, [promote(args[0]), promote(args[1]), args[2]], BOOL, e.at)
}

/** Number of value arguments behind the pointer, and whether orderings follow them. */
const ATOMIC_SHAPES: Readonly<Record<string, { readonly values: number; readonly orders: number }>> = {
  __sync_val_compare_and_swap: { values: 2, orders: 0 },
  __sync_bool_compare_and_swap: { values: 2, orders: 0 },
  __sync_lock_release: { values: 0, orders: 0 },
  __atomic_load_n: { values: 0, orders: 1 },
  __atomic_compare_exchange_n: { values: 2, orders: 3 },
}

function atomicBuiltin(cx: Context, name: SpecialBuiltin, e: CallExpr, visit: Visit): TExpr {
  const shape = ATOMIC_SHAPES[name] ?? { values: 1, orders: name.startsWith('__atomic_') ? 1 : 0 }
  const count = 1 + shape.values + shape.orders
  // The old builtins take a list of variables to protect behind their arguments and ignore it.
  if (!countArguments(cx, e, count, name.startsWith('__sync_') ? 64 : count)) return errorExpr(e.at)
  const args = e.args.map((a) => rvalue(visit(a)))
  if (args.some(isError)) return errorExpr(e.at)
  const to = asPointer(args[0].type)?.to
  const size = to && (isInteger(to) || isPointer(to)) ? sizeOf(to) : undefined
  if (!to || size === undefined || asArray(to)) {
    error(cx.sink, 'c.atomic-pointer', args[0].at, [quoteType(args[0].type)])
    return errorExpr(e.at)
  }
  if (qualifiersOf(to).const && name !== '__atomic_load_n') {
    error(cx.sink, 'c.atomic-const', args[0].at, [quoteType(args[0].type)])
    return errorExpr(e.at)
  }
  const plainLoadOrStore = name === '__atomic_load_n' || name === '__atomic_store_n' || name === '__sync_lock_release'
  if (size > 8 || (size < 4 && !plainLoadOrStore)) {
    error(cx.sink, 'c.atomic-size', args[0].at, [quoteType(to)])
    return errorExpr(e.at)
  }
  const type = unqualified(to)
  const values: TExpr[] = []
  for (let i = 1; i <= shape.values; i++) {
    const expected = name === '__atomic_compare_exchange_n' && i === 1
    const wanted = expected ? pointerTo(type) : type
    const given = args[i]
    // clang's __sync builtins convert between pointers and integers as a cast does.
    values.push(
      isPointer(given.type) !== isPointer(wanted) ? cast(given, wanted) : convert(cx, given, wanted, { kind: 'passing', param: undefined }),
    )
  }
  if (values.some(isError)) return errorExpr(e.at)
  return node(name, [args[0], ...values], atomicResult(name, type), e.at)
}

function atomicResult(name: string, type: CType): CType {
  if (name === '__sync_bool_compare_and_swap' || name === '__atomic_compare_exchange_n') return BOOL
  if (name === '__atomic_store_n' || name === '__sync_lock_release') return VOID
  return type
}
