// What C programs compute. Each function of fixtures/run/*.c is run by the reference interpreter of the IR, as lowered and as optimised, and
// must yield what gcc's code yields: the expected texts were written by the native program, never by this compiler.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeSource } from '../../diag/index.ts'
import { type Module, validateModule } from '../ir/index.ts'
import { interpret, makeMemory, placeGlobals } from '../ir/interpret.ts'
import { optimize } from '../opt/index.ts'
import { preprocess } from '../preprocess/index.ts'
import { makeSink } from '../report.ts'
import { analyze } from '../sema/index.ts'
import { parse } from '../syntax/index.ts'
import { lower } from './index.ts'

const folder = join(import.meta.dirname, '../fixtures/run')

function compileToIr(path: string): { readonly module: Module; readonly errors: number } {
  const main = makeSource(path, readFileSync(join(folder, path), 'utf8'))
  const sink = makeSink()
  const nothing = (): undefined => undefined
  const read = preprocess({ main, include: nothing, header: nothing, includeDirs: [], defines: {}, cpu: 3 }, sink)
  const hints = { main, headers: [], headerText: nothing, included: new Set<string>() }
  const unit = analyze(parse(read.tokens, hints, sink), hints, sink)
  const { module } = lower(unit, read.sources, sink)
  return { module, errors: sink.errors }
}

/** Runs every external function without parameters; one line each. */
function runAll(module: Module, names: readonly string[]): string {
  const lines = names.map((name) => {
    const memory = makeMemory()
    const places = placeGlobals(module, memory)
    for (const g of module.globals) {
      for (const r of g.relocs) {
        const target = r.target.kind === 'global' ? places.get(r.target) : undefined
        const home = memory.at(places.get(g) ?? 0n, g.size)
        if (target === undefined || !home) continue
        new DataView(home.bytes.buffer, home.bytes.byteOffset + home.offset).setBigUint64(r.offset, target + BigInt(r.addend), true)
      }
    }
    const fn = module.funcs.find((f) => f.name === name)
    if (!fn) return `${name} is not there`
    const out = interpret(fn, [], { memory, helper: () => 0n, limit: 100_000 }, places)
    return `${name} ${out.kind === 'returned' ? BigInt.asIntN(64, out.value) : out.why}`
  })
  return `${lines.join('\n')}\n`
}

describe.each(readdirSync(folder).filter((f) => f.endsWith('.c')))('%s', (path) => {
  const expected = readFileSync(join(folder, path.replace(/c$/, 'txt')), 'utf8')
  const names = expected
    .trim()
    .split('\n')
    .map((line) => line.split(' ')[0])

  it('computes what gcc computes', () => {
    const { module, errors } = compileToIr(path)
    expect(errors).toBe(0)
    expect(validateModule(module)).toEqual([])
    expect(runAll(module, names)).toBe(expected)
  })

  it('still does after every pass', () => {
    const { module } = compileToIr(path)
    optimize(module, { cpu: 4 })
    expect(runAll(module, names)).toBe(expected)
  })
})
