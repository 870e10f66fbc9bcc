// Rules for casts, swaps and selects.
import { bitsOf, constant, evalBswap, evalCast, isKind, type Value } from '../../ir/index.ts'
import { knownZero, mask } from '../known-bits.ts'
import { bin, cast, isLiteral, type Rule } from './rule.ts'

export const CAST_RULES: readonly Rule<'cast'>[] = [
  {
    name: 'literal',
    apply: ({ op, type, args: [a] }) =>
      a.kind === 'const' ? constant(type, evalCast(op, bitsOf(a.type), bitsOf(type), a.value)) : undefined,
  },
  {
    name: 'there and back',
    apply: ({ op, type, args: [a] }) => {
      if (!isKind(a, 'cast')) return undefined
      const inner = a.args[0]
      if (op === 'ptrtoint' && a.op === 'inttoptr') return inner
      if (op === 'inttoptr' && a.op === 'ptrtoint') return inner
      return op === 'trunc' && (a.op === 'zext' || a.op === 'sext') && inner.type === type ? inner : undefined
    },
  },
  {
    name: 'two casts become one',
    apply: ({ op, type, args: [a] }, c) => {
      if (!isKind(a, 'cast')) return undefined
      const inner = a.args[0]
      if (op === 'trunc' && a.op === 'trunc') return cast(c, 'trunc', type, inner)
      if (op === 'zext' && a.op === 'zext' && !c.compared(a)) return cast(c, 'zext', type, inner)
      if (op === 'sext' && (a.op === 'sext' || a.op === 'zext') && !c.compared(a)) return cast(c, a.op, type, inner)
      if (op === 'trunc' && (a.op === 'zext' || a.op === 'sext')) {
        return cast(c, bitsOf(inner.type) < bitsOf(type) ? a.op : 'trunc', type, inner)
      }
      return undefined
    },
  },
  {
    // Only where nothing else looks at the narrow value: a check of it has to stay a check of what is used.
    name: 'cut off and widened again is a mask',
    apply: ({ op, type, args: [a] }, c) => {
      if (op !== 'zext' || !isKind(a, 'cast') || a.op !== 'trunc' || !c.once(a)) return undefined
      const inner = a.args[0]
      const kept = constant(inner.type, mask(bitsOf(a.type)))
      if (inner.type === type) return bin(c, 'and', inner, kept)
      return bitsOf(inner.type) < bitsOf(type) ? cast(c, 'zext', type, bin(c, 'and', inner, kept)) : undefined
    },
  },
  {
    name: 'sign of what is not negative',
    apply: ({ op, type, args: [a] }, c) =>
      op === 'sext' && (knownZero(a) >> BigInt(bitsOf(a.type) - 1)) & 1n ? cast(c, 'zext', type, a) : undefined,
  },
  {
    name: 'mask before cutting off',
    apply: ({ op, type, args: [a] }, c) => {
      if (op !== 'trunc' || !isKind(a, 'bin') || a.op !== 'and' || a.args[1].kind !== 'const' || c.compared(a)) return undefined
      const low = mask(bitsOf(type))
      return (a.args[1].value & low) === low ? cast(c, 'trunc', type, a.args[0]) : undefined
    },
  },
  {
    name: 'cut off pushed into what was widened',
    apply: ({ op, type, args: [a] }, c) => {
      // (u32)(zext a op zext b): the operation in the narrower type gives the same low bits.
      if (op !== 'trunc' || !isKind(a, 'bin') || !c.once(a) || !['add', 'sub', 'mul', 'and', 'or', 'xor'].includes(a.op)) return undefined
      if (type !== 'i32') return undefined
      const narrow = a.args.map((x): Value | undefined => {
        if (x.kind === 'const') return constant(type, x.value)
        return isKind(x, 'cast') && (x.op === 'zext' || x.op === 'sext') && x.args[0].type === type ? x.args[0] : undefined
      })
      const [x, y] = narrow
      return x && y ? bin(c, a.op, x, y) : undefined
    },
  },
  {
    name: 'flag of a select of literals',
    apply: ({ op, type, args: [a] }, c) => {
      if (!isKind(a, 'select') || !c.once(a) || (op !== 'zext' && op !== 'sext' && op !== 'trunc')) return undefined
      const [cond, yes, no] = a.args
      if (yes.kind !== 'const' || no.kind !== 'const') return undefined
      const wide = (v: typeof yes): Value => constant(type, evalCast(op, bitsOf(v.type), bitsOf(type), v.value))
      return c.make({ kind: 'select', type, args: [cond, wide(yes), wide(no)] })
    },
  },
]

export const BSWAP_RULES: readonly Rule<'bswap'>[] = [
  { name: 'literal', apply: ({ type, args: [a] }) => (a.kind === 'const' ? constant(type, evalBswap(bitsOf(type), a.value)) : undefined) },
  { name: 'there and back', apply: ({ args: [a] }) => (isKind(a, 'bswap') ? a.args[0] : undefined) },
]

export const SELECT_RULES: readonly Rule<'select'>[] = [
  {
    name: 'decided',
    apply: ({ args: [cond, yes, no] }) => {
      if (cond.kind === 'const') return cond.value === 1n ? yes : no
      return yes === no || (yes.kind === 'const' && no.kind === 'const' && yes.value === no.value) ? yes : undefined
    },
  },
  {
    name: 'flag itself',
    apply: ({ type, args: [cond, yes, no] }, c) => {
      if (type !== 'i1') return undefined
      if (isLiteral(yes, 1) && isLiteral(no, 0)) return cond
      return isLiteral(yes, 0) && isLiteral(no, 1) ? bin(c, 'xor', cond, constant('i1', 1)) : undefined
    },
  },
  {
    name: 'one of the two compared',
    apply: ({ args: [cond, yes, no] }) => {
      if (!isKind(cond, 'cmp') || (cond.pred !== 'eq' && cond.pred !== 'ne')) return undefined
      const [a, b] = cond.args
      const [same, other] = cond.pred === 'eq' ? [yes, no] : [no, yes]
      return (same === a && other === b) || (same === b && other === a) ? other : undefined
    },
  },
]
