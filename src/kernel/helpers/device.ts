// Helpers on devices and routes: MTU, a clone that leaves, the forwarding table. Which interfaces and routes there are is the world's matter.
// Linux: net/core/filter.c.
import { EAFNOSUPPORT, EINVAL, ENODEV } from '../errno.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log.ts'
import { copyPacket } from '../packet-buffer.ts'
import { type HelperBody, ret, s32, u32, u64, writable } from './body.ts'

const ETH_HLEN = 14
const FRAG_NEEDED = 1
const isXdp = (k: Kernel): boolean => k.progType.startsWith('xdp')
const currentDevice = (k: Kernel): number => (isXdp(k) ? k.xdp.ingressIfindex : k.skb.ifindex)

export const checkMtu: HelperBody = (k, m) => {
  const at = writable(k, m, 3, 4)
  if (at < 0) return 'stopped'
  const { view } = k.memory.ram
  const asked = view.getUint32(at, true)
  const flags = u64(m, 5)
  const diff = s32(m, 4)
  const segs = !isXdp(k) && flags === 1
  if (flags !== 0 && !segs) return ret(m, -EINVAL)
  if (segs && (diff !== 0 || asked !== 0)) return ret(m, -EINVAL)
  const ifindex = u32(m, 2)
  const mtu = k.host.net.device(ifindex === 0 ? currentDevice(k) : ifindex)?.mtu
  if (mtu === undefined) return ret(m, -ENODEV)
  const length = (asked !== 0 ? asked + ETH_HLEN : k.packet.end - k.packet.data) + diff
  view.setUint32(at, mtu, true)
  return ret(m, length > mtu + ETH_HLEN ? FRAG_NEEDED : 0)
}

const BPF_F_INGRESS = 1

export const cloneRedirect: HelperBody = (k, m) => {
  const flags = u64(m, 3)
  if (flags > BPF_F_INGRESS) return ret(m, -EINVAL)
  const ifindex = u32(m, 2)
  const packet = copyPacket(k.packet, k.packet.data, k.packet.end)
  const err = k.host.net.cloneRedirect(ifindex, flags, packet)
  if (err === 0) append(k.effects, { kind: 'clone-redirect', ifindex, flags, packet })
  return ret(m, err)
}

const FIB_PARAMS = 64
const FIB_FLAGS = 0x3f
const AF_INET = 2
const AF_INET6 = 10

export const fibLookup: HelperBody = (k, m) => {
  const size = s32(m, 3)
  const at = writable(k, m, 2, Math.max(0, size))
  if (at < 0) return 'stopped'
  const flags = u32(m, 4)
  if (size < FIB_PARAMS || flags & ~FIB_FLAGS) return ret(m, -EINVAL)
  const family = k.memory.ram.u8[at]
  if (family !== AF_INET && family !== AF_INET6) return ret(m, -EAFNOSUPPORT)
  const params = new DataView(k.memory.ram.view.buffer, at, FIB_PARAMS)
  return ret(m, k.host.net.fib({ params, flags, packetLength: isXdp(k) ? 0 : k.packet.end - k.packet.data }))
}
