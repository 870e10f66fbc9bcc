import fc from 'fast-check'
import { expect, test } from 'vitest'
import { logPieces, slotLetters } from './log-words.ts'

const words = (text: string) => logPieces(text).flatMap((p) => (p.word ? [`${p.word} ${p.values.join(' ')}`.trim()] : []))

test('a line of Linux 6.x', () => {
  expect(words('0: (61) r2 = *(u32 *)(r1 +0)          ; R1=ctx() R2=pkt(off=14,r=34) fp-8=mmmm????')).toEqual([
    'opcode 61',
    'register 1',
    'ctx',
    'register 2',
    'pkt',
    'off 14',
    'range 34',
    'slot -8 mmmm????',
  ])
})

test('ranges and bits', () => {
  expect(words('8: R1=scalar(id=3,smin=smin32=0,smax=umax=255,var_off=(0x0; 0xff))')).toEqual([
    'register 1',
    'scalar',
    'id 3',
    'smin 0',
    'smax 255',
    'varOff 0x0 0xff',
  ])
})

test('a line of Linux 5.x', () => {
  expect(words('from 4 to 7: R0_w=invP2 R1=map_value_or_null(id=1,off=0,ks=4,vs=8,imm=0) R10=fp0')).toEqual([
    'from 4 7',
    'written 0',
    'precise',
    'register 1',
    'orNull',
    'id 1',
    'off 0',
    'keySize 4',
    'valueSize 8',
    'register 10',
    'fp 0',
  ])
})

test('source lines are left alone, and nothing is lost', () => {
  expect(words('; int safe = ctx->off; @ a.c:3')).toEqual([])
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(
        logPieces(text)
          .map((p) => p.text)
          .join(''),
      ).toBe(text)
    }),
  )
})

test('letters of a slot', () => {
  expect(slotLetters('mmmm??00')).toEqual(['misc', 'unwritten', 'zero'])
  expect(slotLetters('???????6')).toEqual(['unwritten', 'number'])
})
