// States for people: what the verification believes before a step. For one step of a recorded walk the state is rebuilt (replay.ts); for all
// visits of an instruction the same verification is run again.
import type { InsnIdx, Program } from '../isa/index.ts'
import { isSpilled } from './check/stack.ts'
import {
  ALLOCATED_SLOTS,
  baseType,
  CONST_PTR_TO_MAP,
  FRAME_NO,
  ID,
  KIND_NAMES,
  MAP,
  MASK_HI,
  mayBeNull,
  NOT_INIT,
  OFF,
  PRECISE,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  RANGE,
  REGS,
  regAt,
  S32MAX,
  S32MIN,
  SLOT_TYPE,
  SMAX_HI,
  SMIN_HI,
  slotAt,
  TYPE,
  U32MAX,
  U32MIN,
  UMAX_HI,
  UMIN_HI,
  VALUE_HI,
} from './domain/layout.ts'
import type { Env } from './env.ts'
import { regText, regTypeName } from './log/reg-text.ts'
import { slotChars } from './log/state-text.ts'
import { replayTo } from './replay.ts'
import { wholeState } from './show.ts'
import type { State } from './state.ts'
import { STEP_REJECTED } from './steps.ts'
import type { StatesAt, StateView, StepTable, ValueView, VerifyOptions, VerifyResult } from './types.ts'
import { startVerifyWith } from './verify.ts'

/** Instructions between two looks at whether there are states enough. */
const SLICE = 4096

/** Up to `limit` states before `insn`, in the order of the walk. */
export const statesAt: StatesAt = (program: Program, options: VerifyOptions, insn: InsnIdx, limit: number): readonly StateView[] => {
  const views: StateView[] = []
  const onStep = (env: Env): void => {
    if (env.insnIdx === insn && views.length < limit) views.push(viewOf(env))
  }
  const verification = startVerifyWith(program, { ...options, logLevel: 0, record: true }, { onStep })
  while (views.length < limit && verification.run(SLICE) === 'more') {}
  return views
}

/** What was believed before each step of a walk, by step; undefined where the walk is longer than `limit` or ends in no acceptance. */
export function statesOfWalk(
  program: Program,
  limit: number,
): { readonly states: readonly StateView[]; readonly steps: StepTable } | undefined {
  const states: StateView[] = []
  const onStep = (env: Env): void => {
    if (states.length <= limit) states.push(viewOf(env))
  }
  const verification = startVerifyWith(program, { logLevel: 0, record: true }, { onStep })
  while (states.length <= limit && verification.run(SLICE) === 'more') {}
  if (states.length > limit) return undefined
  const { verdict, steps } = verification.result()
  return verdict === 'accepted' ? { states, steps } : undefined
}

/** States of a path that was refused: what was believed before each of its last `limit` instructions, the refused one last. Empty where
 * nothing was walked, or the walk was longer than `longest` steps. */
export function rejectedPath(program: Program, options: VerifyOptions, limit: number, longest: number): readonly StateView[] {
  const walk = startVerifyWith(program, { ...options, logLevel: 0, record: true })
  if (walk.run(longest) === 'more') return []
  const result = walk.result()
  const { verdict, steps } = result
  if (verdict !== 'rejected' || steps.count === 0) return []
  const path: StateView[] = []
  for (let step = lastRejected(steps); step >= 0 && path.length < limit; step = steps.parent[step]!) path.push(stateAtStep(result, step)!)
  return path.reverse()
}

function lastRejected(steps: StepTable): number {
  for (let i = steps.count - 1; i >= 0; i--) if (steps.kind[i] === STEP_REJECTED) return i
  return steps.count - 1
}

/** The state before a step of a walk that was recorded; of a pruned step, the state that was covered. Undefined where there is no such step. */
export function stateAtStep(result: VerifyResult, step: number): StateView | undefined {
  const env = result.recorded && replayTo(result.recorded, step)
  return env && viewOf(env)
}

const viewOf = (env: Env): StateView => viewState(env, env.cur, env.step)

export function viewState(env: Env, state: State, step: number): StateView {
  const s = state.words
  const frame = state.at[state.curframe]!
  const frameno = s[frame + FRAME_NO]!
  const regs: ValueView[] = []
  for (let i = 0; i < REGS; i++) regs.push(viewValue(env, s, regAt(frame, i), frameno))
  const stack: { offset: number; text: string; value?: ValueView }[] = []
  for (let i = 0; i < s[frame + ALLOCATED_SLOTS]!; i++) {
    const slot = slotAt(frame, i)
    if ((s[slot + SLOT_TYPE]! | s[slot + SLOT_TYPE + 1]!) === 0) continue
    const offset = -8 * (i + 1)
    if (!isSpilled(s, slot)) stack.push({ offset, text: slotChars(s, slot) })
    else {
      const value = viewValue(env, s, slot, frameno)
      stack.push({ offset, text: slotChars(s, slot).replace(/r.*/, '') + value.text, value })
    }
  }
  return { step, insn: state.insnIdx, frame: frameno, regs, stack, text: wholeState(env, state, state.curframe).trim() }
}

export function viewValue(env: Env, s: Int32Array, r: number, frameno: number): ValueView {
  const type = s[r + TYPE]!
  const base = baseType(type)
  const s64 = (at: number): bigint => (BigInt(s[r + at]!) << 32n) | BigInt(s[r + at + 1]! >>> 0)
  const u64 = (at: number): bigint => BigInt.asUintN(64, s64(at))
  const readable = type !== NOT_INIT
  const inMap = base === PTR_TO_MAP_VALUE || base === PTR_TO_MAP_KEY || base === CONST_PTR_TO_MAP
  const map = inMap ? env.maps[s[r + MAP]!]?.name : undefined
  return {
    kind: !readable ? 'none' : mayBeNull(type) || type !== base ? regTypeName(type) : KIND_NAMES[base]!,
    text: readable ? regText(s, r, frameno, env.names) : '',
    off: s[r + OFF]!,
    range: base === PTR_TO_PACKET || base === PTR_TO_PACKET_META ? s[r + RANGE]! : 0,
    ...(map ? { map } : {}),
    id: s[r + ID]! & 0x7fffffff,
    varOff: { value: u64(VALUE_HI), mask: u64(MASK_HI) },
    smin: s64(SMIN_HI),
    smax: s64(SMAX_HI),
    umin: u64(UMIN_HI),
    umax: u64(UMAX_HI),
    s32min: s[r + S32MIN]!,
    s32max: s[r + S32MAX]!,
    u32min: s[r + U32MIN]! >>> 0,
    u32max: s[r + U32MAX]! >>> 0,
    precise: s[r + PRECISE] !== 0,
  }
}
