// A cursor over bytes to read from and a growing buffer to write to, little-endian unless told otherwise.
// Reading past the end yields zeros and sets `overrun`: a parser of foreign bytes checks the flag once instead of each read.

/** Reads integers off bytes. Never throws; `overrun` tells that the bytes ended early. */
export class ByteReader {
  readonly bytes: Uint8Array
  offset: number
  overrun = false
  private readonly view: DataView

  constructor(bytes: Uint8Array, offset = 0) {
    this.bytes = bytes
    this.offset = offset
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get left(): number {
    return Math.max(0, this.bytes.length - this.offset)
  }

  private take(size: number): number {
    const at = this.offset
    this.offset += size
    if (at < 0 || at + size > this.bytes.length) {
      this.overrun = true
      return -1
    }
    return at
  }

  u8(): number {
    const at = this.take(1)
    return at < 0 ? 0 : this.bytes[at]
  }

  u16(littleEndian = true): number {
    const at = this.take(2)
    return at < 0 ? 0 : this.view.getUint16(at, littleEndian)
  }

  u32(littleEndian = true): number {
    const at = this.take(4)
    return at < 0 ? 0 : this.view.getUint32(at, littleEndian)
  }

  s32(littleEndian = true): number {
    return this.u32(littleEndian) | 0
  }

  u64(littleEndian = true): bigint {
    const at = this.take(8)
    return at < 0 ? 0n : this.view.getBigUint64(at, littleEndian)
  }

  /** The next `size` bytes as a view (shorter at the end of the bytes, with `overrun` set). */
  slice(size: number): Uint8Array {
    const at = Math.min(this.offset, this.bytes.length)
    this.offset += size
    if (at + size > this.bytes.length) this.overrun = true
    return this.bytes.subarray(at, Math.min(at + size, this.bytes.length))
  }
}

/** A growing byte buffer. Owned by whoever made it until `done()`. */
export class ByteWriter {
  private buf: Uint8Array
  private view: DataView
  length = 0

  constructor(capacity = 256) {
    this.buf = new Uint8Array(capacity)
    this.view = new DataView(this.buf.buffer)
  }

  private room(size: number): number {
    const at = this.length
    if (at + size > this.buf.length) {
      const next = new Uint8Array(Math.max(this.buf.length * 2, at + size))
      next.set(this.buf)
      this.buf = next
      this.view = new DataView(next.buffer)
    }
    this.length = at + size
    return at
  }

  u8(v: number): this {
    this.buf[this.room(1)] = v
    return this
  }

  u16(v: number, littleEndian = true): this {
    const at = this.room(2)
    this.view.setUint16(at, v, littleEndian)
    return this
  }

  u32(v: number, littleEndian = true): this {
    const at = this.room(4)
    this.view.setUint32(at, v, littleEndian)
    return this
  }

  u64(v: bigint, littleEndian = true): this {
    const at = this.room(8)
    this.view.setBigUint64(at, BigInt.asUintN(64, v), littleEndian)
    return this
  }

  bytes(b: Uint8Array): this {
    const at = this.room(b.length)
    this.buf.set(b, at)
    return this
  }

  zeros(count: number): this {
    this.room(count)
    return this
  }

  align(to: number): this {
    return this.zeros((to - (this.length % to)) % to)
  }

  /** Overwrites four bytes written before. */
  patchU32(at: number, v: number, littleEndian = true): void {
    this.view.setUint32(at, v, littleEndian)
  }

  /** A copy of what was written. */
  done(): Uint8Array {
    return this.buf.slice(0, this.length)
  }
}

/** The parts one behind the other. */
export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
