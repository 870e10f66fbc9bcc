// Passes that are not asked again: the same code comes out as when every pass is asked every time.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Func, type Module, parseModule, printModule } from '../ir/index.ts'
import { makeLedger, markSound, runUnlessIdle, uncheckedIn } from './idle.ts'
import { optimize, PASSES } from './passes.ts'

const folder = join(import.meta.dirname, '../fixtures/passes')
const texts = readdirSync(folder).filter((name) => name.endsWith('.ir'))

/** Numbers of instructions and blocks by first appearance: a pass that changes nothing may still use up numbers. */
function renumbered(module: Module): string {
  const seen = new Map<string, number>()
  return printModule(module).replace(/(?<=[%.^@b])\d+\b/g, (id) => {
    if (!seen.has(id)) seen.set(id, seen.size)
    return `n${seen.get(id)}`
  })
}

test.each(texts)('%s', (name) => {
  const text = readFileSync(join(folder, name), 'utf8')
  const once = parseModule(text)
  const always = parseModule(text)
  optimize(once, { cpu: 3 })
  for (const pass of PASSES) pass.run(always, 3, makeLedger())
  expect(renumbered(once)).toBe(renumbered(always))
})

describe('a ledger', () => {
  const module = parseModule(readFileSync(join(folder, texts[0]), 'utf8'))
  const fn = module.funcs.find((f) => f.blocks.length > 0)!

  test('asks again after a change, whoever made it', () => {
    const ledger = makeLedger()
    let asked = 0
    const count = (): void => void asked++
    runUnlessIdle(ledger, fn, count)
    runUnlessIdle(ledger, fn, count)
    expect(asked).toBe(1)
    const nudge = (f: Func): void => {
      f.blocks[0].term.args = [...f.blocks[0].term.args]
      f.blocks[0].instrs.push({ ...f.blocks[0].instrs[0] })
    }
    runUnlessIdle(ledger, fn, nudge)
    runUnlessIdle(ledger, fn, count)
    expect(asked).toBe(2)
    fn.blocks[0].instrs.pop()
    ledger.stale = true
    runUnlessIdle(ledger, fn, count)
    expect(asked).toBe(3)
    fn.blocks[0].instrs[0].args.reverse().push(fn)
    runUnlessIdle(ledger, fn, count)
    expect(asked).toBe(4)
  })
})

test('what was found sound is looked at again after any change, and where a callee has another signature', () => {
  const module = parseModule(readFileSync(join(folder, texts[0]), 'utf8'))
  const bodies = module.funcs.filter((f) => f.blocks.length > 0)
  const [fn] = bodies
  const ledger = makeLedger()
  const ask = (): readonly Func[] => uncheckedIn(module, ledger).filter((f) => f.blocks.length > 0)
  for (const f of bodies) runUnlessIdle(ledger, f, () => {})
  expect(ask()).toEqual(bodies)
  markSound(module, ledger)
  expect(ask()).toEqual([])
  runUnlessIdle(ledger, fn, (f) => void f.blocks[0].term.args.push(f))
  expect(ask()).toEqual([fn])
  markSound(module, ledger)
  fn.ret = fn.ret === 'i8' ? 'i16' : 'i8'
  expect(ask()).toEqual(bodies)
  markSound(module, ledger)
  ledger.stale = true
  expect(ask()).toEqual(bodies)
})
