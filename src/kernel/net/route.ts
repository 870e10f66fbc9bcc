// The routing table of a namespace: what an address is to it, and where packets to it leave. Longest prefix first.
import { ANY, type Ip, isWithin, type Prefix } from './address.ts'
import type { Namespace, NetInterface } from './types.ts'

export type Decision =
  | { readonly kind: 'local'; readonly device: NetInterface }
  /** `next` is the address whose link layer address is needed. */
  | { readonly kind: 'unicast'; readonly device: NetInterface; readonly next: Ip; readonly source: Ip; readonly to: Prefix }
  | { readonly kind: 'none' }

export function isLocal(ns: Namespace, ip: Ip): NetInterface | undefined {
  for (const device of ns.interfaces.values()) {
    // All of 127.0.0.0/8 is the host itself.
    if (device.addresses.some((a) => a.ip === ip || (device.kind === 'lo' && a.length === 8 && isWithin(ip, a)))) return device
  }
  return undefined
}

export function routeTo(ns: Namespace, ip: Ip): Decision {
  const local = isLocal(ns, ip)
  if (local) return { kind: 'local', device: local }
  for (const { to, via, ifindex } of ns.routes) {
    const device = ns.interfaces.get(ifindex)
    if (!device || !isWithin(ip, to)) continue
    return { kind: 'unicast', device, next: via === ANY ? ip : via, source: sourceOn(ns, device), to }
  }
  return { kind: 'none' }
}

/** The address that packets leaving by a device come from: its own first, else the first of the namespace. */
export function sourceOn(ns: Namespace, device: NetInterface): Ip {
  const own = device.addresses.find((a) => a.ip >>> 16 !== 0xa9fe)
  if (own && device.kind !== 'lo') return own.ip
  for (const { kind, addresses } of ns.interfaces.values()) {
    const other = addresses.find((a) => a.ip >>> 16 !== 0xa9fe)
    if (kind !== 'lo' && other) return other.ip
  }
  return device.addresses[0]?.ip ?? ANY
}
