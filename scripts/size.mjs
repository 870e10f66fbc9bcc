// Prints what a first visit loads, compressed, and fails when it grows over its budget. What that is follows from the imports in the build.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { root } from './ensure.mjs'

/** Bytes after gzip that a first visit may load, editor and engine included. */
const BUDGET = 1_200_000

/** What the page starts with: itself, and the editor that it asks for at once. All else is loaded when it is first looked at, or when the page rests. */
const STARTS = ['index.html', 'src/app/editor/Editor.tsx']

/** The editor's own worker is named by the editor's code and asked for by the first suggestion. */
const LATER = /editor\.worker/

const dist = join(root, 'dist')
const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'))
const files = new Set(['index.html'])

/** A chunk with its styles and fonts, and all that it imports before it runs. */
function addChunk(name) {
  const { file, css = [], assets = [], imports = [] } = manifest[name]
  if (files.has(file)) return
  for (const path of [file, ...css, ...assets]) if (!LATER.test(path)) files.add(path)
  for (const other of imports) addChunk(other)
}
for (const name of STARTS) addChunk(name)

/** What a worker imports before it runs is not in the manifest. */
const read = new Set()
function addWorker(path) {
  if (read.has(path)) return
  read.add(path)
  files.add(path)
  const code = readFileSync(join(dist, path), 'utf8')
  for (const [, other] of code.matchAll(/(?:^|[;}])import(?:[^"'`()]*from)?["'`]\.\/([^"'`]+)["'`]/g)) addWorker(`assets/${other}`)
}
for (const name of readdirSync(join(dist, 'assets'))) {
  if (/^worker-.*\.js$/.test(name)) addWorker(`assets/${name}`)
  // One of the pages that stand there at once, the largest.
  if (/^first-wide-ko.*\.html$/.test(name)) files.add(`assets/${name}`)
}

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
console.log(`${String(brotli).padStart(9)} br ${String(gzip).padStart(9)} gz  in all (budget ${BUDGET} gz)`)
process.exit(gzip > BUDGET ? 1 : 0)
