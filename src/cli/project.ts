// The command run on a project: the whole world of it, its log for people or as JSON. In: a project file. Out: what happened, hook by hook.
import { readFileSync } from 'node:fs'
import {
  type ActivationRow,
  type Build,
  type EventWindow,
  type KernelBtf,
  readProject,
  renderDiagnostics,
  startBuild,
  toHex,
} from '../engine/index.ts'
import { readArguments } from './arguments.ts'
import type { Output } from './commands.ts'

type LogEvent = EventWindow['events'][number]

/** Entries of the log and runs that are taken at a time. */
const WINDOW = 5000

export function runProject(words: readonly string[], output: Output, kernel: KernelBtf): number {
  const args = readArguments(words, [
    { name: '--json', takes: 'nothing' },
    { name: '--quiet', takes: 'nothing' },
  ])
  if (!args.ok || args.files.length !== 1) {
    output.err(args.ok ? 'one project is needed' : args.error)
    return 2
  }
  let json: unknown
  try {
    json = JSON.parse(readFileSync(args.files[0], 'utf8'))
  } catch (error) {
    output.err(`${args.files[0]}: ${error instanceof Error ? error.message : 'cannot be read'}`)
    return 2
  }
  const read = readProject(json)
  if (!read.ok) {
    output.err(`${args.files[0]}: ${read.path} is not what it should be`)
    return 2
  }
  const work = startBuild(read.project, 1, () => 0, kernel)
  while (work.run() === 'more');
  const build = work.build()
  if (args.options.has('--json')) output.out(JSON.stringify(jsonOf(build)))
  else tellWorld(build, args.options.has('--quiet'), output)
  const { report } = build
  const isSound = report.notRun === '' && report.diagnostics.every((d) => d.severity !== 'error')
  return isSound && build.world().hooks.every((h) => h.faults === 0) ? 0 : 1
}

function allOf<T>(total: number, take: (from: number) => readonly T[]): T[] {
  const out: T[] = []
  while (out.length < total) {
    const more = take(out.length)
    if (more.length === 0) break
    out.push(...more)
  }
  return out
}

const eventsOf = (b: Build): LogEvent[] => allOf(b.report.events, (from) => b.events(from, WINDOW).events)
const runsOf = (b: Build): ActivationRow[] => allOf(b.report.activations, (from) => b.activations(from, WINDOW).rows)

function jsonOf(build: Build): object {
  const { report } = build
  const { revision: _, ...world } = build.world()
  return {
    diagnostics: report.diagnostics,
    programs: report.programs.map(({ name, section, type, verdict }) => ({
      name,
      section,
      type,
      verdict: verdict.verdict,
      message: verdict.message,
    })),
    notRun: report.notRun,
    world,
    events: eventsOf(build),
    runs: runsOf(build),
    packetsOut: toHex(build.exportPcap()),
  }
}

function tellWorld(build: Build, quiet: boolean, output: Output): void {
  const { report } = build
  const text = renderDiagnostics(report.diagnostics, () => undefined)
  if (text !== '') output.err(text)
  for (const { name, section, verdict } of report.programs)
    output.out(`${section} ${name}: ${verdict.verdict}${verdict.message === '' ? '' : `: ${verdict.message}`}`)
  if (report.notRun !== '') {
    output.out(`nothing was run: ${report.notRun} ${report.notRunFeature}`.trim())
    return
  }
  if (!quiet) tellLog(build, output)
  const world = build.world()
  output.out('')
  for (const h of world.hooks)
    output.out(
      `${h.node} ${h.name} ${h.place}: ${h.runs} runs, ${h.passed} passed, ${h.dropped} dropped, ${h.faults} failed, ${h.steps} instructions`,
    )
  output.out(`${world.events} events, ${world.activations} runs, ${(world.endNs / 1e9).toFixed(6)} s`)
}

/** Entries of the log in order, each with the runs that belong to it below. */
function tellLog(build: Build, output: Output): void {
  const runs = runsOf(build)
  let next = 0
  for (const [index, event] of eventsOf(build).entries()) {
    output.out(`${(event.atNs / 1e9).toFixed(6)}  ${eventText(event)}`)
    for (; next < runs.length && runs[next].event <= index; next++) {
      const { hook, place, program, verdict, ticks, subject } = runs[next]
      const name = build.report.programs[program]?.name ?? ''
      output.out(`            [${hook} ${place} ${name}: ${verdict}, ${ticks - 1} instructions]  ${subject}`)
    }
  }
}

function eventText(e: LogEvent): string {
  switch (e.kind) {
    case 'packet':
      return `${e.node}:${e.place} #${e.packet} ${e.what} ${e.why}`.trim()
    case 'syscall':
      return `${e.node} ${e.comm}(${e.pid}) ${e.name}(${e.args.join(', ')}) = ${e.result}`
    case 'process':
      return `${e.node} ${e.comm}(${e.pid}) ${e.what}`
    case 'map':
      return `${e.node} ${e.map}: ${e.what}`
    case 'note':
      return `${e.node}: ${e.text}`
  }
}
