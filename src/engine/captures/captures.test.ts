// The generated modules hold the captures beside them, byte for byte.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { firstSteps } from './first-steps.generated.ts'

test('first-steps', () => {
  expect(firstSteps).toBe(readFileSync(new URL('first-steps.pcap', import.meta.url)).toString('base64'))
})
