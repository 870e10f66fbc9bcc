// The routing table of a namespace: what an address is to it, and where packets to it leave. Longest prefix first, both families in one table.
import { ANY, ANY6, type Family, familyOf, type Ip, isAny, isLinkLocal, isMulticast6, isWithin, type Prefix } from './address.ts'
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
  if (isMulticast6(ip)) return toGroup(ns, ip)
  for (const { to, via, ifindex } of ns.routes) {
    const device = ns.interfaces.get(ifindex)
    if (!device || !isWithin(ip, to)) continue
    return { kind: 'unicast', device, next: isAny(via) ? ip : via, source: sourceOn(ns, device, familyOf(ip), ip), to }
  }
  return { kind: 'none' }
}

/** ff00::/8 is on every link; without a scope the first interface that speaks IPv6 is it. */
function toGroup(ns: Namespace, ip: Ip): Decision {
  for (const device of ns.interfaces.values()) {
    if (device.kind !== 'lo' && device.addresses.some((a) => familyOf(a.ip) === 'ip6'))
      return { kind: 'unicast', device, next: ip, source: sourceOn(ns, device, 'ip6', ip), to: { ip: 0xffn << 120n, length: 8 } }
  }
  return { kind: 'none' }
}

/**
 * The address that packets leaving by a device come from: its own first, else the first of the namespace. To a neighbour's link-local address or a group
 * on the link it is the link-local one. RFC 6724 §5, rule 2.
 */
export function sourceOn(ns: Namespace, device: NetInterface, family: Family, to?: Ip): Ip {
  const ofFamily = (d: NetInterface): readonly Prefix[] => d.addresses.filter((a) => familyOf(a.ip) === family)
  const wide = (d: NetInterface): Prefix | undefined => ofFamily(d).find((a) => !isLinkLocal(a.ip))
  if (family === 'ip6' && to !== undefined && (isLinkLocal(to) || isMulticast6(to))) {
    const near = ofFamily(device).find((a) => isLinkLocal(a.ip))
    if (near) return near.ip
  }
  const own = wide(device)
  if (own && device.kind !== 'lo') return own.ip
  for (const other of ns.interfaces.values()) {
    const found = other.kind === 'lo' ? undefined : wide(other)
    if (found) return found.ip
  }
  return ofFamily(device)[0]?.ip ?? (family === 'ip4' ? ANY : ANY6)
}
