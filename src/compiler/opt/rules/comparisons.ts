// Rules for comparisons: literals to the right and their bounds normal, casts and steps that both sides share taken away.
//
// A comparison that bounds a value must stay one of that value: nothing here compares another register than the one that is used
// afterwards, except where the verifier carries the bound over (zero extension, a literal added).
import {
  bitsOf,
  constant,
  evalBswap,
  evalCast,
  evalCmp,
  invertPred,
  isKind,
  type Pred,
  signed,
  swapPred,
  type Value,
} from '../../ir/index.ts'
import { alwaysHolds, knownZero, mask, visibleRange } from '../known-bits.ts'
import { bin, cmp, isLiteral, isZero, powerOfTwo, type Rule, withLiteral } from './rule.ts'

const isEquality = (pred: Pred): boolean => pred === 'eq' || pred === 'ne'
const isSigned = (pred: Pred): boolean => pred.startsWith('s')
const UNSIGNED = { slt: 'ult', sle: 'ule', sgt: 'ugt', sge: 'uge' } as const
const unsignedOf = (pred: Pred): Pred => (pred in UNSIGNED ? UNSIGNED[pred as keyof typeof UNSIGNED] : pred)
const nonNegative = (v: Value): boolean => ((knownZero(v) >> BigInt(bitsOf(v.type) - 1)) & 1n) === 1n

/** Whether Linux's verifier knows nothing of the result: shifts by a register, divisions. */
const isForgotten = (v: Value): boolean =>
  isKind(v, 'bin') &&
  (v.op.endsWith('div') || v.op.endsWith('rem') || (['shl', 'lshr', 'ashr'].includes(v.op) && v.args[1].kind !== 'const'))

/** Whether this is an address in a variable that exists: an extern one may be absent from the kernel. */
function isVariable(v: Value): boolean {
  let at = v
  while (isKind(at, 'ptradd') && at.args[1].kind === 'const') at = at.args[0]
  return at.kind === 'alloca' || (at.kind === 'global' && at.linkage !== 'extern')
}

export const CMP_RULES: readonly Rule<'cmp'>[] = [
  {
    name: 'literals',
    apply: ({ pred, args: [a, b] }) =>
      a.kind === 'const' && b.kind === 'const' ? constant('i1', evalCmp(pred, bitsOf(a.type), a.value, b.value) ? 1 : 0) : undefined,
  },
  {
    name: 'with itself',
    apply: ({ pred, args: [a, b] }) => (a === b ? constant('i1', evalCmp(pred, 64, 0n, 0n) ? 1 : 0) : undefined),
  },
  {
    name: 'literal to the right',
    apply: ({ pred, args: [a, b] }, c) => (a.kind === 'const' && b.kind !== 'const' ? cmp(c, swapPred(pred), b, a) : undefined),
  },
  {
    name: 'never or always by the bounds of the type',
    apply: ({ pred, args: [a, b] }) => {
      if (b.kind !== 'const') return undefined
      // Only for a reason that the verifier follows: it may need the check.
      const holds = alwaysHolds(pred, visibleRange(a), b.value)
      return holds === undefined ? undefined : constant('i1', holds ? 1 : 0)
    },
  },
  {
    name: 'bounds without equality',
    apply: ({ pred, args: [a, b] }, c) => {
      if (b.kind !== 'const') return undefined
      const bits = bitsOf(a.type)
      if (pred === 'uge' && b.value !== 0n) return cmp(c, 'ugt', a, constant(a.type, b.value - 1n))
      if (pred === 'ule' && b.value !== mask(bits)) return cmp(c, 'ult', a, constant(a.type, b.value + 1n))
      if (pred === 'sge' && signed(b) !== -(1n << BigInt(bits - 1))) return cmp(c, 'sgt', a, constant(a.type, signed(b) - 1n))
      if (pred === 'sle' && signed(b) !== (1n << BigInt(bits - 1)) - 1n) return cmp(c, 'slt', a, constant(a.type, signed(b) + 1n))
      return undefined
    },
  },
  {
    name: 'bound that is one value',
    apply: ({ pred, args: [a, b] }, c) => {
      if (pred === 'ult' && isLiteral(b, 1)) return cmp(c, 'eq', a, constant(a.type, 0))
      return pred === 'ugt' && isZero(b) ? cmp(c, 'ne', a, b) : undefined
    },
  },
  {
    name: 'flag compared with 0',
    apply: ({ pred, args: [a, b] }, c) => {
      if (!isEquality(pred) || b.kind !== 'const') return undefined
      const flag = a.type === 'i1' ? a : isKind(a, 'cast') && a.op === 'zext' && a.args[0].type === 'i1' ? a.args[0] : undefined
      if (!flag || b.value > 1n) return undefined
      if ((b.value === 1n) === (pred === 'eq')) return flag
      return isKind(flag, 'cmp') ? cmp(c, invertPred(flag.pred), flag.args[0], flag.args[1]) : undefined
    },
  },
  {
    name: 'widened value with a literal',
    apply: ({ pred, args: [a, b] }, c) => {
      if (!isKind(a, 'cast') || b.kind !== 'const' || (a.op !== 'zext' && a.op !== 'sext') || a.args[0].type === 'i1') return undefined
      const inner = a.args[0]
      // What the verifier forgets is bounded by a comparison of the widened value alone, and so is what is used with its sign above.
      if ((a.op === 'sext' || isForgotten(inner)) && !c.once(a)) return undefined
      const small = constant(inner.type, b.value)
      if (evalCast(a.op, bitsOf(inner.type), bitsOf(a.type), small.value) !== b.value) return undefined
      if (isEquality(pred)) return cmp(c, pred, inner, small)
      if (a.op === 'zext') return cmp(c, unsignedOf(pred), inner, small)
      return isSigned(pred) ? cmp(c, pred, inner, small) : undefined
    },
  },
  {
    name: 'both sides widened',
    apply: ({ pred, args: [a, b] }, c) => {
      if (!isKind(a, 'cast') || !isKind(b, 'cast') || a.op !== b.op || (a.op !== 'zext' && a.op !== 'sext')) return undefined
      const [x, y] = [a.args[0], b.args[0]]
      if (x.type !== y.type || x.type === 'i1') return undefined
      // Sign extension keeps both orders, the signed one and the unsigned one.
      return cmp(c, a.op === 'zext' ? unsignedOf(pred) : pred, x, y)
    },
  },
  {
    name: 'both sides pointers as numbers',
    apply: ({ pred, args: [a, b] }, c) =>
      isKind(a, 'cast') && isKind(b, 'cast') && a.op === 'ptrtoint' && b.op === 'ptrtoint' ? cmp(c, pred, a.args[0], b.args[0]) : undefined,
  },
  {
    name: 'pointer as a number with 0',
    apply: ({ pred, args: [a, b] }, c) =>
      isEquality(pred) && isKind(a, 'cast') && a.op === 'ptrtoint' && isZero(b) ? cmp(c, pred, a.args[0], constant('ptr', 0)) : undefined,
  },
  {
    name: 'address of a variable with null',
    apply: ({ pred, args: [a, b] }) => (isEquality(pred) && isZero(b) && isVariable(a) ? constant('i1', pred === 'ne' ? 1 : 0) : undefined),
  },
  {
    name: 'sum with a literal equals a literal',
    apply: ({ pred, args: [a, b] }, c) => {
      if (!isEquality(pred) || b.kind !== 'const') return undefined
      const sum = withLiteral(a, 'add')
      return sum && cmp(c, pred, sum.left, constant(a.type, b.value - sum.right.value))
    },
  },
  {
    // x + 1 < 16 is x < 15 where the sum stays within its type. It may be x that is used afterwards.
    name: 'sum with a literal below a literal',
    apply: ({ pred, args: [a, b] }, c) => {
      if (b.kind !== 'const' || !isKind(a, 'bin') || !c.once(a)) return undefined
      const sum = withLiteral(a, 'add')
      if (!sum) return undefined
      const all = mask(bitsOf(a.type))
      if (pred === 'ult' || pred === 'ugt') {
        const most = all & ~knownZero(sum.left)
        if (most + sum.right.value > all || b.value < sum.right.value) return undefined
        return cmp(c, pred, sum.left, constant(a.type, b.value - sum.right.value))
      }
      if ((pred !== 'slt' && pred !== 'sgt') || !a.nsw) return undefined
      const bound = signed(b) - signed(sum.right)
      return bound === BigInt.asIntN(bitsOf(a.type), bound) ? cmp(c, pred, sum.left, constant(a.type, bound)) : undefined
    },
  },
  {
    name: 'difference equals 0',
    apply: ({ pred, args: [a, b] }, c) => {
      if (!isEquality(pred) || !isZero(b) || !isKind(a, 'bin') || (a.op !== 'sub' && a.op !== 'xor')) return undefined
      return cmp(c, pred, a.args[0], a.args[1])
    },
  },
  {
    name: 'exclusive or with a literal equals a literal',
    apply: ({ pred, args: [a, b] }, c) => {
      if (!isEquality(pred) || b.kind !== 'const') return undefined
      const x = withLiteral(a, 'xor')
      return x && cmp(c, pred, x.left, constant(a.type, b.value ^ x.right.value))
    },
  },
  {
    name: 'swapped bytes equal a literal',
    apply: ({ pred, args: [a, b] }, c) => {
      if (!isEquality(pred) || !isKind(a, 'bswap')) return undefined
      if (b.kind === 'const') return cmp(c, pred, a.args[0], constant(a.type, evalBswap(bitsOf(a.type), b.value)))
      return isKind(b, 'bswap') ? cmp(c, pred, a.args[0], b.args[0]) : undefined
    },
  },
  {
    // Whether or not the verifier sees that: the bound is then one of what was to be masked.
    name: 'mask that masks nothing',
    apply: ({ pred, args: [a, b] }, c) => {
      const masked = c.once(a) ? withLiteral(a, 'and') : undefined
      if (!masked || b.kind !== 'const') return undefined
      const cleared = mask(bitsOf(a.type)) & ~masked.right.value
      return (knownZero(masked.left) & cleared) === cleared ? cmp(c, pred, masked.left, b) : undefined
    },
  },
  {
    name: 'one bit that equals itself',
    apply: ({ pred, args: [a, b] }, c) => {
      const masked = isEquality(pred) ? withLiteral(a, 'and') : undefined
      if (!masked || b.kind !== 'const' || b.value !== masked.right.value || powerOfTwo(b) === undefined) return undefined
      return cmp(c, invertPred(pred), a, constant(a.type, 0))
    },
  },
  {
    // ((x >> k) & m) == n is (x & m << k) == n << k.
    name: 'shifted down and masked equals a literal',
    apply: ({ pred, args: [a, b] }, c) => {
      const masked = isEquality(pred) && c.once(a) ? withLiteral(a, 'and') : undefined
      const shift = masked && withLiteral(masked.left, 'lshr')
      const bits = bitsOf(a.type)
      if (!shift || b.kind !== 'const' || shift.right.value >= BigInt(bits)) return undefined
      const k = shift.right.value
      const moved = masked.right.value << k
      if (moved >> BigInt(bits) !== 0n || (b.value & ~masked.right.value) !== 0n) return undefined
      return cmp(c, pred, bin(c, 'and', shift.left, constant(a.type, moved)), constant(a.type, b.value << k))
    },
  },
  {
    name: 'shifted down equals 0',
    apply: ({ pred, args: [a, b] }, c) => {
      // (x >> k) == 0 is x < 2^k.
      const shift = isEquality(pred) && isZero(b) ? withLiteral(a, 'lshr') : undefined
      if (!shift || shift.right.value >= BigInt(bitsOf(a.type)) || !c.once(a)) return undefined
      return cmp(c, pred === 'eq' ? 'ult' : 'ugt', shift.left, constant(a.type, (1n << shift.right.value) - (pred === 'eq' ? 0n : 1n)))
    },
  },
  {
    name: 'signed comparison of what is not negative',
    apply: ({ pred, args: [a, b] }, c) => (isSigned(pred) && nonNegative(a) && nonNegative(b) ? cmp(c, unsignedOf(pred), a, b) : undefined),
  },
  {
    name: 'select of literals with a literal',
    apply: ({ pred, args: [a, b] }, c) => {
      if (!isKind(a, 'select') || b.kind !== 'const') return undefined
      const [cond, yes, no] = a.args
      if (yes.kind !== 'const' || no.kind !== 'const') return undefined
      const bits = bitsOf(a.type)
      const [x, y] = [evalCmp(pred, bits, yes.value, b.value), evalCmp(pred, bits, no.value, b.value)]
      if (x === y) return constant('i1', x ? 1 : 0)
      if (x) return cond
      return isKind(cond, 'cmp') ? cmp(c, invertPred(cond.pred), cond.args[0], cond.args[1]) : undefined
    },
  },
]
