// The functions of linked code and their basic blocks. A function begins where the program does, where a call goes, or where a function
// pointer points; it is what can be reached from there. Functions may share slots (only unverified code does that); each has its own copy.
//
// A block ends before each slot that is jumped to, after each jump, and after each call, so that at a call the count of instructions
// that were executed is exact. Where control leaves the program, there is a block of no instructions at the slot behind the last.
import { type Code, slotOfAddress } from '../code.ts'
import { type Graph, reducible } from './graph.ts'
import { unrolled } from './unroll.ts'

export const OP_LD_IMM64 = 0x18
export const OP_CALL = 0x85
export const OP_EXIT = 0x95
export const OP_JA = 0x05
export const OP_GOTOL = 0x06
export const OP_MAY_GOTO = 0xe5
const CALL_SUBPROG = 1
const PSEUDO_FUNC = 4

export interface Block {
  /** First slot and one past the last. */
  readonly start: number
  readonly end: number
  /** Slot of the last instruction; -1 in an empty block. */
  readonly last: number
  /** Instructions in it. */
  readonly count: number
}

export interface FunctionCode {
  readonly start: number
  readonly blocks: readonly Block[]
  readonly graph: Graph
  /** More instructions than can be executed between two checkpoints. */
  readonly longest: number
  /** Called through a pointer. */
  readonly isCallback: boolean
  readonly hasMayGoto: boolean
}

/** Whether an instruction is a jump with a condition (may_goto is one). */
export function isBranch(op: number): boolean {
  const cls = op & 0x07
  return (cls === 0x05 || cls === 0x06) && op !== OP_JA && op !== OP_GOTOL && op !== OP_CALL && op !== OP_EXIT && op !== 0
}

const isLegacyLoad = (op: number): boolean => (op & 0x07) === 0 && op !== 0 && op !== OP_LD_IMM64

/** All functions, the main one first. */
export function functionsOf(code: Code): FunctionCode[] {
  const starts: number[] = [0]
  const callbacks = new Set<number>()
  for (let i = 0; i < code.length; i++) {
    if (code.opcode[i] === OP_CALL && code.src[i] === CALL_SUBPROG && code.target[i] < code.length) starts.push(code.target[i])
    if (code.opcode[i] !== OP_LD_IMM64) continue
    const constant = code.src[i]
    const isPointer = code.bytes[8 * i + 1] >> 4 === PSEUDO_FUNC && constant >= 0
    const slot = isPointer ? slotOfAddress(code, code.constLo[constant - 11], code.constHi[constant - 11]) : -1
    if (slot >= 0) {
      starts.push(slot)
      callbacks.add(slot)
    }
    i++
  }
  const leaders = leadersOf(code, starts)
  return [...new Set(starts)].map((start) => functionAt(code, start, leaders, callbacks.has(start)))
}

function leadersOf(code: Code, starts: readonly number[]): Uint8Array {
  const leaders = new Uint8Array(code.length + 2)
  for (const s of starts) leaders[s] = 1
  // The row behind the last slot is where control arrives that leaves the program.
  leaders[code.length] = 1
  for (let i = 0; i < code.length; i++) {
    const op = code.opcode[i]
    const cls = op & 0x07
    if ((cls === 0x05 || cls === 0x06) && op !== OP_CALL && op !== OP_EXIT) leaders[code.target[i]] = 1
    if (op === 0 || cls === 0x05 || cls === 0x06 || isLegacyLoad(op)) leaders[i + 1] = 1
    // The second slot is no instruction, unless somebody jumps to it.
    if (op === OP_LD_IMM64) i++
  }
  return leaders
}

function functionAt(code: Code, start: number, leaders: Uint8Array, isCallback: boolean): FunctionCode {
  const blocks: Block[] = []
  const index = new Map<number, number>()
  const succ: number[][] = []
  const work = [start]
  const blockAt = (slot: number): number => {
    let i = index.get(slot)
    if (i === undefined) {
      i = blocks.length
      index.set(slot, i)
      const block = scan(code, slot, leaders)
      blocks.push(block)
      succ.push([])
      work.push(slot)
    }
    return i
  }
  blockAt(start)
  let hasMayGoto = false
  while (work.length > 0) {
    const i = index.get(work.pop()!)!
    if (succ[i].length > 0) continue
    hasMayGoto ||= blocks[i].last >= 0 && code.opcode[blocks[i].last] === OP_MAY_GOTO
    succ[i] = targets(code, blocks[i]).map(blockAt)
  }
  const plain = reducible(succ)
  const nodes = unrolled({ blocks, succ }, plain, (block) => (isRepeatable(code, block) ? block.count : Number.POSITIVE_INFINITY))
  const graph = nodes.blocks.length === blocks.length ? plain : reducible(nodes.succ)
  const longest = nodes.blocks.reduce((sum, block) => sum + block.count, 1)
  return { start, blocks: nodes.blocks, graph, longest, isCallback, hasMayGoto }
}

/** Whether a block calls nothing, so that a loop of such blocks turns quickly. */
export function isRepeatable(code: Code, { last }: Block): boolean {
  const op = last < 0 ? 0 : code.opcode[last]
  return op !== OP_CALL && op !== OP_MAY_GOTO && !isLegacyLoad(op)
}

function scan(code: Code, start: number, leaders: Uint8Array): Block {
  let end = start
  let last = -1
  let count = 0
  while (end < code.length && code.opcode[end] !== 0) {
    last = end
    count++
    end += code.opcode[end] === OP_LD_IMM64 ? 2 : 1
    if (leaders[end] !== 0) break
  }
  return { start, end: Math.min(end, code.length), last, count }
}

/** Slots that control goes to after a block: where it falls through to first. */
function targets(code: Code, block: Block): number[] {
  if (block.last < 0) return []
  const op = code.opcode[block.last]
  if (op === OP_EXIT) return []
  if (op === OP_JA || op === OP_GOTOL) return [code.target[block.last]]
  return isBranch(op) ? [block.end, code.target[block.last]] : [block.end]
}
