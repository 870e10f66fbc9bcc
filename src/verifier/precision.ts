// Which numbers have to be known exactly. A register is "precise" in a checkpoint if something later relied on its value; where nobody
// did, another value is as good, and more paths are found to be equal. When a value is relied upon, the way taken is walked backwards,
// instruction by instruction and checkpoint by checkpoint, to mark all that it was made from.
// The current state needs no marks: only checkpoints are compared with.
// Linux: __mark_chain_precision(), mark_all_scalars_precise(), mark_all_scalars_imprecise(), propagate_precision().
import { BACK_ALU, BACK_ALWAYS, BACK_LOOK, BACK_MOV, BACK_NOTHING } from './back-kinds.ts'
import { ARG_REGS, backtrackInsn, bug, dropSlot, isEmpty, reset, wantSlot } from './backtrack.ts'
import {
  ALLOCATED_SLOTS,
  CALLSITE,
  FRAME_SUBPROG,
  PRECISE,
  regAt,
  SCALAR_VALUE,
  STACK_SPILL,
  slotAt,
  slotType,
  TYPE,
} from './domain/layout.ts'
import { type Backtrack, type Env, MAIN_FUNC } from './env.ts'
import { ENOTSUPP } from './errno.ts'
import { HIST_ASKED_REGS, HIST_BEFORE, HIST_FLAGS, HIST_PREV_IDX, NO_ENTRY } from './history.ts'
import { regMaskText, stackMaskText } from './log/state-text.ts'
import { wholeState } from './show.ts'
import type { State } from './state.ts'
import { LOG_LEVEL2, trace } from './verbose.ts'

// ---- the walk back ----

/** The current value of a register is relied upon. Linux: mark_chain_precision(). */
export function markChainPrecision(env: Env, regno: number): number {
  const { bt, cur } = env
  if (env.words[regAt(cur.at[cur.curframe]!, regno) + TYPE] !== SCALAR_VALUE) return bug(env, 'backtracking misuse')
  bt.regs[cur.curframe]! |= 1 << regno
  return backtrack(env, cur)
}

/** Walks back from a state with what env.bt asks for. Linux: mark_chain_precision_batch(). */
export function backtrack(env: Env, start: State): number {
  const { bt, log } = env
  if (env.replayed || !env.bpfCapable) {
    // Marks belong to checkpoints, of which a replay has none; without CAP_BPF all numbers count.
    reset(bt)
    return 0
  }
  const level2 = (log.level & LOG_LEVEL2) !== 0
  let st = start
  let last = start.insnIdx
  let subseq = -1
  bt.frame = start.curframe
  if (isEmpty(bt)) return 0
  for (;;) {
    const first = st.firstInsnIdx
    if (level2) trace(log, `mark_precise: frame${bt.frame}: last_idx ${last} first_idx ${first} subseq_idx ${subseq} \n`)
    if (last < 0) return atFunctionEntry(env, st)
    const done = walkBack(env, st, last, subseq, level2)
    if (done === -ENOTSUPP) break
    if (done) return done === NOTHING_LEFT ? 0 : done
    if (!st.parent) break
    st = st.parent
    const err = markCheckpoint(env, st, level2)
    if (err) return err
    if (isEmpty(bt)) return 0
    subseq = first
    last = st.lastInsnIdx
  }
  markAllScalarsPrecise(env, start)
  reset(bt)
  return 0
}

const NOTHING_LEFT = 1

/**
 * Walks back over the instructions since a state's checkpoint, from `last`; where `subseq` is -1 that one is not looked at, since it is
 * still being executed. Ends early where the same was looked for before. What is looked for in the innermost frame is kept in local variables.
 */
function walkBack(env: Env, st: State, last: number, subseq: number, level2: boolean): number {
  const { bt, history } = env
  const { rows } = history
  const { kind, touch, take } = env.aux.back
  const first = st.firstInsnIdx
  const length = env.insns.length
  let entry = st.history
  let { frame } = bt
  let regs = bt.regs[frame]!
  let slots = bt.slotsLo[frame]! | bt.slotsHi[frame]!
  let outer = outerWanted(bt)
  for (let i = last; ; ) {
    const known = entry !== NO_ENTRY && rows[entry] === i
    if (subseq >= 0) {
      if (known && outer === 0 && !level2) {
        const asked = entry + HIST_ASKED_REGS
        const lo = bt.slotsLo[frame]!
        const hi = bt.slotsHi[frame]!
        if (((regs & ~rows[asked]!) | (lo & ~rows[asked + 1]!) | (hi & ~rows[asked + 2]!)) === 0) {
          bt.regs[frame] = bt.slotsLo[frame] = bt.slotsHi[frame] = 0
          return NOTHING_LEFT
        }
        rows[asked]! |= regs
        rows[asked + 1]! |= lo
        rows[asked + 2]! |= hi
      }
      let k = kind[i]!
      if (level2 || (known && rows[entry + HIST_FLAGS] !== 0)) k = BACK_ALWAYS
      else if (k !== BACK_ALWAYS && (regs & touch[i]!) === 0) k = BACK_NOTHING
      if (k >= BACK_LOOK) {
        bt.regs[frame] = regs
        const err = backtrackInsn(env, i, subseq, known ? entry : NO_ENTRY)
        if (err) return err
        frame = bt.frame
        regs = bt.regs[frame]!
        slots = bt.slotsLo[frame]! | bt.slotsHi[frame]!
        outer = outerWanted(bt)
      } else if (k === BACK_MOV) regs = (regs & ~touch[i]!) | take[i]!
      else if (k === BACK_ALU) regs |= take[i]!
      if ((regs | slots | outer) === 0) {
        bt.regs[frame] = 0
        return NOTHING_LEFT
      }
    }
    subseq = i
    if (i === first && (entry === NO_ENTRY || (known && rows[entry + HIST_BEFORE] === NO_ENTRY))) break
    if (known) {
      i = rows[entry + HIST_PREV_IDX]!
      entry = rows[entry + HIST_BEFORE]!
    } else i--
    if (i < 0 || i >= length) {
      bt.regs[frame] = regs
      return bug(env, `backtracking idx ${i}`)
    }
  }
  bt.regs[frame] = regs
  return 0
}

/** Not 0 where something is looked for in frames outside the innermost one. */
function outerWanted(bt: Backtrack): number {
  let any = 0
  for (let i = 0; i < bt.frame; i++) any |= bt.regs[i]! | bt.slotsLo[i]! | bt.slotsHi[i]!
  return any
}

/** Arguments of a global function may be asked for; nothing else can be left at the entry. */
function atFunctionEntry(env: Env, st: State): number {
  const { bt } = env
  const frame = st.at[0]!
  const s = st.words
  const f = bt.frame
  if (
    st.curframe === 0 &&
    s[frame + FRAME_SUBPROG]! > 0 &&
    s[frame + CALLSITE] === MAIN_FUNC &&
    (bt.slotsLo[f]! | bt.slotsHi[f]!) === 0 &&
    (bt.regs[f]! & ~ARG_REGS) === 0
  ) {
    for (let i = 1; i <= 5; i++) {
      if (!(bt.regs[f]! & (1 << i))) continue
      bt.regs[f]! &= ~(1 << i)
      const r = regAt(frame, i)
      if (s[r + TYPE] !== SCALAR_VALUE) continue
      s[r + PRECISE] = 1
      bt.changed = true
    }
    return 0
  }
  const slots = ((BigInt(bt.slotsHi[f]! >>> 0) << 32n) | BigInt(bt.slotsLo[f]! >>> 0)).toString(16)
  return bug(env, `backtracking func entry subprog ${s[frame + FRAME_SUBPROG]} reg_mask ${bt.regs[f]!.toString(16)} stack_mask ${slots}`)
}

/** Marks what is looked for in a checkpoint; what is marked there already, or no number, need not be looked for any further. */
function markCheckpoint(env: Env, st: State, level2: boolean): number {
  const { bt } = env
  const s = st.words
  for (let fr = bt.frame; fr >= 0; fr--) {
    const frame = st.at[fr]!
    const slots = s[frame + ALLOCATED_SLOTS]!
    for (let mask = bt.regs[fr]!; mask !== 0; mask &= mask - 1) {
      const i = 31 - Math.clz32(mask & -mask)
      if (!markPrecise(s, regAt(frame, i), bt)) bt.regs[fr]! &= ~(1 << i)
    }
    for (let half = 0; half < 2; half++) {
      for (let mask = half === 0 ? bt.slotsLo[fr]! : bt.slotsHi[fr]!; mask !== 0; mask &= mask - 1) {
        const spi = half * 32 + 31 - Math.clz32(mask & -mask)
        if (spi >= slots) return bug(env, `stack slot ${spi}, total slots ${slots}`)
        const slot = slotAt(frame, spi)
        if (slotType(s, slot, 7) !== STACK_SPILL || !markPrecise(s, slot, bt)) dropSlot(bt, fr, spi)
      }
    }
    if (level2) {
      const regs = regMaskText(bt.regs[fr]!)
      const stack = stackMaskText(bt.slotsLo[fr]!, bt.slotsHi[fr]!)
      trace(env.log, `mark_precise: frame${fr}: parent state regs=${regs} stack=${stack}: ${wholeState(env, st, fr)}\n`)
    }
  }
  return 0
}

function markPrecise(s: Int32Array, r: number, bt: Backtrack): boolean {
  if (s[r + TYPE] !== SCALAR_VALUE || s[r + PRECISE] !== 0) return false
  s[r + PRECISE] = 1
  bt.changed = true
  return true
}

// ---- all of them ----

/** A new checkpoint starts without marks; those that it needs come from what follows. */
export function markAllScalarsImprecise(st: State): void {
  const s = st.words
  for (let i = 0; i <= st.curframe; i++) {
    const frame = st.at[i]!
    for (let j = 0; j < 10; j++) {
      const r = regAt(frame, j)
      if (s[r + TYPE] === SCALAR_VALUE) s[r + PRECISE] = 0
    }
    const slots = s[frame + ALLOCATED_SLOTS]!
    for (let j = 0; j < slots; j++) {
      const slot = slotAt(frame, j)
      if (isSpilledNumber(s, slot)) s[slot + PRECISE] = 0
    }
  }
}

const isSpilledNumber = (s: Int32Array, slot: number): boolean => slotType(s, slot, 7) === STACK_SPILL && s[slot + TYPE] === SCALAR_VALUE

/** Where the way back cannot be followed: every number of every checkpoint on it counts. */
export function markAllScalarsPrecise(env: Env, start: State): void {
  const level2 = (env.log.level & LOG_LEVEL2) !== 0
  if (level2) trace(env.log, `mark_precise: frame${start.curframe}: falling back to forcing all scalars precise\n`)
  // Marks stay: where all were forced once, those of the checkpoints before were as well.
  for (let st = start.parent; st && !st.allPrecise; st = st.parent) {
    st.allPrecise = true
    const s = st.words
    for (let i = 0; i <= st.curframe; i++) {
      const frame = st.at[i]!
      const force = (r: number, name: string, n: number): void => {
        if (s[r + PRECISE] !== 0) return
        s[r + PRECISE] = 1
        if (level2) trace(env.log, `force_precise: frame${i}: forcing ${name}${n} to be precise\n`)
      }
      for (let j = 0; j < 10; j++) if (s[regAt(frame, j) + TYPE] === SCALAR_VALUE) force(regAt(frame, j), 'r', j)
      const slots = s[frame + ALLOCATED_SLOTS]!
      for (let j = 0; j < slots; j++) if (isSpilledNumber(s, slotAt(frame, j))) force(slotAt(frame, j), 'fp', -8 * (j + 1))
    }
  }
}

/** What was relied upon after a checkpoint is relied upon by a state that equals it. Linux: propagate_precision(). */
export function propagatePrecision(env: Env, old: State, cur: State): number {
  const { bt, log } = env
  const level2 = (log.level & LOG_LEVEL2) !== 0
  const s = old.words
  for (let fr = old.curframe; fr >= 0; fr--) {
    const frame = old.at[fr]!
    const names: string[] = []
    for (let i = 0; i < 10; i++) {
      const r = regAt(frame, i)
      if (s[r + TYPE] !== SCALAR_VALUE || (s[r + PRECISE] === 0 && env.bpfCapable)) continue
      bt.regs[fr]! |= 1 << i
      if (level2) names.push(`r${i}`)
    }
    const slots = s[frame + ALLOCATED_SLOTS]!
    for (let i = 0; i < slots; i++) {
      const slot = slotAt(frame, i)
      if (!isSpilledNumber(s, slot) || (s[slot + PRECISE] === 0 && env.bpfCapable)) continue
      wantSlot(bt, fr, i)
      if (level2) names.push(`fp${-8 * (i + 1)}`)
    }
    if (names.length > 0) trace(log, `frame ${fr}: propagating ${names.join(',')}\n`)
  }
  return backtrack(env, cur)
}
