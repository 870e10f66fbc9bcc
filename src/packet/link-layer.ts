// Ethernet II and 802.3, VLAN tags (802.1Q and 802.1ad) and ARP for IPv4 over Ethernet (RFC 826).
import { formatIpv4, formatMac } from './addresses.ts'
import { etherTypeName } from './numbers.ts'
import { hex16, LayerReader } from './reader.ts'
import type { Next, Progress } from './step.ts'

/** Below this the field that follows the addresses is a length (IEEE 802.3). */
const FIRST_ETHERTYPE = 0x0600

export function ethernet(p: Progress, offset: number, end: number): Next | undefined {
  const r = new LayerReader('Ethernet', p.bytes, offset, end)
  r.mac('destination')
  r.mac('source')
  const type = r.u16('type', (v) => (v < FIRST_ETHERTYPE ? `length ${v}` : `${hex16(v)} (${etherTypeName(v)})`))
  p.layers.push(r.done(14))
  p.protocol = 'Ethernet'
  if (r.truncated) return cut(p, 'Ethernet')
  if (type < FIRST_ETHERTYPE) {
    p.words.push(`802.3 length ${type}`)
    return { kind: 'payload', offset: r.at, end }
  }
  return { kind: 'etherType', type, offset: r.at, end }
}

export function vlan(p: Progress, offset: number, end: number, type: number): Next | undefined {
  const r = new LayerReader(etherTypeName(type), p.bytes, offset, end)
  const tci = r.u16('')
  if (!r.truncated) {
    r.note('priority', offset, 1, String(tci >> 13))
    r.note('drop eligible', offset, 1, String((tci >> 12) & 1))
    r.note('id', offset, 2, String(tci & 0xfff))
    p.words.push(`VLAN ${tci & 0xfff}`)
  }
  const inner = r.u16('type', (v) => (v < FIRST_ETHERTYPE ? `length ${v}` : `${hex16(v)} (${etherTypeName(v)})`))
  p.layers.push(r.done(4))
  p.protocol = 'VLAN'
  if (r.truncated) return cut(p)
  return inner < FIRST_ETHERTYPE ? { kind: 'payload', offset: r.at, end } : { kind: 'etherType', type: inner, offset: r.at, end }
}

export function arp(p: Progress, offset: number, end: number): Next | undefined {
  const r = new LayerReader('ARP', p.bytes, offset, end)
  const hardware = r.u16('hardware type')
  const protocol = r.u16('protocol type', hex16)
  const hardwareSize = r.u8('hardware size')
  const protocolSize = r.u8('protocol size')
  const operation = r.u16('operation', (v) => (v === 1 ? '1 (request)' : v === 2 ? '2 (reply)' : String(v)))
  p.protocol = 'ARP'
  if (!r.truncated && (hardware !== 1 || protocol !== 0x0800 || hardwareSize !== 6 || protocolSize !== 4)) {
    p.layers.push(r.done(8))
    p.words.push(`ARP hardware ${hardware} protocol ${hex16(protocol)}`)
    return { kind: 'payload', offset: r.at, end }
  }
  const senderMac = r.mac('sender MAC')
  const sender = formatIpv4(r.ipv4('sender IP'))
  r.mac('target MAC')
  const target = formatIpv4(r.ipv4('target IP'))
  p.layers.push(r.done(28))
  if (r.truncated) return cut(p, 'ARP')
  if (operation === 1) p.words.push(sender === target ? `ARP announce ${sender}` : `ARP who has ${target}? tell ${sender}`)
  else if (operation === 2) p.words.push(`ARP ${sender} is at ${formatMac(senderMac)}`)
  else p.words.push(`ARP operation ${operation}`)
  return undefined
}

/** The packet ends inside a header. */
export function cut(p: Progress, word?: string): undefined {
  if (word !== undefined) p.words.push(word)
  p.truncated = true
  return undefined
}
