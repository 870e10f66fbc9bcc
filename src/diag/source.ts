// A source file and the mapping between offsets and (line, column), both 1-based as compilers print them.

export interface SourceFile {
  readonly path: string
  readonly text: string
  /** Offset of the first character of each line. */
  readonly lineStarts: readonly number[]
}

/** Takes a text; its lines (`\n`, `\r\n` and `\r` end one) are found when someone first asks, since few ask about a long header. */
export function makeSource(path: string, text: string): SourceFile {
  let found: readonly number[] | undefined
  return {
    path,
    text,
    get lineStarts() {
      found ??= lineStartsOf(text)
      return found
    },
  }
}

function lineStartsOf(text: string): number[] {
  const starts = [0]
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === 10 || (c === 13 && text.charCodeAt(i + 1) !== 10)) starts.push(i + 1)
  }
  return starts
}

/** Line and column (1-based, UTF-16 code units) of an offset; offsets outside are clamped. */
export function lineColumn(source: SourceFile, offset: number): { line: number; column: number } {
  const at = Math.max(0, Math.min(offset, source.text.length))
  let low = 0
  let high = source.lineStarts.length - 1
  while (low < high) {
    const mid = (low + high + 1) >> 1
    if (source.lineStarts[mid] <= at) low = mid
    else high = mid - 1
  }
  return { line: low + 1, column: at - source.lineStarts[low] + 1 }
}

/** The text of a 1-based line without its line end; empty where there is no such line. */
export function lineText(source: SourceFile, line: number): string {
  const start = source.lineStarts[line - 1]
  if (start === undefined) return ''
  let end = source.lineStarts[line] ?? source.text.length
  while (end > start && (source.text[end - 1] === '\n' || source.text[end - 1] === '\r')) end--
  return source.text.slice(start, end)
}
