// Broken programs: truncations, lost, doubled and swapped tokens, and bytes of any kind in small sample programs. Whatever comes in, compile()
// returns diagnostics or an object; it never throws, hangs or overflows the stack. Seeded, so that a failure is found again; many more are
// tried by `npm run mutants`.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { lineColumn, makeSource } from '../diag/index.ts'
import { bombs } from '../testkit/bombs.ts'
import { mutate, numbers } from '../testkit/mutate.ts'
import { compile, diagnose } from './compile.ts'

const folder = join(import.meta.dirname, 'fixtures/mutants')
const samples = readdirSync(folder).map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }))

/** `whole`: through the back end too. */
function check(text: string, whole: boolean): void {
  const main = makeSource('mutant.c', text)
  const input = { main, include: () => undefined, includeDirs: [], defines: {}, cpu: 3 } as const
  let { diagnostics } = diagnose(input)
  if (whole && diagnostics.every((d) => d.severity !== 'error')) {
    const made = compile(input, { check: true })
    ;({ diagnostics } = made)
    expect(made.object === undefined).toBe(diagnostics.some((d) => d.severity === 'error'))
  }
  const errors = diagnostics.filter((d) => d.severity === 'error')
  for (const d of errors) {
    expect(d.at).toBeDefined()
    if (d.at?.file === main.path) expect(lineColumn(main, d.at.start).line).toBeLessThanOrEqual(main.lineStarts.length)
  }
}

describe.each(samples)('mutants of $name', ({ name, text }) => {
  it('compiles itself', () => {
    const main = makeSource(name, text)
    const { diagnostics } = compile({ main, include: () => undefined, includeDirs: [], defines: {}, cpu: 3 }, { check: true })
    expect(diagnostics).toEqual([])
  })

  it('never throws', () => {
    for (let seed = 0; seed < 700; seed++) {
      const mutant = mutate(text, numbers(seed * 7919 + name.length))
      try {
        check(mutant, seed % 16 === 0)
      } catch (e) {
        throw new Error(`seed ${seed}: ${(e as Error).stack}\n--- source ---\n${mutant}`)
      }
    }
  }, 60_000)
})

describe('sources made to hurt', () => {
  it.each(Object.entries(bombs(2_000)))('%s, front end', (_, text) => check(text, false))
  it.each(Object.entries(bombs(20_000)).filter(([name]) => /chain|inlin/.test(name)))('%s, the longest', (_, text) => check(text, true))
  it.each(Object.entries(bombs(200)))('%s, whole', (_, text) => check(text, true))
})
