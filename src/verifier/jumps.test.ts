// Where jumps lead, as Linux 6.18 says it.
import { expect, test } from 'vitest'
import { fromHex } from '../base/index.ts'
import { makeSource } from '../diag/index.ts'
import { assemble } from '../isa/index.ts'
import { verify } from './index.ts'

test('the target of a long jump is counted in 32 bits', () => {
  const { program } = assemble(makeSource('jump.s', 'exit'))
  const code = fromHex('06000000ffffff7f9500000000000000')!
  expect(verify({ ...program!, type: 'xdp', code }, { logLevel: 1 }).message).toBe('jump out of range from insn 0 to -2147483648')
})
