// Builds packets for tests and lessons out of a list of layers, outermost first. Types, lengths and checksums that are not given follow from
// what is inside, as in a well-formed packet; whatever is given is taken as it is, so broken packets can be built too.
// In: layers and payload. Out: bytes. Throws only on an address that is none (a mistake of the caller's, not of a user's).
import { ByteWriter, never } from '../base/index.ts'
import { parseIpv4, parseIpv6, parseMac } from './addresses.ts'
import { internetChecksum, pseudoHeaderSum } from './checksum.ts'
import { ETHERTYPE, IPPROTO, TCP_FLAGS, type TcpFlag } from './numbers.ts'

export type LayerSpec =
  | { readonly kind: 'ethernet'; readonly source?: string; readonly destination?: string; readonly type?: number }
  | { readonly kind: 'vlan'; readonly id: number; readonly priority?: number; readonly type?: number; readonly tpid?: number }
  | {
      readonly kind: 'arp'
      readonly operation: 'request' | 'reply'
      readonly senderMac: string
      readonly senderIp: string
      readonly targetMac?: string
      readonly targetIp: string
    }
  | {
      readonly kind: 'ipv4'
      readonly source: string
      readonly destination: string
      readonly protocol?: number
      readonly ttl?: number
      readonly tos?: number
      readonly id?: number
      readonly dontFragment?: boolean
      readonly moreFragments?: boolean
      /** In bytes, a multiple of 8. */
      readonly fragmentOffset?: number
      /** Padded with zeros to a multiple of four bytes. */
      readonly options?: Uint8Array
      readonly totalLength?: number
      readonly checksum?: number
    }
  | {
      readonly kind: 'ipv6'
      readonly source: string
      readonly destination: string
      readonly nextHeader?: number
      readonly hopLimit?: number
      readonly trafficClass?: number
      readonly flowLabel?: number
      readonly payloadLength?: number
    }
  /** An IPv6 extension header: hop-by-hop, routing or destination options with their bytes behind the length (padded), or a fragment header. */
  | { readonly kind: 'extension'; readonly header: number; readonly data: Uint8Array; readonly nextHeader?: number }
  | {
      readonly kind: 'tcp'
      readonly sport: number
      readonly dport: number
      readonly seq?: number
      readonly ack?: number
      readonly flags?: readonly TcpFlag[]
      readonly window?: number
      readonly options?: Uint8Array
      readonly checksum?: number
    }
  | { readonly kind: 'udp'; readonly sport: number; readonly dport: number; readonly length?: number; readonly checksum?: number }
  /** `rest` is the second word of the header: identifier and sequence number of an echo. */
  | { readonly kind: 'icmp'; readonly type: number; readonly code?: number; readonly rest?: number; readonly checksum?: number }
  | { readonly kind: 'icmpv6'; readonly type: number; readonly code?: number; readonly rest?: number; readonly checksum?: number }
  | { readonly kind: 'gre'; readonly type?: number }
  | { readonly kind: 'vxlan'; readonly vni: number }
  /** The checksum is a CRC-32C; 0 where none is given, as an offloading sender leaves it. */
  | { readonly kind: 'sctp'; readonly sport: number; readonly dport: number; readonly tag?: number; readonly checksum?: number }
  | { readonly kind: 'geneve'; readonly vni: number; readonly type?: number; readonly options?: Uint8Array }
  | { readonly kind: 'mpls'; readonly label: number; readonly ttl?: number; readonly bottom?: boolean }

const NONE = new Uint8Array(0)

/** The packet of these layers around the payload. */
export function buildPacket(layers: readonly LayerSpec[], payload: Uint8Array = NONE): Uint8Array {
  let inner = payload
  for (let i = layers.length - 1; i >= 0; i--) inner = wrap(layers, i, inner)
  return inner
}

function wrap(layers: readonly LayerSpec[], index: number, inner: Uint8Array): Uint8Array {
  const layer = layers[index]
  const inside = layers[index + 1]
  const w = new ByteWriter(64 + inner.length)
  switch (layer.kind) {
    case 'ethernet':
      w.bytes(mac(layer.destination ?? '02:00:00:00:00:02')).bytes(mac(layer.source ?? '02:00:00:00:00:01'))
      w.u16(layer.type ?? etherTypeOf(inside), false)
      return w.bytes(inner).done()
    case 'vlan':
      w.u16(((layer.priority ?? 0) << 13) | layer.id, false).u16(layer.type ?? etherTypeOf(inside), false)
      return w.bytes(inner).done()
    case 'arp':
      w.u16(1, false)
        .u16(ETHERTYPE.ipv4, false)
        .u8(6)
        .u8(4)
        .u16(layer.operation === 'request' ? 1 : 2, false)
      w.bytes(mac(layer.senderMac)).bytes(v4(layer.senderIp))
      w.bytes(mac(layer.targetMac ?? '00:00:00:00:00:00')).bytes(v4(layer.targetIp))
      return w.bytes(inner).done()
    case 'ipv4':
      return ipv4Packet(layer, inside, inner)
    case 'ipv6': {
      const word = (6 << 28) | ((layer.trafficClass ?? 0) << 20) | (layer.flowLabel ?? 0)
      w.u32(word >>> 0, false).u16(layer.payloadLength ?? inner.length & 0xffff, false)
      w.u8(layer.nextHeader ?? protocolOf(inside))
        .u8(layer.hopLimit ?? 64)
        .bytes(v6(layer.source))
        .bytes(v6(layer.destination))
      return w.bytes(inner).done()
    }
    case 'extension':
      return extension(layer, inside, inner)
    case 'tcp':
      return withChecksum(tcpSegment(layer, inner), 16, layer.checksum, pseudo(layers, index, IPPROTO.tcp))
    case 'udp': {
      w.u16(layer.sport, false)
        .u16(layer.dport, false)
        .u16(layer.length ?? 8 + inner.length, false)
        .u16(0)
        .bytes(inner)
      const segment = withChecksum(w.done(), 6, layer.checksum, pseudo(layers, index, IPPROTO.udp))
      // A sum of zero is sent as all ones, since zero says that there is none (RFC 768).
      if (layer.checksum === undefined && segment[6] === 0 && segment[7] === 0) segment.fill(0xff, 6, 8)
      return segment
    }
    case 'icmp':
    case 'icmpv6':
      w.u8(layer.type)
        .u8(layer.code ?? 0)
        .u16(0)
        .u32(layer.rest ?? 0, false)
        .bytes(inner)
      return withChecksum(w.done(), 2, layer.checksum, layer.kind === 'icmp' ? () => 0 : pseudo(layers, index, IPPROTO.icmpv6))
    case 'gre':
      return w
        .u16(0)
        .u16(layer.type ?? (inside?.kind === 'ethernet' ? ETHERTYPE.teb : etherTypeOf(inside)), false)
        .bytes(inner)
        .done()
    case 'vxlan':
      return w
        .u8(8)
        .zeros(3)
        .u32((layer.vni << 8) >>> 0, false)
        .bytes(inner)
        .done()
    case 'sctp':
      return w
        .u16(layer.sport, false)
        .u16(layer.dport, false)
        .u32(layer.tag ?? 0, false)
        .u32(layer.checksum ?? 0, false)
        .bytes(inner)
        .done()
    case 'geneve': {
      const options = padded(layer.options ?? NONE, 4)
      return w
        .u8(options.length / 4)
        .u8(0)
        .u16(layer.type ?? (inside?.kind === 'ethernet' ? ETHERTYPE.teb : etherTypeOf(inside)), false)
        .u32((layer.vni << 8) >>> 0, false)
        .bytes(options)
        .bytes(inner)
        .done()
    }
    case 'mpls': {
      const bottom = layer.bottom ?? inside?.kind !== 'mpls'
      return w
        .u32(((layer.label << 12) | (bottom ? 0x100 : 0) | (layer.ttl ?? 64)) >>> 0, false)
        .bytes(inner)
        .done()
    }
    default:
      return never(layer)
  }
}

function ipv4Packet(layer: LayerSpec & { kind: 'ipv4' }, inside: LayerSpec | undefined, inner: Uint8Array): Uint8Array {
  const options = padded(layer.options ?? NONE, 4)
  const headerSize = 20 + options.length
  const flags = (layer.dontFragment === true ? 0x4000 : 0) | (layer.moreFragments === true ? 0x2000 : 0)
  const w = new ByteWriter(headerSize)
  w.u8(0x40 | (headerSize / 4))
    .u8(layer.tos ?? 0)
    .u16((layer.totalLength ?? headerSize + inner.length) & 0xffff, false)
  w.u16(layer.id ?? 0, false)
    .u16(flags | ((layer.fragmentOffset ?? 0) >> 3), false)
    .u8(layer.ttl ?? 64)
    .u8(layer.protocol ?? protocolOf(inside))
  w.u16(0).bytes(v4(layer.source)).bytes(v4(layer.destination)).bytes(options)
  const header = withChecksum(w.done(), 10, layer.checksum, () => 0)
  return new ByteWriter(headerSize + inner.length).bytes(header).bytes(inner).done()
}

function extension(layer: LayerSpec & { kind: 'extension' }, inside: LayerSpec | undefined, inner: Uint8Array): Uint8Array {
  const w = new ByteWriter(64 + inner.length).u8(layer.nextHeader ?? protocolOf(inside))
  if (layer.header === IPPROTO.fragment)
    return w
      .u8(0)
      .bytes(layer.data.subarray(0, 6))
      .zeros(Math.max(0, 6 - layer.data.length))
      .bytes(inner)
      .done()
  const size = Math.max(8, Math.ceil((2 + layer.data.length) / 8) * 8)
  return w
    .u8(size / 8 - 1)
    .bytes(layer.data)
    .zeros(size - 2 - layer.data.length)
    .bytes(inner)
    .done()
}

function tcpSegment(layer: LayerSpec & { kind: 'tcp' }, inner: Uint8Array): Uint8Array {
  const options = padded(layer.options ?? NONE, 4)
  const flags = (layer.flags ?? []).reduce((bits, f) => bits | (1 << TCP_FLAGS.indexOf(f)), 0)
  const w = new ByteWriter(20 + options.length + inner.length)
  w.u16(layer.sport, false)
    .u16(layer.dport, false)
    .u32(layer.seq ?? 0, false)
    .u32(layer.ack ?? 0, false)
  w.u16((((20 + options.length) / 4) << 12) | flags, false)
    .u16(layer.window ?? 64240, false)
    .u16(0)
    .u16(0)
  return w.bytes(options).bytes(inner).done()
}

/** Puts a checksum in place: the given one, or the right one for the bytes and the pseudo header. */
function withChecksum(bytes: Uint8Array, at: number, given: number | undefined, pseudoSum: (sizeBytes: number) => number): Uint8Array {
  const sum = given ?? internetChecksum(bytes, pseudoSum(bytes.length))
  bytes[at] = sum >> 8
  bytes[at + 1] = sum & 255
  return bytes
}

/** Sum of the pseudo header of the nearest IP layer outside; 0 where there is none. */
function pseudo(layers: readonly LayerSpec[], index: number, protocol: number): (sizeBytes: number) => number {
  for (let i = index - 1; i >= 0; i--) {
    const l = layers[i]
    if (l.kind === 'ipv4') return (size) => pseudoHeaderSum(v4(l.source), v4(l.destination), protocol, size)
    if (l.kind === 'ipv6') return (size) => pseudoHeaderSum(v6(l.source), v6(l.destination), protocol, size)
  }
  return () => 0
}

function etherTypeOf(inside: LayerSpec | undefined): number {
  switch (inside?.kind) {
    case 'vlan':
      return inside.tpid ?? ETHERTYPE.vlan
    case 'arp':
      return ETHERTYPE.arp
    case 'mpls':
      return ETHERTYPE.mpls
    case 'ipv6':
      return ETHERTYPE.ipv6
    default:
      return ETHERTYPE.ipv4
  }
}

function protocolOf(inside: LayerSpec | undefined): number {
  switch (inside?.kind) {
    case 'tcp':
      return IPPROTO.tcp
    case 'udp':
      return IPPROTO.udp
    case 'icmp':
      return IPPROTO.icmp
    case 'icmpv6':
      return IPPROTO.icmpv6
    case 'ipv4':
      return IPPROTO.ipip
    case 'ipv6':
      return IPPROTO.ipv6
    case 'gre':
      return IPPROTO.gre
    case 'sctp':
      return IPPROTO.sctp
    case 'extension':
      return inside.header
    default:
      return IPPROTO.none
  }
}

function padded(bytes: Uint8Array, to: number): Uint8Array {
  return new ByteWriter(64).bytes(bytes).align(to).done()
}

function mac(text: string): Uint8Array {
  return parseMac(text) ?? bad(text)
}

function v4(text: string): Uint8Array {
  return parseIpv4(text) ?? bad(text)
}

function v6(text: string): Uint8Array {
  return parseIpv6(text) ?? bad(text)
}

function bad(text: string): never {
  throw new Error(`not an address: ${text}`)
}
