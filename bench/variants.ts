// Variants of the programs of objects before the running kernel and before ours: what differs, in classes, with what was changed.
// Usage: npm run -s variants -- [--seed N] [--count N] [--level 4|1|2] [--budget SECONDS] [--show N] [--only KIND] [--id FILE.PROGRAM] [--at K]
//   [--slow USEC] [--caps LIST] PATH...
//   PATH is an object or a folder of objects. --count variants (50) are made of each program; those that take the kernel longer than --slow (3000)
//   microseconds are left out. --id and --at look at one variant: where its logs of level 2 part. Exit code 1 where we accept what Linux rejects, or throw.
import { readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { helpers, loadKernelBtf, progTypes } from '../src/abi/index.ts'
import { fromHex } from '../src/base/index.ts'
import { disassemble } from '../src/isa/index.ts'
import { type Comparison, compare, type Difference, KINDS, type Kind, kernelMessage, type OwnAnswer } from '../src/testkit/differential.ts'
import { variantOf } from '../src/testkit/generate/variant.ts'
import { type GeneratedRecord, seeded } from '../src/testkit/index.ts'
import { type CapturedTypes, capturedProgram, hasBadMap, whyNoObjects } from '../src/testkit/objects.ts'
import type { KernelAnswer } from '../src/testkit/records.ts'
import { asCaptured, askVariants, type RawCaptured, type VariantQuestion } from '../src/testkit/variants.ts'
import { LINUX_CRASHES, readCapabilities, verify } from '../src/verifier/index.ts'
import { tellApart } from './ledger.ts'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '50' },
    level: { type: 'string', default: '4' },
    budget: { type: 'string', default: '50' },
    show: { type: 'string', default: '30' },
    slow: { type: 'string', default: '3000' },
    only: { type: 'string' },
    id: { type: 'string' },
    at: { type: 'string' },
    caps: { type: 'string' },
  },
})
const root = process.cwd()
const level = Number(options.level) | 4
const deadline = performance.now() + 1000 * Number(options.budget)
const caps = options.caps === undefined ? undefined : readCapabilities(options.caps)
const kernel = await loadKernelBtf()

interface Finding {
  readonly difference: Difference
  readonly id: string
  readonly changes: string
  readonly lines: string
  count: number
}
const findings = new Map<string, Finding>()
const features = new Map<string, number>()
const kinds = Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<Kind, number>
let asked = 0
let judged = 0
let equal = 0
let rejected = 0
/** Names of the running kernel's functions and variables by id, as programs mention them. */
const names: Record<string, string> = {}
const kfuncs: number[] = []
const HELPERS = helpers.map((h) => h.id)

/** Kinds of programs that need nothing to attach to. */
const TYPES = progTypes.filter(({ name }) => !/^(tp_btf|iter|struct_ops|tracing|fexit|fmod_ret|lsm|ext|lirc)/.test(name))
const FLAGS = [1, 2, 8, 8, 16, 128]
const PROG_ARRAY = 3

function seedOf(text: string): number {
  let x = Number(options.seed)
  for (const c of text) x = (Math.imul(x, 31) + c.charCodeAt(0)) | 0
  return x
}

async function onProgram(
  captured: RawCaptured,
  types: CapturedTypes,
  ask: (q: readonly VariantQuestion[]) => Promise<KernelAnswer[]>,
): Promise<void> {
  const name = `${basename(captured.file, '.o')}.${captured.name}`
  if (options.id && options.id !== name) return
  if (captured.usec > Number(options.slow) || hasBadMap(captured) || captured.errno === 1) return
  for (const [id, known] of Object.entries(captured.kernel)) {
    if (known !== '' && !(id in names)) {
      names[id] = known
      if (/^(bpf_|hid_bpf|crash_|scx_|__bpf)/.test(known)) kfuncs.push(Number(id))
    }
  }
  const code = fromHex(captured.insns)!
  const variants: { k: number; changes: string; question: VariantQuestion; own: OwnAnswer | string }[] = []
  for (let k = 0; k < Number(options.count); k++) {
    const r = seeded(seedOf(`${name}#${k}`))
    const { code: changed, changes } = variantOf(r, code, { helpers: HELPERS, kfuncs: used(captured) })
    // An array of programs belongs to the type that used it first.
    const other = captured.attach_to === undefined && r.chance(4) && !captured.maps.some((map) => map.type === PROG_ARRAY)
    const flags = r.chance(12) ? captured.flags ^ r.pick(FLAGS) : captured.flags
    const { id: type, attachType } = other ? r.pick(TYPES) : { id: captured.type, attachType: captured.attach_type }
    const question = { code: changed, type, attachType, flags }
    if (options.at !== undefined && k !== Number(options.at)) continue
    // Ours answers first: a program on which the kernel would crash is not handed to it.
    const own = ownAnswer(captured, types, question, level)
    if (typeof own !== 'string' && own.result.feature === LINUX_CRASHES) continue
    variants.push({
      k,
      changes: `${changes}${other ? ` type ${question.type}` : ''}${flags === captured.flags ? '' : ` flags ${flags}`}`,
      question,
      own,
    })
  }
  const answers = await ask(variants.map((v) => v.question))
  for (const [i, { k, changes, question, own }] of variants.entries()) {
    const foreign = asCaptured(captured, question, answers[i]!, names, kernel)
    const comparison = compare({} as GeneratedRecord, { ...answers[i]!, log: foreign.log }, own, level)
    count(comparison)
    for (const difference of comparison.differences) {
      const found = findings.get(difference.class)
      if (found) found.count++
      else
        findings.set(difference.class, { difference, id: `${name} --at ${k}`, changes, lines: changedLines(code, question.code), count: 1 })
    }
    if (options.at !== undefined) {
      const [full] = await askAgain(captured, question)
      if (full && typeof own !== 'string') tellApart(full.linux, full.own)
    }
  }
  async function askAgain(program: RawCaptured, q: VariantQuestion): Promise<{ linux: string; own: string }[]> {
    if (level & 2) {
      const own = ownAnswer(program, types, q, level)
      const [answer] = await ask([q])
      return typeof own === 'string' || !answer ? [] : [{ linux: asCaptured(program, q, answer, names, kernel).log, own: own.result.log }]
    }
    return []
  }
}

/** Kfuncs that the program calls already, and all that were seen. */
const used = (captured: RawCaptured): number[] => {
  const own = Object.keys(captured.kernel)
    .map(Number)
    .filter((id) => kfuncs.includes(id))
  return [...own, ...own, ...own, ...kfuncs]
}

function ownAnswer(captured: RawCaptured, types: CapturedTypes, q: VariantQuestion, logLevel: number): OwnAnswer | string {
  const own = asCaptured(captured, q, { id: '', verdict: 'accepted', errno: 0, log: '' }, names, kernel)
  const program = capturedProgram(own, types)
  if (typeof program === 'string') return { result: { ...verify(EMPTY, { logLevel: 0 }), verdict: 'unsupported', feature: program } }
  try {
    const result = verify(program, { logLevel, kernel, ...(caps ? { caps } : {}) })
    // What is said of global functions stands in the kernel's log too, but is no message.
    return { result: { ...result, message: (logLevel & 3) === 0 ? kernelMessage(result.log) : result.message } }
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 3).join(' ') : String(error)
  }
}

const EMPTY = {
  name: '',
  section: '',
  type: 'xdp',
  attachType: 0,
  license: 'GPL',
  flags: 0,
  code: new Uint8Array(0),
  maps: [],
  lines: [],
  spans: [],
  subprogs: [],
  vars: [],
}

function changedLines(before: Uint8Array, after: Uint8Array): string {
  const a = disassemble(before)
  const b = disassemble(after)
  return b.flatMap((line, i) => (line === a[i] ? [] : [`    ${i}: ${a[i] || '-'}  ->  ${line || '-'}`])).join('\n')
}

function count(c: Comparison): void {
  asked++
  if (c.skipped === 'unsupported') features.set(c.feature ?? '', (features.get(c.feature ?? '') ?? 0) + 1)
  if (c.skipped) return
  judged++
  for (const { kind } of c.differences) kinds[kind]++
  if (c.differences.some((d) => d.kind === 'lax' || d.kind === 'strict' || d.kind === 'exception')) return
  equal++
  if (!c.accepted) rejected++
}

const files = positionals.flatMap((path) =>
  statSync(path).isDirectory()
    ? readdirSync(path, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.o'))
        .sort()
        .map((name) => join(path, name))
    : [path],
)

async function main(): Promise<void> {
  const missing = whyNoObjects(root)
  if (missing) {
    console.log(`skipped: the running kernel cannot be asked (${missing}).`)
    return
  }
  let left = 0
  for (const file of files) {
    if (options.id && !options.id.startsWith(`${basename(file, '.o')}.`)) continue
    if (performance.now() > deadline) left++
    else await askVariants(file, level, root, { program: onProgram }, options.caps)
  }
  const share = (wrong: number, of: number): string => (of ? ((100 * (of - wrong)) / of).toFixed(2) : '-')
  console.log(
    `${asked} variants, ${judged} judged: ${share(judged - equal, judged)} % equal verdicts, lax ${kinds.lax}, strict ${kinds.strict}, exceptions ${kinds.exception}; ` +
      `messages ${share(kinds.message, rejected)} % of ${rejected}, errno ${share(kinds.errno, rejected)} %, processed ${share(kinds.processed, equal)} %, ` +
      `states ${share(kinds.states, equal)} %${level & 3 ? `, logs ${share(kinds.log, equal)} %` : ''}${left ? `; ${left} objects left` : ''}`,
  )
  const list = [...features].sort((a, b) => b[1] - a[1]).slice(0, 40)
  if (list.length) console.log(`not modelled: ${list.map(([name, n]) => `${name} ${n}`).join(', ')}`)
  const order = [...findings.values()]
    .filter(({ difference }) => !options.only || difference.kind === options.only)
    .sort((a, b) => KINDS.indexOf(a.difference.kind) - KINDS.indexOf(b.difference.kind) || b.count - a.count)
  for (const { difference, id, changes, lines, count: n } of order.slice(0, Number(options.show))) {
    console.log(`\n${n} x ${difference.class}\n  --id ${id}  (${changes})\n${lines}`)
    console.log(`  Linux: ${difference.linux.slice(0, 500).replaceAll('\n', '\n         ')}`)
    console.log(`  ours:  ${difference.ours.slice(0, 500).replaceAll('\n', '\n         ')}`)
  }
  process.exitCode = kinds.lax + kinds.exception > 0 ? 1 : 0
}

await main()
