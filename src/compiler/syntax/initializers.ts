// Initialisers (C11 6.7.9): expressions and braced lists with designators, GNU's ranges and its old `name: value`.
import { isPunct } from '../preprocess/index.ts'
import { join } from '../report.ts'
import type { InitItem, Initializer, InitList } from './ast.ts'
import { accept, advance, at, expect, nest, type Parser, peek, previous } from './cursor.ts'
import { assignmentExpression, conditionalExpression, name } from './expressions.ts'
import { KEYWORDS } from './keywords.ts'

/** initializer */
export function initializer(p: Parser): Initializer {
  return at(p, '{') ? initializerList(p) : assignmentExpression(p)
}

/** `{` [designation] initializer, ... `}` */
export function initializerList(p: Parser): InitList {
  const open = advance(p)
  const items: InitItem[] = []
  if (nest(p)) {
    while (!at(p, '}') && !p.panic) {
      items.push(designatedInitializer(p))
      if (!accept(p, ',')) break
    }
    p.depth--
  }
  expect(p, '}', open)
  return { kind: 'init-list', items, at: join(open.at, previous(p).at) }
}

/** designation? initializer */
function designatedInitializer(p: Parser): InitItem {
  const designators: InitItem['designators'][number][] = []
  // GNU's old `name: value`.
  if (peek(p).kind === 'identifier' && isPunct(peek(p, 1), ':') && !KEYWORDS.has(peek(p).text)) {
    const field = advance(p)
    p.next++
    return { designators: [{ kind: 'field', name: field.text, at: field.at }], init: initializer(p) }
  }
  for (;;) {
    const t = peek(p)
    if (accept(p, '.')) {
      const field = name(p)
      if (field) designators.push({ kind: 'field', ...field })
    } else if (accept(p, '[')) {
      const low = conditionalExpression(p)
      const high = accept(p, '...') ? conditionalExpression(p) : undefined
      expect(p, ']', t)
      designators.push({ kind: 'index', low, high, at: join(t.at, previous(p).at) })
    } else break
    if (p.panic) break
  }
  if (designators.length > 0 && !accept(p, '=') && !at(p, '{')) expect(p, '=')
  return { designators, init: initializer(p) }
}
