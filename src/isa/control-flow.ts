// Where control goes: successors by slot, basic blocks, and where subprograms begin. Judges nothing: an edge that leads out of
// the code or into the second half of a ld_imm64 is left out and its slot is listed in `wild`.
//
//   next[i]    the slot after instruction i, where control can fall through; -1 where it cannot (exit, goto, past the end)
//   target[i]  where the jump at i goes; -1 where i does not jump. A call is no jump: its callee is in callee[i].
//
// A block ends after a jump or exit and before each slot that is jumped to or starts a subprogram.
import * as c from './constants.ts'
import type { InsnTable } from './table.ts'

export interface Block {
  /** First slot. */
  readonly start: number
  /** One past the last slot. */
  readonly end: number
  /** Blocks that control can go to: fall-through first. */
  readonly succ: readonly number[]
  readonly pred: readonly number[]
  /** Index in ControlFlow.subprogs of the function in whose range of slots it lies. */
  readonly subprog: number
}

export interface ControlFlow {
  readonly next: Int32Array
  readonly target: Int32Array
  /** Start of the subprogram that a pc-relative call or function pointer at the slot names; -1 elsewhere. */
  readonly callee: Int32Array
  readonly blocks: readonly Block[]
  /** Block of each slot. */
  readonly blockOf: Int32Array
  /** First slots of subprograms, ascending; 0 is always the first. */
  readonly subprogs: readonly number[]
  /** Slots whose jump, call or fall-through leads nowhere. */
  readonly wild: readonly number[]
}

export function controlFlow(t: InsnTable): ControlFlow {
  const n = t.length
  const next = new Int32Array(n).fill(-1)
  const target = new Int32Array(n).fill(-1)
  const callee = new Int32Array(n).fill(-1)
  const wild: number[] = []
  const isStart = insnStarts(t)
  const leader = new Uint8Array(n + 1)
  const subprogStart = new Uint8Array(n + 1)
  if (n > 0) leader[0] = subprogStart[0] = 1

  for (let i = 0; i < n; i++) {
    if (!isStart[i]) continue
    const flow = flowOf(t, i)
    const legal = (slot: number) => slot >= 0 && slot < n && isStart[slot] === 1
    let lost = false
    const after = i + (t.opcode[i] === c.LD_IMM64 ? 2 : 1)
    if (flow.fallsThrough) {
      if (legal(after)) next[i] = after
      else lost = true
    }
    if (flow.jump !== undefined) {
      if (legal(flow.jump)) {
        target[i] = flow.jump
        leader[flow.jump] = 1
      } else lost = true
    }
    if (flow.callee !== undefined) {
      if (legal(flow.callee)) {
        callee[i] = flow.callee
        leader[flow.callee] = subprogStart[flow.callee] = 1
      } else lost = true
    }
    if ((flow.jump !== undefined || !flow.fallsThrough) && after <= n) leader[after] = 1
    if (lost) wild.push(i)
  }

  const subprogs: number[] = []
  for (let i = 0; i < n; i++) if (subprogStart[i]) subprogs.push(i)
  const { blocks, blockOf } = cutBlocks(n, leader, next, target, isStart, subprogs)
  return { next, target, callee, blocks, blockOf, subprogs, wild }
}

/** 1 for each slot at which an instruction begins. */
export function insnStarts(t: InsnTable): Uint8Array {
  const starts = new Uint8Array(t.length)
  for (let i = 0; i < t.length; i++) {
    starts[i] = 1
    if (t.opcode[i] === c.LD_IMM64) i++
  }
  return starts
}

interface Flow {
  readonly fallsThrough: boolean
  readonly jump?: number
  readonly callee?: number
}

const STRAIGHT: Flow = { fallsThrough: true }
const STOP: Flow = { fallsThrough: false }

function flowOf(t: InsnTable, i: number): Flow {
  const opcode = t.opcode[i]
  if (opcode === c.LD_IMM64 && t.src[i] === c.BPF_PSEUDO_FUNC) return { fallsThrough: true, callee: i + 1 + t.imm[i] }
  const cls = c.bpfClass(opcode)
  if (cls !== c.BPF_JMP && cls !== c.BPF_JMP32) return STRAIGHT
  switch (opcode) {
    case c.BPF_JMP | c.BPF_CALL:
      return t.src[i] === c.BPF_PSEUDO_CALL ? { fallsThrough: true, callee: i + 1 + t.imm[i] } : STRAIGHT
    case c.BPF_JMP | c.BPF_EXIT:
      return STOP
    case c.BPF_JMP | c.BPF_JA:
      return { fallsThrough: false, jump: i + 1 + t.off[i] }
    case c.BPF_JMP32 | c.BPF_JA:
      return { fallsThrough: false, jump: i + 1 + t.imm[i] }
  }
  return { fallsThrough: true, jump: i + 1 + t.off[i] }
}

function cutBlocks(
  n: number,
  leader: Uint8Array,
  next: Int32Array,
  target: Int32Array,
  isStart: Uint8Array,
  subprogs: readonly number[],
): { blocks: Block[]; blockOf: Int32Array } {
  const bounds: number[] = []
  for (let i = 0; i < n; i++) if (leader[i]) bounds.push(i)
  const blockOf = new Int32Array(n)
  bounds.forEach((start, b) => {
    blockOf.fill(b, start, bounds[b + 1] ?? n)
  })
  const succ: number[][] = bounds.map(() => [])
  const pred: number[][] = bounds.map(() => [])
  const link = (from: number, to: number) => {
    if (succ[from].includes(to)) return
    succ[from].push(to)
    pred[to].push(from)
  }
  let subprog = 0
  const blocks = bounds.map((start, b): Block => {
    const end = bounds[b + 1] ?? n
    let last = end - 1
    while (last > start && !isStart[last]) last--
    if (next[last] >= 0) link(b, blockOf[next[last]])
    if (target[last] >= 0) link(b, blockOf[target[last]])
    while (subprog + 1 < subprogs.length && subprogs[subprog + 1] <= start) subprog++
    return { start, end, succ: succ[b], pred: pred[b], subprog }
  })
  return { blocks, blockOf }
}
