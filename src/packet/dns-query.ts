// A question to a name server. RFC 1035 §4.1.

const TYPES = { A: 1, AAAA: 28 } as const
export type DnsType = keyof typeof TYPES

/** The message that asks for a name; labels longer than 63 bytes are cut. */
export function dnsQuery(name: string, type: DnsType, id: number): Uint8Array {
  const labels = name.split('.').filter((l) => l !== '')
  const out: number[] = [id >> 8, id & 0xff, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
  for (const label of labels) {
    const bytes = new TextEncoder().encode(label).subarray(0, 63)
    out.push(bytes.length, ...bytes)
  }
  out.push(0, 0, TYPES[type], 0, 1)
  return Uint8Array.from(out)
}
