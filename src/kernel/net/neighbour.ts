// The table of neighbours: link layer addresses by the addresses of both families, and packets that wait for one. ARP (arp.ts) and neighbour discovery
// (ndp.ts) ask and answer; resolve.ts says when. Linux: net/core/neighbour.c.
import type { Ip } from './address.ts'
import { putMac } from './headers.ts'
import { later, type Net } from './net.ts'
import { neighbourKey } from './state.ts'
import type { NetInterface, Skb } from './types.ts'

/** Bytes before a link layer header that are written with it where it is kept ready. Linux: HH_DATA_MOD less ETH_HLEN. */
const HEADER_ALIGN = 2

/** What is left of metadata in front of a frame when a neighbour's header is put on: a header that is kept ready runs over its last bytes. */
export function metaBehindHeader({ state }: Net, device: NetInterface, next: Ip, { meta }: Skb): Uint8Array {
  const key = neighbourKey(device.ns, device.ifindex, next)
  if (!state.headers.has(key)) {
    state.headers.add(key)
    return meta
  }
  return meta.length === 0 ? meta : meta.slice().fill(0, meta.length - HEADER_ALIGN)
}

/** Known neighbour, without asking. */
export const neighbour = (net: Net, device: NetInterface, next: Ip): string | undefined =>
  net.state.neighbours.get(neighbourKey(device.ns, device.ifindex, next))

/** Whether a neighbour is known or somebody waits for it. */
export function isExpected({ state }: Net, device: NetInterface, ip: Ip): boolean {
  const key = neighbourKey(device.ns, device.ifindex, ip)
  return state.neighbours.has(key) || state.waiting.has(key)
}

/** Notes an address and lets what waited for it leave. */
export function learn(net: Net, device: NetInterface, ip: Ip, mac: string): void {
  const { state } = net
  const key = neighbourKey(device.ns, device.ifindex, ip)
  state.neighbours.set(key, mac)
  const waiting = state.waiting.get(key)
  if (!waiting) return
  state.waiting.delete(key)
  if (waiting.skbs.length > 0) state.headers.add(key)
  for (const skb of waiting.skbs) {
    const bytes = skb.bytes.slice()
    putMac(bytes, 0, mac)
    putMac(bytes, 6, device.mac)
    later(net, 0, { kind: 'transmit', at: device, skb: { ...skb, bytes } })
  }
}
