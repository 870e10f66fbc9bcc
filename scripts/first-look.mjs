// The first visit's page, made when the page is built: `virtual:first-answer` is what the engine answers to the default project; the page drawn from
// it lies beside index.html in each width and language, and a script there shows one of them before any module has run.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'vite'
import { bundle } from './ts.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const cache = join(root, 'node_modules/.cache/beeyard')
const ANSWER = 'virtual:first-answer'
const WIDTHS = ['narrow', 'medium', 'wide']
const LANGUAGES = ['en', 'ko']

/** The script in index.html, without its comments. */
const chooser = readFileSync(join(root, 'src/app/first/choose.js'), 'utf8')
  .replace(/^ *\/\/.*\n/gm, '')
  .trim()

let answer
async function makeAnswer() {
  const file = join(cache, `first-answer-${process.pid}.mjs`)
  await bundle(join(root, 'src/engine/first-answer.ts'), file)
  const { firstAnswer } = await importCode(readFileSync(file, 'utf8'))
  rmSync(file, { force: true })
  return JSON.stringify(await firstAnswer(() => performance.now()))
}

/** Serves `virtual:first-answer`. */
export const firstAnswer = () => ({
  name: 'first-answer',
  resolveId: (id) => (id === ANSWER ? `\0${ANSWER}` : undefined),
  async load(id) {
    if (id !== `\0${ANSWER}`) return undefined
    answer ??= makeAnswer()
    return `export const answer = JSON.parse(${JSON.stringify(await answer)})\n`
  },
})

/** Puts the pages of a first visit beside index.html, and the script that shows one of them into it. `plugins` are those of the page itself. */
export const firstLook = (plugins) => ({
  name: 'first-look',
  apply: 'build',
  enforce: 'post',
  async generateBundle(_, files) {
    const draw = await renderers(plugins())
    const names = {}
    for (const width of WIDTHS) {
      for (const language of LANGUAGES) {
        const id = this.emitFile({ type: 'asset', name: `first-${width}-${language}.html`, source: draw(width, language) })
        names[`${width}-${language}`] = `./${this.getFileName(id)}`
      }
    }
    const html = String(files['index.html'].source)
    const entry = /<script type="module" crossorigin src="([^"]+)"><\/script>/.exec(html)
    if (!entry) throw new Error('index.html starts no module')
    const editor = chunksOf(files, /\/src\/app\/editor\/Editor\.tsx$/, chunksOf(files, /index\.html$|\/src\/app\/main\.tsx$/))
    const script = chooser
      .replace('ENTRY', entry[1])
      .replace('PAGES', JSON.stringify(names))
      .replace('EDITOR', JSON.stringify([...editor].map((name) => `./${name}`)))
    const hash = createHash('sha256').update(script).digest('base64')
    files['index.html'].source = html
      .replace(entry[0], `<link rel="modulepreload" crossorigin href="${entry[1]}">`)
      .replace("script-src 'self'", `$& 'sha256-${hash}'`)
      .replace('<div id="root"></div>', (host) => `<div id="first" inert></div>${host}<script>${script}</script>`)
  },
})

/** Files of a module's chunk and of all that it imports before it runs, without `known` ones. */
function chunksOf(files, module, known = new Set()) {
  const found = new Set()
  const add = (name) => {
    if (known.has(name) || found.has(name) || files[name]?.type !== 'chunk') return
    found.add(name)
    files[name].imports.forEach(add)
  }
  for (const file of Object.values(files)) if (file.type === 'chunk' && module.test(file.facadeModuleId ?? '')) add(file.fileName)
  if (found.size === 0) throw new Error(`no chunk of ${module}`)
  return found
}

/** The page's components as a function in Node, from the sources that the page is built from. */
async function renderers(plugins) {
  const { output } = await build({
    root,
    configFile: false,
    logLevel: 'warn',
    plugins: [...plugins, drawnOnly()],
    build: { ssr: join(root, 'src/app/first/render.tsx'), write: false, rolldownOptions: { output: { codeSplitting: false } } },
    ssr: { noExternal: true, external: ['react', 'react-dom'] },
  })
  // What a page has and Node has not, as far as drawing asks for it.
  const screen = { width: 'wide' }
  const media = (query) => ({
    get matches() {
      return query.includes('max-width') ? screen.width === 'narrow' : query.includes('min-width') && screen.width === 'wide'
    },
    addEventListener() {},
  })
  Object.assign(globalThis, { matchMedia: media, location: { search: '', hash: '', pathname: '/', origin: 'null' } })
  const { render } = await importCode(output.find((file) => file.type === 'chunk' && file.isEntry).code)
  return (width, language) => {
    screen.width = width
    return render(language)
  }
}

/** Leaves out what drawing never comes to: workers, and what is loaded when it is first looked at. */
const drawnOnly = () => ({
  name: 'drawn-only',
  enforce: 'pre',
  resolveId: (id) => (/\?worker/.test(id) ? '\0no-worker' : undefined),
  load: (id) => (id === '\0no-worker' ? 'export default ""' : undefined),
  resolveDynamicImport: (id) => ({ id, external: true }),
})

/** Imports a module from its text. It lies beside the packages that it imports while it is read. */
async function importCode(code) {
  const file = join(cache, `first-${process.pid}-${made++}.mjs`)
  mkdirSync(cache, { recursive: true })
  writeFileSync(file, code)
  try {
    return await import(pathToFileURL(file).href)
  } finally {
    rmSync(file, { force: true })
  }
}
let made = 0
