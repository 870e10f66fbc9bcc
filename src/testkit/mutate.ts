// Broken texts out of sound ones, for whatever reads text: seeded, so that a failure is found again.
// In: a text and a source of numbers. Out: the text with a few tokens or characters changed. Tokens are those of C and of assembly.

/** A small generator of numbers (mulberry32). */
export function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

const TOKEN = /[A-Za-z_]\w*|\d\w*|"(?:\\.|[^"\\])*"|\s+|[^\w\s]/g
const ODD = [
  '(',
  ')',
  '{',
  '}',
  '[',
  ']',
  ';',
  ',',
  '*',
  '&',
  '#',
  '##',
  '"',
  "'",
  '\\',
  '...',
  '->',
  '.',
  '?',
  ':',
  '=',
  '0',
  '-1',
  'struct',
  'int',
  'return',
  'sizeof',
  'case',
  'typedef',
  '\0',
  '\u00e9',
  '\ud83d',
  '/*',
  '//',
  '\n#define f(x) x##x\n',
  '\n#if 1\n',
  '__VA_ARGS__',
  '((((((((',
  '_Pragma("x")',
  'asm',
  'goto',
  '18446744073709551616',
]

/** The text with something broken: cut short, one character replaced, or tokens lost, doubled, swapped, replaced or put in. */
export function mutate(text: string, next: (below: number) => number): string {
  const tokens = text.match(TOKEN) ?? []
  const kind = next(7)
  if (kind === 0) return text.slice(0, next(text.length))
  if (kind === 1) {
    const at = next(text.length)
    return text.slice(0, at) + String.fromCharCode(next(256)) + text.slice(at + 1)
  }
  for (let n = 1 + next(3); n > 0; n--) {
    const at = next(tokens.length)
    switch (kind) {
      case 2:
        tokens.splice(at, 1)
        break
      case 3:
        tokens.splice(at, 0, tokens[at])
        break
      case 4: {
        const other = next(tokens.length)
        ;[tokens[at], tokens[other]] = [tokens[other], tokens[at]]
        break
      }
      case 5:
        tokens[at] = ODD[next(ODD.length)]
        break
      default:
        tokens.splice(at, 0, ODD[next(ODD.length)])
    }
  }
  return tokens.join('')
}
