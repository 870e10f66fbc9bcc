import { expect, test } from 'vitest'
import type { Diagnostic } from '../../../diag/index.ts'
import { countOf, problems } from './select.ts'

const main = { path: 'a.c', text: 'int a\nint b;\n' }
const at = (file: string, start: number): Pick<Diagnostic, 'at'> => ({ at: { file, start, end: start + 1 } })
const expected = (severity: Diagnostic['severity'], place: Pick<Diagnostic, 'at'>): Diagnostic => ({
  code: 'c.expected',
  severity,
  params: [';'],
  labels: [],
  fixes: [],
  ...place,
})

test('errors first, then by place; both languages', () => {
  const list = [expected('warning', at('a.c', 0)), expected('error', at('a.c', 6)), expected('error', at('bpf.h', 3)), expected('note', {})]
  expect(problems(list, [main], main.path, 'en').map((p) => [p.severity, p.file, p.line, p.column])).toEqual([
    ['error', '', 2, 1],
    ['error', 'bpf.h', 0, 0],
    ['warning', '', 1, 1],
    ['note', '', 0, 0],
  ])
  const [en] = problems(list, [main], main.path, 'en')
  const [ko] = problems(list, [main], main.path, 'ko')
  expect(en.text).toContain(';')
  expect(ko.text).toMatch(/[가-힣]/)
  expect(countOf(list, 'error')).toBe(2)
})
