// Runs programs on the interpreter and on compiled code and compares everything that can be seen: return value, packet, maps, printk,
// faults, features that are not modelled, instructions executed. Each program runs compiled with every access checked, and, where the verifier accepts
// it, compiled as a verified one; with all the fuel it needs and with less.
// Usage: node scripts/ts.mjs bench/engines.ts [--seed N] [--count N] [--lane NAME] [--from I] [--show N]     generated programs
//        node scripts/ts.mjs bench/engines.ts --records FILE.jsonl [--count N]                                recorded ones
// Exit code 1 where anything differs.
import { readFileSync } from 'node:fs'
import { toHex } from '../src/base/index.ts'
import { disassembleProgram, type Program, readRecord, verify } from '../src/engine/index.ts'
import { type TestRunOptions, testRun } from '../src/kernel/index.ts'
import { generate, laneNames, laneShare } from '../src/testkit/index.ts'

const words = process.argv.slice(2)
const option = (name: string): string | undefined => (words.includes(name) ? words[words.indexOf(name) + 1] : undefined)
const number = (name: string, otherwise: number): number => Number(option(name) ?? otherwise)

const ENDLESS = 100_000

/** All that a run shows, as text. */
function seen(options: TestRunOptions): string {
  const r = testRun(options)
  const maps = r.maps.map((m) =>
    m
      .entries()
      .map((e) => `${toHex(e.key)}=${toHex(e.value)}`)
      .join(' '),
  )
  const fault = r.fault ? `${r.fault.kind} ${r.fault.region} ${r.fault.insn} ${r.fault.address} ${r.fault.text}` : ''
  return [`r0 ${r.retval} errno ${r.errno} steps ${r.steps}`, toHex(r.dataOut), ...maps, ...r.printk, fault, r.unsupported ?? ''].join('\n')
}

function differences(program: Program, data: Uint8Array, accepted: boolean): string[] {
  const out: string[] = []
  const runs = testRun({ program, data, fuel: ENDLESS }).steps
  for (const fuel of [ENDLESS, Math.floor(runs / 2), runs, runs - 1]) {
    const expected = seen({ program, data, fuel })
    for (const verified of accepted ? [false, true] : [false]) {
      let got: string
      try {
        got = seen({ program, data, fuel, engine: 'jit', verified })
      } catch (error) {
        got = error instanceof Error ? `${error.stack}` : String(error)
      }
      if (got !== expected)
        out.push(`fuel ${fuel} ${verified ? 'verified' : 'checked'}\n--- interpreter\n${expected}\n--- compiled\n${got}`)
    }
  }
  return out
}

function* inputs(): Generator<unknown> {
  const file = option('--records')
  if (file) {
    for (const line of readFileSync(file, 'utf8')
      .split('\n')
      .slice(number('--from', 0), number('--from', 0) + number('--count', 1e9)))
      if (line) yield JSON.parse(line)
    return
  }
  const only = option('--lane')
  const lanes = only ? [only] : laneNames
  const shares = lanes.reduce((sum, lane) => sum + laneShare(lane), 0)
  for (const lane of lanes) {
    const n = only ? number('--count', 1000) : Math.round((number('--count', 1000) * laneShare(lane)) / shares)
    for (let i = 0; i < n; i++) yield generate(lane, number('--seed', 1), number('--from', 0) + i)
  }
}

const count = { programs: 0, verified: 0, different: 0 }
let show = number('--show', 5)
for (const input of inputs()) {
  const read = readRecord(input)
  if (!read.ok) continue
  const { program } = read.record
  const data = read.record.packet ?? new Uint8Array(64)
  const accepted = verify(program, { logLevel: 0 }).verdict === 'accepted'
  count.programs++
  if (accepted) count.verified++
  const found = differences(program, data, accepted)
  if (found.length === 0) continue
  count.different++
  if (show-- <= 0) continue
  console.log(`${(input as { id?: string }).id ?? ''}\n${disassembleProgram(program).join('\n')}\n${found[0]}`)
}
console.log(`${count.programs} programs, ${count.verified} of them accepted: ${count.different} differ`)
if (count.different > 0) process.exitCode = 1
