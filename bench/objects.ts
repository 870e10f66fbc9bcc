// Real programs, as clang builds them, before the running kernel and before ours: a ledger (ledger.ts), object by object.
// Usage: npm run -s objects -- [--budget SECONDS] [--show KIND] [--id FILE.PROGRAM] [--again] PATH...
//   PATH is an object, a folder of objects, or a list: a file named *.list with one C file a line, each followed by -I and -D words of its own, which
//   clang-22 builds. The kernel is asked once an object: what comes back lies in build/real, and the next call goes on where the budget (50 s)
//   ended. --show lists what differs: lax, strict, unsupported, crash, message, processed, depth, log, libbpf, build. Objects stay where they are.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gunzipSync, gzipSync } from 'node:zlib'
import { loadKernelBtf } from '../src/abi/index.ts'
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
  const show = options.show.split(',')
  const kernel = await loadKernelBtf()
  const ledger = newLedger({ kernel, only: options.id, show })
  let left = 0
  let unbuilt = 0
  for (const real of positionals.flatMap(realObjects)) {
    if (performance.now() > deadline) {
      left++
      continue
    }
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
  if (left) console.log(`${left} files are left: call again`)
}

/** The kernel's answers, kept by the object's name; a line that begins with # where there is no object. */
function answersOf({ path, flags }: Real): string {
  const key = createHash('sha256')
    .update(JSON.stringify([path, flags]))
    .digest('hex')
    .slice(0, 16)
  const saved = join(work, `${key}.jsonl.gz`)
  if (existsSync(saved) && !options.again) return gunzipSync(readFileSync(saved)).toString()
  const object = flags ? join(work, `${key}.o`) : path
  const error = flags && buildReal(path, flags, object)
  const answers = error ? `# ${error}\n` : askObjects([object], 2, root)
  writeFileSync(saved, gzipSync(answers))
  return answers
}

await main()
