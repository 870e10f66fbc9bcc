// A build: one Project compiled, loaded, verified and run, and every question that a page may ask of it. The work is a resumable object:
// each `run()` does a slice (the compilation as a whole, some thousand verified instructions, one packet) so that a newer project can
// supersede it. Pure but for the clock that is handed in for the `ms` figures.
import type { KernelBtf } from '../abi/index.ts'
import { type Btf, readBtf } from '../btf/index.ts'
import type { Program } from '../isa/index.ts'
import { dissect, writePcap } from '../packet/index.ts'
import {
  capabilitiesOf,
  rejectedPath,
  type StateView,
  startVerify,
  statesAt,
  type VerifyOptions,
  type VerifyResult,
  verify,
} from '../verifier/index.ts'
import type { Arrival } from './arrivals.ts'
import { actDiagnostic, chosenPrograms, noProgram, scenarioDiagnostic, scenarioFault, whyNotRun } from './attached.ts'
import { explain } from './explain/explain.ts'
import { reportLines } from './explain/report.ts'
import { type CheckedFix, startFixes } from './fix/fix.ts'
import { framesOf, readInputs } from './inputs.ts'
import { flowView, passesView, passWindow, typesView } from './inside.ts'
import { lacksKernelHeader } from './kernel-header.ts'
import { linesBySlot, listing } from './listing.ts'
import { logLines, logWindow } from './log-view.ts'
import { machineView, type ViewTables } from './machine-view.ts'
import { type MoveAids, type MoveTables, moveTo } from './moves.ts'
import type { createNetworkRun } from './network-run.ts'
import { observe, type UserRecord } from './observe.ts'
import type { Project } from './project.ts'
import { compileProject } from './project-input.ts'
import { keepRaces, type RaceEnd, type RaceWork } from './race.ts'
import { type Show, type Shown, shownBy, watchedMaps } from './shown.ts'
import { tailCallTargets } from './tail-calls.ts'
import type { Thinking } from './thinking/thinking.ts'
import { searchWork, startThinking, type Work } from './thinking/work.ts'
import { createTimeline, runNext, type Timeline } from './timeline.ts'
import { type Opened, unmodelledFeature } from './toolchain.ts'
import type { UserViews } from './user-views.ts'
import type {
  ActivationWindow,
  BuildReport,
  EventWindow,
  ExplanationView,
  FlowView,
  LanesView,
  LogLine,
  LogWindow,
  MachineView,
  Move,
  PacketRow,
  PassesView,
  PassWindow,
  ProgramReport,
  TypesView,
  Verdict,
  VisitsView,
  WorldView,
} from './views.ts'
import { frames } from './witness/frames.ts'
import type { Witness } from './witness/machine.ts'
import { startWitness } from './witness/witness.ts'
import { createSingleRun, isSingle } from './world-run.ts'
import { activationWindow, eventWindow, lanesView, packetRow, packetRuns, worldView } from './world-view.ts'

export interface Build {
  readonly report: BuildReport
  /** Whether a build that is given the kernel's types may say more. */
  readonly wantsKernelTypes: boolean
  /** Whether the scenario is a network and none could be made. */
  readonly wantsNetwork: boolean
  log(program: number, level: number, from: number, count: number): LogWindow
  visits(program: number, insn: number): VisitsView
  /** What lies inside: the compiler's passes, the blocks and the types of a program. */
  passes(): PassesView
  pass(index: number, from: number, count: number): PassWindow
  flow(program: number): FlowView
  types(program: number): TypesView
  /** Why a program was rejected. */
  explain(program: number): ExplanationView
  /** How the verifier went through a program. */
  thinking(program: number): Work<Thinking>
  /** A packet for which the refused access goes wrong. */
  witness(program: number): Work<{ readonly witness?: Witness }>
  /** Edits of the main file that were checked. */
  fixes(program: number): Work<readonly CheckedFix[]>
  /** `aids`: what moves by expressions ask. */
  move(from: number, move: Move, aids?: MoveAids): MachineView
  /** Runs of programs, in the order of their ticks. */
  activations(from: number, count: number): ActivationWindow
  /** Runs between two times, counted in bins. */
  lanes(fromNs: number, toNs: number, bins: number): LanesView
  /** The world's log. */
  events(from: number, count: number): EventWindow
  /** What user space shows at a tick: the scenario's views. */
  userViews(tick: number): UserViews
  /** What user space has taken out of the maps that views read, up to a tick. */
  records(tick: number): readonly UserRecord[]
  /** The attached program on several CPUs at once, each with the first packet: the value under a key (hex) after each order of turns that is tried. */
  race(cpus: number, map: string, key: string): readonly RaceEnd[]
  /** The same as work in steps, one order each; what is done is kept, and `race` then answers at once. */
  startRace(cpus: number, map: string, key: string): RaceWork
  world(): WorldView
  /** The packets as the program left them, those that it dropped left out. */
  exportPcap(): Uint8Array
  /** For questions that have code of their own, loaded when they are first asked. */
  readonly parts: BuildParts
}

/** What a build is made of. */
export interface BuildParts {
  readonly project: Project
  readonly programs: readonly Program[]
  readonly kernel: KernelBtf | undefined
  readonly arrivals: readonly Arrival[]
  /** Whether each packet is one run of one program. */
  readonly single: boolean
  /** Undefined where nothing has run. */
  readonly timeline: Timeline | undefined
  tables(): ViewTables & MoveTables
}

export interface BuildWork {
  run(): 'more' | 'done'
  /** Only once `run` said 'done'. */
  build(): Build
}

const VERIFY_SLICE = 4000
/** Longest walk whose refused path a search for a witness follows, and how much of it. */
const LONGEST_PATH = 200_000
const MAX_PATH = 2000
const MAX_SEEDS = 8
const RUNS_A_SLICE = 4
/** Instructions after which a run of a rejected program counts as endless. */
const REJECTED_STEPS = 1 << 17
const MAX_VISITS = 64
/** Visits of one instruction that are looked through for what was believed. */
const MAX_BELIEFS = 256

/** Makes worlds of hosts, pods and processes. */
export type MakeNetwork = typeof createNetworkRun

/**
 * `kernel`: the kernel's own types; a build without them says `wantsKernelTypes` where they might change an answer.
 * `anyway`: runs a program on packets although it is rejected, with every access checked.
 * `makeNetwork`: a build without it says `wantsNetwork` where the scenario needs one, and runs nothing.
 */
export function startBuildWith(
  project: Project,
  revision: number,
  now: () => number,
  kernel: KernelBtf | undefined,
  makeNetwork: MakeNetwork | undefined,
  anyway = false,
): BuildWork {
  const steps = buildInSteps(project, revision, now, kernel, makeNetwork, anyway)
  let done: Build | undefined
  return {
    run() {
      if (done) return 'done'
      const next = steps.next()
      if (!next.done) return 'more'
      done = next.value
      return 'done'
    },
    build() {
      if (!done) throw new Error('the build is not done')
      return done
    },
  }
}

function* buildInSteps(
  project: Project,
  revision: number,
  now: () => number,
  kernel: KernelBtf | undefined,
  makeNetwork: MakeNetwork | undefined,
  wantsAnyway: boolean,
): Generator<undefined, Build> {
  const start = now()
  const opened = compileProject(project, kernel)
  const compiled = now()
  yield
  const { flags, privilege = 'root' } = project.verifier
  const options: VerifyOptions = { logLevel: 0, flags, caps: capabilitiesOf(privilege), ...(kernel && { kernel }) }
  const results: VerifyResult[] = []
  for (const program of opened.programs) {
    const verification = startVerify(program, options)
    while (verification.run(VERIFY_SLICE) === 'more') yield
    results.push(verification.result())
  }
  const verified = now()
  yield
  const { scenario } = project
  const { chosen, missing } = chosenPrograms(project, opened.programs)
  const attached = chosen.length === 0 ? -1 : opened.programs.indexOf(chosen[0].program)
  const { inputs, diagnostics: faults } = readInputs(scenario)
  const packets = framesOf(inputs)
  let feature = unmodelledFeature(opened) ?? ''
  const single = isSingle(scenario, chosen)
  const program = opened.programs[attached]
  const targets = [...new Set(chosen.flatMap((c) => tailCallTargets(c.program, opened.programs)))]
  let notRun = whyNotRun(opened, chosen, targets, results, inputs.length > 0 || scenario.stimuli.some((s) => s.kind === 'acts'))
  const anyway = notRun === 'rejected' && wantsAnyway && single && packets.length > 0
  if (anyway) notRun = ''
  const diagnostics = [...opened.diagnostics, ...opened.loading, ...faults, ...missing.map(noProgram)]
  let timeline: Timeline | undefined
  let shown: Shown | undefined
  const wantsNetwork = notRun === '' && !single && makeNetwork === undefined
  if (wantsNetwork) notRun = 'unsupported'
  if (notRun === '') {
    const created =
      single || !makeNetwork
        ? createSingleRun(program, packets, scenario, { targets, kernel, verified: !anyway })
        : makeNetwork(chosen, opened.programs, inputs, scenario, kernel)
    if (created.ok) {
      diagnostics.push(...created.faults.map((fault) => scenarioDiagnostic('input.scenario', 'error', fault)))
      diagnostics.push(...(created.acts ?? []).map(actDiagnostic))
      const observer = observe(created.world, ...watchedMaps(scenario.views))
      shown = { observer, views: scenario.views, processes: created.processes }
      timeline = createTimeline(observer.world, anyway ? REJECTED_STEPS : undefined)
      while (runNext(timeline) === 'more') yield
      const { stopped } = created.world
      if (stopped !== '') diagnostics.push(scenarioDiagnostic('input.limit', 'warning', stopped))
    } else {
      notRun = 'unsupported'
      feature = created.unsupported || created.badMap
      diagnostics.push(scenarioFault(created))
    }
  }
  const ran = now()
  const mainFile = project.build.main
  const programs = opened.programs.map((p, i) => programReport(p, results[i], mainFile))
  const rows = timeline ? packetRuns(timeline).map((run, i) => packetRow(timeline, run, i)) : packets.map(silentRow)
  const report: BuildReport = {
    revision,
    diagnostics,
    programs,
    attached,
    packets: rows,
    passed: rows.filter((r) => r.outcome === 'passed').length,
    dropped: rows.filter((r) => r.outcome === 'dropped').length,
    totalTicks: timeline?.totalTicks ?? 0,
    activations: timeline?.runs.length ?? 0,
    events: timeline?.world.events.count ?? 0,
    ms: { compile: compiled - start, verify: verified - compiled, run: ran - verified },
    notRun,
    ...(anyway && { anyway }),
    notRunFeature: feature,
  }
  const isShort =
    feature !== '' ||
    results.some((r) => r.verdict === 'unsupported') ||
    opened.loading.some((d) => d.severity === 'error') ||
    lacksKernelHeader(opened)
  return {
    ...questions(
      report,
      project,
      opened,
      options,
      results,
      timeline,
      packets,
      single,
      kernel,
      shownBy(shown, project, opened, kernel),
      () => compileProject(project, kernel, true).passes,
    ),
    wantsKernelTypes: kernel === undefined && isShort,
    wantsNetwork,
  }
}

/** The questions that a finished build answers; what they need is computed once and kept. */
function questions(
  report: BuildReport,
  project: Project,
  opened: Opened,
  options: VerifyOptions,
  results: readonly VerifyResult[],
  timeline: Timeline | undefined,
  arrived: readonly Arrival[],
  single: boolean,
  kernel: KernelBtf | undefined,
  show: Show | undefined,
  compilePasses: () => Opened['passes'],
): Omit<Build, 'wantsKernelTypes' | 'wantsNetwork'> {
  const { revision } = report
  const mainFile = project.build.main
  const arrivals = arrived.map((p) => p.data)
  const logs = new Map<string, readonly LogLine[]>()
  const states = new Map<string, readonly StateView[]>()
  let kept: Opened['passes'] | undefined
  const passes = () => (kept ??= compilePasses())
  const lines = report.programs.map((p, i) => Int32Array.from(linesOf(p, opened.programs[i])))
  const indexOf = (program: Program): number => opened.programs.indexOf(program)
  let tables: (ViewTables & MoveTables) | undefined

  const believed = (program: Program, slot: number): readonly StateView[] => {
    const key = `${indexOf(program)}/${slot}`
    const kept = states.get(key)
    if (kept) return kept
    const found = statesAt(program, options, slot, MAX_BELIEFS)
    states.set(key, found)
    return found
  }
  const viewTables = (): ViewTables & MoveTables => {
    const packets = report.packets.map((row) => row.activation)
    const rowOf = new Map(packets.map((run, row) => [run, row]))
    const types = new Map<Program, Btf | undefined>()
    tables ??= {
      revision,
      btf: (program) => {
        if (!types.has(program)) types.set(program, readProgramBtf(program))
        return types.get(program)
      },
      indexOf,
      lines: (running) => lines[indexOf(running)],
      states: believed,
      packetOf: (run) => rowOf.get(run) ?? -1,
      packets,
      program: opened.programs[report.attached],
      programAt: (index) => opened.programs[index],
    }
    return tables
  }
  const ran = (): Timeline => {
    if (!timeline || timeline.runs.length === 0) throw new Error('nothing was run')
    return timeline
  }
  const raceOf = keepRaces((cpus, map, key) => {
    const program = report.notRun === '' ? opened.programs[report.attached] : undefined
    return program && { program, packet: arrivals[0] ?? new Uint8Array(60), cpus, maps: project.scenario.maps, map, key, kernel }
  })

  return {
    report,
    log(program, level, from, count) {
      const key = `${program}/${level}`
      let lines = logs.get(key)
      if (!lines) {
        const target = opened.programs[program]
        lines = target ? logLines(verify(target, { ...options, logLevel: level }).log) : []
        logs.set(key, lines)
      }
      return logWindow(revision, lines, from, count)
    },
    visits(program, insn) {
      const target = opened.programs[program]
      if (!target || results[program].verdict === 'unsupported') return { revision, insn, total: 0, states: [] }
      const all = statesAt(target, options, insn, MAX_BELIEFS)
      return { revision, insn, total: all.length, states: all.slice(0, MAX_VISITS) }
    },
    explain(program) {
      const target = opened.programs[program]
      const explanation = target && explain(target, options, results[program], mainFile)
      return { revision, program, ...(explanation ? { explanation, report: reportLines(target, explanation) } : {}) }
    },
    thinking: (program) => startThinking(opened.programs[program], options, mainFile),
    witness(program) {
      const target = opened.programs[program]
      const result = results[program]
      const explanation = explain(target, options, result, mainFile)
      if (!explanation) return { run: () => 'done', result: () => ({}) }
      const path = result.stats.processed > LONGEST_PATH ? [] : rejectedPath(target, options, MAX_PATH, LONGEST_PATH)
      const search = startWitness({
        program: target,
        code: explanation.code,
        message: result.message,
        insn: result.insn,
        path: path.map((s) => s.insn),
        state: path.at(-1),
        seeds: arrivals.slice(0, MAX_SEEDS),
        kernel,
      })
      return {
        run: () => search.run(RUNS_A_SLICE),
        result() {
          const witness = search.result()
          return witness ? { witness } : {}
        },
      }
    },
    fixes(program) {
      const text = project.files.find((f) => f.path === mainFile)?.text ?? ''
      const compile = (changed: string): Opened =>
        compileProject({ ...project, files: project.files.map((f) => (f.path === mainFile ? { ...f, text: changed } : f)) }, kernel)
      const packets = arrivals.length > 0 ? arrivals : frames()
      const task = { file: mainFile, text, program: opened.programs[program], result: results[program], options, compile, packets }
      return searchWork(startFixes(task), 1)
    },
    move(from, move, aids) {
      const view = viewTables()
      return machineView(ran(), view, moveTo(ran(), view, from, move, aids))
    },
    passes: () => passesView(revision, passes()),
    pass: (index, from, count) => passWindow(revision, passes(), index, from, count),
    flow: (program) =>
      opened.programs[program] ? flowView(revision, program, opened.programs[program]) : { revision, program, blocks: [] },
    types: (program) => typesView(revision, program, opened.programs[program] && readProgramBtf(opened.programs[program])),
    lanes: (fromNs, toNs, bins) => (timeline ? lanesView(timeline, revision, fromNs, toNs, bins) : { revision, lanes: [] }),
    activations: (from, count) =>
      timeline ? activationWindow(timeline, revision, indexOf, from, count) : { revision, total: 0, from: 0, rows: [] },
    events: (from, count) =>
      timeline ? eventWindow(timeline, revision, report.events, from, count) : { revision, total: 0, from: 0, events: [], runs: [] },
    userViews: (tick) => ({
      revision,
      views: timeline && timeline.runs.length > 0 && show ? show.views(timeline, Math.max(0, Math.min(tick, report.totalTicks - 1))) : [],
    }),
    records: (tick) =>
      timeline && timeline.runs.length > 0 && show ? show.records(timeline, Math.max(0, Math.min(tick, report.totalTicks - 1))) : [],
    race(cpus, map, key) {
      const work = raceOf(cpus, map, key)
      while (work.run() === 'more');
      return work.ends()
    },
    startRace: raceOf,
    world: () => (timeline ? worldView(timeline, revision, indexOf, report.events) : emptyWorld(revision)),
    parts: {
      project,
      programs: opened.programs,
      kernel,
      arrivals: arrived,
      single,
      timeline: timeline && timeline.runs.length > 0 ? timeline : undefined,
      tables: viewTables,
    },
    exportPcap() {
      const kept = timeline ? report.packets.filter((row) => row.outcome !== 'dropped') : []
      return writePcap(kept.map((row) => ({ atNs: row.atNs, data: timeline?.runs[row.activation].result.dataOut ?? new Uint8Array(0) })))
    },
  }
}

function programReport(program: Program, result: VerifyResult, mainFile: string): ProgramReport {
  const rows = listing(program, mainFile)
  const { stats } = result
  const lines = linesBySlot(program, mainFile)
  const verdict: Verdict = {
    verdict: result.verdict,
    errno: result.errno,
    message: result.message,
    ...(result.feature === undefined ? {} : { feature: result.feature }),
    insn: result.insn,
    line: result.insn >= 0 ? (lines[result.insn] ?? 0) : 0,
    processed: stats.processed,
    totalStates: stats.totalStates,
    peakStates: stats.peakStates,
    maxStatesPerInsn: stats.maxStatesPerInsn,
    stackDepth: stats.stackDepth,
  }
  return { name: program.name, section: program.section, type: program.type, insnCount: program.code.length / 8, listing: rows, verdict }
}

function linesOf(report: ProgramReport, program: Program): number[] {
  const out = new Array<number>(program.code.length / 8).fill(0)
  for (const row of report.listing) out[row.slot] = row.line
  return out
}

function silentRow(arrival: Arrival, index: number): PacketRow {
  const { summary, protocol } = dissect(arrival.data)
  return {
    index,
    atNs: arrival.atNs,
    sizeBytes: arrival.data.length,
    summary,
    protocol,
    verdict: '',
    retval: 0,
    outcome: 'other',
    firstTick: 0,
    ticks: 0,
    activation: -1,
  }
}

const emptyWorld = (revision: number): WorldView => ({
  revision,
  nodes: [],
  links: [],
  hooks: [],
  activations: 0,
  events: 0,
  endNs: 0,
  stopped: '',
})

function readProgramBtf(program: Program): Btf | undefined {
  if (!program.btf) return undefined
  const read = readBtf(program.btf)
  return read.ok ? read.btf : undefined
}
