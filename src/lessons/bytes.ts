// Bytes in words, for keys and values of maps: "u32:7", "ip:10.0.0.1 port:80", "0a000001". Numbers of the machine are little-endian, those of
// the network (ip, port) big-endian. In: words. Out: hex, or undefined where a word is none.
import { ByteWriter, fromHex, toHex } from '../base/index.ts'
import { parseIpv4, parseIpv6, parseMac } from '../packet/index.ts'

/** A number alone is the index of an array: four bytes. */
export function hexOf(words: string | number): string | undefined {
  if (typeof words === 'number') return integer('4', String(words))
  const parts = words.split(/\s+/).map(part)
  return parts.includes(undefined) ? undefined : parts.join('')
}

function part(word: string): string | undefined {
  const m = /^(\w+):(.+)$/.exec(word)
  if (!m) return fromHex(word) && word.toLowerCase()
  const [, kind, text] = m
  switch (kind) {
    case 'u8':
      return integer('1', text)
    case 'u16':
      return integer('2', text)
    case 'u32':
      return integer('4', text)
    case 'u64':
      return integer('8', text)
    case 'port':
      return /^\d{1,5}$/.test(text) ? Number(text).toString(16).padStart(4, '0') : undefined
    case 'ip':
      return bytes(parseIpv4(text) ?? parseIpv6(text))
    case 'mac':
      return bytes(parseMac(text))
    case 'zeros':
      return /^\d{1,4}$/.test(text) ? '00'.repeat(Number(text)) : undefined
    default:
      return undefined
  }
}

const bytes = (b: Uint8Array | undefined): string | undefined => b && toHex(b)

function integer(size: string, text: string): string | undefined {
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(text)) return undefined
  const w = new ByteWriter(8)
  let rest = BigInt(text)
  for (let i = 0; i < Number(size); i++) {
    w.u8(Number(rest & 255n))
    rest >>= 8n
  }
  return rest === 0n ? toHex(w.done()) : undefined
}

const SIZES: Readonly<Record<string, number>> = { u8: 1, u16: 2, u32: 4, u64: 8, port: 2, mac: 6 }

/** Words as people read them: a word alone without its kind ("10.0.0.1"), several with the kind of their numbers ("10.0.0.1, u16 80"). */
export function plainWords(words: string): string {
  const parts = words.split(/\s+/)
  const isAlone = parts.length === 1
  return parts
    .map((word) => {
      const [, kind, text] = /^(\w+):(.+)$/.exec(word) ?? ['', '', '']
      if (kind === '' || kind === 'zeros') return word
      return isAlone || kind === 'ip' || kind === 'mac' ? text : `${kind} ${text}`
    })
    .join(', ')
}

/** Other bytes (hex) in the same words; undefined where they do not fit into them. */
export function inWordsLike(words: string, hex: string): string | undefined {
  let at = 0
  const out: string[] = []
  for (const word of words.split(/\s+/)) {
    const [, kind, text] = /^(\w+):(.+)$/.exec(word) ?? ['', '', '']
    const size = kind === 'ip' ? (text.includes(':') ? 16 : 4) : kind === 'zeros' ? Number(text) : (SIZES[kind] ?? word.length / 2)
    const part = hex.slice(2 * at, 2 * (at + size))
    if (part.length !== 2 * size) return undefined
    at += size
    out.push(wordOf(kind, part))
  }
  return 2 * at === hex.length ? plainWords(out.join(' ')) : undefined
}

function wordOf(kind: string, hex: string): string {
  const pairs = hex.match(/../g) ?? []
  switch (kind) {
    case 'u8':
    case 'u16':
    case 'u32':
    case 'u64':
      return `${kind}:${BigInt(`0x${pairs.toReversed().join('')}`)}`
    case 'port':
      return `port:${Number.parseInt(hex, 16)}`
    case 'mac':
      return `mac:${pairs.join(':')}`
    case 'ip':
      return pairs.length === 4 ? `ip:${pairs.map((p) => Number.parseInt(p, 16)).join('.')}` : hex
    default:
      return hex
  }
}
