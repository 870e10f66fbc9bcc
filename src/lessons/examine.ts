// Whether a lesson is true: everything that it claims is built and run. In: a lesson. Out: one sentence for each fault; none where it is sound.
//   - the start fails a check, the solution passes all, each wrong solution fails the check that it is there for
//   - predictions and breaks end as the lesson says; figures ({{solution.steps}}) are right
//   - lines in "```log NAME" blocks stand in that program's log, "```c NAME" in its source, "```bytecode NAME" in its listing
//   - both languages have the same sections, claims and figures, and name helpers and constants that exist
import { constants, headerPaths, headerText, helperByName, kfuncByName } from '../abi/index.ts'
import { type Build, compileFilter, type KernelBtf, startBuild } from '../engine/index.ts'
import { gradeNow, startPlay, workOf } from './grade.ts'
import { executed, judge, programOf } from './judge.ts'
import { isMeasured, linesOf, measure } from './measure.ts'
import { fencesOf, gridFaults, hintsOf, sectionOf, splitAnswer, withFacts } from './text.ts'
import type { Lesson, LessonText } from './types.ts'
import { variantOf, withMain } from './variants.ts'
import { answered, flows } from './world-evidence.ts'

export interface Examination {
  readonly faults: readonly string[]
  /** The figures that the texts ask for, as they are. */
  readonly facts: Readonly<Record<string, number>>
}

export function examine(lesson: Lesson, kernel?: KernelBtf): Examination {
  const faults: string[] = []
  const say = (text: string) => faults.push(text)
  const builds = new Map<string, Build>()
  const buildOf = (name: string): Build | undefined => {
    const variant = variantOf(lesson, name)
    const key = name.split(':')[0]
    const kept = builds.get(key)
    if (kept || !variant) return kept
    const work = startBuild(workOf(lesson, variant.files), 0, () => 0, kernel)
    while (work.run() === 'more');
    builds.set(key, work.build())
    return work.build()
  }
  examineGrades(lesson, kernel, say)
  examinePredictions(lesson, buildOf, say)
  examineBreaks(lesson, buildOf, say)
  const facts = examineFacts(lesson, buildOf, say)
  examineTexts(lesson, buildOf, say)
  return { faults, facts }
}

type Say = (text: string) => void
type BuildOf = (name: string) => Build | undefined

function examineGrades(lesson: Lesson, kernel: KernelBtf | undefined, say: Say): void {
  if (gradeNow(lesson, lesson.start.files, kernel).passed) say('the start passes already')
  const solved = gradeNow(lesson, lesson.solution.files, kernel)
  for (const c of solved.checks) if (!c.passed) say(`the solution fails ${c.id}: ${c.found}`)
  for (const h of solved.hidden) if (!h.passed) say(`the solution fails the hidden run ${h.id}: ${hiddenFault(lesson, h.id, kernel)}`)
  for (const { name, text, fails } of lesson.wrong) {
    const grade = gradeNow(lesson, withMain(lesson, text), kernel)
    const found = [...grade.checks, ...grade.hidden].find((c) => c.id === fails)
    if (!found || found.passed) say(`wrong/${name} does not fail ${fails}${grade.passed ? ', it passes' : `, but ${failedIds(grade)}`}`)
  }
  for (const { id } of lesson.plays) {
    const work = startPlay(lesson, id, lesson.solution.files, kernel)
    while (work?.run() === 'more');
    const shown = work?.grade().checks ?? []
    if (shown.length === 0) say(`play ${id}: no check tells what comes of it`)
    for (const c of shown) if (!c.passed) say(`play ${id}: the solution fails ${c.id}: ${c.found}`)
  }
  const { score } = lesson
  if (score && solved[score.by] !== score.par) say(`score.par is ${score.par}, the solution takes ${solved[score.by]}`)
}

const failedIds = (grade: ReturnType<typeof gradeNow>): string =>
  [...grade.checks, ...grade.hidden]
    .filter((c) => !c.passed)
    .map((c) => c.id)
    .join(', ')

/** Which condition of a hidden run the solution does not meet, for authors. */
function hiddenFault(lesson: Lesson, id: string, kernel: KernelBtf | undefined): string {
  const run = lesson.hidden.find((h) => h.id === id)
  if (!run) return 'no such run'
  const project = workOf(lesson, lesson.solution.files, run.scenario)
  const work = startBuild(project, 0, () => 0, kernel)
  while (work.run() === 'more');
  const build = work.build()
  return run.checks.flatMap((c) => judge(c, { build, project }) || []).join('; ')
}

function examinePredictions(lesson: Lesson, buildOf: BuildOf, say: Say): void {
  for (const p of lesson.predictions) {
    const build = buildOf(p.on)
    if (!build) {
      say(`prediction ${p.id}: there is no ${p.on}`)
      continue
    }
    if (!p.options.includes(p.answer)) say(`prediction ${p.id}: the answer is none of the options`)
    const verdict = programOf(build, variantOf(lesson, p.on)?.program)?.verdict
    if (p.asks === 'figure') {
      const value = figure(lesson, build, variantOf(lesson, p.on)?.program, p.figure)
      const fits = p.options.filter((o) => value !== undefined && isWithin(value, o))
      if (fits.join() !== p.answer)
        say(`prediction ${p.id}: ${p.figure} is ${value ?? 'no figure'}, in ${fits.join(' and ') || 'none of the options'}`)
      continue
    }
    const truth = p.asks === 'verdict' ? verdict?.verdict : build.report.packets[p.packet]?.verdict
    if (truth !== p.answer) say(`prediction ${p.id}: the answer is ${truth ?? 'errors'}, not ${p.answer}`)
    if (p.line !== 0 && verdict?.line !== p.line) say(`prediction ${p.id}: rejected at line ${verdict?.line ?? 0}, not ${p.line}`)
  }
}

/** "12", or from "10-20". */
function isWithin(value: number, range: string): boolean {
  const [, from, to] = /^(\d+)(?:-(\d+))?$/.exec(range) ?? ['', '1', '0']
  return value >= Number(from) && value <= Number(to ?? from)
}

function examineBreaks(lesson: Lesson, buildOf: BuildOf, say: Say): void {
  for (const b of lesson.breaks) {
    const build = buildOf(`break/${b.id}`)
    if (!build) {
      say(`break ${b.id}: its text is not in the solution`)
      continue
    }
    const verdict = programOf(build, undefined)?.verdict
    if (verdict?.verdict !== b.answer) say(`break ${b.id}: ${verdict?.verdict ?? 'errors'} (${verdict?.message ?? ''}), not ${b.answer}`)
    if (b.message !== '' && !verdict?.message.includes(b.message)) say(`break ${b.id}: Linux says ${verdict?.message ?? ''}`)
    if (b.answer === 'rejected' && b.message === '') say(`break ${b.id}: no message`)
    if (b.answer === 'accepted') {
      const check = lesson.checks.find((c) => c.id === b.fails)
      const files = variantOf(lesson, `break/${b.id}`)?.files ?? []
      if (!check || judge(check, { build, project: workOf(lesson, files) }) === '') say(`break ${b.id}: it does not fail ${b.fails}`)
    }
  }
}

const FIGURES: Readonly<Record<string, (build: Build, program: string | undefined) => number | undefined>> = {
  instructions: (b, p) => programOf(b, p)?.insnCount,
  steps: (b, p) => programOf(b, p)?.verdict.processed,
  states: (b, p) => programOf(b, p)?.verdict.totalStates,
  line: (b, p) => programOf(b, p)?.verdict.line,
  insn: (b, p) => programOf(b, p)?.verdict.insn,
  executed: (b) => executed(b),
  most: (b) => (b.report.packets.length === 0 ? undefined : Math.max(...b.report.packets.map((p) => p.ticks - 1))),
  answered: (b) => {
    const { ended, answered: good } = answered(b)
    return ended === 0 ? undefined : Math.floor((100 * good) / ended)
  },
  flows: (b) => flows(b).seen,
  moved: (b) => flows(b).moved,
}

function figure(lesson: Lesson, build: Build | undefined, program: string | undefined, what: string): number | undefined {
  const [id, measured] = what.split('@')
  const check = measured === undefined ? undefined : lesson.checks.find((c) => c.id === id)
  if (measured !== undefined) return build && check && isMeasured(check) ? measure(check, build).figures[measured] : undefined
  const packet = /^packet(\d+)$/.exec(what)
  if (packet && build) return Math.max(0, (build.report.packets[Number(packet[1])]?.ticks ?? 1) - 1)
  return build && Object.hasOwn(FIGURES, what) ? FIGURES[what](build, program) : undefined
}

function examineFacts(lesson: Lesson, buildOf: BuildOf, say: Say): Record<string, number> {
  const facts: Record<string, number> = {}
  const { en, ko } = lesson.texts
  const names = [en, ko].flatMap((t) =>
    [t.intro, ...t.sections.map((s) => s.body)].flatMap((b) => [...b.matchAll(/\{\{([^}]*)\}\}/g)].map((m) => m[1])),
  )
  for (const name of new Set(names)) {
    const at = name.lastIndexOf('.')
    const where = name.slice(0, at)
    const value = figure(lesson, buildOf(where), variantOf(lesson, where)?.program, name.slice(at + 1))
    if (value === undefined) say(`{{${name}}}: there is no such figure`)
    else {
      facts[name] = value
      if (lesson.facts[name] !== value) say(`facts: ${name} is ${value}, not ${lesson.facts[name] ?? 'there'}`)
    }
  }
  for (const name of Object.keys(lesson.facts)) if (!names.includes(name)) say(`facts: no text names ${name}`)
  return facts
}

function examineTexts(lesson: Lesson, buildOf: BuildOf, say: Say): void {
  const { en, ko } = lesson.texts
  const wanted = [
    ...lesson.steps.map((s) => s.id),
    ...lesson.predictions.map((p) => `predict-${p.id}`),
    ...lesson.breaks.map((b) => `break-${b.id}`),
    ...lesson.plays.map((p) => `play-${p.id}`),
    ...(lesson.kind === 'lesson' ? ['hints', 'real'] : []),
  ]
  for (const [language, text] of [
    ['en', en],
    ['ko', ko],
  ] as const) {
    if (text.title === '' || text.intro === '') say(`${language}.md: no title, or nothing before the first section`)
    for (const id of wanted) if (!sectionOf(text, id)?.body) say(`${language}.md: no section ${id}`)
    for (const s of text.sections)
      if (!wanted.includes(s.id)) say(`${language}.md: the section "${s.heading}" {#${s.id}} belongs to nothing`)
    if (lesson.kind === 'lesson' && hintsOf(text).length !== 3) say(`${language}.md: ${hintsOf(text).length} hints instead of three`)
    for (const s of text.sections)
      if (/^(predict|break|play)-/.test(s.id) && splitAnswer(s.body).after === '') say(`${language}.md: ${s.id} has no answer behind ---`)
    const korean = /[가-힣]/
    for (const s of text.sections)
      if (korean.test(s.heading + s.body) !== (language === 'ko')) say(`${language}.md: the section ${s.id} is in another language`)
    for (const name of missingNames(text, lesson)) say(`${language}.md: nothing is called ${name}`)
  }
  for (const s of en.sections) {
    const other = sectionOf(ko, s.id)
    if (other && claims(s.body) !== claims(other.body)) say(`${s.id}: the languages differ in their code, log or figures`)
  }
  for (const { language, where, text } of [en.intro, ...en.sections.map((s) => s.body)].flatMap(fencesOf)) {
    const fault = falseClaim(lesson, buildOf, language, where, text)
    if (fault !== '') say(`\`\`\`${language} ${where}: ${fault}`)
  }
  for (const [language, text] of Object.entries(lesson.texts))
    for (const body of [text.intro, ...text.sections.map((s) => s.body)])
      for (const fault of gridFaults(withFacts(body, lesson.facts))) say(`${language}.md: ${fault}`)
  const known = new Set(lesson.checks.map((c) => c.id))
  for (const step of lesson.steps) {
    for (const id of step.checks) if (!known.has(id)) say(`step ${step.id}: there is no check ${id}`)
    for (const id of step.predict) if (!lesson.predictions.some((p) => p.id === id)) say(`step ${step.id}: there is no prediction ${id}`)
    for (const id of step.breaks) if (!lesson.breaks.some((b) => b.id === id)) say(`step ${step.id}: there is no break ${id}`)
    for (const id of step.plays) if (!lesson.plays.some((p) => p.id === id)) say(`step ${step.id}: there is no play ${id}`)
  }
  for (const c of lesson.checks) if (!lesson.steps.some((s) => s.checks.includes(c.id))) say(`check ${c.id}: no step asks for it`)
  for (const p of lesson.predictions)
    if (!lesson.steps.some((s) => s.predict.includes(p.id))) say(`prediction ${p.id}: no step asks for it`)
  for (const b of lesson.breaks) if (!lesson.steps.some((s) => s.breaks.includes(b.id))) say(`break ${b.id}: no step has it`)
  for (const p of lesson.plays) if (!lesson.steps.some((s) => s.plays.includes(p.id))) say(`play ${p.id}: no step has it`)
}

const claims = (body: string): string =>
  JSON.stringify([
    fencesOf(body).map((f) => [f.language, f.where, f.language === 'c' ? f.text.replaceAll(/\/\/.*|\/\*.*?\*\//g, '') : f.text]),
    [...body.matchAll(/\{\{([^}]*)\}\}/g)].map((m) => m[1]).sort(),
  ])

/** Empty where every line of the block is what the program, its log or its listing says. */
function falseClaim(lesson: Lesson, buildOf: BuildOf, language: string, where: string, text: string): string {
  if (language === 'classic') {
    const { classic } = compileFilter(where.replaceAll('_', ' '))
    return text
      .split('\n')
      .filter((l) => l.trim() !== '' && !dense(classic).includes(dense(l)))
      .join(' | ')
  }
  const build = buildOf(where)
  const variant = variantOf(lesson, where)
  if (!build || !variant) return 'there is no such program'
  const lines = text.split('\n').map(dense).filter(Boolean)
  const program = programOf(build, variant.program)
  const has = (all: readonly string[], line: string) => all.some((l) => dense(l).includes(line))
  switch (language) {
    case 'log': {
      const index = program ? build.report.programs.indexOf(program) : 0
      const log = [1, 2].flatMap((level) => build.log(index, level, 0, 1_000_000).lines.map((l) => l.text))
      return lines.filter((l) => !has([...log, program?.verdict.message ?? ''], l)).join(' | ')
    }
    case 'c': {
      const source = variant.files.map((f) => dense(f.text)).join('\n')
      return source.includes(dense(text)) ? '' : 'this is not in the source'
    }
    case 'bytecode':
      return lines
        .filter(
          (l) =>
            !has(
              (program?.listing ?? []).map((r) => `${r.slot}: ${r.text}`),
              l,
            ),
        )
        .join(' | ')
    case 'shown': {
      const { totalTicks } = build.report
      return lines.filter((l) => !has(build.userViews(totalTicks).views.flatMap(linesOf), l)).join(' | ')
    }
    case 'printk': {
      const printed = build.report.notRun === '' ? build.move(0, { kind: 'tick', tick: build.report.totalTicks }).printk : []
      return lines.filter((l) => !has(printed, l)).join(' | ')
    }
    default:
      return 'log, c, bytecode, shown and printk can be proved'
  }
}

const dense = (text: string): string => text.replaceAll(/\s+/g, '')

/** Names in backticks that look like Linux's and that no header, helper or source of the lesson has. */
function missingNames(text: LessonText, lesson: Lesson): string[] {
  const body = [text.intro, ...text.sections.map((s) => s.body)].join('\n')
  const names = [...body.matchAll(/`([^`\n]+)`/g)].flatMap(
    (m) => m[1].match(/\b(?:bpf_\w+|(?:BPF|XDP|TC_ACT|ETH_P|IPPROTO)_[A-Z_0-9]+)\b/g) ?? [],
  )
  const sources = [...lesson.start.files, ...lesson.solution.files].map((f) => f.text).join('\n')
  return [...new Set(names)].filter((name) => !isKnown(name) && !sources.includes(name))
}

const headers = (): string => headerPaths.map((path) => headerText(path) ?? '').join('\n')

function isKnown(name: string): boolean {
  // Functions of libbpf, which are of user space.
  if (/^bpf_[a-z]+__[a-z_]+$/.test(name)) return true
  if (helperByName(name) || kfuncByName(name)) return true
  return new RegExp(`\\b${name}\\b`).test(headers()) || constants.has(name)
}
