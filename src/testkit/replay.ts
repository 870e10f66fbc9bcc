// Recorded test runs again on the simulated kernel: return value, packet, maps and printed lines against what Linux's BPF_PROG_TEST_RUN
// gave. The record is a program with its maps as the batch command takes it, and `run` with the packet and the results.
import { toHex } from '../base/index.ts'
import { readRecord } from '../engine/index.ts'
import { type KernelMap, type RingbufMap, testRun } from '../kernel/index.ts'

export interface RunRecord {
  readonly id: string
  readonly maps: readonly { readonly allcpu?: boolean }[]
  readonly run?: {
    readonly data: string
    readonly data_out?: string
    readonly retval?: number
    readonly errno?: number
    /** Lines of the trace, where they were recorded. */
    readonly printk?: readonly string[]
    readonly maps?: readonly { readonly index: number; readonly entries: readonly (readonly [string, string])[] }[]
  }
}

/** A map's contents in the form of the records: per-CPU values of CPU 0 alone, unless the record has them all. */
function dump(map: KernelMap, allCpus: boolean): [string, string][] {
  if (map.def.type === 'ringbuf') {
    return (map as RingbufMap).ring.records().map((r) => [r.state === 'submitted' ? '' : r.state, toHex(r.data)])
  }
  const size = map.def.valueSize
  const rows = map.entries().map((e): [string, string] => [toHex(e.key), toHex(allCpus ? e.value : e.value.subarray(0, size))])
  return map.def.type.includes('hash') ? rows.sort(([a], [b]) => (a < b ? -1 : 1)) : rows
}

/**
 * '' where the simulated kernel does what Linux did; else what differs. Begins with "unsupported" where something is not modelled, and
 * with "unwritten" where the program reads stack bytes that nobody wrote, so that no answer is the right one.
 */
export function replayRecord(json: RunRecord, engine: 'interp' | 'jit' = 'interp'): string {
  let note = ''
  const parsed = readRecord(json)
  if (!parsed.ok) return `record: ${parsed.error}`
  const want = json.run!
  const got = testRun({ program: parsed.record.program, data: parsed.record.packet!, cpus: 2, engine, verified: true })
  if (got.unwrittenAt >= 0) note = `unwritten stack at ${got.unwrittenAt}: `
  if (got.unsupported) return `unsupported ${got.unsupported}`
  if (got.fault) return `fault ${got.fault.kind} at ${got.fault.insn}: ${got.fault.text}`
  if (got.errno !== (want.errno ?? 0)) return `errno ${got.errno}, Linux ${want.errno ?? 0}`
  if (got.errno !== 0) return ''
  if (got.retval !== want.retval) return `${note}retval ${got.retval}, Linux ${want.retval}`
  if (toHex(got.dataOut) !== want.data_out) return `${note}data_out\n    ours  ${toHex(got.dataOut)}\n    Linux ${want.data_out}`
  for (const { index, entries } of want.maps ?? []) {
    const map = got.maps[index]
    const ours = JSON.stringify(dump(map, json.maps[index].allcpu === true))
    const theirs = JSON.stringify(entries)
    if (ours !== theirs) return `${note}map ${index} ${map.def.type}\n    ours  ${ours.slice(0, 400)}\n    Linux ${theirs.slice(0, 400)}`
  }
  if (want.printk && got.printk.join('\n') !== want.printk.join('\n')) {
    return `${note}printk\n    ours  ${JSON.stringify(got.printk)}\n    Linux ${JSON.stringify(want.printk)}`
  }
  return ''
}
