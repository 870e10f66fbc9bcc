// Calls: of subprograms (a call within the module), of helpers and kfuncs (the host), the legacy packet loads, may_goto, and exit.
// What the host answers to a call: 0 = go on; 1 = stopped, write registers back and return; 2 or 3 = a tail call's target ran in this
// function's place, and returned or stopped.
import { MAX_BPF_STACK, MAX_CALL_FRAMES, MAY_GOTO_TURNS, NOT_YET } from '../machine.ts'
import {
  A,
  access,
  type Body,
  countPending,
  end,
  get,
  host,
  i32,
  i64,
  LEFT,
  leaveAt,
  loadLeft,
  loadRegisters,
  low,
  newLocal,
  open,
  ops,
  PC,
  parameters,
  put,
  set,
  settle,
  storeLeft,
  storeRegisters,
  tee,
  unwindIf,
} from './body.ts'
import { ensure } from './checks.ts'
import { type Block, type FunctionCode, OP_CALL } from './functions.ts'
import { forget, forgetForCall } from './known.ts'
import { arrayLookup, chainsLookup, type FoundLookup, keyAt, lookupIn, pushKey } from './lookup.ts'
import * as w from './opcodes.ts'

const CALL_SUBPROG = 1
export const STOPPED = 1
export const TAIL_CALLED = 2

/** The call at `pc`. Behind it the count of what is left is that of the machine, unless something is pending. */
export function call(b: Body, pc: number, block: Block): void {
  if (b.code.src[pc] === CALL_SUBPROG) {
    const callee = b.functionAt(b.code.target[pc])
    if (callee) callFunction(b, pc, callee)
    else leaveAt(b, pc)
  } else if (b.code.calls[pc] === undefined) leaveAt(b, pc)
  else {
    const cell = answerCell(b, block)
    const found = cell === undefined ? lookupIn(b, block) : undefined
    if (cell !== undefined) {
      i32(b, 0)
      access(b, w.I64_LOAD32_U, cell)
      put(b, 0)
      forget(b.known, 0)
      return
    }
    if (found) {
      lookUp(b, pc, found)
      return
    }
    callHost(b, pc)
  }
  forgetForCall(b.known)
}

const answerCell = ({ code }: Body, { last }: Block): number | undefined =>
  last >= 0 && code.opcode[last] === OP_CALL && code.src[last] === 0 ? code.linker.answerCell(code.imm[last]) : undefined

/** Whether the call that a block ends with needs no host, so that what was executed is still pending behind it. */
export const isInLine = (b: Body, block: Block): boolean => answerCell(b, block) !== undefined || lookupIn(b, block) !== undefined

/** A map lookup that needs no host. */
function lookUp(b: Body, pc: number, { lookup, mapLo }: FoundLookup): void {
  if (b.layout.checked) ensure(b, pc, 2, { from: 0, to: lookup.keySize, writes: false })
  const key = keyAt(b, 2)
  const result = newLocal(b)
  const number = b.lookups.get(mapLo)
  if (lookup.kind === 'array') arrayLookup(b, lookup, key, result)
  else if (number === undefined) chainsLookup(b, lookup, key)
  else {
    pushKey(b, key)
    ops(b, w.CALL)
    b.out.u32(number)
  }
  tee(b, result)
  ops(b, w.I64_EXTEND_I32_U)
  i64(b, 0, lookup.hi)
  ops(b, w.I64_OR)
  i64(b, 0)
  get(b, result)
  ops(b, w.SELECT)
  put(b, 0)
  for (let r = 0; r <= 5; r++) forget(b.known, r)
  b.known.lows[0] = { local: result, off: 0, found: { size: lookup.valueSize, rights: lookup.rights } }
}

function callHost(b: Body, pc: number): void {
  settle(b)
  storeRegisters(b, 0, b.layout.checked ? 9 : 5)
  storeLeft(b)
  i32(b, pc)
  get(b, b.depth)
  host(b, 'call')
  tee(b, A)
  i32(b, TAIL_CALLED)
  ops(b, w.I32_GE_S)
  open(b, w.IF)
  get(b, A)
  i32(b, TAIL_CALLED)
  ops(b, w.I32_SUB, w.RETURN)
  end(b)
  get(b, A)
  unwindIf(b, pc)
  loadRegisters(b, 0, b.layout.checked ? 5 : 0)
  loadLeft(b)
}

function callFunction(b: Body, pc: number, callee: FunctionCode): void {
  settle(b)
  get(b, b.depth)
  i32(b, MAX_CALL_FRAMES - 1)
  ops(b, w.I32_GE_S)
  open(b, w.IF)
  leaveAt(b, pc)
  end(b)
  openFrame(b, callee)
  storeLeft(b)
  for (const r of parameters(b.layout.checked)) get(b, b.regs[r])
  get(b, b.depth)
  i32(b, 1)
  ops(b, w.I32_ADD, w.CALL)
  b.out.u32(b.numberOf(callee))
  unwindIf(b, pc)
  if (b.layout.checked) {
    frame(b, 0)
    loadRegisters(b, 0, 5)
  } else loadRegisters(b, 0, 0)
  loadLeft(b)
}

/** The callee's frame: empty, and with all turns of its may_goto loops. */
function openFrame(b: Body, callee: FunctionCode): void {
  if (b.layout.checked) {
    frame(b, 1)
    return
  }
  i32(b, b.layout.stackLo - 2 * MAX_BPF_STACK)
  get(b, b.depth)
  i32(b, MAX_BPF_STACK)
  ops(b, w.I32_MUL, w.I32_SUB)
  i32(b, 0)
  i32(b, MAX_BPF_STACK)
  ops(b, w.PREFIX, w.MEMORY_FILL, 0)
  if (!callee.hasMayGoto) return
  get(b, b.depth)
  i32(b, 3)
  ops(b, w.I32_SHL)
  tee(b, A)
  i32(b, MAY_GOTO_TURNS)
  access(b, w.I32_STORE, b.layout.turns + 8)
  get(b, A)
  i32(b, NOT_YET)
  access(b, w.I32_STORE, b.layout.turns + 12)
}

/** Tells the host that the callee's frame opens or has closed. */
function frame(b: Body, isOpen: number): void {
  get(b, b.depth)
  i32(b, 1)
  ops(b, w.I32_ADD)
  i32(b, isOpen)
  host(b, 'frame')
  ops(b, w.DROP)
}

/** Returns with r0. */
export function exit(b: Body): void {
  countPending(b)
  storeRegisters(b, 0, b.layout.checked ? 5 : 0)
  storeLeft(b)
  i32(b, 0)
  ops(b, w.RETURN)
}

const SIZES = [4, 2, 1, 8] as const

/** LD_ABS and LD_IND: where the packet has no such bytes, the function returns 0. */
export function loadPacket(b: Body, pc: number): void {
  const op = b.code.opcode[pc]
  i32(b, b.code.imm[pc])
  if (op >= 0x40) {
    low(b, b.code.src[pc])
    ops(b, w.I32_ADD)
  }
  i32(b, SIZES[(op >> 3) & 3])
  host(b, 'packet')
  open(b, w.IF)
  i64(b, 0)
  put(b, 0)
  exit(b)
  end(b)
  loadRegisters(b, 0, 0)
}

/** Leaves an i32 on the stack: whether the may_goto jumps. */
export function mayGoto(b: Body): void {
  settle(b)
  get(b, b.depth)
  i32(b, 3)
  ops(b, w.I32_SHL)
  tee(b, A)
  access(b, w.I32_LOAD, b.layout.turns)
  tee(b, PC)
  ops(b, w.I32_EQZ)
  open(b, w.IF, w.I32)
  i32(b, 1)
  ops(b, w.ELSE)
  get(b, A)
  get(b, PC)
  i32(b, 1)
  ops(b, w.I32_SUB)
  access(b, w.I32_STORE, b.layout.turns)
  get(b, PC)
  i32(b, 1)
  ops(b, w.I32_EQ)
  open(b, w.IF)
  storeLeft(b)
  get(b, b.depth)
  i32(b, 0)
  host(b, 'moreTurns')
  ops(b, w.DROP)
  end(b)
  i32(b, 0)
  end(b)
}

/** Where control may come again and again: leaves where less is left than may be executed before the next such place. `live` = all registers
 * that have to be kept for that. */
export function checkpoint(b: Body, pc: number, live: number): void {
  get(b, LEFT)
  i32(b, b.f.longest + b.pending)
  ops(b, w.I32_LT_S)
  open(b, w.IF)
  countPending(b)
  for (let r = 0; r < 10; r++) {
    if ((live >> r) & 1) continue
    i64(b, 0)
    put(b, r)
  }
  // Nothing of the block at `pc` has been counted.
  i32(b, ~pc)
  set(b, PC)
  b.out.byte(w.BR)
  b.out.u32(b.nesting - 1)
  end(b)
}
