// TCP with options (RFC 9293, 7323, 2018), UDP (RFC 768), ICMP (RFC 792), ICMPv6 with neighbour discovery (RFC 4443, 4861), VXLAN (RFC 7348).
import { formatIpv6, formatMac } from './addresses.ts'
import { internetChecksum, pseudoHeaderSum } from './checksum.ts'
import { cut } from './link-layer.ts'
import { verdict } from './network-layer.ts'
import { IPPROTO, icmpName, icmpv6Name, PORTS, TCP_FLAGS } from './numbers.ts'
import { LayerReader } from './reader.ts'
import { looksLikeTls } from './session-layer.ts'
import type { Network, Next, Progress } from './step.ts'

/** What is left when the checksum is checked: 0 where right, undefined where that cannot be told. */
function rest(p: Progress, offset: number, end: number, protocol: number, network: Network): number | undefined {
  if (network.fragment || !network.complete) return undefined
  const size = end - offset
  const pseudo = protocol === IPPROTO.icmp ? 0 : pseudoHeaderSum(network.source, network.destination, protocol, size)
  return internetChecksum(p.bytes.subarray(offset, end), pseudo)
}

export function tcp(p: Progress, offset: number, end: number, network: Network): Next | undefined {
  const r = new LayerReader('TCP', p.bytes, offset, end)
  p.protocol = 'TCP'
  const sport = r.u16('source port')
  const dport = r.u16('destination port')
  r.u32('sequence number')
  r.u32('acknowledgment number')
  const word = r.u16('')
  const headerSize = (word >> 12) * 4
  const flags = TCP_FLAGS.filter((_, i) => (word & (1 << i)) !== 0).join(', ')
  if (!r.truncated) {
    r.note('data offset', offset + 12, 1, `${headerSize} bytes`)
    r.note('flags', offset + 12, 2, flags || 'none')
  }
  r.u16('window')
  r.u16('checksum', (v) => verdict(v, rest(p, offset, end, IPPROTO.tcp, network)))
  r.u16('urgent pointer')
  if (!r.truncated && headerSize >= 20) tcpOptions(r, offset + headerSize)
  p.layers.push(r.done(Math.max(20, headerSize)))
  if (end - offset < 14) return cut(p, 'TCP')
  p.words.push(`TCP ${sport} > ${dport} [${flags || 'none'}]`)
  if (r.truncated) return cut(p)
  if (headerSize < 20) {
    p.words.push(`with data offset ${headerSize}`)
    return { kind: 'payload', offset: offset + 20, end }
  }
  const data = offset + headerSize
  if (data < end) p.words.push(`${end - data} bytes`)
  if (looksLikeTls(p.bytes, data, end)) return { kind: 'tls', offset: data, end }
  return looksLikeHttp(p.bytes, data, end) ? { kind: 'http', offset: data, end } : { kind: 'payload', offset: data, end }
}

function tcpOptions(r: LayerReader, headerEnd: number): void {
  const stop = Math.min(headerEnd, r.end)
  while (r.at < stop) {
    const at = r.at
    const kind = r.bytes[at]
    if (kind === 0) {
      r.note('end of options', at, stop - at, '')
      break
    }
    const size = kind === 1 ? 1 : at + 1 < stop ? r.bytes[at + 1] : 0
    if (size < 1 || (kind !== 1 && size < 2) || at + size > stop) {
      r.note('broken option', at, stop - at, `kind ${kind}`)
      break
    }
    const [name, value] = tcpOption(r.bytes, at, kind, size)
    r.note(name, at, size, value)
    r.skip(size)
  }
  if (headerEnd > r.end) r.truncated = true
}

function tcpOption(bytes: Uint8Array, at: number, kind: number, size: number): readonly [name: string, value: string] {
  const u32 = (i: number) => ((bytes[at + i] << 24) | (bytes[at + i + 1] << 16) | (bytes[at + i + 2] << 8) | bytes[at + i + 3]) >>> 0
  if (kind === 1) return ['no operation', '']
  if (kind === 2 && size === 4) return ['maximum segment size', String((bytes[at + 2] << 8) | bytes[at + 3])]
  if (kind === 3 && size === 3) return ['window scale', String(bytes[at + 2])]
  if (kind === 4 && size === 2) return ['SACK permitted', '']
  if (kind === 5 && size >= 10 && size % 8 === 2) {
    const ranges = Array.from({ length: (size - 2) / 8 }, (_, i) => `${u32(2 + 8 * i)}-${u32(6 + 8 * i)}`)
    return ['SACK', ranges.join(', ')]
  }
  if (kind === 8 && size === 10) return ['timestamps', `${u32(2)}, echo ${u32(6)}`]
  return [`option ${kind}`, `${size} bytes`]
}

const HTTP_START = /^(GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH|CONNECT|TRACE) \S|^HTTP\/1\.[01] \d/

function looksLikeHttp(bytes: Uint8Array, offset: number, end: number): boolean {
  return HTTP_START.test(String.fromCharCode(...bytes.subarray(offset, Math.min(end, offset + 16))))
}

export function udp(p: Progress, offset: number, end: number, network: Network): Next | undefined {
  const r = new LayerReader('UDP', p.bytes, offset, end)
  p.protocol = 'UDP'
  const sport = r.u16('source port')
  const dport = r.u16('destination port')
  const size = r.u16('length')
  const inner = size >= 8 && offset + size <= end ? offset + size : end
  r.u16('checksum', (v) =>
    v === 0 ? 'none' : verdict(v, size >= 8 && offset + size <= end ? rest(p, offset, inner, IPPROTO.udp, network) : undefined),
  )
  p.layers.push(r.done(8))
  if (end - offset < 4) return cut(p, 'UDP')
  p.words.push(`UDP ${sport} > ${dport}`)
  if (r.truncated) return cut(p)
  if (inner > r.at) p.words.push(`${inner - r.at} bytes`)
  if (isPort(PORTS.dns, sport, dport) || isPort(PORTS.mdns, sport, dport)) return { kind: 'dns', offset: r.at, end: inner }
  if (dport === PORTS.geneve) return { kind: 'geneve', offset: r.at, end: inner }
  if (isPort(PORTS.dhcpServer, sport, dport) || isPort(PORTS.dhcpClient, sport, dport)) return { kind: 'dhcp', offset: r.at, end: inner }
  if (dport === PORTS.vxlan) return { kind: 'vxlan', offset: r.at, end: inner }
  return { kind: 'payload', offset: r.at, end: inner }
}

function isPort(port: number, sport: number, dport: number): boolean {
  return sport === port || dport === port
}

export function icmp(p: Progress, offset: number, end: number, network: Network): Next | undefined {
  const r = new LayerReader('ICMP', p.bytes, offset, end)
  p.protocol = 'ICMP'
  const type = r.u8('type', (v) => `${v} (${icmpName(v)})`)
  const code = r.u8('code')
  r.u16('checksum', (v) => verdict(v, rest(p, offset, end, IPPROTO.icmp, network)))
  const isEcho = type === 8 || type === 0
  const id = isEcho ? r.u16('identifier') : r.u16('')
  const sequence = isEcho ? r.u16('sequence number') : r.u16('')
  p.layers.push(r.done(8))
  if (r.truncated) return cut(p, 'ICMP')
  p.words.push(`ICMP ${icmpName(type)}${isEcho ? ` id ${id} seq ${sequence}` : code === 0 ? '' : ` code ${code}`}`)
  return { kind: 'payload', offset: r.at, end }
}

export function icmpv6(p: Progress, offset: number, end: number, network: Network): Next | undefined {
  const r = new LayerReader('ICMPv6', p.bytes, offset, end)
  p.protocol = 'ICMPv6'
  const type = r.u8('type', (v) => `${v} (${icmpv6Name(v)})`)
  const code = r.u8('code')
  r.u16('checksum', (v) => verdict(v, rest(p, offset, end, IPPROTO.icmpv6, network)))
  let words = `ICMPv6 ${icmpv6Name(type)}`
  if (type === 128 || type === 129) {
    words += ` id ${r.u16('identifier')} seq ${r.u16('sequence number')}`
  } else if (type === 135 || type === 136) {
    const flags = r.u32('')
    if (!r.truncated && type === 136) {
      const names = ['router', 'solicited', 'override'].filter((_, i) => ((flags >>> (31 - i)) & 1) === 1)
      r.note('flags', offset + 4, 1, names.join(', ') || 'none')
    }
    const target = formatIpv6(r.ipv6('target'))
    words += type === 135 ? ` who has ${target}` : ` ${target}`
    neighbourOptions(r)
  } else {
    if (code !== 0) words += ` code ${code}`
    r.skip(4)
    if (type === 133) neighbourOptions(r)
  }
  p.layers.push(r.done(r.at - offset))
  if (r.truncated) return cut(p, 'ICMPv6')
  p.words.push(words)
  return { kind: 'payload', offset: r.at, end }
}

/** Options of neighbour discovery: units of eight bytes. RFC 4861 §4.6. */
function neighbourOptions(r: LayerReader): void {
  while (!r.truncated && r.at + 2 <= r.end) {
    const at = r.at
    const type = r.bytes[at]
    const size = r.bytes[at + 1] * 8
    if (size === 0 || at + size > r.end) break
    const isLinkAddress = (type === 1 || type === 2) && size === 8
    const name = type === 1 ? 'source link address' : type === 2 ? 'target link address' : `option ${type}`
    r.note(name, at, size, isLinkAddress ? formatMac(r.bytes.subarray(at + 2, at + 8)) : `${size} bytes`)
    r.skip(size)
  }
}

export function vxlan(p: Progress, offset: number, end: number): Next | undefined {
  const r = new LayerReader('VXLAN', p.bytes, offset, end)
  p.protocol = 'VXLAN'
  r.u8('flags', (v) => `0x${v.toString(16).padStart(2, '0')}`)
  r.skip(3)
  const word = r.u32('')
  if (!r.truncated) r.note('network identifier', offset + 4, 3, String(word >>> 8))
  p.layers.push(r.done(8))
  if (r.truncated) return cut(p, 'VXLAN')
  p.words.push(`VXLAN ${word >>> 8}`)
  return { kind: 'ethernet', offset: r.at, end }
}
