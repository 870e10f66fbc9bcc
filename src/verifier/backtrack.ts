// Precision backtracking, one instruction at a time: what is looked for after an instruction becomes what is looked for before it.
// Linux: backtrack_insn(), struct backtrack_state, bt_*().

import * as c from '../isa/index.ts'
import { FUNC_TAIL_CALL } from './check/helper-ids.ts'
import { linkedFrame, linkedIndex, linkedIsReg } from './domain/linked.ts'
import { type Backtrack, CALLS_CALLBACK, type Env, findSubprog, MAX_CALL_FRAMES } from './env.ts'
import { EFAULT, ENOTSUPP } from './errno.ts'
import {
  HIST_FLAGS,
  INSN_F_DST_REG_STACK,
  INSN_F_FRAMENO_MASK,
  INSN_F_LINKED,
  INSN_F_SPI_MASK,
  INSN_F_SPI_SHIFT,
  INSN_F_SRC_REG_STACK,
  INSN_F_STACK_ACCESS,
  NO_ENTRY,
} from './history.ts'
import { regMaskText, stackMaskText } from './log/state-text.ts'
import { insnText } from './show.ts'
import { LOG_LEVEL2, trace, verbose } from './verbose.ts'

/** r1 to r5. */
export const ARG_REGS = 0x3e

// ---- what is looked for ----

export function isEmpty(bt: Backtrack): boolean {
  let any = 0
  for (let i = 0; i <= bt.frame; i++) any |= bt.regs[i]! | bt.slotsLo[i]! | bt.slotsHi[i]!
  return any === 0
}
export function reset(bt: Backtrack): void {
  bt.frame = 0
  bt.regs.fill(0)
  bt.slotsLo.fill(0)
  bt.slotsHi.fill(0)
}
export function wantSlot(bt: Backtrack, frame: number, spi: number): void {
  if (spi < 32) bt.slotsLo[frame]! |= 1 << spi
  else bt.slotsHi[frame]! |= 1 << (spi - 32)
}
export function dropSlot(bt: Backtrack, frame: number, spi: number): void {
  if (spi < 32) bt.slotsLo[frame]! &= ~(1 << spi)
  else bt.slotsHi[frame]! &= ~(1 << (spi - 32))
}
export const wantsSlot = (bt: Backtrack, frame: number, spi: number): boolean =>
  ((spi < 32 ? bt.slotsLo[frame]! : bt.slotsHi[frame]!) & (1 << (spi & 31))) !== 0

export function bug(env: Env, what: string): number {
  reset(env.bt)
  verbose(env.log, `verifier bug: ${what}\n`)
  return -EFAULT
}

// ---- one instruction backwards ----

/** Where some of the linked scalars are looked for, all are. */
function syncLinked(bt: Backtrack, linked: readonly number[]): void {
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

const histFrame = (flags: number): number => flags & INSN_F_FRAMENO_MASK
const histSlot = (flags: number): number => (flags >> INSN_F_SPI_SHIFT) & INSN_F_SPI_MASK

/** `entry` is what the history has of this very step. */
export function backtrackInsn(env: Env, i: number, subseq: number, entry: number): number {
  const { bt, insns, log, history } = env
  const opcode = insns.opcode[i]!
  if (opcode === 0) return 0
  if (log.level & LOG_LEVEL2) {
    const f = bt.frame
    const stack = stackMaskText(bt.slotsLo[f]!, bt.slotsHi[f]!)
    trace(log, `mark_precise: frame${f}: regs=${regMaskText(bt.regs[f]!)} stack=${stack} before ${i}: ${insnText(env, i)}\n`)
  }
  const flags = entry === NO_ENTRY ? 0 : history.rows[entry + HIST_FLAGS]!
  const linked = flags & INSN_F_LINKED ? history.linked.get(entry)! : undefined
  if (linked) syncLinked(bt, linked)
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
      if (!backtrackLoad(bt, dst, flags)) return 0
      break
    case c.BPF_STX:
    case c.BPF_ST: {
      if (cls === c.BPF_STX && c.bpfMode(opcode) === c.BPF_ATOMIC && insns.imm[i] === c.BPF_LOAD_ACQ) {
        if (!backtrackLoad(bt, dst, flags)) return 0
        break
      }
      if (bt.regs[f]! & dst) return -ENOTSUPP
      if (!(flags & INSN_F_STACK_ACCESS)) return 0
      if (!wantsSlot(bt, histFrame(flags), histSlot(flags))) return 0
      dropSlot(bt, histFrame(flags), histSlot(flags))
      if (cls === c.BPF_STX) bt.regs[f]! |= src
      break
    }
    case c.BPF_JMP:
    case c.BPF_JMP32: {
      const done = backtrackJump(env, i, subseq, flags)
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
  if (linked) syncLinked(bt, linked)
  return 0
}

/** A register that came from memory: looked for further only where it was filled from the stack. */
function backtrackLoad(bt: Backtrack, dst: number, flags: number): boolean {
  if (!(bt.regs[bt.frame]! & dst)) return false
  bt.regs[bt.frame]! &= ~dst
  if (!(flags & INSN_F_STACK_ACCESS)) return false
  wantSlot(bt, histFrame(flags), histSlot(flags))
  return true
}

const CONTINUE = 1

function backtrackJump(env: Env, i: number, subseq: number, flags: number): number {
  const { bt, insns } = env
  const opcode = insns.opcode[i]!
  const f = bt.frame
  const hex = (mask: number): string => (mask >>> 0).toString(16)
  switch (c.bpfOp(opcode)) {
    case c.BPF_CALL: {
      if (opcode === (c.BPF_JMP | c.BPF_CALL) && insns.src[i] === c.BPF_PSEUDO_CALL) return backtrackCall(env, i)
      if (env.aux.flags[i]! & CALLS_CALLBACK && i !== subseq - 1) return leaveCallback(env)
      if (insns.src[i] === c.BPF_PSEUDO_KFUNC_CALL && insns.imm[i] === 0) return -ENOTSUPP
      bt.regs[f]! &= ~1
      if (bt.regs[f]! & ARG_REGS) return bug(env, `backtracking call unexpected regs ${hex(bt.regs[f]!)}`)
      if (insns.src[i] === 0 && insns.imm[i] === FUNC_TAIL_CALL && subseq - i !== 1) return enterSubprog(env) || CONTINUE
      return CONTINUE
    }
    case c.BPF_EXIT: {
      // r1 to r5 of a function that is called back are set by the one that calls it.
      if (subseq >= 0 && env.aux.flags[subseq]! & CALLS_CALLBACK) bt.regs[f]! &= ~ARG_REGS
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
      if (!(flags & INSN_F_SRC_REG_STACK)) bt.regs[f]! |= src
      if (!(flags & INSN_F_DST_REG_STACK)) bt.regs[f]! |= dst
      return CONTINUE
    }
  }
}

function enterSubprog(env: Env): number {
  if (env.bt.frame === MAX_CALL_FRAMES - 1) return bug(env, `subprog enter from frame ${env.bt.frame}`)
  env.bt.frame++
  return 0
}

/** Backwards out of a function that is called back; its arguments are not the caller's registers. */
function leaveCallback(env: Env): number {
  const { bt } = env
  const f = bt.frame
  if (bt.regs[f]! & ~ARG_REGS) return bug(env, `callback unexpected regs ${bt.regs[f]!.toString(16)}`)
  if ((bt.slotsLo[f]! | bt.slotsHi[f]!) !== 0) return bug(env, 'callback leftover stack slots')
  if (f === 0) return bug(env, 'subprog exit from frame 0')
  bt.regs[f] = 0
  bt.frame--
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
