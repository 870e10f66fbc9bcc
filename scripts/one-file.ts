// The whole page as one HTML file that opens from a disk: scripts, styles, fonts and both workers packed into it, and a place for one project. The built
// page fetches this file when somebody saves their work as a page, and puts the project's link into that place.
// The parts are deflated and in base64; a few lines unpack them and start the workers from blobs. The file's own content security policy allows no
// request at all.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { build, type InlineConfig, type Plugin } from 'vite'
import { firstAnswer } from './first-look.mjs'
import { lessons } from './lessons.mjs'
import { slimMonaco } from './slim-monaco.ts'

const root = join(import.meta.dirname, '..')
export const ONE_FILE = 'one-file.html'

/** Entry of each part. */
const PARTS = {
  page: join(root, 'src/app/main.tsx'),
  engine: join(root, 'src/worker/worker.ts'),
  monaco: 'monaco-editor/editor/editor.worker',
} as const

const CSP = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'wasm-unsafe-eval' blob:",
  "style-src 'unsafe-inline'",
  'img-src data:',
  'font-src data:',
  'worker-src blob:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

/** Workers come from the file itself, so their addresses are blobs and need nobody's trust. */
const fromTheFile = (): Plugin => ({
  name: 'from-the-file',
  enforce: 'pre',
  resolveId: (id) => (id.endsWith('?worker&url') ? `\0part:${id.includes('monaco') ? 'monaco' : 'engine'}` : undefined),
  load(id) {
    if (id.startsWith('\0part:')) return `export default globalThis.beeyardFile.part(${JSON.stringify(id.slice(6))})`
    if (id.endsWith('src/app/trusted.ts')) return 'export const trustedWorkerUrl = (url) => url'
    return undefined
  },
  // Each worker is one script; a module's would have to be of the page's own origin, and a file has none.
  transform: (code, id) =>
    /src\/(worker\/spawn|app\/editor\/monaco)\.ts$/.test(id) ? code.replace("type: 'module'", "type: 'classic'") : undefined,
})

async function bundle(part: keyof typeof PARTS): Promise<{ readonly code: string; readonly css: string }> {
  const isPage = part === 'page'
  const config: InlineConfig = {
    root,
    configFile: false,
    logLevel: 'error',
    base: './',
    plugins: isPage ? [react(), fromTheFile(), slimMonaco(), lessons(), firstAnswer()] : [lessons()],
    publicDir: false,
    build: {
      target: 'es2023',
      write: false,
      cssCodeSplit: false,
      assetsInlineLimit: Number.MAX_SAFE_INTEGER,
      modulePreload: false,
      chunkSizeWarningLimit: 1e6,
      rolldownOptions: { input: PARTS[part], output: { format: isPage ? 'es' : 'iife', codeSplitting: false } },
    },
  }
  const built = await build(config)
  if (!('output' in built) && !Array.isArray(built)) throw new Error('a watcher')
  const files = (Array.isArray(built) ? built : [built]).flatMap((b) => b.output)
  const code = files.flatMap((f) => (f.type === 'chunk' ? [f.code] : []))
  const css = files.flatMap((f) => (f.type === 'asset' && f.fileName.endsWith('.css') ? [String(f.source)] : []))
  const others = files.filter((f) => f.type === 'asset' && !f.fileName.endsWith('.css'))
  if (code.length !== 1 || others.length > 0) throw new Error(`${part}: ${files.map((f) => f.fileName).join(', ')}`)
  return { code: code[0], css: css.join('\n') }
}

/** Unpacks and starts. Kept small: it is read before everything. */
const START = `
const packed = document.getElementById('beeyard-parts').textContent
const whole = '<!doctype html>\\n' + document.documentElement.outerHTML
const stream = new Blob([Uint8Array.from(atob(packed), (c) => c.charCodeAt(0))]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
const parts = JSON.parse(await new Response(stream).text())
const place = document.getElementById('beeyard-project')
globalThis.beeyardFile = {
  part: (name) => URL.createObjectURL(new Blob([parts[name]], { type: 'text/javascript' })),
  project: place.textContent.trim(),
  home: place.dataset.home ?? '',
  whole,
}
document.head.append(Object.assign(document.createElement('style'), { textContent: parts.css }))
document.body.append(Object.assign(document.createElement('script'), { type: 'module', textContent: parts.page }))
`

async function makeOneFile(): Promise<string> {
  const [page, engine, monaco] = await Promise.all([bundle('page'), bundle('engine'), bundle('monaco')])
  const parts = { page: page.code, css: page.css, engine: engine.code, monaco: monaco.code }
  const packed = deflateRawSync(JSON.stringify(parts), { level: 9 }).toString('base64')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta http-equiv="Content-Security-Policy" content="${CSP}" />
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
<meta name="color-scheme" content="light dark" />
<title>Beeyard</title>
</head>
<body>
<div id="root"></div>
<noscript><p>Beeyard compiles, verifies and runs eBPF programs in your browser, so it needs JavaScript. Nothing is sent to any server.</p></noscript>
<script type="text/plain" id="beeyard-project"></script>
<script type="text/plain" id="beeyard-parts">${packed}</script>
<script type="module">${START}</script>
</body>
</html>
`
}

export const oneFile = (): Plugin => {
  let folder = ''
  return {
    name: 'one-file',
    apply: 'build',
    configResolved(config) {
      folder = join(config.root, config.build.outDir)
    },
    closeBundle: {
      sequential: true,
      async handler() {
        writeFileSync(join(folder, ONE_FILE), await makeOneFile())
      },
    },
  }
}
