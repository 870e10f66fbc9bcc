// Each pass on small texts: fixtures/passes/PASS.WHAT.ir against WHAT comes out (.out, rewritten with `vitest -u`). The first line of a text
// says what it shows. Whatever the text, the result is valid and computes for all pairs of some numbers what it did before.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Func, interpret, type Module, makeMemory, parseModule, placeGlobals, printModule, validateModule } from '../ir/index.ts'
import { alignStack } from './align-stack.ts'
import { correlate } from './correlate.ts'
import { dce } from './dce.ts'
import { dropSigns } from './drop-signs.ts'
import { dropUnused } from './drop-unused.ts'
import { dse } from './dse.ts'
import { expandMem } from './expand-mem.ts'
import { gvn } from './gvn.ts'
import { inline } from './inline.ts'
import { jumpThreading } from './jump-threading.ts'
import { legalize } from './legalize.ts'
import { lowerSelect } from './lower-select.ts'
import { lowerSwitch } from './lower-switch.ts'
import { mem2reg } from './mem2reg.ts'
import { PASSES } from './passes.ts'
import { settle } from './settle.ts'
import { shareSlots } from './share-slots.ts'
import { simplifyCfg } from './simplify-cfg.ts'
import { sinkCasts } from './sink-casts.ts'
import { sinkLoads } from './sink-loads.ts'
import { sroa } from './sroa.ts'
import { unroll } from './unroll.ts'

const each =
  (run: (fn: Func) => void) =>
  (module: Module): void => {
    for (const fn of module.funcs) if (fn.blocks.length > 0) run(fn)
  }

const RUNS: Readonly<Record<string, (module: Module) => void>> = {
  'align-stack': each(alignStack),
  correlate: each(correlate),
  dce: each(dce),
  'drop-signs': each(dropSigns),
  'drop-unused': dropUnused,
  dse: each(dse),
  'expand-mem': each(expandMem),
  gvn: each(gvn),
  inline: (module) => inline(module, () => {}),
  'jump-threading': each(jumpThreading),
  legalize: (module) => legalize(module, 3),
  'lower-select': each(lowerSelect),
  'lower-switch': each(lowerSwitch),
  mem2reg: each(mem2reg),
  settle: each(settle),
  'share-slots': each(shareSlots),
  'simplify-cfg': each(simplifyCfg),
  'sink-casts': each(sinkCasts),
  'sink-loads': each(sinkLoads),
  sroa: each(sroa),
  unroll: each(unroll),
}

const folder = join(import.meta.dirname, '../fixtures/passes')
const NUMBERS = [0n, 1n, 3n, 4n, 5n, 9n, 15n, 100n, 101n, 4000n, 0xffn, 0x80n, 0xffff_ffffn, 1n << 63n, (1n << 64n) - 1n]

/** What `f` returns and what the helpers were given; addresses and all that they point to are told by their bytes. */
function behaviour(module: Module, x: bigint, y: bigint): string {
  const memory = makeMemory()
  const calls: string[] = []
  const helper = (id: number, args: readonly bigint[]): bigint => {
    const seen = args.map((a) => {
      const place = memory.at(a, 1)
      return place ? place.bytes.subarray(place.offset, place.offset + 8).join() : String(a)
    })
    calls.push(`${id}(${seen.join(' ')})`)
    return 0x1234n
  }
  const places = placeGlobals(module, memory)
  const outcome = interpret(module.funcs.find((f) => f.name === 'f')!, [x, y], { memory, helper, limit: 1000 }, places)
  return `${outcome.kind === 'returned' ? outcome.value : outcome.why} ${calls.join(' ')}`
}

function parse(file: string): Module {
  const module = parseModule(readFileSync(join(folder, file), 'utf8').replace(/^;.*\n/, ''))
  expect(validateModule(module)).toEqual([])
  return module
}

describe('passes', () => {
  it.each(readdirSync(folder).filter((f) => f.endsWith('.ir')))('%s', async (file) => {
    const [before, after] = [parse(file), parse(file)]
    RUNS[file.split('.')[0]](after)
    expect(validateModule(after)).toEqual([])
    for (const x of NUMBERS) {
      for (const y of NUMBERS) {
        const was = behaviour(before, x, y)
        if (/^\d/.test(was)) expect([x, y, behaviour(after, x, y)]).toEqual([x, y, was])
      }
    }
    await expect(printModule(after)).toMatchFileSnapshot(join(folder, file.replace(/ir$/, 'out')))
  })

  it('have each a text to show, or a test of their own', () => {
    const named = new Set(PASSES.map((p) => p.name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)))
    const tested = readdirSync(import.meta.dirname).filter((f) => f.endsWith('.test.ts'))
    for (const name of named) expect(name in RUNS || tested.includes(`${name}.test.ts`), name).toBe(true)
    for (const name of Object.keys(RUNS))
      expect(
        readdirSync(folder).some((f) => f.startsWith(`${name}.`)),
        name,
      ).toBe(true)
  })
})
