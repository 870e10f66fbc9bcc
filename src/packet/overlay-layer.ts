// What carries other packets or streams beside IP's own: MPLS (RFC 3032), Geneve (RFC 8926), SCTP (RFC 9260).
import { cut } from './link-layer.ts'
import { etherTypeName } from './numbers.ts'
import { hex16, LayerReader } from './reader.ts'
import type { Next, Progress } from './step.ts'

const BOTTOM = 0x100
const TEB = 0x6558

/** One entry of a label stack. Behind the bottom the first half byte tells IPv4 from IPv6. */
export function mpls(p: Progress, offset: number, end: number): Next | undefined {
  const r = new LayerReader('MPLS', p.bytes, offset, end)
  p.protocol = 'MPLS'
  const word = r.u32('')
  if (!r.truncated) {
    r.note('label', offset, 3, String(word >>> 12))
    r.note('traffic class', offset + 2, 1, String((word >>> 9) & 7))
    r.note('bottom of stack', offset + 2, 1, String((word >>> 8) & 1))
    r.note('time to live', offset + 3, 1, String(word & 0xff))
  }
  p.layers.push(r.done(4))
  if (r.truncated) return cut(p, 'MPLS')
  p.words.push(`MPLS ${word >>> 12}`)
  if ((word & BOTTOM) === 0) return { kind: 'etherType', type: 0x8847, offset: r.at, end }
  const version = r.at < end ? p.bytes[r.at] >> 4 : 0
  if (version === 4) return { kind: 'etherType', type: 0x0800, offset: r.at, end }
  if (version === 6) return { kind: 'etherType', type: 0x86dd, offset: r.at, end }
  return { kind: 'payload', offset: r.at, end }
}

export function geneve(p: Progress, offset: number, end: number): Next | undefined {
  const r = new LayerReader('Geneve', p.bytes, offset, end)
  p.protocol = 'Geneve'
  const first = r.u8('')
  const optionBytes = (first & 0x3f) * 4
  if (!r.truncated) {
    r.note('version', offset, 1, String(first >> 6))
    r.note('options length', offset, 1, String(optionBytes))
  }
  r.u8('flags', (v) => `0x${v.toString(16).padStart(2, '0')}`)
  const type = r.u16('protocol type', (v) => `${hex16(v)} (${etherTypeName(v)})`)
  const word = r.u32('')
  if (!r.truncated) r.note('network identifier', offset + 4, 3, String(word >>> 8))
  if (!r.truncated && optionBytes > 0) {
    r.note('options', r.at, Math.min(optionBytes, end - r.at), `${optionBytes} bytes`)
    r.skip(optionBytes)
  }
  p.layers.push(r.done(8 + optionBytes))
  if (r.truncated) return cut(p, 'Geneve')
  p.words.push(`Geneve ${word >>> 8}`)
  return type === TEB ? { kind: 'ethernet', offset: r.at, end } : { kind: 'etherType', type, offset: r.at, end }
}

const CHUNKS: Readonly<Record<number, string>> = {
  0: 'DATA',
  1: 'INIT',
  2: 'INIT ACK',
  3: 'SACK',
  4: 'HEARTBEAT',
  5: 'HEARTBEAT ACK',
  6: 'ABORT',
  7: 'SHUTDOWN',
  8: 'SHUTDOWN ACK',
  9: 'ERROR',
  10: 'COOKIE ECHO',
  11: 'COOKIE ACK',
  14: 'SHUTDOWN COMPLETE',
}
const MAX_CHUNKS = 32

export function sctp(p: Progress, offset: number, end: number): Next | undefined {
  const r = new LayerReader('SCTP', p.bytes, offset, end)
  p.protocol = 'SCTP'
  const sport = r.u16('source port')
  const dport = r.u16('destination port')
  r.u32('verification tag')
  r.u32('checksum', (v) => `0x${v.toString(16).padStart(8, '0')}`)
  const names: string[] = []
  for (let i = 0; i < MAX_CHUNKS && !r.truncated && r.at + 4 <= end; i++) {
    const size = (p.bytes[r.at + 2] << 8) | p.bytes[r.at + 3]
    if (size < 4 || r.at + size > end) break
    const name = CHUNKS[p.bytes[r.at]] ?? `chunk ${p.bytes[r.at]}`
    r.note('chunk', r.at, size, name)
    names.push(name)
    // Chunks are padded to four bytes, but the last one may end with the packet.
    r.skip(Math.min((size + 3) & ~3, end - r.at))
  }
  p.layers.push(r.done(Math.max(12, r.at - offset)))
  if (end - offset < 4) return cut(p, 'SCTP')
  p.words.push(`SCTP ${sport} > ${dport}${names.length > 0 ? ` [${names.join(', ')}]` : ''}`)
  if (r.truncated) return cut(p)
  return { kind: 'payload', offset: r.at, end }
}
