// Programs over packets without a scenario: what the command line and recorded programs need. A program is run as Linux's test run does.
import { progType } from '../abi/index.ts'
import type { Program } from '../isa/index.ts'
import { type TestRunResult, testRun } from '../kernel/index.ts'
import type { Arrival } from './arrivals.ts'
import { type DumpedEntry, dumpMap, isOpaque } from './map-dump.ts'
import { createScenarioRun, runNextPacket } from './timeline.ts'

export interface RecordRun {
  readonly retval: number
  readonly dataOut: Uint8Array
  /** Positive; 0 = the run was in order. */
  readonly errno: number
  readonly fault: string
  readonly unsupported: string
  readonly maps: readonly { readonly index: number; readonly entries: readonly DumpedEntry[] }[]
}

/** One test run on fresh maps. */
export function runRecord(program: Program, data: Uint8Array): RecordRun {
  const r: TestRunResult = testRun({ program, data })
  const maps = r.maps.flatMap((map, index) => (isOpaque(map.def.type) ? [] : [{ index, entries: dumpMap(map) }]))
  return { retval: r.retval, dataOut: r.dataOut, errno: r.errno, fault: r.fault?.text ?? '', unsupported: r.unsupported ?? '', maps }
}

export interface PacketOutcome {
  readonly atNs: number
  readonly retval: number
  /** Name of the return code: XDP_DROP. */
  readonly verdict: string
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

/** Runs each packet `repeat` times, one after the other, over the same maps. */
export function runProgram(program: Program, packets: readonly Arrival[], repeat: number): RunOutcome {
  const arrivals = packets.flatMap((p) => new Array<Arrival>(repeat).fill(p))
  const created = createScenarioRun(program, arrivals, { seed: 1, maps: [] })
  if (!created.ok) {
    const outcome = (p: Arrival): PacketOutcome => ({
      atNs: p.atNs,
      retval: 0,
      verdict: '',
      errno: created.errno,
      fault: '',
      unsupported: created.unsupported,
    })
    return { packets: arrivals.map(outcome), maps: [], printk: [] }
  }
  const { timeline } = created
  while (runNextPacket(timeline) === 'more');
  return {
    packets: timeline.runs.map(({ arrival, result }) => ({
      atNs: arrival.atNs,
      retval: result.retval,
      verdict: result.fault === '' && result.unsupported === '' ? verdictName(program.type, result.retval) : '',
      dataOut: result.dataOut,
      errno: 0,
      fault: result.fault,
      unsupported: result.unsupported,
    })),
    maps: timeline.kernel.maps
      .filter((m) => !isOpaque(m.def.type))
      .map((m) => ({ name: m.def.name, type: m.def.type, entries: dumpMap(m) })),
    printk: timeline.kernel.printk.items.slice(0, timeline.kernel.printk.count),
  }
}

/** Name of a return code of a program type; the number where it has none. */
export function verdictName(type: string, retval: number): string {
  return progType(type)?.returns.find((r) => r.value >>> 0 === retval)?.name ?? String(retval)
}
