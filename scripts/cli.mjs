// npm run -s cli -- COMMAND ...: runs the bundled command line, made anew when a source is newer.
import { pathToFileURL } from 'node:url'
import { ensurePackages } from './ensure.mjs'

ensurePackages()
const { ensureCli } = await import('./cli-bundle.mjs')
await import(pathToFileURL(await ensureCli()).href)
