// Reads one layer's header field by field and keeps what was read as text. Reading past `end` (the packet's or the enclosing layer's) reads
// zero, adds no field and sets `truncated`: a dissector reads on as if all were there and asks once, so no packet can make it fail.
import { formatIpv4, formatIpv6, formatMac } from './addresses.ts'
import type { Field, Layer } from './types.ts'

export type Show = (value: number) => string

export const decimal: Show = (v) => String(v)
export const hex16: Show = (v) => `0x${v.toString(16).padStart(4, '0')}`

export class LayerReader {
  /** Where the next read begins. */
  at: number
  truncated = false
  readonly fields: Field[] = []
  readonly name: string
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number

  constructor(name: string, bytes: Uint8Array, start: number, end: number) {
    this.name = name
    this.bytes = bytes
    this.start = start
    this.end = end
    this.at = start
  }

  u8(name: string, show: Show = decimal): number {
    return this.number(name, 1, show)
  }

  u16(name: string, show: Show = decimal): number {
    return this.number(name, 2, show)
  }

  u32(name: string, show: Show = decimal): number {
    return this.number(name, 4, show)
  }

  mac(name: string): Uint8Array {
    return this.address(name, 6, formatMac)
  }

  ipv4(name: string): Uint8Array {
    return this.address(name, 4, formatIpv4)
  }

  ipv6(name: string): Uint8Array {
    return this.address(name, 16, formatIpv6)
  }

  /** A field over bytes that were read before or are read by the caller; left out where they reach beyond the end. */
  note(name: string, offset: number, size: number, value: string): void {
    if (offset >= this.start && offset + size <= this.end) this.fields.push({ name, offset, size, value })
  }

  skip(size: number): void {
    this.at += size
    if (this.at > this.end) this.truncated = true
  }

  /** The layer as read, `size` bytes of header clipped to the end. */
  done(size: number): Layer {
    return { name: this.name, offset: this.start, size: Math.max(0, Math.min(size, this.end - this.start)), fields: this.fields }
  }

  private number(name: string, size: number, show: Show): number {
    const offset = this.at
    this.skip(size)
    if (this.truncated) return 0
    let value = 0
    for (let i = 0; i < size; i++) value = value * 256 + this.bytes[offset + i]
    if (name !== '') this.fields.push({ name, offset, size, value: show(value) })
    return value
  }

  private address(name: string, size: number, show: (bytes: Uint8Array) => string): Uint8Array {
    const offset = this.at
    this.skip(size)
    if (this.truncated) return new Uint8Array(size)
    const bytes = this.bytes.subarray(offset, offset + size)
    this.fields.push({ name, offset, size, value: show(bytes) })
    return bytes
  }
}
