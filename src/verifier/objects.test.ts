// Programs made from the C files in fixtures/objects, with the log of the running kernel at level 2 (bench/kernel-logs.ts records both). Verdict,
// errno and log are the kernel's to the letter.
import { describe, expect, test } from 'vitest'
import { loadKernelBtf } from '../abi/index.ts'
import { objectFiles, recordedObjects } from '../testkit/recorded.ts'
import { verify } from './index.ts'

const kernel = await loadKernelBtf()

const plain = (log: string): string =>
  log
    .replaceAll(/0xff[0-9a-f]{14}/g, '0xADDR')
    .replace(/^verification time .*\n/m, '')
    .trimEnd()

describe.each(objectFiles)('%s.c', (file) => {
  test.each(recordedObjects(file).map((recorded) => [recorded.program.name, recorded] as const))('%s', (_, { program, errno, log }) => {
    const result = verify(program, { logLevel: 2, kernel })
    expect({ errno: result.errno, feature: result.feature }).toEqual({ errno, feature: undefined })
    expect(plain(result.log)).toBe(plain(log))
  })
})
