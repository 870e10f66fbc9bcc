// Makes src/engine/captures/NAME.generated.ts (the capture in base64) out of each NAME.pcap beside it, since the core reads no files.
// Usage: node scripts/make-capture-module.mjs
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

const folder = new URL('../src/engine/captures/', import.meta.url)

/** 'first-steps' → 'firstSteps'. */
const identifier = (name) => name.replace(/-(\w)/g, (_, c) => c.toUpperCase())

for (const file of readdirSync(folder).filter((f) => f.endsWith('.pcap'))) {
  const name = file.slice(0, -'.pcap'.length)
  const base64 = readFileSync(new URL(file, folder)).toString('base64')
  const text = `// Made by scripts/make-capture-module.mjs from ${file}, which README.md beside it describes. Do not edit.
/** The capture in base64. */
export const ${identifier(name)} =
  '${base64}'
`
  writeFileSync(new URL(`${name}.generated.ts`, folder), text)
}
