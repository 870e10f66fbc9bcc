// Expressions to IR values. C's rules are all in the typed tree already; here each node becomes its instructions.
// Records are never values: they are made in memory, where `into` is told to put them.
import { never } from '../../base/index.ts'
import { addBlock, type BinOp, constant, undef, type Value } from '../ir/index.ts'
import { asFunction, asPointer, type CType, integerOf, isVoid, sizeOf, type TExpr, ULONG } from '../sema/index.ts'
import { madeApart, rootVariable } from './aliasing.ts'
import { packetLoad } from './asm.ts'
import { builtin } from './builtins.ts'
import { truth } from './condition.ts'
import { access, address, copy, loadFrom, pointerOf, resize, storeTo, temporary } from './memory.ts'
import { type Address, enter, irType, isRecord, isWide, type L, mark } from './state.ts'
import { resultType, returnsRecord } from './symbols.ts'
import { narrowed, storePair, wideCompound, wideValue } from './wide.ts'

/** The value of a scalar expression; `undef` of nothing for void. */
export function value(l: L, e: TExpr): Value {
  // Where one word is asked for: an amount to shift by.
  if (isWide(e.type)) return wideValue(l, e).low
  switch (e.kind) {
    case 'const':
      return constant(irType(e.type), e.value)
    case 'load':
      return loadFrom(l, e.operand)
    case 'decay':
    case 'address': {
      const a = address(l, e.operand)
      mark(l, e.at)
      return pointerOf(l, a)
    }
    case 'cast':
      return castValue(l, e)
    case 'unary': {
      const v = value(l, e.operand)
      mark(l, e.at)
      const signed = integerOf(e.type)?.signed ?? false
      return e.op === '-' ? l.b.bin('sub', constant(v.type, 0), v, { nsw: signed }) : l.b.bin('xor', v, constant(v.type, -1))
    }
    case 'not':
    case 'compare':
    case 'logical': {
      const bit = truth(l, e)
      mark(l, e.at)
      return l.b.cast('zext', 'i32', bit)
    }
    case 'arithmetic':
      return arithmeticChain(l, e)
    case 'pointer-add': {
      const base = value(l, e.pointer)
      const step = scaled(l, e.index, e.scale, e.subtract)
      mark(l, e.at)
      return l.b.ptradd(base, step)
    }
    case 'pointer-diff':
      return pointerDifference(l, e)
    case 'step':
      return stepValue(l, e)
    case 'assign': {
      if (isRecord(e.type)) return discardRecord(l, e)
      const v = value(l, e.right)
      return storeTo(l, e.left, v)
    }
    case 'compound-assign':
      return compoundAssign(l, e)
    case 'comma':
      l.rules.discard(l, e.left)
      return value(l, e.right)
    case 'conditional':
      return conditionalValue(l, e)
    case 'call':
      return callValue(l, e, undefined)
    case 'builtin':
      return builtin(l, e)
    case 'statements': {
      let result: Value = undef('i64')
      l.rules.blockItems(l, e.body, () => {
        if (e.result) result = isVoid(e.result.type) || isRecord(e.result.type) ? discardRecord(l, e.result) : value(l, e.result)
      })
      return result
    }
    case 'local':
    case 'global':
    case 'deref':
    case 'compound-literal':
    case 'function':
      return isRecord(e.type) || e.kind === 'function' ? pointerOf(l, address(l, e)) : loadFrom(l, e)
    case 'member':
      return memberValue(l, e)
    case 'error':
      return undef('i64')
    default:
      return never(e)
  }
}

/** A member of a record value (a call's result) is read from where the record was put. */
const memberValue = (l: L, e: TExpr & { readonly kind: 'member' }): Value =>
  isRecord(e.type) ? pointerOf(l, address(l, e)) : loadFrom(l, e)

/** Runs an expression for what it does. */
export function discard(l: L, e: TExpr): void {
  if (isWide(e.type)) wideValue(l, e)
  else if (isRecord(e.type)) discardRecord(l, e)
  else if (e.kind === 'cast' && isVoid(e.type)) discard(l, e.operand)
  else value(l, e)
}

function discardRecord(l: L, e: TExpr): Value {
  if (e.kind === 'assign') {
    assignRecord(l, e)
  } else if (isRecord(e.type)) {
    // Naming a record does nothing; the other kinds make it somewhere.
    if (e.kind !== 'load') into(l, e, temporary(l, e.type))
  } else discard(l, e)
  return undef('i64')
}

/** Carries an assignment of a record out. What is assigned may read the target while it is made: then it is made elsewhere and copied. */
function assignRecord(l: L, e: TExpr & { readonly kind: 'assign' }): Address {
  const target = address(l, e.left)
  if (madeApart(e.right, rootVariable(e.left))) {
    into(l, e.right, target)
    return target
  }
  const made = temporary(l, e.type)
  into(l, e.right, made)
  mark(l, e.at)
  copy(l, target, made, e.type)
  return target
}

/** Makes a record at an address; nothing else may be there that `e` reads. */
export function into(l: L, e: TExpr, to: Address): void {
  if (isWide(e.type) && e.kind !== 'call' && e.kind !== 'statements') {
    storePair(l, to, wideValue(l, e))
    return
  }
  switch (e.kind) {
    case 'load':
    case 'local':
    case 'global':
    case 'deref':
    case 'member': {
      const source = e.kind === 'load' ? e.operand : e
      if (source.kind === 'compound-literal' && source.init && source.variable.kind === 'local') {
        l.rules.initialise(l, to, source.type, source.init)
        return
      }
      const from = address(l, source)
      mark(l, e.at)
      copy(l, to, from, e.type)
      return
    }
    case 'call':
      callValue(l, e, to)
      return
    case 'assign':
      copy(l, to, assignRecord(l, e), e.type)
      return
    case 'comma':
      discard(l, e.left)
      into(l, e.right, to)
      return
    case 'conditional': {
      const yes = addBlock(l.fn, 'cond.true')
      const no = addBlock(l.fn, 'cond.false')
      const end = addBlock(l.fn, 'cond.end')
      l.rules.branch(l, e.condition, yes, no)
      l.b.block = yes
      into(l, e.yes ?? e.condition, to)
      if (!l.b.terminated()) l.b.br(end)
      l.b.block = no
      into(l, e.no, to)
      enter(l, end)
      return
    }
    case 'statements':
      l.rules.blockItems(l, e.body, () => {
        if (e.result) into(l, e.result, to)
      })
      return
    case 'compound-literal':
      if (e.init) l.rules.initialise(l, to, e.type, e.init)
      else copy(l, to, address(l, e), e.type)
      return
    default:
      l.rules.value(l, e)
  }
}

// --- conversions ---

function castValue(l: L, e: TExpr & { readonly kind: 'cast' }): Value {
  if (isVoid(e.type)) {
    discard(l, e.operand)
    return undef('i64')
  }
  const target = integerOf(e.type)
  if (target?.name === '_Bool') {
    const bit = truth(l, e.operand)
    mark(l, e.at)
    return l.b.cast('zext', 'i8', bit)
  }
  if (isWide(e.operand.type)) {
    const wide = wideValue(l, e.operand)
    mark(l, e.at)
    return narrowed(l, wide, e.type)
  }
  const v = value(l, e.operand)
  mark(l, e.at)
  return convertValue(l, v, e.operand.type, e.type)
}

/** Between scalars other than _Bool. */
function convertValue(l: L, v: Value, from: CType, to: CType): Value {
  const source = integerOf(from)
  const target = integerOf(to)
  if (!source && !target) return v
  if (!source) return resize(l, l.b.cast('ptrtoint', 'i64', v), irType(to), false)
  if (!target) return l.b.cast('inttoptr', 'ptr', resize(l, v, 'i64', source.signed))
  if (target.name === '_Bool' && source.name !== '_Bool') return l.b.cast('zext', 'i8', l.b.cmp('ne', v, constant(v.type, 0)))
  return resize(l, v, irType(to), source.signed)
}

// --- arithmetic ---

type ArithmeticOp = (TExpr & { readonly kind: 'arithmetic' })['op']

function binOp(op: ArithmeticOp, signed: boolean): BinOp {
  switch (op) {
    case '+':
      return 'add'
    case '-':
      return 'sub'
    case '*':
      return 'mul'
    case '/':
      return signed ? 'sdiv' : 'udiv'
    case '%':
      return signed ? 'srem' : 'urem'
    case '<<':
      return 'shl'
    case '>>':
      return signed ? 'ashr' : 'lshr'
    case '&':
      return 'and'
    case '|':
      return 'or'
    case '^':
      return 'xor'
    default:
      return never(op)
  }
}

/** Along the left side in a loop, so that long sums cost no depth. */
function arithmeticChain(l: L, e: TExpr & { readonly kind: 'arithmetic' }): Value {
  const spine: (TExpr & { readonly kind: 'arithmetic' })[] = []
  let first: TExpr = e
  while (first.kind === 'arithmetic') {
    spine.push(first)
    first = first.left
  }
  let v = value(l, first)
  for (const node of spine.reverse()) v = operate(l, node.op, v, value(l, node.right), node.type, node)
  return v
}

function operate(l: L, op: ArithmeticOp, left: Value, right: Value, type: CType, e: TExpr): Value {
  mark(l, e.at)
  const signed = integerOf(type)?.signed ?? false
  const nsw = signed && (op === '+' || op === '-' || op === '*')
  // A shift's amount has a type of its own in C.
  const amount = op === '<<' || op === '>>' ? resize(l, right, left.type, false) : right
  return l.b.bin(binOp(op, signed), left, amount, nsw ? { nsw } : {})
}

/** index * scale in bytes, as i64. */
function scaled(l: L, index: TExpr, scale: number, negate: boolean): Value {
  if (index.kind === 'const') return constant('i64', index.value * BigInt(negate ? -scale : scale))
  const v = value(l, index)
  const bytes = scale === 1 ? v : l.b.bin('mul', v, constant('i64', scale), { nsw: true })
  return negate ? l.b.bin('sub', constant('i64', 0), bytes) : bytes
}

/** (left - right) / scale, exactly: by shift and by the inverse of what is odd, since BPF divides unsigned only. */
function pointerDifference(l: L, e: TExpr & { readonly kind: 'pointer-diff' }): Value {
  const left = value(l, e.left)
  const right = value(l, e.right)
  mark(l, e.at)
  let v = l.b.bin('sub', l.b.cast('ptrtoint', 'i64', left), l.b.cast('ptrtoint', 'i64', right))
  let odd = BigInt(e.scale)
  let twos = 0
  while (odd % 2n === 0n) {
    odd /= 2n
    twos++
  }
  if (twos > 0) v = l.b.bin('ashr', v, constant('i64', twos))
  return odd === 1n ? v : l.b.bin('mul', v, constant('i64', inverse(odd)))
}

/** The number that undoes a multiplication by an odd one, modulo 2^64 (Newton's iteration). */
function inverse(odd: bigint): bigint {
  let x = odd
  for (let i = 0; i < 6; i++) x = BigInt.asUintN(64, x * (2n - odd * x))
  return x
}

function stepValue(l: L, e: TExpr & { readonly kind: 'step' }): Value {
  const place = access(l, e.operand)
  mark(l, e.at)
  const before = place.load()
  const to = asPointer(e.type)?.to
  let after: Value
  if (to) {
    const scale = sizeOf(to) ?? 1
    after = l.b.ptradd(before, e.op === '++' ? scale : -scale)
  } else if (integerOf(e.type)?.name === '_Bool') {
    after = e.op === '++' ? constant('i8', 1) : l.b.bin('xor', before, constant('i8', 1))
  } else {
    const int = integerOf(e.type)
    after = l.b.bin(e.op === '++' ? 'add' : 'sub', before, constant(before.type, 1), int?.signed && int.size >= 4 ? { nsw: true } : {})
  }
  const stored = place.store(after)
  return e.prefix ? stored : before
}

function compoundAssign(l: L, e: TExpr & { readonly kind: 'compound-assign' }): Value {
  const place = access(l, e.left)
  if (e.scale !== undefined) {
    const step = scaled(l, e.right, e.scale, e.op === '-')
    mark(l, e.at)
    return place.store(l.b.ptradd(place.load(), step))
  }
  if (isWide(e.computed)) {
    const result = wideCompound(l, e, place.load)
    return place.store(convertValue(l, result, ULONG, e.type))
  }
  // The right side first: it may itself change what the left one names.
  const right = value(l, e.right)
  mark(l, e.at)
  const current = convertValue(l, place.load(), e.left.type, e.computed)
  const result = operate(l, e.op, current, right, e.computed, e)
  return place.store(convertValue(l, result, e.computed, e.type))
}

// --- selection ---

function conditionalValue(l: L, e: TExpr & { readonly kind: 'conditional' }): Value {
  const yes = addBlock(l.fn, 'cond.true')
  const no = addBlock(l.fn, 'cond.false')
  const end = addBlock(l.fn, 'cond.end')
  let first: Value | undefined
  if (e.yes) l.rules.branch(l, e.condition, yes, no)
  else {
    first = value(l, e.condition)
    mark(l, e.at)
    l.b.condbr(l.b.cmp('ne', first, constant(first.type, 0)), yes, no)
  }
  const nothing = isVoid(e.type)
  l.b.block = yes
  let a: Value | undefined
  if (e.yes) {
    if (nothing) discard(l, e.yes)
    else a = value(l, e.yes)
  } else if (first) a = nothing ? first : convertValue(l, first, e.condition.type, e.type)
  const yesEnd = l.b.block
  if (!l.b.terminated()) l.b.br(end)
  l.b.block = no
  let c: Value | undefined
  if (nothing) discard(l, e.no)
  else c = value(l, e.no)
  const noEnd = l.b.block
  enter(l, end)
  if (nothing || !a || !c) return undef('i64')
  mark(l, e.at)
  return l.b.phi(irType(e.type), [
    { value: a, from: yesEnd },
    { value: c, from: noEnd },
  ])
}

// --- calls ---

/** `to`: where a record result goes. */
export function callValue(l: L, e: TExpr & { readonly kind: 'call' }, to: Address | undefined): Value {
  const loaded = e.callee.kind === 'address' && e.callee.operand.kind === 'function' ? e.callee.operand.fn.packetLoad : undefined
  if (loaded && e.args.length === 2) return packetLoad(l, loaded, e.args, e.at)
  const type = asFunction(asPointer(e.callee.type)?.to ?? e.callee.type)
  const helper = helperNumber(e.callee)
  const callee = helper === undefined ? value(l, e.callee) : constant('i64', helper)
  const args: Value[] = []
  const record = type !== undefined && returnsRecord(type)
  if (record) args.push(pointerOf(l, to ?? temporary(l, type.ret)))
  // Nothing reads what a variadic function of ours is given beyond its parameters: va_start is an error.
  const { callee: called } = e
  const defined = called.kind === 'address' && called.operand.kind === 'function' && called.operand.fn.bodyAt !== undefined
  const most = type?.variadic && defined ? type.params.length : e.args.length
  for (const [k, arg] of e.args.entries()) {
    if (k >= most) discard(l, arg)
    else if (isRecord(arg.type)) {
      const slot = temporary(l, arg.type)
      into(l, arg, slot)
      args.push(pointerOf(l, slot))
    } else args.push(value(l, arg))
  }
  mark(l, e.at)
  const noreturn = e.callee.kind === 'address' && e.callee.operand.kind === 'function' && e.callee.operand.fn.noreturn
  const result = l.b.call(type ? resultType(type) : 'i64', callee, args, noreturn)
  if (noreturn) {
    l.b.unreachable()
    l.b.block = addBlock(l.fn, 'after.noreturn')
  }
  return result
}

/** libbpf's helpers are pointers that hold the helper's number and never change. */
function helperNumber(callee: TExpr): bigint | undefined {
  if (callee.kind === 'const') return callee.value
  if (callee.kind === 'cast') return helperNumber(callee.operand)
  if (callee.kind !== 'load' || callee.operand.kind !== 'global' || callee.operand.variable.written) return undefined
  return callee.operand.variable.value
}
