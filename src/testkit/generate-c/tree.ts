// Generated C as a tree of templates: text with holes for expressions and blocks. One form serves printing and shrinking.
// Invariant: a hole may be filled with any expression of the same type whose interval lies inside the old one, and a statement that is not
// `keep` may be taken away, without making behaviour undefined; where the result is no C any more, the native compiler says so.
import { type Interval, type IntType, literal } from './numbers.ts'

/** Binding strength, weakest first; a hole asks for a least strength and is put in parentheses where it is not met. */
export const PREC = {
  comma: 1,
  assign: 2,
  conditional: 3,
  '||': 4,
  '&&': 5,
  '|': 6,
  '^': 7,
  '&': 8,
  equality: 9,
  relation: 10,
  shift: 11,
  sum: 12,
  product: 13,
  unary: 15,
  postfix: 16,
} as const

export interface Expr extends Interval {
  readonly kind: 'expr'
  readonly type: IntType
  readonly prec: number
  readonly parts: readonly Part[]
}

export interface Stmt {
  readonly kind: 'stmt'
  readonly parts: readonly Part[]
  readonly keep?: boolean
}

export interface Block {
  readonly kind: 'block'
  readonly items: readonly Stmt[]
}

export interface Hole {
  readonly kind: 'hole'
  readonly expr: Expr
  readonly min: number
}

export type Part = string | Hole | Block
export type Node = Expr | Stmt | Block | Hole

export const hole = (expr: Expr, min: number = PREC.postfix): Hole => ({ kind: 'hole', expr, min })
/** An expression as a whole: an argument, a right-hand side. */
export const whole = (expr: Expr): Hole => hole(expr, PREC.assign)
export const stmt = (...parts: readonly Part[]): Stmt => ({ kind: 'stmt', parts })
export const block = (items: readonly Stmt[]): Block => ({ kind: 'block', items })

export function expr(type: IntType, range: Interval, prec: number, ...parts: readonly Part[]): Expr {
  return { kind: 'expr', type, lo: range.lo, hi: range.hi, prec, parts }
}

export function constant(type: IntType, value: bigint, hexadecimal = false): Expr {
  const text = type.bits < 32 ? `(${type.name})${literal(type, value, hexadecimal)}` : literal(type, value, hexadecimal)
  return expr(type, { lo: value, hi: value }, type.bits < 32 || value < 0n ? PREC.unary : PREC.postfix, text)
}

export function print(node: Node | string): string {
  if (typeof node === 'string') return node
  switch (node.kind) {
    case 'expr':
    case 'stmt':
      return node.parts.map(print).join('')
    case 'block':
      return node.items.map((s) => `${print(s)}\n`).join('')
    case 'hole':
      return node.expr.prec < node.min ? `(${print(node.expr)})` : print(node.expr)
  }
}

/** Indents by braces; the text has no braces in strings. */
export function indent(text: string): string {
  let depth = 0
  return text
    .split('\n')
    .map((raw) => {
      const line = raw.trim()
      const closes = line.startsWith('}') ? 1 : 0
      const out = line === '' || line.startsWith('#') ? line : '\t'.repeat(Math.max(0, depth - closes)) + line
      for (const c of line) depth += c === '{' ? 1 : c === '}' ? -1 : 0
      return out
    })
    .join('\n')
}
