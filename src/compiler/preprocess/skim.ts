// One declaration of a type passed over without making tokens of it: where it ends and which names it declares. A long header (vmlinux.h) has
// tens of thousands of them, and a program uses a few dozen.
// In: the text and the place of its first word. Out: the names, or undefined for whatever is not plainly a struct, union, enum or typedef;
// that is read in full then. A name of a macro anywhere in it is such a case, since the macro may stand for anything.
// Invariant: what is skimmed would be one external declaration to the parser, and would declare just these names.

export interface Skimmed {
  /** Behind the `;`. */
  readonly to: number
  /** Tags with a body, wherever they stand. */
  readonly tags: readonly SkimmedName[]
  /** Records that are only mentioned. */
  readonly mentions: readonly SkimmedName[]
  readonly typedef: SkimmedName | undefined
  readonly enumerators: readonly SkimmedName[]
}

export interface SkimmedName {
  readonly kind: 'struct' | 'union' | 'enum' | 'typedef' | 'enumerator'
  readonly name: string
  readonly at: number
}

const NAME = 1
const DIGIT = 2
const SPACE = 4
const CLASS = new Uint8Array(128)
for (const c of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_$') CLASS[c.charCodeAt(0)] = NAME
for (const c of '0123456789') CLASS[c.charCodeAt(0)] = DIGIT
for (const c of ' \t\r\n\f\v') CLASS[c.charCodeAt(0)] = SPACE

const TAG_WORDS = new Set(['struct', 'union', 'enum'])
const TYPE_WORDS = new Set([
  'void',
  'char',
  'short',
  'int',
  'long',
  'float',
  'double',
  'signed',
  'unsigned',
  '_Bool',
  '__int128',
  '_Complex',
])
const QUALIFIERS = new Set(['const', 'volatile', 'restrict', '__restrict', '__restrict__', '__const', '__volatile__'])
/** What makes a declaration more than plain. */
const UNUSUAL = new Set(['typeof', '__typeof__', '__typeof', '__auto_type', '_Static_assert', '_Alignas', '_Atomic', 'asm', '__asm__'])
const OPEN = 40
const CLOSE = 41
const STAR = 42
const COMMA = 44
const SEMICOLON = 59
const BRACKET = 91
const BRACE = 123
const END_BRACE = 125

export function skim(text: string, from: number, isMacro: (name: string) => boolean): Skimmed | undefined {
  const tags: SkimmedName[] = []
  const mentions: SkimmedName[] = []
  const enumerators: SkimmedName[] = []
  let at = from
  let isTypedef = false
  let first = true
  let parens = 0
  /** Kinds of the bodies that are open. */
  const bodies: ('record' | 'enum')[] = []
  let hadBody = false
  /** The tag word just read, and the tag behind it. */
  let tagWord: 'struct' | 'union' | 'enum' | undefined
  let tag: SkimmedName | undefined
  /** Parentheses that were open when an attribute began. */
  let attribute = -1
  let attributeNext = false
  /** An enumerator's name may stand here. */
  let enumeratorNext = false
  let declarator: SkimmedName | undefined
  let locked = false
  let inner = false
  let words = 0

  for (;;) {
    const c = text.charCodeAt(at)
    // Past the end this is NaN, which no comparison below accepts.
    if (!(c < 128)) return undefined
    const kind = CLASS[c]
    if (kind === SPACE) {
      at++
      continue
    }
    if (kind === NAME) {
      const start = at
      do at++
      while ((CLASS[text.charCodeAt(at)] & (NAME | DIGIT)) !== 0)
      const word = text.slice(start, at)
      if (isMacro(word) || UNUSUAL.has(word)) return undefined
      if (attribute >= 0) continue
      if (first) {
        first = false
        if (word === 'typedef') {
          isTypedef = true
          continue
        }
        if (!TAG_WORDS.has(word)) return undefined
      }
      if (word === '__attribute__' || word === '__attribute') {
        attributeNext = true
        continue
      }
      if (TAG_WORDS.has(word)) {
        if (parens > 0 && bodies.length === 0 && !isTypedef) return undefined
        tagWord = word as 'struct' | 'union' | 'enum'
        tag = undefined
        if (bodies.length === 0 && !isTypedef && words++ > 0) return undefined
        enumeratorNext = false
        continue
      }
      if (tagWord !== undefined) {
        tag = { kind: tagWord, name: word, at: start }
        if (tagWord !== 'enum') mentions.push(tag)
        tagWord = undefined
        words++
        continue
      }
      tag = undefined
      if (enumeratorNext) {
        enumerators.push({ kind: 'enumerator', name: word, at: start })
        enumeratorNext = false
        continue
      }
      if (bodies.length > 0) continue
      if (!isTypedef) return undefined
      if (QUALIFIERS.has(word) || locked) continue
      if (parens === 0 || inner) {
        declarator = { kind: 'typedef', name: word, at: start }
        words++
        if (inner) locked = true
      }
      continue
    }
    if (kind === DIGIT) {
      do at++
      while ((CLASS[text.charCodeAt(at)] & (NAME | DIGIT)) !== 0)
      continue
    }
    if (c === 47) {
      const next = text.charCodeAt(at + 1)
      const end = next === 42 ? text.indexOf('*/', at + 2) + 2 : next === 47 ? text.indexOf('\n', at) + 1 : at + 1
      if (end <= at) return undefined
      at = end
      continue
    }
    at++
    switch (c) {
      case OPEN:
        parens++
        if (attributeNext) {
          attribute = parens - 1
          attributeNext = false
        } else if (attribute < 0 && bodies.length === 0) {
          if (!isTypedef) return undefined
          if (parens === 1 && !locked) {
            let next = at
            while (CLASS[text.charCodeAt(next)] === SPACE) next++
            if (text.charCodeAt(next) === STAR) inner = true
            // A name in parentheses looks like a parameter: only two words before them make a function's type.
            else if (!declarator || TYPE_WORDS.has(declarator.name) || (words < 2 && !hadBody)) return undefined
            else locked = true
          }
        }
        break
      case CLOSE:
        parens--
        if (parens === attribute) attribute = -1
        break
      case BRACE: {
        if (parens > 0 || attribute >= 0) return undefined
        const kindOfBody = tag?.kind ?? tagWord
        if (kindOfBody === undefined) return undefined
        if (tag) {
          if (tag.kind !== 'enum') mentions.pop()
          tags.push(tag)
        }
        bodies.push(kindOfBody === 'enum' ? 'enum' : 'record')
        enumeratorNext = kindOfBody === 'enum'
        tag = undefined
        tagWord = undefined
        break
      }
      case END_BRACE:
        if (bodies.pop() === undefined) return undefined
        hadBody = true
        enumeratorNext = false
        tag = undefined
        if (bodies.length === 0 && isTypedef) words = 1
        break
      case COMMA:
        if (attribute >= 0) break
        if (bodies.length === 0 && parens === 0) return undefined
        enumeratorNext = parens === 0 && bodies[bodies.length - 1] === 'enum'
        tag = undefined
        break
      case SEMICOLON:
        if (parens !== 0) return undefined
        tag = undefined
        tagWord = undefined
        if (bodies.length > 0) break
        if (isTypedef && (!declarator || TYPE_WORDS.has(declarator.name))) return undefined
        return { to: at, tags, mentions, typedef: isTypedef ? declarator : undefined, enumerators }
      case BRACKET:
        if (bodies.length === 0 && attribute < 0) {
          if (!isTypedef) return undefined
          if (parens === 0) locked = true
        }
        tag = undefined
        break
      // Literals, directives and joined lines are for the lexer.
      case 34:
      case 39:
      case 35:
      case 92:
        return undefined
      // `=` outside of an enum's body gives a variable its value.
      case 61:
        if (bodies[bodies.length - 1] !== 'enum') return undefined
        break
      default:
        tag = undefined
        if (bodies.length === 0 && !isTypedef && attribute < 0) return undefined
    }
  }
}
