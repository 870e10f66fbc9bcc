// Just enough of C to edit it where it stands: tokens with their places, the statement around a place, the function around it, the arguments
// of a call, the first declaration of a name. No meaning is read: what comes of an edit is judged by the compiler and the verifier.
export interface Token {
  readonly kind: 'word' | 'number' | 'string' | 'punct'
  readonly text: string
  readonly start: number
  readonly end: number
}

export interface Place {
  readonly start: number
  readonly end: number
}

export interface Edit extends Place {
  readonly text: string
}

const TOKEN =
  /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|^[ \t]*#(?:[^\n\\]|\\[\s\S])*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[A-Za-z_]\w*|\d[\w.]*|->|<<=?|>>=?|[-+*/%&|^!=<>]=|&&|\|\||\+\+|--|[^\s\w]/gm

/** Tokens without comments and preprocessor lines. */
export function tokensOf(text: string): readonly Token[] {
  const out: Token[] = []
  for (const match of text.matchAll(TOKEN)) {
    const [word] = match
    if (/^(?:\/\/|\/\*|[ \t]*#)/.test(word)) continue
    const kind = /^[A-Za-z_]/.test(word) ? 'word' : /^\d/.test(word) ? 'number' : /^["']/.test(word) ? 'string' : 'punct'
    out.push({ kind, text: word, start: match.index, end: match.index + word.length })
  }
  return out
}

const OPEN = new Set(['(', '[', '{'])
const CLOSE = new Set([')', ']', '}'])

export interface Statement extends Place {
  /** The body of an if, else or loop without braces. */
  readonly isBare: boolean
}

/** The statement that a place lies in: from its first token to its semicolon or, where it has a body, to the bracket before that. */
export function statementAt(tokens: readonly Token[], at: number): Statement | undefined {
  let i = tokens.findLastIndex((t) => t.start <= at)
  if (i < 0) return undefined
  let depth = 0
  let first = i
  for (; i >= 0; i--) {
    const { text } = tokens[i]
    if (CLOSE.has(text) && !(text === '}' && depth === 0 && i !== first)) depth++
    else if (text === '}' && depth === 0) break
    else if (OPEN.has(text)) {
      if (text === '{' && depth === 0) break
      depth = Math.max(0, depth - 1)
    } else if (text === ';' && depth === 0 && tokens[i].start < at) break
    else if (depth === 0 && tokens[i].start < at && isBodyAfter(tokens, i)) break
    first = i
  }
  // `for (a; b; c)` has semicolons of its own: the statement begins at `for`.
  const from = headerStart(tokens, first)
  const start = tokens[from]
  let end = from
  for (depth = 0; end < tokens.length; end++) {
    const { text } = tokens[end]
    if (OPEN.has(text)) {
      if (text === '{' && depth === 0) break
      depth++
    } else if (CLOSE.has(text)) depth--
    else if (text === ';' && depth === 0) break
  }
  const before = tokens[from - 1]
  const isBare = before !== undefined && (before.text === 'else' || before.text === ')')
  return { start: start.start, end: tokens[Math.min(end, tokens.length - 1)].end, isBare }
}

/** Whether the token closes the head of an if or a loop, or is an else, so that a statement begins behind it. */
function isBodyAfter(tokens: readonly Token[], i: number): boolean {
  if (tokens[i].text === 'else') return tokens[i + 1]?.text !== 'if'
  return false
}

/** Where the tokens from `first` on lie within the head of a `for`, that for. */
function headerStart(tokens: readonly Token[], first: number): number {
  let depth = 0
  for (let i = first - 1; i >= 0 && first - i < 80; i--) {
    const { text } = tokens[i]
    if (text === ')') depth++
    else if (text === '(') {
      if (depth-- > 0) continue
      return tokens[i - 1]?.text === 'for' ? i - 1 : first
    } else if (text === '{' || text === '}') return first
  }
  return first
}

export interface FunctionText {
  readonly name: string
  /** Offset of the name, of the brackets of its parameters and of its body. */
  readonly nameAt: number
  readonly params: Place
  readonly body: Place
  /** Names of the parameters. */
  readonly names: readonly string[]
  readonly returns: string
  readonly start: number
}

export function functionsOf(tokens: readonly Token[]): readonly FunctionText[] {
  const out: FunctionText[] = []
  let depth = 0
  let from = 0
  for (let i = 0; i < tokens.length; i++) {
    const { text } = tokens[i]
    if (text === '{') {
      if (depth === 0 && tokens[i - 1]?.text === ')') {
        const close = i - 1
        const open = matching(tokens, close)
        const name = tokens[open - 1]
        const end = forward(tokens, i)
        if (name?.kind === 'word') {
          const inside = tokens.slice(open + 1, close)
          const names = inside
            .filter((t, k) => t.kind === 'word' && (inside[k + 1] === undefined || inside[k + 1].text === ','))
            .map((t) => t.text)
          out.push({
            name: name.text,
            nameAt: name.start,
            params: { start: tokens[open].start, end: tokens[close].end },
            body: { start: tokens[i].start, end: tokens[end]?.end ?? tokens.at(-1)?.end ?? 0 },
            names,
            returns: tokens[open - 2]?.text ?? 'int',
            start: tokens[from].start,
          })
        }
      }
      depth++
    } else if (text === '}') {
      depth--
      if (depth === 0) from = i + 1
    } else if (text === ';' && depth === 0) from = i + 1
  }
  return out
}

/** Index of the bracket that opens what the one at `close` closes. */
function matching(tokens: readonly Token[], close: number): number {
  let depth = 0
  for (let i = close; i >= 0; i--) {
    if (CLOSE.has(tokens[i].text)) depth++
    else if (OPEN.has(tokens[i].text) && --depth === 0) return i
  }
  return 0
}

/** Index of the bracket that closes what the one at `open` opens. */
function forward(tokens: readonly Token[], open: number): number {
  let depth = 0
  for (let i = open; i < tokens.length; i++) {
    if (OPEN.has(tokens[i].text)) depth++
    else if (CLOSE.has(tokens[i].text) && --depth === 0) return i
  }
  return tokens.length - 1
}

/** The arguments of the call whose name stands first at or behind `at`. */
export function argumentsAt(tokens: readonly Token[], text: string, at: number): readonly (Place & { readonly text: string })[] {
  const name = tokens.findIndex((t, i) => t.start >= at && t.kind === 'word' && tokens[i + 1]?.text === '(')
  if (name < 0) return []
  const open = name + 1
  const close = forward(tokens, open)
  const out: (Place & { text: string })[] = []
  let depth = 0
  let from = open + 1
  for (let i = open; i <= close; i++) {
    const { text: word } = tokens[i]
    const isEnd = i === close || (word === ',' && depth === 1)
    if (isEnd && i > from)
      out.push({ start: tokens[from].start, end: tokens[i - 1].end, text: text.slice(tokens[from].start, tokens[i - 1].end) })
    if (isEnd) from = i + 1
    if (OPEN.has(word)) depth++
    else if (CLOSE.has(word)) depth--
  }
  return out
}

/** The blanks that the line of a place begins with. */
export const indentAt = (text: string, at: number): string => /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', at - 1) + 1))?.[0] ?? ''

/** The line that a place lies in, without its line feed. */
export function lineAt(text: string, line: number): Place {
  let start = 0
  for (let n = 1; n < line; n++) {
    const feed = text.indexOf('\n', start)
    if (feed < 0) return { start, end: start }
    start = feed + 1
  }
  const end = text.indexOf('\n', start)
  return { start, end: end < 0 ? text.length : end }
}

export function applyEdits(text: string, edits: readonly Edit[]): string {
  let out = text
  for (const { start, end, text: piece } of [...edits].sort((a, b) => b.start - a.start || b.end - a.end)) {
    out = out.slice(0, start) + piece + out.slice(end)
  }
  return out
}
