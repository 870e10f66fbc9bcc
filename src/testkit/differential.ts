// One record before both judges: what ours says and does, and in what it differs from what Linux said and did. A difference has a class, so
// that a thousand programs with one cause are one finding: the kind and the messages with their numbers taken out.
import type { KernelBtf } from '../abi/index.ts'
import { toHex } from '../base/index.ts'
import { readRecord } from '../engine/index.ts'
import type { Program } from '../isa/index.ts'
import { type KernelMap, type RingbufMap, testRun } from '../kernel/index.ts'
import { type Capabilities, type VerifyResult, verify } from '../verifier/index.ts'
import type { GeneratedRecord } from './generate/record.ts'
import type { KernelAnswer } from './records.ts'

export interface OwnAnswer {
  readonly result: VerifyResult
  readonly run?: OwnRun
}
export interface OwnRun {
  readonly errno: number
  readonly retval: number
  readonly data: string
  readonly maps: readonly KernelMap[]
  readonly unwrittenAt: number
  readonly fault: string
  readonly unsupported: string
}

/** lax: we accept, Linux rejects; strict: the other way round. */
export const KINDS = [
  'lax',
  'strict',
  'errno',
  'message',
  'processed',
  'states',
  'log',
  'fault',
  'retval',
  'packet',
  'maps',
  'exception',
] as const
export type Kind = (typeof KINDS)[number]

export interface Difference {
  readonly kind: Kind
  /** Differences of one class have one cause, as far as can be told. */
  readonly class: string
  readonly linux: string
  readonly ours: string
}

export interface Comparison {
  /** What cannot be compared, and why. */
  readonly skipped?: 'error' | 'unsupported'
  readonly feature?: string
  readonly accepted: boolean
  readonly differences: readonly Difference[]
  /** Whether results of a run were compared; 'undetermined' where they differ but any answer is right, 'unsupported' where ours made none. */
  readonly run: 'none' | 'compared' | 'undetermined' | 'unsupported'
}

/** Steps after which a run is given up: may_goto loops go on for a long time. */
const FUEL = 2_000_000

export function programOf(record: GeneratedRecord): Program {
  const read = readRecord(record)
  if (!read.ok) throw new Error(`${record.id}: ${read.error}`)
  return read.record.program
}

/** Our answer; a defect of ours that throws comes out as its text. */
export function ownAnswer(record: GeneratedRecord, logLevel: number, caps?: Capabilities, kernel?: KernelBtf): OwnAnswer | string {
  try {
    const read = readRecord(record)
    if (!read.ok) return read.error
    const { program, packet } = read.record
    const result = verify(program, { logLevel, ...(caps ? { caps } : {}), ...(kernel ? { kernel } : {}) })
    if (result.verdict !== 'accepted' || !packet) return { result }
    const r = testRun({ program, data: packet, fuel: FUEL })
    const { errno, retval, maps, unwrittenAt } = r
    const fault = r.fault ? `${r.fault.kind} at ${r.fault.insn}: ${r.fault.text}` : ''
    return { result, run: { errno, retval, maps, unwrittenAt, fault, data: toHex(r.dataOut), unsupported: r.unsupported ?? '' } }
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 3).join(' ') : String(error)
  }
}

const STATISTICS =
  /(?:verification time \d+ usec\nstack depth ([\d+]*)\n)?(?:processed (\d+) insns \(limit \d+\) max_states_per_insn (\d+) total_states (\d+) peak_states (\d+) mark_read \d+\n)?$/

/** The messages of a log of level 4. */
export function kernelMessage(log: string): string {
  return log
    .replace(STATISTICS, '')
    .split('\n')
    .filter((line) => line !== '' && !/^(cur state:|old state:|; )/.test(line))
    .join('\n')
}

const kernelStates = (log: string): string => {
  const m = STATISTICS.exec(log)
  return `max ${m?.[3] ?? 0} total ${m?.[4] ?? 0} peak ${m?.[5] ?? 0} depth ${m?.[1] ?? ''}`
}

/** Numbers, registers and addresses taken out of a message. */
export const template = (message: string): string =>
  message
    .split('\n')
    .slice(0, 2)
    .join(' / ')
    .replace(/0x[0-9a-f]+/g, '#')
    .replace(/-?\d+/g, '#')
    .slice(0, 160)

/** Logs differ by nature in time and in addresses; those of maps are 0 to who may not see them, unless maps are named by index as in records. */
export const normalLog = (log: string): string =>
  log
    .replace(/verification time \d+ usec/, 'verification time')
    .replace(/0xff[0-9a-f]{14}/g, '0xADDR')
    .replace(/\(18\) (r\d) = 0x(?:0|ADDR)(?: +(?=;)|$)/gm, '(18) $1 = 0xADDR ')

export function compare(record: GeneratedRecord, linux: KernelAnswer, ours: OwnAnswer | string, logLevel: number): Comparison {
  const none = { accepted: false, differences: [], run: 'none' as const }
  if (typeof ours === 'string') {
    return { ...none, differences: [{ kind: 'exception', class: `exception ${template(ours)}`, linux: linux.verdict ?? '', ours }] }
  }
  if (linux.error !== undefined) return { ...none, skipped: 'error', feature: linux.error }
  const { result } = ours
  if (result.verdict === 'unsupported') return { ...none, skipped: 'unsupported', feature: result.feature ?? '' }
  const log = linux.log!
  const message = kernelMessage(log)
  const differences: Difference[] = []
  const tell = (kind: Kind, theirs: string, own: string, cause = ''): void => {
    if (theirs !== own) differences.push({ kind, class: cause ? `${kind} ${cause}` : kind, linux: theirs, ours: own })
  }
  if (result.verdict !== linux.verdict) {
    const lax = result.verdict === 'accepted'
    tell(lax ? 'lax' : 'strict', message || linux.verdict!, result.message || result.verdict, template(lax ? message : result.message))
    return { ...none, differences }
  }
  const accepted = linux.verdict === 'accepted'
  if (!accepted) {
    tell('errno', String(linux.errno), String(result.errno), template(message))
    // With level 1 or 2 the messages stand among the states; the whole log is compared then.
    if ((logLevel & 3) === 0) tell('message', message, result.message, `${template(message)} | ${template(result.message)}`)
  }
  const processed = STATISTICS.exec(log)?.[2] ?? '0'
  tell('processed', processed, String(result.stats.processed), accepted ? 'accepted' : 'rejected')
  const { maxStatesPerInsn, totalStates, peakStates, stackDepth } = result.stats
  tell('states', kernelStates(log), `max ${maxStatesPerInsn} total ${totalStates} peak ${peakStates} depth ${stackDepth}`)
  if (logLevel & 3) {
    const [theirs, own] = firstDifference(normalLog(log), normalLog(result.log))
    tell('log', theirs, own, `${template(theirs)} | ${template(own)}`)
  }
  return { accepted, differences, run: compareRuns(record, linux, ours, tell) }
}

/** The first line in which two texts differ; equal strings where none does. */
function firstDifference(a: string, b: string): [string, string] {
  if (a === b) return ['', '']
  const [x, y] = [a.split('\n'), b.split('\n')]
  const i = x.findIndex((line, k) => line !== y[k])
  return i < 0 ? ['(end)', y[x.length] ?? ''] : [x[i]!, y[i] ?? '(end)']
}

/** Helpers that answer differently from run to run. */
const UNSTABLE = new Set([5, 7, 14, 15, 16, 34, 35, 80, 118, 122, 125, 160, 172, 208, 46, 47, 165])

function callsUnstable(code: string): boolean {
  for (let at = 0; at < code.length; at += 16) {
    if (code.slice(at, at + 2) !== '85' || code[at + 2] !== '0') continue
    if (UNSTABLE.has(Number.parseInt(code.slice(at + 8, at + 10), 16)) && code.slice(at + 10, at + 16) === '000000') return true
  }
  return false
}

type Tell = (kind: Kind, theirs: string, own: string, cause?: string) => void

function compareRuns(record: GeneratedRecord, linux: KernelAnswer, ours: OwnAnswer, tell: Tell): Comparison['run'] {
  const { run } = ours
  if (!run || !linux.run) return 'none'
  if (run.unsupported !== '') return 'unsupported'
  const found = runDifferences(record.gen, linux.run, run)
  if (found.length === 0) return 'compared'
  if (found[0]![0] !== 'fault' && whyUndetermined(record, linux, run.unwrittenAt)) return 'undetermined'
  for (const args of found) tell(...args)
  return 'compared'
}

/** In what a run of ours ended otherwise than Linux's: kind, Linux's, ours, and what tells causes apart. */
export function runDifferences(gen: string, linux: NonNullable<KernelAnswer['run']>, run: OwnRun): [Kind, string, string, string][] {
  if (run.fault !== '') return [['fault', 'ran', run.fault, template(run.fault)]]
  if (run.errno !== (linux.errno ?? 0)) return [['retval', `errno ${linux.errno ?? 0}`, `errno ${run.errno}`, 'errno']]
  if (run.errno !== 0) return []
  const found: [Kind, string, string, string][] = []
  if (run.retval !== linux.retval) found.push(['retval', String(linux.retval), String(run.retval), gen])
  if (run.data !== linux.data_out) found.push(['packet', linux.data_out ?? '', run.data, gen])
  const maps = differentMaps(linux.maps ?? [], run.maps)
  if (maps) found.push(['maps', maps[0], maps[1], gen])
  return found
}

/** Why the results of a run need not be equal, if so. The kernel's proof has to have been asked for. */
export function whyUndetermined(
  record: GeneratedRecord,
  { proved }: Pick<KernelAnswer, 'proved'>,
  unwrittenAt: number,
): 'unwritten stack' | 'addresses' | 'time or chance' | undefined {
  if (unwrittenAt >= 0) return 'unwritten stack'
  if (callsUnstable(record.insns)) return 'time or chance'
  return proved ? undefined : 'addresses'
}

function differentMaps(
  linux: NonNullable<NonNullable<KernelAnswer['run']>['maps']>,
  ours: readonly KernelMap[],
): [string, string] | undefined {
  for (const { index, entries } of linux) {
    const map = ours[index]
    if (!map) continue
    const sorted = map.def.type.includes('hash')
    const theirs = JSON.stringify(sorted ? [...entries].sort(([a], [b]) => (a < b ? -1 : 1)) : entries)
    const own = JSON.stringify(dump(map))
    if (theirs !== own) return [`map ${index} ${map.def.type} ${theirs}`, `map ${index} ${map.def.type} ${own}`]
  }
  return undefined
}

function dump(map: KernelMap): [string, string][] {
  if (map.def.type === 'ringbuf')
    return (map as RingbufMap).ring.records().map((r) => [r.state === 'submitted' ? '' : r.state, toHex(r.data)])
  const rows = map.entries().map((e): [string, string] => [toHex(e.key), toHex(e.value.subarray(0, map.def.valueSize))])
  return map.def.type.includes('hash') ? rows.sort(([a], [b]) => (a < b ? -1 : 1)) : rows
}
