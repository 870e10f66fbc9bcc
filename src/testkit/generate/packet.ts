// Frames for test runs: mostly Ethernet with IPv4 or IPv6 and a transport header, some cut or with odd fields, some no packet at all.
// At least 14 bytes, which a test run asks for.
import type { Random } from './random.ts'

const MAC = [0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2]

export function randomPacket(r: Random): Uint8Array {
  const frame = [...MAC]
  if (r.chance(12)) frame.push(0x81, 0x00, r.byte() & 0x0f, r.byte())
  const kind = r.below(10)
  if (kind < 6) ipv4(r, frame)
  else if (kind < 9) ipv6(r, frame)
  else {
    frame.push(0x08, 0x06)
    payload(r, frame, 28)
  }
  if (r.chance(15)) frame[r.below(frame.length)] = r.byte()
  const size = r.chance(20) ? r.between(14, frame.length) : frame.length
  return Uint8Array.from(frame.slice(0, Math.max(14, size)))
}

function ipv4(r: Random, frame: number[]): void {
  frame.push(0x08, 0x00)
  const options = r.chance(15) ? r.between(1, 10) : 0
  const body = transport(r)
  const total = 20 + 4 * options + body.length
  frame.push(0x45 + options, r.byte(), total >> 8, total & 0xff, r.byte(), r.byte(), r.chance(70) ? 0x40 : r.byte(), 0)
  frame.push(r.pick([64, 1, 255, 3]), body.protocol, r.byte(), r.byte(), 10, 0, 0, r.byte(), 10, 0, 0, r.byte())
  payload(r, frame, 4 * options)
  frame.push(...body.bytes)
}

function ipv6(r: Random, frame: number[]): void {
  frame.push(0x86, 0xdd)
  const body = transport(r)
  frame.push(0x60, 0, 0, 0, body.length >> 8, body.length & 0xff, body.protocol, 64)
  for (let i = 0; i < 2; i++) {
    frame.push(0xfd, 0)
    payload(r, frame, 14)
  }
  frame.push(...body.bytes)
}

function transport(r: Random): { readonly protocol: number; readonly bytes: number[]; readonly length: number } {
  const protocol = r.pick([6, 17, 17, 1, 58, 132])
  const bytes: number[] = []
  const ports = [r.byte(), r.byte(), r.pick([0, 0, 0x1f, r.byte()]), r.pick([53, 80, 0x90])]
  if (protocol === 6) bytes.push(...ports, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, r.pick([2, 0x10, 0x18]), 0xff, 0xff, r.byte(), r.byte(), 0, 0)
  else bytes.push(...ports, 0, r.byte(), r.byte(), r.byte())
  payload(r, bytes, r.below(r.chance(10) ? 400 : 48))
  return { protocol, bytes, length: bytes.length }
}

function payload(r: Random, to: number[], size: number): void {
  for (let i = 0; i < size; i++) to.push(r.byte())
}
