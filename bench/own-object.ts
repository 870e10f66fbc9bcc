// A C file through our own compiler, as benches want it: an object, or the first error in one line.
import { readFileSync } from 'node:fs'
import { type CompileWords, readSettings } from '../src/cli/files.ts'
import { compile } from '../src/compiler/index.ts'
import { makeSource, renderDiagnostics } from '../src/diag/index.ts'
import type { ObjectFile } from '../src/object/index.ts'

export type OwnObject = { readonly object: ObjectFile } | { readonly error: string }

/** `check`: the IR and the registers are checked after every pass. */
export function ownObject(path: string, words: CompileWords, check = false): OwnObject {
  const read = readSettings(words, path)
  if (!read.ok) return { error: read.error }
  try {
    const { object, diagnostics, sources } = compile({ ...read.settings, main: makeSource(path, readFileSync(path, 'utf8')) }, { check })
    if (object) return { object }
    const first = diagnostics.find((d) => d.severity === 'error')
    const text = first && renderDiagnostics([{ ...first, labels: [], fixes: [] }], (p) => sources.find((s) => s.path === p))
    return { error: text?.split('\n')[0] ?? 'no object and no error' }
  } catch (error) {
    return {
      error: `EXCEPTION ${error instanceof Error ? `${error.message.slice(0, 300)} ${error.stack?.split('\n')[2]?.trim()}` : error}`,
    }
  }
}
