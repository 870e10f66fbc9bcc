// Several CPUs at once, at the grain of instructions: each lane is an invocation on a CPU of its own, and a schedule says how many instructions each takes
// in turn. Maps and objects are shared; registers, stack, packet and context are each CPU's. So a lost update can be shown, and that an atomic or a lock
// prevents it. It is a model: Linux's CPUs take turns at the grain of memory accesses, and see each other's stores later.
//
// A CPU that waits for a lock takes its turns spinning. When every CPU that is not done waits, nobody ever goes on: a deadlock.
// Deterministic: the same kernel, lanes and schedule give the same end, so a shorter schedule shows any point in between.
import { createMachine, READ, run, WRITE } from '../vm/index.ts'
import { DIRECT_HI, SKB_LO, VMALLOC_HI, XDP_BUFF_LO } from './address.ts'
import type { ProgContext } from './context.ts'
import { type Outcome, outcome, startProgram } from './invocation.ts'
import { emptyContext, type Kernel, type LoadedProgram, type Processor, processorOf } from './kernel.ts'
import { isHeld } from './locks.ts'
import { createPacketBuffer } from './packet-buffer.ts'
import { createSkBuff, skbPort } from './sk-buff.ts'
import { xdpPort } from './xdp-buff.ts'

export interface Lane {
  readonly program: LoadedProgram
  readonly context: ProgContext
}

export interface Interleaved {
  /** By lane. A lane that did not come to its end has the kind 'fuel'. */
  readonly outcomes: readonly Outcome[]
  /** Instructions that each lane executed, turns of waiting included. */
  readonly steps: readonly number[]
  /** No lane could go on: each waits for a lock that another holds. */
  readonly isDeadlock: boolean
  /** Lanes that wait for a lock at the end. */
  readonly waiting: readonly number[]
  readonly unsupported?: string
}

/** A turn once the schedule is used up, and how many of those a lane gets. */
const TURN = 64
const MAX_TURNS = 100_000
const SKB_STRIDE = 0x1000
const XDP_STRIDE = 0x10000

/**
 * Runs lane i on CPU i. Entry n of the schedule is the number of instructions that lane n mod lanes takes; behind the schedule's end the
 * lanes go on in turns until all are done (`finish`: false = they stand where it ended). The kernel is left on CPU 0.
 * `observe` is called in place of each instruction, with the kernel on that CPU, and must execute it.
 */
export function interleave(
  k: Kernel,
  lanes: readonly Lane[],
  schedule: readonly number[],
  finish = true,
  observe?: (cpu: number) => void,
): Interleaved {
  if (lanes.length > k.cpus) return nothing(lanes, 'more lanes than CPUs')
  const processors = lanes.map((_, cpu) => (cpu === 0 ? processorOf(k) : processorAt(k, cpu)))
  const use = (cpu: number): void => {
    processors[k.cpu] = processorOf(k)
    k.cpu = cpu
    Object.assign(k, processors[cpu])
  }
  k.cpu = 0
  k.waiting.fill(0)
  k.isInterleaved = true
  for (const [cpu, lane] of lanes.entries()) {
    use(cpu)
    const started = startProgram(k, lane.program, lane.context)
    if (!started.ok) {
      leave(k, use)
      return nothing(lanes, started.unsupported)
    }
  }
  const isDone = (cpu: number): boolean => (cpu === k.cpu ? k.machine : processors[cpu].machine).status !== 'ready'
  const waits = (cpu: number): boolean => !isDone(cpu) && k.waiting[cpu] !== 0 && isHeld(k, k.waiting[cpu])
  const isStuck = (): boolean => lanes.some((_, cpu) => waits(cpu)) && lanes.every((_, cpu) => isDone(cpu) || waits(cpu))
  const turn = (cpu: number, count: number): void => {
    use(cpu)
    if (!observe) run(k.machine, count)
    else for (let i = 0; i < count && k.machine.status === 'ready'; i++) observe(cpu)
  }
  for (const [n, count] of schedule.entries()) if (!isDone(n % lanes.length)) turn(n % lanes.length, count)
  for (let n = 0; finish && n < MAX_TURNS && !isStuck() && lanes.some((_, cpu) => !isDone(cpu)); n++)
    if (!isDone(n % lanes.length)) turn(n % lanes.length, TURN)
  const isDeadlock = isStuck()
  const waiting = [...lanes.keys()].filter(waits)
  const outcomes: Outcome[] = []
  const steps: number[] = []
  for (const cpu of lanes.keys()) {
    use(cpu)
    outcomes.push(outcome(k))
    steps.push(k.machine.steps)
  }
  leave(k, use)
  return { outcomes, steps, isDeadlock, waiting }
}

function leave(k: Kernel, use: (cpu: number) => void): void {
  use(0)
  k.isInterleaved = false
}

function nothing(lanes: readonly Lane[], unsupported: string): Interleaved {
  return {
    outcomes: lanes.map(() => ({ kind: 'unsupported', retval: 0, unsupported })),
    steps: lanes.map(() => 0),
    isDeadlock: false,
    waiting: [],
    unsupported,
  }
}

/** What a CPU besides the first has to itself; made once. */
function processorAt(k: Kernel, cpu: number): Processor {
  const known = k.others[cpu]
  if (known) return known
  const { memory } = k
  const packet = createPacketBuffer(memory)
  const made: Processor = {
    ...processorOf(k),
    machine: createMachine(memory, VMALLOC_HI),
    packet,
    skbRegion: memory.map({
      kind: 'ctx',
      baseHi: DIRECT_HI,
      baseLo: SKB_LO + cpu * SKB_STRIDE,
      to: 0,
      rights: READ | WRITE,
      port: skbPort(packet, () => k.skb),
    }),
    xdpRegion: memory.map({
      kind: 'ctx',
      baseHi: VMALLOC_HI,
      baseLo: XDP_BUFF_LO + cpu * XDP_STRIDE,
      to: 0,
      rights: READ | WRITE,
      port: xdpPort(packet, () => k.xdp),
    }),
    ctx: emptyContext(),
    skb: createSkBuff(),
    fragRam: 0,
  }
  const others = k.others.slice()
  others[cpu] = made
  k.others = others
  return made
}
