// Runs programs on the interpreter and on compiled code and compares everything that can be seen: return value, packet, maps, printk,
// faults, features that are not modelled, instructions executed, random numbers drawn.
//
// A generated program runs compiled once, and programs take turns: three of four compiled as verified ones where the verifier accepts them, all
// others with every access checked; with all the fuel it needs, exactly that, one less, and half. `--thorough` puts each program through all of these.
// Usage: node scripts/ts.mjs bench/engines.ts [--seed N] [--count N] [--lane NAME] [--from I] [--show N] [--thorough]     generated programs
//        node scripts/ts.mjs bench/engines.ts --records FILE.jsonl [--count N]                             recorded ones, thoroughly
//        node scripts/ts.mjs bench/engines.ts --kernel [--seed N] [--count N] [--lane NAME] [--type NAME]    N accepted ones, the running kernel as well
// Exit code 1 where anything differs.
import { readFileSync } from 'node:fs'
import { disassembleProgram, type Program, readRecord } from '../src/engine/index.ts'
import { type GeneratedRecord, generate, laneNames, laneShare } from '../src/testkit/index.ts'
import { apart, createStand, runOn } from '../src/testkit/stands.ts'
import { startVerify } from '../src/verifier/index.ts'
import { compareWithKernel } from './kernel-runs.ts'

const words = process.argv.slice(2)
const option = (name: string): string | undefined => (words.includes(name) ? words[words.indexOf(name) + 1] : undefined)
const number = (name: string, otherwise: number): number => Number(option(name) ?? otherwise)
const thorough = words.includes('--thorough') || words.includes('--records')

const ENDLESS = 100_000

const interpreter = createStand({ engine: 'interp' })
const checked = createStand({ engine: 'jit' })
const verified = createStand({ engine: 'jit', verified: true })

const count = { programs: 0, unjudged: 0, verified: 0, checked: 0, runs: 0, different: 0 }

/** Steps that a verdict may take. One program of a hundred takes nearly all the time, so one of sixteen is given all that it needs. */
const STEPS = 10_000

/** Whether the verifier accepts a program; false where that takes long and the turn is not one that waits. */
function isAccepted(program: Program, waits: boolean): boolean {
  const verification = startVerify(program, { logLevel: 0 })
  for (;;) {
    if (verification.run(STEPS) === 'done') return verification.result().verdict === 'accepted'
    if (waits) continue
    count.unjudged++
    return false
  }
}

/** Runs a program in the turn with this number; what differs. */
function differences(program: Program, data: Uint8Array, turn: number): string[] {
  const mayBeVerified = thorough || turn % 4 !== 0
  const accepted = mayBeVerified && isAccepted(program, thorough || turn % 16 === 1)
  const stands = accepted ? (thorough ? [checked, verified] : [verified]) : [checked]
  const whole = runOn(interpreter, program, data, ENDLESS)
  const needed = whole.steps
  const fuels = [ENDLESS, Math.floor(needed / 2), needed, needed - 1]
  if (accepted) count.verified++
  if (!accepted || thorough) count.checked++
  const out: string[] = []
  for (const fuel of thorough ? fuels : [fuels[(turn >> 2) & 3]]) {
    const expected = fuel === ENDLESS && !thorough ? whole : runOn(interpreter, program, data, fuel)
    for (const stand of stands) {
      count.runs++
      let found: string
      try {
        found = apart(interpreter, expected, stand, runOn(stand, program, data, fuel))
      } catch (error) {
        found = error instanceof Error ? `${error.stack}` : String(error)
      }
      if (found !== '') out.push(`fuel ${fuel}\n${found}`)
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

const typeName = option('--type')
const ofType = (record: GeneratedRecord): GeneratedRecord => (typeName ? { ...record, type: typeName, attach_type: 0 } : record)

/** Programs without end, lanes by turns as often as their shares say. */
function* endless(): Generator<GeneratedRecord> {
  const only = option('--lane')
  const next = new Map<string, number>()
  for (;;) {
    for (const lane of only ? [only] : laneNames) {
      const from = next.get(lane) ?? number('--from', 0)
      next.set(lane, from + laneShare(lane))
      for (let i = 0; i < laneShare(lane); i++) yield ofType(generate(lane, number('--seed', 1), from + i))
    }
  }
}

function compareEngines(): boolean {
  let show = number('--show', 5)
  for (const input of inputs()) {
    const read = readRecord(input)
    if (!read.ok) continue
    const { program } = read.record
    const found = differences(program, read.record.packet ?? new Uint8Array(64), count.programs++)
    if (found.length === 0) continue
    count.different++
    if (show-- <= 0) continue
    console.log(`${(input as { id?: string }).id ?? ''}\n${disassembleProgram(program).join('\n')}\n${found[0]}`)
  }
  console.log(
    `${count.programs} programs, ${count.verified} compiled as verified, ${count.checked} with every access checked (${count.unjudged} for a verdict that takes long), ${count.runs} runs compared: ${count.different} differ`,
  )
  return count.different === 0
}

const same = words.includes('--kernel')
  ? await compareWithKernel(endless(), number('--count', 1000), number('--show', 5))
  : compareEngines()
if (!same) process.exitCode = 1
