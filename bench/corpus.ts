// Real programs through Beeyard's compiler and through clang's: does ours compile what clang compiles, does the running kernel take what comes
// out, how large is it, and does it do the same? The programs are somebody else's; they stay where they are.
// Usage: npm run -s corpus -- [-I DIR]... [-D X[=Y]]... [--cpu v3] [--only TEXT] [--part K/N] [--check] [--verify] [--keep DIR] [--memo DIR]
//        [--clang-include DIR]... PATH...
//
// PATH is a C file, a folder (its *.bpf.c, *_kern*.c and other C files that hold SEC), or a list: a file named *.list with one C file a line, each followed
// by -I and -D words of its own. --clang-include names folders of headers that ours brings itself (a newer libbpf than the machine's). --check checks the IR and the registers after every pass, --verify asks Beeyard's verifier too, --keep
// keeps both objects, --memo keeps what clang's objects gave, so that a second run asks after ours alone. A line for each file, then the sums.
// Needs clang-22; without root on Linux 6.18 the kernel is not asked.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { toHex, verify } from '../src/engine/index.ts'
import { load } from '../src/loader/index.ts'
import { type ObjectFile, readElf, SHF_EXECINSTR, writeElf } from '../src/object/index.ts'
import { askOracle, type OracleAnswer, whyNoOracle } from '../src/testkit/oracle.ts'
import { PACKETS } from '../src/testkit/packets.ts'
import { ownObject } from './own-object.ts'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    include: { type: 'string', short: 'I', multiple: true, default: [] },
    'clang-include': { type: 'string', multiple: true, default: [] },
    define: { type: 'string', short: 'D', multiple: true, default: [] },
    cpu: { type: 'string', default: 'v3' },
    only: { type: 'string' },
    part: { type: 'string', default: '1/1' },
    keep: { type: 'string' },
    memo: { type: 'string' },
    check: { type: 'boolean', default: false },
    verify: { type: 'boolean', default: false },
  },
})

interface Source {
  readonly path: string
  readonly includeDirs: readonly string[]
  readonly defines: readonly string[]
}

/** One compiler's object and what is said of it. */
interface Made {
  /** Why there is no object. */
  readonly error?: string
  readonly insns: number
  readonly answers: readonly OracleAnswer[]
  /** Beeyard's verdict by program. */
  readonly verdicts: ReadonlyMap<string, string>
}

const repository = process.cwd()
const noKernel = whyNoOracle(repository)
const packets = PACKETS.map(toHex)
const work = options.keep ?? mkdtempSync(join(tmpdir(), 'beeyard-corpus-'))

function main(): void {
  if (positionals.length === 0) {
    console.log('which files, folders or lists?')
    return
  }
  if (spawnSync('clang-22', ['--version']).status !== 0) {
    console.log('clang-22 is not here: nothing to compare with')
    return
  }
  if (noKernel) console.log(`The running kernel is not asked: ${noKernel}.`)
  mkdirSync(work, { recursive: true })
  const [part, parts] = options.part.split('/').map(Number)
  const sources = positionals.flatMap(sourcesIn).filter((s) => !options.only || s.path.includes(options.only))
  const tally = newTally()
  for (const [i, source] of sources.entries()) if (i % parts === part - 1) judge(source, tally)
  console.log(summary(tally))
  if (!options.keep) rmSync(work, { recursive: true })
}

function sourcesIn(path: string): Source[] {
  const { include: includeDirs, define: defines } = options
  if (path.endsWith('.list')) {
    const lines = readFileSync(path, 'utf8').split('\n')
    return lines.flatMap((line): Source[] => {
      const [file, ...words] = line.trim().split(/\s+/)
      if (!file || file.startsWith('#')) return []
      const own = (flag: string): string[] => words.filter((w) => w.startsWith(flag)).map((w) => w.slice(2))
      return [{ path: file, includeDirs: [...own('-I'), ...includeDirs], defines: [...own('-D'), ...defines] }]
    })
  }
  if (!statSync(path).isDirectory()) return [{ path, includeDirs, defines }]
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.c'))
    .map((name) => join(path, name))
    .filter((file) => existsSync(file) && /\bSEC\s*\(/.test(readFileSync(file, 'utf8')))
    .sort()
    .map((file) => ({ path: file, includeDirs, defines }))
}

interface Tally {
  files: number
  compiled: number
  /** Files that clang compiles. */
  clang: number
  bothCompiled: number
  /** Programs that load with clang, and with us too, in files that both compile; all programs of clang's that load. */
  loads: number
  loadsHere: number
  loadsWithClang: number
  runs: number
  sameRuns: number
  judged: number
  sameVerdicts: number
  readonly insns: number[]
  readonly processed: number[]
}

const newTally = (): Tally => ({
  files: 0,
  compiled: 0,
  clang: 0,
  bothCompiled: 0,
  loads: 0,
  loadsHere: 0,
  loadsWithClang: 0,
  runs: 0,
  sameRuns: 0,
  judged: 0,
  sameVerdicts: 0,
  insns: [],
  processed: [],
})

function judge(source: Source, tally: Tally): void {
  const start = performance.now()
  const ours = compileHere(source)
  const ms = Math.round(performance.now() - start)
  const clang = remembered(source)
  tally.files++
  if (!ours.error) tally.compiled++
  if (!clang.error) tally.clang++
  const words = [source.path, `${ms} ms`]
  if (clang.error) words.push(`clang: ${clang.error}`)
  tally.loadsWithClang += clang.answers.filter(isAccepted).length
  if (ours.error) {
    console.log(`${words.join('  ')}\n    not compiled: ${ours.error}`)
    return
  }
  if (clang.error) {
    console.log(words.join('  '))
    return
  }
  tally.bothCompiled++
  if (clang.insns > 0) tally.insns.push(ours.insns / clang.insns)
  words.push(`${ours.insns}/${clang.insns} insns`)
  const notes: string[] = []
  const [here, there] = [sumProcessed(ours.answers, clang.answers), sumProcessed(clang.answers, ours.answers)]
  if (there > 0) {
    words.push(`${here}/${there} processed`)
    tally.processed.push(here / there)
  }
  for (const theirs of clang.answers) notes.push(...compareProgram(theirs, ours, clang, tally))
  const sameLoads = notes.every((n) => !n.includes('accepted'))
  words.push(notes.length === 0 ? 'same' : sameLoads ? 'RUNS DIFFER' : 'LOADS DIFFER')
  console.log([words.join('  '), ...notes].join('\n    '))
}

const isAccepted = (a: OracleAnswer): boolean => a.verdict === 'accepted'

/** What is not equal for one program; counts on the way. */
function compareProgram(theirs: OracleAnswer, ours: Made, clang: Made, tally: Tally): string[] {
  const notes: string[] = []
  const mine = ours.answers.find((a) => a.name === theirs.name)
  if (!mine) return [`${theirs.name}: not in our object`]
  if (isAccepted(theirs)) {
    tally.loads++
    if (isAccepted(mine)) tally.loadsHere++
    else notes.push(`${theirs.name}: rejected, clang's is accepted: ${lastLines(mine)}`)
  } else if (isAccepted(mine)) notes.push(`${theirs.name}: accepted, clang's is rejected: ${lastLines(theirs)}`)
  for (const [who, made, answer] of [
    ['ours', ours, mine],
    ["clang's", clang, theirs],
  ] as const) {
    const verdict = made.verdicts.get(theirs.name)
    if (verdict === undefined) continue
    tally.judged++
    if (verdict === answer.verdict) tally.sameVerdicts++
    else notes.push(`${theirs.name}: of ${who} the kernel says ${answer.verdict}, Beeyard ${verdict}`)
  }
  const [runs, want] = [runsOf(mine), runsOf(theirs)]
  if (runs.length > 0 && want.length > 0 && want[0].errno !== ENOTSUPP) {
    tally.runs++
    const k = want.findIndex((w, i) => runs[i]?.retval !== w.retval || runs[i]?.data_out !== w.data_out)
    if (k < 0) tally.sameRuns++
    else
      notes.push(`${theirs.name}: packet ${k}: ours ${runs[k]?.retval} ${runs[k]?.data_out}, clang's ${want[k].retval} ${want[k].data_out}`)
  }
  return notes
}

const ENOTSUPP = 524

const runsOf = (a: OracleAnswer) => [...(a.before ?? []), ...(a.run ? [a.run] : [])]

const lastLines = (a: OracleAnswer): string =>
  a.log
    .replace(/\n?(verification time|processed) [\s\S]*$/, '')
    .trim()
    .split('\n')
    .slice(-2)
    .join(' / ') ||
  a.libbpf.trim().split('\n').slice(0, 2).join(' / ') ||
  `errno ${a.errno}`

/** Instructions that the kernel processed for programs that both compilers' objects load. */
function sumProcessed(of: readonly OracleAnswer[], other: readonly OracleAnswer[]): number {
  let sum = 0
  for (const a of of) {
    const also = other.find((o) => o.name === a.name)
    if (isAccepted(a) && also && isAccepted(also)) sum += Number(/processed (\d+) insns/.exec(a.log)?.[1] ?? 0)
  }
  return sum
}

function compileHere({ path, includeDirs, defines }: Source): Made {
  const own = ownObject(path, { includeDirs, defines, cpu: options.cpu }, options.check)
  return 'error' in own ? failed(own.error) : made(path, 'beeyard', own.object, writeElf(own.object))
}

/** What clang makes of a file; from the folder of earlier answers where there is one. Beeyard's own verdicts are never from there. */
function remembered(source: Source): Made {
  if (!options.memo || options.verify) return compileWithClang(source)
  const key = JSON.stringify([source, options['clang-include'], options.cpu, statSync(source.path).mtimeMs, noKernel])
  const file = join(options.memo, `${createHash('sha256').update(key).digest('hex').slice(0, 24)}.json`)
  if (existsSync(file)) return { ...JSON.parse(readFileSync(file, 'utf8')), verdicts: new Map() }
  const { error, insns, answers } = compileWithClang(source)
  mkdirSync(options.memo, { recursive: true })
  writeFileSync(file, JSON.stringify({ error, insns, answers: answers.map((a) => ({ ...a, log: a.log.slice(-2000) })) }))
  return { ...(error !== undefined && { error }), insns, answers, verdicts: new Map() }
}

function compileWithClang({ path, includeDirs, defines }: Source): Made {
  const out = objectPath(path, 'clang')
  const dirs = [...includeDirs, ...options['clang-include'], '/usr/include/x86_64-linux-gnu'].map((d) => `-I${d}`)
  const words = [
    '-O2',
    '-g',
    '-w',
    '-target',
    'bpf',
    `-mcpu=${options.cpu}`,
    ...defines.map((d) => `-D${d}`),
    ...dirs,
    '-c',
    path,
    '-o',
    out,
  ]
  const built = spawnSync('clang-22', words, { encoding: 'utf8' })
  if (built.status !== 0) return failed(/^.*error: .*$/m.exec(built.stderr)?.[0] ?? built.stderr.slice(0, 200))
  const bytes = new Uint8Array(readFileSync(out))
  const { object } = readElf(bytes)
  return object ? made(path, 'clang', object, bytes) : failed('its object cannot be read')
}

const failed = (error: string): Made => ({ error, insns: 0, answers: [], verdicts: new Map() })

const objectPath = (path: string, compiler: string): string => {
  const dir = join(work, compiler, dirname(path).replaceAll('/', '_'))
  mkdirSync(dir, { recursive: true })
  return join(dir, `${basename(path, '.c')}.o`)
}

function made(path: string, compiler: string, object: ObjectFile, bytes: Uint8Array): Made {
  const out = objectPath(path, compiler)
  if (options.keep) writeFileSync(out, bytes)
  const code = object.sections.filter((s) => s.flags & SHF_EXECINSTR)
  const answers = noKernel ? [] : askKernel(basename(out), bytes)
  const verdicts = new Map<string, string>()
  if (options.verify)
    for (const p of load(object, { objectName: basename(out, '.o') }).programs) verdicts.set(p.name, verify(p, { logLevel: 0 }).verdict)
  return { insns: code.reduce((n, s) => n + s.data.length / 8, 0), answers, verdicts }
}

/** What the kernel says of each program; nothing of an object that libbpf does not open. */
function askKernel(name: string, bytes: Uint8Array): readonly OracleAnswer[] {
  try {
    return askOracle(name, bytes, packets, 4, repository, false, 1, true)
  } catch (error) {
    console.log(`    libbpf does not open ${name}: ${(error as { stdout?: string }).stdout?.trim()}`)
    return []
  }
}

const geometricMean = (ratios: readonly number[]): string =>
  ratios.length === 0 ? '-' : Math.exp(ratios.reduce((sum, r) => sum + Math.log(r), 0) / ratios.length).toFixed(3)

const share = (part: number, whole: number): string => `${part} of ${whole}${whole ? ` (${((100 * part) / whole).toFixed(1)} %)` : ''}`

const summary = (t: Tally): string => `
files that compile                       ${share(t.bothCompiled, t.clang)} of those that clang compiles; of all: ${share(t.compiled, t.files)}
programs that load with clang and here   ${share(t.loadsHere, t.loads)}; of all that load with clang: ${share(t.loadsHere, t.loadsWithClang)}
programs with equal results              ${share(t.sameRuns, t.runs)}
verdicts of Beeyard equal to the kernel  ${share(t.sameVerdicts, t.judged)}
instructions, ours to clang's            ${geometricMean(t.insns)} (geometric mean of ${t.insns.length} files)
processed, ours to clang's               ${geometricMean(t.processed)} (geometric mean of ${t.processed.length} files)`

main()
