// Gives every computation a width that the machine has: 64 bits, and 32 from cpu v3 on. Narrower values are held in a wider one
// whose upper bits mean nothing, and are extended only where an operation looks at them.
//
// Needs: no switch on a narrow type, no memcpy or memset. Gives: narrow types remain as what a load yields (used by one kind of cast
// only), as what a store or a swap takes, and i1 as what a cmp yields; conditions are cmps. Narrow i1 arithmetic becomes 0 or 1.
import { assert, never } from '../../base/index.ts'
import {
  bitsOf,
  type Cast,
  constant,
  evalCast,
  type Func,
  type Instr,
  isInstr,
  isKind,
  type Module,
  type Phi,
  replaceValues,
  reversePostOrder,
  type Type,
  undef,
  type Value,
} from '../ir/index.ts'
import { knownZero, mask, visiblyZero } from './known-bits.ts'

type Wide = 'i32' | 'i64'

/** The type that holds a value of this type in a register. */
const widened = (type: Type, wide: Wide): Type => {
  switch (type) {
    case 'i1':
    case 'i8':
    case 'i16':
      return wide
    case 'i32':
      return wide === 'i64' ? 'i64' : 'i32'
    default:
      return type
  }
}

/** Legalises every function for a cpu version, signatures included. */
export function legalize(module: Module, cpu: number): void {
  const wide: Wide = cpu >= 3 ? 'i32' : 'i64'
  const params = new Map<Value, Value>()
  for (const fn of module.funcs) {
    fn.ret = widened(fn.ret, wide)
    fn.params = fn.params.map((p) => {
      const type = widened(p.type, wide)
      if (type === p.type) return p
      const param = { ...p, type }
      params.set(p, param)
      return param
    })
  }
  for (const fn of module.funcs) if (fn.blocks.length > 0) legalizeFunc(fn, wide, params)
}

interface State {
  readonly fn: Func
  readonly wide: Wide
  /** What holds a narrow value: a value of type `wide` with anything in its upper bits. */
  readonly held: Map<Value, Value>
  /** Same-typed replacements. */
  readonly replaced: Map<Value, Value>
  /** What is held with its sign above. */
  readonly signExtended: Map<Value, Value>
  readonly signs: Signs
  /** The block under construction. */
  out: Instr[]
  at: Instr['at']
}

/** How narrow values are looked at: a bound that is proven of one extension of a value says nothing of another one. */
interface Signs {
  /** Compared with its sign; or extended with it somewhere, or by its making, and with zeros nowhere: held so, and compared so everywhere.
   * Extension with the sign keeps even the unsigned order, and zeros above what is bounded so are a mask of it. */
  readonly isSigned: (v: Value) => boolean
  /** A comparison looks at the value or at its extension to 32 bits. */
  readonly isCompared: (v: Value) => boolean
}

function signsOf(fn: Func): Signs {
  const [signed, zeros, compared, comparedSigned] = [new Set<Value>(), new Set<Value>(), new Set<Value>(), new Set<Value>()]
  for (const block of fn.blocks) {
    for (const i of block.instrs) {
      if (i.kind === 'cast') {
        if (i.op === 'sext') signed.add(i).add(i.args[0])
        else if (i.op === 'zext') zeros.add(i.args[0])
      } else if (i.kind === 'cmp') {
        for (const a of i.args) {
          const narrow = isKind(a, 'cast') && a.op === 'sext' ? a.args[0] : a
          if (narrow !== a || i.pred.startsWith('s')) comparedSigned.add(narrow)
          compared.add(narrow)
        }
      }
    }
  }
  return { isSigned: (v) => comparedSigned.has(v) || (signed.has(v) && !zeros.has(v)), isCompared: (v) => compared.has(v) }
}

function legalizeFunc(fn: Func, wide: Wide, params: ReadonlyMap<Value, Value>): void {
  const s: State = {
    fn,
    wide,
    held: new Map(params),
    replaced: new Map(),
    signExtended: new Map(),
    signs: signsOf(fn),
    out: [],
    at: undefined,
  }
  const phis: [Phi, Phi][] = []
  for (const [k, block] of reversePostOrder(fn).entries()) {
    const instrs = block.instrs
    s.out = []
    if (k === 0) for (const p of params.keys()) extendCompared(s, p)
    let waiting: Phi[] = []
    const extendPhis = (): void => {
      for (const phi of waiting) extendCompared(s, phi)
      waiting = []
    }
    for (const i of instrs) {
      if (i.kind !== 'phi') extendPhis()
      s.at = i.at
      if (i.kind === 'phi') {
        const type = widened(i.type, wide)
        if (type === i.type) s.out.push(i)
        else {
          const phi: Phi = { ...i, id: fn.nextId++, type, args: [...i.args] }
          s.held.set(i, phi)
          phis.push([phi, i])
          s.out.push(phi)
          waiting.push(i)
        }
      } else {
        legalizeInstr(s, i)
        extendCompared(s, i)
      }
    }
    extendPhis()
    s.at = block.term.at
    block.term.args = block.term.args.map((a) => {
      if (block.term.kind === 'condbr') return condition(s, a)
      return widened(a.type, wide) === a.type ? resolve(s, a) : block.term.kind === 'ret' ? hold(s, a) : zeroExtended(s, a)
    })
    block.instrs = s.out
  }
  for (const [phi] of phis) {
    for (const [k, from] of phi.from.entries()) {
      // A narrow value that has to be made (0 or 1 of a comparison) is made at the end of the predecessor.
      s.out = from.instrs
      s.at = from.term.at
      phi.args[k] = hold(s, phi.args[k])
    }
  }
  replaceValues(fn, s.replaced)
}

const resolve = (s: State, v: Value): Value => s.replaced.get(v) ?? v

type Fresh = Instr extends infer I ? (I extends Instr ? Omit<I, 'id' | 'at'> : never) : never
function put(s: State, fields: Fresh): Instr {
  const instr: Instr = { ...fields, id: s.fn.nextId++, ...(s.at && { at: s.at }) }
  s.out.push(instr)
  return instr
}

const cast = (s: State, op: Cast['op'], type: Type, v: Value): Value =>
  v.kind === 'const' ? constant(type, evalCast(op, bitsOf(v.type), bitsOf(type), v.value)) : put(s, { kind: 'cast', op, type, args: [v] })

/** A value of type `wide` whose low bits are the narrow value. */
function hold(s: State, v: Value): Value {
  if (widened(v.type, s.wide) === v.type) return resolve(s, v)
  if (v.kind === 'const') return constant(s.wide, evalCast(v.type === 'i1' ? 'zext' : 'sext', bitsOf(v.type), bitsOf(s.wide), v.value))
  if (v.kind === 'undef') return undef(s.wide)
  const known = s.held.get(v)
  if (known) return known
  assert(v.type === 'i1', 'a narrow value is held in a wide one')
  const made = put(s, { kind: 'select', type: s.wide, args: [v, constant(s.wide, 1), constant(s.wide, 0)] })
  return made
}

/** The narrow value in `wide`, upper bits zero. */
function zeroExtended(s: State, v: Value): Value {
  if (v.kind === 'const') return constant(s.wide, v.value)
  const held = hold(s, v)
  if (v.type === 'i1' && held.kind === 'select') return held
  const low = mask(bitsOf(v.type))
  const above = mask(bitsOf(s.wide)) & ~low
  // A bound of 32 bits is of no use to the verifier: there is nothing to make visible, and what is compared is to be what is used.
  const zero = v.type === 'i32' ? knownZero(held) : visiblyZero(held)
  if ((zero & above) === above) return held
  return put(s, { kind: 'bin', op: 'and', type: s.wide, args: [held, constant(s.wide, low)] })
}

/** A value that is compared is extended where it is made and held so: all that is computed of it is bounded with it. */
function extendCompared(s: State, v: Value): void {
  if (v.type === 'i1' || !s.held.has(v) || !s.signs.isCompared(v)) return
  const isSigned = s.signs.isSigned(v)
  const extended = isSigned ? signExtended(s, v) : zeroExtended(s, v)
  s.held.set(v, extended)
  if (isSigned) s.signExtended.set(v, extended)
}

/** The narrow value in `wide`, upper bits copies of its sign. */
function signExtended(s: State, v: Value): Value {
  const bits = bitsOf(v.type)
  if (v.kind === 'const') return constant(s.wide, BigInt.asIntN(bits, v.value))
  const known = s.signExtended.get(v)
  if (known) return known
  const held = hold(s, v)
  const above = ~((1n << BigInt(bits - 1)) - 1n) & ((1n << BigInt(bitsOf(s.wide))) - 1n)
  if ((visiblyZero(held) & above) === above) return held
  const by = constant(s.wide, bitsOf(s.wide) - bits)
  const up = put(s, { kind: 'bin', op: 'shl', type: s.wide, args: [held, by] })
  return put(s, { kind: 'bin', op: 'ashr', type: s.wide, args: [up, by] })
}

/** An i1 that a branch or select can take: a cmp or a literal. */
function condition(s: State, v: Value): Value {
  if (v.kind === 'const' || v.kind === 'undef' || (isInstr(v) && v.kind === 'cmp')) return resolve(s, v)
  return put(s, { kind: 'cmp', type: 'i1', pred: 'ne', args: [zeroExtended(s, v), constant(s.wide, 0)] })
}

function legalizeInstr(s: State, i: Exclude<Instr, { kind: 'phi' }>): void {
  const { wide } = s
  const narrow = widened(i.type, wide) !== i.type
  const narrowArg = (k: number): boolean => widened(i.args[k].type, wide) !== i.args[k].type
  const keep = (): void => void s.out.push(i)
  switch (i.kind) {
    case 'alloca':
    case 'asmout':
    case 'ptradd':
    case 'memcpy':
    case 'memset':
    case 'lifetime':
      keep()
      return
    case 'core':
      if (!narrow) keep()
      // What relocation writes is at most 32 bits and no negative number.
      else
        s.held.set(
          i,
          put(s, { kind: 'core', type: 'i64', args: [], relo: i.relo, root: i.root, access: i.access, value: BigInt.asUintN(32, i.value) }),
        )
      return
    case 'load':
      keep()
      if (narrow) s.held.set(i, cast(s, 'zext', wide, i))
      return
    case 'store':
    case 'atomicrmw':
    case 'cmpxchg':
    case 'bswap':
      for (const [k, a] of i.args.entries()) {
        if (narrowArg(k) && a.kind !== 'const') i.args[k] = cast(s, 'trunc', a.type, hold(s, a))
      }
      keep()
      if (narrow && i.kind !== 'store') s.held.set(i, cast(s, 'zext', wide, i))
      return
    case 'cast':
      legalizeCast(s, i)
      return
    case 'bin':
      if (narrow) s.held.set(i, wideBin(s, i))
      else keep()
      return
    case 'cmp':
      if (narrowArg(0)) {
        const extend =
          i.pred.startsWith('s') || i.args.every((a) => a.kind === 'const' || s.signs.isSigned(a)) ? signExtended : zeroExtended
        i.args = i.args.map((a) => extend(s, a))
      }
      keep()
      return
    case 'select': {
      const cond = condition(s, i.args[0])
      if (narrow) s.held.set(i, put(s, { kind: 'select', type: wide, args: [cond, hold(s, i.args[1]), hold(s, i.args[2])] }))
      else {
        i.args[0] = cond
        keep()
      }
      return
    }
    case 'call':
    case 'asm': {
      const outside = i.kind === 'call' && (i.args[0].kind !== 'func' || i.args[0].linkage === 'extern')
      const args = i.args.map((a) => {
        if (widened(a.type, wide) === a.type) return a
        return outside && a.kind !== 'const' ? zeroExtended(s, a) : hold(s, a)
      })
      if (!narrow) {
        i.args = args
        keep()
        return
      }
      const copy: Instr = { ...i, id: s.fn.nextId++, type: wide, args }
      s.out.push(copy)
      s.held.set(i, copy)
      return
    }
    case 'dbg': {
      const a = i.args[0]
      if (narrowArg(0)) i.args[0] = s.held.get(a) ?? (a.kind === 'const' ? a : undef(wide))
      keep()
      return
    }
    default:
      never(i)
  }
}

function legalizeCast(s: State, i: Cast): void {
  const { wide } = s
  const from = i.args[0]
  const narrowResult = widened(i.type, wide) !== i.type
  const narrowSource = widened(from.type, wide) !== from.type
  if (!narrowResult && !narrowSource) {
    s.out.push(i)
    return
  }
  if (i.op === 'trunc') {
    const held = hold(s, from)
    s.held.set(i, held.type === wide ? held : cast(s, 'trunc', wide, held))
    return
  }
  if (!narrowResult && i.op === 'sext' && i.type !== wide && from.kind !== 'const' && !s.signExtended.has(from)) {
    s.replaced.set(i, signExtendedTo64(s, from))
    return
  }
  const extended = i.op === 'zext' ? zeroExtended(s, from) : from.type === 'i1' ? negated(s, from, wide) : signExtended(s, from)
  if (narrowResult) {
    s.held.set(i, extended)
    if (i.op === 'sext') s.signExtended.set(i, extended)
  } else if (i.type === wide) s.replaced.set(i, extended)
  else s.replaced.set(i, cast(s, i.op, i.type, extended))
}

/** From a value held in 32 bits straight to 64, by one pair of shifts. */
function signExtendedTo64(s: State, v: Value): Value {
  if (v.type === 'i1') return negated(s, v, 'i64')
  const bits = bitsOf(v.type)
  const held = cast(s, 'zext', 'i64', hold(s, v))
  if (visiblyZero(held) >> BigInt(bits - 1) === (1n << BigInt(65 - bits)) - 1n) return held
  const by = constant('i64', 64 - bits)
  const up = put(s, { kind: 'bin', op: 'shl', type: 'i64', args: [held, by] })
  return put(s, { kind: 'bin', op: 'ashr', type: 'i64', args: [up, by] })
}

/** 0 or -1 of an i1. */
function negated(s: State, v: Value, type: Wide): Value {
  return put(s, { kind: 'select', type, args: [condition(s, v), constant(type, -1), constant(type, 0)] })
}

/** A narrow operation done in the wider type; the upper bits of the result mean nothing. */
function wideBin(s: State, i: Extract<Instr, { kind: 'bin' }>): Value {
  const { op, args } = i
  const make = (a: Value, b: Value): Value => put(s, { kind: 'bin', op, type: s.wide, args: [a, b] })
  switch (op) {
    case 'add':
    case 'sub':
    case 'mul':
    case 'and':
    case 'or':
    case 'xor':
      return make(hold(s, args[0]), hold(s, args[1]))
    case 'shl':
      return make(hold(s, args[0]), shiftAmount(s, args[1]))
    case 'lshr':
      return shiftedDown(s, i)
    case 'ashr':
      return make(signExtended(s, args[0]), shiftAmount(s, args[1]))
    case 'udiv':
    case 'urem':
      return make(zeroExtended(s, args[0]), zeroExtended(s, args[1]))
    case 'sdiv':
    case 'srem':
      return make(signExtended(s, args[0]), signExtended(s, args[1]))
    default:
      return never(op)
  }
}

/** Where the verifier does not see the zeros above 32 bits (behind a division), they are made: what is shifted down is bounded by its width. */
function shiftedDown(s: State, { op, args: [v, by] }: Extract<Instr, { kind: 'bin' }>): Value {
  const { wide } = s
  const extended = zeroExtended(s, v)
  const amount = shiftAmount(s, by)
  const isHidden = v.type === 'i32' && wide === 'i64' && visiblyZero(extended) >> 32n !== mask(32)
  if (!isHidden || amount.kind !== 'const') return put(s, { kind: 'bin', op, type: wide, args: [extended, amount] })
  const up = put(s, { kind: 'bin', op: 'shl', type: wide, args: [extended, constant(wide, 32)] })
  return put(s, { kind: 'bin', op, type: wide, args: [up, constant(wide, amount.value + 32n)] })
}

/** The machine takes the amount modulo the wider width, so bits that a 32-bit shift ignores must go. */
function shiftAmount(s: State, v: Value): Value {
  const bits = bitsOf(v.type)
  if (v.kind === 'const') return constant(s.wide, v.value % BigInt(bits))
  const held = hold(s, v)
  if (bits !== 32) return zeroExtended(s, v)
  const above = ~31n & ((1n << BigInt(bitsOf(s.wide))) - 1n)
  if ((visiblyZero(held) & above) === above) return held
  return put(s, { kind: 'bin', op: 'and', type: s.wide, args: [held, constant(s.wide, 31)] })
}
