// How large the compiler is by itself: src/compiler bundled and minified with all that it needs (C headers, rows of Linux's ABI, assembler).
// Usage: npm run -s bench:size. Exits with 1 over the budget.
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { root } from '../scripts/ensure.mjs'

/** Bytes after brotli. */
const BUDGET = 150_000

const build = await rolldown({ input: join(root, 'src/compiler/index.ts'), platform: 'browser', logLevel: 'warn' })
const { output } = await build.generate({ format: 'esm', minify: true, codeSplitting: false })
await build.close()
const code = Buffer.from(output[0].code)
const brotli = brotliCompressSync(code).length
console.log(`${code.length} bytes, ${gzipSync(code, { level: 9 }).length} gz, ${brotli} br (budget ${BUDGET} br)`)
process.exitCode = brotli > BUDGET ? 1 : 0
