// Sequences of helper calls before the running kernel and before ours, on both engines: each call's answer, the packet and the maps have to be equal.
// Usage: npm run -s helper-sequences -- [--seed N] [--count N] [--from I] [--show N]
// Exit code 1 where anything differs; "skipped" and 0 where the kernel cannot be asked.
import { fromHex, toHex } from '../src/base/index.ts'
import { readRecord } from '../src/engine/index.ts'
import { disassemble } from '../src/isa/index.ts'
import { type KernelMap, testRun } from '../src/kernel/index.ts'
import { helperSequence, seeded, toRecord } from '../src/testkit/index.ts'
import { askRecords, type KernelAnswer, whyNoRecords } from '../src/testkit/records.ts'

const words = process.argv.slice(2)
const number = (name: string, otherwise: number): number => Number(words.includes(name) ? words[words.indexOf(name) + 1] : otherwise)
const AHEAD = 64

const entriesOf = (map: KernelMap): [string, string][] => {
  const rows = map.entries().map((e): [string, string] => [toHex(e.key), toHex(e.value)])
  return map.def.type.includes('hash') || map.def.type === 'lpm_trie' ? rows.sort(([a], [b]) => (a < b ? -1 : 1)) : rows
}

type Record_ = ReturnType<typeof toRecord>

/** Lines of what differs. */
function differences(record: Record_, answer: KernelAnswer): string[] {
  if (answer.verdict !== 'accepted' || !answer.run)
    return [`Linux: ${answer.error ?? answer.log?.split('\n').slice(-3).join(' ') ?? 'no run'}`]
  const read = readRecord(record)
  if (!read.ok) return [read.error]
  const out: string[] = []
  for (const engine of ['interp', 'jit'] as const) {
    const r = testRun({ program: read.record.program, data: read.record.packet!, engine, verified: true })
    if (r.unsupported || r.fault) out.push(`${engine}: ${r.unsupported ?? r.fault?.text}`)
    if (r.errno !== (answer.run.errno ?? 0)) out.push(`${engine}: errno ${r.errno}, Linux ${answer.run.errno ?? 0}`)
    if (out.length > 0 || r.errno !== 0) continue
    if (r.retval !== answer.run.retval) out.push(`${engine}: returns ${r.retval}, Linux ${answer.run.retval}`)
    if (toHex(r.dataOut) !== answer.run.data_out) out.push(`${engine}: packet ${toHex(r.dataOut)}\n   Linux: packet ${answer.run.data_out}`)
    for (const { index, entries } of answer.run.maps ?? []) {
      const sorted = record.maps[index].type.includes('hash') || record.maps[index].type === 'lpm_trie'
      const theirs = sorted ? [...entries].sort(([a], [b]) => (a < b ? -1 : 1)) : entries
      const ours = entriesOf(r.maps[index])
      if (JSON.stringify(theirs) === JSON.stringify(ours)) continue
      out.push(
        index === 0
          ? `${engine}: ${firstCall(ours, theirs)}`
          : `${engine}: map ${index} ${JSON.stringify(ours)}, Linux ${JSON.stringify(theirs)}`,
      )
    }
  }
  return out
}

/** The first call whose answers differ. */
function firstCall(ours: readonly (readonly string[])[], theirs: readonly (readonly string[])[]): string {
  const [a, b] = [ours[0]?.[1] ?? '', theirs[0]?.[1] ?? '']
  for (let n = 0; n < a.length / 16; n++) {
    const [x, y] = [a.slice(16 * n, 16 * n + 16), b.slice(16 * n, 16 * n + 16)]
    if (x !== y) return `call ${n} answers ${x}, Linux ${y}`
  }
  return 'results of another size'
}

const missing = whyNoRecords(process.cwd())
if (missing) {
  console.log(`skipped: the running kernel cannot be asked (${missing}).`)
  process.exit(0)
}
const oracle = askRecords(4, false, process.cwd())
const [seed, count, from, show] = [number('--seed', 1), number('--count', 1000), number('--from', 0), number('--show', 5)]
const total = { sequences: 0, calls: 0, rejected: 0, different: 0 }
const pending: { readonly record: Record_; readonly answer: Promise<KernelAnswer> }[] = []
async function judge(): Promise<void> {
  const { record, answer } = pending.shift()!
  const linux = await answer
  const found = differences(record, linux)
  total.sequences++
  if (linux.verdict !== 'accepted') total.rejected++
  if (found.length === 0) return
  total.different++
  if (total.different <= show)
    console.log(`${record.id} (${record.gen}, ${record.run?.data.length} digits)\n   ${found.slice(0, 4).join('\n   ')}`)
  if (words.includes('--code') && total.different <= show) console.log(disassemble(fromHex(record.insns)!).slice(0, 20_000))
}
for (let i = from; i < from + count; i++) {
  const record = toRecord(`sequence-${seed}-${i}`, 'sequences', helperSequence(seeded(seed * 0x10001 + i)))
  total.calls += (record.insns.match(/85000000/g) ?? []).length
  pending.push({ record, answer: oracle.ask(record) })
  if (pending.length > AHEAD) await judge()
}
while (pending.length > 0) await judge()
oracle.close()
console.log(`${total.sequences} sequences, ${total.calls} calls: ${total.different} differ, ${total.rejected} rejected by Linux`)
process.exitCode = total.different > 0 ? 1 : 0
