// Complete logs at level 2 are the kernel's, to the letter: instructions and states, live registers, loops, precision marks, live stack slots,
// what is pruned and how much is processed. Programs are generated: stack of all widths, subprograms, loops, maps.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { assert, fromHex } from '../base/index.ts'
import type { MapDef, Program } from '../isa/index.ts'
import { verify } from './index.ts'

const map = (type: string, maxEntries: number): MapDef => ({
  name: '',
  type,
  keySize: 4,
  valueSize: 16,
  maxEntries,
  flags: 0,
  keyTypeId: 0,
  valueTypeId: 0,
  init: [],
  frozen: false,
})

function program(code: string, flags: number): Program {
  const bytes = fromHex(code)
  assert(bytes, 'the fixture has hex')
  return {
    name: '',
    section: '',
    type: 'xdp',
    attachType: 0,
    license: 'GPL',
    flags,
    code: bytes,
    maps: [map('hash', 8), map('array', 4)],
    lines: [],
    spans: [],
    subprogs: [],
    vars: [],
  }
}

interface Sample {
  readonly flags: number
  readonly errno: number
  readonly insns: string
  readonly log: string
}

function samples(): Sample[] {
  const text = readFileSync(`${import.meta.dirname}/fixtures/log/generated.txt`, 'utf8')
  return text
    .split('\n@ ')
    .slice(1)
    .map((part) => {
      const end = part.indexOf('\n')
      const [flags, errno, insns] = part.slice(0, end).split(' ')
      return { flags: Number(flags), errno: Number(errno), insns: insns!, log: part.slice(end + 1).trimEnd() }
    })
}

test.each(samples())('the log of generated program %# is the kernel’s', ({ flags, errno, insns, log }) => {
  const result = verify(program(insns, flags), { logLevel: 2 })
  expect(result.errno).toBe(errno)
  expect(result.log.replaceAll(/0xff[0-9a-f]{14}/g, '0xADDR').trimEnd()).toBe(log)
})
