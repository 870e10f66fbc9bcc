// The link codec's compressor: fflate's deflate, and its streaming inflate fed in small pieces so that a bomb is stopped early.
import { deflateSync, Inflate } from 'fflate'
import type { Compressor } from '../engine/index.ts'

/** Deflate expands at most about 1032 times, so a piece of this size yields at most half a megabyte before the cap is looked at. */
const PIECE = 512

export const compressor: Compressor = {
  deflate: (bytes, dictionary) => deflateSync(bytes, { level: 9, mem: 8, dictionary }),
  inflate(bytes, dictionary, maxBytes) {
    const chunks: Uint8Array[] = []
    let total = 0
    let ended = false
    const stream = new Inflate({ dictionary })
    stream.ondata = (chunk, final) => {
      total += chunk.length
      chunks.push(chunk)
      ended = final
    }
    try {
      for (let at = 0; at < bytes.length && total <= maxBytes; at += PIECE) {
        stream.push(bytes.subarray(at, at + PIECE), at + PIECE >= bytes.length)
      }
    } catch {
      return 'damaged'
    }
    if (total > maxBytes) return 'too-big'
    if (!ended) return 'damaged'
    const out = new Uint8Array(total)
    let at = 0
    for (const chunk of chunks) {
      out.set(chunk, at)
      at += chunk.length
    }
    return out
  },
}
