// Expressions (C11 6.5) with GNU's additions: statement expressions, `a ?: b`, typeof in casts, &&label, the builtins that take types.
// The parser cannot know whether `(x)` is a type without knowing typedefs; the scopes of `cursor` answer that.
// Left-associative chains are parsed in loops, so that only real nesting costs depth.
import { isPunct, type Token } from '../preprocess/index.ts'
import { join, type Place } from '../report.ts'
import type { AssignOp, BinaryOp, Designator, Expr, GenericExpr, Name, TypeName, UnaryOp } from './ast.ts'
import { accept, acceptWord, advance, at, expect, fail, nest, type Parser, peek, previous } from './cursor.ts'
import { KEYWORDS } from './keywords.ts'

/** expression: assignment-expression (`,` assignment-expression)* */
export function expression(p: Parser): Expr {
  const outside = startChain(p)
  let left = assignmentExpression(p)
  while (at(p, ',')) {
    const opAt = advance(p).at
    const right = assignmentExpression(p)
    if (!link(p, opAt)) return errorExpr(opAt)
    left = { kind: 'comma', left, right, opAt, at: join(left.at, right.at) }
  }
  endChain(p, outside)
  return left
}

/** Operators that may follow each other. What comes after the parser walks down a chain, so that its length is depth there. */
const MAX_LINKS = 2000

/** Begins to count the links of a chain, with those of its longest operand; returns what was counted around it, for the end. */
function startChain(p: Parser): number {
  const outside = p.links
  p.links = 0
  return outside
}

const endChain = (p: Parser, outside: number): void => void (p.links = Math.max(p.links, outside))

/** Counts one more link; false (and panic) where it is one too many. */
function link(p: Parser, place: Place): boolean {
  if (++p.links <= MAX_LINKS) return true
  fail(p, 'c.chain-too-long', [String(MAX_LINKS)], place)
  return false
}

const ASSIGN_OPS: ReadonlySet<string> = new Set(['=', '*=', '/=', '%=', '+=', '-=', '<<=', '>>=', '&=', '^=', '|='])

/** assignment-expression: conditional-expression | unary-expression assignment-operator assignment-expression */
export function assignmentExpression(p: Parser): Expr {
  const left = conditionalExpression(p)
  const t = peek(p)
  if (t.kind !== 'punct' || !ASSIGN_OPS.has(t.text)) return left
  p.next++
  if (!nest(p)) return errorExpr(t.at)
  const right = assignmentExpression(p)
  p.depth--
  return { kind: 'assign', op: t.text as AssignOp, left, right, opAt: t.at, at: join(left.at, right.at) }
}

/** conditional-expression: logical-OR-expression [`?` [expression] `:` conditional-expression] */
export function conditionalExpression(p: Parser): Expr {
  const condition = binaryExpression(p, 1)
  if (!at(p, '?')) return condition
  const question = advance(p)
  if (!nest(p)) return errorExpr(question.at)
  const yes = at(p, ':') ? undefined : expression(p)
  expect(p, ':', question)
  const no = conditionalExpression(p)
  p.depth--
  return { kind: 'conditional', condition, yes, no, opAt: question.at, at: join(condition.at, no.at) }
}

const PRECEDENCE: ReadonlyMap<string, number> = new Map(
  [['||'], ['&&'], ['|'], ['^'], ['&'], ['==', '!='], ['<', '>', '<=', '>='], ['<<', '>>'], ['+', '-'], ['*', '/', '%']].flatMap((ops, i) =>
    ops.map((op) => [op, i + 1] as const),
  ),
)

/** multiplicative- to logical-OR-expression: operators of at least a precedence. */
function binaryExpression(p: Parser, least: number): Expr {
  const outside = startChain(p)
  let left = castExpression(p)
  for (;;) {
    const t = peek(p)
    const precedence = t.kind === 'punct' ? PRECEDENCE.get(t.text) : undefined
    if (precedence === undefined || precedence < least) {
      endChain(p, outside)
      return left
    }
    p.next++
    const right = binaryExpression(p, precedence + 1)
    if (!link(p, t.at)) return errorExpr(t.at)
    left = { kind: 'binary', op: t.text as BinaryOp, left, right, opAt: t.at, at: join(left.at, right.at) }
  }
}

/** cast-expression: unary-expression | `(` type-name `)` cast-expression */
function castExpression(p: Parser): Expr {
  const open = peek(p)
  if (!isPunct(open, '(') || !p.rules.startsTypeName(p, peek(p, 1))) return unaryExpression(p)
  p.next++
  const type = p.rules.typeName(p)
  expect(p, ')', open)
  if (at(p, '{')) {
    const init = p.rules.initializerList(p)
    return postfixOperators(p, { kind: 'compound-literal', type, init, at: join(open.at, init.at) })
  }
  if (!nest(p)) return errorExpr(open.at)
  const operand = castExpression(p)
  p.depth--
  return { kind: 'cast', type, operand, at: join(open.at, operand.at) }
}

const UNARY_OPS: ReadonlySet<string> = new Set(['&', '*', '+', '-', '~', '!', '++', '--'])

/** unary-expression */
function unaryExpression(p: Parser): Expr {
  const t = peek(p)
  if (t.kind === 'punct' && UNARY_OPS.has(t.text)) {
    p.next++
    return prefixed(p, t, t.text as UnaryOp)
  }
  if (isPunct(t, '&&')) {
    p.next++
    const label = name(p)
    return label ? { kind: 'label-address', label, at: join(t.at, label.at) } : errorExpr(t.at)
  }
  if (t.kind === 'identifier') {
    if (t.text === '__extension__' || t.text === '__real__' || t.text === '__imag__') {
      p.next++
      return prefixed(p, t, t.text)
    }
    if (t.text === 'sizeof') return sizeofExpression(p, 'sizeof')
    if (t.text === '_Alignof' || t.text === '__alignof__' || t.text === '__alignof' || t.text === 'alignof')
      return sizeofExpression(p, 'alignof')
  }
  return postfixExpression(p)
}

function prefixed(p: Parser, t: Token, op: UnaryOp): Expr {
  if (!nest(p)) return errorExpr(t.at)
  const operand = castExpression(p)
  p.depth--
  return { kind: 'unary', op, operand, at: join(t.at, operand.at) }
}

/** `sizeof` unary-expression | `sizeof` `(` type-name `)`, and the same for _Alignof */
function sizeofExpression(p: Parser, what: 'sizeof' | 'alignof'): Expr {
  const word = advance(p)
  const open = peek(p)
  if (isPunct(open, '(') && p.rules.startsTypeName(p, peek(p, 1))) {
    p.next++
    const type = p.rules.typeName(p)
    expect(p, ')', open)
    if (!at(p, '{')) return { kind: 'sizeof', what, operand: type, at: join(word.at, previous(p).at) }
    const init = p.rules.initializerList(p)
    const operand = postfixOperators(p, { kind: 'compound-literal', type, init, at: join(open.at, init.at) })
    return { kind: 'sizeof', what, operand, at: join(word.at, operand.at) }
  }
  if (!nest(p)) return errorExpr(word.at)
  const operand = unaryExpression(p)
  p.depth--
  return { kind: 'sizeof', what, operand, at: join(word.at, operand.at) }
}

/** postfix-expression: primary-expression and what follows it */
function postfixExpression(p: Parser): Expr {
  return postfixOperators(p, primaryExpression(p))
}

function postfixOperators(p: Parser, first: Expr): Expr {
  let e = first
  for (let chain = 0; ; chain++) {
    const t = peek(p)
    if (t.kind !== 'punct') return e
    switch (t.text) {
      case '[': {
        p.next++
        if (!nest(p)) return errorExpr(t.at)
        const index = expression(p)
        p.depth--
        expect(p, ']', t)
        e = { kind: 'index', base: e, index, at: join(e.at, previous(p).at) }
        break
      }
      case '(': {
        p.next++
        const args = argumentExpressionList(p)
        const closeAt = peek(p).at
        expect(p, ')', t)
        e = { kind: 'call', callee: e, args, closeAt, at: join(e.at, previous(p).at) }
        break
      }
      case '.':
      case '->': {
        p.next++
        const member = name(p)
        if (!member) return errorExpr(t.at)
        e = { kind: 'member', base: e, arrow: t.text === '->', name: member.name, opAt: member.at, at: join(e.at, member.at) }
        break
      }
      case '++':
      case '--':
        p.next++
        e = { kind: 'postfix', op: t.text, operand: e, opAt: t.at, at: join(e.at, t.at) }
        break
      default:
        return e
    }
    if (chain > CHAIN_LIMIT) {
      fail(p, 'c.nesting', [String(CHAIN_LIMIT)], t.at)
      return errorExpr(t.at)
    }
  }
}

/** Members, subscripts and calls in one chain. */
const CHAIN_LIMIT = 200

/** [assignment-expression (`,` assignment-expression)*] */
function argumentExpressionList(p: Parser): Expr[] {
  const args: Expr[] = []
  if (at(p, ')') || !nest(p)) return args
  do args.push(assignmentExpression(p))
  while (accept(p, ','))
  p.depth--
  return args
}

/** primary-expression, and the builtins whose arguments are types */
function primaryExpression(p: Parser): Expr {
  const t = peek(p)
  switch (t.kind) {
    case 'identifier':
      if (!KEYWORDS.has(t.text)) {
        p.next++
        return { kind: 'name', name: t.text, at: t.at }
      }
      return keywordExpression(p, t)
    case 'number':
    case 'char':
      p.next++
      return { kind: t.kind, text: t.text, at: t.at }
    case 'string':
      return stringLiteral(p)
    case 'punct':
      if (t.text === '(') return parenthesized(p, t)
      break
    default:
      break
  }
  fail(p, 'c.expected-expression')
  return errorExpr(t.at)
}

function parenthesized(p: Parser, open: Token): Expr {
  p.next++
  if (!nest(p)) return errorExpr(open.at)
  let e: Expr
  if (at(p, '{')) {
    const body = p.rules.compoundStatement(p)
    expect(p, ')', open)
    e = { kind: 'statements', body, at: join(open.at, previous(p).at) }
  } else {
    const inner = expression(p)
    expect(p, ')', open)
    e = { kind: 'paren', inner, at: join(open.at, previous(p).at) }
  }
  p.depth--
  return e
}

/** string-literal+: neighbours are one */
export function stringLiteral(p: Parser): Expr & { readonly kind: 'string' } {
  const parts: { readonly text: string; readonly at: Place }[] = []
  while (peek(p).kind === 'string') {
    const t = advance(p)
    parts.push({ text: t.text, at: t.at })
  }
  const [first] = parts
  const at = first ? join(first.at, parts[parts.length - 1].at) : peek(p).at
  return { kind: 'string', parts, at }
}

function keywordExpression(p: Parser, word: Token): Expr {
  switch (word.text) {
    case '_Generic':
      return genericSelection(p)
    case '__builtin_offsetof':
      return builtinOffsetof(p)
    case '__builtin_types_compatible_p': {
      const [left, right] = builtinArguments(p, [typeArgument, typeArgument])
      return { kind: 'types-compatible', left, right, at: join(word.at, previous(p).at) }
    }
    case '__builtin_choose_expr': {
      const [condition, yes, no] = builtinArguments(p, [assignmentExpression, assignmentExpression, assignmentExpression])
      return { kind: 'choose', condition, yes, no, at: join(word.at, previous(p).at) }
    }
    case '__builtin_va_arg': {
      const [list, type] = builtinArguments(p, [assignmentExpression, typeArgument] as const)
      return { kind: 'va-arg', list, type, at: join(word.at, previous(p).at) }
    }
    case '__func__':
    case '__FUNCTION__':
    case '__PRETTY_FUNCTION__':
      p.next++
      return { kind: 'name', name: '__func__', at: word.at }
    default:
      fail(p, 'c.expected-expression')
      return errorExpr(word.at)
  }
}

const typeArgument = (p: Parser): TypeName => p.rules.typeName(p)

/** `word ( a , b )` with a rule for each argument. */
function builtinArguments<T extends readonly ((p: Parser) => unknown)[]>(
  p: Parser,
  rules: readonly [...T],
): { [I in keyof T]: ReturnType<T[I]> } {
  p.next++
  const open = peek(p)
  expect(p, '(')
  nest(p)
  const args = rules.map((rule, i) => {
    if (i > 0) expect(p, ',')
    return rule(p)
  })
  p.depth--
  expect(p, ')', open)
  return args as { [I in keyof T]: ReturnType<T[I]> }
}

/** generic-selection */
function genericSelection(p: Parser): Expr {
  const word = advance(p)
  const open = peek(p)
  expect(p, '(')
  if (!nest(p)) return errorExpr(word.at)
  const control = assignmentExpression(p)
  const associations: GenericExpr['associations'][number][] = []
  while (accept(p, ',')) {
    const start = peek(p).at
    const type = acceptWord(p, 'default') ? undefined : p.rules.typeName(p)
    expect(p, ':')
    associations.push({ type, value: assignmentExpression(p), at: start })
  }
  p.depth--
  expect(p, ')', open)
  return { kind: 'generic', control, associations, at: join(word.at, previous(p).at) }
}

/** `__builtin_offsetof ( type-name , member-designator )` */
function builtinOffsetof(p: Parser): Expr {
  const word = advance(p)
  const open = peek(p)
  expect(p, '(')
  if (!nest(p)) return errorExpr(word.at)
  const type = p.rules.typeName(p)
  expect(p, ',')
  const path: Designator[] = []
  const first = name(p)
  if (first) path.push({ kind: 'field', ...first })
  for (;;) {
    const t = peek(p)
    if (accept(p, '.')) {
      const member = name(p)
      if (member) path.push({ kind: 'field', ...member })
    } else if (accept(p, '[')) {
      path.push({ kind: 'index', low: expression(p), high: undefined, at: t.at })
      expect(p, ']', t)
    } else break
  }
  p.depth--
  expect(p, ')', open)
  return { kind: 'offsetof', type, path, at: join(word.at, previous(p).at) }
}

/** An identifier that is no keyword, or a fault. */
export function name(p: Parser): Name | undefined {
  const t = peek(p)
  if (t.kind === 'identifier' && !KEYWORDS.has(t.text)) {
    p.next++
    return { name: t.text, at: t.at }
  }
  fail(p, 'c.expected-identifier')
  return undefined
}

export const errorExpr = (where: Place): Expr => ({ kind: 'error', at: where })

/** A string literal that must stand here (asm, _Static_assert). */
export function expectString(p: Parser): (Expr & { readonly kind: 'string' }) | undefined {
  if (peek(p).kind === 'string') return stringLiteral(p)
  fail(p, 'c.expected-string')
  return undefined
}
