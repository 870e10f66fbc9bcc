// Translation phase 2: a backslash at the end of a line joins the line with the next one.
// In: a file's text. Out: the joined text and a way back from its offsets to the file's, so that spans name the file as it is.
// A text without a splice is passed through unchanged and costs nothing.

export interface SplicedText {
  readonly text: string
  /** Offset in the file of an offset in `text`. */
  readonly toFile: (offset: number) => number
}

const SPLICE = /\\[ \t]*(?:\r\n|\n|\r)/g

export function splice(text: string): SplicedText {
  if (!text.includes('\\')) return { text, toFile: (offset) => offset }
  /** Offset in the joined text from which on the distance to the file's offset is `shifts[i]`. */
  const from: number[] = [0]
  const shifts: number[] = [0]
  let out = ''
  let last = 0
  for (const match of text.matchAll(SPLICE)) {
    out += text.slice(last, match.index)
    last = match.index + match[0].length
    from.push(out.length)
    shifts.push(last - out.length)
  }
  if (from.length === 1) return { text, toFile: (offset) => offset }
  out += text.slice(last)
  return { text: out, toFile: (offset) => offset + shifts[lastAtMost(from, offset)] }
}

function lastAtMost(sorted: readonly number[], x: number): number {
  let low = 0
  let high = sorted.length - 1
  while (low < high) {
    const mid = (low + high + 1) >> 1
    if (sorted[mid] <= x) low = mid
    else high = mid - 1
  }
  return low
}
