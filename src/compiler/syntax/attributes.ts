// Attributes: GNU's __attribute__((...)), __declspec(...) and C23's [[...]], in any number and order.
// Out: names without underscores, with their arguments that are expressions; what they mean is sema's to say.
import { isPunct } from '../preprocess/index.ts'
import { join } from '../report.ts'
import type { Attribute, Expr } from './ast.ts'
import { accept, acceptWord, advance, at, expect, fail, nest, type Parser, peek, plainWord, previous } from './cursor.ts'
import { assignmentExpression } from './expressions.ts'
import { KEYWORDS } from './keywords.ts'

/** (`__attribute__` `((` ... `))`)* */
export function attributeSpecifiers(p: Parser): Attribute[] {
  const out: Attribute[] = []
  for (;;) {
    if (at(p, '[') && isPunct(peek(p, 1), '[')) out.push(...bracketAttributes(p))
    else if (acceptWord(p, '__attribute__', '__attribute')) {
      const open = peek(p)
      expect(p, '(')
      expect(p, '(')
      attributeList(p, out, ')')
      expect(p, ')', open)
      expect(p, ')', open)
    } else if (acceptWord(p, '__declspec')) {
      expect(p, '(')
      attributeList(p, out, ')')
      expect(p, ')')
    } else return out
  }
}

/** C23 `[[...]]` */
export function bracketAttributes(p: Parser): Attribute[] {
  const out: Attribute[] = []
  const open = advance(p)
  p.next++
  attributeList(p, out, ']')
  expect(p, ']', open)
  expect(p, ']', open)
  return out
}

function attributeList(p: Parser, out: Attribute[], close: string): void {
  while (!at(p, close) && !p.panic) {
    if (accept(p, ',')) continue
    const t = peek(p)
    if (t.kind !== 'identifier') {
      fail(p, 'c.expected-identifier')
      return
    }
    p.next++
    let word = t.text
    if (at(p, ':') && isPunct(peek(p, 1), ':')) {
      p.next += 2
      word = peek(p).text
      p.next++
    }
    const args: Expr[] = []
    const open = peek(p)
    if (accept(p, '(')) {
      nest(p)
      while (!at(p, ')') && !p.panic) {
        if (KEYWORDS.has(peek(p).text) && peek(p).kind === 'identifier' && p.rules.startsTypeName(p, peek(p))) p.rules.typeName(p)
        else args.push(assignmentExpression(p))
        if (!accept(p, ',')) break
      }
      p.depth--
      expect(p, ')', open)
    }
    out.push({ name: plainWord(word), args, at: join(t.at, previous(p).at) })
  }
}
