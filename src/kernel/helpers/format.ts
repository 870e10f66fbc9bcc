// The kernel's printf as bpf_trace_printk(), bpf_trace_vprintk() and bpf_snprintf() offer it: which formats they take, and what comes out.
// In: the format's bytes and the arguments as 64-bit numbers; memory for %s and addresses. Out: bytes, or -EINVAL for a format that Linux
// refuses: unknown or unfinished conversions, more of them than arguments, control characters.
//
//   %[-0+ ][width] d i u x X with l or ll,  c,  s pks pus,  p px pK ps pS pB,  pI4 pi4 pI6 pi6,  %%
//
// Linux: bpf_bprintf_prepare() in kernel/bpf/helpers.c, bstr_printf() and number() in lib/vsprintf.c.

export type Arg = readonly [lo: number, hi: number]

/** Reads memory for %s and %pI4: undefined where there is none. */
type ReadBytes = (lo: number, hi: number, size: number) => Uint8Array | undefined

/** What %p shows instead of an address: Linux hashes it with a secret. */
type HashPointer = (lo: number, hi: number) => number

export interface FormatHost {
  readonly read: ReadBytes
  readonly hash: HashPointer
}

interface Spec {
  left: boolean
  zero: boolean
  plus: boolean
  space: boolean
  width: number
}

/** As a string of bytes (char codes 0 to 255); undefined = refused with EINVAL. */
export function format(fmt: string, args: readonly Arg[], host: FormatHost): string | undefined {
  let out = ''
  let next = 0
  for (let i = 0; i < fmt.length; i++) {
    const c = fmt.charCodeAt(i)
    if ((c < 0x20 && !isSpace(c)) || c === 0x7f) return undefined
    if (fmt[i] !== '%') {
      out += fmt[i]
      continue
    }
    if (fmt[i + 1] === '%') {
      out += '%'
      i++
      continue
    }
    if (next >= args.length) return undefined
    const parsed = readSpec(fmt, i + 1)
    i = parsed.at
    const text = convert(fmt, i, parsed.spec, args[next++], host)
    if (!text) return undefined
    out += text.out
    i = text.last
  }
  return out
}

function readSpec(fmt: string, from: number): { spec: Spec; at: number } {
  const spec: Spec = { left: false, zero: false, plus: false, space: false, width: 0 }
  let at = from
  for (; '0+- '.includes(fmt[at] ?? 'x'); at++) {
    if (fmt[at] === '-') spec.left = true
    else if (fmt[at] === '0') spec.zero = true
    else if (fmt[at] === '+') spec.plus = true
    else spec.space = true
  }
  while (fmt[at] >= '0' && fmt[at] <= '9') spec.width = Math.min(0x7fff, spec.width * 10 + Number(fmt[at++]))
  return { spec, at }
}

interface Converted {
  readonly out: string
  /** Index of the conversion's last character. */
  readonly last: number
}

/** The conversion that begins at `i`, behind flags and width. */
function convert(fmt: string, i: number, spec: Spec, arg: Arg, host: FormatHost): Converted | undefined {
  const c = fmt[i]
  if (c === 'p') return pointer(fmt, i, spec, arg, host)
  if (c === 's') return ends(fmt, i + 1) ? { out: pad(string(arg, host), spec), last: i } : undefined
  if (c === 'c') return { out: pad(String.fromCharCode(arg[0] & 0xff), spec), last: i }
  let longs = 0
  while (longs < 2 && fmt[i + longs] === 'l') longs++
  const type = fmt[i + longs]
  if (!type || !'iduxX'.includes(type)) return undefined
  const [lo, hi] = arg
  const signed = type === 'i' || type === 'd'
  const bits = longs > 0 ? (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0) : BigInt(lo >>> 0)
  const value = signed ? BigInt.asIntN(longs > 0 ? 64 : 32, bits) : bits
  const base = type === 'x' || type === 'X' ? 16 : 10
  const digits = (value < 0n ? -value : value).toString(base)
  const sign = !signed ? '' : value < 0n ? '-' : spec.plus ? '+' : spec.space ? ' ' : ''
  return { out: number(sign, type === 'X' ? digits.toUpperCase() : digits, spec), last: i + longs }
}

function number(sign: string, digits: string, spec: Spec): string {
  const fill = Math.max(0, spec.width - sign.length - digits.length)
  if (spec.left) return sign + digits + ' '.repeat(fill)
  return spec.zero ? sign + '0'.repeat(fill) + digits : ' '.repeat(fill) + sign + digits
}

const pad = (text: string, spec: Spec): string => (spec.left ? text.padEnd(spec.width) : text.padStart(spec.width))

function pointer(fmt: string, i: number, spec: Spec, arg: Arg, host: FormatHost): Converted | undefined {
  const [lo, hi] = arg
  const kind = fmt[i + 1] ?? ''
  if (ends(fmt, i + 1)) return { out: hashed(arg, spec, host), last: i }
  const address = ((BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0)).toString(16)
  switch (kind) {
    case 'k':
    case 'u': {
      if (fmt[i + 2] !== 's' || !ends(fmt, i + 3)) return undefined
      return { out: kind === 'k' ? string(arg, host) : '', last: i + 2 }
    }
    case 'x':
      return { out: wide(address, spec), last: rest(fmt, i + 1) }
    case 'K':
      return { out: hashed(arg, spec, host), last: rest(fmt, i + 1) }
    case 's':
    case 'S':
    case 'B':
      // There are no symbols: Linux writes the address where it knows none.
      return { out: pad(`0x${address}`, spec), last: rest(fmt, i + 1) }
    case 'i':
    case 'I': {
      const six = fmt[i + 2] === '6'
      if (!six && fmt[i + 2] !== '4') return undefined
      const bytes = host.read(lo, hi, six ? 16 : 4) ?? new Uint8Array(six ? 16 : 4)
      return { out: six ? ip6(bytes, kind === 'I') : ip4(bytes, kind === 'i'), last: rest(fmt, i + 2) }
    }
    default:
      return undefined
  }
}

/** bstr_printf() passes over all letters and digits behind a pointer. */
function rest(fmt: string, from: number): number {
  let at = from
  while (at + 1 < fmt.length && isAlnum(fmt.charCodeAt(at + 1))) at++
  return at
}

const POINTER_WIDTH = 16

/** Sixteen digits unless a width was asked for. */
const wide = (digits: string, spec: Spec): string =>
  number('', digits, spec.width === 0 ? { ...spec, width: POINTER_WIDTH, zero: true } : spec)

const hashed = ([lo, hi]: Arg, spec: Spec, host: FormatHost): string =>
  wide((lo | hi) === 0 ? '0' : (host.hash(lo, hi) >>> 0).toString(16), spec)

const ip4 = (b: Uint8Array, zeros: boolean): string => [...b].map((n) => (zeros ? String(n).padStart(3, '0') : String(n))).join('.')

function ip6(b: Uint8Array, colons: boolean): string {
  const groups: string[] = []
  for (let i = 0; i < 16; i += 2) groups.push(((b[i] << 8) | b[i + 1]).toString(16).padStart(4, '0'))
  return groups.join(colons ? ':' : '')
}

/** Linux: MAX_BPRINTF_BIN_ARGS; no string is longer. */
const MAX_STRING = 512

function string([lo, hi]: Arg, host: FormatHost): string {
  let out = ''
  for (let i = 0; i < MAX_STRING - 1; i++) {
    const low = (lo + i) | 0
    const byte = host.read(low, low >>> 0 < lo >>> 0 ? hi + 1 : hi, 1)
    if (!byte) return ''
    if (byte[0] === 0) break
    out += String.fromCharCode(byte[0])
  }
  return out
}

const isSpace = (c: number): boolean => c === 0x20 || (c >= 0x09 && c <= 0x0d)

/** The kernel's ctype table knows Latin-1: letters from 0xc0, signs from 0xa0, and 0x80 to 0x9f are nothing. */
function isAlnum(c: number): boolean {
  if (c < 0x80) return (c >= 0x30 && c <= 0x39) || (c >= 0x41 && c <= 0x5a) || (c >= 0x61 && c <= 0x7a)
  return c >= 0xc0 && c !== 0xd7 && c !== 0xf7
}

/** Whether a conversion may end before this character: end of text, white space or punctuation. */
function ends(fmt: string, at: number): boolean {
  if (at >= fmt.length) return true
  const c = fmt.charCodeAt(at)
  return !isAlnum(c) && (c < 0x80 || c >= 0xa0)
}
