// bpf_iter_bits_*(): the bits that are set in up to 511 words, which are copied when the iterator is made.
//
//   iterator   +0 the one word, or a pointer to a copy of more   +8 bits in all   +12 the bit
//
// Linux: kernel/bpf/helpers.c.
import { READ } from '../../vm/index.ts'
import { DIRECT_HI } from '../address.ts'
import { E2BIG, EFAULT, EINVAL, ENOMEM } from '../errno.ts'
import { type HelperBody, ret, ret64, u32, writable } from '../helpers/body.ts'

const BYTES = 16
const MAX_WORDS = 511
const WORD_BITS = 64

/** (iterator, words, how many) */
export const iterBitsNew: HelperBody = (k, m) => {
  const at = writable(k, m, 1, BYTES)
  if (at < 0) return 'stopped'
  const words = u32(m, 3)
  const { ram } = k.memory
  ram.fill(at, BYTES, 0)
  if (words === 0 || (m.lo[2] | m.hi[2]) === 0) return ret(m, -EINVAL)
  if (words > MAX_WORDS) return ret(m, -E2BIG)
  const size = 8 * words
  const r = k.memory.find(m.hi[2], m.lo[2], size, READ)
  if (!r || r.port) return ret(m, -EFAULT)
  if (words === 1) ram.copy(at, m.lo[2], 8)
  else {
    const copy = ram.allocBlock(size)
    if (copy === 0) return ret(m, -ENOMEM)
    ram.copy(copy, m.lo[2], size)
    ram.setI32(at, copy)
    ram.setI32(at + 4, DIRECT_HI)
  }
  ram.setI32(at + 8, WORD_BITS * words)
  ram.setI32(at + 12, -1)
  return ret(m, 0)
}

export const iterBitsNext: HelperBody = (k, m) => {
  const at = writable(k, m, 1, BYTES)
  if (at < 0) return 'stopped'
  const { ram } = k.memory
  const bits = ram.i32[(at + 8) >> 2]
  let bit = ram.i32[(at + 12) >> 2]
  if (bits === 0 || bit >= bits) return ret(m, 0)
  const from = bits === WORD_BITS ? at : ram.i32[at >> 2]
  do bit++
  while (bit < bits && (ram.u8[from + (bit >> 3)] & (1 << (bit & 7))) === 0)
  ram.setI32(at + 12, bit)
  return bit >= bits ? ret(m, 0) : ret64(m, m.lo[1] + 12, m.hi[1])
}

export const iterBitsDestroy: HelperBody = (k, m) => {
  const at = writable(k, m, 1, BYTES)
  if (at < 0) return 'stopped'
  const { ram } = k.memory
  const bits = ram.i32[(at + 8) >> 2]
  if (bits > WORD_BITS) ram.release(ram.i32[at >> 2], bits / 8)
  return undefined
}
