// The socket that a packet belongs to, as programs see it through skb->sk: struct bpf_sock, read only. The sockets of a test run belong
// to nobody: closed, of no type and protocol, with the packet's addresses.
// Linux: bpf_sock_convert_ctx_access() in net/core/filter.c; bpf_prog_test_run_skb().
import { type Memory, type Port, READ, type Region } from '../vm/index.ts'
import { DIRECT_HI, SOCK_LO } from './address.ts'
import type { Sock } from './sk-buff.ts'

const BPF_SOCK_SIZE = 80
const TCP_CLOSE = 7
/** rx_queue_mapping: no queue was noted; Linux loads -1 into the whole register unless one byte is asked for. */
const QUEUE = 76

/** Each 32-bit word of struct bpf_sock. */
function word(s: Sock, offset: number): number {
  switch (offset) {
    case 4:
      return s.family
    case 24:
      return s.localIp4
    case 28:
    case 32:
    case 36:
    case 40:
      return s.localIp6[(offset - 28) >> 2]
    case 44:
      return s.localPort
    case 48:
      return s.remotePort
    case 52:
      return s.remoteIp4
    case 56:
    case 60:
    case 64:
    case 68:
      return s.remoteIp6[(offset - 56) >> 2]
    case 72:
      return TCP_CLOSE
    default:
      // bound_dev_if, type, protocol, mark, priority
      return 0
  }
}

export function mapSockRegion(memory: Memory, sock: () => Sock): Region {
  const port: Port = {
    load: (off, size, out) => {
      if (off >= QUEUE) {
        out.lo = size === 1 ? 0xff : -1
        out.hi = size === 1 ? 0 : -1
        return true
      }
      const v = word(sock(), off & ~3)
      const shift = (off & 3) * 8
      if (size === 8 || (off & 3) + size > 4) return false
      out.lo = size === 4 ? v : (v >>> shift) & ((1 << (8 * size)) - 1)
      out.hi = 0
      return true
    },
    store: () => false,
  }
  return memory.map({
    kind: 'sock',
    baseHi: DIRECT_HI,
    baseLo: SOCK_LO,
    to: BPF_SOCK_SIZE,
    rights: READ,
    port,
    label: (offset) => ({ name: 'sk', offset }),
  })
}
