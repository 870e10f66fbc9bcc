// One function: its blocks as structured code. A block that several edges lead forward to is put behind a `block`, which is left by a
// branch; one that edges lead back to becomes a `loop`; any other follows right where its one predecessor goes to it.
//
//   block            tree(x) with the merge node y among the nodes that x dominates: x and what else it dominates stands inside,
//     ... x ...      y behind. Of several, the one that comes first in reverse postorder is innermost.
//   end
//   ... y ...
//
// Reference: Ramsey, "Beyond Relooper: Recursive Translation of Unstructured Control Flow to Structured Control Flow" (ICFP 2022).
import { MAX_BPF_STACK } from '../machine.ts'
import { atomic, load, store } from './access.ts'
import { arithmetic, condition, nullTest } from './arithmetic.ts'
import {
  access,
  type Body,
  branch,
  CELL_R10,
  countPending,
  end,
  FRAME,
  get,
  host,
  I32_LOCALS,
  I64_LOCALS,
  i32,
  i64,
  LABEL,
  leaveAt,
  loadLeft,
  low,
  open,
  ops,
  PC,
  put,
  set,
  settle,
  storeLeft,
  storeRegisters,
  typeOf,
} from './body.ts'
import { call, checkpoint, exit, isInLine, loadPacket, mayGoto } from './calls.ts'
import { extentsAhead, extentsIn, prepare } from './checks.ts'
import { type Block, isBranch, OP_CALL, OP_EXIT, OP_LD_IMM64, OP_MAY_GOTO } from './functions.ts'
import { type Edge, inOrder } from './graph.ts'
import { kindsOf, step } from './kinds.ts'
import { copyOf, follow } from './known.ts'
import { liveness } from './liveness.ts'
import { type LoopChecks, loopChecks } from './loop-checks.ts'
import type { Func } from './module.ts'
import * as w from './opcodes.ts'

const ALL = 0xffff
/** Beyond this, nested code is not worth the stack that it takes to write and to read. */
const MAX_NESTING = 1500

interface Writer {
  readonly b: Body
  readonly kinds: readonly Uint8Array[]
  /** With checks, of each node: accesses that lie ahead at its end. */
  readonly ahead: ReturnType<typeof extentsAhead> | undefined
  readonly loops: LoopChecks | undefined
  /** Of each node; undefined where all registers count. */
  readonly live: Uint16Array | undefined
  /** For each node whose beginning or end can be branched to: the nesting of its block. */
  readonly level: Int32Array
  /** For each merge: how many instructions are pending where control arrives. */
  readonly arrivals: Int32Array
}

/** Writes a function; undefined = nested too deeply. */
export function compileFunction(b: Body, isMain: boolean): Func | undefined {
  const { checked } = b.layout
  const kinds = kindsOf(b.code, b.f, isMain)
  const ahead = checked ? extentsAhead(b.code, b.f) : undefined
  const writer: Writer = {
    b,
    kinds,
    ahead,
    loops: ahead && loopChecks(b.code, b.f, kinds, ahead, b.module),
    live: checked ? undefined : liveness(b.code, b.f),
    level: new Int32Array(b.f.graph.succ.length).fill(-1),
    arrivals: arrivalsOf(b),
  }
  open(b, w.BLOCK)
  open(b, w.BLOCK)
  prologue(b)
  if (!tree(writer, 0)) return undefined
  end(b)
  unwind(b)
  end(b)
  leave(b)
  return {
    type: typeOf(checked),
    locals: [
      { count: checked ? I64_LOCALS - 5 : I64_LOCALS, type: w.I64 },
      { count: I32_LOCALS, type: w.I32 },
      { count: b.more, type: w.I32 },
    ],
    body: b.out,
    name: '',
    marks: b.marks,
  }
}

/**
 * What is pending at merges: as much as on the longest way there, so that only the shorter ones (errors, most often) have a difference to
 * count.
 */
function arrivalsOf(b: Body): Int32Array {
  const { f, code } = b
  const { succ, order, isLoop } = f.graph
  const arrivals = new Int32Array(succ.length)
  // The ways out of a dispatch count nothing.
  const fixed = new Set(succ.slice(f.blocks.length).flatMap((edges) => edges.map((e) => e.to)))
  for (const node of inOrder(f.graph)) {
    const block = f.blocks[node]
    const op = block && block.last >= 0 ? code.opcode[block.last] : 0
    const isSettled = !block || (op === OP_CALL && !isInLine(b, block)) || op === OP_MAY_GOTO
    const pending = isSettled ? 0 : block.count + (isLoop[node] !== 0 ? 0 : arrivals[node])
    for (const { to } of succ[node]) {
      if (order[to] > order[node] && !fixed.has(to)) arrivals[to] = Math.max(arrivals[to], pending)
    }
  }
  return arrivals
}

function prologue(b: Body): void {
  loadLeft(b)
  i64(b, b.layout.stackLo, b.layout.stackHi)
  get(b, b.depth)
  ops(b, w.I64_EXTEND_I32_U)
  i64(b, MAX_BPF_STACK)
  ops(b, w.I64_MUL, w.I64_SUB)
  put(b, 10)
  low(b, 10)
  i32(b, MAX_BPF_STACK)
  ops(b, w.I32_SUB)
  set(b, FRAME)
  checkpoint(b, b.f.start, ALL)
}

/** A callee has stopped: this frame's registers go where a return looks for them. */
function unwind(b: Body): void {
  b.marks.push({ at: b.out.length, insn: -1 })
  storeRegisters(b, 6, 9)
  storeR10(b)
  get(b, PC)
  get(b, b.depth)
  host(b, 'unwind')
  ops(b, w.RETURN)
}

function leave(b: Body): void {
  b.marks.push({ at: b.out.length, insn: -1 })
  storeRegisters(b, 0, 9)
  storeR10(b)
  storeLeft(b)
  get(b, PC)
  get(b, b.depth)
  host(b, 'leave')
}

function storeR10(b: Body): void {
  i32(b, 0)
  get(b, b.regs[10])
  access(b, w.I64_STORE, b.layout.cells + CELL_R10)
}

/** A node and what it dominates. Iterates where nothing follows behind; false = nested too deeply. */
function tree(t: Writer, root: number): boolean {
  const { b, level } = t
  const { graph } = b.f
  for (let node = root; node >= 0; ) {
    if (b.nesting > MAX_NESTING) return false
    const isLoop = graph.isLoop[node] !== 0
    if (graph.isMerge[node] !== 0) b.pending = t.arrivals[node]
    if (graph.isMerge[node] !== 0 || isLoop) b.known = b.knownAtMerge()
    if (isLoop) {
      settle(b)
      prepare(b, t.loops?.heads.get(node) ?? [])
      open(b, w.LOOP)
      level[node] = b.nesting
    }
    const merges = graph.children[node].filter((n) => graph.isMerge[n] !== 0)
    // The last in order is the outermost.
    for (let i = merges.length - 1; i >= 0; i--) {
      open(b, w.BLOCK)
      level[merges[i]] = b.nesting
    }
    let next = contents(t, node)
    // What follows in line stands within all blocks that are open here; only without any can it go on in this loop.
    if (next >= 0 && (merges.length > 0 || isLoop)) {
      if (!tree(t, next)) return false
      next = -1
    }
    for (const [i, merge] of merges.entries()) {
      end(b)
      if (i < merges.length - 1 || isLoop) {
        if (!tree(t, merge)) return false
      } else next = merge
    }
    if (isLoop) end(b)
    if (next === FAILED) return false
    node = next
  }
  return true
}

const FAILED = -2

/** The node's own instructions and where it goes; answers the node that follows in line, -1 = none, FAILED. */
function contents(t: Writer, node: number): number {
  const { b } = t
  const edges = b.f.graph.succ[node]
  if (node >= b.f.blocks.length) return dispatch(t, node, edges)
  const block = b.f.blocks[node]
  b.marks.push({ at: b.out.length, insn: -1 })
  if (b.f.graph.isCheckpoint[node] !== 0) checkpoint(b, block.start, t.live?.[node] ?? ALL)
  b.kinds.set(t.kinds[node])
  b.places = t.loops?.places.get(node)
  if (t.ahead) b.extents = extentsIn(b.code, block.start, block.end, t.ahead[node])
  b.pending += block.count
  b.blockStart = block.start
  b.blockEnd = block.end
  for (let pc = block.start; pc < block.end; pc += b.code.opcode[pc] === OP_LD_IMM64 ? 2 : 1) {
    const op = b.code.opcode[pc]
    b.marks.push({ at: b.out.length, insn: pc })
    if (op === OP_EXIT) {
      exit(b)
      return -1
    }
    if (!isBranch(op) && !instruction(b, pc, block)) {
      leaveAt(b, pc)
      return -1
    }
    step(b.code, pc, b.kinds)
    if (op !== OP_CALL) follow(b.known, b.code, pc)
  }
  if (edges.length === 0) {
    leaveAt(b, ~block.end)
    return -1
  }
  const { last } = block
  // Behind a call it is not known how much was executed, but for one that was settled in line.
  if (b.code.opcode[last] === OP_CALL && b.pending === 0) checkpoint(b, block.end, t.live?.[edges[0].to] ?? ALL)
  if (edges.length === 1) return goTo(t, edges[0], node)
  if (b.code.opcode[last] === OP_MAY_GOTO) {
    mayGoto(b)
    return fork(t, node, edges[1], edges[0])
  }
  const test = nullTest(b, last)
  condition(b, last)
  return fork(t, node, edges[1], edges[0], test)
}

/** One instruction that control falls through; false where there is no code for it. */
function instruction(b: Body, pc: number, block: Block): boolean {
  const op = b.code.opcode[pc]
  switch (op & 0x07) {
    case 0x07:
    case 0x04:
      return arithmetic(b, pc)
    case 0x01:
      load(b, pc)
      return true
    case 0x02:
      store(b, pc)
      return true
    case 0x03:
      if ((op & 0xe0) === 0xc0) atomic(b, pc)
      else store(b, pc)
      return true
    case 0x05:
    case 0x06:
      if (op === OP_CALL) call(b, pc, block)
      return true
    default:
      if (op === OP_LD_IMM64) return wideConstant(b, pc)
      loadPacket(b, pc)
      return true
  }
}

function wideConstant(b: Body, pc: number): boolean {
  const s = b.code.src[pc]
  if (s < 0) return false
  i64(b, b.code.constLo[s - 11], b.code.constHi[s - 11])
  put(b, b.code.dst[pc])
  return true
}

/** Whether an edge is a branch: back, or forward to a node behind a block. */
const isJump = (t: Writer, from: number, { to }: Edge): boolean =>
  t.b.f.graph.isMerge[to] !== 0 || t.b.f.graph.order[to] <= t.b.f.graph.order[from]

function setLabel(b: Body, edge: Edge): void {
  if (edge.label < 0) return
  i32(b, edge.label)
  set(b, LABEL)
}

const distance = (t: Writer, to: number): number => t.b.nesting - t.level[to]

/** What is left to be counted where a branch arrives. */
const arrival = (t: Writer, from: number, to: number): number => (t.b.f.graph.order[to] <= t.b.f.graph.order[from] ? 0 : t.arrivals[to])

/** Goes to a node: a branch, or in line. */
function goTo(t: Writer, edge: Edge, from: number): number {
  setLabel(t.b, edge)
  if (!isJump(t, from, edge)) return edge.to
  countPending(t.b, arrival(t, from, edge.to))
  branch(t.b, w.BR, distance(t, edge.to))
  return -1
}

/** On the i32 on the stack: to `taken`, or else to `other`. */
function fork(t: Writer, from: number, taken: Edge, other: Edge, test?: ReturnType<typeof nullTest>): number {
  const { b } = t
  const learn = (hasJumped: boolean): void => {
    if (test?.jumpsIfFound === hasJumped) b.known.notNull.add(test.local)
  }
  if (isJump(t, from, taken) && taken.label < 0) {
    branchIf(t, from, taken.to)
    learn(false)
    return goTo(t, other, from)
  }
  if (isJump(t, from, other) && other.label < 0) {
    ops(b, w.I32_EQZ)
    branchIf(t, from, other.to)
    learn(true)
    return goTo(t, taken, from)
  }
  const { pending } = b
  const known = copyOf(b.known)
  open(b, w.IF)
  learn(true)
  const inLine = goTo(t, taken, from)
  const done = inLine < 0 || tree(t, inLine)
  end(b)
  if (!done) return FAILED
  b.pending = pending
  b.known = known
  learn(false)
  return goTo(t, other, from)
}

/** A branch on the i32 on the stack. */
function branchIf(t: Writer, from: number, to: number): void {
  const { b } = t
  const rest = arrival(t, from, to)
  if (b.pending === rest) {
    branch(b, w.BR_IF, distance(t, to))
    return
  }
  open(b, w.IF)
  countPending(b, rest)
  branch(b, w.BR, distance(t, to))
  end(b)
}

/** A dispatch node: to the entry that the label says. */
function dispatch(t: Writer, node: number, edges: readonly Edge[]): number {
  const { b } = t
  settle(b)
  const inLine = edges.filter((e) => !isJump(t, node, e))
  // An entry that nothing else leads to stands in a block of its own right here.
  for (const e of inLine) {
    open(b, w.BLOCK)
    t.level[e.to] = b.nesting
  }
  get(b, LABEL)
  b.out.byte(w.BR_TABLE)
  b.out.u32(edges.length - 1)
  for (const e of edges) b.out.u32(distance(t, e.to))
  for (let i = inLine.length - 1; i >= 0; i--) {
    end(b)
    b.pending = 0
    b.known = b.knownAtMerge()
    if (i > 0 && !tree(t, inLine[i].to)) return FAILED
    if (i === 0) return inLine[0].to
  }
  return -1
}
