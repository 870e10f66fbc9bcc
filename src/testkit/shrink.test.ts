// The shrinker and the listing that it works on.
import { expect, test } from 'vitest'
import { fromHex, toHex } from '../base/index.ts'
import { disassemble } from '../isa/index.ts'
import { verify } from '../verifier/index.ts'
import { programOf } from './differential.ts'
import { generate } from './generate/lanes.ts'
import { assembleText, toRecord } from './generate/record.ts'
import { readListing, without, writeListing } from './listing.ts'
import { shrink } from './shrink.ts'

test('a listing gives back the bytes that it was read from', () => {
  for (const lane of ['typed', 'frontier', 'noise']) {
    for (let i = 0; i < 25; i++) {
      const { insns } = generate(lane, 5, i)
      expect(toHex(writeListing(readListing(fromHex(insns)!)))).toBe(insns)
    }
  }
})

test('jumps and calls are mended where instructions are taken out', () => {
  const code = assembleText('r0 = 0; if r1 == 0 goto out; r2 = 5 ll; call f; out: exit; f: r0 = 1; goto done; r0 = 2; done: exit', [])
  const list = readListing(code)
  const lines = disassemble(writeListing(without(without(list, 7, 1), 2, 1))).filter((line) => line !== '')
  expect(lines).toEqual([
    '(b7) r0 = 0',
    '(15) if r1 == 0x0 goto pc+1',
    '(85) call pc+1',
    '(95) exit',
    '(b7) r0 = 1',
    '(05) goto pc+0',
    '(95) exit',
  ])
})

test('what shows something is made as small as it can be', async () => {
  const text = `r6 = r1; r7 = *(u32 *)(r6 + 0); r8 = r10; r8 += -8; *(u64 *)(r10 - 8) = r7; if r7 == 3 goto bad; r0 = 0; exit
    bad: r0 = *(u8 *)(r6 + 4000); exit`
  const record = toRecord('x', 'x', { gen: 'x', type: 'sched_cls', text, maps: [{ type: 'array', key: 4, value: 8, max: 1 }] })
  const message = (r: typeof record) => verify(programOf(r), { logLevel: 0 }).message
  expect(message(record)).toBe('invalid bpf_context access off=4000 size=1')
  const smallest = await shrink(record, async (candidate) => message(candidate) === 'invalid bpf_context access off=4000 size=1')
  expect(disassemble(fromHex(smallest.insns)!)).toEqual(['(bf) r6 = r1', '(71) r0 = *(u8 *)(r6 +4000)', '(95) exit'])
  expect(smallest.maps).toEqual([])
})
