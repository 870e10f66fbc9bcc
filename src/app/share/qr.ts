// A link as a QR code: the squares as one path on a grid, with the quiet zone that cameras want. Pure.
import { encode } from 'uqr'

/** Bytes that the largest code holds at the lowest correction. */
export const MOST = 2953
/** From so many modules on a side a code is hard to read off a small picture. */
export const DENSE = 101
const QUIET = 4

export interface QrPicture {
  /** Modules on a side, quiet zone included. */
  readonly size: number
  readonly modules: number
  /** Path of the dark squares, a unit each. */
  readonly path: string
}

/** Undefined where the text is too long. */
export function qrPicture(text: string): QrPicture | undefined {
  if (new TextEncoder().encode(text).length > MOST) return undefined
  const { data, size } = encode(text, { ecc: 'L', border: QUIET })
  const runs: string[] = []
  for (const [y, row] of data.entries()) {
    for (let x = 0; x < size; x++) {
      let length = 0
      while (row[x + length]) length++
      if (length > 0) runs.push(`M${x} ${y}h${length}v1h-${length}z`)
      x += length
    }
  }
  return { size, modules: size - 2 * QUIET, path: runs.join('') }
}

/** As a file: dark on white whatever the page's theme is. */
export const qrSvg = ({ size, path }: QrPicture): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" width="${size * 8}" height="${size * 8}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${size}v${size}H0z"/><path d="${path}"/></svg>\n`
