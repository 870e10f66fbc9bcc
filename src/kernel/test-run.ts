// BPF_PROG_TEST_RUN of Linux 6.18 on one program: fresh maps, one packet, what came back. Its errors are errno; what goes wrong in the
// program itself (which Linux's verifier rules out) is a fault; what is not modelled is `unsupported`.
// Linux: bpf_prog_test_run_xdp(), bpf_prog_test_run_skb() and bpf_prog_test_run_flow_dissector() in net/bpf/test_run.c.
import type { Program } from '../isa/index.ts'
import type { Fault } from '../vm/index.ts'
import { EINVAL } from './errno.ts'
import { ETH_HLEN, outcome, packetBytes, runInvocation, startInvocation } from './invocation.ts'
import { createKernel, type Kernel, type KernelOptions, type LoadedProgram } from './kernel.ts'
import { loadProgram } from './load.ts'
import { logged } from './log.ts'
import type { CgroupStorage } from './maps/cgroup-storage.ts'
import type { KernelMap } from './maps/map.ts'
import { flowKeys } from './packet-buffer.ts'
import { NET_SKB_PAD } from './sk-buff.ts'
import { runTimers, type TimerTrouble } from './timers.ts'
import { SHARED_INFO } from './xdp-buff.ts'

export interface TestRunOptions {
  readonly program: Program
  readonly data: Uint8Array
  /** Runs of the program on the same packet; edits accumulate. */
  readonly repeat?: number
  readonly seed?: number
  readonly cpus?: number
  readonly engine?: KernelOptions['engine']
  readonly verified?: boolean
  readonly kfuncName?: (id: number) => string | undefined
  /** Instructions after which the run is given up. */
  readonly fuel?: number
}

/** Of one packet on a kernel that stands. */
export interface PacketRunResult {
  readonly retval: number
  /** The packet; of a flow dissector, its struct bpf_flow_keys. */
  readonly dataOut: Uint8Array
  /** Positive; 0 = the run itself was in order. */
  readonly errno: number
  /** By index in program.maps. */
  readonly maps: readonly KernelMap[]
  readonly steps: number
  /** First instruction that read stack bytes which nobody had written; the result may rest on them. -1 = none. */
  readonly unwrittenAt: number
  readonly fault?: Fault
  readonly unsupported?: string
}

export interface TestRunResult extends PacketRunResult {
  readonly printk: readonly string[]
}

const PAGE_SIZE = 4096
const NO_BYTES = new Uint8Array(0)
const DEFAULT_FUEL = 100_000_000
const ETH_P_IP = 0x0800
const ETH_P_IPV6 = 0x86dd

export function testRun(o: TestRunOptions): TestRunResult {
  const kernel = createKernel(o)
  const loaded = loadProgram(kernel, o.program)
  if (!loaded.ok) {
    const empty = { retval: 0, dataOut: NO_BYTES, maps: [], printk: [], steps: 0, unwrittenAt: -1 }
    return loaded.unsupported ? { ...empty, errno: 0, unsupported: loaded.unsupported } : { ...empty, errno: loaded.errno }
  }
  return { ...testRunOn(kernel, loaded.program, o), printk: logged(kernel.printk) }
}

/** The same on a kernel that stands already, whose maps keep what earlier runs left. */
export function testRunOn(kernel: Kernel, program: LoadedProgram, o: Pick<TestRunOptions, 'data' | 'repeat' | 'fuel'>): PacketRunResult {
  const { type } = program.program
  const isL2 = type === 'xdp' || type === 'sched_cls' || type === 'sched_act'
  const errno = refuse(type, o.data)
  if (errno !== 0) return done(kernel, program.maps, { errno })
  for (const map of program.maps) if ('clear' in map) (map as CgroupStorage).clear()
  let data = o.data
  for (let i = Math.max(1, o.repeat ?? 1); i > 0; i--) {
    const started = startInvocation(kernel, program, data, kernel.nowNs)
    if (!started.ok) return done(kernel, program.maps, { unsupported: started.unsupported })
    runInvocation(kernel, o.fuel ?? DEFAULT_FUEL)
    const end = outcome(kernel)
    if (end.kind === 'fault') return done(kernel, program.maps, { fault: end.fault! })
    if (end.kind === 'unsupported') return done(kernel, program.maps, { unsupported: end.unsupported! })
    if (end.kind === 'fuel') return done(kernel, program.maps, { unsupported: 'a run that does not end within the fuel' })
    if (type === 'flow_dissector') continue
    data = packetBytes(kernel)
    if (!isL2) data = withEthernet(data)
  }
  const dataOut = type === 'flow_dissector' ? flowKeys(kernel.packet, ETH_HLEN) : data
  const result = done(kernel, program.maps, { retval: outcome(kernel).retval, dataOut })
  return { ...result, ...timersDue(kernel) }
}

/** Timers that were due when the run was over call back right then. What goes wrong in one is the run's matter. */
function timersDue(k: Kernel): TimerTrouble {
  if (k.timers.length === 0) return undefined
  const { nowNs } = k
  const trouble = runTimers(k, nowNs + k.machine.steps)
  k.nowNs = nowNs
  return trouble
}

/** The errno of a packet or a type that no test run takes, or 0. */
function refuse(type: string, data: Uint8Array): number {
  if (data.length < ETH_HLEN || type === 'xdp_devmap' || type === 'xdp_cpumap') return EINVAL
  if (type === 'xdp') return 0
  if (type === 'flow_dissector') return data.length > PAGE_SIZE ? EINVAL : 0
  if (data.length > PAGE_SIZE - NET_SKB_PAD - SHARED_INFO) return EINVAL
  const proto = (data[12] << 8) | data[13]
  if (proto === ETH_P_IP && data.length < ETH_HLEN + 20) return EINVAL
  return proto === ETH_P_IPV6 && data.length < ETH_HLEN + 40 ? EINVAL : 0
}

/** 14 zero bytes stand where the Ethernet header was. */
function withEthernet(data: Uint8Array): Uint8Array {
  const out = new Uint8Array(ETH_HLEN + data.length)
  out.set(data, ETH_HLEN)
  return out
}

type Ending = Partial<Pick<PacketRunResult, 'retval' | 'dataOut' | 'errno' | 'fault' | 'unsupported'>>

function done(k: Kernel, maps: readonly KernelMap[], ending: Ending): PacketRunResult {
  const { steps, unwrittenAt } = k.machine
  return { retval: 0, dataOut: NO_BYTES, errno: 0, maps, steps, unwrittenAt, ...ending }
}
