// Generated programs that the verifier accepts, run by the running kernel (BPF_PROG_TEST_RUN), by the interpreter and as compiled code: return
// value, packet and maps have to be equal. Programs that read stack bytes which nobody wrote, show addresses, or ask for time or chance may end
// otherwise by nature; those that do are counted apart, by why. Programs on which Linux may crash are not handed to it, and what would leave the
// test run (a clone that is sent, a signal) is not run.
import { toHex } from '../src/base/index.ts'
import { disassembleProgram, type Program, readRecord } from '../src/engine/index.ts'
import { runsPackets } from '../src/kernel/index.ts'
import { type OwnRun, runDifferences, whyUndetermined } from '../src/testkit/differential.ts'
import type { GeneratedRecord } from '../src/testkit/index.ts'
import { askRecords, type KernelAnswer, whyNoRecords } from '../src/testkit/records.ts'
import { apart, createStand, runOn, type StandRun } from '../src/testkit/stands.ts'
import { startVerify } from '../src/verifier/index.ts'

/** Programs that the kernel is asked about while ours run. */
const AHEAD = 128
const FUEL = 2_000_000
/** Steps that a verdict may take: with the rest, the kernel and we would be busy with few programs. */
const STEPS = 50_000

interface Candidate {
  readonly record: GeneratedRecord
  readonly program: Program
  readonly packet: Uint8Array
  readonly answer: Promise<KernelAnswer>
}

/** Whether nothing differs. Ends after `count` programs that were compared. */
export async function compareWithKernel(records: Iterable<GeneratedRecord>, count: number, show: number): Promise<boolean> {
  const root = process.cwd()
  const missing = whyNoRecords(root)
  if (missing) {
    console.log(`skipped: the running kernel cannot be asked (${missing}).`)
    return true
  }
  const oracle = askRecords(0, false, root)
  const prover = askRecords(0, true, root)
  const stands = { interpreter: createStand({ engine: 'interp' }), compiled: createStand({ engine: 'jit', verified: true }) }
  const tally = { generated: 0, compared: 0, different: 0, lax: 0 }
  const others = new Map<string, number>()
  const other = (why: string): void => void others.set(why, (others.get(why) ?? 0) + 1)
  let left = show
  const tell = ({ record, program }: Candidate, what: string): void => {
    tally.different++
    if (left-- > 0) console.log(`${record.id} ${record.gen} ${record.type}\n${disassembleProgram(program).join('\n')}\n${what}`)
  }

  const judge = async (candidate: Candidate): Promise<void> => {
    const { record, program, packet } = candidate
    const linux = await candidate.answer
    if (linux.error !== undefined) {
      other(`not asked: ${linux.error.replace(/\d+/g, '#')}`)
      return
    }
    if (linux.verdict !== 'accepted') {
      tally.lax++
      tell(candidate, 'Linux rejects it')
      return
    }
    if (!linux.run) {
      other('not run')
      return
    }
    const interpreted = runOn(stands.interpreter, program, packet, FUEL)
    if (interpreted.unsupported !== undefined) {
      other(`not modelled: ${interpreted.unsupported}`)
      return
    }
    tally.compared++
    const compiled = runOn(stands.compiled, program, packet, FUEL)
    const between = apart(stands.interpreter, interpreted, stands.compiled, compiled)
    const found = [interpreted, compiled].flatMap((run) => runDifferences(record.gen, linux.run!, ownRun(run)))
    if (between === '' && found.length === 0) return
    const proved = found[0]?.[0] !== 'fault' && between === '' ? (await prover.ask(record)).proved === true : true
    const why = between === '' && found[0]![0] !== 'fault' ? whyUndetermined(record, { proved }, interpreted.unwrittenAt) : undefined
    if (why) other(`differs by nature: ${why}`)
    else tell(candidate, between || found.map(([kind, theirs, ours]) => `${kind}\n  Linux ${theirs}\n  ours  ${ours}`).join('\n'))
  }

  let waiting: Candidate[] = []
  for (const record of records) {
    tally.generated++
    const read = readRecord(record)
    if (!read.ok || !read.record.packet || !runsPackets(record.type)) continue
    const { program, packet } = read.record
    const verification = startVerify(program, { logLevel: 0 })
    if (verification.run(STEPS) !== 'done' || verification.result().verdict !== 'accepted') continue
    waiting.push({ record, program, packet, answer: oracle.ask(record) })
    if (waiting.length < AHEAD) continue
    for (const candidate of waiting) await judge(candidate)
    waiting = []
    if (tally.compared >= count) break
  }
  for (const candidate of waiting) await judge(candidate)
  oracle.close()
  prover.close()
  console.log(
    `${tally.generated} programs, ${tally.compared} accepted and run by Linux and both engines: ${tally.different} differ (${tally.lax} of them in the verdict)`,
  )
  for (const [why, n] of [...others].sort((a, b) => b[1] - a[1])) console.log(`  ${n} ${why}`)
  return tally.different === 0
}

function ownRun(r: StandRun): OwnRun {
  const fault = r.fault ? `${r.fault.kind} at ${r.fault.insn}: ${r.fault.text}` : ''
  return { ...r, fault, data: toHex(r.dataOut), unsupported: r.unsupported ?? '' }
}
