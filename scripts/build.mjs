// Builds the page into dist/ and the command line into dist-cli/.
import { build } from 'vite'
import { ensureCli } from './cli-bundle.mjs'
import { root } from './ensure.mjs'

await ensureCli()
await build({ root, logLevel: 'warn' })
