// The machine: memory as regions, and the engines that execute code. Knows helpers only as functions handed in.
export {
  type Code,
  type ContextCell,
  type Helper,
  type HelperResult,
  type Linker,
  type Lookup,
  link,
  slotOfAddress,
  TEXT_HI,
  TEXT_LO,
} from './code.ts'
export type { Fault, FaultKind } from './fault.ts'
export { type Engine, run, type Stop } from './interpreter.ts'
export { createJit, type Jit, type JitOptions, wasmText } from './jit/engine.ts'
export type { WasmFunction, WasmLine } from './jit/text.ts'
export {
  type Continuation,
  callback,
  callSite,
  createMachine,
  MAX_BPF_STACK,
  MAX_CALL_FRAMES,
  MAX_TAIL_CALL_CNT,
  type Machine,
  type MachineSnapshot,
  restoreMachine,
  type Status,
  saveMachine,
  start,
  stop,
  stopAccess,
  stopUnsupported,
  tailCall,
} from './machine.ts'
export {
  type Access,
  Memory,
  type MemorySnapshot,
  NOWHERE,
  type Place,
  type Port,
  READ,
  type Region,
  type RegionSpec,
  type Word,
  WRITE,
} from './memory.ts'
export { Ram, type RamSnapshot, type RamSource } from './ram.ts'
