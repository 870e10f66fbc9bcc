// Workshops and hand-ins as a line of text for links and QR codes: `KIND.LENGTH.CRC.PAYLOAD`, payload = base64url(deflate(JSON)). It cannot be read by
// eye, which is all that it is meant for: whoever unpacks it sees everything. Any text is answered; the compressor is handed in and stops bombs.
import { type Compressor, crc32Text, fromBase64Url, toBase64Url } from '../engine/index.ts'

export type PackKind = 'workshop' | 'handin'
export type Unpacked = { readonly ok: true; readonly kind: PackKind; readonly json: unknown } | { readonly ok: false }

const MAX_TEXT = 4_000_000
const MAX_BYTES = 4 * 1024 * 1024
const NO_DICTIONARY = new Uint8Array(0)

export function pack(kind: PackKind, value: unknown, compressor: Compressor): string {
  const payload = toBase64Url(compressor.deflate(new TextEncoder().encode(JSON.stringify(value)), NO_DICTIONARY))
  return `${kind}.${payload.length}.${crc32Text(payload)}.${payload}`
}

export function unpack(text: string, compressor: Compressor): Unpacked {
  const m = text.length <= MAX_TEXT ? /(workshop|handin)\.(\d{1,7})\.([0-9a-z]{1,7})\.([A-Za-z0-9_-]+)/.exec(text) : null
  if (!m || m[4].length !== Number(m[2]) || crc32Text(m[4]) !== m[3]) return { ok: false }
  const packed = fromBase64Url(m[4])
  const bytes = packed && compressor.inflate(packed, NO_DICTIONARY, MAX_BYTES)
  if (!(bytes instanceof Uint8Array)) return { ok: false }
  try {
    return { ok: true, kind: m[1] as PackKind, json: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) }
  } catch {
    return { ok: false }
  }
}
