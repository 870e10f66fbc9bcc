// Numbers as digits that fit in a text: base 32, low digit first, one character a digit; all but the last digit have the sixth bit set.
// Signed ones carry the sign in their lowest bit. Most numbers of the table are small and take one character.

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Value of a digit's character code. */
const VALUES = new Uint8Array(128)
for (let i = 0; i < DIGITS.length; i++) VALUES[DIGITS.charCodeAt(i)] = i

/** Owned by the encoder. Numbers up to 2^53. */
export class DigitWriter {
  private text = ''

  unsigned(n: number): this {
    while (n >= 32) {
      this.text += DIGITS[32 | (n % 32)]
      n = Math.floor(n / 32)
    }
    this.text += DIGITS[n]
    return this
  }

  signed(n: number): this {
    return this.unsigned(n < 0 ? -n * 2 - 1 : n * 2)
  }

  done(): string {
    return this.text
  }
}

/** Owned by the decoder. The text is our own and sound. */
export class DigitReader {
  private readonly text: string
  private at = 0

  constructor(text: string) {
    this.text = text
  }

  more(): boolean {
    return this.at < this.text.length
  }

  unsigned(): number {
    let value = 0
    let scale = 1
    for (;;) {
      const digit = VALUES[this.text.charCodeAt(this.at++)]
      value += (digit & 31) * scale
      if (digit < 32) return value
      scale *= 32
    }
  }

  signed(): number {
    const n = this.unsigned()
    return n % 2 === 0 ? n / 2 : -(n + 1) / 2
  }
}
