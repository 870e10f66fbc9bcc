// The engine that compiles to WebAssembly: each program becomes a module on the machine's own memory. It is an accelerator of the
// interpreter and answers what that would: where compiled code cannot go on (an access that finds nothing, a feature that is not
// modelled, fuel that may not suffice until the next checkpoint), it writes all registers and frames back and the interpreter goes on
// from that very instruction, to the exact end or the exact fault.
//
// Only whole invocations are compiled: a machine that stands within a run is the interpreter's. What compiled code does not keep is which
// bytes of the stack were ever written; `unwrittenAt` stays -1.
import type { Code } from '../code.ts'
import { type Engine, run, type Stop } from '../interpreter.ts'
import {
  callerStands,
  closeFrame,
  enter,
  exit,
  MAX_BPF_STACK,
  type Machine,
  markStack,
  moreTurns,
  openFrame,
  showFrames,
  stop,
  turnsCell,
} from '../machine.ts'
import { READ, type Region, type Word, WRITE } from '../memory.ts'
import type { RamSource } from '../ram.ts'
import { CELL_CONTEXT, CELL_LEFT, CELL_R10, CELL_SLOTS, CELL_VALUE, HOST, type HostFunction, type Layout, SLOT_BYTES } from './body.ts'
import { STOPPED, TAIL_CALLED } from './calls.ts'
import { type Compiled, compile, entryName } from './compile.ts'
import { type FunctionCode, OP_CALL, OP_LD_IMM64 } from './functions.ts'
import { IMPORTS, MEMORY } from './module.ts'
import { functionName, functionText, type WasmFunction } from './text.ts'
import { type WasmExports, type WasmMemory, wasm } from './webassembly.ts'

const WASM_PAGE = 65536
const INITIAL_PAGES = 2
/** Fuel is counted in 32 bits; what is beyond is the interpreter's. */
const MAX_FUEL = 0x3fffffff

export interface JitOptions {
  /** Bytes that the memory may grow to. */
  readonly limit: number
  /** Check every access: for programs that the verifier has not accepted. */
  readonly checked: boolean
}

/** A memory that compiled code can reach, and the engine for machines on it. */
export interface Jit {
  readonly source: RamSource
  readonly engine: Engine
}

interface Instance {
  readonly code: Code
  readonly exports: WasmExports
  readonly main: (depth: number) => number
  /** Places that keep what they know of memory. */
  readonly slots: number
}

/** State of the engine on one machine. `end` is the value of `steps` at which the fuel is used up. */
interface Session {
  readonly memory: WasmMemory
  readonly checked: boolean
  readonly pages: number
  /** null = is not compiled. */
  readonly instances: WeakMap<Code, Instance | null>
  /** What ran last; null = nothing that is compiled. */
  recent: Instance | null
  end: number
}

/** undefined where there is no WebAssembly, or no room for its memory. */
export function createJit(options: JitOptions): Jit | undefined {
  const pages = Math.ceil(options.limit / WASM_PAGE)
  const memory = newMemory(pages)
  if (!memory) return undefined
  const session: Session = { memory, checked: options.checked, pages, instances: new WeakMap(), recent: null, end: 0 }
  return {
    source: {
      buffer: memory.buffer,
      grow: (bytes) => {
        try {
          memory.grow(Math.ceil((bytes - memory.buffer.byteLength) / WASM_PAGE))
        } catch {
          return undefined
        }
        return memory.buffer
      },
    },
    engine: (m, fuel) => execute(session, m, fuel),
  }
}

function newMemory(pages: number): WasmMemory | undefined {
  try {
    return wasm && new wasm.Memory({ initial: INITIAL_PAGES, maximum: pages })
  } catch {
    return undefined
  }
}

function execute(session: Session, m: Machine, fuel: number): Stop {
  const isStart = m.status === 'ready' && m.steps === 0 && m.depth === 0 && m.pc === 0
  const instance = isStart ? instanceOf(session, m) : null
  if (!instance) return run(m, fuel)
  session.end = Math.min(fuel, MAX_FUEL)
  if (m.code.usesStack) m.isStackEmpty = false
  giveRegisters(m, session.checked ? 10 : 6)
  if (session.checked) {
    setCell(m, CELL_CONTEXT, m.lo[1])
    setCell(m, CELL_CONTEXT + 4, m.hi[1])
  }
  forgetPlaces(m, instance.slots)
  setCell(m, CELL_LEFT, session.end)
  const status = enterCode(m, instance.main, 0)
  if (status === 0) {
    takeRegisters(m, 1)
    m.steps = session.end - cell(m, CELL_LEFT)
    m.depth = 0
    m.pc = -1
    m.status = 'exited'
  }
  return m.status === 'ready' ? run(m, fuel - m.steps) : m.status
}

/** Runs a function in a frame; registers are in their cells. */
function enterCode(m: Machine, entry: (depth: number) => number, depth: number): number {
  try {
    return entry(depth)
  } catch (error) {
    // Verified code does not get here, unless the verdict was wrong.
    if (!(error instanceof Error) || error.name !== 'RuntimeError') throw error
    stop(m, 'wild-pointer', 'compiled code reached beyond all memory')
    return STOPPED
  }
}

function instanceOf(session: Session, m: Machine): Instance | null {
  const { code } = m
  if (session.recent?.code === code) return session.recent
  let instance = session.instances.get(code)
  if (instance === undefined) {
    instance = code.length === 0 ? null : instantiate(session, m)
    session.instances.set(code, instance)
  }
  session.recent = instance
  return instance
}

function layoutOf(m: Machine, checked: boolean): Layout {
  const [{ baseHi, baseLo }] = m.stack
  return { cells: m.cells, stackHi: baseHi, stackLo: baseLo + MAX_BPF_STACK, turns: turnsCell(m, 0), checked }
}

/** Modules made last, the newest first: a program that is loaded into a new kernel gets the one that it had, with what the browser has optimised. */
const modules: { readonly bytes: Uint8Array<ArrayBuffer>; readonly module: object }[] = []
const MODULES = 16
const LARGEST_KEPT = 1 << 18

function moduleOf(bytes: Uint8Array<ArrayBuffer>, make: (bytes: Uint8Array<ArrayBuffer>) => object): object {
  const at = modules.findIndex((known) => isSame(known.bytes, bytes))
  const known = at < 0 ? { bytes: bytes.slice(), module: make(bytes) } : modules[at]
  if (at >= 0) modules.splice(at, 1)
  if (bytes.length <= LARGEST_KEPT) modules.unshift(known)
  if (modules.length > MODULES) modules.pop()
  return known.module
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

function instantiate(session: Session, m: Machine): Instance | null {
  const { code } = m
  const compiled = compile(code, layoutOf(m, session.checked), session.pages)
  if (!wasm || !compiled) return null
  const { Module } = wasm
  const module = moduleOf(compiled.bytes, (bytes) => new Module(bytes))
  const host = hostOf(session, m, code, compiled)
  const { exports } = new wasm.Instance(module, { [IMPORTS]: { [MEMORY]: session.memory, ...host } })
  return { code, exports, main: exports[entryName(0)], slots: compiled.slots }
}

/**
 * The WebAssembly text of a program's module as this machine would run it, function by function; undefined where it is not compiled.
 * Entries (which take registers from their cells) and lookups of hashes are among the functions.
 */
export function wasmText(m: Machine, code: Code, checked: boolean): WasmFunction[] | undefined {
  const compiled = compile(code, layoutOf(m, checked), 1)
  if (!compiled) return undefined
  const names = compiled.funcs.map((f, i) => {
    const own = compiled.functions[i]
    return own ? (own.start === 0 ? 'main' : `fn_${own.start}`) : f.name !== '' ? `enter_${f.name}` : `lookup_${i}`
  })
  return compiled.funcs.map((f, i) => functionText(f, HOST.length + i, functionName(names)))
}

const cell = (m: Machine, at: number): number => m.memory.ram.i32[(m.cells + at) >> 2]
const setCell = (m: Machine, at: number, value: number): void => {
  m.memory.ram.i32[(m.cells + at) >> 2] = value
}

/** Whatever places know of memory may no longer hold. */
function forgetPlaces(m: Machine, count: number): void {
  const at = (m.cells + CELL_SLOTS) >> 2
  if (count > 0) m.memory.ram.i32.fill(0, at, at + (count * SLOT_BYTES) / 4)
}

/** Registers of the machine to their cells, r0 up to but not including `count`. */
function giveRegisters(m: Machine, count: number): void {
  const { i32 } = m.memory.ram
  const { lo, hi } = m
  for (let r = 0, at = m.cells >> 2; r < count; r++, at += 2) {
    i32[at] = lo[r]
    i32[at + 1] = hi[r]
  }
}

function takeRegisters(m: Machine, count: number): void {
  const { i32 } = m.memory.ram
  const { lo, hi } = m
  for (let r = 0, at = m.cells >> 2; r < count; r++, at += 2) {
    lo[r] = i32[at]
    hi[r] = i32[at + 1]
  }
}

type Host = Readonly<Record<HostFunction, (...args: never[]) => number>>

/** What compiled code asks for. */
function hostOf(session: Session, m: Machine, code: Code, { functions, questions }: Compiled): Host {
  const { memory } = m
  const { checked } = session
  const given = checked ? 10 : 6
  const taken = checked ? 6 : 1
  const word: Word = { lo: 0, hi: 0 }

  /** The machine as it stands at an instruction that compiled code executes. */
  const stand = (pc: number, depth: number): void => {
    if (m.code !== code) enter(m, code)
    if (m.depth !== depth) showFrames(m, depth)
    m.pc = pc
    m.steps = session.end - cell(m, CELL_LEFT)
  }

  const call = (pc: number, depth: number): number => {
    takeRegisters(m, given)
    stand(pc, depth)
    const result = code.calls[pc]!(m)
    memory.readUnwritten = false
    if (result === 'stopped') return STOPPED
    if (result === 'moved') return m.depth === depth ? tail(depth) : callBack(depth)
    giveRegisters(m, taken)
    forget()
    return 0
  }

  const forget = (): void => {
    forgetPlaces(m, session.instances.get(code)?.slots ?? 0)
  }

  /** Another program takes this function's place. */
  const tail = (depth: number): number => {
    const target = instanceOf(session, m)
    if (!target) return TAIL_CALLED + STOPPED
    m.isStackEmpty = false
    giveRegisters(m, 10)
    forgetPlaces(m, target.slots)
    return TAIL_CALLED + enterCode(m, target.main, depth)
  }

  /** A helper wants a function of the program called, perhaps many times. */
  const callBack = (depth: number): number => {
    for (;;) {
      const f = functions.find((g) => g.isCallback && g.start === m.pc)
      const instance = session.instances.get(code)
      if (!f || !instance) return STOPPED
      giveRegisters(m, 10)
      forget()
      if (enterCode(m, instance.exports[entryName(f.start)], depth + 1) !== 0) return STOPPED
      if (m.code !== code) enter(m, code)
      takeRegisters(m, taken)
      m.depth = depth + 1
      m.steps = session.end - cell(m, CELL_LEFT)
      if (!exit(m)) return STOPPED
      memory.readUnwritten = false
      if (m.depth === depth) {
        giveRegisters(m, taken)
        forget()
        return 0
      }
    }
  }

  /** Tells a place which values it may access a range through: that much before the region's bytes, and as many as there is room. */
  const tell = (slot: number, r: Region, lo: number, size: number, by: number): void => {
    let { from, to } = r
    if (r.stride !== 0) {
      const element = Math.floor(((lo - r.baseLo) >>> 0) / r.stride) * r.stride
      from = Math.max(from, element)
      to = Math.min(to, element + r.elem)
    }
    const at = CELL_SLOTS + slot * SLOT_BYTES
    const first = r.baseLo + from
    setCell(m, at, first - by)
    setCell(m, at + 4, r.baseHi - (first < by ? 1 : 0))
    setCell(m, at + 8, to - from - size + 1)
    setCell(m, at + 12, 0)
  }

  /** What is written to a page of an arena that is not there is lost, and what is read where nothing is may be 0. */
  const lost = (hi: number): number => (hi === 0 && code.linker.arenaHi !== 0 ? 0 : STOPPED)
  const nothing = (): number => {
    setCell(m, CELL_VALUE, 0)
    setCell(m, CELL_VALUE + 4, 0)
    return code.linker.probes ? 0 : STOPPED
  }

  const portAccess = (lo: number, hi: number, size: number, isWrite: boolean): number => {
    const r = memory.find(hi, lo, size, isWrite ? WRITE : READ)
    if (!r) return isWrite ? lost(hi) : nothing()
    if (!r.port) return STOPPED
    const off = (lo - r.baseLo) >>> 0
    if (isWrite) return r.port.store(off, size, cell(m, CELL_VALUE), cell(m, CELL_VALUE + 4)) ? 0 : STOPPED
    if (!r.port.load(off, size, word)) return STOPPED
    setCell(m, CELL_VALUE, word.lo)
    setCell(m, CELL_VALUE + 4, word.hi)
    return 0
  }

  return {
    call,
    load: (lo: number, hi: number, size: number) => portAccess(lo, hi, size, false),
    store: (lo: number, hi: number, size: number) => portAccess(lo, hi, size, true),
    check: (lo: number, hi: number, question: number) => {
      const { size, rights, by, slot } = questions[question]
      const r = memory.find(hi, lo, size, rights)
      if (!r || r.port) return 1
      if (slot >= 0) tell(slot, r, lo, size, by)
      return 0
    },
    probe: (lo: number, hi: number, size: number) => {
      const r = memory.find(hi, lo, size, READ)
      if (r && !r.port) return 0
      word.lo = word.hi = 0
      r?.port?.load((lo - r.baseLo) >>> 0, size, word)
      setCell(m, CELL_VALUE, word.lo)
      setCell(m, CELL_VALUE + 4, word.hi)
      return 1
    },
    packet: (offset: number, size: number) => {
      if (!code.linker.loadPacket(m, offset, size)) return 1
      giveRegisters(m, 1)
      return 0
    },
    moreTurns: (depth: number, _nothing: number) => {
      m.steps = session.end - cell(m, CELL_LEFT)
      moreTurns(m, depth)
      return 0
    },
    frame: (depth: number, opens: number) => {
      if (opens) openFrame(m, depth)
      else closeFrame(m, depth)
      forget()
      return 0
    },
    leave: (pc: number, depth: number): number => {
      if (pc >= 0) setCell(m, CELL_LEFT, cell(m, CELL_LEFT) + uncounted(code, functions, pc))
      stand(pc < 0 ? ~pc : pc, depth)
      takeRegisters(m, 10)
      takeRegister(m, 10, CELL_R10)
      markStack(m)
      return STOPPED
    },
    unwind: (pc: number, depth: number): number => {
      if (m.depth === depth) {
        for (let r = 6; r <= 9; r++) takeRegister(m, r, 8 * r)
        takeRegister(m, 10, CELL_R10)
      } else {
        const regs = [6, 7, 8, 9].flatMap((r) => [cell(m, 8 * r), cell(m, 8 * r + 4)])
        regs.push(cell(m, CELL_R10), cell(m, CELL_R10 + 4))
        callerStands(m, depth, pc, code, regs, code.opcode[pc] === OP_CALL && code.src[pc] === 1)
      }
      return STOPPED
    },
  } satisfies Record<HostFunction, (...args: never[]) => number>
}

function takeRegister(m: Machine, r: number, at: number): void {
  m.lo[r] = cell(m, at)
  m.hi[r] = cell(m, at + 4)
}

/** Instructions of a block from a slot on, that slot's included: they were counted and have not been executed. */
function uncounted(code: Code, functions: readonly FunctionCode[], pc: number): number {
  for (const f of functions) {
    const block = f.blocks.find((b) => b.start <= pc && pc < b.end)
    if (!block) continue
    let count = 0
    for (let i = pc; i < block.end; i += code.opcode[i] === OP_LD_IMM64 ? 2 : 1) count++
    return count
  }
  return 0
}
