// What a loaded program is compiled to, for people. A file of its own, since nothing that runs needs it.
import { type WasmFunction, wasmText } from '../vm/index.ts'
import type { Kernel, LoadedProgram } from './kernel.ts'

/** The WebAssembly that a loaded program becomes, by its instructions; undefined where it is interpreted. */
export const programText = (kernel: Kernel, program: LoadedProgram): WasmFunction[] | undefined =>
  wasmText(kernel.machine, program.code, !kernel.verified)
