// struct xdp_buff and the program's view of it, struct xdp_md: all fields are 32 bits, but data, data_meta and data_end yield whole
// addresses, as Linux rewrites the loads.
//
//   hard start        data_meta   data            data_end            hard start + 4096
//       |-- 256 bytes -----|--------|################|-- tailroom --|-- shared info, 320 --|
//
// Linux: include/net/xdp.h, xdp_convert_ctx_access().
import type { Port } from '../vm/index.ts'
import { DIRECT_HI } from './address.ts'
import { type PacketBuffer, packetLo } from './packet-buffer.ts'

export const XDP_PACKET_HEADROOM = 256
const PAGE_SIZE = 4096
/** SKB_DATA_ALIGN(sizeof(struct skb_shared_info)) */
export const SHARED_INFO = 320
/** What fits without fragments. */
export const XDP_LINEAR = PAGE_SIZE - XDP_PACKET_HEADROOM - SHARED_INFO
export const XDP_MD_SIZE = 24

/** What does not fit lies in fragments of up to a page, which programs reach through helpers alone. */
export const FRAG_SIZE = PAGE_SIZE
export const MAX_FRAGS = 17

/** Besides the packet's bytes. Mutable, one per invocation. */
export interface XdpBuff {
  /** Bytes in each fragment. */
  frags: number[]
  /** Offset of data_hard_start in the packet buffer. */
  hardStart: number
  ingressIfindex: number
  rxQueueIndex: number
  egressIfindex: number
}

/** Length of the frame, fragments included. */
export const xdpLength = (p: PacketBuffer, x: XdpBuff): number => x.frags.reduce((sum, n) => sum + n, p.end - p.data)

export const frameEnd = (x: XdpBuff): number => x.hardStart + PAGE_SIZE - SHARED_INFO

/** The context as programs access it. */
export function xdpPort(packet: PacketBuffer, x: () => XdpBuff): Port {
  return {
    load: (off, size, out) => {
      const at = off & ~3
      out.hi = 0
      switch (at) {
        case 0:
          out.lo = packetLo(packet, packet.data)
          out.hi = DIRECT_HI
          break
        case 4:
          out.lo = packetLo(packet, packet.end)
          out.hi = DIRECT_HI
          break
        case 8:
          out.lo = packetLo(packet, packet.meta)
          out.hi = DIRECT_HI
          break
        case 12:
          out.lo = x().ingressIfindex
          break
        case 16:
          out.lo = x().rxQueueIndex
          break
        case 20:
          out.lo = x().egressIfindex
          break
        default:
          return false
      }
      return size === 4 && off === at
    },
    // Programs on the host's own CPU write none; rx_queue_index is for those on a card's.
    store: () => false,
  }
}
