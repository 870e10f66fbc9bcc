import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FAULTS } from './faults.table.ts'

test.each(FAULTS)('the verifier still holds what a planted fault changes: $what', ({ file, find }) => {
  const text = readFileSync(join(import.meta.dirname, '../src/verifier', file), 'utf8')
  expect(text.split(find)).toHaveLength(2)
})
