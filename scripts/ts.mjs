// Runs a TypeScript file on Node 20: bundles it with its imports (rolldown comes with Vite) into a cache file and imports that.
// Usage: node scripts/ts.mjs FILE.ts [ARGUMENT]...
import { mkdirSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { rolldown } from 'rolldown'
import { lessons } from './lessons.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Bundles `entry` into `outFile`; packages and Node's own modules stay imports. */
export async function bundle(entry, outFile) {
  mkdirSync(dirname(outFile), { recursive: true })
  const build = await rolldown({
    input: resolve(entry),
    platform: 'node',
    external: (id) => !/^([./\0]|virtual:)/.test(id),
    plugins: [lessons()],
    logLevel: 'warn',
  })
  await build.write({ file: outFile, format: 'esm', sourcemap: 'inline', codeSplitting: false })
  await build.close()
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [entry, ...rest] = process.argv.slice(2)
  const out = join(root, 'node_modules/.cache/beeyard', `${basename(entry, '.ts')}-${process.pid}.mjs`)
  await bundle(entry, out)
  process.argv = [process.argv[0], entry, ...rest]
  await import(pathToFileURL(out).href)
  const { rmSync } = await import('node:fs')
  rmSync(out, { force: true })
}
