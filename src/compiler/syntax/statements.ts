// Statements (C11 6.8) with GNU's case ranges, computed goto, asm and fallthrough attributes.
// A block is where the parser recovers: a statement with a fault costs itself alone.
import { isPunct, type Token } from '../preprocess/index.ts'
import { error, join, label, type Place } from '../report.ts'
import { editDistance } from '../spelling.ts'
import type { AsmOperand, CompoundStmt, Expr, LoopPragma, Name, Stmt } from './ast.ts'
import { attributeSpecifiers } from './attributes.ts'
import {
  accept,
  acceptWord,
  advance,
  at,
  atWord,
  enterScope,
  expect,
  expectSemicolon,
  fail,
  leaveScope,
  nest,
  type Parser,
  peek,
  previous,
  recover,
  replacing,
} from './cursor.ts'
import { declaration, namesUnknownType, startsDeclaration } from './declarations.ts'
import { conditionalExpression, errorExpr, expectString, expression, name } from './expressions.ts'
import { KEYWORDS } from './keywords.ts'
import { stringValue } from './literals.ts'

/** compound-statement */
export function compoundStatement(p: Parser): CompoundStmt {
  const open = peek(p)
  expect(p, '{')
  const items: Stmt[] = []
  if (nest(p)) {
    enterScope(p)
    while (!at(p, '}') && (p.panic || peek(p).kind !== 'end')) {
      const before = p.next
      if (!p.panic) items.push(blockItem(p))
      if (p.panic) {
        recover(p, false)
        if (p.next === before && !at(p, '}') && peek(p).kind !== 'end') p.next++
      }
      if (p.sink.stopped) break
    }
    leaveScope(p)
    p.depth--
  }
  const close = peek(p)
  expect(p, '}', open)
  return { kind: 'compound', items, openAt: open.at, closeAt: close.at, at: join(open.at, close.at) }
}

/** block-item: declaration | statement */
function blockItem(p: Parser): Stmt {
  const t = peek(p)
  if (atWord(p, '__label__')) {
    advance(p)
    const names: Name[] = []
    do {
      const label = name(p)
      if (label) names.push(label)
    } while (accept(p, ','))
    expect(p, ';')
    return { kind: 'local-labels', names, at: t.at }
  }
  return declarationOrStatement(p)
}

function declarationOrStatement(p: Parser): Stmt {
  peek(p)
  const { ignored } = p
  const s = plainItem(p)
  return ignored.size > 0 ? { kind: 'ignoring', ignored, body: s, at: s.at } : s
}

function plainItem(p: Parser): Stmt {
  const meant = misspelt(p)
  if (meant !== undefined) return misspeltStatement(p, meant)
  if (namesUnknownType(p)) {
    const d = declaration(p)
    return { kind: 'declare', declaration: d, at: d.at }
  }
  if (!startsDeclaration(p, peek(p)) || isPunct(peek(p, 1), ':') || isFallthrough(p)) return statement(p)
  const d = declaration(p)
  return { kind: 'declare', declaration: d, at: d.at }
}

/** Words that a statement begins with, or goes on with. */
const STATEMENT_WORDS = [
  'return',
  'else',
  'while',
  'switch',
  'break',
  'continue',
  'goto',
  'struct',
  'static',
  'const',
  'unsigned',
  'volatile',
]

/** `retrun 0`, `esle {`: a name that nothing can come of here and that is like a word; the word. */
function misspelt(p: Parser): string | undefined {
  const t = peek(p)
  if (t.kind !== 'identifier' || KEYWORDS.has(t.text) || startsDeclaration(p, t)) return undefined
  const after = peek(p, 1)
  if (isPunct(after, '(')) return isPunct(p.tokens[behindParentheses(p)], '{') ? like(LOOP_WORDS, t.text) : undefined
  const isOdd = after.kind === 'identifier' || after.kind === 'number' || isPunct(after, '{')
  if (!isOdd || (after.kind === 'identifier' && namesUnknownType(p) && isPunct(peek(p, 2), '='))) return undefined
  return like(STATEMENT_WORDS, t.text)
}

const LOOP_WORDS = ['while', 'switch', 'for', 'if']

const like = (words: readonly string[], name: string): string | undefined =>
  words.find((word) => editDistance(word, name, 3) <= (word.length < 5 ? 1 : 2))

/** Where the token stands behind the parentheses that follow the next token. */
function behindParentheses(p: Parser): number {
  let depth = 0
  for (let at = p.next + 1; ; at++) {
    const t = p.tokens[at]
    if (t.kind === 'end') return at
    if (isPunct(t, '(')) depth++
    else if (isPunct(t, ')') && --depth === 0) return at + 1
  }
}

function misspeltStatement(p: Parser, meant: string): Stmt {
  const t = peek(p)
  fail(p, 'c.undeclared-near', [t.text, meant], t.at, { fixes: replacing(t.at, meant) })
  if (meant === 'else' || LOOP_WORDS.includes(meant)) {
    // What it rules is read like any other statement.
    p.panic = false
    p.next = meant === 'else' ? p.next + 1 : behindParentheses(p)
    return statement(p)
  }
  return meant === 'return' ? { kind: 'return', value: errorExpr(t.at), at: t.at } : { kind: 'empty', attributes: [], at: t.at }
}

/** `__attribute__((fallthrough));` and `__attribute__((musttail)) return` begin like a declaration and are statements; `__extension__` may begin an expression. */
function isFallthrough(p: Parser): boolean {
  const t = peek(p)
  if (t.text === '__extension__') return isPunct(peek(p, 1), '(') || peek(p, 1).kind !== 'identifier' || !startsDeclaration(p, peek(p, 1))
  return (
    t.text === '__attribute__' &&
    isPunct(peek(p, 1), '(') &&
    isPunct(peek(p, 2), '(') &&
    /^_*(?:fallthrough|musttail|nomerge|likely|unlikely)_*$/.test(peek(p, 3).text)
  )
}

/** statement */
export function statement(p: Parser): Stmt {
  const t = peek(p)
  const pragma = p.loopPragma
  p.loopPragma = undefined
  if (isPunct(t, '{')) return compoundStatement(p)
  if (!nest(p)) return { kind: 'empty', attributes: [], at: t.at }
  const s = startsLabel(p) ? labeledStatement(p) : t.kind === 'identifier' ? wordStatement(p, t, pragma) : expressionStatement(p)
  p.depth--
  return s
}

function wordStatement(p: Parser, t: Token, pragma: LoopPragma | undefined): Stmt {
  if (!KEYWORDS.has(t.text)) return expressionStatement(p)
  switch (t.text) {
    case 'if':
    case 'switch':
      return selectionStatement(p)
    case 'while':
    case 'do':
    case 'for':
      return iterationStatement(p, pragma)
    case 'goto':
    case 'break':
    case 'continue':
    case 'return':
      return jumpStatement(p)
    case 'asm':
    case '__asm__':
    case '__asm':
      return asmStatement(p)
    case '__attribute__': {
      const attributes = attributeSpecifiers(p)
      if (!at(p, ';')) return statement(p)
      p.next++
      return { kind: 'empty', attributes, at: join(t.at, previous(p).at) }
    }
    case 'else':
      fail(p, 'c.else-without-if')
      return { kind: 'empty', attributes: [], at: t.at }
    default:
      if (startsDeclaration(p, t) && t.text !== '__extension__') {
        error(p.sink, 'c.declaration-here', t.at)
        const d = declaration(p)
        return { kind: 'declare', declaration: d, at: d.at }
      }
      return expressionStatement(p)
  }
}

type Label = Extract<Stmt, { readonly kind: 'label' | 'case' | 'default' }>
type LabelOf<S> = S extends Label ? Omit<S, 'body'> : never

/** labeled-statement: label by label in a loop, so that a long row of cases costs no depth. */
function labeledStatement(p: Parser): Stmt {
  const labels: LabelOf<Label>[] = []
  while (startsLabel(p)) labels.push(oneLabel(p))
  let body = afterLabels(p)
  for (const head of labels.reverse()) body = { ...head, body }
  return body
}

function startsLabel(p: Parser): boolean {
  const t = peek(p)
  if (t.kind !== 'identifier') return false
  if (t.text === 'case' || t.text === 'default') return true
  return !KEYWORDS.has(t.text) && isPunct(peek(p, 1), ':') && !isPunct(peek(p, 2), ':')
}

/** identifier `:` | `case` constant [`...` constant] `:` | `default` `:` */
function oneLabel(p: Parser): LabelOf<Label> {
  const word = advance(p)
  if (word.text === 'default') {
    expect(p, ':')
    return { kind: 'default', at: word.at }
  }
  if (word.text !== 'case') {
    p.next++
    attributeSpecifiers(p)
    return { kind: 'label', label: { name: word.text, at: word.at }, at: word.at }
  }
  const low = conditionalExpression(p)
  const high = accept(p, '...') ? conditionalExpression(p) : undefined
  expect(p, ':')
  return { kind: 'case', low, high, at: join(word.at, previous(p).at) }
}

/** What labels stand before: nothing at the end of a block, a declaration as C23 allows, or a statement. */
function afterLabels(p: Parser): Stmt {
  const t = peek(p)
  return p.panic || isPunct(t, '}') ? { kind: 'empty', attributes: [], at: t.at } : declarationOrStatement(p)
}

/** expression-statement */
function expressionStatement(p: Parser): Stmt {
  const t = peek(p)
  if (accept(p, ';')) return { kind: 'empty', attributes: [], at: t.at }
  const value = expression(p)
  expectSemicolon(p, 'c.expected-semi-expression')
  return { kind: 'expression', value, at: value.at }
}

/** `(` expression `)` after if, while, switch */
function parenthesizedCondition(p: Parser, word: Token): Expr {
  const open = peek(p)
  if (!accept(p, '(')) {
    fail(p, 'c.expected-paren-after', [word.text])
    return errorExpr(open.at)
  }
  const condition = expression(p)
  expect(p, ')', open)
  return condition
}

/** selection-statement */
function selectionStatement(p: Parser): Stmt {
  const word = advance(p)
  enterScope(p)
  const condition = parenthesizedCondition(p, word)
  const body = statement(p)
  leaveScope(p)
  if (word.text === 'switch') return { kind: 'switch', value: condition, body, at: word.at }
  return elseLadder(p, { condition, yes: body, at: word.at })
}

interface Rung {
  readonly condition: Expr
  readonly yes: Stmt
  readonly at: Place
  /** Of the `else` behind it. */
  elseAt?: Place
}

/** `else if` by `else if` in a loop, so that a long ladder costs no depth. */
function elseLadder(p: Parser, first: Rung): Stmt {
  const rungs = [first]
  let last: Stmt | undefined
  for (let other = acceptWord(p, 'else'); other; other = last ? undefined : acceptWord(p, 'else')) {
    const word = peek(p)
    rungs[rungs.length - 1].elseAt = other.at
    if (acceptWord(p, 'if')) {
      enterScope(p)
      const condition = parenthesizedCondition(p, word)
      rungs.push({ condition, yes: statement(p), at: word.at })
      leaveScope(p)
    } else last = statement(p)
  }
  for (const { condition, yes, at, elseAt } of rungs.reverse())
    last = { kind: 'if', condition, yes, no: last, at, ...(elseAt && { elseAt }) }
  return last ?? { kind: 'empty', attributes: [], at: first.at }
}

/** iteration-statement */
function iterationStatement(p: Parser, pragma: LoopPragma | undefined): Stmt {
  const word = advance(p)
  if (word.text === 'while') {
    const condition = parenthesizedCondition(p, word)
    return { kind: 'while', condition, body: statement(p), pragma, at: word.at }
  }
  if (word.text === 'do') {
    const body = statement(p)
    const end = peek(p)
    if (!acceptWord(p, 'while')) {
      fail(p, 'c.expected-while', [], undefined, { labels: [label(word.at, 'c.note.to-match', ['do'])] })
      return { kind: 'empty', attributes: [], at: word.at }
    }
    const condition = parenthesizedCondition(p, end)
    expectSemicolon(p, 'c.expected-semi-statement', ['do/while'])
    return { kind: 'do', condition, body, pragma, at: word.at }
  }
  enterScope(p)
  const open = peek(p)
  if (!accept(p, '(')) fail(p, 'c.expected-paren-after', ['for'])
  const init = at(p, ';') ? void p.next++ : declarationOrStatement(p)
  const condition = at(p, ';') ? undefined : expression(p)
  expect(p, ';')
  const step = at(p, ')') ? undefined : expression(p)
  expect(p, ')', open)
  const body = statement(p)
  leaveScope(p)
  return { kind: 'for', init: init ?? undefined, condition, step, body, pragma, at: word.at }
}

/** jump-statement */
function jumpStatement(p: Parser): Stmt {
  const word = advance(p)
  let s: Stmt
  if (word.text === 'goto') {
    if (accept(p, '*')) {
      const target = expression(p)
      s = { kind: 'goto-computed', target, at: word.at }
    } else {
      const target = name(p)
      s = target ? { kind: 'goto', label: target, at: join(word.at, target.at) } : { kind: 'empty', attributes: [], at: word.at }
    }
  } else if (word.text === 'return') {
    const value = at(p, ';') ? undefined : expression(p)
    s = { kind: 'return', value, at: value ? join(word.at, value.at) : word.at }
  } else s = { kind: word.text === 'break' ? 'break' : 'continue', at: word.at }
  expectSemicolon(p, 'c.expected-semi-statement', [word.text])
  return s
}

/** `asm` qualifiers `(` template [`:` outputs [`:` inputs [`:` clobbers [`:` labels]]]] `)` `;` */
function asmStatement(p: Parser): Stmt {
  const word = advance(p)
  let volatile = false
  for (let q = acceptWord(p, 'volatile', '__volatile__', '__volatile', 'inline', '__inline__', '__inline', 'goto'); q; ) {
    if (q.text.includes('volatile') || q.text === 'goto') volatile = true
    q = acceptWord(p, 'volatile', '__volatile__', '__volatile', 'inline', '__inline__', '__inline', 'goto')
  }
  const open = peek(p)
  expect(p, '(')
  const template = asmString(p)
  const outputs = asmSection(p) ? asmOperands(p) : []
  const inputs = asmSection(p) ? asmOperands(p) : []
  const clobbers: string[] = []
  if (asmSection(p) && peek(p).kind === 'string') {
    do clobbers.push(asmString(p))
    while (accept(p, ','))
  }
  const labels: Name[] = []
  if (asmSection(p) && peek(p).kind === 'identifier') {
    do {
      const target = name(p)
      if (target) labels.push(target)
    } while (accept(p, ','))
  }
  expect(p, ')', open)
  const where = join(word.at, previous(p).at)
  expectSemicolon(p, 'c.expected-semi-statement', ['asm'])
  return { kind: 'asm', volatile, template, outputs, inputs, clobbers, labels, at: where }
}

/** A `:` before a section. */
const asmSection = (p: Parser): boolean => accept(p, ':')

function asmOperands(p: Parser): AsmOperand[] {
  const out: AsmOperand[] = []
  if (at(p, ':') || at(p, ')')) return out
  do {
    const start = peek(p)
    let operandName: string | undefined
    if (accept(p, '[')) {
      operandName = name(p)?.name
      expect(p, ']', start)
    }
    const constraint = asmString(p)
    const open = peek(p)
    expect(p, '(')
    const value = expression(p)
    expect(p, ')', open)
    out.push({ name: operandName, constraint, value, at: join(start.at, previous(p).at) })
  } while (accept(p, ','))
  return out
}

function asmString(p: Parser): string {
  const literal = expectString(p)
  if (!literal) return ''
  return literal.parts.map((part) => new TextDecoder().decode(stringValue(part.text)?.bytes)).join('')
}
