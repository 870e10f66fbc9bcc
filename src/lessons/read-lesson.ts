// A lesson's files as a Lesson. In: texts by path, which may come from anyone. Out: the lesson, copied field by field with every count capped,
// or sentences that say what is wrong and where. Never throws; whether the lesson is true is what `examine` finds out.

import { toHex } from '../base/index.ts'
import { type Project, QUOTAS, readProject, type Scenario } from '../engine/index.ts'
import { plainWords } from './bytes.ts'
import { Fields, MAX_ITEMS } from './fields.ts'
import { packetOf } from './packets.ts'
import { bytesOf, readMaps, readStimuli, readWorld } from './read-world.ts'
import { readText } from './text.ts'
import type { Break, Check, Condition, HiddenRun, Lesson, Play, Prediction, Score, Step } from './types.ts'
import { readFact } from './world-facts.ts'

export type LessonFiles = Readonly<Record<string, string>>
export type LessonResult = { readonly ok: true; readonly lesson: Lesson } | { readonly ok: false; readonly faults: readonly string[] }

export function readLesson(files: LessonFiles): LessonResult {
  let json: unknown
  try {
    json = JSON.parse(Object.hasOwn(files, 'lesson.json') ? files['lesson.json'] : '')
  } catch {
    return { ok: false, faults: ['lesson.json: not there, or not JSON'] }
  }
  const f = new Fields(json)
  const lesson = read(f, files)
  return f.faults.length === 0 ? { ok: true, lesson } : { ok: false, faults: f.faults }
}

function read(f: Fields, files: LessonFiles): Lesson {
  if (f.count('format', 1) !== 1) f.fault('format', 'this page reads format 1')
  const main = f.text('main', 'main.bpf.c')
  const base = readScenario(f)
  const project = (folder: string): Project => readSources(f, files, folder, main, base)
  const text = (path: string) => {
    if (!Object.hasOwn(files, path)) f.fault(path, 'is missing')
    return readText(Object.hasOwn(files, path) ? files[path].slice(0, QUOTAS.textBytes) : '')
  }
  const wrong = f.child('wrong')
  const score = f.has('score') ? f.child('score') : undefined
  const facts = f.child('facts')
  return {
    id: f.name('id'),
    kind: f.oneOf('kind', ['lesson', 'challenge'], 'lesson'),
    track: f.count('track'),
    order: f.count('order'),
    minutes: f.count('minutes', 10),
    texts: { en: text('en.md'), ko: text('ko.md') },
    steps: f.list('steps', readStep),
    checks: f.list('checks', readCheck),
    hidden: f.list('hidden', (h) => readHidden(h, base)),
    predictions: f.list('predict', readPrediction),
    breaks: f.list('breaks', readBreak),
    plays: f.list('plays', (p) => readPlay(p, base)),
    start: project('start'),
    solution: project('solution'),
    predict: Object.fromEntries(sourcesIn(files, 'predict')),
    wrong: wrong.keys().map((name) => {
      const path = `wrong/${name}`
      if (!Object.hasOwn(files, path)) f.fault(path, 'is missing')
      return { name, text: files[path] ?? '', fails: wrong.text(name) }
    }),
    facts: Object.fromEntries(facts.keys().map((name) => [name, facts.count(name)])),
    score: score && readScore(score),
  }
}

const sourcesIn = (files: LessonFiles, folder: string): [string, string][] =>
  Object.entries(files).flatMap(([path, text]) => (path.startsWith(`${folder}/`) ? [[path.slice(folder.length + 1), text]] : []))

function readSources(f: Fields, files: LessonFiles, folder: string, main: string, scenario: unknown): Project {
  const json = {
    version: 1,
    files: sourcesIn(files, folder).map(([path, text]) => ({ path, text })),
    build: { main, cpu: f.count('cpu', 3), defines: {} },
    verifier: { logLevel: 1, flags: 0 },
    scenario,
  }
  const result = readProject(json)
  if (result.ok) return result.project
  f.fault(`${folder}/`, `${result.path} is not what it should be`)
  return EMPTY
}

const EMPTY: Project = {
  version: 1,
  files: [],
  build: { main: '', cpu: 3, defines: {} },
  verifier: { logLevel: 1, flags: 0 },
  scenario: { seed: 1, nodes: [], attach: [], maps: [], stimuli: [], views: [] },
}

/** A scenario in full, or `packets` in words, `maps` with keys and values in words, and `program`: what arrives at eth0 of a host. */
function readScenario(f: Fields, base?: unknown): unknown {
  if (f.has('scenario')) return readWorld(f.child('scenario'))
  const old = (base ?? { attach: [], maps: [], stimuli: [], views: [] }) as Scenario
  const isWorld = old.nodes !== undefined && (old.nodes.length > 1 || old.links !== undefined)
  const maps = f.has('maps') ? readMaps(f) : old.maps
  if (isWorld) {
    const named = new Set(maps.map((m) => (m as { readonly name: unknown }).name))
    const changed = Object.fromEntries(['nodes', 'links', 'attach'].flatMap((name) => (f.has(name) ? [[name, f.raw(name)]] : [])))
    const stimuli = f.has('stimuli') ? readStimuli(f) : f.has('packets') ? packetsOf(f) : old.stimuli
    return { ...old, ...changed, maps: [...old.maps.filter((m) => !named.has(m.name)), ...maps], stimuli }
  }
  const program = f.text('program', old.attach[0]?.program ?? '')
  const host = { name: 'host', kind: 'host', interfaces: ['eth0'] }
  const attach = [{ program, node: 'host', interface: 'eth0' }]
  const stimuli = f.has('stimuli') ? readStimuli(f) : f.has('packets') ? packetsOf(f) : old.stimuli
  return { seed: 1, nodes: [host], attach, maps, stimuli, views: old.views }
}

const packetsOf = (f: Fields): unknown[] =>
  f.list('packets', (p) => {
    const bytes = packetOf(p.asText())
    if (!bytes) p.fault('', 'is no packet')
    return { kind: 'packet', hex: toHex(bytes ?? new Uint8Array(0)) }
  })

/** A scenario as a project has it. */
function scenarioOf(f: Fields, scenario: unknown): Scenario {
  const host = { version: 1, files: [{ path: 'x', text: '' }], build: { main: 'x', cpu: 3 }, verifier: { logLevel: 1, flags: 0 }, scenario }
  const read = readProject(host)
  if (!read.ok) f.fault('', `${read.path} is not what it should be`)
  return read.ok ? read.project.scenario : EMPTY.scenario
}

function readHidden(f: Fields, base: unknown): HiddenRun {
  const scenario = scenarioOf(f, readScenario(f, base))
  const packets = f.has('packets') ? f.names('packets') : []
  const contents = f.has('maps') ? f.list('maps', contentsOf) : []
  return {
    id: f.name('id'),
    scenario,
    packets,
    contents,
    checks: f.list('checks', readCheck),
  }
}

/** Of long maps the first entries. */
const SHOWN_ENTRIES = 6

/** What a map holds, as people read it: "blocked: 203.0.113.9 → 1". */
function contentsOf(f: Fields): string {
  const words = (raw: unknown) => plainWords(String(raw))
  const listed = [
    ...f.list('values', (value) => words(value.whole())).map((value, slot) => `${slot} → ${value}`),
    ...f.list('entries', (e) => `${words(e.raw('key'))} → ${words(e.raw('value'))}`),
  ]
  const more = listed.length > SHOWN_ENTRIES ? ', …' : ''
  return `${f.text('name', '')}: ${listed.slice(0, SHOWN_ENTRIES).join(', ') || '–'}${more}`
}

/** What is added to the lesson's world; maps stand in place of those of the same name, and `instead` has other stimuli in place of the lesson's. */
function readPlay(f: Fields, base: unknown): Play {
  const old = base as Scenario
  const more = (name: 'nodes' | 'links' | 'attach' | 'stimuli'): unknown[] =>
    name === 'stimuli' ? readStimuli(f) : f.list(name, (x) => x.whole())
  const added = (name: 'nodes' | 'links' | 'attach'): unknown[] => [...(old[name] ?? []), ...more(name)]
  const maps = readMaps(f)
  const named = new Set(maps.map((m) => m['name']))
  const links = added('links')
  const scenario = {
    ...old,
    nodes: added('nodes'),
    ...(links.length > 0 ? { links } : {}),
    attach: added('attach'),
    maps: [...old.maps.filter((m) => !named.has(m.name)), ...maps],
    stimuli: f.raw('instead') === true ? more('stimuli') : [...old.stimuli, ...more('stimuli')],
  }
  return { id: f.name('id'), scenario: scenarioOf(f, scenario), checks: f.list('checks', readCheck) }
}

/** Further runs over a lesson's world, as a teacher writes them. */
export const readHiddenRuns = (f: Fields, base: Scenario): HiddenRun[] => f.list('hidden', (h) => readHidden(h, base))

type Kind = Condition['kind']
type Field = 'text' | 'count' | 'texts' | 'key' | 'hex' | 'fact' | 'facts'

/** Fields of each kind of condition; those with a question mark may be left out. */
const CONDITIONS: Readonly<Record<Kind, Readonly<Record<string, Field | `${Field}?`>>>> = {
  compiles: {},
  accepted: { program: 'text?' },
  rejected: { program: 'text?', message: 'text' },
  'gets-past': { text: 'text' },
  verdict: { packet: 'count', verdict: 'text' },
  verdicts: { verdicts: 'texts' },
  bytes: { packet: 'count', offset: 'count', hex: 'hex' },
  length: { packet: 'count', bytes: 'count' },
  map: { map: 'text', key: 'key', number: 'count', offset: 'count?', size: 'count?', node: 'text?' },
  'map-value': { map: 'text', key: 'key', hex: 'hex', node: 'text?' },
  'no-entry': { map: 'text', key: 'key', node: 'text?' },
  'map-entries': { map: 'text', count: 'count', node: 'text?' },
  records: { map: 'text', count: 'count' },
  record: { map: 'text', index: 'count', offset: 'count?', hex: 'hex' },
  printk: { text: 'text' },
  'printk-lines': { count: 'count' },
  shown: { view: 'count', text: 'text', count: 'count?' },
  world: { fact: 'fact', count: 'count' },
  alerts: { map: 'text', offset: 'count?', facts: 'facts', false: 'count?' },
  percentiles: { map: 'text', offset: 'count?', size: 'count?', from: 'fact', to: 'fact', of: 'texts', within: 'count?' },
  race: { cpus: 'count', map: 'text', key: 'key', number: 'count', offset: 'count?', size: 'count?' },
  'instructions-at-most': { count: 'count', program: 'text?' },
  'steps-at-most': { count: 'count', program: 'text?' },
  'executed-at-most': { count: 'count' },
  note: { text: 'text', node: 'text?', count: 'count?' },
  'answered-at-least': { percent: 'count', node: 'text?', withinMs: 'count?' },
  packets: {
    node: 'text',
    what: 'text',
    place: 'text?',
    why: 'text?',
    fromMs: 'count?',
    toMs: 'count?',
    atLeast: 'count?',
    atMost: 'count?',
  },
  'moved-at-most': { percent: 'count' },
  uses: { text: 'text' },
  avoids: { text: 'text' },
}

export const conditionKinds = Object.keys(CONDITIONS)

function readCheck(f: Fields): Check {
  const kind = f.oneOf('kind', Object.keys(CONDITIONS) as Kind[])
  const check: Record<string, unknown> = { id: f.name('id'), kind }
  const words: Record<string, string> = {}
  for (const [name, type] of Object.entries(CONDITIONS[kind] ?? {})) {
    if (type.endsWith('?') && !f.has(name)) continue
    check[name] = readField(f, name, type.replace('?', '') as Field)
    if (type === 'key' || type === 'hex') words[name] = String(f.raw(name))
  }
  if (Object.keys(words).length > 0) check['words'] = words
  return check as Check
}

function readField(f: Fields, name: string, type: Field): unknown {
  switch (type) {
    case 'text':
      return f.text(name)
    case 'count':
      return f.count(name)
    case 'texts':
      return f.list(name, (x) => x.asText())
    case 'key':
    case 'hex':
      return bytesOf(f, name)
    case 'fact':
      return factText(f, name)
    case 'facts':
      return f.list(name, (x) => {
        const text = x.asText()
        if (!readFact(text)) x.fault('', NO_FACT)
        return text
      })
  }
}

const NO_FACT = 'is no fact such as "openat /etc/shadow by cat on web = -1"'

function factText(f: Fields, name: string): string {
  const text = f.text(name)
  if (!readFact(text)) f.fault(name, NO_FACT)
  return text
}

function readStep(f: Fields): Step {
  return { id: f.name('id'), checks: f.names('checks'), predict: f.names('predict'), breaks: f.names('breaks'), plays: f.names('plays') }
}

function readPrediction(f: Fields): Prediction {
  const asks = f.oneOf('asks', ['verdict', 'packet', 'figure'], 'verdict')
  return {
    id: f.name('id'),
    on: f.text('on', 'start'),
    asks,
    figure: f.text('figure', ''),
    packet: f.count('packet', 0),
    options: asks === 'verdict' ? ['accepted', 'rejected'] : f.list('options', (x) => x.asText()),
    answer: f.text('answer'),
    line: f.count('line', 0),
  }
}

function readBreak(f: Fields): Break {
  const answer = f.oneOf('answer', ['accepted', 'rejected'], 'rejected')
  return {
    id: f.name('id'),
    find: f.text('find'),
    replace: f.text('replace', ''),
    answer,
    message: f.text('message', ''),
    fails: f.text('fails', ''),
  }
}

const readScore = (f: Fields): Score => ({ by: f.oneOf('by', ['instructions', 'steps', 'executed']), par: f.count('par') })

/** Reads a file that holds a whole lesson: {"files": {path: text}}. */
export function readLessonFile(json: unknown): LessonResult {
  const found = filesOfLesson(json)
  return found.ok ? readLesson(found.files) : found
}

/** The texts by path that such a file holds; whether they are a lesson, `readLesson` says. */
export function filesOfLesson(
  json: unknown,
): { readonly ok: true; readonly files: LessonFiles } | { readonly ok: false; readonly faults: readonly string[] } {
  const files = new Fields(json).child('files')
  const out: Record<string, string> = {}
  for (const path of files.keys().slice(0, MAX_ITEMS)) {
    const text = files.raw(path)
    if (typeof text !== 'string' || !isLessonPath(path)) return { ok: false, faults: [`files.${path}: not a text file`] }
    out[path] = text
  }
  return { ok: true, files: out }
}

/** Whether a file of a lesson may be called so. */
export const isLessonPath = (path: string): boolean => path.length <= 120 && /^[\w+-][\w.+-]*(\/[\w+-][\w.+-]*)*$/.test(path)
