// Helpers of programs on routes with a lightweight tunnel: another packet is put around the one under way.
// Linux: bpf_lwt_push_ip_encap() in net/core/lwt_bpf.c, bpf_lwt_in_push_encap() and bpf_lwt_xmit_push_encap() in net/core/filter.c.
import { fold16, sum16 } from '../../packet/index.ts'
import { stopUnsupported } from '../../vm/index.ts'
import { EINVAL } from '../errno.ts'
import { showPacket } from '../packet-buffer.ts'
import { type HelperBody, readable, ret, u32 } from './body.ts'

const SEG6 = 0
const SEG6_INLINE = 1
const IP = 2
const MAX_HEADROOM = 256
const IPV4_HLEN = 20
const IPV6_HLEN = 40
const UDP_HLEN = 8
const UDP = 17
const CHECK = 10
/** In network order, as a little-endian load sees them. */
const ETH_P_IP = 0x0008
const ETH_P_IPV6 = 0xdd86

/** Whether the bytes begin with a whole IP header, and that of UDP behind it where it says so. */
function isEncap(header: Uint8Array): boolean {
  const version = header[0] >> 4
  if (header.length < IPV4_HLEN || header.length > MAX_HEADROOM) return false
  if (version === 4) {
    const size = 4 * (header[0] & 15)
    return header.length >= size && (header[9] !== UDP || header.length >= size + UDP_HLEN)
  }
  return version === 6 && header.length >= IPV6_HLEN && (header[6] !== UDP || header.length >= IPV6_HLEN + UDP_HLEN)
}

/** The checksum of an IPv4 header. Of one that says that it is shorter than it can be, x86-64 leaves the first two bytes. Linux: ip_fast_csum(). */
function fastSum(header: Uint8Array): Uint8Array {
  const words = header[0] & 15
  if (words < 5) return header.slice(0, 2)
  const sum = 0xffff ^ fold16(sum16(header.subarray(0, 4 * words)))
  return Uint8Array.of(sum >> 8, sum & 0xff)
}

/** (skb, type, header, length) */
export const lwtPushEncap: HelperBody = (k, m) => {
  const type = u32(m, 2)
  const size = u32(m, 4)
  const at = readable(k, m, 3, size)
  if (at < 0) return 'stopped'
  if (k.progType === 'lwt_in' && (type === SEG6 || type === SEG6_INLINE)) return stopUnsupported(m, 'segment routing (BPF_LWT_ENCAP_SEG6)')
  if (type !== IP) return ret(m, -EINVAL)
  const header = k.memory.ram.read(at, size)
  if (!isEncap(header)) return ret(m, -EINVAL)
  const isV4 = header[0] >> 4 === 4
  if (isV4 && header[CHECK] === 0 && header[CHECK + 1] === 0) {
    header.set(fastSum(header), CHECK)
  }
  const p = k.packet
  p.data -= size
  p.meta = p.data
  k.memory.ram.write(p.ram + p.data, header)
  k.skb.networkHeader = p.data
  k.skb.protocol = isV4 ? ETH_P_IP : ETH_P_IPV6
  k.skb.hash = 0
  k.skb.hashValid = false
  showPacket(p)
  return ret(m, 0)
}
