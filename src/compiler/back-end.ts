// From IR to the object: passes, code of each function, sections. Faults that only show here (stack, signed division) are reported.
import type { Span } from '../diag/index.ts'
import type { ObjectFile } from '../object/index.ts'
import { generate, type Target } from './codegen/index.ts'
import { emit } from './emit/index.ts'
import { constant, type Func, type Global, libraryName, type Module, makeFunc, replaceValues, type Value } from './ir/index.ts'
import { optimize } from './opt/index.ts'
import type { UnitSymbols } from './sema/types.ts'
import type { PassChoice, PassDump } from './types.ts'

export interface BackEndInput {
  /** Owned by the back end from here on: passes change it in place. */
  readonly module: Module
  readonly symbols: UnitSymbols
  /** Path of the file that is compiled. */
  readonly path: string
  readonly cpu: 1 | 2 | 3 | 4
  /** Ask for the text after each pass. */
  readonly passes?: boolean
  readonly skipping?: PassChoice
  /** Check the IR after each pass and each allocation; for tests and development. */
  readonly check?: boolean
  readonly report: Target['report']
}

export interface BackEndResult {
  readonly object: ObjectFile
  readonly passes: readonly PassDump[]
  /** What the checks found; ours to mend. */
  readonly faults: readonly string[]
}

export function backEnd(input: BackEndInput): BackEndResult {
  const { module, symbols, path, cpu, report } = input
  const passes: PassDump[] = []
  const faults: string[] = []
  optimize(module, {
    cpu,
    ...(input.skipping && { skip: skips(input.skipping) }),
    ...(input.passes && { dump: (pass, text) => void passes.push({ pass, text }) }),
    ...(input.check && { faults: (pass, list) => void faults.push(...list.map((f) => `${pass}: ${f}`)) }),
  })
  const target: Target = {
    cpu,
    report: (code, params, at: Span | undefined) => report(code, params, at),
    symbolOf: (name) => symbolOf(module, name),
  }
  for (const fn of module.funcs) dropLibraryCalls(fn, target)
  module.funcs.splice(0, module.funcs.length, ...module.funcs.filter((f) => libraryName(f) === undefined))
  const codes = module.funcs.filter((f) => f.blocks.length > 0).map((f) => generate(f, target, input.check))
  return { object: emit({ module, symbols, path, codes }), passes, faults }
}

const skips =
  ({ names = [], after = Number.POSITIVE_INFINITY }: PassChoice) =>
  (name: string, place: number): boolean =>
    names.includes(name) || place >= after

/** What assembly means by a name; a function that nothing in C speaks of is an undefined symbol of the object. */
function symbolOf(module: Module, name: string): Func | Global {
  const known = module.funcs.find((f) => f.name === name) ?? module.globals.find((g) => g.name === name)
  if (known) return known
  const made = makeFunc({ name, ret: 'i64', linkage: 'extern' }, [])
  module.funcs.push(made)
  return made
}

/** Says of calls of the library that could not be answered that they cannot be made. */
function dropLibraryCalls(fn: Func, target: Target): void {
  const replacement = new Map<Value, Value>()
  for (const block of fn.blocks) {
    block.instrs = block.instrs.filter((i) => {
      const name = i.kind === 'call' ? libraryName(i.args[0]) : undefined
      if (!name) return true
      if (name.startsWith('str')) target.report('c.bpf.string-builtin', [`__builtin_${name}`], i.at)
      else target.report('c.bpf.memory-size', [name], i.at)
      if (i.type !== 'void') replacement.set(i, constant(i.type, 0))
      return false
    })
  }
  replaceValues(fn, replacement)
}
