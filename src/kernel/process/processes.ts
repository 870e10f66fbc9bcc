// Processes of each host as a part of the world: made from the scenario, carried on by events, saved and restored with the world.
//
//   run CPU       the task on it takes its next step            wake TASK    its time is over
//   script BLOCK  a stimulus has acts for a process             sample       perf_event programs, on every CPU
//   handshake, segment, datagram, answer, closed                what sockets have on their way
//
// In: the scenario, its kernels with their programs, and the kernel's types. Out: a plan that joins a world, and what is not modelled by name.
import type { KernelBtf } from '../../abi/index.ts'
import { never } from '../../base/index.ts'
import type { Kernel, LoadedProgram } from '../kernel.ts'
import type { Happening, PlannedEvent, WorldEngine, WorldPart } from '../world/engine.ts'
import type { ScenarioNode, Stimulus } from '../world/scenario.ts'
import type { PlanHook, PlanNode } from '../world/types.ts'
import type { ActFault, ActTable } from './acts/act.ts'
import { type ActTables, parseActs } from './acts/parse.ts'
import { fire, registers, userRegs } from './calls.ts'
import { type Hooks, planHooks } from './hooks.ts'
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

const PROCESS_PART = 'processes of '

type ProcessEvent =
  | { readonly kind: 'run'; readonly cpu: number }
  | { readonly kind: 'wake'; readonly task: number; readonly wake: number }
  | { readonly kind: 'interrupt'; readonly task: number }
  | { readonly kind: 'script'; readonly process: string; readonly block: number }
  | { readonly kind: 'sample' }
  | { readonly kind: 'handshake' | 'closed'; readonly socket: number }
  | { readonly kind: 'segment' | 'answer'; readonly socket: number; readonly text: string }
  | { readonly kind: 'datagram'; readonly socket: number; readonly address: string; readonly port: number; readonly text: string }

export interface ProcessInput {
  readonly seed: number
  readonly nodes: readonly ScenarioNode[]
  readonly stimuli: readonly Stimulus[]
  readonly types: KernelBtf
  /** By host. */
  readonly kernels: ReadonlyMap<string, Kernel>
  readonly programs: readonly ProcessProgram[]
  /** The network of a host; names, addresses and servers of the scenario where it is left out. */
  readonly network?: (host: string) => NetworkPort
}

export interface ProcessProgram {
  readonly program: LoadedProgram
  /** Host or pod; empty = the first host. */
  readonly node: string
  /** Tracepoint, function, hook or symbol; empty where the section says it. */
  readonly target: string
}

export type StimulusFault = ActFault & { readonly stimulus: number }

export interface ProcessPlan {
  readonly nodes: readonly PlanNode[]
  readonly hooks: readonly PlanHook[]
  readonly planned: readonly PlannedEvent[]
  /** What is wrong in texts of acts. */
  readonly faults: readonly StimulusFault[]
  /** What programs attach to and is not modelled, by name. */
  readonly unsupported: readonly string[]
  /** Adds the processes of all hosts to a world. */
  readonly join: (world: WorldEngine) => Processes
}

/** What user space knows of the processes, whenever it asks. */
export interface Processes {
  readonly containers: readonly ContainerInfo[]
  /** Name of the function at an address, in a process of a host or in its kernel. */
  readonly symbol: (host: string, address: bigint, pid: number) => string | undefined
}

export function planProcesses(o: ProcessInput): ProcessPlan {
  const { nodes, kernels, programs } = o
  const acts: ActTables = { blocks: [] }
  const { planned, faults } = planActs(nodes, o.stimuli, acts)
  const lastNs = planned.at(-1)?.atNs ?? 0
  const hosts = [...kernels].map(([host, kernel]) => {
    const own = programs.filter((p) => hostOfNode(nodes, p.node) === host)
    const isPod = (node: string): boolean => nodes.some((n) => n.kind === 'pod' && n.name === node)
    return { host, kernel, own, hooks: planHooks(own.map((p) => ({ ...p, pod: isPod(p.node) ? p.node : '' }))) }
  })
  const list = hosts.flatMap(({ host, hooks }) =>
    hooks.list.map((a): PlanHook => ({ name: a.name, node: host, place: a.place, program: a.program.program.name })),
  )
  return {
    nodes: nodes.flatMap((n): PlanNode[] => (n.kind === 'process' ? [{ kind: 'process', name: n.name, on: n.on, interfaces: [] }] : [])),
    hooks: list,
    planned,
    faults,
    unsupported: hosts.flatMap(({ hooks }) => hooks.unsupported),
    join(world) {
      const runtimes = new Map<string, Runtime>()
      const containers: ContainerInfo[] = []
      for (const [i, { host, kernel, hooks }] of hosts.entries()) {
        const rt = createRuntime(o, world, host, kernel, hooks.hooks, acts, o.seed + i)
        runtimes.set(host, rt)
        containers.push(...setUp(rt, nodes))
        if (rt.samplePeriod > 0) world.schedule(rt.samplePeriod, rt.part, { kind: 'sample' })
        world.add(partOf(rt, lastNs))
      }
      return {
        containers,
        symbol: (host, address, pid) => {
          const rt = runtimes.get(host)
          return rt && symbolOf(rt, address, pid)
        },
      }
    },
  }
}

/** Reads the acts of all stimuli. Without a time, a stimulus comes right after the one before. */
function planActs(
  nodes: readonly ScenarioNode[],
  stimuli: readonly Stimulus[],
  acts: ActTables,
): { readonly planned: PlannedEvent[]; readonly faults: StimulusFault[] } {
  const planned: PlannedEvent[] = []
  const faults: StimulusFault[] = []
  let atNs = 0
  for (const [stimulus, s] of stimuli.entries()) {
    if (s.atMs !== undefined) atNs = s.atMs * 1e6
    if (s.kind === 'wait') atNs += s.ms * 1e6
    if (s.kind !== 'acts') continue
    const parsed = parseActs(s.text, acts)
    faults.push(...parsed.faults.map((f) => ({ ...f, stimulus })))
    const found = nodes.find((n) => n.kind === 'process' && n.name === s.process)
    const host = hostOfNode(nodes, found?.kind === 'process' ? found.on : (s.node ?? ''))
    planned.push({ atNs, part: PROCESS_PART + host, what: { kind: 'script', process: s.process, block: parsed.main } })
  }
  return { planned: planned.sort((a, b) => a.atNs - b.atNs), faults }
}

function hostOfNode(nodes: readonly ScenarioNode[], node: string): string {
  const found = nodes.find((n) => n.name === node && (n.kind === 'host' || n.kind === 'pod'))
  if (found?.kind === 'pod') return found.host
  return found?.name ?? nodes.find((n) => n.kind === 'host')?.name ?? ''
}

const NS = 1e9

function createRuntime(
  o: ProcessInput,
  world: WorldEngine,
  host: string,
  kernel: Kernel,
  hooks: Hooks,
  acts: ActTable,
  seed: number,
): Runtime {
  const rt: Runtime = {
    kernel,
    structs: structsOf(o.types),
    host,
    world,
    part: PROCESS_PART + host,
    hooks,
    acts,
    network: o.network?.(host) ?? localNetwork(o.nodes, host),
    samplePeriod: hooks.hz > 0 ? Math.round(NS / hooks.hz) : 0,
    state: freshState(kernel.cpus, seed),
    clock: 0,
    cpu: 0,
  }
  attachHost(rt)
  return rt
}

const partOf = (rt: Runtime, lastNs: number): WorldPart => ({
  name: rt.part,
  carryOut: (what) => carryOut(rt, what as ProcessEvent, lastNs),
  save: () => copyState(rt.state),
  restore: (saved) => {
    rt.state = copyState(saved as ProcState)
  },
})

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
