// Kernel functions on strings: bytes up to a 0, at most 65536 of them, read where they lie; what cannot be read is an error and no fault.
// Linux: bpf_strcmp() and others in kernel/bpf/helpers.c.

import { type Machine, READ } from '../../vm/index.ts'
import { E2BIG, EFAULT, ENOENT, ERANGE } from '../errno.ts'
import { type HelperBody, ret, u64 } from '../helpers/body.ts'
import type { Kernel } from '../kernel.ts'

const XATTR_SIZE_MAX = 65536
const UPPER_A = 0x41
const UPPER_Z = 0x5a
const CASE = 0x20

/** Byte at a distance from the pointer in a register; -EFAULT where nothing is. */
type ReadAt = (index: number) => number

/** Answers the error of a pointer that is not even tried, or reads through it. Linux: copy_from_kernel_nofault_allowed(). */
function textArg(k: Kernel, m: Machine, reg: number): ReadAt | undefined {
  const { memory } = k
  const lo = m.lo[reg]
  const hi = m.hi[reg]
  if (hi >>> 0 < 0xffff8000) return undefined
  return (index) => {
    const at = (lo + index) | 0
    const carry = at >>> 0 < lo >>> 0 ? 1 : 0
    const r = memory.find(hi + carry, at, 1, READ)
    return r && !r.port ? memory.ram.u8[at] : -EFAULT
  }
}

const lower = (c: number): number => (c >= UPPER_A && c <= UPPER_Z ? c | CASE : c)

function compare(a: ReadAt, b: ReadAt, same: (c: number) => number): number {
  for (let i = 0; i < XATTR_SIZE_MAX; i++) {
    const x = a(i)
    const y = b(i)
    if (x < 0 || y < 0) return -EFAULT
    if (same(x) !== same(y)) return same(x) < same(y) ? -1 : 1
    if (x === 0) return 0
  }
  return -E2BIG
}

/** Where `c` stands first among `count` bytes. */
function find(s: ReadAt, count: number, c: number): number {
  let i = 0
  for (; i < count && i < XATTR_SIZE_MAX; i++) {
    const x = s(i)
    if (x < 0) return x
    if (x === c) return i
    if (x === 0) return -ENOENT
  }
  return i === XATTR_SIZE_MAX ? -E2BIG : -ENOENT
}

function length(s: ReadAt, count: number): number {
  let i = 0
  for (; i < count && i < XATTR_SIZE_MAX; i++) {
    const x = s(i)
    if (x < 0) return x
    if (x === 0) return i
  }
  return i === XATTR_SIZE_MAX ? -E2BIG : i
}

function findOrEnd(s: ReadAt, c: number): number {
  for (let i = 0; i < XATTR_SIZE_MAX; i++) {
    const x = s(i)
    if (x < 0) return x
    if (x === 0 || x === c) return i
  }
  return -E2BIG
}

function findLast(s: ReadAt, c: number): number {
  let last = -ENOENT
  for (let i = 0; i < XATTR_SIZE_MAX; i++) {
    const x = s(i)
    if (x < 0) return x
    if (x === c) last = i
    if (x === 0) return last
  }
  return -E2BIG
}

/** Bytes at the start of `s` that stand (or, where `wanted` is false, do not stand) in `set`. */
function span(s: ReadAt, set: ReadAt, wanted: boolean): number {
  for (let i = 0; i < XATTR_SIZE_MAX; i++) {
    const x = s(i)
    if (x < 0) return x
    if (x === 0) return i
    let j = 0
    let y = set(j)
    while (y !== x && y > 0 && j < XATTR_SIZE_MAX) y = set(++j)
    if (y < 0) return y
    if (j === XATTR_SIZE_MAX) return -E2BIG
    if ((y === x) !== wanted) return i
  }
  return -E2BIG
}

/** Where `s2` stands first within `len` bytes of `s1`. */
function search(s1: ReadAt, s2: ReadAt, len: number, same: (c: number) => number): number {
  for (let i = 0; i < XATTR_SIZE_MAX; i++) {
    let j = 0
    for (; i + j <= len && j < XATTR_SIZE_MAX; j++) {
      const y = s2(j)
      if (y < 0) return y
      if (y === 0) return i
      // A byte more of s2 is looked at than of s1, which may end here.
      if (i + j === len) break
      const x = s1(i + j)
      if (x < 0) return x
      if (x === 0) return -ENOENT
      if (same(x) !== same(y)) break
    }
    if (j === XATTR_SIZE_MAX) return -E2BIG
    if (i + j === len) return -ENOENT
  }
  return -E2BIG
}

const one =
  (answer: (s: ReadAt, m: Machine) => number): HelperBody =>
  (k, m) => {
    const s = textArg(k, m, 1)
    return ret(m, s ? answer(s, m) : -ERANGE)
  }

const two =
  (answer: (a: ReadAt, b: ReadAt, m: Machine) => number): HelperBody =>
  (k, m) => {
    const a = textArg(k, m, 1)
    const b = textArg(k, m, 2)
    return ret(m, a && b ? answer(a, b, m) : -ERANGE)
  }

const asIs = (c: number): number => c
const byteArg = (m: Machine, reg: number): number => m.lo[reg] & 0xff

export const strcmp: HelperBody = two((a, b) => compare(a, b, asIs))
export const strcasecmp: HelperBody = two((a, b) => compare(a, b, lower))
export const strnchr: HelperBody = one((s, m) => find(s, u64(m, 2), byteArg(m, 3)))
export const strchr: HelperBody = one((s, m) => find(s, XATTR_SIZE_MAX, byteArg(m, 2)))
export const strchrnul: HelperBody = one((s, m) => findOrEnd(s, byteArg(m, 2)))
export const strrchr: HelperBody = one((s, m) => findLast(s, byteArg(m, 2)))
export const strnlen: HelperBody = one((s, m) => length(s, u64(m, 2)))
export const strlen: HelperBody = one((s) => length(s, XATTR_SIZE_MAX))
export const strspn: HelperBody = two((s, accept) => span(s, accept, true))
export const strcspn: HelperBody = two((s, reject) => span(s, reject, false))
export const strnstr: HelperBody = two((a, b, m) => search(a, b, u64(m, 3), asIs))
export const strstr: HelperBody = two((a, b) => search(a, b, XATTR_SIZE_MAX, asIs))
