// The text of an `asm` statement in C: labels, instructions and data, still to be placed. The notation is clang's, which is the
// assembler's own (parse.ts) with `;` between statements; data directives put raw bytes down, and may count with labels:
//
//   1: .byte 0xe5; .byte 0; .long ((l_end - 1b - 8) / 8) & 0xffff; .short 0
//
// Nothing is looked up here: where labels lie and what names mean is known to the caller alone.
import type { DiagCode } from '../../diag/index.ts'
import { lex, type Statement, type Token } from './lex.ts'
import { type Draft, parseInsn } from './parse.ts'

/** A number known once labels have addresses (in bytes). */
export type DataExpr =
  | { readonly kind: 'number'; readonly value: bigint }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'unary'; readonly op: '-' | '~'; readonly of: DataExpr }
  | { readonly kind: 'binary'; readonly op: string; readonly left: DataExpr; readonly right: DataExpr }

export type AsmItem =
  | { readonly kind: 'label'; readonly name: string }
  | { readonly kind: 'insn'; readonly draft: Draft }
  | { readonly kind: 'data'; readonly size: 1 | 2 | 4 | 8; readonly value: DataExpr }

export interface AsmFault {
  readonly code: DiagCode
  readonly params: readonly string[]
}

export interface AsmBlock {
  readonly items: readonly AsmItem[]
  /** The first thing that is wrong with the text; then there are no items behind it. */
  readonly fault?: AsmFault
}

const DATA_SIZES: Readonly<Record<string, 1 | 2 | 4 | 8>> = {
  '.byte': 1,
  '.2byte': 2,
  '.short': 2,
  '.hword': 2,
  '.4byte': 4,
  '.long': 4,
  '.int': 4,
  '.word': 4,
  '.8byte': 8,
  '.quad': 8,
}

/** Reads a block of assembly. */
export function parseAsmBlock(text: string): AsmBlock {
  const { statements, bad } = lex(text, true)
  const items: AsmItem[] = []
  if (bad.length > 0) return { items, fault: { code: 'asm.character', params: [text.slice(bad[0].start, bad[0].end)] } }
  /** Where the items of each open `.rept` begin, and how often they are wanted. */
  const open: { readonly from: number; readonly times: number }[] = []
  for (const statement of statements) {
    const word = statement.tokens[0].text
    if (word === '.rept') {
      const times = Number(statement.tokens[1]?.kind === 'number' ? statement.tokens[1].text : Number.NaN)
      if (!(times <= MAX_ITEMS)) return { items, fault: { code: 'asm.expectedNumber', params: [] } }
      open.push({ from: items.length, times })
    } else if (word === '.endr') {
      const loop = open.pop()
      if (!loop) return { items, fault: { code: 'asm.directive', params: [word] } }
      const body = items.splice(loop.from)
      if (body.length * loop.times > MAX_ITEMS) return { items, fault: { code: 'asm.range', params: ['.rept', '0', String(MAX_ITEMS)] } }
      for (let k = 0; k < loop.times; k++) for (const item of body) items.push(item)
    } else {
      const fault = readStatement(statement, items)
      if (fault) return { items, fault }
    }
  }
  return open.length > 0 ? { items, fault: { code: 'asm.expected', params: ["'.endr'"] } } : { items }
}

/** More than any program has: the kernel takes a million instructions. */
const MAX_ITEMS = 1_000_000

function readStatement(statement: Statement, items: AsmItem[]): AsmFault | undefined {
  const { tokens } = statement
  let first = 0
  while (isLabel(tokens, first)) {
    items.push({ kind: 'label', name: tokens[first].text })
    first += 2
  }
  const head = tokens[first]
  if (!head) return undefined
  if (head.kind === 'word' && head.text.startsWith('.')) return readData(tokens.slice(first), items)
  const parsed = parseInsn(statement, first, true)
  if (!parsed.ok) return parsed.fault
  items.push({ kind: 'insn', draft: parsed.draft })
  return undefined
}

const isLabel = (tokens: readonly Token[], at: number): boolean => {
  const [name, colon] = [tokens[at], tokens[at + 1]]
  return (name?.kind === 'number' || name?.kind === 'word') && colon?.kind === 'op' && colon.text === ':'
}

function readData(tokens: readonly Token[], items: AsmItem[]): AsmFault | undefined {
  const size = DATA_SIZES[tokens[0].text]
  if (!size) return { code: 'asm.directive', params: [tokens[0].text] }
  const r: Reader = { tokens, at: 1, depth: 0, terms: 0 }
  do {
    const value = expression(r, 0)
    if (!value) return { code: 'asm.expectedNumber', params: [] }
    items.push({ kind: 'data', size, value })
  } while (takeOp(r, ','))
  return r.at < tokens.length ? { code: 'asm.expectedEnd', params: [] } : undefined
}

interface Reader {
  readonly tokens: readonly Token[]
  at: number
  depth: number
  terms: number
}

/** Weakest first, as in the GNU assembler's C-like order. */
const LEVELS: readonly (readonly string[])[] = [['|'], ['^'], ['&'], ['<<', '>>'], ['+', '-'], ['*', '/', '%']]
const MAX_DEPTH = 64
const MAX_TERMS = 1000

function takeOp(r: Reader, ...ops: readonly string[]): string | undefined {
  const token = r.tokens[r.at]
  if (token?.kind !== 'op' || !ops.includes(token.text)) return undefined
  r.at++
  return token.text
}

function expression(r: Reader, level: number): DataExpr | undefined {
  if (level === LEVELS.length) return unary(r)
  let left = expression(r, level + 1)
  for (;;) {
    const op = left && takeOp(r, ...LEVELS[level])
    if (!left || !op) return left
    const right = expression(r, level + 1)
    left = right && { kind: 'binary', op, left, right }
  }
}

function unary(r: Reader): DataExpr | undefined {
  if (++r.depth > MAX_DEPTH) return undefined
  const op = takeOp(r, '-', '+', '~')
  const made = op ? signed(op, unary(r)) : primary(r)
  r.depth--
  return made
}

const signed = (op: string, of: DataExpr | undefined): DataExpr | undefined =>
  of && (op === '+' ? of : { kind: 'unary', op: op as '-' | '~', of })

function primary(r: Reader): DataExpr | undefined {
  if (++r.terms > MAX_TERMS) return undefined
  if (takeOp(r, '(')) {
    const inner = expression(r, 0)
    return takeOp(r, ')') ? inner : undefined
  }
  const token = r.tokens[r.at]
  const next = r.tokens[r.at + 1]
  if (token?.kind === 'number') {
    r.at++
    if (next?.kind === 'word' && next.start === token.end && (next.text === 'f' || next.text === 'b')) {
      r.at++
      return { kind: 'name', name: token.text + next.text }
    }
    return token.text.length > 24 ? undefined : { kind: 'number', value: BigInt(token.text) }
  }
  if (token?.kind !== 'word') return undefined
  r.at++
  return { kind: 'name', name: token.text }
}

/** The value of an expression; undefined where a name is not known or something is divided by zero. */
export function evalData(e: DataExpr, addressOf: (name: string) => bigint | undefined): bigint | undefined {
  switch (e.kind) {
    case 'number':
      return e.value
    case 'name':
      return addressOf(e.name)
    case 'unary': {
      const v = evalData(e.of, addressOf)
      return v === undefined ? undefined : e.op === '-' ? -v : ~v
    }
    default: {
      const left = evalData(e.left, addressOf)
      const right = evalData(e.right, addressOf)
      return left === undefined || right === undefined ? undefined : calculate(e.op, left, right)
    }
  }
}

function calculate(op: string, left: bigint, right: bigint): bigint | undefined {
  switch (op) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return right === 0n ? undefined : left / right
    case '%':
      return right === 0n ? undefined : left % right
    case '&':
      return left & right
    case '|':
      return left | right
    case '^':
      return left ^ right
    case '<<':
      return right < 0n || right > 63n ? undefined : BigInt.asIntN(64, left << right)
    case '>>':
      return right < 0n || right > 63n ? undefined : left >> right
    default:
      return undefined
  }
}
