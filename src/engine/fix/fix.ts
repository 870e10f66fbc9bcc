// Checked fixes: edits that were applied to a copy of the C text, compiled, accepted by the verifier, and seen to give the same results as the
// refused program on the packets that it handles without harm. In: a refused program, its text and how to compile another one. Out: at most two
// fixes, the likeliest first. One edit may uncover the next problem, which may be mended by a second one. Resumable: one compilation a slice.
import type { FixCode } from '../../diag/index.ts'
import type { Program } from '../../isa/index.ts'
import {
  createKernel,
  type Kernel,
  type LoadedProgram,
  loadProgram,
  outcome,
  packetBytes,
  restoreKernel,
  runInvocation,
  runsPackets,
  saveKernel,
  startInvocation,
} from '../../kernel/index.ts'
import { type VerifyOptions, type VerifyResult, verify } from '../../verifier/index.ts'
import { explain } from '../explain/explain.ts'
import { kfuncNames } from '../run.ts'
import type { Opened } from '../toolchain.ts'
import { type DiffRow, diffRows } from './diff.ts'
import { FIX_RULES } from './rules.ts'
import { siteOf } from './site.ts'
import { applyEdits } from './source-text.ts'

export interface CheckedFix {
  /** What each edit does, the first one first. */
  readonly names: readonly FixCode[]
  /** The whole text with the fix. */
  readonly text: string
  readonly diff: readonly DiffRow[]
  /** Packets on which both programs gave the same answer and bytes. */
  readonly packets: number
}

export interface FixTask {
  readonly file: string
  readonly text: string
  readonly program: Program
  readonly result: VerifyResult
  readonly options: VerifyOptions
  readonly compile: (text: string) => Opened
  /** The scenario's packets. */
  readonly packets: readonly Uint8Array[]
}

export interface FixSearch {
  /** Tries that many edits. */
  run(edits: number): 'more' | 'done'
  result(): readonly CheckedFix[]
}

const MAX_FIXES = 2
const MAX_TRIES = 100
/** Edits tried behind one that uncovered another problem. */
const MAX_SECOND = 8
const LONGEST_WALK = 300_000
const MAX_PACKETS = 12
const FUEL = 200_000

interface Try {
  readonly names: readonly FixCode[]
  readonly text: string
}

export function startFixes(task: FixTask): FixSearch {
  const good = goodPackets(task)
  let queue = triesAt(task, task.program, task.result, task.text, [])
  const second: Try[] = []
  const found: CheckedFix[] = []
  const seen = new Set<string>([task.text])
  let tries = 0
  return {
    run(edits) {
      for (let left = edits; left > 0; left--) {
        // Two edits are only tried where no single one mends it.
        if (queue.length === 0 && found.length === 0) queue = second.splice(0)
        const next = queue.shift()
        if (!next || found.length >= MAX_FIXES || tries >= MAX_TRIES) return 'done'
        if (seen.has(next.text) || found.some((f) => f.names[0] === next.names[0])) continue
        seen.add(next.text)
        tries++
        const { program, result } = judge(task, next.text)
        if (!program || !result) continue
        if (result.verdict === 'accepted') {
          if (!sameResults(task, program, good)) continue
          found.push({ names: next.names, text: next.text, diff: diffRows(task.text, next.text), packets: good.length })
        } else if (result.verdict === 'rejected' && next.names.length === 1) {
          second.push(...triesAt(task, program, result, next.text, next.names).slice(0, MAX_SECOND))
        }
      }
      return 'more'
    },
    result: () => found,
  }
}

function triesAt(task: FixTask, program: Program, result: VerifyResult, text: string, before: readonly FixCode[]): Try[] {
  const explanation = explain(program, task.options, result, task.file)
  const site = explanation && siteOf(text, task.file, program, explanation, result.message, result.insn)
  if (!explanation || !site) return []
  const out: Try[] = []
  for (const rule of FIX_RULES) {
    if (!rule.codes.includes(explanation.code)) continue
    for (const edits of rule.edits(site)) {
      const names = before.includes(rule.name) ? before : [...before, rule.name]
      if (edits.length > 0)
        out.push({ names: before.length > 0 && names === before ? [...before, rule.name] : names, text: applyEdits(text, edits) })
    }
  }
  return out
}

function judge(task: FixTask, text: string): { readonly program?: Program; readonly result?: VerifyResult } {
  const opened = task.compile(text)
  const hasError = opened.diagnostics.some((d) => d.severity === 'error') || opened.loading.some((d) => d.severity === 'error')
  const program = hasError ? undefined : opened.programs.find((p) => p.name === task.program.name)
  if (!program) return {}
  const others = opened.programs.filter((p) => p !== program)
  const result = verify(program, task.options)
  if (result.stats.processed > LONGEST_WALK && result.verdict !== 'accepted') return {}
  // A fix that makes another program of the file worse is none.
  const worse = others.some((p) => verify(p, task.options).verdict === 'rejected' && task.result.verdict === 'accepted')
  return worse ? {} : { program, result }
}

// Results

interface GoodPacket {
  readonly packet: Uint8Array
  readonly retval: number
  readonly out: Uint8Array
}

/** What the refused program does, unverified, with the packets that do it no harm. */
function goodPackets(task: FixTask): readonly GoodPacket[] {
  if (!runsPackets(task.program.type)) return []
  const answers = answersOf(task, task.program)
  return task.packets.slice(0, MAX_PACKETS).flatMap((packet) => {
    const answer = answers?.(packet)
    return answer ? [{ packet, ...answer }] : []
  })
}

function sameResults(task: FixTask, program: Program, good: readonly GoodPacket[]): boolean {
  if (good.length === 0) return true
  const answers = answersOf(task, program)
  return good.every(({ packet, retval, out }) => {
    const answer = answers?.(packet)
    return answer !== undefined && answer.retval === retval && answer.out.length === out.length && answer.out.every((b, i) => b === out[i])
  })
}

function answersOf(task: FixTask, program: Program) {
  const kernel: Kernel = createKernel({ seed: 1, kfuncName: kfuncNames(task.options.kernel), engine: 'interp', verified: false })
  const loaded = loadProgram(kernel, program)
  if (!loaded.ok) return undefined
  const start = saveKernel(kernel)
  return (packet: Uint8Array) => {
    restoreKernel(kernel, start)
    return answerTo(kernel, loaded.program, packet)
  }
}

function answerTo(
  kernel: Kernel,
  program: LoadedProgram,
  packet: Uint8Array,
): { readonly retval: number; readonly out: Uint8Array } | undefined {
  if (packet.length < 14 || !startInvocation(kernel, program, packet, kernel.nowNs).ok) return undefined
  runInvocation(kernel, FUEL)
  const end = outcome(kernel)
  return end.kind === 'exited' ? { retval: end.retval, out: packetBytes(kernel) } : undefined
}
