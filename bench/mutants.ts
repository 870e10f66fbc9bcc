// Broken C in quantity: token and byte mutants and truncations of every C fixture, through the front end, and through the whole compiler where
// nothing is wrong. Counts exceptions (there must be none), failed checks of the IR and of allocation, and inputs that take long.
// Usage: npm run mutants -- [--count N of each fixture] [--seed FIRST] [--slow MS] [--only PART OF A PATH]
// Exits with 1 if there was an exception.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { compile, diagnose } from '../src/compiler/index.ts'
import { makeSource } from '../src/diag/index.ts'
import { mutate, numbers } from '../src/testkit/mutate.ts'

const { values: options } = parseArgs({
  options: {
    count: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    slow: { type: 'string', default: '1000' },
    only: { type: 'string', default: '' },
  },
})
const [count, first, slowMs] = [options.count, options.seed, options.slow].map(Number)

const folders = ['features', 'programs', 'mutants', 'diagnostics', 'run'].map((name) => join('src/compiler/fixtures', name))
const files = folders
  .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  .filter((path) => path.endsWith('.c') && path.includes(options.only))

interface Finding {
  readonly path: string
  readonly seed: number
  readonly what: string
}
const exceptions: Finding[] = []
const slow: Finding[] = []
let tried = 0
let compiled = 0

/** The first line of what went wrong, and where. */
const summary = (e: unknown): string => (e instanceof Error ? `${e.message} ${e.stack?.split('\n')[1]?.trim() ?? ''}` : String(e))

for (const path of files) {
  const text = readFileSync(path, 'utf8')
  for (let seed = first; seed < first + count; seed++) {
    const main = makeSource('mutant.c', mutate(text, numbers(seed * 7919 + path.length)))
    const input = { main, include: () => undefined, includeDirs: [], defines: {}, cpu: 3 } as const
    const start = performance.now()
    tried++
    try {
      const { diagnostics } = diagnose(input)
      if (diagnostics.every((d) => d.severity !== 'error')) {
        compiled++
        compile(input, { check: true })
      }
    } catch (e) {
      exceptions.push({ path, seed, what: summary(e) })
    }
    const took = performance.now() - start
    if (took > slowMs) slow.push({ path, seed, what: `${Math.round(took)} ms` })
  }
}

for (const f of exceptions) console.log(`exception  ${f.path} seed ${f.seed}: ${f.what}`)
for (const f of slow) console.log(`slow  ${f.path} seed ${f.seed}: ${f.what}`)
console.log(
  `${files.length} files, ${tried} mutants, ${compiled} compiled, ${exceptions.length} exceptions, ${slow.length} slower than ${slowMs} ms`,
)
process.exitCode = exceptions.length > 0 ? 1 : 0
