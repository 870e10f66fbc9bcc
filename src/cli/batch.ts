// The batch command: one request a line, one answer a line, in order, streaming. Whatever comes in is answered; a line that is no request
// gets {"error"} and the next one goes on. A request is a recorded program (raw instructions, maps, a packet) or names a C, object or assembly
// file, or brings a source. Clock and file reading are handed in.
import {
  fromHex,
  type KernelBtf,
  keptKernel,
  type Opened,
  openC,
  type Program,
  readRecord,
  runRecord,
  startVerify,
  toHex,
  unmodelledFeature,
  type VerifyResult,
  writeElf,
} from '../engine/index.ts'
import { openFile, readSettings } from './files.ts'

type Fields = Readonly<Record<string, unknown>>
export type Now = () => number

/** Longest line that is looked at, in characters. */
const MAX_LINE = 64 * 1024 * 1024

/** The answer to one line, as JSON text without a line end. */
export function answerLine(line: string, now: Now, kernel?: KernelBtf): string {
  if (line.length > MAX_LINE) return JSON.stringify({ error: 'the line is too long' })
  let request: unknown
  try {
    request = JSON.parse(line)
  } catch (error) {
    return JSON.stringify({ error: `not JSON: ${error instanceof Error ? error.message : ''}` })
  }
  if (typeof request !== 'object' || request === null || Array.isArray(request)) return JSON.stringify({ error: 'a request is an object' })
  const fields = request as Fields
  const id = fields['id']
  try {
    const answer = fields['insns'] === undefined ? answerOperation(fields, now, kernel) : answerRecord(fields, now, kernel)
    return JSON.stringify({ ...(id === undefined ? {} : { id }), ...answer })
  } catch (error) {
    // A defect of ours; it must not end the stream.
    return JSON.stringify({
      ...(id === undefined ? {} : { id }),
      error: `defect: ${error instanceof Error ? error.message : String(error)}`,
    })
  }
}

function answerRecord(fields: Fields, now: Now, kernel: KernelBtf | undefined): object {
  const read = readRecord(fields, kernel)
  if (!read.ok) return { error: read.error }
  const { program, packet } = read.record
  const start = now()
  const result = verifyWhole(program, logLevel(fields), kernel)
  const verified = now()
  if (result.verdict !== 'accepted' || !packet) return { ...verdict(result, fields), ms: { compile: 0, verify: verified - start, run: 0 } }
  const run = runRecord(program, packet, { engine: engineName(fields), kernel })
  const ms = { compile: 0, verify: verified - start, run: now() - verified }
  if (run.unsupported !== '') return { ...verdict(result, fields), verdict: 'unsupported', feature: run.unsupported, ms }
  return { ...verdict(result, fields), run: runFields(run), ms }
}

function answerOperation(fields: Fields, now: Now, kernel: KernelBtf | undefined): object {
  const op = fields['op']
  if (op !== 'compile' && op !== 'verify' && op !== 'run') return { error: 'op: compile, verify or run (or a record with insns)' }
  const start = now()
  const opened = open(fields, kernel)
  if (typeof opened === 'string') return { error: opened }
  const compiled = now()
  const ms = (verify: number, run: number) => ({ ms: { compile: compiled - start, verify, run } })
  const all = op === 'compile' ? opened.diagnostics : [...opened.diagnostics, ...opened.loading]
  const diagnostics = all.length > 0 ? { diagnostics: all } : {}
  const section = fields['section']
  const program = opened.programs.find((p) => section === undefined || p.section === section || p.name === section)
  if (op === 'compile') {
    const ok = opened.object !== undefined
    const programs = opened.programs.map((p) => ({ name: p.name, section: p.section, type: p.type, insns: toHex(p.code) }))
    return { ok, ...(ok && opened.object ? { object: toHex(writeElf(opened.object)) } : {}), programs, ...diagnostics, ...ms(0, 0) }
  }
  const feature = unmodelledFeature(opened)
  if (!program && feature !== undefined) return { verdict: 'unsupported', errno: 0, message: '', feature, ...diagnostics, ...ms(0, 0) }
  if (!program) return { error: 'there is no such program', ...diagnostics, ...ms(0, 0) }
  const before = now()
  const result = verifyWhole(program, logLevel(fields), kernel)
  const verifyMs = now() - before
  if (op === 'verify' || result.verdict !== 'accepted') return { ...verdict(result, fields), ...diagnostics, ...ms(verifyMs, 0) }
  const packet = typeof fields['packet'] === 'string' ? fromHex(fields['packet']) : undefined
  if (!packet) return { error: 'packet: hex', ...diagnostics, ...ms(verifyMs, 0) }
  const beforeRun = now()
  const run = runRecord(program, packet, { engine: engineName(fields), kernel })
  if (run.unsupported !== '')
    return {
      ...verdict(result, fields),
      verdict: 'unsupported',
      feature: run.unsupported,
      ...diagnostics,
      ...ms(verifyMs, now() - beforeRun),
    }
  return { ...verdict(result, fields), run: runFields(run), ...diagnostics, ...ms(verifyMs, now() - beforeRun) }
}

function open(fields: Fields, kernel: KernelBtf | undefined): Opened | string {
  const words = {
    includeDirs: strings(fields['include']),
    defines: strings(fields['defines']),
    cpu: typeof fields['cpu'] === 'string' ? fields['cpu'] : undefined,
  }
  const path = typeof fields['path'] === 'string' ? fields['path'] : undefined
  const read = readSettings(words, path ?? 'main.bpf.c')
  if (!read.ok) return read.error
  const settings = { ...read.settings, ...(kernel && { kernel: keptKernel(kernel) }) }
  if (typeof fields['source'] === 'string') return openC(path ?? 'main.bpf.c', fields['source'], settings)
  if (path === undefined) return 'path or source is needed'
  const file = openFile(path, settings)
  return file.ok ? file.opened : file.error
}

function verifyWhole(program: Program, level: number, kernel: KernelBtf | undefined): VerifyResult {
  const verification = startVerify(program, { logLevel: level, ...(kernel && { kernel }) })
  while (verification.run(1_000_000) === 'more');
  return verification.result()
}

const engineName = (fields: Fields): 'interp' | 'jit' => (fields['engine'] === 'jit' ? 'jit' : 'interp')

const strings = (x: unknown): string[] => (Array.isArray(x) ? x.filter((s) => typeof s === 'string') : [])

/** Level of the log that is made; level 4 (statistics alone) unless the request asks for a log. */
function logLevel(fields: Fields): number {
  const level = fields['log_level']
  return typeof level === 'number' && Number.isInteger(level) && level >= 0 && level <= 7 ? level : 4
}

function verdict(result: VerifyResult, fields: Fields) {
  return {
    verdict: result.verdict,
    errno: result.errno,
    message: result.message,
    processed: result.stats.processed,
    total_states: result.stats.totalStates,
    peak_states: result.stats.peakStates,
    max_states_per_insn: result.stats.maxStatesPerInsn,
    ...(result.feature === undefined ? {} : { feature: result.feature }),
    ...(fields['log_level'] === undefined ? {} : { log: result.log }),
  }
}

type RecordRun = ReturnType<typeof runRecord>

function runFields(run: RecordRun) {
  return {
    ...(run.errno ? { errno: run.errno } : { retval: run.retval, data_out: toHex(run.dataOut) }),
    ...(run.fault ? { fault: run.fault } : {}),
    maps: run.maps,
  }
}
