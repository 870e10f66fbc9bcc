// The words of a verifier log, each with what it says: a line in pieces, and of each piece that is a word which entry of the texts explains it.
// In: a line. Out: pieces that joined give the line back, with the name of an explanation and its values. Pure.
export type LogWord =
  | 'register'
  | 'written'
  | 'slot'
  | 'scalar'
  | 'ctx'
  | 'pkt'
  | 'pktEnd'
  | 'fp'
  | 'mapPtr'
  | 'mapValue'
  | 'orNull'
  | 'memory'
  | 'umin'
  | 'umax'
  | 'smin'
  | 'smax'
  | 'varOff'
  | 'id'
  | 'range'
  | 'off'
  | 'keySize'
  | 'valueSize'
  | 'precise'
  | 'frame'
  | 'from'
  | 'safe'
  | 'opcode'
  | 'processed'
  | 'states'
  | 'refs'

export interface LogPiece {
  readonly text: string
  readonly word?: LogWord
  readonly values: readonly string[]
}

interface Rule {
  readonly word: LogWord
  readonly pattern: string
}

/** Tried in this order at each place; groups of the first that fits are its values. */
const RULES: readonly Rule[] = [
  { word: 'from', pattern: 'from (\\d+) to (\\d+)(?=:)' },
  { word: 'safe', pattern: '\\bsafe\\b' },
  { word: 'processed', pattern: 'processed (\\d+) insns(?: \\(limit \\d+\\))?' },
  { word: 'states', pattern: '(?:max_states_per_insn|total_states|peak_states|mark_read) \\d+' },
  { word: 'opcode', pattern: '(?<=^\\d+: )\\(([0-9a-f]{2})\\)' },
  { word: 'frame', pattern: 'frame(\\d+):' },
  { word: 'refs', pattern: 'refs=[\\d,]+' },
  { word: 'slot', pattern: 'fp(-\\d+)(?:_[rwD]+)?=([mr?0-9a-z]{8})(?![\\w(])' },
  { word: 'slot', pattern: 'fp(-\\d+)(?:_[rwD]+)?(?==)' },
  { word: 'written', pattern: '\\bR(\\d+)_[rwD]+(?==)' },
  { word: 'register', pattern: '\\bR(\\d+)(?==)' },
  { word: 'varOff', pattern: 'var_off=\\(([^;()]+); ([^()]+)\\)' },
  { word: 'umin', pattern: '(?:umin32|umin|u32_min_value|umin_value)=(?:\\w+=)*(-?\\w+)' },
  { word: 'umax', pattern: '(?:umax32|umax|u32_max_value|umax_value)=(?:\\w+=)*(-?\\w+)' },
  { word: 'smin', pattern: '(?:smin32|smin|s32_min_value|smin_value)=(?:\\w+=)*(-?\\w+)' },
  { word: 'smax', pattern: '(?:smax32|smax|s32_max_value|smax_value)=(?:\\w+=)*(-?\\w+)' },
  { word: 'range', pattern: '(?<=[(,])r=(\\d+)' },
  { word: 'id', pattern: '(?<=[(,])(?:id|ref_obj_id)=(\\d+)' },
  { word: 'off', pattern: '(?<=[(,])off=(-?\\d+)' },
  { word: 'keySize', pattern: '(?<=[(,])ks=(\\d+)' },
  { word: 'valueSize', pattern: '(?<=[(,])vs=(\\d+)' },
  { word: 'orNull', pattern: '\\b\\w+_or_null\\b' },
  { word: 'pktEnd', pattern: '\\bpkt_end\\b' },
  { word: 'pkt', pattern: '\\bpkt\\b' },
  { word: 'mapPtr', pattern: '\\bmap_ptr\\b' },
  { word: 'mapValue', pattern: '\\bmap_value\\b' },
  { word: 'memory', pattern: '\\b(?:mem|ringbuf_mem|buf|rdonly_mem)(?=\\()' },
  { word: 'ctx', pattern: '\\bctx(?=\\()' },
  { word: 'precise', pattern: '(?<==)(?:inv)?P(?=-?\\d)' },
  { word: 'scalar', pattern: '\\b(?:scalar|inv)(?=[(\\d-]|\\b)' },
  { word: 'fp', pattern: '(?<==)fp(-?\\d+)' },
]

const ALL = new RegExp(RULES.map((r, i) => `(?<w${i}>${r.pattern})`).join('|'), 'g')
const EACH = RULES.map((r) => new RegExp(r.pattern))

export function logPieces(text: string): readonly LogPiece[] {
  if (text.startsWith('; ')) return [{ text, values: [] }]
  const out: LogPiece[] = []
  let at = 0
  for (const match of text.matchAll(ALL)) {
    const i = RULES.findIndex((_, k) => match.groups?.[`w${k}`] !== undefined)
    if (match.index > at) out.push({ text: text.slice(at, match.index), values: [] })
    out.push({ text: match[0], word: RULES[i].word, values: valuesOf(match, i) })
    at = match.index + match[0].length
  }
  if (at < text.length) out.push({ text: text.slice(at), values: [] })
  return out
}

/** The groups of the rule that fitted: they stand behind its own group in the joined pattern. */
function valuesOf(match: RegExpExecArray, rule: number): readonly string[] {
  let group = 1
  for (let k = 0; k < rule; k++) group += 1 + groupsOf(k)
  return Array.from({ length: groupsOf(rule) }, (_, k) => match[group + 1 + k] ?? '')
}

const counts = EACH.map((pattern) => new RegExp(`${pattern.source}|`).exec('')?.length ?? 1)
const groupsOf = (rule: number): number => counts[rule] - 1

/** What the eight letters of a stack slot say, the highest address first. */
export type SlotLetter = 'misc' | 'unwritten' | 'zero' | 'spilled' | 'dynptr' | 'iter' | 'irq' | 'number'

export function slotLetters(letters: string): readonly SlotLetter[] {
  const names: Readonly<Record<string, SlotLetter>> = {
    m: 'misc',
    '?': 'unwritten',
    r: 'spilled',
    d: 'dynptr',
    i: 'iter',
    f: 'irq',
    '0': 'zero',
  }
  return [...new Set([...letters].map((c) => names[c] ?? 'number'))]
}
