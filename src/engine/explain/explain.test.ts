// Each fixture names the kind that it shows in its first line; the texts of all of them, in both languages, are kept as one file to read.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { formatMessage, REJECTION_CODES, rejectionText } from '../../diag/index.ts'
import { verify } from '../../verifier/index.ts'
import { openC } from '../toolchain.ts'
import { explain } from './explain.ts'
import { RULES } from './rules.ts'

const folder = join(import.meta.dirname, '../fixtures/rejections')
const fixtures = readdirSync(folder).filter((name) => name.endsWith('.c'))

function explained(name: string) {
  const text = readFileSync(join(folder, name), 'utf8')
  const { programs, diagnostics } = openC(name, text, { include: () => undefined, includeDirs: [], cpu: 3, defines: {} })
  const errors = diagnostics.filter((d) => d.severity === 'error').map((d) => formatMessage(d.code, d.params, 'en'))
  const program = programs.find((p) => p.name === 'prog')
  if (!program) throw new Error(`${name}: ${errors.join('\n')}`)
  const result = verify(program, { logLevel: 0 })
  return { result, explanation: explain(program, { logLevel: 0 }, result, name), wanted: /^\/\/ (\w+):/.exec(text)?.[1] }
}

test.each(fixtures)('%s is the kind that it names', (name) => {
  const { result, explanation, wanted } = explained(name)
  expect(`${result.verdict} ${result.message} -> ${explanation?.code}`).toBe(`rejected ${result.message} -> ${wanted}`)
})

test('the explanations read as they should', async () => {
  const pages = fixtures.map((name) => {
    const { result, explanation } = explained(name)
    if (!explanation) return `== ${name}\n${result.message}\n(not explained)\n`
    const { code, params, causes } = explanation
    const texts = (['en', 'ko'] as const).flatMap((l) => [rejectionText(code, 'what', params, l), rejectionText(code, 'fix', params, l)])
    const path = causes.map((c) => `  ${c.kind.padEnd(9)} line ${c.line}, ${c.insn}: ${c.text}  => ${c.register}=${c.believed}`)
    return [`== ${name}`, result.message, '', ...texts, ...path, ''].join('\n')
  })
  await expect(pages.join('\n')).toMatchFileSnapshot(join(folder, 'explanations.golden.txt'))
})

test('every kind has a rule', () => {
  const used = new Set(RULES.map((r) => r.code))
  expect(REJECTION_CODES.filter((code) => !used.has(code))).toEqual([])
})

test('an accepted program has nothing to explain', () => {
  const { programs } = openC('a.c', '#include <bpf/bpf_helpers.h>\n#include <linux/bpf.h>\nSEC("xdp") int prog(void *c) { return 2; }', {
    include: () => undefined,
    includeDirs: [],
    cpu: 3,
    defines: {},
  })
  expect(explain(programs[0], { logLevel: 0 }, verify(programs[0], { logLevel: 0 }), 'a.c')).toBeUndefined()
})
