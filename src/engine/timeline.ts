// The run of a scenario on one axis of ticks. Each packet's run has a tick before each instruction and one when it is over:
//
//   packet 0            packet 1                     tick = firstTick + step
//   0 1 2 ... n0 (over) n0+1 ... n0+1+n1 (over)      step 0 = before the first instruction
//
// Keyframes (snapshots of the whole kernel) stand before packets; `seek` restores the nearest one at or before the tick and replays.
// Replaying is deterministic, so a tick always shows the same machine. Packets that are only passed run as compiled code where there are many;
// the one that is looked at is interpreted, and leaves more keyframes on the way where its run is long. Owned by one build.
import { fromHex } from '../base/index.ts'
import type { Program } from '../isa/index.ts'
import {
  addMap,
  createKernel,
  type Kernel,
  type KernelSnapshot,
  type LoadedProgram,
  loadProgram,
  outcome,
  packetBytes,
  restoreKernel,
  runInvocation,
  runTimers,
  saveKernel,
  startInvocation,
  stepInvocation,
} from '../kernel/index.ts'
import type { Arrival } from './arrivals.ts'
import type { ScenarioMap } from './project.ts'
import { kfuncNames, type RunSettings } from './run.ts'
import { fillProgArrays } from './tail-calls.ts'

const KEYFRAME_STEPS = 1 << 16
/** From so many packets on, compiling the program pays. */
const COMPILED_FROM = 64
/** No packet's run: the kernel does not stand where an interpreter would have left it. */
const NOWHERE = -1
/** A run that takes longer is stopped. A verified program takes a million instructions at most, times its callbacks and tail calls. */
const MAX_STEPS = 1 << 24
/** Packets between two keyframes grow with the number of packets, so that snapshots stay few. */
const MAX_KEYFRAMES = 512
/** Linux's test runs take no shorter frame. */
const ETH_HLEN = 14

export interface RunResult {
  readonly retval: number
  readonly dataOut: Uint8Array
  /** A sentence on what went wrong; empty where nothing did. */
  readonly fault: string
  /** What is not modelled; empty where all was. */
  readonly unsupported: string
}

export interface PacketRun {
  readonly arrival: Arrival
  readonly firstTick: number
  /** Instructions executed. */
  readonly steps: number
  readonly result: RunResult
}

/** Before packet `packet` where `step` is 0, else within its run. */
interface Keyframe {
  readonly packet: number
  readonly step: number
  readonly snapshot: KernelSnapshot
}

export interface Timeline {
  readonly kernel: Kernel
  readonly program: LoadedProgram
  readonly arrivals: readonly Arrival[]
  readonly runs: PacketRun[]
  readonly keyframes: Keyframe[]
  totalTicks: number
  /** Packet whose run the kernel stands in. */
  packet: number
}

export type ScenarioRun =
  | { readonly ok: true; readonly timeline: Timeline }
  | { readonly ok: false; readonly errno: number; readonly unsupported: string; readonly badMap: string }

/** Loads the program into a fresh kernel, with the programs that it tail-calls and the initial map contents of the scenario. */
export function createScenarioRun(
  program: Program,
  arrivals: readonly Arrival[],
  { seed, maps }: { readonly seed: number; readonly maps: readonly ScenarioMap[] },
  { targets = [], kernel: types }: Pick<RunSettings, 'targets' | 'kernel'> = {},
): ScenarioRun {
  const engine = arrivals.length < COMPILED_FROM ? 'interp' : 'jit'
  const kernel = createKernel({ seed, kfuncName: kfuncNames(types), engine, verified: true })
  for (const def of program.maps) {
    const added = addMap(kernel, def, program.btf)
    if (!added.map) return { ok: false, errno: added.errno, unsupported: added.unsupported ?? '', badMap: def.name }
  }
  const loaded = loadProgram(kernel, program)
  if (!loaded.ok) return { ok: false, errno: loaded.errno, unsupported: loaded.unsupported ?? '', badMap: '' }
  const unfilled = fillProgArrays(kernel, program, targets)
  if (unfilled !== '') return { ok: false, errno: 0, unsupported: unfilled, badMap: '' }
  for (const { name, entries } of maps) {
    const map = kernel.maps.find((m) => m.def.name === name)
    for (const { key, value } of entries) {
      const keyBytes = fromHex(key)
      const valueBytes = fromHex(value)
      const fits = keyBytes?.length === map?.def.keySize && valueBytes?.length === map?.def.valueSize
      const errno = map && keyBytes && valueBytes && fits ? map.userUpdate(keyBytes, valueBytes, 0) : -22
      if (errno < 0) return { ok: false, errno: -errno, unsupported: '', badMap: name }
    }
  }
  return { ok: true, timeline: { kernel, program: loaded.program, arrivals, runs: [], keyframes: [], totalTicks: 0, packet: NOWHERE } }
}

/** Runs the next packet that has not run; 'done' once all have. */
export function runNextPacket(t: Timeline): 'more' | 'done' {
  const index = t.runs.length
  const arrival = t.arrivals[index]
  if (!arrival) return 'done'
  if (index % Math.ceil(t.arrivals.length / MAX_KEYFRAMES) === 0)
    t.keyframes.push({ packet: index, step: 0, snapshot: saveKernel(t.kernel) })
  const refused = begin(t, index)
  if (refused === '') runInvocation(t.kernel, MAX_STEPS)
  const steps = refused === '' ? t.kernel.machine.steps : 0
  t.runs.push({ arrival, firstTick: t.totalTicks, steps, result: refused === '' ? resultOf(t.kernel) : notRun(refused) })
  t.totalTicks += steps + 1
  t.packet = NOWHERE
  return t.runs.length === t.arrivals.length ? 'done' : 'more'
}

/** The program that the machine stands in: the attached one, or one that it tail-called. */
export function runningProgram({ kernel, program }: Timeline): Program {
  const { code } = kernel.machine
  return code === program.code ? program.program : (kernel.programs.find((p) => p.code === code)?.program ?? program.program)
}

/** The packet whose run a tick belongs to; clamps. */
export function packetAt(t: Timeline, tick: number): number {
  let low = 0
  let high = t.runs.length - 1
  while (low < high) {
    const mid = (low + high + 1) >> 1
    if (t.runs[mid].firstTick <= tick) low = mid
    else high = mid - 1
  }
  return low
}

/** Puts the kernel before an instruction of a packet's run (`step` = its number of steps: behind the last one). */
export function seek(t: Timeline, packet: number, step: number): void {
  const standsBefore = t.packet === packet && t.kernel.machine.steps <= step
  if (!standsBefore) {
    let i = t.keyframes.length - 1
    while (i > 0 && isBehind(t.keyframes[i], packet, step)) i--
    const frame = t.keyframes[i]
    restoreKernel(t.kernel, frame.snapshot)
    if (frame.step === 0) begin(t, frame.packet)
    t.packet = frame.packet
  }
  while (t.packet < packet) {
    const { machine } = t.kernel
    if (machine.status === 'ready') runInvocation(t.kernel, MAX_STEPS - machine.steps)
    begin(t, t.packet + 1)
  }
  interpret(t, step)
}

/** Goes on in the packet's run, with keyframes where there are none yet. */
function interpret(t: Timeline, step: number): void {
  const { kernel, packet } = t
  const { machine } = kernel
  while (step - machine.steps > KEYFRAME_STEPS && stepInvocation(kernel, KEYFRAME_STEPS) === 'fuel') {
    const before = t.keyframes.findLastIndex((f) => !isBehind(f, packet, machine.steps))
    const last = t.keyframes[before]
    if (last.packet === packet && machine.steps - last.step < KEYFRAME_STEPS) continue
    t.keyframes.splice(before + 1, 0, { packet, step: machine.steps, snapshot: saveKernel(kernel) })
  }
  stepInvocation(kernel, step - machine.steps)
}

const isBehind = (f: Keyframe, packet: number, step: number): boolean => f.packet > packet || (f.packet === packet && f.step > step)

/** Sets the packet before the program. Answers what is not modelled, or ''. */
function begin(t: Timeline, index: number): string {
  const { atNs, data } = t.arrivals[index]
  t.packet = index
  if (t.runs[index]?.result.unsupported && t.runs[index].steps === 0) return t.runs[index].result.unsupported
  if (data.length < ETH_HLEN) return 'a frame shorter than an Ethernet header (Linux refuses it with EINVAL)'
  const trouble = runTimers(t.kernel, BOOT_NS + atNs)
  if (trouble) return `a timer: ${trouble.unsupported ?? trouble.fault?.text}`
  const started = startInvocation(t.kernel, t.program, data, BOOT_NS + atNs)
  return started.ok ? '' : started.unsupported
}

/** Simulated time since boot when the scenario begins: a quarter of an hour. */
const BOOT_NS = 900_000_000_000

function resultOf(kernel: Kernel): RunResult {
  const end = outcome(kernel)
  const dataOut = packetBytes(kernel)
  if (end.kind === 'fuel') return { retval: 0, dataOut, fault: '', unsupported: `runs of more than ${MAX_STEPS} instructions` }
  return { retval: end.retval, dataOut, fault: end.fault?.text ?? '', unsupported: end.unsupported ?? '' }
}

const notRun = (unsupported: string): RunResult => ({ retval: 0, dataOut: new Uint8Array(0), fault: '', unsupported })
