// Generators: the same seed gives the same program, bytes can drive them, and what is sound by construction is accepted. No kernel is asked.
import { describe, expect, test } from 'vitest'
import { fromHex } from '../../base/index.ts'
import { decode } from '../../isa/index.ts'
import { startVerify, verify } from '../../verifier/index.ts'
import { programOf } from '../differential.ts'
import { generate, laneNames } from './lanes.ts'
import { fromBytes, seeded } from './random.ts'
import { toRecord } from './record.ts'
import { typedSketch } from './typed/index.ts'

describe('generators', () => {
  test.each(laneNames)('%s: the same seed and number give the same record, others another one', (lane) => {
    const first = Array.from({ length: 25 }, (_, i) => generate(lane, 7, i))
    expect(first).toEqual(Array.from({ length: 25 }, (_, i) => generate(lane, 7, i)))
    expect(new Set(first.map((r) => r.insns)).size).toBeGreaterThan(12)
    expect(new Set(Array.from({ length: 25 }, (_, i) => generate(lane, 8, i).insns))).not.toEqual(new Set(first.map((r) => r.insns)))
  })

  test('typed programs are accepted by construction, nine in ten at least', () => {
    const n = 60
    let accepted = 0
    for (let i = 0; i < n; i++) if (verify(programOf(generate('typed', 3, i)), { logLevel: 0 }).verdict === 'accepted') accepted++
    expect(accepted).toBeGreaterThanOrEqual(0.9 * n)
  })

  test('near misses are both accepted and rejected', () => {
    const verdicts = Array.from({ length: 60 }, (_, i) => {
      // A fault may turn a loop into an endless one, which takes a million steps to judge.
      const verification = startVerify(programOf(generate('nearmiss', 3, i)), { logLevel: 0 })
      return verification.run(20_000) === 'done' ? verification.result().verdict : 'long'
    })
    expect(verdicts.filter((v) => v === 'accepted').length).toBeGreaterThan(8)
    expect(verdicts.filter((v) => v === 'rejected').length).toBeGreaterThan(15)
  })

  test('rejections have many different reasons', () => {
    const reasons = new Set<string>()
    for (let i = 0; i < 300; i++) {
      const { message } = verify(programOf(generate('frontier', 3, i)), { logLevel: 0 })
      reasons.add(message.split('\n')[0]!.replace(/0x[0-9a-f]+|-?\d+/g, '#'))
    }
    expect(reasons.size).toBeGreaterThan(50)
  })
})

describe('random', () => {
  test('numbers are within their range and all of it is reached', () => {
    const r = seeded(1)
    const seen = new Set(Array.from({ length: 400 }, () => r.between(-3, 3)))
    expect([...seen].sort((a, b) => a - b)).toEqual([-3, -2, -1, 0, 1, 2, 3])
    expect(Math.max(...Array.from({ length: 4000 }, () => r.below(1000)))).toBeGreaterThan(900)
  })

  test('bytes drive a generator, and it goes on with zeros where they end', () => {
    const record = (bytes: Uint8Array) => toRecord('x', 'typed', typedSketch(fromBytes(bytes)))
    const bytes = Uint8Array.from({ length: 300 }, (_, i) => (i * 73 + 11) & 0xff)
    expect(record(bytes).insns).toBe(record(bytes).insns)
    expect(record(bytes.slice(0, 20)).insns.length).toBeLessThan(record(bytes).insns.length)
    expect(decode(fromHex(record(new Uint8Array(0)).insns)!).at(-1)).toEqual({ kind: 'exit' })
  })
})
