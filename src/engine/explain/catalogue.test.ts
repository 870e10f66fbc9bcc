// The rejections that people meet, one program for each: what Linux says, what the page says about it in both languages, which check was too
// weak, the way the value went, and the report in the shape of Linux 7.3. Each entry is one file to read and to review.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { rejectionText, weaknessText } from '../../diag/index.ts'
import { CATALOGUE, catalogueEntries, openEntry } from '../../testkit/catalogue.ts'
import { reportLines } from './report.ts'

const entries = catalogueEntries()

test('all 62 are there', () => {
  const numbers = new Set(entries.map((name) => Number(name.slice(0, 2))))
  expect(Array.from({ length: 62 }, (_, i) => i + 1).filter((n) => !numbers.has(n))).toEqual([])
})

test.each(entries)(
  '%s',
  async (name) => {
    const { program, message, explanation, wanted } = await openEntry(name)
    expect(`${message} -> ${explanation?.code}`).toBe(`${message} -> ${wanted}`)
    if (!explanation) throw new Error(`${name} is not explained`)
    const { code, params, weakness, tried, causes } = explanation
    const texts = (['en', 'ko'] as const).flatMap((language) => [
      rejectionText(code, 'what', params, language),
      ...(weakness ? [weaknessText(weakness.code, weakness.params, language)] : []),
      rejectionText(code, 'fix', params, language),
      '',
    ])
    const place = tried
      ? [`tried on line ${tried.line}: ${tried.source}`, `  ${tried.insn}: ${tried.text}  ${tried.register}=${tried.believed}`]
      : []
    const path = causes.map((c) => `  ${c.kind.padEnd(9)} line ${c.line}, ${c.insn}: ${c.text}  => ${c.register}=${c.believed}`)
    const page = [message, '', ...texts, ...place, ...path, '', ...reportLines(program, explanation), '']
    await expect(page.join('\n')).toMatchFileSnapshot(join(CATALOGUE, `${name.replace(/\.\w+$/, '')}.golden.txt`))
  },
  20_000,
)
