// A Project as the fragment of a link and back: `1.<length>.<crc32>.<payload>`, payload = base64url(deflate(JSON, dictionary 1)).
// The alphabet is A-Z a-z 0-9 - _ . so that chat programs carry it whole; length and CRC-32 tell a cut link from a mangled one.
// A version's decoder and dictionary stay for ever: an old link opens the same. A newer version is said to be newer, never guessed.
// The compressor is handed in (the core has no dependency); it must stop a bomb at `maxBytes` and never throw.
import { LINK_DICTIONARY_1 } from './link-dictionary.ts'
import type { Project } from './project.ts'
import { readProject } from './read-project.ts'

export interface Compressor {
  deflate(bytes: Uint8Array, dictionary: Uint8Array): Uint8Array
  /** The inflated bytes, 'too-big' past `maxBytes`, 'damaged' where the stream is not whole. */
  inflate(bytes: Uint8Array, dictionary: Uint8Array, maxBytes: number): Uint8Array | 'too-big' | 'damaged'
}

export type LinkFault = 'empty' | 'newer-version' | 'cut' | 'damaged' | 'too-big' | 'not-a-project'
export type LinkResult =
  | { readonly kind: 'project'; readonly project: Project }
  | { readonly kind: 'bad'; readonly code: LinkFault; readonly params: readonly string[] }

const VERSION = 1
/** Characters that a link may have at all, and bytes that it may unfold to. */
const MAX_LINK = 8_000_000
const MAX_BYTES = 1024 * 1024
/** A payload that unfolds further than this (above 64 KiB) is a bomb, not a project. */
const MAX_RATIO = 100
const SMALL = 64 * 1024

/** The fragment (without `#`) of a project. */
export function encodeLink(project: Project, compressor: Compressor): string {
  const json = new TextEncoder().encode(JSON.stringify(project))
  const payload = toBase64Url(compressor.deflate(json, dictionary()))
  return `${VERSION}.${payload.length}.${crc32Text(payload)}.${payload}`
}

/** The project of a fragment, or what is wrong with it. Any string is answered; nothing throws. */
export function decodeLink(fragment: string, compressor: Compressor): LinkResult {
  const text = fragment.startsWith('#') ? fragment.slice(1) : fragment
  if (text === '') return bad('empty')
  if (text.length > MAX_LINK) return bad('too-big')
  const version = /^(\d{1,6})\./.exec(text)
  if (version && Number(version[1]) > VERSION) return bad('newer-version', version[1])
  const m = /^1\.(\d{1,8})\.([0-9a-z]{1,7})\.([A-Za-z0-9_-]*)$/.exec(text)
  if (!m) return /^1(\.\d{0,8}(\.[0-9a-z]{0,7})?)?$/.test(text) ? bad('cut', String(text.length)) : bad('damaged')
  const [, length, crc, payload] = m
  if (payload.length < Number(length)) return bad('cut', String(text.length))
  if (payload.length > Number(length) || crc32Text(payload) !== crc) return bad('damaged')
  const packed = fromBase64Url(payload)
  if (!packed) return bad('damaged')
  const json = compressor.inflate(packed, dictionary(), Math.min(MAX_BYTES, Math.max(SMALL, packed.length * MAX_RATIO)))
  if (json === 'too-big' || json === 'damaged') return bad(json)
  const value = parseJson(json)
  if (value === undefined) return bad('damaged')
  const project = readProject(value)
  return project.ok ? { kind: 'project', project: project.project } : bad('not-a-project', project.path)
}

let dictionaryBytes: Uint8Array | undefined
function dictionary(): Uint8Array {
  dictionaryBytes ??= new TextEncoder().encode(LINK_DICTIONARY_1)
  return dictionaryBytes
}

const bad = (code: LinkFault, ...params: string[]): LinkResult => ({ kind: 'bad', code, params })

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** base64url without padding (RFC 4648 §5). */
export function toBase64Url(bytes: Uint8Array): string {
  let out = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const n = (bytes[i] << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    out += ALPHABET[n >> 18] + ALPHABET[(n >> 12) & 63]
    if (i + 1 < bytes.length) out += ALPHABET[(n >> 6) & 63]
    if (i + 2 < bytes.length) out += ALPHABET[n & 63]
  }
  return out
}

/** Bytes of base64 or base64url, padding optional; undefined where a character is of neither alphabet. */
export function fromBase64Url(text: string): Uint8Array | undefined {
  const t = text.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_')
  if (t.length % 4 === 1) return undefined
  const out = new Uint8Array((t.length * 3) >> 2)
  let bits = 0
  let have = 0
  let at = 0
  for (let i = 0; i < t.length; i++) {
    const v = VALUES[t.charCodeAt(i)] ?? 255
    if (v === 255) return undefined
    bits = ((bits << 6) | v) & 0xffff
    have += 6
    if (have >= 8) {
      have -= 8
      out[at++] = (bits >> have) & 255
    }
  }
  return out
}

const VALUES = new Uint8Array(128).fill(255)
for (let i = 0; i < ALPHABET.length; i++) VALUES[ALPHABET.charCodeAt(i)] = i

const CRC_TABLE = new Uint32Array(256)
for (let n = 0; n < 256; n++) {
  let c = n
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  CRC_TABLE[n] = c
}

/** CRC-32 (ISO-HDLC) of an ASCII text, in base 36. */
export function crc32Text(text: string): string {
  let c = 0xffffffff
  for (let i = 0; i < text.length; i++) c = CRC_TABLE[(c ^ text.charCodeAt(i)) & 255] ^ (c >>> 8)
  return ((c ^ 0xffffffff) >>> 0).toString(36)
}
