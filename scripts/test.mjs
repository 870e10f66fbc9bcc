// npm test: everything that can be checked on this machine. Prints one line a step and, alone on the last line, "N passed, N failed".
// Steps count as one check each; the unit and browser suites count their own tests, skipped ones apart.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { findFirefox } from './browsers.mjs'
import { checkLockFile, ensureBrowser, ensurePackages, root } from './ensure.mjs'

ensurePackages()
const tally = { passed: 0, failed: 0, skipped: 0 }
const out = join(root, 'build')
mkdirSync(out, { recursive: true })

const bin = (name) => join(root, 'node_modules/.bin', name)
const sh = (command, args, env = {}) =>
  spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } }).status === 0

function count(name, result) {
  tally.passed += result.passed
  tally.failed += result.failed
  tally.skipped += result.skipped ?? 0
  console.log(`== ${name}: ${result.passed} passed, ${result.failed} failed${result.skipped ? `, ${result.skipped} skipped` : ''}`)
}
const step = (name, ok) => count(name, { passed: ok ? 1 : 0, failed: ok ? 0 : 1 })

function vitest() {
  const file = join(out, 'unit.json')
  rmSync(file, { force: true })
  sh(bin('vitest'), ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`])
  if (!existsSync(file)) return { passed: 0, failed: 1 }
  const report = JSON.parse(readFileSync(file, 'utf8'))
  // A file that does not even load has no tests of its own: each counts as one failure.
  const broken = report.testResults.filter((r) => r.status === 'failed' && r.assertionResults.length === 0).length
  return { passed: report.numPassedTests, failed: report.numFailedTests + broken, skipped: report.numPendingTests + report.numTodoTests }
}

function playwright(browser) {
  const file = join(out, 'e2e.json')
  rmSync(file, { force: true })
  sh(bin('playwright'), ['test'], { PLAYWRIGHT_JSON_OUTPUT_NAME: file, ...(browser ? { PW_CHROMIUM: browser } : {}) })
  if (!existsSync(file)) return { passed: 0, failed: 1 }
  const { expected, unexpected, flaky, skipped } = JSON.parse(readFileSync(file, 'utf8')).stats
  return { passed: expected + flaky, failed: unexpected, skipped }
}

const lockFaults = checkLockFile()
for (const fault of lockFaults) console.log(fault)
step('lock file is complete', lockFaults.length === 0)
step('lint', sh(bin('biome'), ['check', '.']))
step('types', ['core', 'app', 'node'].map((name) => sh(bin('tsc'), ['-p', `tsconfig.${name}.json`])).every(Boolean))
step('no dead code', sh(bin('knip'), []))
count('unit', vitest())
step('build', sh(process.execPath, ['scripts/build.mjs']))
step('size', sh(process.execPath, ['scripts/size.mjs']))
const browser = await ensureBrowser()
if (browser.missing) {
  console.log(`== browser journeys: skipped, they did not run. ${browser.missing}`)
  tally.skipped++
} else {
  if (!findFirefox()) console.log('== journeys in Firefox: skipped, none was found (PW_FIREFOX names one)')
  count('browser journeys', playwright(browser.path))
}

if (tally.skipped > 0) console.log(`${tally.skipped} skipped: they are among neither`)
console.log(`${tally.passed} passed, ${tally.failed} failed`)
process.exit(tally.failed > 0 ? 1 : 0)
