// Why a path could end at a step: an earlier state covers the one that it came to. Which numbers the earlier state relied upon is known only
// at that very moment of the walk (marks are added later, and dead registers cleared), so the verification is run again up to there.
// What is said of each register and slot follows compare.ts, which decides; nothing is decided here.
import { ALL_MISC, type ExactLevel, NOT_EXACT, regsSame } from './compare.ts'
import {
  ALLOCATED_SLOTS,
  baseType,
  FRAME_NO,
  ID,
  NOT_INIT,
  PRECISE,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  RANGE,
  REF_OBJ_ID,
  REGS,
  regAt,
  SCALAR_VALUE,
  SLOT_TYPE,
  slotAt,
  TYPE,
} from './domain/layout.ts'
import { isSpilled } from './domain/slots.ts'
import type { Env } from './env.ts'
import { regText } from './log/reg-text.ts'
import { slotChars } from './log/state-text.ts'
import { frameInsnIdx, type State } from './state.ts'
import type { StateView, VerifyResult } from './types.ts'
import { startVerifyWith } from './verify.ts'
import { viewState } from './views.ts'

/**
 * same: nothing differs. ids: the same but for the numbers of ids, which play the same parts. within: every value that it may have is one
 * that the earlier state allowed. packet: at least as many bytes of the packet are proven. unused: the earlier state's paths never read it.
 * imprecise: they read it, but nothing depended on its value. unwritten: they did without it, whatever it holds now.
 */
export type PruneReason = 'same' | 'ids' | 'within' | 'packet' | 'unused' | 'imprecise' | 'unwritten'

/** One register or stack slot in both states. */
export interface CoveredPart {
  /** "r3", "fp-16". */
  readonly place: string
  readonly frame: number
  readonly why: PruneReason
  /** As the log prints them; '' where there is nothing. */
  readonly old: string
  readonly new: string
}

export interface PruneExplanation {
  readonly step: number
  readonly coveredBy: number
  /** Numbers had to be the same, or within, whether or not anything relied upon them, since the loop was not explored to its end. */
  readonly strict: boolean
  /** The innermost frames. */
  readonly old: StateView
  readonly new: StateView
  /** All frames, the outermost first; registers that neither state has are left out. */
  readonly parts: readonly CoveredPart[]
}

const SLICE = 4096

/** Why the walk did not go on at `step`, a step that was pruned or refused as an endless loop; undefined for all others. */
export function explainPrune(result: VerifyResult, step: number): PruneExplanation | undefined {
  const { recorded, steps } = result
  if (!recorded || !(step >= 0 && step < steps.count) || steps.cover[step]! < 0) return undefined
  let found: PruneExplanation | undefined
  const onCovered = (env: Env, exact: ExactLevel): void => {
    if (env.recorder?.count === step) found = explain(env, env.covering!, step, exact)
  }
  const again = startVerifyWith(recorded.program, { ...recorded.options, logLevel: 0, record: true }, { onCovered })
  while (!found && again.run(SLICE) === 'more') {}
  return found
}

function explain(env: Env, old: State, step: number, exact: ExactLevel): PruneExplanation {
  const { cur } = env
  const parts: CoveredPart[] = []
  for (let fr = 0; fr <= cur.curframe; fr++) explainFrame(env, old, fr, exact, parts)
  return {
    step,
    coveredBy: old.step,
    strict: exact !== NOT_EXACT,
    old: viewState(env, old, old.step),
    new: viewState(env, cur, step),
    parts,
  }
}

function explainFrame(env: Env, old: State, fr: number, exact: ExactLevel, parts: CoveredPart[]): void {
  const { cur } = env
  const a = old.words
  const b = cur.words
  const fa = old.at[fr]!
  const fb = cur.at[fr]!
  const frame = b[fb + FRAME_NO]!
  const live = env.aux.liveRegs[frameInsnIdx(old, fr)]!
  const text = (s: Int32Array, r: number): string => (s[r + TYPE] === NOT_INIT ? '' : regText(s, r, frame, env.names))
  for (let i = 0; i < REGS; i++) {
    const ra = regAt(fa, i)
    const rb = regAt(fb, i)
    if (a[ra + TYPE] === NOT_INIT && b[rb + TYPE] === NOT_INIT) continue
    const why = live & (1 << i) || i === REGS - 1 ? regReason(a, ra, b, rb, exact) : 'unused'
    parts.push({ place: `r${i}`, frame, why, old: text(a, ra), new: text(b, rb) })
  }
  const oldSlots = a[fa + ALLOCATED_SLOTS]!
  const newSlots = b[fb + ALLOCATED_SLOTS]!
  const slotText = (s: Int32Array, slot: number): string => {
    const chars = slotChars(s, slot)
    return isSpilled(s, slot) ? chars.replace(/r.*/, '') + text(s, slot) : chars === '????????' ? '' : chars
  }
  for (let i = 0; i < Math.max(oldSlots, newSlots); i++) {
    const sa = slotAt(fa, i)
    const sb = slotAt(fb, i)
    const was = i < oldSlots ? slotText(a, sa) : ''
    const is = i < newSlots ? slotText(b, sb) : ''
    if (was === '' && is === '') continue
    parts.push({ place: `fp${-8 * (i + 1)}`, frame, why: slotReason(a, sa, b, sb, was, is, exact), old: was, new: is })
  }
}

function regReason(a: Int32Array, ra: number, b: Int32Array, rb: number, exact: ExactLevel): PruneReason {
  const type = a[ra + TYPE]!
  if (type === NOT_INIT) return 'unwritten'
  if (regsSame(a, ra, b, rb)) return a[ra + ID] === b[rb + ID] && a[ra + REF_OBJ_ID] === b[rb + REF_OBJ_ID] ? 'same' : 'ids'
  if (type === SCALAR_VALUE && exact === NOT_EXACT && a[ra + PRECISE] === 0) return 'imprecise'
  const base = baseType(type)
  return (base === PTR_TO_PACKET || base === PTR_TO_PACKET_META) && a[ra + RANGE] !== b[rb + RANGE] ? 'packet' : 'within'
}

function slotReason(a: Int32Array, sa: number, b: Int32Array, sb: number, was: string, is: string, exact: ExactLevel): PruneReason {
  if (was === '') return 'unused'
  if (was === is) return 'same'
  if (exact === NOT_EXACT && ((a[sa + SLOT_TYPE]! | a[sa + SLOT_TYPE + 1]!) & ~ALL_MISC) === 0) return 'imprecise'
  if (!isSpilled(a, sa)) return 'ids'
  if (isSpilled(b, sb)) return regReason(a, sa, b, sb, exact)
  return exact === NOT_EXACT && a[sa + TYPE] === SCALAR_VALUE && a[sa + PRECISE] === 0 ? 'imprecise' : 'within'
}
