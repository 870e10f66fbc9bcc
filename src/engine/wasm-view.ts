// The WebAssembly of a program beside its instructions: the program is compiled as a run of it would be, and nothing runs.
import { createKernel, loadProgram, programText } from '../kernel/index.ts'
import type { BuildParts } from './build.ts'
import { kfuncNames } from './run.ts'

export interface WasmView {
  readonly revision: number
  readonly program: number
  readonly functions: readonly {
    readonly name: string
    /** "(param i32) (result i32)". */
    readonly signature: string
    /** `insn`: slot that a line belongs to, -1 = none. */
    readonly lines: readonly { readonly insn: number; readonly depth: number; readonly text: string }[]
  }[]
  readonly lines: number
}

const MAX_LINES = 50_000

export function wasmView(parts: BuildParts, revision: number, index: number): WasmView {
  const program = parts.programs[index]
  const kernel = createKernel({ seed: 1, kfuncName: kfuncNames(parts.kernel), engine: 'jit', verified: true })
  const loaded = program && loadProgram(kernel, program)
  const functions = (loaded?.ok && programText(kernel, loaded.program)) || []
  let left = MAX_LINES
  const shown = functions.map((f) => {
    const lines = f.lines.slice(0, left)
    left -= lines.length
    const part = (word: string, types: readonly string[]): string => (types.length > 0 ? ` (${word} ${types.join(' ')})` : '')
    return { name: f.name, signature: `${part('param', f.params)}${part('result', f.results)}${part('local', f.locals)}`.trim(), lines }
  })
  return { revision, program: index, functions: shown, lines: functions.reduce((n, f) => n + f.lines.length, 0) }
}
