// Which programs a scenario attaches, and why they do not run.
import type { Diagnostic } from '../diag/index.ts'
import type { Program } from '../isa/index.ts'
import { attachesToNetwork, attachesToProcesses, runsPackets, type StimulusFault } from '../kernel/index.ts'
import type { VerifyResult } from '../verifier/index.ts'
import type { Project } from './project.ts'
import { tailCallTargets } from './tail-calls.ts'
import { type Opened, unmodelledFeature } from './toolchain.ts'
import type { NotRun } from './views.ts'
import { type ChosenProgram, hasProcesses } from './world-run.ts'

/** The programs that the scenario attaches, by name; one without a name, or the only one that is not there, is the object's first. */
export function chosenPrograms(
  { scenario }: Project,
  programs: readonly Program[],
): { readonly chosen: readonly ChosenProgram[]; readonly missing: readonly string[] } {
  const chosen: ChosenProgram[] = []
  const missing: string[] = []
  for (const at of scenario.attach) {
    const mayBeAny = at.program === '' || scenario.attach.length === 1
    const program = programs.find((p) => p.name === at.program) ?? (mayBeAny ? programs[0] : undefined)
    if (program) chosen.push({ program, at })
    else if (programs.length > 0) missing.push(at.program)
  }
  if (hasProcesses(scenario)) chosen.push(...byThemselves(programs, chosen))
  return { chosen, missing }
}

export const scenarioDiagnostic = (code: Diagnostic['code'], severity: Diagnostic['severity'], what: string): Diagnostic => ({
  code,
  severity,
  params: [what],
  labels: [],
  fixes: [],
})

export const noProgram = (name: string): Diagnostic =>
  scenarioDiagnostic('input.scenario', 'error', `there is no program ${name} to attach`)

/** Programs on what processes do attach as their sections say, as a tool's skeleton attaches all it has; those that others tail-call do not. */
function byThemselves(programs: readonly Program[], chosen: readonly ChosenProgram[]): ChosenProgram[] {
  const called = new Set(programs.flatMap((p) => tailCallTargets(p, programs)))
  const others = programs.filter((p) => attachesToProcesses(p.type) && !called.has(p) && !chosen.some((c) => c.program === p))
  return others.map((program) => ({ program, at: { program: program.name, node: '', interface: '' } }))
}

export function actDiagnostic({ code, params, span, stimulus }: StimulusFault): Diagnostic {
  const at = { file: `scenario.stimuli[${stimulus}].text`, start: span.from, end: span.to }
  return { code, severity: 'error', params, at, labels: [], fixes: [] }
}

export function whyNotRun(
  opened: Opened,
  chosen: readonly ChosenProgram[],
  targets: readonly Program[],
  results: readonly VerifyResult[],
  somethingHappens: boolean,
): NotRun {
  if (opened.diagnostics.some((d) => d.severity === 'error')) return 'errors'
  if (chosen.length === 0) return unmodelledFeature(opened) === undefined ? 'no-program' : 'unsupported'
  // A loader gives up where one of the programs that run together is refused.
  const programs = chosen.map((c) => c.program)
  const verdicts = new Set([...programs, ...targets].map((p) => results[opened.programs.indexOf(p)].verdict))
  if (verdicts.has('rejected')) return 'rejected'
  if (
    verdicts.has('unsupported') ||
    !programs.every(({ type }) => runsPackets(type) || attachesToNetwork(type) || attachesToProcesses(type))
  )
    return 'unsupported'
  return somethingHappens ? '' : 'no-packets'
}

export function scenarioFault({ unsupported, badMap, errno }: { unsupported: string; badMap: string; errno: number }): Diagnostic {
  const base = { severity: 'error', labels: [], fixes: [] } as const
  if (unsupported !== '') return { ...base, code: 'input.unsupported', params: [unsupported] }
  return { ...base, code: 'input.map-refused', params: [badMap, String(errno)] }
}
