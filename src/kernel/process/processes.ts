// Processes of one host as a part of the world: made from the scenario, carried on by events, saved and restored with the world.
//
//   run CPU       the task on it takes its next step            wake TASK    its time is over
//   script BLOCK  a stimulus has acts for a process             sample       perf_event programs, on every CPU
//   handshake, segment, datagram, answer, closed                what sockets have on their way
//
// In: world, kernel, the kernel's types, nodes, programs with their places. Out: the part, and what is not modelled by name.
import type { KernelBtf } from '../../abi/index.ts'
import { never } from '../../base/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Happening, PlannedEvent, WorldEngine, WorldPart } from '../world/engine.ts'
import type { ScenarioNode, Stimulus } from '../world/scenario.ts'
import type { ActFault, ActTable } from './acts/act.ts'
import { type ActTables, parseActs } from './acts/parse.ts'
import { fire, registers, userRegs } from './calls.ts'
import { type Attached, type ProgramAt, planHooks } from './hooks.ts'
import { attachHost } from './host.ts'
import { localNetwork } from './local-network.ts'
import type { NetworkPort } from './network-port.ts'
import { step } from './run.ts'
import { currentTask, type Runtime } from './runtime.ts'
import { wake } from './schedule.ts'
import { type ContainerInfo, setUp } from './setup.ts'
import { arriveDatagram, arriveSegment, deliver, finishClose, finishHandshake } from './sockets.ts'
import { copyState, type ProcState, type SocketState } from './state.ts'
import { structsOf } from './structs.ts'
import { symbolAt } from './symbols.ts'
import { userStack, userSymbol } from './user-code.ts'

export const PROCESS_PART = 'processes of '

type ProcessEvent =
  | { readonly kind: 'run'; readonly cpu: number }
  | { readonly kind: 'wake'; readonly task: number; readonly wake: number }
  | { readonly kind: 'interrupt'; readonly task: number }
  | { readonly kind: 'script'; readonly process: string; readonly block: number }
  | { readonly kind: 'sample' }
  | { readonly kind: 'handshake' | 'closed'; readonly socket: number }
  | { readonly kind: 'segment' | 'answer'; readonly socket: number; readonly text: string }
  | { readonly kind: 'datagram'; readonly socket: number; readonly address: string; readonly port: number; readonly text: string }

export interface ActPlan {
  readonly acts: ActTable
  readonly planned: readonly PlannedEvent[]
  /** By index of the stimulus. */
  readonly faults: readonly (ActFault & { readonly stimulus: number })[]
}

/** Reads the acts of all stimuli. A process is called by its name; `hostOf` says on which host a node is. */
export function planActs(nodes: readonly ScenarioNode[], stimuli: readonly Stimulus[]): ActPlan {
  const acts: ActTables = { blocks: [] }
  const planned: PlannedEvent[] = []
  const faults: (ActFault & { stimulus: number })[] = []
  let atNs = 0
  for (const [stimulus, s] of stimuli.entries()) {
    if (s.atMs !== undefined) atNs = s.atMs * 1e6
    if (s.kind === 'wait') atNs += s.ms * 1e6
    if (s.kind !== 'acts') continue
    const parsed = parseActs(s.text, acts)
    faults.push(...parsed.faults.map((f) => ({ ...f, stimulus })))
    planned.push({ atNs, part: PROCESS_PART + hostOf(nodes, s.process), what: { kind: 'script', process: s.process, block: parsed.main } })
  }
  return { acts, planned, faults }
}

function hostOf(nodes: readonly ScenarioNode[], process: string): string {
  const first = nodes.find((n) => n.kind === 'host')?.name ?? ''
  const found = nodes.find((n) => n.kind === 'process' && n.name === process)
  const on = found?.kind === 'process' ? found.on : first
  const pod = nodes.find((n) => n.kind === 'pod' && n.name === on)
  return pod?.kind === 'pod' ? pod.host : on
}

export interface ProcessOptions {
  readonly world: WorldEngine
  readonly kernel: Kernel
  readonly types: KernelBtf
  readonly host: string
  readonly nodes: readonly ScenarioNode[]
  readonly programs: readonly ProgramAt[]
  readonly acts: ActTable
  /** The last time at which something is planned to happen. */
  readonly lastNs: number
  readonly seed: number
  readonly network?: NetworkPort
}

export interface Processes {
  readonly part: WorldPart
  readonly hooks: readonly Attached[]
  readonly unsupported: readonly string[]
  readonly containers: readonly ContainerInfo[]
  /** Symbols of a stack: addresses of user space by process, others of the kernel. */
  readonly symbol: (address: bigint, pid: number) => string | undefined
}

const NS = 1e9

/** Makes the processes of a host and adds them to the world. */
export function addProcesses(o: ProcessOptions): Processes {
  const { world, kernel, host } = o
  const plan = planHooks(o.programs)
  const samplePeriod = plan.hooks.hz > 0 ? Math.round(NS / plan.hooks.hz) : 0
  const rt: Runtime = {
    kernel,
    structs: structsOf(o.types),
    host,
    world,
    part: PROCESS_PART + host,
    hooks: plan.hooks,
    acts: o.acts,
    network: o.network ?? localNetwork(o.nodes, host),
    samplePeriod,
    state: freshState(kernel.cpus, o.seed),
    clock: 0,
    cpu: 0,
  }
  attachHost(rt)
  const containers = setUp(rt, o.nodes)
  if (samplePeriod > 0) world.schedule(samplePeriod, rt.part, { kind: 'sample' })
  const part: WorldPart = {
    name: rt.part,
    carryOut: (what) => carryOut(rt, what as ProcessEvent, o.lastNs),
    save: () => copyState(rt.state),
    restore: (saved) => {
      rt.state = copyState(saved as ProcState)
    },
  }
  world.add(part)
  return { part, hooks: plan.list, unsupported: plan.unsupported, containers, symbol: (address, pid) => symbolOf(rt, address, pid) }
}

const FIRST_PID = 1200
const FIRST_INO = 262_147

function freshState(cpus: number, seed: number): ProcState {
  return {
    tasks: new Map(),
    spaces: [],
    tables: [],
    files: new Map(),
    inodes: new Map(),
    dentries: new Map(),
    sockets: [],
    cgroups: new Map(),
    shared: new Map(),
    images: new Map(),
    current: new Array<number>(cpus).fill(0),
    queues: Array.from({ length: cpus }, () => []),
    armed: new Array<boolean>(cpus).fill(false),
    nextPid: FIRST_PID,
    nextFile: 1,
    nextIno: FIRST_INO,
    nextPort: 40_000,
    nextWord: 0,
    random: (seed ^ 0x9e3779b9) >>> 0 || 1,
  }
}

function* carryOut(rt: Runtime, e: ProcessEvent, lastNs: number): Happening {
  rt.clock = rt.world.nowNs
  switch (e.kind) {
    case 'run':
      rt.cpu = e.cpu
      rt.state.armed[e.cpu] = false
      return yield* step(rt)
    case 'wake': {
      const t = rt.state.tasks.get(e.task)
      if (t?.run !== 'blocked' || t.wait?.kind !== 'time' || t.wait.wake !== e.wake) return
      rt.cpu = t.cpu
      return yield* wake(rt, t)
    }
    case 'interrupt': {
      const t = rt.state.tasks.get(e.task)
      if (!t) return
      rt.cpu = t.cpu
      return yield* wake(rt, t)
    }
    case 'script':
      return yield* giveActs(rt, e.process, e.block)
    case 'sample':
      return yield* sample(rt, lastNs)
    case 'handshake':
      return yield* softirq(rt, e.socket, (s) => finishHandshake(rt, s))
    case 'closed':
      return yield* softirq(rt, e.socket, (s) => finishClose(rt, s))
    case 'segment':
      return yield* softirq(rt, e.socket, (s) => arriveSegment(rt, s, e.text))
    case 'answer':
      return yield* softirq(rt, e.socket, (s) => deliver(rt, s, e.text))
    case 'datagram':
      return yield* softirq(rt, e.socket, (s) => arriveDatagram(rt, s, e.address, e.port, e.text))
    default:
      return never(e)
  }
}

/** What comes from the network interrupts the CPU of the socket's owner. */
function* softirq(rt: Runtime, socket: number, body: (s: SocketState) => Happening): Happening {
  const s = rt.state.sockets[socket]
  rt.cpu = rt.state.tasks.get(s.owner)?.cpu ?? 0
  yield* body(s)
}

/** A stimulus: the process carries the block out once it has nothing else to do. One that nobody described is started by init. */
function* giveActs(rt: Runtime, process: string, block: number): Happening {
  const t = [...rt.state.tasks.values()].findLast((o) => o.name === process && o.run !== 'dead' && o.run !== 'zombie')
  if (!t) {
    rt.world.tell({ kind: 'note', atNs: rt.clock, node: rt.host, text: `no process ${process}` })
    return
  }
  t.queued.push(block)
  if (t.run !== 'idle') return
  rt.cpu = t.cpu
  yield* wake(rt, t)
}

/** One sample on every CPU; the next one is planned as long as anything goes on. */
function* sample(rt: Runtime, lastNs: number): Happening {
  for (let cpu = 0; cpu < rt.kernel.cpus; cpu++) {
    rt.cpu = cpu
    const t = currentTask(rt)
    const inUser = t.tid !== 0 && !t.call
    const ip = inUser ? (userStack(rt, t)[0] ?? 0n) : 0n
    const regs = inUser ? userRegs([], { ip }) : registers({ cs: 0x10n, ss: 0x18n, ip: 0xffffffff81000000n })
    yield* fire(rt, 'perf', () => ({ kind: 'perf_event', fields: { regs, sample_period: rt.samplePeriod } }))
  }
  const goesOn =
    rt.clock < lastNs ||
    [...rt.state.tasks.values()].some((t) => t.tid !== 0 && (t.run === 'running' || t.run === 'runnable' || t.wait?.kind === 'time'))
  if (goesOn) rt.world.schedule(rt.samplePeriod, rt.part, { kind: 'sample' })
}

function symbolOf(rt: Runtime, address: bigint, pid: number): string | undefined {
  if (address >> 63n) return symbolAt(address)?.name
  const t = rt.state.tasks.get(pid)
  const space = t && rt.state.spaces[t.mm]
  return space && userSymbol(rt, space, Number(address))?.name
}
