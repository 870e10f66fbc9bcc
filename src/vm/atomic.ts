// Atomic read-modify-write on 4 or 8 bytes that are known to be reachable. There is one processor, so that atomicity is free;
// what counts is which register gets the old value. Fetching 32-bit operations zero-extend; cmpxchg compares with and returns
// in r0, and a 32-bit one compares the lower half alone.
// Reference: RFC 9669 §5.3; Linux 6.18 emit_atomic().
import type { Ram } from './ram.ts'

const FETCH = 0x01
const ADD = 0x00
const OR = 0x40
const AND = 0x50
const XOR = 0xa0
const XCHG = 0xe0
const CMPXCHG = 0xf0

export function atomic32(ram: Ram, at: number, imm: number, lo: Int32Array, hi: Int32Array, src: number): void {
  const old = ram.view.getInt32(at, true)
  let value = lo[src]
  switch (imm & ~FETCH) {
    case ADD:
      value = (old + value) | 0
      break
    case OR:
      value |= old
      break
    case AND:
      value &= old
      break
    case XOR:
      value ^= old
      break
    case XCHG:
      break
    case CMPXCHG:
      if (lo[0] === old) ram.view.setInt32(at, value, true)
      lo[0] = old
      hi[0] = 0
      return
  }
  ram.view.setInt32(at, value, true)
  if (imm & FETCH) {
    lo[src] = old
    hi[src] = 0
  }
}

export function atomic64(ram: Ram, at: number, imm: number, lo: Int32Array, hi: Int32Array, src: number): void {
  const oldLo = ram.view.getInt32(at, true)
  const oldHi = ram.view.getInt32(at + 4, true)
  let valueLo = lo[src]
  let valueHi = hi[src]
  switch (imm & ~FETCH) {
    case ADD:
      valueHi = (oldHi + valueHi + ((oldLo >>> 0) + (valueLo >>> 0) > 0xffffffff ? 1 : 0)) | 0
      valueLo = (oldLo + valueLo) | 0
      break
    case OR:
      valueLo |= oldLo
      valueHi |= oldHi
      break
    case AND:
      valueLo &= oldLo
      valueHi &= oldHi
      break
    case XOR:
      valueLo ^= oldLo
      valueHi ^= oldHi
      break
    case XCHG:
      break
    case CMPXCHG: {
      const equal = lo[0] === oldLo && hi[0] === oldHi
      lo[0] = oldLo
      hi[0] = oldHi
      if (!equal) return
      break
    }
  }
  ram.view.setInt32(at, valueLo, true)
  ram.view.setInt32(at + 4, valueHi, true)
  if (imm & FETCH && (imm & ~FETCH) !== CMPXCHG) {
    lo[src] = oldLo
    hi[src] = oldHi
  }
}
