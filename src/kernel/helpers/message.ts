// Helpers on messages that the sockets of a sockmap send (sk_msg). The message lies in the packet buffer, from `data` to `end` of k.packet; the program
// sees the piece of it that is in one place. Pushing and popping cut it into pieces, as Linux's scatter list is cut.
// Linux: net/core/filter.c.
import { EINVAL } from '../errno.ts'
import { setContextField, showContextData } from '../invocation.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log.ts'
import { packetLo } from '../packet-buffer.ts'
import { type HelperBody, ret, u32, u64 } from './body.ts'

const notes =
  (kind: 'apply-bytes' | 'cork-bytes'): HelperBody =>
  (k, m) => {
    append(k.effects, { kind, bytes: u32(m, 2) })
    return ret(m, 0)
  }

export const msgApplyBytes: HelperBody = notes('apply-bytes')
export const msgCorkBytes: HelperBody = notes('cork-bytes')

const sizeOf = (k: Kernel): number => k.packet.end - k.packet.data

/** Shows the program the bytes from `from` to `to` of the message. */
function show(k: Kernel, from: number, to: number): void {
  const p = k.packet
  showContextData(k)
  const address = (at: number): bigint => 0xffff8881_00000000n | BigInt(packetLo(p, p.data + at))
  setContextField(k, 'data', address(from))
  setContextField(k, 'data_end', address(to))
  p.region.from = p.data + from
  p.region.to = p.data + to
}

/** (msg, start, end, flags) */
export const msgPullData: HelperBody = (k, m) => {
  const start = u32(m, 2)
  const end = u32(m, 3)
  if (u64(m, 4) !== 0 || end <= start || start >= sizeOf(k) || end > sizeOf(k)) return ret(m, -EINVAL)
  show(k, start, end)
  return ret(m, 0)
}

/** (msg, start, len, flags) */
export const msgPushData: HelperBody = (k, m) => {
  const start = u32(m, 2)
  const len = u32(m, 3)
  if (u64(m, 4) !== 0) return ret(m, -EINVAL)
  if (len === 0) return ret(m, 0)
  const p = k.packet
  if (start >= sizeOf(k) || len > ROOM) return ret(m, -EINVAL)
  const at = p.ram + p.data + start
  k.memory.ram.copy(at + len, at, sizeOf(k) - start)
  k.memory.ram.fill(at, len, 0)
  p.end += len
  show(k, 0, start === 0 ? len : start)
  return ret(m, 0)
}

/** What the packet buffer takes on. */
const ROOM = 8192

/** (msg, start, len, flags) */
export const msgPopData: HelperBody = (k, m) => {
  const start = u32(m, 2)
  const len = u32(m, 3)
  const size = sizeOf(k)
  if (u64(m, 4) !== 0) return ret(m, -EINVAL)
  if (len === 0) return ret(m, 0)
  if (start + len > size) return ret(m, -EINVAL)
  const p = k.packet
  const at = p.ram + p.data + start
  k.memory.ram.copy(at, at + len, size - start - len)
  p.end -= len
  show(k, 0, start === 0 ? size - len : start)
  return ret(m, 0)
}
