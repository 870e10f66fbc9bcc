// The values of C's literals: integer constants, character constants and string literals (C11 6.4.4, 6.4.5).
// In: the spelling. Out: the value and what its suffix or prefix says of its type; undefined where the spelling is no such literal.

export interface IntegerValue {
  readonly value: bigint
  readonly unsigned: boolean
  /** How many `l` the suffix has. */
  readonly longs: 0 | 1 | 2
  readonly decimal: boolean
}

const INTEGER = /^(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|(0[0-7]*)|([1-9][0-9]*))([uU]?(?:ll|LL|[lL])?|(?:ll|LL|[lL])[uU])$/

/** The value is not yet wrapped to any width. */
export function integerValue(text: string): IntegerValue | undefined {
  const m = INTEGER.exec(text)
  if (!m) return undefined
  const [, hex, bin, oct, dec, suffix] = m
  const value = hex ? BigInt(`0x${hex}`) : bin ? BigInt(`0b${bin}`) : oct ? BigInt(`0o0${oct.slice(1)}`) : BigInt(dec)
  const longs = (suffix.match(/[lL]/g)?.length ?? 0) as 0 | 1 | 2
  return { value, unsigned: /[uU]/.test(suffix), longs, decimal: dec !== undefined }
}

export const isFloating = (text: string): boolean =>
  /^(?:0[xX][0-9a-fA-F.]*[pP][+-]?\d+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)[fFlL]?$/.test(text) && !integerValue(text)

export type CharWidth = 1 | 2 | 4

export interface CharValue {
  readonly value: bigint
  /** Plain characters are int; L, u and U make 4, 2 and 4 byte types. */
  readonly prefix: string
}

/** A character constant; several characters are packed as clang does. */
export function charValue(text: string): CharValue | undefined {
  const m = /^(u8|u|U|L)?'([\s\S]*)'$/.exec(text)
  if (!m || m[2] === '') return undefined
  const prefix = m[1] ?? ''
  if (prefix !== '' && prefix !== 'u8') {
    const units = codePoints(m[2])
    return units && { value: BigInt(units[units.length - 1]), prefix }
  }
  const bytes = stringBytes(m[2])
  if (!bytes) return undefined
  let value = 0n
  for (const b of bytes) value = (value << 8n) | BigInt(b)
  return { value: bytes.length === 1 ? BigInt.asIntN(8, value) : BigInt.asIntN(32, value), prefix }
}

export interface StringValue {
  readonly bytes: Uint8Array
  readonly width: CharWidth
  readonly prefix: string
}

/** One string literal without its final zero. */
export function stringValue(text: string): StringValue | undefined {
  const m = /^(u8|u|U|L)?"([\s\S]*)"$/.exec(text)
  if (!m) return undefined
  const prefix = m[1] ?? ''
  if (prefix === '' || prefix === 'u8') {
    const bytes = stringBytes(m[2])
    return bytes && { bytes: Uint8Array.from(bytes), width: 1, prefix }
  }
  const units = codePoints(m[2])
  if (!units) return undefined
  const width = prefix === 'u' ? 2 : 4
  const bytes = new Uint8Array(units.length * width)
  units.forEach((u, i) => {
    for (let b = 0; b < width; b++) bytes[i * width + b] = (u >>> (8 * b)) & 0xff
  })
  return { bytes, width, prefix }
}

const SIMPLE: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  e: 27,
  E: 27,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 92,
  "'": 39,
  '"': 34,
  '?': 63,
}
const ESCAPE = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]+)|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))/y

/** The first escape of a literal that means nothing but the character itself. */
export function unknownEscape(text: string): string | undefined {
  for (const [, c] of text.matchAll(/\\([\s\S])/g)) if (!(c in SIMPLE) && !/[0-7xuU]/.test(c)) return c
  return undefined
}

/** Characters as bytes of UTF-8; numeric escapes are bytes themselves. */
function stringBytes(body: string): number[] | undefined {
  const out: number[] = []
  const ok = walk(body, (code, raw) => {
    if (raw) out.push(code & 0xff)
    else for (const b of new TextEncoder().encode(String.fromCodePoint(code))) out.push(b)
  })
  return ok ? out : undefined
}

function codePoints(body: string): number[] | undefined {
  const out: number[] = []
  return walk(body, (code) => out.push(code)) ? out : undefined
}

/** Each character of a literal's inside; `raw` for a numeric escape. False where an escape is none. */
function walk(body: string, put: (code: number, raw: boolean) => void): boolean {
  for (let i = 0; i < body.length; ) {
    if (body[i] !== '\\') {
      const code = body.codePointAt(i) ?? 0
      put(code >= 0xd800 && code < 0xe000 ? 0xfffd : code, false)
      i += code > 0xffff ? 2 : 1
      continue
    }
    ESCAPE.lastIndex = i
    const m = ESCAPE.exec(body)
    if (!m) return false
    i += m[0].length
    const [, octal, hex, u4, u8, simple] = m
    if (octal) put(Number.parseInt(octal, 8), true)
    else if (hex) put(Number.parseInt(hex.slice(-8), 16), true)
    else if (u4 ?? u8) {
      const code = Number.parseInt(u4 ?? u8, 16)
      if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return false
      put(code, false)
    } else if (simple === 'x') return false
    else put(SIMPLE[simple] ?? simple.codePointAt(0) ?? 0, false)
  }
  return true
}
