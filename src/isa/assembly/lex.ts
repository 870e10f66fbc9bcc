// Assembly text to statements of tokens. A statement ends with its line or with `;`. Comments: `# ...` at the start of a line or after
// white space, `// ...`, `/* ... */`, and a line that begins with `;` (a source line of the kernel's log).
// A line of the kernel's listing, `5: (2d) if r1 > r2 goto pc+14   ; R1=...`, gives one statement that remembers slot and opcode;
// what follows its `;` is the log's comment. Every character lies in a token, in a comment or in `bad`.

export type Token =
  | { readonly kind: 'word'; readonly text: string; readonly start: number; readonly end: number }
  | { readonly kind: 'number'; readonly text: string; readonly start: number; readonly end: number }
  | { readonly kind: 'string'; readonly text: string; readonly start: number; readonly end: number }
  | { readonly kind: 'op'; readonly text: string; readonly start: number; readonly end: number }

/** Slot and opcode that stand before an instruction in the kernel's listing. */
export interface ListingPrefix {
  readonly slot: number
  readonly opcode: number
  readonly start: number
  readonly end: number
}

export interface Statement {
  readonly tokens: readonly Token[]
  readonly listing?: ListingPrefix
  /** Offset just after the last token: where something that is missing is missed. */
  readonly end: number
}

export interface Lexed {
  readonly statements: readonly Statement[]
  /** Places of characters that mean nothing here. */
  readonly bad: readonly { readonly start: number; readonly end: number }[]
}

const LISTING = /^[ \t]*(\d{1,7}):[ \t]*(?:[.0-9]{10}[ \t]+)?\(([0-9a-f]{2})\)[ \t]/
const SPACE = /[ \t\r\f\v]+/y
const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y
const TOKEN =
  /(?<op1>s(?:>>=|\/=|%=|>=|<=|>|<))|(?<word>[A-Za-z_.$@][\w.$@]*)|(?<number>(?:0[xX][0-9a-fA-F]+|\d+)U?L{0,2})|(?<string>"(?:[^"\\\n]|\\.)*")|(?<op2><<=|>>=|<<|>>|\+=|-=|\*=|\/=|%=|&=|\|=|\^=|==|!=|<=|>=|[-+*/%&|^=<>()[\]:,#!~])/y

/** `plain`: text without anything of the kernel's log in it, where `;` only separates and `1: ` is always a label. */
export function lex(text: string, plain = false): Lexed {
  const statements: Statement[] = []
  const bad: { start: number; end: number }[] = []
  let at = 0
  while (at < text.length) at = lexLine(text, at, statements, bad, plain)
  return { statements, bad }
}

/** Reads the line at `at` (longer where a comment spans lines) and returns where the next begins. */
function lexLine(text: string, start: number, statements: Statement[], bad: { start: number; end: number }[], plain: boolean): number {
  const newline = text.indexOf('\n', start)
  const lineEnd = newline < 0 ? text.length : newline
  const prefix = plain ? null : LISTING.exec(text.slice(start, Math.min(lineEnd, start + 64)))
  const listing = prefix
    ? { slot: Number(prefix[1]), opcode: Number.parseInt(prefix[2], 16), start, end: start + prefix[0].length }
    : undefined
  let at = listing ? listing.end : start
  let tokens: Token[] = []
  let blank = true
  const finish = () => {
    const last = tokens[tokens.length - 1]
    if (last) statements.push({ tokens, end: last.end, ...(listing ? { listing } : {}) })
    tokens = []
  }
  while (at < text.length && text[at] !== '\n') {
    const skipped = match(SPACE, text, at) ?? match(COMMENT, text, at)
    if (skipped) {
      at += skipped.length
      continue
    }
    const c = text[at]
    if (c === '#' && (blank || /\s/.test(text[at - 1]))) at = endOfLine(text, at)
    else if (c === ';' && !plain && (blank || listing)) at = endOfLine(text, at)
    else if (c === ';') {
      finish()
      at++
    } else {
      const token = readToken(text, at)
      if (token) tokens.push(token)
      else bad.push({ start: at, end: at + 1 })
      at = token ? token.end : at + 1
    }
    blank = false
  }
  finish()
  return at + 1
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end
}

function readToken(text: string, at: number): Token | undefined {
  TOKEN.lastIndex = at
  const m = TOKEN.exec(text)
  if (!m?.groups) return undefined
  const g = m.groups
  const end = at + m[0].length
  if (g['word'] !== undefined) return { kind: 'word', text: m[0], start: at, end }
  if (g['number'] !== undefined) return { kind: 'number', text: m[0].replace(/[UL]+$/, ''), start: at, end }
  if (g['string'] !== undefined) return { kind: 'string', text: m[0].slice(1, -1).replace(/\\(.)/g, '$1'), start: at, end }
  return { kind: 'op', text: m[0], start: at, end }
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}
