// C cut into coloured words, for the code that stands on the page before the editor has loaded. The words are those of the editor's grammar
// (grammar.ts reads the same lists), so that nothing changes colour when the editor takes over. No text is refused: what is not recognised
// is plain.

export type WordClass = 'plain' | 'keyword' | 'type' | 'directive' | 'string' | 'number' | 'comment'
export interface Word {
  readonly kind: WordClass
  readonly text: string
}

/** Words of C11 and GNU C that name no type of their own. */
export const KEYWORDS: readonly string[] = (
  'auto break case char const continue default do double else enum extern float for goto if inline int long register restrict return short ' +
  'signed sizeof static struct switch typedef union unsigned void volatile while true false asm typeof __asm__ __attribute__ __builtin_offsetof ' +
  '__inline __inline__ __restrict __volatile__ __typeof__ _Alignas _Alignof _Generic _Noreturn _Static_assert _Thread_local'
).split(' ')

/** Types by their spelling: fixed widths of the kernel and of stdint.h, and the `_t` convention. */
export const TYPE = /^(?:_*[us](?:8|16|32|64)|__(?:be|le)(?:16|32|64)|__sum16|__wsum|_?[Bb]ool|\w+_t)$/

const keywords = new Set(KEYWORDS)
// In this order: a comment, a directive at the start of a line, a string, a word or number, blanks, one other character.
const TOKEN =
  /\/\/.*|\/\*[\s\S]*?(?:\*\/|$)|(?<=^|\n)[ \t]*#[ \t]*\w*|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|[A-Za-z_]\w*|\d[\w.]*|\n|[^\S\n]+|[^\w\s]/g

/** The text as lines of words, without the line breaks. A comment over several lines is cut at each of them. */
export function colourLines(text: string): readonly (readonly Word[])[] {
  const lines: Word[][] = [[]]
  for (const [token] of text.matchAll(TOKEN)) {
    const kind = classOf(token)
    token.split('\n').forEach((part, i) => {
      if (i > 0) lines.push([])
      if (part !== '') append(lines[lines.length - 1], kind, part)
    })
  }
  return lines
}

function classOf(token: string): WordClass {
  if (token.startsWith('//') || token.startsWith('/*')) return 'comment'
  if (/^[ \t]*#/.test(token)) return 'directive'
  if (/^["']/.test(token)) return 'string'
  if (/^\d/.test(token)) return 'number'
  if (keywords.has(token)) return 'keyword'
  return TYPE.test(token) ? 'type' : 'plain'
}

function append(line: Word[], kind: WordClass, text: string): void {
  const last = line.at(-1)
  if (last?.kind === kind) line[line.length - 1] = { kind, text: last.text + text }
  else line.push({ kind, text })
}
