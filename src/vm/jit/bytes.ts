// A growing run of bytes with the number formats of WebAssembly: LEB128, signed and unsigned. One body of code is one such run.
// Reference: WebAssembly core specification 5.2.2.

/** Mutable; owned by whoever writes the code. */
export class Bytes {
  private bytes = new Uint8Array(256)
  length = 0

  byte(b: number): void {
    if (this.length === this.bytes.length) this.grow(1)
    this.bytes[this.length++] = b
  }

  /** An unsigned 32-bit number. */
  u32(n: number): void {
    let rest = n >>> 0
    while (rest > 0x7f) {
      this.byte((rest & 0x7f) | 0x80)
      rest >>>= 7
    }
    this.byte(rest)
  }

  /** A signed number of 32 bits (which is also how a 64-bit one that fits is written). */
  s32(n: number): void {
    let rest = n
    while (rest < -64 || rest > 63) {
      this.byte((rest & 0x7f) | 0x80)
      rest >>= 7
    }
    this.byte(rest & 0x7f)
  }

  /** A signed 64-bit number given as halves. */
  s64(lo: number, hi: number): void {
    if (hi === lo >> 31) {
      this.s32(lo)
      return
    }
    let low = lo
    let high = hi
    while (high !== low >> 31 || low < -64 || low > 63) {
      this.byte((low & 0x7f) | 0x80)
      low = (low >>> 7) | (high << 25)
      high >>= 7
    }
    this.byte(low & 0x7f)
  }

  append(other: Bytes): void {
    if (this.length + other.length > this.bytes.length) this.grow(other.length)
    this.bytes.set(other.view(), this.length)
    this.length += other.length
  }

  /** The bytes so far; a view. */
  view(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.length)
  }

  private grow(by: number): void {
    const next = new Uint8Array(Math.max(this.bytes.length * 2, this.length + by))
    next.set(this.bytes)
    this.bytes = next
  }
}
