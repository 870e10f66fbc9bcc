// Arithmetic of filters: bytes of a packet, its length, numbers and C's operators on 32-bit words.
//   arith = arith ("|" | "^" | "&" | "<<" | ">>" | "+" | "-" | "*" | "/" | "%") arith | "-" arith | "(" arith ")"
//         | NUMBER | "len" | protocol "[" arith [":" ("1" | "2" | "4")] "]"
import type { Cursor } from './cursor.ts'
import { CONSTANTS, PROTOCOLS, type Protocol } from './names.ts'

export type ArithmeticOp = '|' | '^' | '&' | '<<' | '>>' | '+' | '-' | '*' | '/' | '%'

export type Arithmetic =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'length' }
  | { readonly kind: 'load'; readonly protocol: Protocol; readonly index: Arithmetic; readonly size: 1 | 2 | 4 }
  | { readonly kind: 'binary'; readonly op: ArithmeticOp; readonly left: Arithmetic; readonly right: Arithmetic }
  | { readonly kind: 'negate'; readonly of: Arithmetic }

/** Loosest first. */
const LEVELS: readonly (readonly ArithmeticOp[])[] = [['|'], ['^'], ['&'], ['<<', '>>'], ['+', '-'], ['*', '/', '%']]
const MAX_DEPTH = 60
const OPERATORS = new Set(['=', '==', '!=', '<', '<=', '>', '>=', '|', '^', '&', '<<', '>>', '+', '-', '*', '/', '%'])

/** Whether a comparison begins here, and not an id or a parenthesis of expressions. */
export function startsArithmetic(c: Cursor): boolean {
  const t = c.peek()
  if (t?.text === '-') return true
  if (t?.text === '(') return isOperator(c, closing(c) + 1)
  if (t?.kind === 'word' && (t.text === 'len' || t.text === 'length')) return true
  if (t?.kind === 'word' && PROTOCOLS.has(t.text)) return c.peek(1)?.text === '['
  return (t?.kind === 'number' || CONSTANTS.has(t?.text ?? '')) && isOperator(c, 1)
}

const isOperator = (c: Cursor, ahead: number): boolean => c.peek(ahead)?.kind === 'sign' && OPERATORS.has(c.peek(ahead)?.text ?? '')

/** How far ahead the parenthesis that opens here is closed, or the end of the text. */
function closing(c: Cursor): number {
  let open = 0
  for (let ahead = 0; ; ahead++) {
    const text = c.peek(ahead)?.text
    if (text === '(') open++
    if (text === ')') open--
    if (open === 0 || text === undefined) return ahead
  }
}

export function parseArithmetic(c: Cursor, level = 0, depth = 0): Arithmetic {
  if (depth > MAX_DEPTH) return c.fail('filter.too-deep')
  const ops = LEVELS[level]
  if (!ops) return operand(c, depth)
  let left = parseArithmetic(c, level + 1, depth)
  for (;;) {
    const op = ops.find((o) => c.peek()?.text === o)
    if (!op) return left
    const sign = c.next()
    const right = parseArithmetic(c, level + 1, depth)
    if ((op === '/' || op === '%') && right.kind === 'number' && right.value === 0) return c.failAt('filter.zero', sign, [op])
    left = { kind: 'binary', op, left, right }
  }
}

function operand(c: Cursor, depth: number): Arithmetic {
  if (c.take('-')) return { kind: 'negate', of: operand(c, depth + 1) }
  if (c.take('(')) {
    const inner = parseArithmetic(c, 0, depth + 1)
    return c.take(')') ? inner : c.fail('filter.unexpected')
  }
  if (c.take('len') || c.take('length')) return { kind: 'length' }
  const word = c.peek()
  const constant = word?.kind === 'word' ? CONSTANTS.get(word.text) : undefined
  if (constant !== undefined) {
    c.next()
    return { kind: 'number', value: constant }
  }
  const protocol = word?.kind === 'word' ? PROTOCOLS.get(word.text) : undefined
  if (!protocol) return { kind: 'number', value: c.number() }
  c.next()
  if (!c.take('[')) return c.fail('filter.unexpected')
  const index = parseArithmetic(c, 0, depth + 1)
  const size = c.take(':') ? readSize(c) : 1
  return c.take(']') ? { kind: 'load', protocol, index, size } : c.fail('filter.unexpected')
}

function readSize(c: Cursor): 1 | 2 | 4 {
  const at = c.peek()
  const size = c.number()
  return size === 1 || size === 2 || size === 4 ? size : c.failAt('filter.size', at, [String(size)])
}
