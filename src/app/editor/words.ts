// What a word of the C source means to Linux, and what may stand at a place: read off the same rows that compiler and verifier use.
// In: the text, a place in it, the program's type. Out: plain data (signature, sentences, names). Pure.
import {
  type CtxField,
  ctxFields,
  type HelperRow,
  helperAllowed,
  helperByName,
  helperDoc,
  helpers,
  mapTypes,
  type ProgTypeRow,
  progTypeBySection,
  progTypes,
} from '../../abi/index.ts'

export type Language = 'en' | 'ko'

export type WordKind = 'helper' | 'map-type' | 'field' | 'return' | 'section'

export interface WordDoc {
  readonly kind: WordKind
  /** C, shown as code. */
  readonly code: string
  readonly text: string
  /** Present for helpers. */
  readonly helper?: HelperRow
}

export interface Suggestion {
  readonly kind: WordKind
  readonly name: string
  readonly detail: string
  readonly text: string
  /** What is put in; a snippet with places where `snippet`. */
  readonly insert: string
  readonly snippet: boolean
}

export interface Place {
  readonly text: string
  /** Text of the line up to the word, and the word itself. */
  readonly before: string
  readonly word: string
  /** Type of the shown program: 'xdp', 'sched_cls', ... */
  readonly programType: string
  readonly language: Language
}

const MAP_TYPE = 'BPF_MAP_TYPE_'

export function wordDoc(place: Place): WordDoc | undefined {
  const { word, before, language } = place
  const helper = helperByName(word)
  if (helper) return { kind: 'helper', code: `${signature(helper)};`, text: helperDoc(helper.name)?.[language] ?? '', helper }
  if (word.startsWith(MAP_TYPE)) {
    const row = mapTypes.find((m) => mapMacro(m.name) === word)
    return row && { kind: 'map-type', code: `${word} = ${row.id}`, text: row.doc[language] }
  }
  const field = fieldsAt(place).find((f) => f.name === word)
  if (field) return { kind: 'field', code: `${field.type} ${field.name}`, text: field.doc[language] }
  if (/SEC\s*\(\s*"[^"]*$/.test(before)) {
    const found = progTypeBySection(sectionAt(place))
    if (found) return { kind: 'section', code: `SEC("${sectionAt(place)}")`, text: found.row.doc[language] }
  }
  return returnDoc(place)
}

function returnDoc({ word, programType, language }: Place): WordDoc | undefined {
  const rows = [...progTypes].sort((a, b) => Number(b.name === programType) - Number(a.name === programType))
  for (const row of rows) {
    const found = row.returns.find((r) => r.name === word)
    if (found) return { kind: 'return', code: `${word} = ${found.value}`, text: row.doc[language] }
  }
  return undefined
}

/** The whole section name around the word: SEC("xdp.frags") with the cursor on `frags`. */
function sectionAt({ before, word, text }: Place): string {
  const start = before.lastIndexOf('"') + 1
  const head = before.slice(start) + word
  const rest = new RegExp(`${escapeRegExp(head)}([^"\\n]*)"`).exec(text)
  return head + (rest?.[1] ?? '')
}

export function suggestionsAt(place: Place): readonly Suggestion[] {
  const { before, language } = place
  if (/(->|\.)\s*$/.test(before)) return fieldsAt(place).map((f) => plain('field', f.name, f.type, f.doc[language]))
  if (/SEC\s*\(\s*"[^"]*$/.test(before)) return sectionSuggestions(language)
  if (/__uint\s*\(\s*type\s*,\s*$/.test(before)) return mapSuggestions(language)
  if (/"[^"]*$/.test(before.replace(/"[^"]*"/g, ''))) return []
  return [...helperSuggestions(place), ...returnSuggestions(place), ...mapSuggestions(language), sectionMacro()]
}

function helperSuggestions({ programType, language }: Place): Suggestion[] {
  const usable = helpers.filter((h) => programType === '' || helperAllowed(h.id, programType))
  return usable.map((h) => ({
    kind: 'helper',
    name: h.name,
    detail: signature(h),
    text: helperDoc(h.name)?.[language] ?? '',
    insert: `${h.name}(${h.c.params.map((p, i) => `\${${i + 1}:${p.name}}`).join(', ')})`,
    snippet: true,
  }))
}

function returnSuggestions({ programType, language }: Place): Suggestion[] {
  const rows = progTypes.filter((p) => p.name === programType)
  return rows.flatMap((row) => row.returns.map((r) => plain('return', r.name, String(r.value), row.doc[language])))
}

const mapSuggestions = (language: Language): Suggestion[] =>
  mapTypes.map((m) => plain('map-type', mapMacro(m.name), String(m.id), m.doc[language]))

function sectionSuggestions(language: Language): Suggestion[] {
  const seen = new Set<string>()
  return progTypes.flatMap((row) =>
    row.sections.flatMap((section) => {
      // A plus at the end stands for "and more after a slash".
      const name = section.replace(/\+$/, '')
      if (seen.has(name)) return []
      seen.add(name)
      return [plain('section', name, row.name, row.doc[language])]
    }),
  )
}

const sectionMacro = (): Suggestion => ({ kind: 'section', name: 'SEC', detail: 'SEC("…")', text: '', insert: 'SEC("$1")', snippet: true })

const plain = (kind: WordKind, name: string, detail: string, text: string): Suggestion => ({
  kind,
  name,
  detail,
  text,
  insert: name,
  snippet: false,
})

/** Fields of the context that a pointer before `->` points to. */
function fieldsAt({ text, before, programType }: Place): readonly CtxField[] {
  const m = /(\w+)\s*->\s*$/.exec(before)
  if (!m) return []
  const declared = new RegExp(`struct\\s+(\\w+)\\s*\\*\\s*(?:const\\s+)?${escapeRegExp(m[1])}\\b`).exec(text)
  const type = declared && typeOfContext(declared[1], programType)
  return type ? ctxFields(type.name) : []
}

/** The program's own type where it has this context, else the first that has. */
function typeOfContext(struct: string, programType: string): ProgTypeRow | undefined {
  const rows = progTypes.filter((p) => p.ctxStruct === struct)
  return rows.find((p) => p.name === programType) ?? rows[0]
}

export interface CallPlace {
  readonly helper: HelperRow
  readonly argument: number
}

/** The helper call that a place lies in, and which argument. `before` is the text up to the place. */
export function callAt(before: string): CallPlace | undefined {
  let depth = 0
  let argument = 0
  for (let i = before.length - 1; i >= 0 && before.length - i < 2000; i--) {
    const c = before[i]
    if (c === ')' || c === ']' || c === '}') depth++
    else if (c === '[' || c === '{') depth--
    else if (c === ';') return undefined
    else if (c === ',' && depth === 0) argument++
    else if (c === '(') {
      if (depth > 0) depth--
      else {
        const name = /(\w+)\s*$/.exec(before.slice(0, i))?.[1]
        const helper = name === undefined ? undefined : helperByName(name)
        return helper && { helper, argument }
      }
    }
    if (depth < 0) return undefined
  }
  return undefined
}

export function signature(helper: HelperRow): string {
  return `${spaced(helper.c.ret)}${helper.name}(${parameters(helper).join(', ') || 'void'})`
}

export const parameters = (helper: HelperRow): string[] => helper.c.params.map((p) => `${spaced(p.type)}${p.name}`)

/** A type ready for a name: pointers stick to it. */
const spaced = (type: string): string => (type.endsWith('*') ? type : `${type} `)

const mapMacro = (name: string): string => MAP_TYPE + name.toUpperCase()
const escapeRegExp = (s: string): string => s.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
