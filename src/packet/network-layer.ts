// IPv4 with options and fragments (RFC 791), IPv6 with its extension headers (RFC 8200), GRE (RFC 2784, 2890).
import { formatIpv4, formatIpv6 } from './addresses.ts'
import { internetChecksum } from './checksum.ts'
import { cut } from './link-layer.ts'
import { ETHERTYPE, etherTypeName, IPPROTO, ipProtoName } from './numbers.ts'
import { hex16, LayerReader } from './reader.ts'
import type { Network, Next, Progress } from './step.ts'

const MAX_EXTENSION_HEADERS = 16

export function ipv4(p: Progress, offset: number, end: number): Next | undefined {
  const r = new LayerReader('IPv4', p.bytes, offset, end)
  p.protocol = 'IPv4'
  const first = r.u8('')
  const headerSize = (first & 15) * 4
  if (!r.truncated) {
    r.note('version', offset, 1, String(first >> 4))
    r.note('header length', offset, 1, `${headerSize} bytes`)
  }
  if (!r.truncated && (first >> 4 !== 4 || headerSize < 20)) {
    p.layers.push(r.done(1))
    p.words.push(`IPv4 with version ${first >> 4} and header length ${headerSize}`)
    return { kind: 'payload', offset: r.at, end }
  }
  r.u8('type of service', (v) => `0x${v.toString(16).padStart(2, '0')}`)
  const total = r.u16('total length')
  r.u16('identification', hex16)
  const fragment = r.u16('')
  const fragmentOffset = (fragment & 0x1fff) * 8
  const moreFragments = (fragment & 0x2000) !== 0
  if (!r.truncated) {
    const flags = [(fragment & 0x4000) !== 0 ? "don't fragment" : '', moreFragments ? 'more fragments' : ''].filter((f) => f !== '')
    r.note('flags', offset + 6, 1, flags.join(', ') || 'none')
    r.note('fragment offset', offset + 6, 2, String(fragmentOffset))
  }
  r.u8('time to live')
  const protocol = r.u8('protocol', (v) => `${v} (${ipProtoName(v)})`)
  const whole = offset + headerSize <= end
  r.u16('checksum', (v) => verdict(v, whole ? internetChecksum(p.bytes.subarray(offset, offset + headerSize)) : undefined))
  const source = r.ipv4('source')
  const destination = r.ipv4('destination')
  if (!r.truncated) options(r, offset + headerSize)
  p.layers.push(r.done(headerSize === 0 ? 20 : headerSize))
  if (r.truncated) return cut(p, 'IPv4')
  p.words.push(`IPv4 ${formatIpv4(source)} > ${formatIpv4(destination)}`)
  const isFragment = moreFragments || fragmentOffset > 0
  if (isFragment) p.words.push(`fragment ${fragmentOffset}${moreFragments ? '+' : ''}`)
  // A total length of 0 is what segmentation offload leaves behind; one that is shorter than the header cannot be meant.
  const promised = total >= headerSize ? offset + total : end
  const inner = Math.min(end, promised)
  const network: Network = { source, destination, fragment: isFragment, complete: total >= headerSize && promised <= end }
  if (fragmentOffset > 0) {
    p.words.push(ipProtoName(protocol))
    return { kind: 'payload', offset: offset + headerSize, end: inner }
  }
  return { kind: 'ip', protocol, offset: offset + headerSize, end: inner, network }
}

const OPTION_NAMES: ReadonlyMap<number, string> = new Map([
  [7, 'record route'],
  [68, 'timestamp'],
  [130, 'security'],
  [131, 'loose source route'],
  [137, 'strict source route'],
  [148, 'router alert'],
])

function options(r: LayerReader, headerEnd: number): void {
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
    r.note(kind === 1 ? 'no operation' : (OPTION_NAMES.get(kind) ?? `option ${kind}`), at, size, kind === 1 ? '' : `${size} bytes`)
    r.skip(size)
  }
  if (headerEnd > r.end) r.truncated = true
}

/** A checksum with what checking it gave: `rest` is 0 where it is right, undefined where not all that it covers is here. */
export function verdict(value: number, rest: number | undefined): string {
  if (rest === undefined) return hex16(value)
  return `${hex16(value)} (${rest === 0 ? 'right' : 'wrong'})`
}

export function ipv6(p: Progress, offset: number, end: number): Next | undefined {
  const r = new LayerReader('IPv6', p.bytes, offset, end)
  p.protocol = 'IPv6'
  const first = r.u32('')
  if (!r.truncated) {
    const version = first >>> 28
    r.note('version', offset, 1, String(version))
    if (version !== 6) {
      p.layers.push(r.done(4))
      p.words.push(`IPv6 with version ${version}`)
      return { kind: 'payload', offset: r.at, end }
    }
    r.note('traffic class', offset, 2, `0x${((first >>> 20) & 255).toString(16).padStart(2, '0')}`)
    r.note('flow label', offset + 1, 3, `0x${(first & 0xfffff).toString(16).padStart(5, '0')}`)
  }
  const size = r.u16('payload length')
  const nextHeader = r.u8('next header', (v) => `${v} (${ipProtoName(v)})`)
  r.u8('hop limit')
  const source = r.ipv6('source')
  const destination = r.ipv6('destination')
  p.layers.push(r.done(40))
  if (r.truncated) return cut(p, 'IPv6')
  p.words.push(`IPv6 ${formatIpv6(source)} > ${formatIpv6(destination)}`)
  const promised = size === 0 ? end : r.at + size
  const network: Network = { source, destination, fragment: false, complete: size !== 0 && promised <= end }
  return extensionHeaders(p, nextHeader, r.at, Math.min(end, promised), network)
}

/** Walks extension headers, each a layer of its own, up to the upper layer. */
function extensionHeaders(p: Progress, firstHeader: number, offset: number, end: number, network: Network): Next | undefined {
  let header = firstHeader
  let at = offset
  let fragment = false
  for (let n = 0; n < MAX_EXTENSION_HEADERS && isExtension(header); n++) {
    const r = new LayerReader(ipProtoName(header), p.bytes, at, end)
    const next = r.u8('next header', (v) => `${v} (${ipProtoName(v)})`)
    let size = 8
    let fragmentOffset = 0
    if (header === IPPROTO.fragment) {
      r.skip(1)
      const word = r.u16('')
      fragmentOffset = word & 0xfff8
      fragment = true
      if (!r.truncated) {
        r.note('fragment offset', at + 2, 2, String(fragmentOffset))
        r.note('more fragments', at + 3, 1, String(word & 1))
        p.words.push(`fragment ${fragmentOffset}${(word & 1) === 1 ? '+' : ''}`)
      }
      r.u32('identification', (v) => `0x${v.toString(16).padStart(8, '0')}`)
    } else {
      const words = r.u8('header length')
      size = header === IPPROTO.ah ? (words + 2) * 4 : (words + 1) * 8
      if (header === IPPROTO.routing) {
        r.u8('routing type')
        r.u8('segments left')
      }
      if (at + size > end) r.truncated = true
    }
    p.layers.push(r.done(size))
    if (r.truncated) return cut(p)
    at += size
    header = next
    if (fragmentOffset > 0) {
      p.words.push(ipProtoName(header))
      return { kind: 'payload', offset: at, end }
    }
  }
  if (header === IPPROTO.none) return { kind: 'payload', offset: at, end }
  return { kind: 'ip', protocol: header, offset: at, end, network: { ...network, fragment } }
}

function isExtension(header: number): boolean {
  return (
    header === IPPROTO.hopopts ||
    header === IPPROTO.routing ||
    header === IPPROTO.fragment ||
    header === IPPROTO.dstopts ||
    header === IPPROTO.ah
  )
}

export function gre(p: Progress, offset: number, end: number): Next | undefined {
  const r = new LayerReader('GRE', p.bytes, offset, end)
  p.protocol = 'GRE'
  const flags = r.u16('flags and version', hex16)
  const type = r.u16('protocol type', (v) => `${hex16(v)} (${etherTypeName(v)})`)
  let size = 4
  if ((flags & 0x8000) !== 0) {
    r.u16('checksum', hex16)
    r.skip(2)
    size += 4
  }
  if ((flags & 0x2000) !== 0) {
    r.u32('key')
    size += 4
  }
  if ((flags & 0x1000) !== 0) {
    r.u32('sequence number')
    size += 4
  }
  p.layers.push(r.done(size))
  p.words.push('GRE')
  if (r.truncated) return cut(p)
  return type === ETHERTYPE.teb ? { kind: 'ethernet', offset: r.at, end } : { kind: 'etherType', type, offset: r.at, end }
}
