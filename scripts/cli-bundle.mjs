// The command line as one file that Node runs: made from src/cli when it is missing or older than a source.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './ensure.mjs'
import { bundle } from './ts.mjs'

export const cliFile = join(root, 'dist-cli/cli.mjs')

export async function ensureCli() {
  if (existsSync(cliFile) && statSync(cliFile).mtimeMs > newest(join(root, 'src'))) return cliFile
  await bundle(join(root, 'src/cli/main.ts'), cliFile)
  return cliFile
}

function newest(dir) {
  let time = 0
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    if (entry.name === 'app' || entry.name === 'fixtures') continue
    const path = join(dir, entry.name)
    time = Math.max(time, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs)
  }
  return time
}
