// Takes a packet apart from the outside in. In: bytes of an Ethernet frame, whole or cut anywhere. Out: layers, a short name and a line of text.
// Each round reads one layer by the table of kinds; what is left at the end becomes a payload layer, bytes behind the innermost length a
// trailer. It cannot fail: whatever the bytes are, some layers come out, in order and inside the packet.
import { never } from '../base/index.ts'
import { dns, http } from './application-layer.ts'
import { arp, ethernet, vlan } from './link-layer.ts'
import { gre, ipv4, ipv6 } from './network-layer.ts'
import { ETHERTYPE, etherTypeName, IPPROTO, ipProtoName } from './numbers.ts'
import { geneve, mpls, sctp } from './overlay-layer.ts'
import { dhcp, tls } from './session-layer.ts'
import type { Next, Progress } from './step.ts'
import { icmp, icmpv6, tcp, udp, vxlan } from './transport-layer.ts'
import type { Dissection } from './types.ts'

/** Tunnels within tunnels end here. */
const MAX_LAYERS = 32

export function dissect(bytes: Uint8Array): Dissection {
  const p: Progress = { bytes, layers: [], words: [], protocol: '', truncated: false }
  let next: Next | undefined = { kind: 'ethernet', offset: 0, end: bytes.length }
  while (next !== undefined && p.layers.length < MAX_LAYERS) next = step(p, next)
  trailer(p)
  if (p.truncated) p.words.push('(cut short)')
  return { layers: p.layers, protocol: p.protocol, summary: p.words.join(' ') }
}

function step(p: Progress, next: Next): Next | undefined {
  const { kind, offset, end } = next
  switch (kind) {
    case 'ethernet':
      return ethernet(p, offset, end)
    case 'etherType':
      return byEtherType(p, next.type, offset, end)
    case 'ip':
      return byProtocol(p, next)
    case 'dns':
      return dns(p, offset, end)
    case 'http':
      return http(p, offset, end)
    case 'vxlan':
      return vxlan(p, offset, end)
    case 'geneve':
      return geneve(p, offset, end)
    case 'dhcp':
      return dhcp(p, offset, end)
    case 'tls':
      return tls(p, offset, end)
    case 'payload':
      if (end > offset) p.layers.push({ name: 'payload', offset, size: end - offset, fields: [] })
      return undefined
    default:
      return never(kind)
  }
}

function byEtherType(p: Progress, type: number, offset: number, end: number): Next | undefined {
  switch (type) {
    case ETHERTYPE.ipv4:
      return ipv4(p, offset, end)
    case ETHERTYPE.ipv6:
      return ipv6(p, offset, end)
    case ETHERTYPE.arp:
      return arp(p, offset, end)
    case ETHERTYPE.mpls:
      return mpls(p, offset, end)
    case ETHERTYPE.vlan:
    case ETHERTYPE.qinq:
      return vlan(p, offset, end, type)
    default:
      p.words.push(etherTypeName(type))
      return { kind: 'payload', offset, end }
  }
}

function byProtocol(p: Progress, next: Next & { kind: 'ip' }): Next | undefined {
  const { protocol, offset, end, network } = next
  switch (protocol) {
    case IPPROTO.tcp:
      return tcp(p, offset, end, network)
    case IPPROTO.udp:
      return udp(p, offset, end, network)
    case IPPROTO.icmp:
      return icmp(p, offset, end, network)
    case IPPROTO.icmpv6:
      return icmpv6(p, offset, end, network)
    case IPPROTO.sctp:
      return sctp(p, offset, end)
    case IPPROTO.gre:
      return gre(p, offset, end)
    case IPPROTO.ipip:
      return ipv4(p, offset, end)
    case IPPROTO.ipv6:
      return ipv6(p, offset, end)
    default:
      p.words.push(ipProtoName(protocol))
      return { kind: 'payload', offset, end }
  }
}

/** Bytes behind the last layer: what pads a frame to Ethernet's least length. */
function trailer(p: Progress): void {
  let end = 0
  for (const layer of p.layers) end = Math.max(end, layer.offset + layer.size)
  if (end < p.bytes.length && !p.truncated) p.layers.push({ name: 'trailer', offset: end, size: p.bytes.length - end, fields: [] })
}
