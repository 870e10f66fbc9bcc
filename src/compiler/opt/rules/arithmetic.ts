// Rules for arithmetic: identities, literals gathered, multiplications and divisions by powers of two, masks that mask nothing.
import { bitsOf, constant, evalBin, invertPred, isKind, type Value } from '../../ir/index.ts'
import { knownZero, mask, visiblyZero } from '../known-bits.ts'
import { bin, cmp, isLiteral, isZero, powerOfTwo, type Rule, withLiteral } from './rule.ts'

export const COMMUTES: ReadonlySet<string> = new Set(['add', 'mul', 'and', 'or', 'xor'])
const ASSOCIATES = COMMUTES

export const BIN_RULES: readonly Rule<'bin'>[] = [
  {
    name: 'literals',
    apply: (i) => {
      const [a, b] = i.args
      if (a.kind !== 'const' || b.kind !== 'const') return undefined
      return constant(i.type, evalBin(i.op, bitsOf(i.type), a.value, b.value))
    },
  },
  {
    name: 'literal to the right',
    apply: (i, c) => {
      const [a, b] = i.args
      return a.kind === 'const' && b.kind !== 'const' && COMMUTES.has(i.op) ? bin(c, i.op, b, a) : undefined
    },
  },
  {
    name: 'subtraction of a literal is addition',
    apply: (i, c) => {
      const [a, b] = i.args
      if (i.op !== 'sub' || b.kind !== 'const') return undefined
      const flags = i.nsw && { nsw: true }
      return c.make({ kind: 'bin', op: 'add', type: i.type, args: [a, constant(i.type, -b.value)], ...flags })
    },
  },
  {
    name: 'nothing to do',
    apply: ({ op, args: [a, b] }) => {
      if (isZero(b) && ['add', 'or', 'xor', 'shl', 'lshr', 'ashr'].includes(op)) return a
      if (isLiteral(b, 1) && ['mul', 'udiv', 'sdiv'].includes(op)) return a
      if (isLiteral(b, -1) && op === 'and') return a
      if (a === b && (op === 'and' || op === 'or')) return a
      return undefined
    },
  },
  {
    name: 'always one literal',
    apply: ({ op, type, args: [a, b] }) => {
      if (isZero(b) && (op === 'and' || op === 'mul')) return b
      if (isLiteral(b, -1) && op === 'or') return b
      if (isZero(a) && ['shl', 'lshr', 'ashr', 'udiv', 'urem', 'sdiv', 'srem'].includes(op)) return a
      if (a === b && (op === 'xor' || op === 'sub')) return constant(type, 0)
      if (isLiteral(b, 1) && (op === 'urem' || op === 'srem')) return constant(type, 0)
      return undefined
    },
  },
  {
    // What is multiplied or masked once more may be bounded: the verifier would not see the bound through its origin.
    name: 'two literals become one',
    apply: ({ op, type, args: [a, b] }, c) => {
      if (b.kind !== 'const' || !ASSOCIATES.has(op) || ((op === 'mul' || op === 'add') && !c.once(a))) return undefined
      const inner = withLiteral(a, op as 'add')
      if (!inner || c.compared(a)) return undefined
      return bin(c, op, inner.left, constant(type, evalBin(op, bitsOf(type), inner.right.value, b.value)))
    },
  },
  {
    name: 'two shifts become one',
    apply: ({ op, type, args: [a, b] }, c) => {
      if (b.kind !== 'const' || (op !== 'shl' && op !== 'lshr' && op !== 'ashr') || !c.once(a)) return undefined
      const inner = withLiteral(a, op)
      const bits = BigInt(bitsOf(type))
      if (!inner || inner.right.value >= bits || b.value >= bits) return undefined
      const by = inner.right.value + b.value
      if (by < bits) return bin(c, op, inner.left, constant(type, by))
      return op === 'ashr' ? bin(c, op, inner.left, constant(type, bits - 1n)) : constant(type, 0)
    },
  },
  {
    name: 'shift there and back is a mask',
    apply: ({ op, type, args: [a, b] }, c) => {
      const bits = bitsOf(type)
      if (b.kind !== 'const' || b.value >= BigInt(bits) || (op !== 'shl' && op !== 'lshr') || c.compared(a)) return undefined
      const inner = withLiteral(a, op === 'shl' ? 'lshr' : 'shl')
      if (inner?.right.value !== b.value) return undefined
      const kept = mask(bits - Number(b.value))
      return bin(c, 'and', inner.left, constant(type, op === 'shl' ? kept << b.value : kept))
    },
  },
  {
    name: 'arithmetic shift of what is not negative',
    apply: ({ op, type, args: [a, b] }, c) =>
      op === 'ashr' && (knownZero(a) >> BigInt(bitsOf(type) - 1)) & 1n ? bin(c, 'lshr', a, b) : undefined,
  },
  {
    name: 'multiplication by a power of two',
    apply: ({ op, type, args: [a, b] }, c) => {
      const k = op === 'mul' ? powerOfTwo(b) : undefined
      return k === undefined ? undefined : bin(c, 'shl', a, constant(type, k))
    },
  },
  {
    name: 'unsigned division by a power of two',
    apply: ({ op, type, args: [a, b] }, c) => {
      const k = op === 'udiv' ? powerOfTwo(b) : undefined
      return k === undefined ? undefined : bin(c, 'lshr', a, constant(type, k))
    },
  },
  {
    name: 'unsigned remainder by a power of two',
    apply: ({ op, type, args: [a, b] }, c) => {
      if (op !== 'urem' || b.kind !== 'const' || powerOfTwo(b) === undefined) return undefined
      return bin(c, 'and', a, constant(type, b.value - 1n))
    },
  },
  {
    name: 'signed division of what is not negative',
    apply: ({ op, type, args: [a, b] }, c) => {
      if (op !== 'sdiv' && op !== 'srem') return undefined
      const sign = BigInt(bitsOf(type) - 1)
      if (!((knownZero(a) >> sign) & 1n) || !((knownZero(b) >> sign) & 1n)) return undefined
      return bin(c, op === 'sdiv' ? 'udiv' : 'urem', a, b)
    },
  },
  {
    name: 'signed division by a power of two',
    apply: ({ op, type, args: [a, b] }, c) => {
      const k = op === 'sdiv' ? powerOfTwo(b) : undefined
      const bits = bitsOf(type)
      if (k === undefined || k === 0 || k >= bits - 1) return undefined
      // Round towards zero: add 2^k - 1 to what is negative.
      const sign = bin(c, 'ashr', a, constant(type, bits - 1))
      const bias = bin(c, 'lshr', sign, constant(type, bits - k))
      return bin(c, 'ashr', bin(c, 'add', a, bias), constant(type, k))
    },
  },
  {
    name: 'signed remainder by a power of two',
    apply: ({ op, type, args: [a, b] }, c) => {
      const k = op === 'srem' ? powerOfTwo(b) : undefined
      const bits = bitsOf(type)
      if (k === undefined || k === 0 || k >= bits - 1) return undefined
      const sign = bin(c, 'ashr', a, constant(type, bits - 1))
      const bias = bin(c, 'lshr', sign, constant(type, bits - k))
      const rounded = bin(c, 'and', bin(c, 'add', a, bias), constant(type, -(1n << BigInt(k))))
      return bin(c, 'sub', a, rounded)
    },
  },
  {
    name: 'mask that masks nothing',
    apply: ({ op, type, args: [a, b] }) => {
      if (op !== 'and' || b.kind !== 'const') return undefined
      const cleared = mask(bitsOf(type)) & ~b.value
      return (visiblyZero(a) & cleared) === cleared ? a : undefined
    },
  },
  {
    name: 'mask of what is zero there',
    apply: ({ op, type, args: [a, b] }) => {
      if (op !== 'and' || b.kind !== 'const') return undefined
      return (knownZero(a) & b.value) === b.value ? constant(type, 0) : undefined
    },
  },
  {
    name: 'no bit can be set',
    apply: (i) => (knownZero(i) === mask(bitsOf(i.type)) ? constant(i.type, 0) : undefined),
  },
  {
    name: 'mask of a mask under or',
    apply: ({ op, args: [a, b] }, c) => {
      if (op !== 'and' || b.kind !== 'const' || !isKind(a, 'bin') || a.op !== 'or' || !c.once(a)) return undefined
      const [x, y] = a.args
      if ((knownZero(x) & b.value) === b.value) return bin(c, 'and', y, b)
      if ((knownZero(y) & b.value) === b.value) return bin(c, 'and', x, b)
      return undefined
    },
  },
  {
    name: 'select of literals with a literal',
    apply: ({ op, type, args: [a, b] }, c) => {
      if (b.kind !== 'const' || !isKind(a, 'select') || !c.once(a)) return undefined
      const [cond, yes, no] = a.args
      if (yes.kind !== 'const' || no.kind !== 'const') return undefined
      const bits = bitsOf(type)
      const folded = [yes, no].map((v) => constant(type, evalBin(op, bits, v.value, b.value)))
      return c.make({ kind: 'select', type, args: [cond, ...folded] })
    },
  },
  {
    name: 'difference of a sum',
    apply: ({ op, args: [a, b] }, c) => {
      if (op !== 'sub' || !isKind(a, 'bin') || a.op !== 'add' || c.compared(a)) return undefined
      return a.args[0] === b ? a.args[1] : a.args[1] === b ? a.args[0] : undefined
    },
  },
  {
    name: 'sum of a difference',
    apply: ({ op, args: [a, b] }, c) => {
      if (op !== 'add') return undefined
      for (const [x, y] of [
        [a, b],
        [b, a],
      ]) {
        if (isKind(x, 'bin') && x.op === 'sub' && x.args[1] === y && !c.compared(x)) return x.args[0]
      }
      return undefined
    },
  },
  {
    // What is negated and looked at elsewhere may be bounded there.
    name: 'addition of a negation',
    apply: ({ op, args: [a, b] }, c) => {
      if (op !== 'add') return undefined
      if (isKind(b, 'bin') && b.op === 'sub' && isZero(b.args[0]) && c.once(b)) return bin(c, 'sub', a, b.args[1])
      if (isKind(a, 'bin') && a.op === 'sub' && isZero(a.args[0]) && c.once(a)) return bin(c, 'sub', b, a.args[1])
      return undefined
    },
  },
  {
    name: 'negated comparison',
    apply: ({ op, type, args: [a, b] }, c) => {
      if (type !== 'i1' || op !== 'xor' || !isLiteral(b, 1) || !isKind(a, 'cmp')) return undefined
      return cmp(c, invertPred(a.pred), a.args[0], a.args[1])
    },
  },
  {
    name: 'sum of a flag and itself shifted',
    apply: ({ op, type, args: [a, b] }, c) => {
      // x + x, so that a loop counter doubled is a shift.
      return op === 'add' && a === b && a.kind !== 'const' ? bin(c, 'shl', a, constant(type, 1)) : undefined
    },
  },
]

export const PTRADD_RULES: readonly Rule<'ptradd'>[] = [
  { name: 'no step', apply: ({ args: [base, step] }) => (isZero(step) ? base : undefined) },
  {
    name: 'two literal steps become one',
    apply: ({ args: [base, step] }, c) => {
      if (step.kind !== 'const' || !isKind(base, 'ptradd') || base.args[1].kind !== 'const') return undefined
      return ptradd(c, base.args[0], constant('i64', base.args[1].value + step.value))
    },
  },
  {
    // The checked pointer and the one that is read through are made alike, so both see the same base.
    name: 'literal step last',
    apply: ({ args: [base, step] }, c) => {
      if (step.kind === 'const' || !isKind(base, 'ptradd') || base.args[1].kind !== 'const' || !c.once(base)) return undefined
      return ptradd(c, ptradd(c, base.args[0], step), base.args[1])
    },
  },
  {
    name: 'literal part of a step',
    apply: ({ args: [base, step] }, c) => {
      const sum = c.once(step) ? withLiteral(step, 'add') : undefined
      return sum && ptradd(c, ptradd(c, base, sum.left), sum.right)
    },
  },
]

const ptradd = (c: Parameters<Rule<'ptradd'>['apply']>[1], base: Value, step: Value): Value =>
  c.make({ kind: 'ptradd', type: 'ptr', args: [base, step] })
