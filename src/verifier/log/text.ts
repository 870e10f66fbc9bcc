// A text that grows at its end, is cut back there, and forgets its beginning when it is longer than a log may be.
//
//   forgotten |<- start           kept: parts, in order           end ->|        positions count from the very beginning
//
// Small pieces are joined into larger ones now and then: a million instructions leave a million lines.
// Linux: a log without BPF_LOG_FIXED keeps its last log_size bytes (bpf_verifier_vlog(), bpf_vlog_reset()); libbpf asks for up to 16 MiB.

export const LOG_SIZE = (1 << 24) - 1

export interface LogText {
  parts: string[]
  /** Parts before this one are joined already. */
  joined: number
  /** Position of the first character that is kept. */
  start: number
  /** Position after the last character. */
  end: number
}

export const newLogText = (): LogText => ({ parts: [], joined: 0, start: 0, end: 0 })

const JOIN_PARTS = 4096
/** Pieces at the end that stay apart, since they may be cut back soon. */
const LOOSE_PARTS = 256

export function append(text: LogText, piece: string): void {
  text.parts.push(piece)
  text.end += piece.length
  if (text.parts.length - text.joined > JOIN_PARTS) tidy(text)
}

/** Joins small pieces, and forgets whole pieces from the beginning as long as enough is kept. */
function tidy(text: LogText): void {
  const { parts } = text
  const loose = parts.length - LOOSE_PARTS
  const chunk = parts.slice(text.joined, loose).join('')
  text.parts = [...parts.slice(0, text.joined), chunk, ...parts.slice(loose)]
  text.joined++
  let drop = 0
  while (drop < text.joined && text.end - text.start - text.parts[drop]!.length >= LOG_SIZE) text.start += text.parts[drop++]!.length
  if (drop === 0) return
  text.parts.splice(0, drop)
  text.joined -= drop
}

/** Takes away what comes after position `end`. */
export function cutBack(text: LogText, end: number): void {
  while (text.end > end && text.parts.length > 0) {
    const last = text.parts.pop()!
    text.end -= last.length
    if (text.end < end) {
      text.parts.push(last.slice(0, end - text.end))
      text.end = end
    }
  }
  text.end = end
  text.start = Math.min(text.start, end)
  text.joined = Math.min(text.joined, text.parts.length)
}

/** What is kept, at most LOG_SIZE characters, and the position of its first one. */
export function finishText(text: LogText): { readonly text: string; readonly start: number } {
  const all = text.parts.join('')
  const over = Math.max(0, all.length - LOG_SIZE)
  return { text: over > 0 ? all.slice(over) : all, start: text.start + over }
}
