// One C program before all judges: compiled by us, judged by our verifier and run by our interpreter, loaded and run by the kernel where it can be
// asked, and run as native code. A difference has a class, so that many programs with one cause are one finding.
import { toHex } from '../../base/index.ts'
import { type CompileInput, compile, type PassChoice } from '../../compiler/index.ts'
import { makeSource } from '../../diag/index.ts'
import { runRecord } from '../../engine/index.ts'
import { load } from '../../loader/index.ts'
import { writeElf } from '../../object/index.ts'
import { verify } from '../../verifier/index.ts'
import { seeded } from '../generate/random.ts'
import { askOracle, askOracleOfMany, type OracleAnswer } from '../oracle.ts'
import type { NativeRun, NativeRuns } from './native.ts'
import { bpfText, type CProgram, generateC } from './program.ts'
import { INPUT_SIZE } from './scope.ts'

/**
 * wrong: another result than native code. exception: ours threw. refused: a diagnostic for valid C. rejected: our verifier or the kernel
 * refuses the object. judges: our verifier and the kernel disagree. large: beyond a limit of BPF, which is no fault.
 */
export type Kind = 'wrong' | 'exception' | 'refused' | 'rejected' | 'judges' | 'large'

export interface Finding {
  readonly kind: Kind
  /** Kind and message with numbers and names taken out. */
  readonly class: string
  readonly detail: string
}

export type Cpu = 1 | 2 | 3 | 4

export interface Judged {
  readonly findings: readonly Finding[]
  readonly insns: number
  /** What the kernel can be asked about. */
  readonly object?: Uint8Array
  /** Our verifier's. */
  readonly verdict?: string
}

export const generated = (seed: number, size?: number): { readonly program: CProgram; readonly cpu: Cpu } => {
  const cpu = ((seed % 4) + 1) as Cpu
  const random = seeded(seed)
  return { cpu, program: generateC(random, { prefix: `p${seed}_`, size: size ?? random.between(3, 24), cpu }) }
}

/** The inputs that the kernel runs programs over. */
const KERNEL_INPUTS: readonly number[] = [0, 5]

/** The same inputs for all programs: the ends of all bytes, small numbers, and noise. */
export function inputs(): readonly Uint8Array[] {
  const noise = seeded(0xbee)
  const fill = (f: (i: number) => number): Uint8Array => Uint8Array.from({ length: INPUT_SIZE }, (_, i) => f(i))
  return [
    fill(() => 0),
    fill(() => 0xff),
    fill((i) => i),
    fill((i) => (i % 3 === 0 ? 0x80 : 0)),
    fill(() => noise.byte()),
    fill(() => noise.byte() & noise.byte()),
  ]
}

/** Diagnostics that tell of limits of BPF. */
const LIMITS: ReadonlySet<string> = new Set(['c.bpf.stack', 'c.bpf.jump-too-far', 'c.bpf.memory-large'])
/** Messages of the verifier that tell of size. */
const TOO_LARGE = /too large|too many|combined stack|stack depth|call stack|too complex|sequence of .* jumps/

export interface JudgeOptions {
  readonly cpu: Cpu
  /** Compile once more with these passes left out: what comes of it has the same results. */
  readonly skipping?: PassChoice
}

export function judgeC(
  program: CProgram,
  packets: readonly Uint8Array[],
  native: readonly (NativeRun | string)[],
  { cpu, skipping }: JudgeOptions,
): Judged {
  const findings: Finding[] = []
  const found = finder(findings)
  const text = bpfText(program)
  const threw = (what: unknown): void => {
    const error = what instanceof Error ? what : new Error(String(what))
    found('exception', error.message.split(';')[0], error.stack?.slice(0, 600))
  }
  const input = { main: makeSource('prog.bpf.c', text), include: () => undefined, includeDirs: [], defines: {}, cpu }
  const checked = attempt(() => compile(input, { check: true }), threw)
  try {
    // What a failed check means for the result is worth knowing too.
    const compiled = checked ?? compile(input)
    const errors = compiled.diagnostics.filter((d) => d.severity === 'error')
    if (!compiled.object) {
      const [first] = errors
      found(
        first && LIMITS.has(first.code) ? 'large' : 'refused',
        `${first?.code} ${first?.params.join(' ')}`,
        text.slice(first?.at?.start, first?.at?.end),
      )
      return { findings, insns: 0 }
    }
    const loaded = load(compiled.object, { objectName: 'prog' })
    const [main] = loaded.programs
    if (!main || loaded.diagnostics.length > 0) {
      found('refused', `load ${loaded.diagnostics.map((d) => `${d.code} ${d.params.join(' ')}`).join()}`)
      return { findings, insns: 0 }
    }
    const insns = main.code.length / 8
    const answer = verify(main, { logLevel: 0 })
    if (answer.verdict !== 'accepted') {
      const said = verify(main, { logLevel: 1 })
      const message = said.message || said.feature || 'no message'
      found(
        TOO_LARGE.test(`${message} ${said.log.slice(-400)}`) ? 'large' : 'rejected',
        `${said.verdict}: ${message}`,
        said.log.slice(-1500),
      )
    } else {
      for (const [i, packet] of packets.entries()) {
        const want = native[i]
        if (typeof want !== 'object') continue
        const run = runRecord(main, packet)
        const trouble = run.fault || run.unsupported || (run.errno ? `errno ${run.errno}` : '')
        if (trouble) found('wrong', `run ${trouble}`)
        else if (run.retval !== want.retval) found('wrong', 'result', `input ${i}: ours ${run.retval}, native ${want.retval}`)
        else if (toHex(run.dataOut) !== want.data) found('wrong', 'packet', `input ${i}: ours ${toHex(run.dataOut)}, native ${want.data}`)
        if (findings.some((f) => f.kind === 'wrong')) break
      }
    }
    if (skipping) runOtherwise({ ...input, skipping }, packets, native, found)
    return { findings, insns, object: writeElf(compiled.object), verdict: answer.verdict }
  } catch (thrown) {
    threw(thrown)
    return { findings, insns: 0 }
  }
}

type Found = (kind: Kind, what: string, detail?: string) => void

const finder =
  (findings: Finding[]): Found =>
  (kind, what, detail = '') =>
    void findings.push({ kind, class: `${kind}: ${generic(what)}`, detail: detail || what })

/** The results of the same program compiled otherwise. The verifier is not asked: less optimised code need not pass. */
function runOtherwise(input: CompileInput, packets: readonly Uint8Array[], native: readonly (NativeRun | string)[], found: Found): void {
  const { object } = compile(input, { check: true })
  const [main] = object ? load(object, { objectName: 'prog' }).programs : []
  if (!main) return
  const left = JSON.stringify(input.skipping)
  for (const [i, packet] of packets.entries()) {
    const want = native[i]
    if (typeof want !== 'object') continue
    const run = runRecord(main, packet)
    if (run.fault || run.unsupported || run.errno) return
    if (run.retval !== want.retval) found('wrong', `result without ${left}`, `input ${i}: ours ${run.retval}, native ${want.retval}`)
    else if (toHex(run.dataOut) !== want.data) found('wrong', `packet without ${left}`, `input ${i}`)
    else continue
    return
  }
}

function attempt<T>(run: () => T, threw: (what: unknown) => void): T | undefined {
  try {
    return run()
  } catch (thrown) {
    threw(thrown)
    return undefined
  }
}

/** What the running kernel says of each program that has an object, beside what was found of it. `repository` is where `oracle/` lies. */
export async function judgeInKernel(
  judged: readonly Judged[],
  packets: readonly Uint8Array[],
  native: NativeRuns,
  repository: string,
): Promise<Judged[]> {
  const asked = judged.flatMap(({ object }) => (object ? [object] : []))
  const answers = await askOracleOfMany('prog.o', asked, inputsOfKernel(packets), repository)
  let at = 0
  return judged.map((j, k) => (j.object ? withKernel(j, j.object, answers[at++], packets, native[k], repository) : j))
}

/** The same of one program, at once. */
export function judgeOneInKernel(
  judged: Judged,
  packets: readonly Uint8Array[],
  native: readonly (NativeRun | string)[],
  repository: string,
): Judged {
  const { object } = judged
  if (!object) return judged
  const answers = inputsOfKernel(packets).map((packet) => askOracle('prog.o', object, packet, 0, repository)[0])
  return withKernel(judged, object, answers, packets, native, repository)
}

const inputsOfKernel = (packets: readonly Uint8Array[]): string[] => KERNEL_INPUTS.map((i) => toHex(packets[i]))

function withKernel(
  judged: Judged,
  object: Uint8Array,
  answers: readonly (OracleAnswer | undefined)[],
  packets: readonly Uint8Array[],
  native: readonly (NativeRun | string)[],
  repository: string,
): Judged {
  const findings = [...judged.findings]
  const log = (i: number): OracleAnswer | undefined => askOracle('prog.o', object, toHex(packets[i]), 1, repository)[0]
  compareWithKernel(answers, native, judged.verdict ?? '', log, finder(findings))
  return { ...judged, findings }
}

function compareWithKernel(
  answers: readonly (OracleAnswer | undefined)[],
  native: readonly (NativeRun | string)[],
  ours: string,
  logOf: (input: number) => OracleAnswer | undefined,
  found: Found,
): void {
  for (const [k, i] of KERNEL_INPUTS.entries()) {
    const answer = answers[k]
    const accepted = answer?.verdict === 'accepted'
    if (accepted !== (ours === 'accepted')) {
      const log = answer && logOf(i)
      found('judges', `${ours} but the kernel ${answer?.verdict ?? 'cannot open it'}`, `${log?.libbpf}\n${log?.log.slice(-1500)}`)
      return
    }
    const want = native[i]
    if (!accepted || typeof want !== 'object' || !answer.run) return
    if (answer.run.errno !== 0) found('wrong', `kernel run errno ${answer.run.errno}`)
    else if (answer.run.retval >>> 0 !== want.retval)
      found('wrong', 'result in the kernel', `input ${i}: kernel ${answer.run.retval >>> 0}, native ${want.retval}`)
    else if (answer.run.data_out !== want.data)
      found('wrong', 'packet in the kernel', `input ${i}: kernel ${answer.run.data_out}, native ${want.data}`)
  }
}

const generic = (text: string): string =>
  text
    .replace(/\bp\d*_\w*/g, 'NAME')
    .replace(/\bb\d+: |\bentry\b/g, '')
    .replace(/[%@]?\b[a-zA-Z]\w*\.\d+/g, 'NAME')
    .replace(/0x[0-9a-f]+/g, 'N')
    .replace(/\b[a-z]?-?\d+\b/g, 'N')
    .replace(/%\d+/g, '%N')
