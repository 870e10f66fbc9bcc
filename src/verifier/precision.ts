// Which numbers have to be known exactly. A register is "precise" in a checkpoint if something later relied on its value; where nobody
// did, another value is as good, and more paths are found to be equal. When a value is relied upon, the way taken is walked backwards,
// instruction by instruction and checkpoint by checkpoint, to mark all that it was made from.
// The current state needs no marks: only checkpoints are compared with.
// Linux: __mark_chain_precision(), backtrack_insn(), mark_all_scalars_precise(), mark_all_scalars_imprecise(), propagate_precision().
import * as c from '../isa/index.ts'
import { FUNC_TAIL_CALL } from './check/helper-ids.ts'
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
import { linkedFrame, linkedIndex, linkedIsReg } from './domain/linked.ts'
import { type Backtrack, type Env, findSubprog, MAIN_FUNC, MAX_CALL_FRAMES } from './env.ts'
import { EFAULT, ENOTSUPP } from './errno.ts'
import {
  INSN_F_DST_REG_STACK,
  INSN_F_FRAMENO_MASK,
  INSN_F_SPI_MASK,
  INSN_F_SPI_SHIFT,
  INSN_F_SRC_REG_STACK,
  INSN_F_STACK_ACCESS,
} from './history.ts'
import { regMaskText, stackMaskText } from './log/state-text.ts'
import { insnText, wholeState } from './show.ts'
import type { HistoryEntry, State } from './state.ts'
import { LOG_LEVEL2, trace, verbose } from './verbose.ts'

/** r1 to r5. */
const ARG_REGS = 0x3e

// ---- what is looked for ----

function isEmpty(bt: Backtrack): boolean {
  let any = 0
  for (let i = 0; i <= bt.frame; i++) any |= bt.regs[i]! | bt.slotsLo[i]! | bt.slotsHi[i]!
  return any === 0
}
function reset(bt: Backtrack): void {
  bt.frame = 0
  bt.regs.fill(0)
  bt.slotsLo.fill(0)
  bt.slotsHi.fill(0)
}
export function wantSlot(bt: Backtrack, frame: number, spi: number): void {
  if (spi < 32) bt.slotsLo[frame]! |= 1 << spi
  else bt.slotsHi[frame]! |= 1 << (spi - 32)
}
function dropSlot(bt: Backtrack, frame: number, spi: number): void {
  if (spi < 32) bt.slotsLo[frame]! &= ~(1 << spi)
  else bt.slotsHi[frame]! &= ~(1 << (spi - 32))
}
const wantsSlot = (bt: Backtrack, frame: number, spi: number): boolean =>
  ((spi < 32 ? bt.slotsLo[frame]! : bt.slotsHi[frame]!) & (1 << (spi & 31))) !== 0

function bug(env: Env, what: string): number {
  reset(env.bt)
  verbose(env.log, `verifier bug: ${what}\n`)
  return -EFAULT
}

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
  const level2 = (log.level & LOG_LEVEL2) !== 0
  let st = start
  let first = st.firstInsnIdx
  let last = start.insnIdx
  let subseq = -1
  let skipFirst = true
  bt.frame = start.curframe
  if (isEmpty(bt)) return 0
  for (;;) {
    let hist = st.history
    if (level2) trace(log, `mark_precise: frame${bt.frame}: last_idx ${last} first_idx ${first} subseq_idx ${subseq} \n`)
    if (last < 0) return atFunctionEntry(env, st)
    for (let i = last; ; ) {
      if (skipFirst) skipFirst = false
      else {
        const err = backtrackInsn(env, i, subseq, hist?.idx === i ? hist : null)
        if (err === -ENOTSUPP) {
          markAllScalarsPrecise(env, start)
          reset(bt)
          return 0
        }
        if (err) return err
      }
      if (isEmpty(bt)) return 0
      subseq = i
      if (i === st.firstInsnIdx && (hist === null || (hist.before === null && hist.idx === i))) break
      if (hist?.idx === i) {
        i = hist.prevIdx
        hist = hist.before
      } else i--
      if (i < 0 || i >= env.insns.length) return bug(env, `backtracking idx ${i}`)
    }
    if (!st.parent) break
    st = st.parent
    const err = markCheckpoint(env, st, level2)
    if (err) return err
    if (isEmpty(bt)) return 0
    subseq = first
    last = st.lastInsnIdx
    first = st.firstInsnIdx
  }
  markAllScalarsPrecise(env, start)
  reset(bt)
  return 0
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
    for (let spi = 0; spi < 64; spi++) {
      if (!wantsSlot(bt, fr, spi)) continue
      if (spi >= slots) return bug(env, `stack slot ${spi}, total slots ${slots}`)
      const slot = slotAt(frame, spi)
      if (slotType(s, slot, 7) !== STACK_SPILL || !markPrecise(s, slot, bt)) dropSlot(bt, fr, spi)
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

// ---- one instruction backwards ----

/** Where some of the linked scalars are looked for, all are. */
function syncLinked(bt: Backtrack, hist: HistoryEntry | null): void {
  const linked = hist?.linked
  if (!linked) return
  const wanted = linked.some((entry) =>
    linkedIsReg(entry)
      ? (bt.regs[linkedFrame(entry)]! & (1 << linkedIndex(entry))) !== 0
      : wantsSlot(bt, linkedFrame(entry), linkedIndex(entry)),
  )
  if (!wanted) return
  for (const entry of linked) {
    if (linkedIsReg(entry)) bt.regs[linkedFrame(entry)]! |= 1 << linkedIndex(entry)
    else wantSlot(bt, linkedFrame(entry), linkedIndex(entry))
  }
}

const histFrame = (hist: HistoryEntry): number => hist.flags & INSN_F_FRAMENO_MASK
const histSlot = (hist: HistoryEntry): number => (hist.flags >> INSN_F_SPI_SHIFT) & INSN_F_SPI_MASK

function backtrackInsn(env: Env, i: number, subseq: number, hist: HistoryEntry | null): number {
  const { bt, insns, log } = env
  const opcode = insns.opcode[i]!
  if (opcode === 0) return 0
  if (log.level & LOG_LEVEL2) {
    const f = bt.frame
    const stack = stackMaskText(bt.slotsLo[f]!, bt.slotsHi[f]!)
    trace(log, `mark_precise: frame${f}: regs=${regMaskText(bt.regs[f]!)} stack=${stack} before ${i}: ${insnText(env, i)}\n`)
  }
  syncLinked(bt, hist)
  const f = bt.frame
  const dst = 1 << insns.dst[i]!
  const src = 1 << insns.src[i]!
  const cls = c.bpfClass(opcode)
  switch (cls) {
    case c.BPF_ALU:
    case c.BPF_ALU64: {
      if (!(bt.regs[f]! & dst)) return 0
      const op = c.bpfOp(opcode)
      if (op === c.BPF_END || op === c.BPF_NEG) return 0
      if (op === c.BPF_MOV) bt.regs[f]! &= ~dst
      if (c.bpfSrc(opcode) === c.BPF_X && insns.src[i] !== 10) bt.regs[f]! |= src
      break
    }
    case c.BPF_LDX:
      if (!backtrackLoad(bt, dst, hist)) return 0
      break
    case c.BPF_STX:
    case c.BPF_ST: {
      if (cls === c.BPF_STX && c.bpfMode(opcode) === c.BPF_ATOMIC && insns.imm[i] === c.BPF_LOAD_ACQ) {
        if (!backtrackLoad(bt, dst, hist)) return 0
        break
      }
      if (bt.regs[f]! & dst) return -ENOTSUPP
      if (!hist || !(hist.flags & INSN_F_STACK_ACCESS)) return 0
      if (!wantsSlot(bt, histFrame(hist), histSlot(hist))) return 0
      dropSlot(bt, histFrame(hist), histSlot(hist))
      if (cls === c.BPF_STX) bt.regs[f]! |= src
      break
    }
    case c.BPF_JMP:
    case c.BPF_JMP32: {
      const done = backtrackJump(env, i, subseq, hist)
      if (done !== CONTINUE) return done
      break
    }
    case c.BPF_LD: {
      if (!(bt.regs[f]! & dst)) return 0
      bt.regs[f]! &= ~dst
      const mode = c.bpfMode(opcode)
      if (mode === c.BPF_IND || mode === c.BPF_ABS) return -ENOTSUPP
      break
    }
  }
  syncLinked(bt, hist)
  return 0
}

/** A register that came from memory: looked for further only where it was filled from the stack. */
function backtrackLoad(bt: Backtrack, dst: number, hist: HistoryEntry | null): boolean {
  if (!(bt.regs[bt.frame]! & dst)) return false
  bt.regs[bt.frame]! &= ~dst
  if (!hist || !(hist.flags & INSN_F_STACK_ACCESS)) return false
  wantSlot(bt, histFrame(hist), histSlot(hist))
  return true
}

const CONTINUE = 1

function backtrackJump(env: Env, i: number, subseq: number, hist: HistoryEntry | null): number {
  const { bt, insns } = env
  const opcode = insns.opcode[i]!
  const f = bt.frame
  const hex = (mask: number): string => (mask >>> 0).toString(16)
  switch (c.bpfOp(opcode)) {
    case c.BPF_CALL: {
      if (opcode === (c.BPF_JMP | c.BPF_CALL) && insns.src[i] === c.BPF_PSEUDO_CALL) return backtrackCall(env, i)
      if (insns.src[i] === c.BPF_PSEUDO_KFUNC_CALL && insns.imm[i] === 0) return -ENOTSUPP
      bt.regs[f]! &= ~1
      if (bt.regs[f]! & ARG_REGS) return bug(env, `backtracking call unexpected regs ${hex(bt.regs[f]!)}`)
      if (insns.src[i] === 0 && insns.imm[i] === FUNC_TAIL_CALL && subseq - i !== 1) return enterSubprog(env) || CONTINUE
      return CONTINUE
    }
    case c.BPF_EXIT: {
      if (bt.regs[f]! & ARG_REGS) return bug(env, `backtracking exit unexpected regs ${hex(bt.regs[f]!)}`)
      const call = subseq - 1
      const fromCall = call >= 0 && insns.opcode[call] === (c.BPF_JMP | c.BPF_CALL) && insns.src[call] === c.BPF_PSEUDO_CALL
      const precise = fromCall && (bt.regs[f]! & 1) !== 0
      bt.regs[f]! &= ~1
      const err = enterSubprog(env)
      if (err) return err
      if (precise) bt.regs[bt.frame]! |= 1
      return 0
    }
    default: {
      if (c.bpfSrc(opcode) !== c.BPF_X) return CONTINUE
      const dst = 1 << insns.dst[i]!
      const src = 1 << insns.src[i]!
      if (!(bt.regs[f]! & (dst | src))) return 0
      if (!hist || !(hist.flags & INSN_F_SRC_REG_STACK)) bt.regs[f]! |= src
      if (!hist || !(hist.flags & INSN_F_DST_REG_STACK)) bt.regs[f]! |= dst
      return CONTINUE
    }
  }
}

function enterSubprog(env: Env): number {
  if (env.bt.frame === MAX_CALL_FRAMES - 1) return bug(env, `subprog enter from frame ${env.bt.frame}`)
  env.bt.frame++
  return 0
}

/** Backwards over a call is out of the function that it enters. */
function backtrackCall(env: Env, i: number): number {
  const { bt } = env
  const f = bt.frame
  const subprog = findSubprog(env, i + env.insns.imm[i]! + 1)
  if (subprog < 0) return -EFAULT
  if (env.subprogs[subprog]!.isGlobal) {
    if (bt.regs[f]! & ARG_REGS) return bug(env, `global subprog unexpected regs ${bt.regs[f]!.toString(16)}`)
    bt.regs[f]! &= ~1
    return 0
  }
  if (bt.regs[f]! & ~ARG_REGS) return bug(env, `static subprog unexpected regs ${bt.regs[f]!.toString(16)}`)
  if ((bt.slotsLo[f]! | bt.slotsHi[f]!) !== 0) return bug(env, 'static subprog leftover stack slots')
  if (f === 0) return bug(env, 'subprog exit from frame 0')
  bt.regs[f - 1]! |= bt.regs[f]!
  bt.regs[f] = 0
  bt.frame--
  return 0
}

// ---- all of them ----

function forEachScalar(st: State, visit: (r: number, frame: number, name: () => string) => void): void {
  const s = st.words
  for (let i = 0; i <= st.curframe; i++) {
    const frame = st.at[i]!
    for (let j = 0; j < 10; j++) if (s[regAt(frame, j) + TYPE] === SCALAR_VALUE) visit(regAt(frame, j), i, () => `r${j}`)
    const slots = s[frame + ALLOCATED_SLOTS]!
    for (let j = 0; j < slots; j++) {
      const slot = slotAt(frame, j)
      if (slotType(s, slot, 7) === STACK_SPILL && s[slot + TYPE] === SCALAR_VALUE) visit(slot, i, () => `fp${-8 * (j + 1)}`)
    }
  }
}

/** Where the way back cannot be followed: every number of every checkpoint on it counts. */
export function markAllScalarsPrecise(env: Env, start: State): void {
  const level2 = (env.log.level & LOG_LEVEL2) !== 0
  if (level2) trace(env.log, `mark_precise: frame${start.curframe}: falling back to forcing all scalars precise\n`)
  for (let st = start.parent; st; st = st.parent) {
    const s = st.words
    forEachScalar(st, (r, frame, name) => {
      if (s[r + PRECISE] !== 0) return
      s[r + PRECISE] = 1
      if (level2) trace(env.log, `force_precise: frame${frame}: forcing ${name()} to be precise\n`)
    })
  }
}

/** A new checkpoint starts without marks; those that it needs come from what follows. */
export function markAllScalarsImprecise(st: State): void {
  const s = st.words
  forEachScalar(st, (r) => {
    s[r + PRECISE] = 0
  })
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
      if (s[r + TYPE] !== SCALAR_VALUE || s[r + PRECISE] === 0) continue
      bt.regs[fr]! |= 1 << i
      if (level2) names.push(`r${i}`)
    }
    const slots = s[frame + ALLOCATED_SLOTS]!
    for (let i = 0; i < slots; i++) {
      const slot = slotAt(frame, i)
      if (slotType(s, slot, 7) !== STACK_SPILL || s[slot + TYPE] !== SCALAR_VALUE || s[slot + PRECISE] === 0) continue
      wantSlot(bt, fr, i)
      if (level2) names.push(`fp${-8 * (i + 1)}`)
    }
    if (names.length > 0) trace(log, `frame ${fr}: propagating ${names.join(',')}\n`)
  }
  return backtrack(env, cur)
}
