// Helpers on text: bpf_strtol(), bpf_strtoul(), bpf_strncmp(). Linux: kernel/bpf/helpers.c.
import { EINVAL, ERANGE } from '../errno.ts'
import { type HelperBody, readable, ret, u32, u64, writable } from './body.ts'

const BASE_MASK = 0x1f
/** Linux copies that many characters to look at them. */
const MAX_DIGITS = 63
const U64_MAX = (1n << 64n) - 1n
const S64_MAX = (1n << 63n) - 1n

interface Parsed {
  /** Characters consumed, or a negative errno. */
  readonly count: number
  readonly value: bigint
  readonly negative: boolean
}

const fail = (errno: number): Parsed => ({ count: -errno, value: 0n, negative: false })

/** Linux: __bpf_strtoull(). */
function parse(bytes: Uint8Array, flags: number): Parsed {
  let base = flags & BASE_MASK
  if (bytes.length === 0 || flags > BASE_MASK) return fail(EINVAL)
  if (base !== 0 && base !== 8 && base !== 10 && base !== 16) return fail(EINVAL)
  let at = 0
  while (at < bytes.length && isSpace(bytes[at])) at++
  const negative = bytes[at] === 0x2d
  if (negative) at++
  if (at >= bytes.length) return fail(EINVAL)
  const end = Math.min(bytes.length, at + MAX_DIGITS)
  const isX = (i: number): boolean => i < end && (bytes[i] | 0x20) === 0x78
  if (base === 0) {
    const zero = bytes[at] === 0x30
    base = zero ? (isX(at + 1) && at + 2 < end && digit(bytes[at + 2]) < 16 ? 16 : 8) : 10
  }
  if (base === 16 && bytes[at] === 0x30 && isX(at + 1)) at += 2
  const first = at
  let value = 0n
  let over = false
  for (; at < end && digit(bytes[at]) < base; at++) {
    value = value * BigInt(base) + BigInt(digit(bytes[at]))
    over ||= value > U64_MAX
  }
  if (over) return fail(ERANGE)
  return at === first ? fail(EINVAL) : { count: at, value, negative }
}

function digit(c: number): number {
  if (c >= 0x30 && c <= 0x39) return c - 0x30
  const lower = c | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : 99
}

const isSpace = (c: number): boolean => c === 0x20 || (c >= 0x09 && c <= 0x0d) || c === 0xa0

const strtox =
  (signed: boolean): HelperBody =>
  (k, m) => {
    const size = u64(m, 2)
    const from = readable(k, m, 1, Math.min(size, 0x7fffffff))
    if (from < 0) return 'stopped'
    const to = writable(k, m, 4, 8)
    if (to < 0) return 'stopped'
    const { view } = k.memory.ram
    view.setBigInt64(to, 0n, true)
    const p = parse(k.memory.ram.u8.subarray(from, from + size), u64(m, 3))
    if (p.count < 0) return ret(m, p.count)
    if (signed && (p.negative ? p.value > S64_MAX + 1n : p.value > S64_MAX)) return ret(m, -ERANGE)
    if (!signed && p.negative) return ret(m, -EINVAL)
    view.setBigInt64(to, p.negative ? -p.value : BigInt.asIntN(64, p.value), true)
    return ret(m, p.count)
  }

export const strtol: HelperBody = strtox(true)
export const strtoul: HelperBody = strtox(false)

export const strncmp: HelperBody = (k, m) => {
  const size = u32(m, 2)
  const a = readable(k, m, 1, size)
  if (a < 0) return 'stopped'
  const b = readable(k, m, 3, 1)
  if (b < 0) return 'stopped'
  const { u8 } = k.memory.ram
  for (let i = 0; i < size; i++) {
    if (u8[a + i] !== u8[b + i]) return ret(m, u8[a + i] < u8[b + i] ? -1 : 1)
    if (u8[a + i] === 0) break
  }
  return ret(m, 0)
}
