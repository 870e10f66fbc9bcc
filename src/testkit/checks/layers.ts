// Which folder may import which: reads the table of ARCHITECTURE.md and judges every import of every source by it.
// In: the document's text and the sources. Out: one sentence for each import that is not allowed, and for each cycle between folders.
import { posix } from 'node:path'
import { importsOf, type Source } from './sources.ts'

/** Folders and what each may import, in the order of the table. */
export function readLayerTable(architecture: string): Map<string, ReadonlySet<string>> {
  const table = new Map<string, ReadonlySet<string>>()
  for (const line of architecture.split('\n')) {
    const m = /^\| `(\w+)\/` \|.*\| ([\w ]+) \|$/.exec(line)
    if (m) table.set(m[1], new Set(m[2] === 'nothing' ? [] : m[2].split(' ')))
  }
  return table
}

/** Packages that a folder may use at run time; the core has none. */
const PACKAGES: Readonly<Record<string, RegExp>> = {
  // The folders of lessons, bundled.
  lessons: /^virtual:lessons$/,
  app: /./,
  worker: /^fflate$/,
  cli: /^(node:[\w/]+|fflate)$/,
  testkit: /./,
}

export function checkLayers(architecture: string, sources: readonly Source[]): string[] {
  const table = readLayerTable(architecture)
  const faults: string[] = []
  const edges = new Map<string, Set<string>>()
  for (const source of sources) {
    const [, folder] = source.path.split('/')
    const allowed = table.get(folder)
    if (!allowed) {
      faults.push(`${source.path}: the folder ${folder} is not in the table`)
      continue
    }
    const isTest = /\.test\.tsx?$/.test(source.path) || folder === 'testkit'
    for (const { module, typeOnly } of importsOf(source.text)) {
      if (!module.startsWith('.')) {
        if (!isTest && !PACKAGES[folder]?.test(module)) faults.push(`${source.path}: ${folder} uses the package ${module}`)
        continue
      }
      const target = posix.normalize(posix.join(posix.dirname(source.path), module))
      const [top, other] = target.split('/')
      if (top !== 'src' || other === folder) continue
      // The testkit is a drawer of tools for tests, not a library with a face.
      const face = target === `src/${other}/index.ts` || (isTest && other === 'testkit')
      if (!face) faults.push(`${source.path}: imports the inside of ${other} (${module})`)
      if (isTest) continue
      const ok = allowed.has(other) || (folder === 'app' && typeOnly)
      if (!ok) faults.push(`${source.path}: ${folder} may not import ${other}`)
      if (!edges.has(folder)) edges.set(folder, new Set())
      edges.get(folder)?.add(other)
    }
  }
  return [...faults, ...findCycles(edges)]
}

function findCycles(edges: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const done = new Set<string>()
  const faults: string[] = []
  const visit = (node: string, path: readonly string[]) => {
    if (path.includes(node)) {
      faults.push(`cycle: ${[...path.slice(path.indexOf(node)), node].join(' > ')}`)
      return
    }
    if (done.has(node)) return
    for (const next of edges.get(node) ?? []) visit(next, [...path, node])
    done.add(node)
  }
  for (const node of edges.keys()) visit(node, [])
  return faults
}
