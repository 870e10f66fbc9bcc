// One processor running one invocation of a program: registers, frames, where it stands. The state that a debugger shows and
// that a keyframe keeps. It knows no Linux: what helpers do was linked into the Code.
//
//   frames   columns of FRAME_WORDS int32 a frame: return slot, r6..r9 and r10 of the caller
//   cells    in Ram, which compiled code shares: registers that are handed over, turns of may_goto loops by frame
//   status   'ready' -> running -> 'exited' | 'fault' | 'unsupported'
//
// The machine is reused from invocation to invocation (`start` resets it), as packets come by the ten thousand.
import { type Code, FIRST_CONSTANT, type HelperResult, slotOfAddress } from './code.ts'
import { accessFault, type Fault, type FaultKind } from './fault.ts'
import { type Memory, NOWHERE, READ, type Region, WRITE } from './memory.ts'

export const MAX_CALL_FRAMES = 8
export const MAX_BPF_STACK = 512
/** Calls of bpf_tail_call() in one invocation; so at most 34 programs run. */
export const MAX_TAIL_CALL_CNT = 33

const FRAME_WORDS = 16
const F_RETURN = 0
const F_CALLER_REGS = 1
/** Linux: BPF_MAX_TIMED_LOOPS; a may_goto loop asks for the time once in so many turns. */
export const MAY_GOTO_TURNS = 0xffff
/** A quarter of a second at one nanosecond an instruction. */
const MAY_GOTO_STEPS = 250_000_000

export const NOT_YET = -1
/** Cells: ten registers, then what compiled code has for itself (see jit), then turns. */
const TURNS_CELLS = 112
/** Then what places of compiled code know of where they access memory. */
export const SLOT_CELLS = TURNS_CELLS + 8 * MAX_CALL_FRAMES
const CELL_BYTES = SLOT_CELLS + 2048

/** What goes on when a callback that a helper called has returned (its result is in r0). Immutable. */
export interface Continuation {
  readonly resume: (m: Machine, c: Continuation) => HelperResult
}

export type Status = 'ready' | 'exited' | 'fault' | 'unsupported'

export interface Machine {
  readonly memory: Memory
  code: Code
  /** r0..r10, then the constants of `code`. */
  lo: Int32Array
  hi: Int32Array
  /** Slot of the next instruction; -1 once it is over. */
  pc: number
  /** 0 = the program itself. */
  depth: number
  readonly frames: Int32Array
  /** Code of each frame below the current one. */
  readonly callers: Code[]
  readonly continuations: (Continuation | undefined)[]
  readonly stack: readonly Region[]
  /** The outermost frame is as openFrame leaves it: whoever runs code that uses it says no. */
  isStackEmpty: boolean
  /** Ram offset of the cells. */
  readonly cells: number
  /** Region that each instruction found last, of `code`. */
  sites: Region[]
  readonly siteTables: WeakMap<Code, Region[]>
  /** Instructions executed in this invocation. */
  steps: number
  tailCalls: number
  status: Status
  fault: Fault | undefined
  /** What is not modelled, where status is 'unsupported'. */
  feature: string
  /** First instruction that read stack bytes which nobody had written: 0 here, leftovers of other calls in Linux. -1 = none. */
  unwrittenAt: number
}

export interface MachineSnapshot {
  readonly code: Code
  /** r0 to r10 */
  readonly lo: Int32Array
  readonly hi: Int32Array
  readonly pc: number
  readonly depth: number
  readonly frames: Int32Array
  readonly callers: readonly Code[]
  readonly continuations: readonly (Continuation | undefined)[]
  readonly steps: number
  readonly tailCalls: number
  readonly status: Status
  readonly fault: Fault | undefined
  readonly feature: string
  readonly unwrittenAt: number
}

/** A machine with stacks for all frames in `memory`, whose addresses have the upper half `stackHi`; it runs nothing yet. */
export function createMachine(memory: Memory, stackHi: number): Machine {
  const bytes = MAX_CALL_FRAMES * MAX_BPF_STACK
  const ram = memory.ram.alloc(2 * bytes + CELL_BYTES, bytes)
  const regions: Region[] = []
  for (let depth = 0; depth < MAX_CALL_FRAMES; depth++) {
    const below = (depth + 1) * MAX_BPF_STACK
    regions.push(
      memory.map({
        kind: 'stack',
        baseHi: stackHi,
        baseLo: ram + bytes - below,
        to: 0,
        rights: READ | WRITE,
        shadow: bytes,
        label: (offset) => ({ name: depth === 0 ? 'stack fp' : `stack[frame ${depth}] fp`, offset: offset - MAX_BPF_STACK }),
      }),
    )
  }
  return {
    memory,
    code: NO_CODE,
    lo: new Int32Array(FIRST_CONSTANT),
    hi: new Int32Array(FIRST_CONSTANT),
    pc: -1,
    depth: 0,
    frames: new Int32Array(MAX_CALL_FRAMES * FRAME_WORDS),
    callers: [],
    continuations: [],
    stack: regions,
    isStackEmpty: false,
    cells: ram + 2 * bytes,
    sites: [],
    siteTables: new WeakMap(),
    steps: 0,
    tailCalls: 0,
    status: 'exited',
    fault: undefined,
    feature: '',
    unwrittenAt: -1,
  }
}

const NO_CODE: Code = {
  name: '',
  length: 0,
  opcode: new Uint8Array(0),
  dst: new Uint8Array(0),
  src: new Int32Array(0),
  off: new Int32Array(0),
  imm: new Int32Array(0),
  target: new Int32Array(0),
  constLo: new Int32Array(0),
  constHi: new Int32Array(0),
  usesStack: false,
  calls: [],
  linker: {
    imm64: () => undefined,
    helper: () => undefined,
    kfunc: () => undefined,
    callName: () => '',
    loadPacket: () => false,
    returnsRam: () => false,
    lookup: () => undefined,
    answerCell: () => undefined,
    contextCell: () => undefined,
    contextInRam: false,
    probes: false,
    arenaHi: 0,
  },
  bytes: new Uint8Array(0),
}

/** Begins an invocation with r1 = the context. Everything else is zero: Linux leaves it undefined. */
export function start(m: Machine, code: Code, ctxLo: number, ctxHi: number): void {
  if (m.code !== code) enter(m, code)
  // Loops, as this is done for each packet and the built-in ways cost more than a short program.
  for (let r = 0; r < FIRST_CONSTANT; r++) m.lo[r] = m.hi[r] = 0
  m.lo[1] = ctxLo
  m.hi[1] = ctxHi
  if (m.callers.length > 0) m.callers.length = 0
  if (m.continuations.length > 0) m.continuations.length = 0
  for (let depth = 1; depth < MAX_CALL_FRAMES; depth++) m.stack[depth].to = 0
  m.pc = 0
  m.steps = 0
  m.tailCalls = 0
  m.status = 'ready'
  m.fault = undefined
  m.feature = ''
  m.unwrittenAt = -1
  m.memory.readUnwritten = false
  openFrame(m, 0)
}

/** Makes `code` the one that runs: its constants and its caches. */
export function enter(m: Machine, code: Code): void {
  const size = FIRST_CONSTANT + code.constLo.length
  if (m.lo.length < size) {
    const lo = new Int32Array(size)
    const hi = new Int32Array(size)
    lo.set(m.lo.subarray(0, FIRST_CONSTANT))
    hi.set(m.hi.subarray(0, FIRST_CONSTANT))
    m.lo = lo
    m.hi = hi
  }
  m.lo.set(code.constLo, FIRST_CONSTANT)
  m.hi.set(code.constHi, FIRST_CONSTANT)
  m.code = code
  let sites = m.siteTables.get(code)
  if (!sites) {
    sites = new Array<Region>(code.length).fill(NOWHERE)
    m.siteTables.set(code, sites)
  }
  m.sites = sites
}

/** An empty stack frame, r10 at its end. */
export function openFrame(m: Machine, depth: number): void {
  const r = m.stack[depth]
  r.to = MAX_BPF_STACK
  if (depth === 0 && m.isStackEmpty) m.memory.ram.touch(r.baseLo, MAX_BPF_STACK)
  else {
    m.memory.ram.fill(r.baseLo, MAX_BPF_STACK, 0)
    m.memory.ram.fill(r.baseLo + r.shadow, MAX_BPF_STACK, 0)
  }
  if (depth === 0) m.isStackEmpty = true
  m.depth = depth
  m.lo[10] = r.baseLo + MAX_BPF_STACK
  m.hi[10] = r.baseHi
  m.memory.ram.setI32(turnsCell(m, depth), MAY_GOTO_TURNS)
  m.memory.ram.setI32(turnsCell(m, depth) + 4, NOT_YET)
}

export function closeFrame(m: Machine, depth: number): void {
  m.stack[depth].to = 0
  m.depth = depth - 1
}

/** Opens the frames up to `depth`, whose bytes are what they are, and closes those beyond. For engines that keep frames elsewhere. */
export function showFrames(m: Machine, depth: number): void {
  for (let d = 0; d < MAX_CALL_FRAMES; d++) m.stack[d].to = d <= depth ? MAX_BPF_STACK : 0
  m.depth = depth
  m.lo[10] = m.stack[depth].baseLo + MAX_BPF_STACK
  m.hi[10] = m.stack[depth].baseHi
}

/** Takes all bytes of open frames for written. */
export function markStack(m: Machine): void {
  for (let d = 0; d <= m.depth; d++) m.memory.ram.fill(m.stack[d].baseLo + m.stack[d].shadow, MAX_BPF_STACK, 0xff)
}

/** Notes how the frame at `depth` stands while it waits for the call at `pc`: its r6 to r10, two words each. `direct`: the program itself called. */
export function callerStands(m: Machine, depth: number, pc: number, code: Code, regs: readonly number[], direct: boolean): void {
  const at = (depth + 1) * FRAME_WORDS
  m.frames[at + F_RETURN] = pc + 1
  m.frames.set(regs, at + F_CALLER_REGS)
  m.callers[depth + 1] = code
  if (direct) m.continuations[depth + 1] = undefined
}

/** Calls the code at `slot`; the frame returns to the slot after the current one. False = stopped by a fault. */
export function call(m: Machine, slot: number, continuation?: Continuation): boolean {
  if (slot < 0 || slot >= m.code.length) return stop(m, 'bad-jump', 'call of a slot that is not in the program')
  if (m.depth + 1 >= MAX_CALL_FRAMES) return stop(m, 'stack-overflow', `more than ${MAX_CALL_FRAMES} frames`)
  const depth = m.depth + 1
  const at = depth * FRAME_WORDS
  m.frames[at + F_RETURN] = m.pc + 1
  for (let i = 0; i < 5; i++) {
    m.frames[at + F_CALLER_REGS + 2 * i] = m.lo[6 + i]
    m.frames[at + F_CALLER_REGS + 2 * i + 1] = m.hi[6 + i]
  }
  m.callers[depth] = m.code
  m.continuations[depth] = continuation
  openFrame(m, depth)
  m.pc = slot
  return true
}

/** Calls a function pointer with up to three arguments in r1 to r3; what follows its return is the continuation's matter. */
export function callback(m: Machine, fnLo: number, fnHi: number, continuation: Continuation): HelperResult {
  const slot = slotOfAddress(m.code, fnLo, fnHi)
  return call(m, slot, continuation) ? 'moved' : 'stopped'
}

/** The exit instruction: back to the caller, to the helper that called back, or out. False = the run is over. */
export function exit(m: Machine): boolean {
  const depth = m.depth
  if (depth === 0) {
    m.status = 'exited'
    m.pc = -1
    return false
  }
  const at = depth * FRAME_WORDS
  if (m.callers[depth] !== m.code) enter(m, m.callers[depth])
  for (let i = 0; i < 5; i++) {
    m.lo[6 + i] = m.frames[at + F_CALLER_REGS + 2 * i]
    m.hi[6 + i] = m.frames[at + F_CALLER_REGS + 2 * i + 1]
  }
  closeFrame(m, depth)
  m.pc = m.frames[at + F_RETURN]
  const continuation = m.continuations[depth]
  if (!continuation) return true
  m.continuations[depth] = undefined
  // A helper that calls back again does so from its call instruction.
  m.pc--
  const result = continuation.resume(m, continuation)
  if (result === undefined) m.pc++
  return result !== 'stopped'
}

/** Slot of the call that a frame below the current one waits for. */
export function callSite(m: Machine, depth: number): number {
  return m.frames[(depth + 1) * FRAME_WORDS + F_RETURN] - 1
}

/** Replaces the running program (or the subprogram's frame) by another; the stack frame is used again. False = too many. */
export function tailCall(m: Machine, code: Code, ctxLo: number, ctxHi: number): boolean {
  if (m.tailCalls >= MAX_TAIL_CALL_CNT) return false
  m.tailCalls++
  if (m.code !== code) enter(m, code)
  m.lo[1] = ctxLo
  m.hi[1] = ctxHi
  m.pc = 0
  return true
}

/** Whether a may_goto jumps, ending its loop: after a quarter of a second of simulated time (an instruction is a nanosecond). */
export function mayGoto(m: Machine): boolean {
  const { ram } = m.memory
  const at = turnsCell(m, m.depth)
  const turns = ram.i32[at >> 2]
  if (turns === 0) return true
  ram.setI32(at, turns - 1)
  if (turns === 1) moreTurns(m, m.depth)
  return false
}

/** Turns of a frame's may_goto loops have run out: new ones, until time is up. */
export function moreTurns(m: Machine, depth: number): void {
  const { ram } = m.memory
  const at = turnsCell(m, depth)
  const since = ram.i32[(at + 4) >> 2]
  if (since === NOT_YET) ram.setI32(at + 4, m.steps)
  if (since === NOT_YET || m.steps - since < MAY_GOTO_STEPS) ram.setI32(at, MAY_GOTO_TURNS)
}

/** Ram offset of the turns that a frame's may_goto loops have left; behind it the time when they first ran out. */
export const turnsCell = (m: Machine, depth: number): number => m.cells + TURNS_CELLS + 8 * depth

export function stop(m: Machine, kind: FaultKind, text: string): false {
  m.status = 'fault'
  m.fault = { kind, address: 0n, size: 0, access: 'none', region: '', offset: 0, insn: m.pc, text }
  return false
}

export function stopAccess(m: Machine, hi: number, lo: number, size: number, write: boolean): false {
  m.status = 'fault'
  m.fault = accessFault(m.memory, m.pc, hi, lo, size, write)
  return false
}

export function stopUnsupported(m: Machine, feature: string): 'stopped' {
  m.status = 'unsupported'
  m.feature = feature
  return 'stopped'
}

export function saveMachine(m: Machine): MachineSnapshot {
  return {
    code: m.code,
    lo: m.lo.slice(0, FIRST_CONSTANT),
    hi: m.hi.slice(0, FIRST_CONSTANT),
    pc: m.pc,
    depth: m.depth,
    frames: m.frames.slice(0, (m.depth + 1) * FRAME_WORDS),
    callers: m.callers.slice(),
    continuations: m.continuations.slice(),
    steps: m.steps,
    tailCalls: m.tailCalls,
    status: m.status,
    fault: m.fault,
    feature: m.feature,
    unwrittenAt: m.unwrittenAt,
  }
}

/** Back to a snapshot; the memory is restored by its owner. */
export function restoreMachine(m: Machine, s: MachineSnapshot): void {
  if (m.code !== s.code) enter(m, s.code)
  m.isStackEmpty = false
  m.lo.set(s.lo)
  m.hi.set(s.hi)
  m.pc = s.pc
  m.depth = s.depth
  m.frames.set(s.frames)
  m.callers.length = 0
  m.callers.push(...s.callers)
  m.continuations.length = 0
  m.continuations.push(...s.continuations)
  m.steps = s.steps
  m.tailCalls = s.tailCalls
  m.status = s.status
  m.fault = s.fault
  m.feature = s.feature
  m.unwrittenAt = s.unwrittenAt
  m.memory.readUnwritten = false
}
