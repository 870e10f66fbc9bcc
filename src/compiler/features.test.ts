// Small C programs, each about one feature, through compiler, loader, verifier and interpreter on every instruction set. The expected result
// stands in the file ("// Returns N"); it is what a native compiler gives (`npm run c-differential -- --features`). A file whose feature needs
// a newer instruction set says so ("// Needs v3").
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openC, renderDiagnostics, runRecord, verify } from '../engine/index.ts'

const folder = join(import.meta.dirname, 'fixtures/features')
const files = readdirSync(folder).filter((f) => f.endsWith('.c'))
const packet = new Uint8Array(64)

describe('features', () => {
  for (const file of files) {
    const text = readFileSync(join(folder, file), 'utf8')
    const expected = /^\/\/ Returns (\d+)$/m.exec(text)
    const least = Number(/^\/\/ Needs v(\d)$/m.exec(text)?.[1] ?? 1)
    test(file, () => {
      expect(expected, 'the file says what it returns').not.toBeNull()
      for (const cpu of ([1, 2, 3, 4] as const).filter((v) => v >= least)) {
        const { programs, diagnostics, sources } = openC(file, text, { include: () => undefined, includeDirs: [], defines: {}, cpu })
        const errors = diagnostics.filter((d) => d.severity === 'error')
        expect(renderDiagnostics(errors, (path) => sources.find((s) => s.path === path))).toBe('')
        const [program] = programs
        const { verdict, message } = verify(program, { logLevel: 0 })
        expect({ cpu, verdict, message }).toEqual({ cpu, verdict: 'accepted', message: '' })
        const { retval, fault, errno, unsupported } = runRecord(program, packet)
        expect({ cpu, retval, fault, errno, unsupported }).toEqual({
          cpu,
          retval: Number(expected?.[1]),
          fault: '',
          errno: 0,
          unsupported: '',
        })
      }
    })
  }
})
