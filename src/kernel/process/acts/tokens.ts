// The words of a text of acts, a line at a time. A word is anything without blanks, a text stands in quotes of either kind with C's escapes, a comment
// goes from # to the line's end; braces open and close blocks.
import type { ActFault, ActSpan } from './act.ts'

export interface Token {
  readonly kind: 'word' | 'text' | '{' | '}' | '||'
  readonly value: string
  readonly span: ActSpan
}

/** Lines that hold something. */
export function tokenLines(text: string, faults: ActFault[]): Token[][] {
  const lines: Token[][] = []
  let at = 0
  for (const line of text.split('\n')) {
    const tokens = lineTokens(line, at, faults)
    if (tokens.length > 0) lines.push(tokens)
    at += line.length + 1
  }
  return lines
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '0': '\0' }

function lineTokens(line: string, base: number, faults: ActFault[]): Token[] {
  const tokens: Token[] = []
  let i = 0
  while (i < line.length) {
    const c = line[i]
    const from = base + i
    if (c === ' ' || c === '\t' || c === '\r') i++
    else if (c === '#') break
    else if (c === '{' || c === '}') tokens.push({ kind: c, value: c, span: { from, to: base + ++i } })
    else if (c === '|' && line[i + 1] === '|') {
      i += 2
      tokens.push({ kind: '||', value: '||', span: { from, to: base + i } })
    } else if (c === "'" || c === '"') {
      let value = ''
      i++
      while (i < line.length && line[i] !== c) {
        if (line[i] === '\\' && i + 1 < line.length) {
          const hex = /^x([0-9a-fA-F]{2})/.exec(line.slice(i + 1))
          value += hex ? String.fromCharCode(Number.parseInt(hex[1], 16)) : (ESCAPES[line[i + 1]] ?? line[i + 1])
          i += hex ? 4 : 2
        } else value += line[i++]
      }
      if (i >= line.length) faults.push({ code: 'acts.quote', params: [c], span: { from, to: base + i } })
      i++
      tokens.push({ kind: 'text', value, span: { from, to: Math.min(base + i, base + line.length) } })
    } else {
      while (i < line.length && !/[\s{}'"]/.test(line[i]) && !(line[i] === '|' && line[i + 1] === '|')) i++
      tokens.push({ kind: 'word', value: line.slice(from - base, i), span: { from, to: base + i } })
    }
  }
  return tokens
}
