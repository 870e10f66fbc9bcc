// The token that flows from the lexer through the preprocessor to the parser.
// Numbers, characters and strings keep their spelling; their values are the later phases' business.
// Invariant: `text` is the spelling after line splicing; digraphs are already the punctuators that they stand for.
import type { Place } from '../report.ts'

export type TokenKind =
  | 'identifier'
  | 'number'
  | 'char'
  | 'string'
  | 'punct'
  /** A character that is no token of C. */
  | 'other'
  /** End of a line; only inside directives. */
  | 'newline'
  /** A #pragma that the parser must know of; `text` is what follows the word. */
  | 'pragma'
  /** Stands for a declaration that was passed over; `text` is its index. Only between declarations. */
  | 'deferred'
  /** Stands for an empty argument beside ##; never leaves the preprocessor. */
  | 'placemarker'
  | 'end'

export interface Token {
  readonly kind: TokenKind
  readonly text: string
  readonly at: Place
  /** White space stands before it. */
  readonly space: boolean
  /** It is the first of its line. */
  readonly lineStart: boolean
  /** Blue paint: the name of a macro that was being expanded when the token was met; it is never expanded again. */
  readonly painted: boolean
}

export const isPunct = (t: Token, text: string): boolean => t.kind === 'punct' && t.text === text
export const isName = (t: Token, text: string): boolean => t.kind === 'identifier' && t.text === text

/** Tokens as text again, with white space where there was some: pragmas and stringification. */
export function spell(tokens: readonly Token[]): string {
  let s = ''
  for (const t of tokens) s += (t.space && s !== '' ? ' ' : '') + t.text
  return s
}
