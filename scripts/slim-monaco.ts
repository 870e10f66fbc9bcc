// Takes out of the built page what of Monaco nobody here can reach: the editor of differences, drawing by WebGPU, the map of the text, what asks
// providers that nobody registers, and the pictograms that no code names.
// The pictograms are a font of some hundred glyphs; those that stay are read off the built code (`register("name", 0xeab4)` gives each its place,
// `Codicon.name` and `codicon-name` use it), so that an update of Monaco cannot leave one out.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import subsetFont from 'subset-font'
import type { Plugin } from 'vite'
import { EDITS, UNREACHED } from './monaco-parts.ts'

const FONT = /assets\/codicon-.*\.ttf$/

export const slimMonaco = (): Plugin => ({
  name: 'slim-monaco',
  apply: 'build',
  enforce: 'pre',
  load(id) {
    const path = /\/monaco-editor\/esm\/vs\/(.*)$/.exec(id.replaceAll('\\', '/'))?.[1]
    if (path === undefined) return undefined
    if (path in UNREACHED) return UNREACHED[path]
    return path in EDITS ? edited(readFileSync(id, 'utf8'), path) : undefined
  },
  async generateBundle(_, bundle) {
    const code = Object.values(bundle).flatMap((f) => (f.type === 'chunk' && f.fileName.includes('monaco') ? [f.code] : []))
    const text = usedPictograms(code.join('\n'))
    for (const file of Object.values(bundle)) {
      if (file.type !== 'asset' || !FONT.test(file.fileName) || text === '') continue
      file.source = await subsetFont(Buffer.from(file.source), text, { targetFormat: 'truetype' })
    }
  },
})

interface Graph {
  getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null
}

/** What the editor imports before it stands. */
const ENTRY = join(import.meta.dirname, '../src/app/editor/monaco.ts').replaceAll('\\', '/')
const reached = new Set<string>()

/** The chunk of a module of Monaco: what the editor starts with, or what comes behind it. */
export function monacoChunk(id: string, graph: Graph): string | null {
  if (!/\/monaco-editor\/esm\/(?!vs\/nls\/lang)/.test(id)) return null
  if (reached.size === 0) reach(ENTRY, graph)
  return reached.has(id) ? 'monaco' : 'monaco-features'
}

function reach(id: string, graph: Graph): void {
  if (reached.has(id)) return
  reached.add(id)
  for (const other of graph.getModuleInfo(id)?.importedIds ?? []) reach(other, graph)
}

function edited(code: string, path: string): string {
  return EDITS[path].reduce((text, [what, instead]) => {
    if (text.search(what) < 0) throw new Error(`${path}: ${what} is not there`)
    return text.replace(what, instead)
  }, code)
}

/** The characters of all pictograms that code names outside of the table that lists them. */
export function usedPictograms(code: string): string {
  // In the table: chevronDown:r(`chevron-down`,60084). Aliases share a character.
  const row = /([A-Za-z0-9_$]+):[A-Za-z0-9_$]+\([`"']([a-z0-9-]+)[`"'],(0x[0-9a-f]+|\d+)\)/g
  const points = new Map<string, number>()
  for (const [, property, name, point] of code.matchAll(row)) {
    const value = Number(point)
    if (value < 0xe000 || value > 0xf8ff) continue
    points.set(`.${property}`, value)
    points.set(name, value)
  }
  const rest = code.replace(row, '')
  const used = new Set<number>()
  for (const [, property] of rest.matchAll(/(\.[A-Za-z0-9_$]+)/g)) add(property)
  for (const [, name] of rest.matchAll(/[`"' -]([a-z][a-z0-9-]*)/g)) add(name)
  for (const [, name] of rest.matchAll(/codicon-([a-z0-9-]+)/g)) add(name)
  return String.fromCodePoint(...used)

  function add(key: string): void {
    const point = points.get(key)
    if (point !== undefined) used.add(point)
  }
}
