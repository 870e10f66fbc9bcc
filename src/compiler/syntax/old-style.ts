// Functions as they were defined before C89: names between the parentheses, their declarations behind them (C11 6.9.1p6).
// They are given a prototype, which their callers are held to.
import { isPunct, type Token } from '../preprocess/index.ts'
import { join, type Place, warning } from '../report.ts'
import { type Declarator, type Name, NO_QUALIFIERS, type ParamDeclaration, type Specifiers } from './ast.ts'
import { attributeSpecifiers } from './attributes.ts'
import { accept, advance, at, declaredName, expect, expectSemicolon, fail, isTypedefName, type Parser, peek, previous } from './cursor.ts'
import { name } from './expressions.ts'
import { KEYWORDS } from './keywords.ts'

/** `(a, b) int a; long b;` before a body: names alone, whose types are declared behind the parentheses (C11 6.9.1p6). */
export function startsOldStyle(p: Parser): boolean {
  if (p.scopes.length > 1) return false
  for (let k = 1; ; k += 2) {
    const t = peek(p, k)
    if (t.kind !== 'identifier' || KEYWORDS.has(t.text) || isTypedefName(p, t.text)) return false
    const after = peek(p, k + 1)
    if (isPunct(after, ')')) return peek(p, k + 2).text !== '__attribute__' && p.rules.startsDeclaration(p, peek(p, k + 2))
    if (!isPunct(after, ',')) return false
  }
}

/** identifier-list `)` declaration-list; the function has a prototype from then on, which its callers are held to. */
export function oldStyleSuffix(p: Parser): (inner: Declarator) => Declarator {
  const open = advance(p)
  warning(p.sink, 'c.old-style-function', previousName(p, open))
  const names: Name[] = []
  do {
    const parameter = name(p)
    if (parameter) names.push(parameter)
  } while (accept(p, ','))
  expect(p, ')', open)
  const where = join(open.at, previous(p).at)
  const declared = new Map<string, ParamDeclaration>()
  while (!at(p, '{') && !p.panic && peek(p).kind !== 'end') {
    const start = peek(p)
    const specifiers = p.rules.typedSpecifiers(p)
    do {
      const d = p.rules.declarator(p)
      const parameter = declaredName(d)
      if (!parameter || !names.some((n) => n.name === parameter.name)) fail(p, 'c.not-a-parameter', [parameter?.name ?? ''], parameter?.at)
      else
        declared.set(parameter.name, { specifiers, declarator: d, attributes: attributeSpecifiers(p), at: join(start.at, previous(p).at) })
    } while (accept(p, ','))
    expectSemicolon(p, 'c.expected-semi-declaration')
  }
  const params = names.map(
    (n): ParamDeclaration =>
      declared.get(n.name) ?? {
        specifiers: intSpecifiers(n.at),
        declarator: { kind: 'name', name: n, at: n.at },
        attributes: [],
        at: n.at,
      },
  )
  return (inner) => ({ kind: 'function', params, variadic: false, prototype: true, inner, at: where })
}

const intSpecifiers = (where: Place): Specifiers => ({
  storage: undefined,
  inline: false,
  noreturn: false,
  threadLocal: false,
  qualifiers: NO_QUALIFIERS,
  type: { kind: 'words', words: ['int'], at: where },
  attributes: [],
  alignas: [],
  at: where,
})

/** Where the name stands that a parenthesis follows. */
function previousName(p: Parser, open: Token): Place {
  const before = p.tokens[p.tokens.lastIndexOf(open, p.next) - 1]
  return before?.kind === 'identifier' ? before.at : open.at
}
