// The support matrix in docs/ says what is so now; whoever changes what is modelled writes it anew.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadKernelBtf } from '../abi/index.ts'
import { SUPPORT_COMMAND, supportMatrix } from './support.ts'

test(`docs/support.md is what ${SUPPORT_COMMAND} writes`, async () => {
  const root = join(import.meta.dirname, '../..')
  expect(readFileSync(join(root, 'docs/support.md'), 'utf8')).toBe(supportMatrix(await loadKernelBtf(), root))
})
