// Bytes as hexadecimal text, both ways.

/** Lower-case hex of the bytes, no separator. */
export function toHex(bytes: Uint8Array): string {
  let s = ''
  for (const b of bytes) s += (b < 16 ? '0' : '') + b.toString(16)
  return s
}

/** Bytes of a hex text (white space and `:` are passed over), or undefined where it is not whole bytes of hex digits. */
export function fromHex(text: string): Uint8Array | undefined {
  const t = text.replace(/[\s:]/g, '')
  if (t.length % 2 !== 0 || /[^0-9a-fA-F]/.test(t)) return undefined
  const out = new Uint8Array(t.length / 2)
  for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(t.slice(2 * i, 2 * i + 2), 16)
  return out
}

/** `0x`-prefixed lower-case hex of a number or bigint, taken as unsigned 64-bit where negative. */
export function hex(n: number | bigint): string {
  return `0x${BigInt.asUintN(64, BigInt(n)).toString(16)}`
}
