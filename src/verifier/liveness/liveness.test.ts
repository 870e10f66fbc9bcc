// The analyses on programs small enough to follow by hand; the kernel's own tables are compared in ../kernel-log.test.ts.
import { expect, test } from 'vitest'
import { BPF_ADD, BPF_ALU64, BPF_CALL, BPF_EXIT, BPF_JA, BPF_JMP, BPF_JNE, BPF_K, BPF_MOV, insnTable, putSlot } from '../../isa/index.ts'
import { CALLSITE, FRAME_SUBPROG, FRAME_WORDS } from '../domain/layout.ts'
import { flowOf } from './flow.ts'
import { computeLiveRegisters, liveRegistersText } from './registers.ts'
import { computeScc } from './scc.ts'
import {
  type Chain,
  commitWriteMarks,
  isSlotAlive,
  markStackRead,
  markStackWrite,
  newStackLiveness,
  queryInit,
  resetCallchain,
  resetWriteMarks,
  updateLiveStack,
} from './stack.ts'

type Slot = readonly [opcode: number, dst: number, src: number, off: number, imm: number]
const mov = (dst: number, imm: number): Slot => [BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, imm]
const add = (dst: number, imm: number): Slot => [BPF_ALU64 | BPF_ADD | BPF_K, dst, 0, 0, imm]
const jne = (dst: number, imm: number, off: number): Slot => [BPF_JMP | BPF_JNE | BPF_K, dst, 0, off, imm]
const goto = (off: number): Slot => [BPF_JMP | BPF_JA, 0, 0, off, 0]
const call = (off: number): Slot => [BPF_JMP | BPF_CALL, 0, 1, 0, off]
const exit: Slot = [BPF_JMP | BPF_EXIT, 0, 0, 0, 0]

function table(slots: readonly Slot[]) {
  const code = new Uint8Array(slots.length * 8)
  for (const [i, [opcode, dst, src, off, imm]] of slots.entries()) putSlot(code, i, opcode, dst, src, off, imm)
  return insnTable(code)
}

test('loops are numbered in the order in which they close', () => {
  // Two loops, one after the other; the second jumps to itself.
  const insns = table([mov(0, 0), add(0, 1), jne(0, 5, -2), mov(1, 0), jne(1, 1, -1), exit])
  expect([...computeScc(flowOf(insns, [0]))]).toEqual([0, 2, 2, 0, 1, 0])
})

test('each subprogram has a postorder of its own', () => {
  const flow = flowOf(table([call(1), exit, goto(0), exit]), [0, 2])
  expect([...flow.postorder]).toEqual([1, 0, 3, 2])
  expect([...flow.postorderStart]).toEqual([0, 2, 4])
})

test('a register lives until it is read for the last time', () => {
  const insns = table([mov(6, 1), mov(0, 0), jne(6, 0, 1), add(0, 1), exit])
  const flow = flowOf(insns, [0])
  const live = computeLiveRegisters(insns, flow, () => -1)
  expect(liveRegistersText(insns, live, computeScc(flow), (i) => `insn ${i}`)).toBe(
    [
      'Live regs before insn:',
      '      0: .......... insn 0',
      '      1: ......6... insn 1',
      '      2: 0.....6... insn 2',
      '      3: 0......... insn 3',
      '      4: 0......... insn 4',
      '',
    ].join('\n'),
  )
})

test('a call reads as many registers as it has arguments, and leaves none of r0 to r5', () => {
  const insns = table([mov(1, 0), [BPF_JMP | BPF_CALL, 0, 0, 0, 1], exit])
  const live = (args: number): number => computeLiveRegisters(insns, flowOf(insns, [0]), () => args)[1]!
  expect(live(2)).toBe(0b110)
  expect(live(0)).toBe(0)
  expect(live(-1)).toBe(0b111110)
})

/** A chain of one or two frames: main at 0, the callee of the call at `callsite`. */
function chain(insnIdx: number, callsite?: number): Chain {
  const words = new Int32Array(2 * FRAME_WORDS)
  words[FRAME_WORDS + CALLSITE] = callsite ?? 0
  words[FRAME_WORDS + FRAME_SUBPROG] = 1
  return { words, at: [0, FRAME_WORDS], curframe: callsite === undefined ? 0 : 1, insnIdx }
}

function liveness(insns: ReturnType<typeof table>, starts: readonly number[], log?: (line: string) => void) {
  return newStackLiveness({
    flow: flowOf(insns, starts),
    starts: [...starts, insns.length],
    log,
    isPrunePoint: () => false,
    callsCallback: () => false,
  })
}

function atInsn(l: ReturnType<typeof liveness>, where: Chain, act: () => void): void {
  resetWriteMarks(l, where, where.insnIdx)
  act()
  commitWriteMarks(l)
}

test('a slot is alive from its write to its read', () => {
  const insns = table([mov(0, 0), mov(0, 0), mov(0, 0), exit])
  const lines: string[] = []
  const l = liveness(insns, [0], (line) => lines.push(line))
  atInsn(l, chain(0), () => {})
  atInsn(l, chain(1), () => markStackWrite(l, 0, 1, 0))
  atInsn(l, chain(2), () => markStackRead(l, chain(2), 0, 2, 1, 0))
  atInsn(l, chain(3), () => {})
  updateLiveStack(l, chain(3))
  const alive = [0, 1, 2, 3].map((insn) => {
    queryInit(l, chain(insn))
    return isSlotAlive(l, 0, 0)
  })
  expect(alive).toEqual([false, false, true, false])
  expect(lines).toEqual([
    '(0) frame 0 insn 2 +live -8 \n',
    '(0) frame 0 insn 1 +written -8 \n',
    '(0) frame 0 insn 0 +written -8 \n',
    '(0) live stack update done in 2 iterations\n',
  ])
})

test('what one way writes only is not written for sure', () => {
  const insns = table([jne(0, 0, 1), mov(0, 0), mov(0, 0), exit])
  const l = liveness(insns, [0])
  atInsn(l, chain(0), () => {})
  atInsn(l, chain(1), () => markStackWrite(l, 0, 1, 0))
  atInsn(l, chain(2), () => markStackRead(l, chain(2), 0, 2, 1, 0))
  atInsn(l, chain(3), () => {})
  updateLiveStack(l, chain(3))
  queryInit(l, chain(0))
  expect(isSlotAlive(l, 0, 0)).toBe(true)
})

test('what a callee reads of its caller’s stack is read by the call', () => {
  // 0: call 2; 1: exit; 2: reads the caller's fp-8; 3: exit
  const insns = table([call(1), exit, mov(0, 0), exit])
  const l = liveness(insns, [0, 2])
  atInsn(l, chain(0), () => {})
  resetCallchain(l)
  atInsn(l, chain(2, 0), () => markStackRead(l, chain(2, 0), 0, 2, 1, 0))
  atInsn(l, chain(3, 0), () => {})
  updateLiveStack(l, chain(3, 0))
  resetCallchain(l)
  atInsn(l, chain(1), () => {})
  updateLiveStack(l, chain(1))
  queryInit(l, chain(0))
  expect(isSlotAlive(l, 0, 0)).toBe(true)
  queryInit(l, chain(1))
  expect(isSlotAlive(l, 0, 0)).toBe(false)
  // Within the callee before its read, and after it.
  queryInit(l, chain(2, 0))
  expect(isSlotAlive(l, 0, 0)).toBe(true)
  queryInit(l, chain(3, 0))
  expect(isSlotAlive(l, 0, 0)).toBe(false)
})
