// What the compiler says of sources with faults: each fixtures/diagnostics/NAME.c against NAME.txt (rewrite with `vitest -u`). The texts,
// places and the choice between error and warning were compared with clang-22's when they were written.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DIAG_CODES, formatMessage, makeSource, renderDiagnostics } from '../../diag/index.ts'
import { diagnose } from '../index.ts'

const folder = join(import.meta.dirname, '../fixtures/diagnostics')

function said(path: string, text: string): string {
  const { diagnostics, sources } = diagnose({
    main: makeSource(path, text),
    include: () => undefined,
    includeDirs: [],
    defines: {},
    cpu: 3,
  })
  return `${renderDiagnostics(diagnostics, (file) => sources.find((s) => s.path === file))}\n`
}

describe('diagnostics', () => {
  it.each(readdirSync(folder).filter((f) => f.endsWith('.c')))('%s', async (path) => {
    await expect(said(path, readFileSync(join(folder, path), 'utf8'))).toMatchFileSnapshot(join(folder, path.replace(/c$/, 'txt')))
  })

  it('says everything in both languages with the same parameters', () => {
    for (const code of DIAG_CODES.filter((c) => c.startsWith('c.'))) {
      const used = (language: 'en' | 'ko'): string[] =>
        [...new Set(formatMessage(code, ['<0>', '<1>', '<2>'], language).match(/<\d>/g))].sort()
      expect([code, used('ko')]).toEqual([code, used('en')])
    }
  })

  it('mends what its fixes say they mend', () => {
    const text = readFileSync(join(folder, 'headers.c'), 'utf8')
    let source = text
    for (let round = 0; round < 12; round++) {
      const main = makeSource('headers.c', source)
      const { diagnostics } = diagnose({ main, include: () => undefined, includeDirs: [], defines: {}, cpu: 3 })
      const fix = diagnostics.flatMap((d) => d.fixes)[0]
      if (!fix) break
      source = source.slice(0, fix.at.start) + fix.text + source.slice(fix.at.end)
    }
    expect(said('headers.c', source)).toBe('\n')
    expect(source).toContain('return XDP_PASS;')
  })
})
