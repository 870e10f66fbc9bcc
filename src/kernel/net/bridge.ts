// A bridge: learns which address is behind which port and sends frames there, or to all other ports. Linux: net/bridge/br_input.c.
import { macText } from './address.ts'
import { deviceOf, isUp, later, type Net, namespaceOf, nextPacket, placeOf, tell } from './net.ts'
import type { NetInterface, Skb } from './types.ts'

/** Takes a frame from a port, or from the bridge's own interface. The frame where it is for the bridge's own interface. */
export function bridgeForward(net: Net, from: NetInterface, skb: Skb): Skb | undefined {
  const { state } = net
  const ifindex = from.bridge === 0 ? from.ifindex : from.bridge
  const bridge = deviceOf(net, { ns: from.ns, ifindex })
  if (!bridge) return undefined
  const table = `${from.ns} ${ifindex}`
  const source = macText(skb.bytes, 6)
  if (from.bridge !== 0) state.bridges.set(`${table} ${source}`, from.ifindex)
  const dest = macText(skb.bytes, 0)
  if (from.bridge !== 0 && dest === bridge.mac) return skb
  const known = state.bridges.get(`${table} ${dest}`)
  const isGroup = (skb.bytes[0] & 1) !== 0
  const ports = [...namespaceOf(net, from.ns).interfaces.values()].filter((d) => d.bridge === ifindex && d !== from && isUp(net, d))
  const targets = known === undefined || isGroup ? ports : ports.filter((d) => d.ifindex === known)
  for (const [i, port] of targets.entries()) {
    const copy = { ...skb, id: i === 0 && !isGroup ? skb.id : nextPacket(net), hops: skb.hops + 1 }
    tell(net, copy, placeOf(from), 'forwarded', port.name)
    later(net, 0, { kind: 'transmit', at: port, skb: copy })
  }
  return from.bridge !== 0 && isGroup ? skb : undefined
}
