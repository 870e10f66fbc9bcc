// Speed of compiled code beside the kernel's own: the programs of bench/speed/programs.bpf.c, compiled once, the same bytecode for both. The
// figures are of one run with the packet in place (the kernel's are BPF_PROG_TEST_RUN's own), each less what the empty program costs. Also what the interpreter needs, and what it costs to make a module: code generation and compilation.
// Usage: node scripts/ts.mjs bench/jit-speed.ts [--rounds N]     The least of several rounds, as other load only ever adds.
import { readFileSync } from 'node:fs'
import { toHex } from '../src/base/index.ts'
import { openC, type Program, verify, writeElf } from '../src/engine/index.ts'
import { createKernel, loadProgram, startInvocation } from '../src/kernel/index.ts'
import { askOracle, whyNoOracle } from '../src/testkit/oracle.ts'
import { start } from '../src/vm/index.ts'

const words = process.argv.slice(2)
const rounds = words.includes('--rounds') ? Number(words[words.indexOf('--rounds') + 1]) : 100
const SOURCE = 'bench/speed/programs.bpf.c'
/** A round is short, so that some fit between other load. */
const ROUND_MS = 0.4
const KERNEL_ROUNDS = 5
const AMORTISED = ['pktdrop100', 'hashcnt100', 'csum1500', 'l4lb20', 'alu10k']
const COMPUTE = ['pktdrop100', 'csum1500', 'alu10k']
const FLOOR = 'SEC("xdp") int empty(struct xdp_md *ctx) { return XDP_PASS; }\n'

function frame(): Uint8Array {
  const p = new Uint8Array(1500)
  p.set([0x52, 0x54, 0, 0x12, 0x34, 0x56, 2, 0, 0, 0, 0, 1, 8, 0])
  p.set([0x45, 0, 5, 0xce, 0, 1, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2], 14)
  p.set([0x9c, 0x40, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2], 34)
  for (let i = 54; i < 1500; i++) p[i] = (i * 7) & 0xff
  return p
}

interface Timing {
  readonly ns: number
  readonly steps: number
  readonly retval: number
}

/** Nanoseconds of one run; the machine stands before the program each time. */
function time(program: Program, packet: Uint8Array, engine: 'interp' | 'jit', verified = true): Timing {
  const kernel = createKernel({ engine, verified })
  const loaded = loadProgram(kernel, program)
  if (!loaded.ok) throw new Error(`${program.name} is not loaded`)
  const { code } = loaded.program
  const m = kernel.machine
  startInvocation(kernel, loaded.program, packet, 0)
  const [ctxLo, ctxHi] = [m.lo[1], m.hi[1]]
  const once = (): void => {
    start(m, code, ctxLo, ctxHi)
    if (kernel.engine(m, 10_000_000) !== 'exited') throw new Error(m.fault?.text ?? m.feature)
  }
  let times = 1
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; ) {
    const before = performance.now()
    for (let i = 0; i < times; i++) once()
    const ms = performance.now() - before
    if (ms < ROUND_MS / 2) times *= 2
    else {
      least = Math.min(least, (ms * 1e6) / times)
      round++
    }
  }
  return { ns: least, steps: m.steps, retval: m.lo[0] >>> 0 }
}

/** Milliseconds from loaded code to its first run's end, of a program that has not been seen. */
function latency(program: Program, packet: Uint8Array): number {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round++) {
    const kernel = createKernel({ engine: 'jit', verified: true })
    const loaded = loadProgram(kernel, program)
    if (!loaded.ok) throw new Error(`${program.name} is not loaded`)
    startInvocation(kernel, loaded.program, packet, 0)
    const before = performance.now()
    kernel.engine(kernel.machine, 10_000_000)
    least = Math.min(least, performance.now() - before)
  }
  return least
}

function kernelTimes(object: Uint8Array, packet: Uint8Array): ReadonlyMap<string, number> {
  const least = new Map<string, number>()
  if (whyNoOracle(process.cwd())) return least
  for (let round = 0; round < KERNEL_ROUNDS; round++) {
    for (const a of askOracle('speed.o', object, toHex(packet), 0, process.cwd(), false, 20_000)) {
      const ns = a.run?.duration
      if (ns !== undefined) least.set(a.name, Math.min(ns, least.get(a.name) ?? Number.POSITIVE_INFINITY))
    }
  }
  return least
}

const opened = openC('programs.bpf.c', `${readFileSync(SOURCE, 'utf8')}${FLOOR}`, {
  include: () => undefined,
  includeDirs: [],
  defines: {},
  cpu: 3,
  passes: false,
})
if (!opened.object) throw new Error(JSON.stringify(opened.diagnostics[0]))
const packet = frame()
const linux = kernelTimes(writeElf(opened.object), packet)
const floor = linux.get('empty') ?? 0
const ratios = new Map<string, number>()
const checkedRatios = new Map<string, number>()
console.log('program        slots    steps   interp ns    jit ns  kernel ns   jit/kernel  checked  first run ms')
const empty = opened.programs.find((p) => p.name === 'empty')
const base = {
  interp: empty ? time(empty, packet, 'interp').ns : 0,
  jit: empty ? time(empty, packet, 'jit').ns : 0,
  checked: empty ? time(empty, packet, 'jit', false).ns : 0,
}
for (const program of opened.programs) {
  if (program === empty) continue
  if (verify(program, { logLevel: 0 }).verdict !== 'accepted') throw new Error(`${program.name} is not accepted`)
  const interp = time(program, packet, 'interp')
  const jit = time(program, packet, 'jit')
  const checked = Math.max(1, time(program, packet, 'jit', false).ns - base.checked)
  const own = { interp: Math.max(1, interp.ns - base.interp), jit: Math.max(1, jit.ns - base.jit) }
  if (jit.steps !== interp.steps || jit.retval !== interp.retval) throw new Error(`${program.name}: the engines differ`)
  const net = linux.has(program.name) ? Math.max(1, linux.get(program.name)! - floor) : Number.NaN
  ratios.set(program.name, own.jit / net)
  checkedRatios.set(program.name, checked / net)
  console.log(
    `${program.name.padEnd(12)} ${String(program.code.length / 8).padStart(6)} ${String(jit.steps).padStart(8)} ${own.interp.toFixed(0).padStart(11)} ${own.jit.toFixed(1).padStart(9)} ${String(net).padStart(10)} ${(own.jit / net).toFixed(2).padStart(12)} ${(checked / net).toFixed(2).padStart(8)} ${latency(program, packet).toFixed(2).padStart(13)}`,
  )
}
const geomean = (names: readonly string[], of: ReadonlyMap<string, number> = ratios): string =>
  Math.exp(names.reduce((sum, n) => sum + Math.log(of.get(n)!), 0) / names.length).toFixed(2)
console.log(
  `jit/kernel, geometric mean: ${geomean(AMORTISED)} of the five that do much in one run, ${geomean(COMPUTE)} of the three without maps, ${geomean(COMPUTE, checkedRatios)} of these with every access checked (the empty program: kernel ${floor} ns, jit ${base.jit.toFixed(0)} ns, interpreter ${base.interp.toFixed(0)} ns)`,
)
