// A place in the tokens of a filter, and the one way in which a wrong filter is left: an exception that `parseFilter` turns into a diagnostic.
import type { Diagnostic } from '../diag/index.ts'
import { lex, numberOf, type Token } from './lex.ts'

export class FilterStop extends Error {
  readonly diagnostic: Diagnostic
  constructor(diagnostic: Diagnostic) {
    super(diagnostic.code)
    this.diagnostic = diagnostic
  }
}

export interface Cursor {
  peek(ahead?: number): Token | undefined
  next(): Token | undefined
  /** Takes a sign or a word that is not escaped. */
  take(text: string): boolean
  /** Takes a number of 32 bits. */
  number(): number
  /** Leaves with a diagnostic about the next token. */
  fail(code: Diagnostic['code']): never
  failAt(code: Diagnostic['code'], token: Token | undefined, params: readonly string[]): never
}

/** A filter of more words has no classic form: Linux takes 4096 instructions. */
const MAX_TOKENS = 8192

export function createCursor(text: string, file: string): Cursor {
  const { tokens, stopped } = lex(text)
  let at = 0
  const stop = (code: Diagnostic['code'], params: readonly string[], start: number, end: number): never => {
    throw new FilterStop({ code, severity: 'error', params, at: { file, start, end }, labels: [], fixes: [] })
  }
  if (tokens.length > MAX_TOKENS) stop('filter.too-long', [], tokens[MAX_TOKENS].start, text.length)
  if (stopped !== undefined) stop('filter.unexpected', [text[stopped]], stopped, stopped + 1)
  const failAt = (code: Diagnostic['code'], token: Token | undefined, params: readonly string[]): never =>
    token ? stop(code, params, token.start, token.start + token.text.length) : stop('filter.end', [], text.length, text.length)
  const fail = (code: Diagnostic['code']): never => failAt(code, tokens[at], [tokens[at]?.text ?? ''])
  return {
    peek: (ahead = 0) => tokens[at + ahead],
    next: () => tokens[at++],
    take(word) {
      const t = tokens[at]
      if (t?.text !== word || t.kind === 'escaped') return false
      at++
      return true
    },
    number() {
      const t = tokens[at]
      const n = t?.kind === 'number' ? numberOf(t.text) : Number.NaN
      if (Number.isNaN(n) || n > 0xffffffff) return fail('filter.number')
      at++
      return n
    },
    fail,
    failAt,
  }
}
