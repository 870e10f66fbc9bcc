// Makes src/abi/ctx-access.generated.ts out of src/abi/fixtures/ctx-access.json.
//
// The JSON was read off Linux 6.18 (x86-64) by probing: for each program type a one-instruction load from the context was given to the
// verifier at every byte offset up to 256 (kprobe, tracepoint and the like: up to their own end) and every size of 1, 2, 4 and 8 bytes, and
// what the register then held was read in the log; a store of the same place told whether it may be written (a kind followed by ' w').
// The generated table says the same in runs of 4-byte words: a run is `first-last pattern`, a pattern the accesses that begin in one word.
import { readFileSync, writeFileSync } from 'node:fs'

const facts = JSON.parse(readFileSync(new URL('../src/abi/fixtures/ctx-access.json', import.meta.url), 'utf8'))
const patterns = []
const lines = []
for (const [name, { access }] of Object.entries(facts)) {
  const words = new Map()
  for (const [key, places] of Object.entries(access)) {
    const [kind, w] = key.split(' ')
    for (const place of places.split(' ')) {
      const [offset, size] = place.split(':').map(Number)
      const word = offset & ~3
      const items = words.get(word) ?? []
      items.push(`${offset - word}:${size}${w ?? ''}${kind === 'scalar' ? '' : `=${kind}`}`)
      words.set(word, items)
    }
  }
  const runs = []
  for (const [word, items] of [...words].sort((a, b) => a[0] - b[0])) {
    const pattern = items.sort().join(' ')
    let id = patterns.indexOf(pattern)
    if (id < 0) id = patterns.push(pattern) - 1
    const last = runs.at(-1)
    if (last !== undefined && last.to === word - 4 && last.id === id) last.to = word
    else runs.push({ from: word, to: word, id })
  }
  const text = runs.map((r) => `${r.from}${r.to === r.from ? '' : `-${r.to}`} ${r.id}`).join(', ')
  lines.push(`  ${name}: '${text}',`)
}
const out = `// Made by scripts/make-ctx-access.mjs from fixtures/ctx-access.json (read off Linux 6.18 by probing). Do not edit.
// Which bytes of each program type's context may be read or written: runs of 4-byte words 'first-last pattern'.

/** Accesses that begin in one word: 'offset:size', then 'w' where a store is allowed too, then '=kind' where it yields no number. */
export const CTX_PATTERNS = [
${patterns.map((p) => `  '${p}',`).join('\n')}
] as const

export const CTX_RUNS: Readonly<Record<string, string>> = {
${lines.join('\n')}
}
`
writeFileSync(new URL('../src/abi/ctx-access.generated.ts', import.meta.url), out)
