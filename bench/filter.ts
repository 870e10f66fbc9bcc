// Filters beside tcpdump's: how many instructions each compiles to. Usage: node scripts/ts.mjs bench/filter.ts [EXPRESSIONS.txt]
// Prints the number of filters, the sums, and the geometric mean of ours over tcpdump's; needs tcpdump.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { parseFilter, toClassic } from '../src/filter/index.ts'

const filters = readFileSync(process.argv[2] ?? 'src/filter/fixtures/expressions.txt', 'utf8')
  .trim()
  .split('\n')
let ours = 0
let theirs = 0
let logs = 0
let counted = 0
for (const filter of filters) {
  const { expression } = parseFilter(filter)
  const insns = expression && toClassic(expression).insns
  const { stdout, status } = spawnSync('tcpdump', ['-d', '-y', 'EN10MB', '--', filter])
  if (!insns || status !== 0) continue
  const best = stdout.toString().trim().split('\n').length
  ours += insns.length
  theirs += best
  logs += Math.log(insns.length / best)
  counted++
}
console.log(
  `${counted} filters: ours ${ours} instructions, tcpdump's ${theirs}, ratio ${Math.exp(logs / counted).toFixed(3)} (geometric mean)`,
)
