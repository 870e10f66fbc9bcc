// Stands for many programs: one kernel for each way to execute, put back to what it was when it was fresh before each program. What two ways show
// of one run is compared as it is: return value, errno, instructions executed, faults, what is not modelled, packet, printk, what was told of the
// world, random numbers drawn, and all memory that maps have.

import { toHex } from '../base/index.ts'
import type { Program } from '../isa/index.ts'
import {
  createKernel,
  type Kernel,
  type KernelMap,
  type KernelOptions,
  type KernelSnapshot,
  loadProgram,
  logged,
  type PacketRunResult,
  restoreKernel,
  saveKernel,
  testRunOn,
} from '../kernel/index.ts'

export interface Stand {
  readonly options: KernelOptions
  kernel: Kernel
  fresh: KernelSnapshot
  /** Ram offset behind what a kernel without maps has. */
  mapsFrom: number
}

export interface StandRun extends PacketRunResult {
  readonly printk: readonly string[]
}

/** A kernel whose memory has grown beyond is replaced: putting it back goes over all pages. */
const LARGEST = 1 << 22
const NO_BYTES = new Uint8Array(0)

export function createStand(options: KernelOptions): Stand {
  return { options, ...freshKernel(options) }
}

function freshKernel(options: KernelOptions): Pick<Stand, 'kernel' | 'fresh' | 'mapsFrom'> {
  const kernel = createKernel(options)
  return { kernel, fresh: saveKernel(kernel), mapsFrom: kernel.memory.ram.used }
}

/** A test run on a kernel that is as if it were new. Its maps can be read until the stand's next run. */
export function runOn(stand: Stand, program: Program, data: Uint8Array, fuel: number): StandRun {
  if (stand.kernel.memory.ram.u8.length > LARGEST) Object.assign(stand, freshKernel(stand.options))
  const { kernel } = stand
  restoreKernel(kernel, stand.fresh)
  kernel.maps.length = 0
  kernel.programs.length = 0
  const loaded = loadProgram(kernel, program)
  if (loaded.ok) return { ...testRunOn(kernel, loaded.program, { data, fuel }), printk: logged(kernel.printk) }
  const { unsupported } = loaded
  const nothing = { retval: 0, dataOut: NO_BYTES, maps: [], printk: [], steps: 0, unwrittenAt: -1, errno: loaded.errno }
  return unsupported ? { ...nothing, errno: 0, unsupported } : nothing
}

/** What two stands show of their last runs, where it differs; '' where nothing does. */
export function apart(a: Stand, runA: StandRun, b: Stand, runB: StandRun): string {
  if (
    runA.retval === runB.retval &&
    runA.errno === runB.errno &&
    runA.steps === runB.steps &&
    runA.unsupported === runB.unsupported &&
    (runA.fault === undefined) === (runB.fault === undefined) &&
    isSame(runA.dataOut, runB.dataOut) &&
    runA.fault === undefined &&
    runA.printk.length === 0 &&
    runB.printk.length === 0 &&
    isSame(mapsOf(a), mapsOf(b)) &&
    isSameWorld(a.kernel, b.kernel)
  )
    return ''
  const [textA, textB] = [textOf(a, runA), textOf(b, runB)]
  return textA === textB ? '' : `--- ${nameOf(a)}\n${textA}\n--- ${nameOf(b)}\n${textB}`
}

const nameOf = ({ options }: Stand): string =>
  options.engine !== 'jit' ? 'interpreter' : options.verified ? 'compiled, verified' : 'compiled, checked'

const mapsOf = ({ kernel, mapsFrom }: Stand): Uint8Array => kernel.memory.ram.u8.subarray(mapsFrom, kernel.memory.ram.used)

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && (a.length === 0 || Buffer.compare(a, b) === 0)
}

const isSameWorld = (a: Kernel, b: Kernel): boolean =>
  a.changes.count === b.changes.count &&
  a.effects.count === b.effects.count &&
  a.perfRecords.count === b.perfRecords.count &&
  a.timers.length === b.timers.length &&
  a.cookies === b.cookies &&
  a.random.every((word, i) => word === b.random[i])

/** All that a run shows, as text. */
function textOf({ kernel }: Stand, r: StandRun): string {
  const fault = r.fault ? `${r.fault.kind} ${r.fault.region} ${r.fault.insn} ${r.fault.address} ${r.fault.text}` : ''
  const world = [kernel.changes, kernel.effects, kernel.perfRecords].map((log) => log.count).join(' ')
  return [
    `r0 ${r.retval} errno ${r.errno} steps ${r.steps} told ${world} timers ${kernel.timers.length} random ${[...kernel.random].join(' ')}`,
    toHex(r.dataOut),
    ...r.maps.map(entriesOf),
    ...r.printk,
    fault,
    r.unsupported ?? '',
  ].join('\n')
}

const entriesOf = (map: KernelMap): string =>
  map
    .entries()
    .map((e) => `${toHex(e.key)}=${toHex(e.value)}`)
    .join(' ')
