// A packet needs the link layer address of a neighbour. It waits while the neighbour is asked for; after three questions a second apart without an answer
// what waited goes nowhere, and whoever sent it is told.
// Linux: net/core/neighbour.c (mcast_solicit 3, retrans_time 1 s, unres_qlen of 101 packets).
import type { Ip } from './address.ts'
import { requestArp } from './arp.ts'
import { readIp } from './headers.ts'
import { solicit } from './ndp.ts'
import { deviceOf, later, type Net, placeOf, tell } from './net.ts'
import { neighbourKey } from './state.ts'
import type { NetInterface, Skb } from './types.ts'

const RETRY_NS = 1_000_000_000
const MAX_TRIES = 3
const MAX_WAITING = 101

/** The address of a neighbour; undefined = the packet waits for it. */
export function resolve(net: Net, device: NetInterface, next: Ip, skb: Skb): string | undefined {
  const { state } = net
  const key = neighbourKey(device.ns, device.ifindex, next)
  const known = state.neighbours.get(key)
  if (known) return known
  const waiting = state.waiting.get(key)
  const skbs = [...(waiting?.skbs ?? []), skb].slice(-MAX_WAITING)
  state.waiting.set(key, { to: device, ip: next, skbs, tries: waiting?.tries ?? 1 })
  if (!waiting) ask(net, device, next, skb)
  return undefined
}

function ask(net: Net, device: NetInterface, ip: Ip, skb: Skb | undefined): void {
  if (typeof ip === 'number') requestArp(net, device, ip)
  else solicit(net, device, ip, skb && readIp(skb.bytes)?.source)
  later(net, RETRY_NS, { kind: 'neighbour', key: neighbourKey(device.ns, device.ifindex, ip) })
}

/** A second has passed since a question: what still waits asks again, or gives up. The packets that went nowhere. */
export function askAgain(net: Net, key: string): readonly { readonly device: NetInterface; readonly skb: Skb }[] {
  const { state } = net
  const waiting = state.waiting.get(key)
  const device = waiting && deviceOf(net, waiting.to)
  if (!waiting || !device) return []
  if (waiting.tries < MAX_TRIES) {
    state.waiting.set(key, { ...waiting, tries: waiting.tries + 1 })
    ask(net, device, waiting.ip, waiting.skbs[0])
    return []
  }
  state.waiting.delete(key)
  const why = typeof waiting.ip === 'number' ? 'no answer to ARP' : 'no answer to neighbour solicitation'
  for (const skb of waiting.skbs) tell(net, skb, placeOf(device), 'dropped', why)
  return waiting.skbs.map((skb) => ({ device, skb }))
}
