// Programs over packets without a scenario: what the command line and recorded programs need. A program is run as Linux's test run does.
import { type KernelBtf, progType } from '../abi/index.ts'
import type { Program } from '../isa/index.ts'
import { createKernel, loadProgram, logged, type TestRunResult, testRun, testRunOn } from '../kernel/index.ts'
import type { Arrival } from './arrivals.ts'
import { type DumpedEntry, dumpMap, isOpaque } from './map-dump.ts'
import { fillProgArrays } from './tail-calls.ts'

export interface RecordRun {
  readonly retval: number
  readonly dataOut: Uint8Array
  /** Positive; 0 = the run was in order. */
  readonly errno: number
  readonly fault: string
  readonly unsupported: string
  readonly maps: readonly { readonly index: number; readonly entries: readonly DumpedEntry[] }[]
}

/** The interpreter, or code compiled to WebAssembly; their results are the same. */
export type EngineName = 'interp' | 'jit'

export interface RunSettings {
  readonly engine?: EngineName | undefined
  /** The kernel's types, whose ids calls of its functions have. */
  readonly kernel?: KernelBtf | undefined
  /** Programs of the object that are tail-called. */
  readonly targets?: readonly Program[]
}

/** Names of the kernel's functions by their BTF ids. */
export const kfuncNames =
  (kernel: KernelBtf | undefined) =>
  (id: number): string | undefined => {
    const type = kernel?.btf.types[id]
    return type?.kind === 'func' ? type.name : undefined
  }

/** One test run on fresh maps of a program that the verifier has accepted. */
export function runRecord(program: Program, data: Uint8Array, { engine = 'interp', kernel }: RunSettings = {}): RecordRun {
  const r: TestRunResult = testRun({ program, data, engine, verified: true, kfuncName: kfuncNames(kernel) })
  const maps = r.maps.flatMap((map, index) => (isOpaque(map.def.type) ? [] : [{ index, entries: dumpMap(map) }]))
  return { retval: r.retval, dataOut: r.dataOut, errno: r.errno, fault: r.fault?.text ?? '', unsupported: r.unsupported ?? '', maps }
}

export interface PacketOutcome {
  readonly atNs: number
  readonly retval: number
  /** Name of the return code: XDP_DROP. */
  readonly verdict: string
  readonly outcome: Outcome
  readonly dataOut?: Uint8Array
  readonly errno: number
  readonly fault: string
  readonly unsupported: string
}

export interface RunOutcome {
  readonly packets: readonly PacketOutcome[]
  readonly maps: readonly { readonly name: string; readonly type: string; readonly entries: readonly DumpedEntry[] }[]
  readonly printk: readonly string[]
}

/**
 * Test-runs the packets one after the other over the same maps, each `repeat` times (edits of a packet accumulate, as in Linux). The verifier
 * has accepted the program and the ones that it tail-calls.
 */
export function runProgram(
  program: Program,
  packets: readonly Arrival[],
  repeat: number,
  { engine = 'interp', kernel: types, targets = [] }: RunSettings = {},
): RunOutcome {
  const kernel = createKernel({ seed: 1, engine, verified: true, kfuncName: kfuncNames(types) })
  const refused = (errno: number, unsupported: string): RunOutcome => ({
    packets: packets.map(({ atNs }) => ({ atNs, retval: 0, verdict: '', outcome: 'other', errno, fault: '', unsupported })),
    maps: [],
    printk: [],
  })
  const loaded = loadProgram(kernel, program)
  if (!loaded.ok) return refused(loaded.errno, loaded.unsupported ?? '')
  const unfilled = fillProgArrays(kernel, program, targets)
  if (unfilled !== '') return refused(0, unfilled)
  const outcomes = packets.map(({ atNs, data }): PacketOutcome => {
    const { retval, dataOut, errno, fault, unsupported = '' } = testRunOn(kernel, loaded.program, { data, repeat })
    const ran = errno === 0 && !fault && unsupported === ''
    if (!ran) return { atNs, retval: 0, verdict: '', outcome: 'other', errno, fault: fault?.text ?? '', unsupported }
    return {
      atNs,
      retval,
      verdict: verdictName(program.type, retval),
      outcome: outcomeOf(program.type, retval),
      dataOut,
      errno,
      fault: '',
      unsupported,
    }
  })
  const maps = kernel.maps.filter((m) => !isOpaque(m.def.type)).map((m) => ({ name: m.def.name, type: m.def.type, entries: dumpMap(m) }))
  return { packets: outcomes, maps, printk: logged(kernel.printk) }
}

/** Name of a return code of a program type; the number where it has none. */
export function verdictName(type: string, retval: number): string {
  return progType(type)?.returns.find((r) => r.value >>> 0 === retval)?.name ?? String(retval)
}

export type Outcome = 'passed' | 'dropped' | 'other'

/** What a return code means for the packet. XDP: 0 aborted, 1 drop; tc: 2 shot; socket filter: bytes to keep; cgroup: bit 0 = allow. */
export function outcomeOf(type: string, retval: number): Outcome {
  switch (type) {
    case 'xdp':
    case 'xdp_cpumap':
      return retval >= 2 && retval <= 4 ? 'passed' : 'dropped'
    // On the way out of an interface there is only going on.
    case 'xdp_devmap':
      return retval === 2 ? 'passed' : 'dropped'
    case 'sched_cls':
    case 'sched_act':
      return retval === 2 ? 'dropped' : 'passed'
    case 'socket_filter':
      return retval === 0 ? 'dropped' : 'passed'
    // Of a security hook: 0 allows, an error number denies.
    case 'lsm':
      return retval === 0 ? 'passed' : 'dropped'
    // These watch: what they return lets nothing pass and holds nothing back. (fmod_ret can, and is of the same type as those that cannot.)
    case 'kprobe':
    case 'tracepoint':
    case 'raw_tracepoint':
    case 'raw_tracepoint_writable':
    case 'perf_event':
    case 'tracing':
    case 'syscall':
      return 'other'
    default:
      return (retval & 1) === 0 ? 'dropped' : 'passed'
  }
}
