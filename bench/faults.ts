// Whether the tests of the verifier notice that it became unsound: plants one fault of faults.table.ts after another and says which suite fails.
// Usage: node scripts/ts.mjs bench/faults.ts [--budget SECONDS] [--only NUMBER] [--again]
// Results are kept in build/faults.json; the next call goes on where the budget (50 s) ended. A fault that does not apply any more is an
// error. No file of the project is changed: faults are planted while modules are loaded. Exit code 1 where more than 2 are not found.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { FAULTS, type Fault } from './faults.table.ts'

interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

const words = process.argv.slice(2)
const option = (name: string): string | undefined => (words.includes(name) ? words[words.indexOf(name) + 1] : undefined)
const deadline = performance.now() + 1000 * Number(option('--budget') ?? 50)
const only = option('--only')
const root = process.cwd()
const saved = join(root, 'build/faults.json')
const ALLOWED = 2
/** Quick suites first, then all. */
const STAGES: readonly (readonly string[])[] = [
  ['src/verifier/walk.test.ts', 'src/verifier/kernel-log.test.ts'],
  ['src/verifier/domain'],
  ['src/verifier'],
]

/** By what the fault is: the suite and the test that failed; empty where none did. */
const found: Record<string, string> =
  existsSync(saved) && !words.includes('--again') ? (JSON.parse(readFileSync(saved, 'utf8')) as Record<string, string>) : {}

for (const fault of FAULTS) {
  const code = readFileSync(join(root, 'src/verifier', fault.file), 'utf8')
  if (code.split(fault.find).length !== 2) throw new Error(`${fault.file} does not hold exactly once what "${fault.what}" looks for`)
}
mkdirSync(join(root, 'build'), { recursive: true })
for (const [i, fault] of FAULTS.entries()) {
  if (only === undefined ? found[fault.what] : Number(only) !== i) continue
  if (performance.now() > deadline) break
  found[fault.what] = whoFinds(i, fault)
  writeFileSync(saved, JSON.stringify(found, null, 1))
}
print()

function whoFinds(i: number, fault: Fault): string {
  for (const suites of STAGES) {
    const by = failing(i, fault, suites)
    if (by !== '') return by
  }
  return ''
}

function failing(i: number, fault: Fault, suites: readonly string[]): string {
  const out = join(root, `build/fault-${i}.json`)
  rmSync(out, { force: true })
  const config = join(root, 'bench/faults.config.ts')
  spawnSync(join(root, 'node_modules/.bin/vitest'), ['run', '--config', config, '--reporter=json', `--outputFile=${out}`, ...suites], {
    cwd: root,
    env: { ...process.env, FAULT: String(i) },
    timeout: 240_000,
  })
  // A walk that no longer ends is noticed as well.
  if (!existsSync(out)) return `the run with "${fault.what}" does not end`
  const report = JSON.parse(readFileSync(out, 'utf8')) as Report
  rmSync(out)
  for (const suite of report.testResults) {
    const test = suite.assertionResults.find((one) => one.status === 'failed')
    if (test || suite.status === 'failed') return `${relative(root, suite.name)}: ${test?.fullName ?? 'does not load'}`
  }
  return ''
}

function print(): void {
  const asked = FAULTS.filter((fault) => found[fault.what] !== undefined)
  for (const [i, fault] of FAULTS.entries()) {
    const by = found[fault.what]
    if (by !== undefined) console.log(`${String(i).padStart(2)} ${fault.what}\n     ${by === '' ? 'NOT FOUND' : by}`)
  }
  const missed = asked.filter((fault) => found[fault.what] === '')
  console.log(
    `${asked.length - missed.length} of ${asked.length} faults found${asked.length < FAULTS.length ? `, ${FAULTS.length - asked.length} are left: call again` : ''}`,
  )
  process.exitCode = missed.length > ALLOWED ? 1 : 0
}
