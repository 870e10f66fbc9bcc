// The control flow as the liveness passes walk it: up to two successors of an instruction, fall-through first, and each subprogram's
// instructions in postorder. The code has passed the control-flow check, so every edge leads to an instruction.
// A call's successor is the instruction behind it; callees are entered from their own start.
// Linux 6.18: bpf_insn_successors(), compute_postorder().
import { BPF_CALL, BPF_EXIT, BPF_JA, BPF_JMP, BPF_JMP32, bpfClass, bpfOp, type InsnTable, LD_IMM64 } from '../../isa/index.ts'

export interface Flow {
  /** Where control falls through to; -1 where it does not. */
  readonly next: Int32Array
  /** Where the jump goes; -1 where there is none. */
  readonly target: Int32Array
  /** Instructions in postorder, subprogram after subprogram. */
  readonly postorder: Int32Array
  /** Where a subprogram's part of `postorder` starts; one entry more than there are subprograms. */
  readonly postorderStart: Int32Array
  /** Place of an instruction within its subprogram's part of `postorder`; -1 where it has none. */
  readonly place: Int32Array
  /** Instructions from which control comes to instruction i: before[beforeStart[i]] up to before[beforeStart[i + 1]]. */
  readonly before: Int32Array
  readonly beforeStart: Int32Array
}

/** `starts` are the subprograms' first instructions, ascending. */
export function flowOf(insns: InsnTable, starts: readonly number[]): Flow {
  const n = insns.length
  const next = new Int32Array(n).fill(-1)
  const target = new Int32Array(n).fill(-1)
  for (let i = 0; i < n; i++) {
    const opcode = insns.opcode[i]!
    const cls = bpfClass(opcode)
    const op = bpfOp(opcode)
    const jumps = cls === BPF_JMP || cls === BPF_JMP32
    if (!jumps || (op !== BPF_EXIT && op !== BPF_JA)) next[i] = i + (opcode === LD_IMM64 ? 2 : 1)
    if (jumps && op !== BPF_EXIT && op !== BPF_CALL) target[i] = i + 1 + (opcode === (BPF_JMP32 | BPF_JA) ? insns.imm[i]! : insns.off[i]!)
  }
  return { next, target, ...postorderOf(next, target, starts), ...beforeOf(next, target) }
}

function beforeOf(next: Int32Array, target: Int32Array): Pick<Flow, 'before' | 'beforeStart'> {
  const n = next.length
  const beforeStart = new Int32Array(n + 1)
  for (const list of [next, target]) for (const to of list) if (to >= 0 && to < n) beforeStart[to + 1]!++
  for (let i = 0; i < n; i++) beforeStart[i + 1]! += beforeStart[i]!
  const before = new Int32Array(beforeStart[n]!)
  const used = beforeStart.slice()
  for (const list of [next, target]) {
    for (let from = 0; from < n; from++) {
      const to = list[from]!
      if (to >= 0 && to < n) before[used[to]!++] = from
    }
  }
  return { before, beforeStart }
}

const DISCOVERED = 1
const EXPLORED = 2

function postorderOf(
  next: Int32Array,
  target: Int32Array,
  starts: readonly number[],
): Pick<Flow, 'postorder' | 'postorderStart' | 'place'> {
  const order: number[] = []
  const postorderStart = new Int32Array(starts.length + 1)
  const seen = new Uint8Array(next.length)
  for (const [i, start] of starts.entries()) {
    postorderStart[i] = order.length
    const stack = [start]
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!
      seen[top]! |= DISCOVERED
      if (seen[top]! & EXPLORED) {
        order.push(top)
        stack.pop()
        continue
      }
      const fall = next[top]!
      const jump = target[top]!
      if (fall >= 0 && seen[fall] === 0) {
        stack.push(fall)
        seen[fall]! |= DISCOVERED
      }
      if (jump >= 0 && seen[jump] === 0) {
        stack.push(jump)
        seen[jump]! |= DISCOVERED
      }
      seen[top]! |= EXPLORED
    }
  }
  postorderStart[starts.length] = order.length
  const place = new Int32Array(next.length).fill(-1)
  for (let i = 0; i < starts.length; i++) {
    for (let at = postorderStart[i]!; at < postorderStart[i + 1]!; at++) place[order[at]!] = at - postorderStart[i]!
  }
  return { postorder: Int32Array.from(order), postorderStart, place }
}
