// Makes src/abi/kernel-btf/subset.generated.ts out of the running kernel's BTF and src/abi/kernel-btf/roots.txt.
// Usage, as root on Linux 6.18 (x86-64): node scripts/ts.mjs scripts/make-kernel-btf.ts [BTF FILE]
import { readFileSync, writeFileSync } from 'node:fs'
import { brotliCompressSync } from 'node:zlib'
import { encode } from '../src/abi/kernel-btf/columns.ts'
import { makeNameFilter } from '../src/abi/kernel-btf/name-filter.ts'
import { selectTypes } from '../src/abi/kernel-btf/select.ts'
import { readBtf } from '../src/btf/index.ts'

const folder = 'src/abi/kernel-btf'
const read = readBtf(readFileSync(process.argv[2] ?? '/sys/kernel/btf/vmlinux'))
if (!read.ok) throw new Error(`no BTF: ${read.fault} at ${read.at}`)
const { types, cut, unmatched } = selectTypes(read.btf, readFileSync(`${folder}/roots.txt`, 'utf8'))
const names = read.btf.types.flatMap((t) =>
  (t.kind === 'struct' || t.kind === 'union' || t.kind === 'enum' || t.kind === 'enum64' || t.kind === 'typedef') && t.name !== ''
    ? [t.name]
    : [],
)
const columns = encode(types)
const out = `// Made by scripts/make-kernel-btf.ts from roots.txt and the BTF of Linux 6.18 (x86-64). Do not edit.
import type { Subset } from './kernel-btf.ts'

export const SUBSET: Subset = {
  columns: {
${Object.entries(columns)
  .map(([name, text]) => `    ${name}: '${text}',`)
  .join('\n')}
  },
  cut: '${cut.join(' ')}',
  typeNames: '${makeNameFilter([...new Set(names)])}',
}
`
writeFileSync(`${folder}/subset.generated.ts`, out)
const size = (text: string) => `${text.length} bytes, ${brotliCompressSync(text).length} brotli`
for (const [name, text] of Object.entries(columns)) console.log(`${name.padEnd(8)} ${size(text)}`)
console.log(`${types.size} types, ${cut.length} cut; ${size(out)}`)
if (unmatched.length > 0) console.log(`no such type: ${unmatched.join(', ')}`)
