// Tokens to a syntax tree: a hand-written recursive-descent parser whose functions bear the names of C11's grammar.
// In: the preprocessor's tokens. Out: the translation unit; faults are reported and leave `error` nodes or nothing.
import type { Hints } from '../hints.ts'
import type { Token } from '../preprocess/index.ts'
import type { Sink } from '../report.ts'
import type { ExternalDeclaration, TranslationUnit } from './ast.ts'
import { accept, type Parser, peek, recover } from './cursor.ts'
import {
  declaration,
  declarator,
  externalDeclaration,
  startsDeclaration,
  startsTypeName,
  typedSpecifiers,
  typeName,
} from './declarations.ts'
import { assignmentExpression, conditionalExpression, expression } from './expressions.ts'
import { initializerList } from './initializers.ts'
import { compoundStatement } from './statements.ts'

/** Typedef names that need no declaration. */
export const BUILTIN_TYPEDEFS = ['__builtin_va_list', '__int128_t', '__uint128_t'] as const

/** translation-unit: external-declaration* */
export function parse(tokens: readonly Token[], hints: Hints, sink: Sink): TranslationUnit {
  return { declarations: parseDeclarations(startParser(tokens, hints, sink)) }
}

/** A parser before the first token. `file` is the empty map of the file's typedef names. */
export function startParser(tokens: readonly Token[], hints: Hints, sink: Sink, file: Map<string, boolean> = new Map()): Parser {
  for (const name of BUILTIN_TYPEDEFS) file.set(name, true)
  return {
    tokens,
    sink,
    hints,
    rules: {
      expression,
      assignmentExpression,
      conditionalExpression,
      typeName,
      startsTypeName,
      initializerList,
      compoundStatement,
      declaration,
      typedSpecifiers,
      declarator,
      startsDeclaration,
    },
    next: 0,
    panic: false,
    depth: 0,
    links: 0,
    scopes: [file],
    packs: [],
    pack: undefined,
    pushedAttributes: [],
    ignored: new Set(),
    savedIgnored: [],
    loopPragma: undefined,
  }
}

/** Everything up to the end of the tokens. */
export function parseDeclarations(p: Parser): ExternalDeclaration[] {
  const { sink } = p
  const declarations: ExternalDeclaration[] = []
  while (peek(p).kind !== 'end' && !sink.stopped) {
    if (accept(p, ';')) continue
    if (peek(p).kind === 'deferred') {
      p.passedOver?.(Number(peek(p).text), p)
      p.next++
      continue
    }
    const start = p.next
    const { ignored } = p
    const d = externalDeclaration(p)
    declarations.push(ignored.size > 0 && d.kind !== 'static-assert' ? { ...d, ignored } : d)
    if (p.panic) {
      recover(p, true)
      p.depth = 0
      p.links = 0
      p.scopes.length = 1
    }
    if (p.next === start) p.next++
  }
  return declarations
}
