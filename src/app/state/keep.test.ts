import fc from 'fast-check'
import { expect, test } from 'vitest'
import { keepSame } from './keep.ts'

test('an answer that says the same is the one before', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const again: unknown = JSON.parse(JSON.stringify(value))
      const old: unknown = JSON.parse(JSON.stringify(value))
      expect(keepSame(old, again)).toBe(old)
    }),
  )
})

test('any answer stays what it says, whatever was before', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (old, value) => {
      const text = JSON.stringify(value)
      const fresh: unknown = JSON.parse(text)
      expect(keepSame(old, fresh)).toEqual(fresh)
      expect(JSON.stringify(fresh)).toBe(text)
    }),
  )
})

test('parts that say the same are kept, others are new', () => {
  const old = { revision: 1, rows: [{ at: 1 }, { at: 2 }], gone: [1], bytes: new Uint8Array(2) }
  const bytes = new Uint8Array(2)
  const kept = keepSame(old, { revision: 2, rows: [{ at: 1 }, { at: 3 }], bytes })
  expect(kept).toEqual({ revision: 2, rows: [{ at: 1 }, { at: 3 }], bytes })
  expect(kept.rows[0]).toBe(old.rows[0])
  expect(kept.rows).not.toBe(old.rows)
  expect(kept.bytes).toBe(bytes)
  expect(keepSame([1, undefined], [1])).toEqual([1])
  expect(Object.hasOwn(keepSame({ a: 1 } as { a?: number; b?: undefined }, { b: undefined }), 'b')).toBe(true)
})
