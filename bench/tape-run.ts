// Runs recorded programs on the simulated kernel and compares with what Linux's BPF_PROG_TEST_RUN gave: return value, packet, maps.
// Usage: node scripts/ts.mjs bench/tape-run.ts DIR [LANE] [LIMIT]     DIR holds LANE.jsonl.gz; see docs on the record format there.
// Prints per lane how many are equal, different, unsupported, and undetermined (different, but the program reads stack bytes that nobody
// wrote, so that no answer is the right one), and the first differences. Exit code 1 where any differs.
import { createReadStream, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { toHex } from '../src/base/index.ts'
import { readRecord } from '../src/engine/record.ts'
import { type KernelMap, type RingbufMap, testRun } from '../src/kernel/index.ts'

interface TapeRecord {
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

function difference(json: TapeRecord): string {
  let note = ''
  const parsed = readRecord(json)
  if (!parsed.ok) return `record: ${parsed.error}`
  const want = json.run!
  const got = testRun({ program: parsed.record.program, data: parsed.record.packet!, cpus: 2 })
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

async function main(): Promise<void> {
  const [dir, lane, limit] = process.argv.slice(2)
  if (!dir) throw new Error('usage: tape-run.ts DIR [LANE] [LIMIT]')
  let failed = false
  for (const file of readdirSync(dir).filter((f) => f.endsWith('.jsonl.gz'))) {
    const name = file.replace('.jsonl.gz', '')
    if (lane && lane !== 'all' && lane !== name) continue
    const count = { equal: 0, different: 0, unsupported: 0, undetermined: 0 }
    const samples: string[] = []
    const start = performance.now()
    for await (const line of createInterface({ input: createReadStream(join(dir, file)).pipe(createGunzip()) })) {
      const json = JSON.parse(line) as TapeRecord
      if (!json.run) continue
      const d = difference(json)
      if (d === '') count.equal++
      else {
        if (d.startsWith('unsupported')) count.unsupported++
        else if (d.startsWith('unwritten')) count.undetermined++
        else count.different++
        if (samples.length < 8 && !d.startsWith('unwritten')) samples.push(`  ${json.id}: ${d}`)
      }
      if (limit && count.equal + count.different + count.unsupported + count.undetermined >= Number(limit)) break
    }
    const ms = Math.round(performance.now() - start)
    console.log(
      `${name}: ${count.equal} equal, ${count.different} different, ${count.unsupported} unsupported, ${count.undetermined} undetermined (${ms} ms)`,
    )
    for (const s of samples) console.log(s)
    failed ||= count.different > 0
  }
  if (failed) process.exitCode = 1
}

await main()
