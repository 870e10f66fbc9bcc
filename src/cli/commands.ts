// The commands compile, dump, verify and run. Each takes its words and answers an exit status: 0 done, 1 rejected or failed, 2 bad usage.
// Text for people goes to `out` and `err`; with --json one JSON document goes to `out`.
import { readFileSync, writeFileSync } from 'node:fs'
import {
  type Diagnostic,
  disassembleProgram,
  type Explanation,
  explain,
  fromHex,
  type KernelBtf,
  type Language,
  type Opened,
  type Program,
  type RunOutcome,
  readCapabilities,
  readCapture,
  rejectionText,
  renderDiagnostics,
  runProgram,
  TEST_FLAGS,
  tailCallTargets,
  toHex,
  type VerifyResult,
  verify,
  writeElf,
  writePcap,
} from '../engine/index.ts'
import { type Arguments, type OptionSpec, readArguments } from './arguments.ts'
import { kernelTypes, openFile, readSettings } from './files.ts'
import { runProject } from './project.ts'

export interface Output {
  out(text: string): void
  err(text: string): void
}

export type Command = (words: readonly string[], output: Output, kernel: KernelBtf) => number

const COMPILE_OPTIONS: readonly OptionSpec[] = [
  { name: '-I', takes: 'values' },
  { name: '-D', takes: 'values' },
  { name: '--cpu', takes: 'value' },
  { name: '--btf', takes: 'value' },
  { name: '--no-pass', takes: 'values' },
  { name: '--last-pass', takes: 'value' },
  { name: '--json', takes: 'nothing' },
]
const SECTION: OptionSpec = { name: '--section', takes: 'value' }

type Read = Extract<Arguments, { ok: true }>

export const compileCommand: Command = (words, output, kernel) =>
  withFile(words, [...COMPILE_OPTIONS, { name: '-o', takes: 'value' }], output, kernel, (opened, args) => {
    const { object } = opened
    const failed = object === undefined
    const target = value(args, '-o') ?? `${args.files[0].replace(/(\.bpf)?\.c$/, '')}.o`
    const bytes = failed ? undefined : writeElf(object)
    if (bytes) writeFileSync(target, bytes)
    if (args.options.has('--json')) {
      const programs = opened.programs.map((p) => ({ name: p.name, section: p.section, type: p.type, insns: p.code.length / 8 }))
      output.out(
        JSON.stringify({ ok: !failed, ...(bytes ? { file: target, bytes: bytes.length } : {}), programs, diagnostics: opened.diagnostics }),
      )
    } else tellDiagnostics(opened, opened.diagnostics, output)
    return failed ? 1 : 0
  })

export const dumpCommand: Command = (words, output, kernel) =>
  withFile(words, [...COMPILE_OPTIONS, SECTION, { name: '--passes', takes: 'nothing' }], output, kernel, (opened, args) => {
    tellDiagnostics(opened, allDiagnostics(opened), output)
    for (const pass of opened.passes) output.out(`== ${pass.pass}\n${pass.text.trimEnd()}\n`)
    for (const program of chosen(opened, value(args, '--section'))) {
      output.out(`${program.section} ${program.name}: ${program.code.length / 8} instructions`)
      for (const line of disassembleProgram(program)) output.out(line)
    }
    return hasErrors(allDiagnostics(opened)) ? 1 : 0
  })

const ALL_CAPABILITIES = 'bpf,perfmon,net_admin'

const VERIFY_OPTIONS: readonly OptionSpec[] = [
  ...COMPILE_OPTIONS,
  SECTION,
  { name: '--log-level', takes: 'value' },
  { name: '--explain', takes: 'value' },
  { name: '--unpriv', takes: 'nothing' },
  { name: '--cap', takes: 'value' },
  { name: '--flags', takes: 'value' },
]

export const verifyCommand: Command = (words, output, kernel) =>
  withFile(words, VERIFY_OPTIONS, output, kernel, (opened, args) => {
    const level = Number(value(args, '--log-level') ?? '1')
    if (!Number.isInteger(level) || level < 0 || level > 7) return usage(output, '--log-level: 0 to 7')
    const language = value(args, '--explain')
    if (language !== undefined && language !== 'en' && language !== 'ko') return usage(output, '--explain: en or ko')
    const caps = readCapabilities(value(args, '--cap') ?? (args.options.has('--unpriv') ? 'none' : ALL_CAPABILITIES))
    if (!caps) return usage(output, '--cap: none, or some of bpf,perfmon,net_admin')
    const flagNames = value(args, '--flags')?.split(',') ?? []
    const unknown = flagNames.find((name) => !Object.hasOwn(TEST_FLAGS, name))
    if (unknown !== undefined) return usage(output, `--flags: ${Object.keys(TEST_FLAGS).join(', ')}`)
    const flags = flagNames.reduce((sum, name) => sum | TEST_FLAGS[name], 0)
    const options = { kernel, caps, flags }
    const json = args.options.has('--json')
    if (!json) tellDiagnostics(opened, allDiagnostics(opened), output)
    const results = chosen(opened, value(args, '--section')).map((program) => ({
      program,
      result: verify(program, { logLevel: level, ...options }),
    }))
    if (json) output.out(JSON.stringify({ programs: results.map(verdictJson), diagnostics: allDiagnostics(opened) }))
    else {
      for (const { program, result } of results) {
        tellVerdict(program, result, output)
        const why = language && explain(program, { logLevel: 0, ...options }, result, args.files[0])
        if (why && language) tellWhy(why, language, output)
      }
    }
    const allAccepted = results.length > 0 && results.every((r) => r.result.verdict === 'accepted')
    return allAccepted && !hasErrors(allDiagnostics(opened)) ? 0 : 1
  })

const RUN_OPTIONS: readonly OptionSpec[] = [
  ...COMPILE_OPTIONS,
  SECTION,
  { name: '--pcap', takes: 'value' },
  { name: '--pcap-out', takes: 'value' },
  { name: '--packet', takes: 'value' },
  { name: '--repeat', takes: 'value' },
  { name: '--engine', takes: 'value' },
]

export const runCommand: Command = (words, output, kernel) =>
  words.some((w) => w.endsWith('.json')) ? runProject(words, output, kernel) : runFile(words, output, kernel)

const runFile: Command = (words, output, kernel) =>
  withFile(words, RUN_OPTIONS, output, kernel, (opened, args) => {
    const packets = readPackets(args)
    if (typeof packets === 'string') return usage(output, packets)
    const repeat = Number(value(args, '--repeat') ?? '1')
    if (!Number.isInteger(repeat) || repeat < 1 || repeat > 1_000_000) return usage(output, '--repeat: 1 to 1000000')
    const engine = value(args, '--engine') ?? 'interp'
    if (engine !== 'interp' && engine !== 'jit') return usage(output, '--engine: interp or jit')
    const json = args.options.has('--json')
    if (!json) tellDiagnostics(opened, allDiagnostics(opened), output)
    const program = chosen(opened, value(args, '--section'))[0]
    if (!program) return fail(output, json, 'no program to run')
    const targets = tailCallTargets(program, opened.programs)
    for (const one of [program, ...targets]) {
      const result = verify(one, { logLevel: 1, kernel })
      if (result.verdict === 'accepted') continue
      if (json) output.out(JSON.stringify({ ...verdictJson({ program: one, result }), diagnostics: allDiagnostics(opened) }))
      else tellVerdict(one, result, output)
      return 1
    }
    const run = runProgram(program, packets, repeat, { engine, targets, kernel })
    const target = value(args, '--pcap-out')
    if (target !== undefined)
      writeFileSync(
        target,
        writePcap(run.packets.flatMap((p) => (p.dataOut && p.outcome === 'passed' ? [{ atNs: p.atNs, data: p.dataOut }] : []))),
      )
    if (json) output.out(JSON.stringify(runJson(program, run)))
    else tellRun(run, output)
    return run.packets.every((p) => p.fault === '' && p.unsupported === '' && p.errno === 0) ? 0 : 1
  })

function tellWhy({ code, params, causes }: Explanation, language: Language, output: Output): void {
  output.out(rejectionText(code, 'what', params, language))
  output.out(rejectionText(code, 'fix', params, language))
  for (const { line, insn, text, register, believed } of causes) {
    output.out(`  ${line > 0 ? `line ${line}, ` : ''}${insn}: ${text}    ${register}=${believed}`)
  }
}

function withFile(
  words: readonly string[],
  specs: readonly OptionSpec[],
  output: Output,
  kernel: KernelBtf,
  use: (opened: Opened, args: Read) => number,
): number {
  const args = readArguments(words, specs)
  if (!args.ok) return usage(output, args.error)
  if (args.files.length !== 1) return usage(output, 'one file is needed')
  const file = args.files[0]
  const settings = readSettings(
    {
      includeDirs: values(args, '-I'),
      defines: values(args, '-D'),
      cpu: value(args, '--cpu'),
      passes: args.options.has('--passes'),
      noPass: values(args, '--no-pass'),
      lastPass: value(args, '--last-pass'),
    },
    file,
  )
  if (!settings.ok) return usage(output, settings.error)
  const types = kernelTypes(value(args, '--btf'), kernel)
  if (typeof types === 'string') return usage(output, types)
  const result = openFile(file, { ...settings.settings, kernel: types })
  return result.ok ? use(result.opened, args) : usage(output, result.error)
}

function readPackets(args: Read): readonly { readonly atNs: number; readonly data: Uint8Array }[] | string {
  const hexText = value(args, '--packet')
  const pcap = value(args, '--pcap')
  if ((hexText === undefined) === (pcap === undefined)) return 'either --pcap FILE or --packet HEX'
  if (hexText !== undefined) {
    const data = fromHex(hexText)
    return data ? [{ atNs: 0, data }] : '--packet: hex of whole bytes'
  }
  let bytes: Uint8Array
  try {
    bytes = new Uint8Array(readFileSync(pcap as string))
  } catch (error) {
    return error instanceof Error ? error.message : 'cannot be read'
  }
  const { packets, diagnostics } = readCapture(bytes)
  return hasErrors(diagnostics) ? `${pcap}: ${renderDiagnostics(diagnostics, () => undefined)}` : packets
}

const value = (args: Read, name: string): string | undefined => args.options.get(name)?.[0]
const values = (args: Read, name: string): readonly string[] => args.options.get(name) ?? []
const hasErrors = (list: readonly Diagnostic[]): boolean => list.some((d) => d.severity === 'error')

/** Programs of the section asked for; all of them without one. A program's own name is taken as well. */
function chosen(opened: Opened, section: string | undefined): readonly Program[] {
  return section === undefined ? opened.programs : opened.programs.filter((p) => p.section === section || p.name === section)
}

const allDiagnostics = (opened: Opened): readonly Diagnostic[] => [...opened.diagnostics, ...opened.loading]

function tellDiagnostics(opened: Opened, list: readonly Diagnostic[], output: Output): void {
  const sources = new Map(opened.sources.map((s) => [s.path, s]))
  if (list.length > 0) output.err(renderDiagnostics(list, (path) => sources.get(path)))
}

function tellVerdict(program: Program, result: VerifyResult, output: Output): void {
  if (result.log !== '') output.out(result.log.trimEnd())
  output.out(
    `${program.section || program.type} ${program.name}: ${result.verdict}${result.feature ? ` (${result.feature})` : ''}${result.errno ? ` errno ${result.errno}` : ''}`,
  )
}

function verdictJson({ program, result }: { program: Program; result: VerifyResult }) {
  const { verdict, errno, message, feature, stats, log } = result
  return {
    name: program.name,
    section: program.section,
    verdict,
    errno,
    message,
    ...(feature === undefined ? {} : { feature }),
    processed: stats.processed,
    total_states: stats.totalStates,
    peak_states: stats.peakStates,
    max_states_per_insn: stats.maxStatesPerInsn,
    stack_depth: stats.stackDepth,
    log,
  }
}

function runJson(program: Program, run: RunOutcome) {
  return {
    name: program.name,
    section: program.section,
    verdict: 'accepted',
    packets: run.packets.map((p) => ({
      retval: p.retval,
      verdict: p.verdict,
      ...(p.dataOut ? { data_out: toHex(p.dataOut) } : {}),
      ...(p.errno ? { errno: p.errno } : {}),
      ...(p.fault ? { fault: p.fault } : {}),
      ...(p.unsupported ? { unsupported: p.unsupported } : {}),
    })),
    maps: run.maps.map((m) => ({ name: m.name, type: m.type, entries: m.entries })),
    printk: run.printk,
  }
}

function tellRun(run: RunOutcome, output: Output): void {
  for (const [i, p] of run.packets.entries()) {
    const what =
      p.fault || (p.unsupported && `unsupported: ${p.unsupported}`) || (p.errno ? `errno ${p.errno}` : `${p.retval} ${p.verdict}`)
    output.out(`${String(i).padStart(4)}  ${what}`)
  }
  for (const line of run.printk) output.out(`printk: ${line}`)
  for (const map of run.maps) {
    output.out(`map ${map.name} (${map.type}), ${map.entries.length} entries`)
    for (const [key, v] of map.entries) if (/[1-9a-f]/.test(v)) output.out(`  ${key} ${v}`)
  }
}

function usage(output: Output, text: string): number {
  output.err(text)
  return 2
}

function fail(output: Output, json: boolean, text: string): number {
  if (json) output.out(JSON.stringify({ error: text }))
  else output.err(text)
  return 1
}
