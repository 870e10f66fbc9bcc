// Checksum helpers. Linux: net/core/filter.c.

import { csumAdd, csumFrom32to16, csumPartial, csumReplace4, csumReplaceByDiff, csumSub } from '../checksum.ts'
import { EACCES, EFAULT, EINVAL, ENOTSUPP } from '../errno.ts'
import type { Kernel } from '../kernel.ts'
import { showPacket } from '../packet-buffer.ts'
import { CHECKSUM_COMPLETE, CHECKSUM_NONE, CHECKSUM_UNNECESSARY } from '../sk-buff.ts'
import { type HelperBody, readable, ret, retU32, u32, u64 } from './body.ts'

const BPF_F_HDR_FIELD_MASK = 0xf
const BPF_F_PSEUDO_HDR = 1 << 4
const BPF_F_MARK_MANGLED_0 = 1 << 5
const BPF_F_MARK_ENFORCE = 1 << 6
const BPF_F_IPV6 = 1 << 7
const CSUM_MANGLED_0 = 0xffff

/** Ram offset of the checksum at an offset of the packet, or an error. */
function checksumAt(k: Kernel, offset: number): number {
  const p = k.packet
  if (offset > 0xffff || offset & 1) return -EFAULT
  return p.data + offset + 2 > p.end ? -EFAULT : p.ram + p.data + offset
}

function put16(k: Kernel, at: number, value: number): void {
  k.memory.ram.view.setUint16(at, value, true)
  k.memory.ram.touch(at, 2)
}

export const l3CsumReplace: HelperBody = (k, m) => {
  const flags = u64(m, 5)
  if (flags > BPF_F_HDR_FIELD_MASK) return ret(m, -EINVAL)
  const at = checksumAt(k, u32(m, 2))
  if (at < 0) return ret(m, at)
  const check = k.memory.ram.view.getUint16(at, true)
  switch (flags) {
    case 0:
      if (u64(m, 3) !== 0) return ret(m, -EINVAL)
      put16(k, at, csumReplaceByDiff(check, m.lo[4]))
      break
    case 2:
      put16(k, at, csumReplace2(check, m.lo[3] & 0xffff, m.lo[4] & 0xffff))
      break
    case 4:
      put16(k, at, csumReplace4(check, m.lo[3], m.lo[4]))
      break
    default:
      return ret(m, -EINVAL)
  }
  showPacket(k.packet)
  return ret(m, 0)
}

/** On 16 bits throughout, so that "zero" may come out otherwise than from the 32-bit form. */
function csumReplace2(check: number, from: number, to: number): number {
  const add = (a: number, b: number): number => {
    const sum = a + b
    return (sum + (sum >> 16)) & 0xffff
  }
  return ~add(add(~check & 0xffff, ~from & 0xffff), to) & 0xffff
}

export const l4CsumReplace: HelperBody = (k, m) => {
  const flags = u64(m, 5)
  const known = BPF_F_HDR_FIELD_MASK | BPF_F_PSEUDO_HDR | BPF_F_MARK_MANGLED_0 | BPF_F_MARK_ENFORCE | BPF_F_IPV6
  if (flags > known) return ret(m, -EINVAL)
  const at = checksumAt(k, u32(m, 2))
  if (at < 0) return ret(m, at)
  const check = k.memory.ram.view.getUint16(at, true)
  if (flags & BPF_F_MARK_MANGLED_0 && !(flags & BPF_F_MARK_ENFORCE) && check === 0) return ret(m, 0)
  const pseudo = (flags & BPF_F_PSEUDO_HDR) !== 0
  const size = flags & BPF_F_HDR_FIELD_MASK
  const from = size === 2 ? m.lo[3] & 0xffff : m.lo[3]
  const to = size === 2 ? m.lo[4] & 0xffff : m.lo[4]
  let next = 0
  if (size === 0) {
    if (u64(m, 3) !== 0) return ret(m, -EINVAL)
    next = csumReplaceByDiff(check, to)
    if (pseudo && k.skb.ipSummed === CHECKSUM_COMPLETE && !(flags & BPF_F_IPV6)) k.skb.csum = ~csumAdd(to, ~k.skb.csum)
  } else if (size === 2 || size === 4) {
    next = csumReplace4(check, from, to)
    if (pseudo && k.skb.ipSummed === CHECKSUM_COMPLETE) k.skb.csum = ~csumAdd(csumSub(~k.skb.csum, from), to)
  } else return ret(m, -EINVAL)
  put16(k, at, flags & BPF_F_MARK_MANGLED_0 && next === 0 ? CSUM_MANGLED_0 : next)
  showPacket(k.packet)
  return ret(m, 0)
}

export const csumDiff: HelperBody = (k, m) => {
  const fromSize = u32(m, 2)
  const toSize = u32(m, 4)
  const from = readable(k, m, 1, fromSize)
  if (from < 0) return 'stopped'
  const to = readable(k, m, 3, toSize)
  if (to < 0) return 'stopped'
  const view = k.memory.ram.view
  let sum = m.lo[5]
  if (fromSize && toSize) sum = csumSub(csumPartial(view, to, toSize, sum), csumPartial(view, from, fromSize, 0))
  else if (toSize) sum = csumPartial(view, to, toSize, sum)
  else if (fromSize) sum = ~csumPartial(view, from, fromSize, ~sum)
  return retU32(m, csumFrom32to16(sum))
}

export const csumUpdate: HelperBody = (k, m) => {
  if (k.skb.ipSummed !== CHECKSUM_COMPLETE) return ret(m, -ENOTSUPP)
  k.skb.csum = csumAdd(k.skb.csum, m.lo[2])
  return retU32(m, k.skb.csum)
}

const SKB_MAX_CSUM_LEVEL = 3

export const csumLevel: HelperBody = (k, m) => {
  const s = k.skb
  switch (u64(m, 2)) {
    case 0: // BPF_CSUM_LEVEL_QUERY
      return ret(m, s.ipSummed === CHECKSUM_UNNECESSARY ? s.csumLevel : -EACCES)
    case 1: // BPF_CSUM_LEVEL_INC
      if (s.ipSummed === CHECKSUM_UNNECESSARY) s.csumLevel = Math.min(SKB_MAX_CSUM_LEVEL, s.csumLevel + 1)
      else if (s.ipSummed === CHECKSUM_NONE) {
        s.ipSummed = CHECKSUM_UNNECESSARY
        s.csumLevel = 0
      }
      return ret(m, 0)
    case 2: // BPF_CSUM_LEVEL_DEC
      if (s.ipSummed === CHECKSUM_UNNECESSARY) {
        if (s.csumLevel === 0) s.ipSummed = CHECKSUM_NONE
        else s.csumLevel--
      }
      return ret(m, 0)
    case 3: // BPF_CSUM_LEVEL_RESET
      if (s.ipSummed === CHECKSUM_UNNECESSARY) {
        s.ipSummed = CHECKSUM_NONE
        s.csumLevel = 0
      }
      return ret(m, 0)
    default:
      return ret(m, -EINVAL)
  }
}
