// Real programs, as clang builds them, before the running kernel and before ours: a ledger (ledger.ts), object by object.
// Usage: npm run -s objects -- [--budget SECONDS] [--show KIND] [--id FILE.PROGRAM] [--again] PATH...
//   PATH is an object, a folder of objects, or a list: a file named *.list with one C file a line, each followed by -I and -D words of its own, which
//   clang-22 builds. The kernel is asked once an object: what comes back lies in build/real, and the next call goes on where the budget (50 s)
//   ended; once all is there it is judged. --show lists what differs: lax, strict, unsupported, crash, message, processed, depth, log, libbpf, build. Objects stay where they are.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gunzipSync, gzipSync } from 'node:zlib'
import { type KernelBtf, loadKernelBtf } from '../src/abi/index.ts'
import { askObjects, readAnswers, whyNoObjects } from '../src/testkit/objects.ts'
import { judge, newLedger, newRow, printLedger } from './ledger.ts'
import { buildReal, type Real, realObjects } from './real-objects.ts'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    budget: { type: 'string', default: '50' },
    show: { type: 'string', default: '' },
    id: { type: 'string' },
    again: { type: 'boolean', default: false },
  },
})

const root = process.cwd()
const work = join(root, 'build/real')
const deadline = performance.now() + 1000 * Number(options.budget)

async function main(): Promise<void> {
  if (positionals.length === 0) {
    console.error('which objects, folders of objects or lists of C files?')
    process.exitCode = 2
    return
  }
  const missing = whyNoObjects(root)
  if (missing) {
    console.log(`skipped: the running kernel cannot be asked (${missing}).`)
    return
  }
  mkdirSync(work, { recursive: true })
  const all = positionals.flatMap(realObjects)
  // Everything is asked for first, since judging takes its time too and would leave none for what is new.
  const left = all.filter((real) => {
    if (performance.now() > deadline && !isAnswered(real)) return true
    answersOf(real)
    return false
  }).length
  if (left) {
    console.log(`${left} files are left to be asked about: call again`)
    return
  }
  judgeAll(all, options.show.split(','), await loadKernelBtf())
}

function judgeAll(all: readonly Real[], show: readonly string[], kernel: KernelBtf): void {
  const ledger = newLedger({ kernel, only: options.id, show })
  let unbuilt = 0
  for (const real of all) {
    const answers = answersOf(real)
    if (answers.startsWith('#')) {
      unbuilt++
      if (show.includes('build')) console.log(`${real.path}: ${answers.slice(2).trim()}`)
      continue
    }
    const { programs, types } = readAnswers(answers, kernel)
    const row = newRow()
    for (const captured of programs) judge(ledger, real.name, captured, types, row)
    ledger.rows.push([real.name, row])
  }
  if (printLedger(ledger)) process.exitCode = 1
  if (unbuilt) console.log(`${unbuilt} files do not build`)
}

const savedAt = ({ path, flags }: Real): string => {
  const key = createHash('sha256')
    .update(JSON.stringify([path, flags]))
    .digest('hex')
  return join(work, key.slice(0, 16))
}
const isAnswered = (real: Real): boolean => existsSync(`${savedAt(real)}.jsonl.gz`) && !options.again

/** The kernel's answers, kept by the object's name; a line that begins with # where there is no object. */
const asked = new Set<string>()
function answersOf(real: Real): string {
  const { path, flags } = real
  const at = savedAt(real)
  const saved = `${at}.jsonl.gz`
  if (isAnswered(real) || asked.has(saved)) return gunzipSync(readFileSync(saved)).toString()
  const object = flags ? `${at}.o` : path
  const error = flags && buildReal(path, flags, object)
  const answers = error ? `# ${error}\n` : askObjects([object], 2, root)
  writeFileSync(saved, gzipSync(answers))
  asked.add(saved)
  return answers
}

await main()
