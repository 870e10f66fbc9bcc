// Prints what a first visit loads, compressed, and fails when it grows over its budget. Reads the build's manifest, so nothing is forgotten.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { root } from './ensure.mjs'

/** Bytes after brotli that a first visit may load, editor and engine included. */
const BUDGET = 1_250_000

const dist = join(root, 'dist')
const files = ['index.html', ...readdirSync(join(dist, 'assets')).map((name) => `assets/${name}`)].filter(
  // Not of the first load: the kernel's types (fetched by the first program that needs them), the texts on rejections (by the first one),
  // the lessons and their screens (by the first that is opened), the editor's own worker (by the first suggestion), Monaco's Korean.
  (name) => !/nls|lang-|\.map$|^assets\/(ko|subset\.generated|WhyText|editor\.worker|lesson|LessonColumn|Screens|save)-/.test(name),
)
let gzip = 0
let brotli = 0
for (const name of files) {
  const bytes = readFileSync(join(dist, name))
  const g = gzipSync(bytes, { level: 9 }).length
  const b = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length
  gzip += g
  brotli += b
  if (b > 5000) console.log(`${String(b).padStart(9)} br ${String(g).padStart(9)} gz  ${name}`)
}
console.log(`${String(brotli).padStart(9)} br ${String(gzip).padStart(9)} gz  in all (budget ${BUDGET} br)`)
process.exit(brotli > BUDGET ? 1 : 0)
