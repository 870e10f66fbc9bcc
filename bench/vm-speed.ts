// Speed of the interpreter and of the simulated kernel: nanoseconds an instruction on loops over arithmetic, packet bytes and a map; time
// per packet of a short program; cost of a snapshot; a long capture through the default program, on both engines. Minimum of several rounds, as other load on the machine only ever adds.
// Usage: node scripts/ts.mjs bench/vm-speed.ts
import { helperByName } from '../src/abi/index.ts'
import { makeSource } from '../src/diag/index.ts'
import { defaultProject, openC, runProgram } from '../src/engine/index.ts'
import { assemble, type MapDef, type Program } from '../src/isa/index.ts'
import {
  createKernel,
  type Kernel,
  type LoadedProgram,
  loadProgram,
  runInvocation,
  saveKernel,
  startInvocation,
} from '../src/kernel/index.ts'

const ROUNDS = 9
const ENTRIES = Array.from({ length: 100 }, (_, i) => ({ key: Uint8Array.of(i, 0, 0, 0), value: new Uint8Array(8) }))

const ALU = `
  r0 = 1
  r1 = 0
again:
  r2 = r0
  r2 <<= 13
  r0 ^= r2
  r2 = r0
  r2 >>= 7
  r0 ^= r2
  r2 = r0
  r2 <<= 17
  r0 ^= r2
  r1 += 1
  if r1 < 10000 goto again
  exit`

const PACKET = `
  r2 = *(u32 *)(r1 +0)
  r3 = *(u32 *)(r1 +4)
  r0 = 0
again:
  r4 = r2
  r4 += 2
  if r4 > r3 goto done
  r5 = *(u16 *)(r2 +0)
  r0 += r5
  r2 = r4
  goto again
done:
  exit`

const MAP = `
  .map counts hash 4 8 256
  r6 = 0
again:
  *(u32 *)(r10 -4) = r6
  r2 = r10
  r2 += -4
  r1 = counts ll
  call bpf_map_lookup_elem
  if r0 == 0 goto next
  r1 = 1
  lock *(u64 *)(r0 +0) += r1
next:
  r6 += 1
  if r6 < 100 goto again
  r0 = 2
  exit`

const SHORT = `
  r2 = *(u32 *)(r1 +0)
  r3 = *(u32 *)(r1 +4)
  r0 = 2
  r4 = r2
  r4 += 34
  if r4 > r3 goto done
  r5 = *(u8 *)(r2 +23)
  if r5 != 6 goto done
  r0 = 1
done:
  exit`

function load(text: string): { kernel: Kernel; program: LoadedProgram } {
  const { program, diagnostics } = assemble(makeSource('bench.s', text), { helper: (name) => helperByName(name)?.id })
  if (!program) throw new Error(JSON.stringify(diagnostics))
  const kernel = createKernel()
  const maps = program.maps.map((m): MapDef => ({ ...m, init: ENTRIES }))
  const loaded = loadProgram(kernel, { ...program, maps } satisfies Program)
  if (!loaded.ok) throw new Error('not loaded')
  return { kernel, program: loaded.program }
}

/** Nanoseconds of one run, the least of several rounds of `times` runs each. */
function nsPerRun(kernel: Kernel, program: LoadedProgram, packet: Uint8Array, times: number): number {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now()
    for (let i = 0; i < times; i++) {
      startInvocation(kernel, program, packet, 0)
      if (runInvocation(kernel, 10_000_000) !== 'exited') throw new Error(kernel.machine.fault?.text ?? kernel.machine.feature)
    }
    least = Math.min(least, ((performance.now() - start) * 1e6) / times)
  }
  return least
}

const packet = new Uint8Array(1500)
packet[23] = 6
for (const [name, text, times] of [
  ['alu loop', ALU, 20],
  ['packet loop', PACKET, 300],
  ['map loop', MAP, 300],
  ['short program', SHORT, 20_000],
] as const) {
  const { kernel, program } = load(text)
  const ns = nsPerRun(kernel, program, packet, times)
  const { steps } = kernel.machine
  console.log(`${name.padEnd(14)} ${steps} instructions, ${Math.round(ns)} ns a run, ${(ns / steps).toFixed(2)} ns an instruction`)
}

const { kernel, program } = load(MAP)
let least = Number.POSITIVE_INFINITY
startInvocation(kernel, program, packet, 0)
for (let i = 0; i < 1000; i++) {
  runInvocation(kernel, 1)
  const start = performance.now()
  saveKernel(kernel)
  least = Math.min(least, performance.now() - start)
}
console.log(`snapshot       ${(least * 1000).toFixed(1)} us, ${kernel.memory.ram.used} bytes of memory`)

const { files } = defaultProject
const main = files[0]
const opened = openC(main.path, main.text, { include: () => undefined, includeDirs: [], defines: {}, cpu: 3, passes: false })
const CAPTURE = 100_000
const frames = Array.from({ length: CAPTURE }, (_, i) => {
  const data = packet.slice(0, 200)
  data.set([8, 0, 0x45, 0, 0, 186, 0, 0, 0, 0, 64, i % 3 ? 6 : 17], 12)
  return { atNs: i, data }
})
for (const engine of ['interp', 'jit'] as const) {
  let leastMs = Number.POSITIVE_INFINITY
  for (let round = 0; round < 3; round++) {
    const before = process.cpuUsage().user
    runProgram(opened.programs[0], frames, 1, { engine })
    leastMs = Math.min(leastMs, (process.cpuUsage().user - before) / 1000)
  }
  console.log(
    `capture        ${CAPTURE} packets through ${opened.programs[0].name}, ${engine}: ${Math.round(leastMs)} ms of processor time`,
  )
}
