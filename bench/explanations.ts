// The catalogue of rejections as a table: the kind, whether the check that was too weak is named, a witness and checked fixes, and the counts.
// Usage: npm run -s explanations [-- PART-OF-A-NAME]. With --show the fixes are printed as diffs and the witnesses with their packets.
import { loadKernelBtf } from '../src/abi/index.ts'
import { fixText } from '../src/diag/index.ts'
import { frames, keptKernel, openC, startFixes, startWitness } from '../src/engine/index.ts'
import { catalogueEntries, openEntry } from '../src/testkit/catalogue.ts'
import { rejectedPath, verify } from '../src/verifier/index.ts'

const args = process.argv.slice(2)
const isShown = args.includes('--show')
const part = args.find((a) => !a.startsWith('--')) ?? ''
const kernel = await loadKernelBtf()
const options = { logLevel: 0, kernel }
const counts = { explained: 0, weak: 0, witnesses: 0, fixed: 0 }
const entries = catalogueEntries().filter((name) => name.includes(part))

for (const name of entries) {
  const { text, program, message, explanation } = await openEntry(name)
  if (!explanation) continue
  counts.explained++
  if (explanation.weakness) counts.weak++
  let witness = ''
  let fixes = ''
  const shown: string[] = []
  if (name.endsWith('.c')) {
    const result = verify(program, options)
    const states = result.stats.processed > 50_000 ? [] : rejectedPath(program, options, 2000, 50_000)
    const path = states.map((s) => s.insn)
    const task = { program, code: explanation.code, message, insn: result.insn, path, state: states.at(-1), seeds: [], kernel }
    const search = startWitness(task)
    while (search.run(100) === 'more') {}
    const found = search.result()
    if (found) {
      counts.witnesses++
      const given = found.registers.map((r) => ` ${r.name}=${r.value}`).join('')
      witness = `${found.kind} ${found.text} (${found.packetHex.length / 2} bytes, ${found.tries} runs${given})`
      shown.push(`  packet ${found.packetHex}`, `  maps ${JSON.stringify(found.maps)}`)
    }
    const settings = { include: () => undefined, includeDirs: [], cpu: 3, defines: {}, kernel: keptKernel(kernel) } as const
    const compile = (changed: string) => openC(name, changed, settings)
    const mending = startFixes({ file: name, text, program, result, options, compile, packets: frames() })
    while (mending.run(5) === 'more') {}
    const mended = mending.result()
    if (mended.length > 0) counts.fixed++
    fixes = mended.map((f) => `${f.names.join('+')} (${f.packets})`).join(', ')
    for (const f of mended) {
      shown.push(`  fix: ${f.names.map((n) => fixText(n, 'en')).join(', then ')}`)
      for (const row of f.diff) shown.push(`    ${row.kind === 'added' ? '+' : row.kind === 'removed' ? '-' : ' '} ${row.text}`)
    }
  }
  console.log(
    `${name.padEnd(34)} ${explanation.code.padEnd(20)} ${(explanation.weakness?.code ?? '-').padEnd(13)} witness: ${witness || '-'}; fixes: ${fixes || '-'}`,
  )
  if (isShown) console.log(shown.join('\n'))
}
console.log(
  `${entries.length} entries: ${counts.explained} explained, ${counts.weak} name a check, ${counts.witnesses} have a witness, ${counts.fixed} have a checked fix`,
)
