import { expect, test } from 'vitest'
import { SAMPLE_LOG } from './select.ts'

test('the sample is a log with a refusal at its end', () => {
  expect(SAMPLE_LOG).toMatch(/^0: R1=ctx\(\) R10=fp0\n/)
  expect(SAMPLE_LOG).toContain('invalid access to packet')
})
