// Addresses and numbers as people write them, and read back. RFC 5952 for IPv6.

export function formatMac(bytes: Uint8Array): string {
  return [...bytes].map((b) => b.toString(16).padStart(2, '0')).join(':')
}

export function formatIpv4(bytes: Uint8Array): string {
  return [...bytes].join('.')
}

/** Lower case, no leading zeros, the longest run of two or more zero groups (the first of equals) as '::'. RFC 5952 §4. */
export function formatIpv6(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0))
  let best = -1
  let bestLength = 1
  for (let i = 0; i < 8; i++) {
    let n = 0
    while (i + n < 8 && groups[i + n] === 0) n++
    if (n > bestLength) {
      best = i
      bestLength = n
    }
    if (n > 0) i += n - 1
  }
  const text = (part: readonly number[]) => part.map((g) => g.toString(16)).join(':')
  return best < 0 ? text(groups) : `${text(groups.slice(0, best))}::${text(groups.slice(best + bestLength))}`
}

/** Six bytes of 'aa:bb:cc:dd:ee:ff', or undefined. */
export function parseMac(text: string): Uint8Array | undefined {
  if (!/^[0-9a-f]{1,2}(:[0-9a-f]{1,2}){5}$/i.test(text)) return undefined
  return Uint8Array.from(text.split(':'), (p) => Number.parseInt(p, 16))
}

/** Four bytes of '10.0.0.1', or undefined. */
export function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || parts.some((p) => !/^\d{1,3}$/.test(p) || Number(p) > 255)) return undefined
  return Uint8Array.from(parts, Number)
}

/** Sixteen bytes of an IPv6 address (with '::' and a trailing IPv4 part), or undefined. */
export function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [head, tail] = [readGroups(halves[0]), readGroups(halves[1] ?? '')]
  if (head === undefined || tail === undefined) return undefined
  const missing = 16 - head.length - tail.length
  if (halves.length === 1 ? missing !== 0 : missing < 2) return undefined
  return Uint8Array.from([...head, ...new Array<number>(missing).fill(0), ...tail])
}

function readGroups(text: string): readonly number[] | undefined {
  if (text === '') return []
  const out: number[] = []
  const parts = text.split(':')
  for (const [i, part] of parts.entries()) {
    const v4 = i === parts.length - 1 ? parseIpv4(part) : undefined
    if (v4 !== undefined) {
      out.push(...v4)
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) {
      const group = Number.parseInt(part, 16)
      out.push(group >> 8, group & 255)
    } else {
      return undefined
    }
  }
  return out
}
