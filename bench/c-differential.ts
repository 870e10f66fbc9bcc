// Random C programs, compiled by us and by the native compiler: the same results from our interpreter, the running kernel and native code.
// Usage: npm run c-differential -- [--seed FIRST] [--count N] [--batch N] [--size N] [--kernel] [--shrink] [--one SEED] [--clang] [--sanitize]
//                                 [--passes] [--seconds N]
//        npm run c-differential -- --features
// Needs gcc; --kernel needs root on Linux 6.18. --one shows one program, --shrink makes the first of each class small, --clang says of each rejected
// program whether clang's object is accepted, --sanitize asks the native compiler whether the programs are defined
// at all, --passes compiles each once more with a pass or all behind some place left out (what may be: the list of opt/), --seconds stops early,
// --features asks native compilers whether the results that stand in src/compiler/fixtures/features are right.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { PASS_NAMES, type PassChoice } from '../src/compiler/index.ts'
import {
  type Cpu,
  type Finding,
  generated,
  inputs,
  type Judged,
  judgeC,
  judgeInKernel,
  judgeOneInKernel,
} from '../src/testkit/generate-c/differential.ts'
import { type NativeRun, type NativeRuns, runNative, runNativeBeside } from '../src/testkit/generate-c/native.ts'
import { bpfText, type CProgram } from '../src/testkit/generate-c/program.ts'
import { shrinkC } from '../src/testkit/generate-c/shrink.ts'
import { askOracle, whyNoOracle } from '../src/testkit/oracle.ts'

const { values: options } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '400' },
    batch: { type: 'string', default: '80' },
    size: { type: 'string' },
    seconds: { type: 'string' },
    passes: { type: 'boolean', default: false },
    one: { type: 'string' },
    only: { type: 'string' },
    kernel: { type: 'boolean', default: false },
    shrink: { type: 'boolean', default: false },
    clang: { type: 'boolean', default: false },
    sanitize: { type: 'boolean', default: false },
    features: { type: 'boolean', default: false },
  },
})
const repository = process.cwd()
const packets = inputs()
const until = options.seconds === undefined ? Number.POSITIVE_INFINITY : performance.now() + 1000 * Number(options.seconds)
const size = options.size === undefined ? undefined : Number(options.size)

interface Class {
  readonly first: { readonly seed: number; readonly program: CProgram; readonly cpu: Cpu; readonly finding: Finding }
  readonly seeds: number[]
}

interface Made {
  readonly seed: number
  readonly program: CProgram
  readonly cpu: Cpu
}

async function main(): Promise<void> {
  if (options.kernel || options.clang) {
    const missing = whyNoOracle(repository)
    if (missing) {
      console.log(`The running kernel is not asked: ${missing}.`)
      return
    }
  }
  if (options.features) features()
  else if (options.one !== undefined) one(Number(options.one))
  else if (options.sanitize) sanitizeAll()
  else await many()
}

const [first, count, batch] = [Number(options.seed), Number(options.count), Number(options.batch)]

function* batches(): Generator<readonly Made[]> {
  for (let from = first; from < first + count && performance.now() < until; from += batch) {
    const seeds = Array.from({ length: Math.min(batch, first + count - from) }, (_, i) => from + i)
    yield seeds.map((seed) => ({ seed, ...generated(seed, size) }))
  }
}

/** gcc and the kernel work beside us: while we judge a batch, gcc compiles and runs the next one and the kernel judges the last one. */
async function many(): Promise<void> {
  const classes = new Map<string, Class>()
  let [tried, insns, sound] = [0, 0, 0]
  const count = (made: readonly Made[], judged: readonly Judged[]): void => {
    for (const [k, { findings, insns: size }] of judged.entries()) {
      tried++
      insns += size
      if (findings.length === 0) sound++
      for (const finding of findings) {
        const known = classes.get(finding.class)
        if (known) known.seeds.push(made[k].seed)
        else classes.set(finding.class, { first: { ...made[k], finding }, seeds: [made[k].seed] })
      }
    }
  }
  const start = (
    next: IteratorResult<readonly Made[]>,
  ): { readonly made: readonly Made[]; readonly runs: Promise<NativeRuns> } | undefined => {
    if (next.done) return undefined
    const programs = next.value.map((m) => m.program)
    return { made: next.value, runs: runNativeBeside(programs, packets) }
  }
  const source = batches()
  let asking: Promise<void> = Promise.resolve()
  for (let now = start(source.next()); now; ) {
    const { made } = now
    const runs = await now.runs
    const next = start(source.next())
    const judged = made.map(({ seed, program, cpu }, i) => judgeC(program, packets, runs[i], { cpu, ...leftOut(seed) }))
    await asking
    asking = (options.kernel ? judgeInKernel(judged, packets, runs, repository) : Promise.resolve(judged)).then((all) => count(made, all))
    now = next
  }
  await asking
  console.log(
    `${tried} programs from ${first} on, ${sound} without a finding, ${Math.round(insns / Math.max(1, tried))} instructions on average`,
  )
  for (const [name, { first: example, seeds }] of [...classes].sort(([, a], [, b]) => b.seeds.length - a.seeds.length)) {
    console.log(`\n${seeds.length} x ${name}   (seeds ${seeds.slice(0, 8).join(' ')})\n${example.finding.detail.slice(-600)}`)
    if (options.clang && example.finding.kind === 'rejected') console.log(`clang: ${askClang(example.program, example.cpu)}`)
    if (options.shrink && example.finding.kind !== 'large') show(example.program, example.cpu, name, leftOut(example.seed))
  }
}

/** A pass, everything, or everything behind some place, by turns. */
function leftOut(seed: number): { readonly skipping?: PassChoice } {
  if (!options.passes) return {}
  const k = Math.floor(seed / 4)
  return { skipping: k % 2 === 0 ? { names: [PASS_NAMES[(k / 2) % PASS_NAMES.length]] } : { after: ((k - 1) / 2) % 36 } }
}

function one(seed: number): void {
  const { program, cpu } = generated(seed, size)
  const native = runNative([program], packets)
  if (!native.ok) {
    console.log(native.error)
    return
  }
  console.log(bpfText(program))
  const { findings } = judgeOne(program, native.runs[0], cpu, leftOut(seed), options.kernel)
  for (const f of findings) console.log(`cpu v${cpu} ${f.class}\n${f.detail}`)
  const target = findings.find((f) => options.only === undefined || f.class.startsWith(options.only))
  if (target && options.clang) console.log(`clang: ${askClang(program, cpu)}`)
  if (target && options.shrink) show(program, cpu, target.class, leftOut(seed))
}

function judgeOne(
  program: CProgram,
  runs: readonly (NativeRun | string)[],
  cpu: Cpu,
  left: { readonly skipping?: PassChoice },
  inKernel: boolean,
): Judged {
  const judged = judgeC(program, packets, runs, { cpu, ...left })
  return inKernel ? judgeOneInKernel(judged, packets, runs, repository) : judged
}

function show(program: CProgram, cpu: Cpu, name: string, left: { readonly skipping?: PassChoice }): void {
  const judge = (candidate: CProgram, runs: readonly (NativeRun | string)[]): readonly Finding[] =>
    judgeOne(candidate, runs, cpu, name.includes(' without ') ? left : {}, /judges|kernel/.test(name)).findings
  const holds = (candidate: CProgram): boolean => {
    // Only a wrong result needs to know the right one.
    const native = name.startsWith('wrong') ? runNative([candidate], packets) : ({ ok: true, runs: [[]] } as const)
    return native.ok && judge(candidate, native.runs[0]).some((f) => f.class === name)
  }
  const small = shrinkC(program, holds, 500)
  const text = bpfText(small)
  console.log(`cpu v${cpu}\n${text.slice(text.indexOf('struct xdp_md'))}`)
  const native = runNative([small], packets)
  if (native.ok)
    console.log(
      judge(small, native.runs[0])
        .map((f) => f.detail)
        .join('\n'),
    )
  if (options.clang) console.log(`clang: ${askClang(small, cpu)}`)
}

/** What the kernel says of clang's object of the same text. */
function askClang(program: CProgram, cpu: Cpu): string {
  const dir = mkdtempSync(join(tmpdir(), 'beeyard-clang-'))
  try {
    writeFileSync(join(dir, 'prog.c'), bpfText(program))
    const words = ['-O2', '-g', '-w', '-target', 'bpf', `-mcpu=v${cpu}`, '-c', join(dir, 'prog.c'), '-o', join(dir, 'prog.o')]
    const built = spawnSync('clang-22', words, { encoding: 'utf8' })
    if (built.status !== 0) return built.stderr.slice(0, 600)
    const [answer] = askOracle('prog.o', readFileSync(join(dir, 'prog.o')), '00'.repeat(64), 1, repository)
    return answer?.verdict === 'accepted' ? 'accepted' : `${answer?.libbpf.slice(-300)} ${answer?.log.slice(-300)}`
  } finally {
    rmSync(dir, { recursive: true })
  }
}

/** What native compilers say of the results that feature files name; one of them must agree (they differ on bit-fields). */
function features(): void {
  const folder = join(repository, 'src/compiler/fixtures/features')
  const dir = mkdtempSync(join(tmpdir(), 'beeyard-features-'))
  try {
    writeFileSync(join(dir, 'main.c'), '#include <stdio.h>\nint entry(void *);\nint main(void) { printf("%u", entry(0)); return 0; }\n')
    for (const file of readdirSync(folder).filter((f) => f.endsWith('.c'))) {
      const said = /^\/\/ Returns (\d+)$/m.exec(readFileSync(join(folder, file), 'utf8'))?.[1]
      const answers = ['gcc', 'clang-22'].map((compiler) => {
        const built = spawnSync(compiler, ['-O0', '-w', '-o', join(dir, 'a'), join(folder, file), join(dir, 'main.c')], {
          encoding: 'utf8',
        })
        return built.status === 0 ? spawnSync(join(dir, 'a'), { encoding: 'utf8' }).stdout : built.stderr
      })
      console.log(`${file}: ${answers.includes(said ?? '') ? 'right' : `says ${said}, but gcc ${answers[0]} and clang ${answers[1]}`}`)
    }
  } finally {
    rmSync(dir, { recursive: true })
  }
}

/** Undefined behaviour that the generator let through. */
function sanitizeAll(): void {
  let tried = 0
  for (const made of batches()) {
    sanitize(made.map((m) => m.program))
    tried += made.length
  }
  console.log(`${tried} programs from ${first} on`)
}

function sanitize(programs: readonly CProgram[]): void {
  const flags = ['-O1', '-w', '-std=gnu11', '-fsanitize=undefined,address', '-fno-sanitize=alignment', '-fno-sanitize-recover=all']
  const checked = runNative(programs, packets, { flags })
  if (!checked.ok) {
    console.log(checked.error.slice(0, 2000))
    return
  }
  for (const [i, runs] of checked.runs.entries()) {
    if (runs.length < packets.length || runs.some((r) => typeof r !== 'object')) console.log(`undefined: ${programs[i].prefix}`)
  }
}

await main()
