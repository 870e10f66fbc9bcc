// npm start: installs what is missing, builds the page and the command line, and serves the page on 127.0.0.1:4173 (PORT changes it).
import { ensurePackages, root } from './ensure.mjs'

ensurePackages()
const { build, preview } = await import('vite')
const { ensureCli } = await import('./cli-bundle.mjs')
await ensureCli()
await build({ root, logLevel: 'warn' })
const server = await preview({ root, preview: { host: '127.0.0.1', port: Number(process.env.PORT ?? 4173), strictPort: false } })
console.log(`Beeyard is at ${server.resolvedUrls.local[0]}`)
