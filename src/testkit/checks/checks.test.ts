// The repository judged by its own checkers, and each checker judged by a sample that it must fail on.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkDocument, type Known } from './docs.ts'
import { checkLayers, readLayerTable } from './layers.ts'
import { checkPurity } from './purity.ts'
import { readSources } from './sources.ts'

const root = join(import.meta.dirname, '../../..')
const architecture = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
const sources = readSources(root, 'src', /\.tsx?$/)
const core = sources.filter((s) => !/^src\/(worker|cli|app|testkit)\/|\.test\.tsx?$|\.d\.ts$/.test(s.path))

describe('layers', () => {
  test('every folder of src stands in the table', () => {
    expect(readLayerTable(architecture).size).toBe(19)
  })
  test('every import is allowed and folders have no cycle', () => {
    expect(checkLayers(architecture, sources)).toEqual([])
  })
  const bad = (path: string, text: string) => checkLayers(architecture, [{ path, text }])
  test('fails on a layer that is not allowed', () => {
    expect(bad('src/vm/x.ts', "import { x } from '../abi/index.ts'")).toEqual(['src/vm/x.ts: vm may not import abi'])
  })
  test('counts a type import', () => {
    expect(bad('src/base/x.ts', "import type { X } from '../diag/index.ts'")).toEqual(['src/base/x.ts: base may not import diag'])
  })
  test('fails on the inside of another folder', () => {
    expect(bad('src/isa/x.ts', "export { x } from '../base/hex.ts'")).toEqual(['src/isa/x.ts: imports the inside of base (../base/hex.ts)'])
  })
  test('lets tests alone take a tool of the testkit', () => {
    const text = "import { x } from '../testkit/x.ts'"
    expect(bad('src/isa/x.test.ts', text)).toEqual([])
    expect(bad('src/isa/x.ts', text)).toEqual([
      'src/isa/x.ts: imports the inside of testkit (../testkit/x.ts)',
      'src/isa/x.ts: isa may not import testkit',
    ])
  })
  test('fails on a package in the core', () => {
    expect(bad('src/engine/x.ts', "import { inflateSync } from 'fflate'")).toEqual(['src/engine/x.ts: engine uses the package fflate'])
  })
  test('fails on a cycle', () => {
    const open = '| `a/` | x | b |\n| `b/` | x | a |'
    const pair = [
      { path: 'src/a/x.ts', text: "import '../b/index.ts'" },
      { path: 'src/b/x.ts', text: "import '../a/index.ts'" },
    ]
    expect(checkLayers(open, pair)).toEqual(['cycle: a > b > a'])
  })
})

describe('purity', () => {
  test('the core reads no clock, random source, DOM or network', () => {
    expect(core.length).toBeGreaterThan(20)
    expect(checkPurity(core)).toEqual([])
  })
  test('fails on each source of impurity', () => {
    const text = 'const a = Date.now()\nconst b = Math.random() // fine\nconst c = "Date.now"'
    expect(checkPurity([{ path: 'src/vm/x.ts', text }])).toEqual([
      'src/vm/x.ts:1: Date.now in the core',
      'src/vm/x.ts:2: Math.random in the core',
    ])
  })
})

describe('documents', () => {
  const scripts = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }).scripts
  const allText = sources.map((s) => s.text).join('\n')
  const known: Known = {
    hasPath: (path) => existsSync(join(root, path)),
    hasScript: (name) => name in scripts,
    hasIdentifier: (name) => new RegExp(`\\b${name}\\b`).test(allText),
  }
  const documents = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'docs/limits.md', 'docs/security.md']
  for (const path of documents) {
    test(`${path} names what exists`, () => {
      expect(checkDocument(path, readFileSync(join(root, path), 'utf8'), known)).toEqual([])
    })
  }
  test('fails on a file, a script and an identifier that are gone', () => {
    const none: Known = { hasPath: () => false, hasScript: () => false, hasIdentifier: () => false }
    expect(checkDocument('X.md', 'see `src/gone.ts`, `npm run gone` and `gone()`', none)).toHaveLength(3)
  })
})
