// docs/limits.md names fixtures; each answers `unsupported` (or says what is not modelled) with the words that its first line and the document
// give. A limit that is gone fails here until the document says so.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadKernelBtf } from '../abi/index.ts'
import { keptKernel } from '../loader/index.ts'
import { verify } from '../verifier/index.ts'
import { runRecord } from './run.ts'
import { openAssembly, openC, unmodelledFeature } from './toolchain.ts'

const dir = join(import.meta.dirname, 'fixtures/limits')
const document = readFileSync(join(import.meta.dirname, '../../docs/limits.md'), 'utf8')
const files = readdirSync(dir)
const kernel = await loadKernelBtf()

function answer(file: string): string {
  const text = readFileSync(join(dir, file), 'utf8')
  const opened = file.endsWith('.s')
    ? openAssembly(file, text)
    : openC(file, text, { include: () => undefined, includeDirs: [], defines: {}, cpu: 3, kernel: keptKernel(kernel) })
  const [program] = opened.programs
  if (!program) return `unsupported: ${unmodelledFeature(opened)}`
  const result = verify(program, { logLevel: 1, kernel })
  if (result.verdict !== 'accepted') return `${result.verdict}: ${result.feature}`
  const run = runRecord(program, new Uint8Array(64))
  return run.unsupported === '' ? 'modelled' : `run unsupported: ${run.unsupported}`
}

describe('known limits', () => {
  test.each(files)('%s', (file) => {
    const expected = readFileSync(join(dir, file), 'utf8')
      .split('\n')[0]
      .replace(/^(\/\/|;) /, '')
    expect(answer(file)).toBe(expected)
    expect(document).toContain(`\`src/engine/fixtures/limits/${file}\``)
    expect(document).toContain(expected.replace(/^(run )?unsupported: /, ''))
  })

  test('maps that nobody uses are not made', () => {
    const map = '{ int (*type)[2]; unsigned *key; long *value; int (*max_entries)[1]; }'
    const text = `struct ${map} idle __attribute__((section(".maps"), used));
__attribute__((section("xdp"), used)) int entry(void *ctx) { return 2; }`
    const opened = openC('idle.c', text, { include: () => undefined, includeDirs: [], defines: {}, cpu: 3, kernel: keptKernel(kernel) })
    expect(opened.programs.map((p) => p.maps)).toEqual([[]])
    expect(document).toContain('Maps that are declared and that no program uses are not made')
  })
})
