// Translation phase 3: characters to preprocessing tokens (C11 6.4), one at a time.
// In: a file. Out: tokens with spans of the file; comments are white space; `newline` tokens only while `inDirective` is set.
// Faults inside a token (an unclosed string or comment) are reported here and the lexer goes on behind them.
// Reference: C11 6.4 and 5.1.1.2; trigraphs are off as with clang's gnu17.
import type { SourceFile } from '../../diag/index.ts'
import { error, type Place, type Sink } from '../report.ts'
import { type Skimmed, type SkimmedName, skim } from './skim.ts'
import { type SplicedText, splice } from './splice.ts'
import type { Token, TokenKind } from './token.ts'

const SPACE = 1
const NAME = 2
const DIGIT = 4
/** Classes of the ASCII characters. */
const CLASS = new Uint8Array(128)
for (const c of ' \t\f\v\r') CLASS[c.charCodeAt(0)] = SPACE
for (const c of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_$') CLASS[c.charCodeAt(0)] = NAME
for (const c of '0123456789') CLASS[c.charCodeAt(0)] = DIGIT

/** By first character, longest first. */
const PUNCTUATORS = new Map<string, readonly string[]>()
for (const p of '... <<= >>= -> ++ -- << >> <= >= == != && || *= /= %= += -= &= ^= |= ## <: :> <% %> %:%: %: [ ] ( ) { } . & * + - ~ ! / % < > ^ | ? : ; = , #'.split(
  ' ',
)) {
  PUNCTUATORS.set(
    p[0],
    [...(PUNCTUATORS.get(p[0]) ?? []), p].sort((a, b) => b.length - a.length),
  )
}
const DIGRAPHS: Readonly<Record<string, string>> = { '<:': '[', ':>': ']', '<%': '{', '%>': '}', '%:': '#', '%:%:': '##' }

const UNICODE_NAME = /^\p{ID_Continue}$/u
const STRING_PREFIX = /^(?:u8|u|U|L)$/

export interface LexerMark {
  readonly at: number
  readonly lineStart: boolean
}

/** Reads one file. Owned by the preprocessor's include stack. */
export class Lexer {
  readonly source: SourceFile
  /** Set by the preprocessor while it reads a directive: line ends are tokens then, else white space. */
  inDirective = false
  private readonly sink: Sink
  private readonly spliced: SplicedText
  private readonly text: string
  private at = 0
  private lineStart = true

  constructor(source: SourceFile, sink: Sink) {
    this.source = source
    this.sink = sink
    this.spliced = splice(source.text)
    this.text = this.spliced.text
    if (this.text.charCodeAt(0) === 0xfeff) this.at = 1
  }

  next(): Token {
    const space = this.skipSpace()
    const { text } = this
    const start = this.at
    const lineStart = this.lineStart
    if (start >= text.length) {
      this.lineStart = true
      return this.token(this.inDirective ? 'newline' : 'end', '', start, space, lineStart)
    }
    this.lineStart = false
    const c = text.charCodeAt(start)
    if (c === 10) {
      this.at++
      this.lineStart = true
      return this.token('newline', '\n', start, space, lineStart)
    }
    const kind = c < 128 ? CLASS[c] : this.isUnicodeName(start) ? NAME : 0
    if (kind === NAME) {
      this.skipName()
      const next = text.charCodeAt(this.at)
      if ((next === 34 || next === 39) && STRING_PREFIX.test(text.slice(start, this.at))) return this.quoted(next, start, space, lineStart)
      return this.token('identifier', text.slice(start, this.at), start, space, lineStart)
    }
    if (kind === DIGIT || (c === 46 && CLASS[text.charCodeAt(start + 1)] === DIGIT)) return this.ppNumber(start, space, lineStart)
    if (c === 34 || c === 39) return this.quoted(c, start, space, lineStart)
    for (const p of PUNCTUATORS.get(text[start]) ?? []) {
      if (!text.startsWith(p, start)) continue
      this.at += p.length
      return this.token('punct', DIGRAPHS[p] ?? p, start, space, lineStart)
    }
    this.at += c >= 0xd800 && c < 0xdc00 ? 2 : 1
    return this.token('other', text.slice(start, this.at), start, space, lineStart)
  }

  /** `<...>` or `"..."` after #include; undefined where neither stands there. Only within a directive. */
  headerName(): { readonly name: string; readonly angled: boolean; readonly at: Place } | undefined {
    this.skipSpace()
    const open = this.text[this.at]
    if (open !== '<' && open !== '"') return undefined
    const close = this.text.indexOf(open === '<' ? '>' : '"', this.at + 1)
    const lineEnd = this.text.indexOf('\n', this.at)
    if (close < 0 || (lineEnd >= 0 && close > lineEnd)) return undefined
    const start = this.at
    this.at = close + 1
    return { name: this.text.slice(start + 1, close), angled: open === '<', at: this.place(start, this.at) }
  }

  /** Goes to the next line that begins with `#` and past the `#`, over skipped lines; false at the end of the file. */
  skipToDirective(): boolean {
    const { text } = this
    for (;;) {
      this.skipSpace()
      if (this.at >= text.length) return false
      if (this.lineStart && text[this.at] === '#') {
        this.at++
        this.lineStart = false
        return true
      }
      this.lineStart = false
      this.skipLine()
    }
  }

  /** The place to come back to with `reset`: between tokens, outside of directives. */
  mark(): LexerMark {
    return { at: this.at, lineStart: this.lineStart }
  }

  reset({ at, lineStart }: LexerMark): void {
    this.at = at
    this.lineStart = lineStart
  }

  /** Passes over the declaration whose first word was the last token; undefined (and nothing happens) where it is not a plain one. */
  skim(word: string, isMacro: (name: string) => boolean): (Skimmed & { readonly from: number }) | undefined {
    const from = this.at - word.length
    const found = skim(this.text, from, isMacro)
    if (!found) return undefined
    this.at = found.to
    return { ...found, from }
  }

  /** The tokens of a piece of the text. */
  between(from: number, to: number): Token[] {
    this.reset({ at: from, lineStart: true })
    const tokens: Token[] = []
    while (this.at < to) tokens.push(this.next())
    return tokens
  }

  /** Where a name of a skimmed declaration stands. */
  placeOf({ at, name }: SkimmedName): Place {
    return this.place(at, at + name.length)
  }

  /** The rest of the line as text, comments not removed; the line end stays. */
  restOfLine(): string {
    const end = this.text.indexOf('\n', this.at)
    const rest = this.text.slice(this.at, end < 0 ? this.text.length : end)
    this.at += rest.length
    return rest.trim()
  }

  /** Over quoted texts and comments to the line's end, in lines whose tokens are not wanted. */
  private skipLine(): void {
    const { text } = this
    while (this.at < text.length) {
      const c = text.charCodeAt(this.at)
      if (c === 10) return
      if (c === 47 && text[this.at + 1] === '/') {
        const end = text.indexOf('\n', this.at)
        this.at = end < 0 ? text.length : end
      } else if (c === 47 && text[this.at + 1] === '*') {
        const end = text.indexOf('*/', this.at + 2)
        this.at = end < 0 ? text.length : end + 2
      } else if (c === 34 || c === 39) {
        this.at++
        while (this.at < text.length && text.charCodeAt(this.at) !== c && text.charCodeAt(this.at) !== 10)
          this.at += text.charCodeAt(this.at) === 92 ? 2 : 1
        if (text.charCodeAt(this.at) === c) this.at++
      } else this.at++
    }
  }

  private skipSpace(): boolean {
    const { text } = this
    const start = this.at
    for (;;) {
      const c = text.charCodeAt(this.at)
      if (c === 10 && !this.inDirective) {
        this.lineStart = true
        this.at++
      } else if (c < 128 && CLASS[c] === SPACE) this.at++
      else if (c === 47 && text.charCodeAt(this.at + 1) === 47) {
        const end = text.indexOf('\n', this.at)
        this.at = end < 0 ? text.length : end
      } else if (c === 47 && text.charCodeAt(this.at + 1) === 42) {
        const end = text.indexOf('*/', this.at + 2)
        if (end < 0) {
          error(this.sink, 'c.unterminated-comment', this.place(this.at, this.at + 2))
          this.at = text.length
        } else this.at = end + 2
      } else return this.at > start
    }
  }

  private skipName(): void {
    const { text } = this
    for (;;) {
      const c = text.charCodeAt(this.at)
      if (c < 128 ? CLASS[c] >= NAME : c >= 128 && this.isUnicodeName(this.at)) this.at += c >= 0xd800 && c < 0xdc00 ? 2 : 1
      else return
    }
  }

  private isUnicodeName(at: number): boolean {
    return UNICODE_NAME.test(String.fromCodePoint(this.text.codePointAt(at) ?? 0))
  }

  private ppNumber(start: number, space: boolean, lineStart: boolean): Token {
    const { text } = this
    this.at++
    for (;;) {
      const c = text[this.at]
      if ((c === '+' || c === '-') && /[eEpP]/.test(text[this.at - 1])) this.at++
      else if (c === '.' || (c !== undefined && c.charCodeAt(0) < 128 && CLASS[c.charCodeAt(0)] >= NAME)) this.at++
      else break
    }
    return this.token('number', text.slice(start, this.at), start, space, lineStart)
  }

  private quoted(quote: number, start: number, space: boolean, lineStart: boolean): Token {
    const { text } = this
    this.at++
    for (;;) {
      const c = text.charCodeAt(this.at)
      if (c === quote) {
        this.at++
        break
      }
      if (this.at >= text.length || c === 10) {
        // In directives that are prose (#error don't) and in skipped groups this is no fault; `other` says so to whoever needs a literal.
        const spelling = text.slice(start, this.at)
        if (!this.inDirective) error(this.sink, quote === 34 ? 'c.unterminated-string' : 'c.unterminated-char', this.place(start, this.at))
        if (quote === 34 && !this.inDirective) return this.token('string', `${spelling}"`, start, space, lineStart)
        return this.token('other', spelling, start, space, lineStart)
      }
      this.at += c === 92 && this.at + 1 < text.length && text.charCodeAt(this.at + 1) !== 10 ? 2 : 1
    }
    return this.token(quote === 34 ? 'string' : 'char', text.slice(start, this.at), start, space, lineStart)
  }

  private token(kind: TokenKind, text: string, start: number, space: boolean, lineStart: boolean): Token {
    return { kind, text, at: this.place(start, this.at), space, lineStart, painted: false }
  }

  private place(start: number, end: number): Place {
    const { toFile } = this.spliced
    // The end is taken behind the last character, so that a splice that follows the token is not part of it.
    return { file: this.source.path, start: toFile(start), end: end > start ? toFile(end - 1) + 1 : toFile(start) }
  }
}
