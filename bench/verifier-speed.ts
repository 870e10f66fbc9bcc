// How fast the verifier is beside Linux's own, over the same programs in one run: each takes a few turns in the kernel (log_level 4 says the
// verification time) and here (warm), the best of which counts; a ratio above 1 means that we are faster.
// Usage: npm run -s bench:verifier -- [TREE] [PATH...] [--only REGEX] [--turns N] [--own] [--record]
//   TREE: tools/testing/selftests/bpf, whose large programs are built by clang-22 outside of the repository; without it, or with --own, generated
//   loops alone. PATH: objects, folders or lists of real programs (real-objects.ts). --record takes a second time with steps recorded, and says what that costs. Without a kernel 6.18 at hand only our own times are printed.
import { existsSync, mkdirSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { loadKernelBtf } from '../src/abi/index.ts'
import { toHex } from '../src/base/index.ts'
import { makeSource } from '../src/diag/index.ts'
import { assemble, type Program } from '../src/isa/index.ts'
import type { GeneratedRecord } from '../src/testkit/index.ts'
import { askObjects, capturedProgram, readAnswers, whyNoObjects } from '../src/testkit/objects.ts'
import { askRecords, whyNoRecords } from '../src/testkit/records.ts'
import { verify } from '../src/verifier/index.ts'
import { buildTest } from './kernel-tests.ts'
import { buildReal, realObjects } from './real-objects.ts'

const words = process.argv.slice(2)
const option = (name: string): string | undefined => (words.includes(name) ? words.splice(words.indexOf(name), 2)[1] : undefined)
const flag = (name: string): boolean => words.includes(name) && words.splice(words.indexOf(name), 1).length > 0
const pattern = new RegExp(option('--only') ?? '')
const turns = Number(option('--turns') ?? 3)
const ownOnly = flag('--own')
const alsoRecorded = flag('--record')
const tree = words.find((word) => existsSync(join(word, 'progs')))
const kernel = await loadKernelBtf()
const root = process.cwd()
const work = join(root, 'build/selftests')

const TESTS = [
  'test_verif_scale1.c',
  'test_verif_scale2.c',
  'test_verif_scale3.c',
  'pyperf50.c',
  'pyperf100.c',
  'pyperf180.c',
  'pyperf600_nounroll.c',
  'strobemeta.c',
  'strobemeta_nounroll2.c',
  'loop1.c',
  'loop3.c',
  'loop6.c',
  'test_l4lb.c',
  'test_l4lb_noinline.c',
  'test_xdp_noinline.c',
  'test_cls_redirect.c',
  'xdp_synproxy_kern.c',
]

interface Measured {
  readonly name: string
  readonly processed: number
  readonly kernelMs: number
  readonly ownMs: number
  /** With steps recorded. */
  readonly recordedMs: number | undefined
}

const measured: Measured[] = []

const WARM_MS = 1500
/** Turns of WARM_MS together at least; the best time of one, in ms, without the time that other processes took away. */
function best(program: Program, record: boolean): { readonly ms: number; readonly processed: number } {
  let ms = Number.POSITIVE_INFINITY
  let processed = 0
  const started = performance.now()
  for (let turn = 0; turn < turns || (performance.now() - started < WARM_MS && turn < 2000); turn++) {
    const before = performance.now()
    const cpu = process.cpuUsage()
    processed = verify(program, { logLevel: 4, kernel, record }).stats.processed
    const { user, system } = process.cpuUsage(cpu)
    ms = Math.min(ms, performance.now() - before, (user + system) / 1000)
  }
  return { ms, processed }
}

function say(name: string, kernelMs: number, program: Program): void {
  const own = best(program, false)
  const recordedMs = alsoRecorded ? best(program, true).ms : undefined
  measured.push({ name, processed: own.processed, kernelMs, ownMs: own.ms, recordedMs })
  const rate = (ms: number): string => (ms > 0 ? (own.processed / ms / 1000).toFixed(2) : '-').padStart(8)
  console.log(
    `${name.slice(0, 46).padEnd(46)} ${String(own.processed).padStart(8)} ${kernelMs.toFixed(2).padStart(9)} ${own.ms.toFixed(2).padStart(9)} ${rate(kernelMs)} ${rate(own.ms)} ${(kernelMs / own.ms).toFixed(2).padStart(6)}${recordedMs ? `   recording +${(100 * (recordedMs / own.ms - 1)).toFixed(0)}%` : ''}`,
  )
}

// ---- generated loops ----

/** Sums in a counted loop: `n` turns of 15 instructions. */
const aluLoop = (n: number): string => `
  r0 = 0
  r1 = 0
  r2 = 0x12345678
  r3 = 7
loop:
  r2 += r1
  r2 ^= 0x5bd1
  r4 = r2
  r4 >>= 13
  r2 ^= r4
  w5 = w2
  w5 *= 5
  r0 += r5
  r3 &= 0xff
  r3 += 3
  r3 |= r1
  r2 <<= 1
  r1 += 1
  if r1 < ${n} goto loop
  exit`

/** Reads a packet byte a turn where it is there, and counts by what it is. */
const packetLoop = (n: number): string => `
  r2 = *(u32 *)(r1 + 0)
  r3 = *(u32 *)(r1 + 4)
  r0 = 0
  r6 = 0
  r7 = 0
loop:
  r4 = r2
  r4 += r6
  r5 = r4
  r5 += 1
  if r5 > r3 goto out
  r8 = *(u8 *)(r4 + 0)
  if r8 == 0x41 goto letter
  if r8 > 0x7f goto high
  r0 += r8
  goto next
letter:
  r7 += 1
  goto next
high:
  r7 ^= r8
next:
  r6 += 1
  if r6 < ${n} goto loop
out:
  r7 &= 1
  r0 = r7
  r0 += 1
  exit`

const own: readonly (readonly [string, string])[] = [
  ...[7, 70, 700, 7000, 71000].map((n) => [`alu loop of ${n}`, aluLoop(n)] as const),
  ...[8, 64, 512].map((n) => [`packet loop of ${n}`, packetLoop(n)] as const),
]

async function loops(): Promise<void> {
  const missing = whyNoRecords(root)
  const oracle = missing ? undefined : askRecords(4, false, root)
  for (const [name, text] of own) {
    if (!pattern.test(name)) continue
    const { program } = assemble(makeSource('loop.s', text))
    if (!program) throw new Error(`${name} does not assemble`)
    const record: GeneratedRecord = {
      id: name,
      lane: '',
      gen: '',
      type: 'xdp',
      attach_type: 0,
      insns: toHex(program.code),
      maps: [],
      license: 'GPL',
      flags: 0,
    }
    let kernelMs = Number.NaN
    for (let turn = 0; oracle && turn < turns; turn++) {
      const usec = /verification time (\d+)/.exec((await oracle.ask(record)).log ?? '')
      kernelMs = Math.min(Number.isNaN(kernelMs) ? Number.POSITIVE_INFINITY : kernelMs, Number(usec?.[1]) / 1000)
    }
    say(name, kernelMs, program)
  }
  oracle?.close()
}

// ---- the kernel's large tests ----

function tests(from: string): void {
  const missing = whyNoObjects(root)
  if (missing) {
    console.log(`the kernel's tests are left out (${missing})`)
    return
  }
  mkdirSync(join(work, 'speed'), { recursive: true })
  for (const file of TESTS) {
    if (!pattern.test(file)) continue
    const object = join(work, 'speed', `${basename(file, '.c')}.o`)
    const error = existsSync(object) ? undefined : buildTest(from, file, object, 'v3', work)
    if (error) {
      console.log(`${file}: ${error}`)
      continue
    }
    programsOf(basename(file, '.c'), object)
  }
}

function programsOf(name: string, object: string): void {
  const answers = Array.from({ length: turns }, () => readAnswers(askObjects([object], 4, root), kernel))
  for (const [i, captured] of answers[0]!.programs.entries()) {
    if (captured.libbpf !== undefined) continue
    const program = capturedProgram(captured, answers[0]!.types)
    const usec = Math.min(...answers.map((answer) => answer.programs[i]!.usec))
    if (typeof program !== 'string' && usec > 0) say(`${name}.${captured.name}`, usec / 1000, program)
  }
}

// ---- real programs ----

function real(paths: readonly string[]): void {
  const missing = whyNoObjects(root)
  if (missing) {
    console.log(`real programs are left out (${missing})`)
    return
  }
  mkdirSync(join(work, 'speed'), { recursive: true })
  for (const { name, path, flags } of paths.flatMap(realObjects)) {
    if (!pattern.test(path)) continue
    const object = flags ? join(work, 'speed', `${name}.real.o`) : path
    const error = flags && buildReal(path, flags, object)
    if (error) console.log(`${path}: ${error}`)
    else programsOf(name, object)
  }
}

console.log(`${'program'.padEnd(46)} processed kernel ms    own ms kernel M/s  own M/s  ratio`)
await loops()
if (tree && !ownOnly) tests(resolve(tree))
if (!ownOnly) real(words.filter((word) => word !== tree))
const geomean = (list: readonly number[]): number => Math.exp(list.reduce((sum, x) => sum + Math.log(x), 0) / list.length)
const ratios = measured.map((m) => m.kernelMs / m.ownMs).filter((x) => x > 0)
if (ratios.length > 0) console.log(`geometric mean of ${ratios.length} ratios: ${geomean(ratios).toFixed(2)}`)
console.log(
  `geometric mean of our speed: ${geomean(measured.map((m) => m.processed / m.ownMs / 1000)).toFixed(2)} million instructions a second`,
)
if (alsoRecorded)
  console.log(`geometric mean of what recording takes: ${geomean(measured.map((m) => m.recordedMs! / m.ownMs)).toFixed(2)} times`)
