// From the scenario's nodes and links to namespaces: interfaces with numbers and addresses, wires, bridges, routes. What the scenario leaves out is
// made from the place of things, so that two hosts and a link are enough.
//
//   segment s (interfaces joined by links)     addresses 10.0.s.1, 10.0.s.2 ...
//   pod                                         eth0 ── veth-NAME of its host: a port of the host's bridge where that has the pod's subnet, else
//                                               routed (169.254.1.1 is the pod's gateway, the host has a route to the pod)
//   an interface without a link                 faces the outside, which the default route leads to
//   a pod of another host                       is reached through that host, where both are on one segment
//   an interface with an address of IPv6        has a link-local one too, made of its MAC address; without one it does not speak IPv6
import type { Kernel } from '../kernel.ts'
import type { ScenarioHost, ScenarioInterface, ScenarioLink, ScenarioNode, ScenarioPod } from '../world/scenario.ts'
import {
  ANY,
  anyOf,
  bitsOf,
  type Family,
  familyOf,
  type Ip,
  isLinkLocal,
  isWithin,
  LINK_LOCAL6,
  LOOPBACK6,
  linkLocalOf,
  networkOf,
  type Prefix,
  parseIp,
  parsePrefix,
} from './address.ts'
import type { InterfaceKind, InterfaceRef, Namespace, NetInterface, NetRoute } from './types.ts'

export interface Topology {
  readonly namespaces: ReadonlyMap<string, Namespace>
  /** What does not fit together, a sentence each. */
  readonly faults: readonly string[]
}

const LO = 1
const LO_MTU = 65536
const ETH_MTU = 1500
const POD_GATEWAY: Prefix = { ip: 0xa9fe0101, length: 32 }
const LOOPBACK: Prefix = { ip: 0x7f000001, length: 8 }
const GUE_PORT = 9886
const ROOT_CGROUP = 1
const NS_PER_MS = 1_000_000

/** An interface while it is put together. */
interface Draft {
  readonly ns: string
  readonly ifindex: number
  readonly name: string
  readonly kind: InterfaceKind
  readonly mac: string
  readonly mtu: number
  readonly port: number
  /** undefined = to be made from its place. */
  addresses: Prefix[] | undefined
  readonly wires: (InterfaceRef & { readonly delayNs: number })[]
  bridge: number
}

export function buildTopology(
  nodes: readonly ScenarioNode[],
  links: readonly ScenarioLink[],
  kernelOf: (host: string) => Kernel,
): Topology {
  const faults: string[] = []
  const hosts = nodes.filter((n): n is ScenarioHost => n.kind === 'host')
  const pods = nodes.filter((n): n is ScenarioPod => n.kind === 'pod')
  const drafts = new Map<string, Draft[]>()
  for (const [h, host] of hosts.entries()) drafts.set(host.name, hostInterfaces(host, h, faults))
  for (const [p, pod] of pods.entries()) addPod(pod, p, hosts, drafts, faults)
  for (const link of links) connect(link, drafts, faults)
  addAddresses([...drafts.values()].flat())
  for (const own of drafts.values()) addLinkLocal(own)
  const namespaces = new Map<string, Namespace>()
  for (const [i, host] of hosts.entries()) {
    const own = drafts.get(host.name) ?? []
    const forwards = host.forwards ?? pods.some((p) => p.host === host.name)
    namespaces.set(host.name, {
      name: host.name,
      host: host.name,
      kind: 'host',
      kernel: kernelOf(host.name),
      cookie: BigInt(i + 1),
      cgroup: '/',
      cgroupIds: [ROOT_CGROUP],
      interfaces: finished(own),
      routes: hostRoutes(host, own, pods, hosts, drafts, faults),
      rules: host.rules ?? [],
      servers: host.servers ?? [],
      forwards,
    })
  }
  for (const [i, pod] of pods.entries()) {
    const own = drafts.get(pod.name)
    if (!own) continue
    namespaces.set(pod.name, {
      name: pod.name,
      host: pod.host,
      kind: 'pod',
      kernel: kernelOf(pod.host),
      cookie: BigInt(hosts.length + i + 1),
      cgroup: `/pods/${pod.name}`,
      cgroupIds: [ROOT_CGROUP, 2, 3 + i],
      interfaces: finished(own),
      routes: podRoutes(own, drafts.get(pod.host) ?? []),
      rules: [],
      servers: pod.servers ?? [],
      forwards: false,
    })
  }
  return { namespaces, faults }
}

function hostInterfaces(host: ScenarioHost, number: number, faults: string[]): Draft[] {
  const out = [loopback(host.name)]
  for (const [i, given] of host.interfaces.entries()) {
    const spec: ScenarioInterface = typeof given === 'string' ? { name: given } : given
    if (spec.name === 'lo') {
      out[0].addresses = [LOOPBACK, ...prefixes(spec, host.name, faults)]
      continue
    }
    out.push({
      ns: host.name,
      ifindex: LO + 1 + i,
      name: spec.name,
      kind: spec.kind ?? 'eth',
      mac: spec.mac?.toLowerCase() ?? `02:00:00:00:${two(number)}:${two(LO + 1 + i)}`,
      mtu: spec.mtu ?? ETH_MTU,
      port: spec.kind === 'gue' ? (spec.port ?? GUE_PORT) : 0,
      addresses: spec.addresses ? prefixes(spec, host.name, faults) : TUNNELS.has(spec.kind ?? '') ? [] : undefined,
      wires: [],
      bridge: 0,
    })
  }
  for (const given of host.interfaces) {
    if (typeof given === 'string' || given.kind !== 'bridge') continue
    const bridge = out.find((d) => d.name === given.name)
    for (const name of given.ports ?? []) {
      const port = out.find((d) => d.name === name)
      if (!port || !bridge) faults.push(`${host.name} has no interface ${name} for ${given.name}`)
      else {
        port.bridge = bridge.ifindex
        port.addresses = []
      }
    }
  }
  return out
}

const TUNNELS: ReadonlySet<string> = new Set(['ipip', 'sit', 'ip6tnl', 'gue'])

const two = (n: number): string => (n & 0xff).toString(16).padStart(2, '0')

const loopback = (ns: string): Draft => ({
  ns,
  ifindex: LO,
  name: 'lo',
  kind: 'lo',
  mac: '00:00:00:00:00:00',
  mtu: LO_MTU,
  port: 0,
  addresses: [LOOPBACK],
  wires: [],
  bridge: 0,
})

function prefixes(spec: ScenarioInterface, node: string, faults: string[]): Prefix[] {
  return (spec.addresses ?? []).flatMap((text) => {
    const prefix = parsePrefix(text)
    if (!prefix) faults.push(`${node}:${spec.name}: ${text} is no address with a length`)
    return prefix ? [prefix] : []
  })
}

/** Its addresses, of one family or of both. */
const podAddresses = (pod: ScenarioPod): Prefix[] => [pod.address, pod.address6 ?? ''].flatMap((text) => parsePrefix(text) ?? [])

function addPod(pod: ScenarioPod, number: number, hosts: readonly ScenarioHost[], drafts: Map<string, Draft[]>, faults: string[]): void {
  const host = drafts.get(pod.host)
  const addresses = podAddresses(pod)
  const wrong = [pod.address, ...(pod.address6 === undefined ? [] : [pod.address6])].find((text) => !parsePrefix(text))
  if (!host || wrong !== undefined || !hosts.some((h) => h.name === pod.host)) {
    faults.push(host ? `${pod.name}: ${wrong} is no address` : `${pod.name} is on ${pod.host}, which is no host`)
    return
  }
  const on = (ip: Ip) => host.find((d) => d.kind === 'bridge' && d.addresses?.some((a) => isWithin(ip, a)))
  const bridge = addresses.map((a) => on(a.ip)).find((d) => d !== undefined)
  const ifindex = host.length + 1
  const inside: InterfaceRef = { ns: pod.name, ifindex: LO + 1 }
  const lengthOf = (ip: Ip): number => bridge?.addresses?.find((a) => isWithin(ip, a))?.length ?? bitsOf(ip)
  const hostMac = `02:00:00:01:${two(number)}:01`
  // A pod that is routed to has a neighbour on the host: a made-up address of IPv4, the link-local one of IPv6.
  const gateways = addresses.map((a): Prefix => (familyOf(a.ip) === 'ip4' ? POD_GATEWAY : { ip: linkLocalOf(hostMac), length: 64 }))
  host.push({
    ns: pod.host,
    ifindex,
    name: `veth-${pod.name}`.slice(0, 15),
    kind: 'veth',
    mac: hostMac,
    mtu: ETH_MTU,
    port: 0,
    addresses: bridge ? [] : gateways,
    wires: [{ ...inside, delayNs: 0 }],
    bridge: bridge?.ifindex ?? 0,
  })
  drafts.set(pod.name, [
    loopback(pod.name),
    {
      ns: pod.name,
      ifindex: LO + 1,
      name: 'eth0',
      kind: 'veth',
      mac: `02:00:00:01:${two(number)}:02`,
      mtu: ETH_MTU,
      port: 0,
      addresses: addresses.map(({ ip }) => ({ ip, length: lengthOf(ip) })),
      wires: [{ ns: pod.host, ifindex, delayNs: 0 }],
      bridge: 0,
    },
  ])
}

function connect(link: ScenarioLink, drafts: ReadonlyMap<string, readonly Draft[]>, faults: string[]): void {
  const [a, b] = [link.a, link.b].map((text) => {
    const [node, name] = text.split(':')
    const found = drafts.get(node)?.find((d) => d.name === name)
    if (!found) faults.push(`a link leads to ${text}, which is no interface`)
    return found
  })
  if (!a || !b) return
  const delayNs = Math.round((link.delayMs ?? 0) * NS_PER_MS)
  a.wires.push({ ns: b.ns, ifindex: b.ifindex, delayNs })
  b.wires.push({ ns: a.ns, ifindex: a.ifindex, delayNs })
}

/** Addresses by segment for interfaces without any. */
function addAddresses(all: readonly Draft[]): void {
  const seen = new Set<Draft>()
  let segment = 0
  for (const first of all) {
    if (first.kind !== 'eth' && first.kind !== 'bridge') continue
    if (seen.has(first)) continue
    const members = [first]
    seen.add(first)
    for (const member of members) {
      for (const { ns, ifindex } of member.wires) {
        const other = all.find((d) => d.ns === ns && d.ifindex === ifindex)
        if (!other || seen.has(other)) continue
        seen.add(other)
        members.push(other)
      }
    }
    const taken = new Set(members.flatMap((m) => m.addresses?.map((a) => a.ip) ?? []))
    const given = members.flatMap((m) => m.addresses ?? []).find((a) => familyOf(a.ip) === 'ip4' && a.length < 31)
    const net = given ? networkOf(given) : { ip: (0x0a000000 | (segment << 8)) >>> 0, length: 24 }
    let next = Number(net.ip) + 1
    for (const member of members) {
      if (member.addresses) continue
      while (taken.has(next)) next++
      member.addresses = [{ ip: next++, length: net.length }]
    }
    segment++
  }
}

const hasIpv6 = (addresses: readonly Prefix[] | undefined): boolean => addresses?.some((a) => familyOf(a.ip) === 'ip6') ?? false

/** Whether a namespace speaks IPv6. */
export const speaksIpv6 = (ns: Namespace): boolean => [...ns.interfaces.values()].some((d) => hasIpv6(d.addresses))

function addLinkLocal(own: readonly Draft[]): void {
  if (!own.some((d) => hasIpv6(d.addresses))) return
  for (const d of own) {
    if (d.kind === 'lo') d.addresses = [...(d.addresses ?? []), { ip: LOOPBACK6, length: 128 }]
    else if (hasIpv6(d.addresses) && !d.addresses?.some((a) => isWithin(a.ip, LINK_LOCAL6)))
      d.addresses?.push({ ip: linkLocalOf(d.mac), length: 64 })
  }
}

function finished(drafts: readonly Draft[]): ReadonlyMap<number, NetInterface> {
  return new Map(drafts.map((d) => [d.ifindex, { ...d, addresses: d.addresses ?? [] }]))
}

const onLink = (d: Draft): NetRoute[] =>
  (d.addresses ?? [])
    .filter((a) => a.length < bitsOf(a.ip) && (d.kind !== 'lo' || familyOf(a.ip) === 'ip4'))
    .map((a) => ({ to: networkOf(a), via: anyOf(familyOf(a.ip)), ifindex: d.ifindex }))

const byLength = (routes: readonly NetRoute[]): NetRoute[] => [...routes].sort((a, b) => b.to.length - a.to.length)

function hostRoutes(
  host: ScenarioHost,
  own: readonly Draft[],
  pods: readonly ScenarioPod[],
  hosts: readonly ScenarioHost[],
  drafts: ReadonlyMap<string, readonly Draft[]>,
  faults: string[],
): NetRoute[] {
  const routes = own.flatMap(onLink)
  for (const { to, via, interface: name } of host.routes ?? []) {
    const gateway = via === undefined ? undefined : parseIp(via)
    const prefix = to === 'default' && typeof gateway === 'bigint' ? parsePrefix('::/0') : parsePrefix(to)
    const device = own.find((d) => (name === undefined ? gateway !== undefined && reaches(d, gateway) : d.name === name))
    const fits = prefix && (via === undefined || (gateway !== undefined && familyOf(gateway) === familyOf(prefix.ip)))
    if (!prefix || !fits || !device) faults.push(`${host.name}: the route to ${to} leads nowhere`)
    else routes.push({ to: networkOf(prefix), via: gateway ?? anyOf(familyOf(prefix.ip)), ifindex: device.ifindex })
  }
  for (const pod of pods) {
    for (const { ip } of podAddresses(pod)) {
      const veth = own.find((d) => d.wires.some((w) => w.ns === pod.name))
      const to = { ip, length: bitsOf(ip) }
      if (veth && veth.bridge === 0) routes.push({ to, via: anyOf(familyOf(ip)), ifindex: veth.ifindex })
      if (veth || pod.host === host.name || routes.some((r) => r.to.length > 0 && isWithin(ip, r.to))) continue
      const way = neighbourOn(own, drafts.get(pod.host) ?? [], familyOf(ip))
      if (way) routes.push({ to, ...way })
    }
  }
  for (const family of ['ip4', 'ip6'] as const) addDefault(routes, family, host, own, hosts, drafts)
  return byLength(routes)
}

/** Where packets go that no other route takes: to the outside, or to a host that forwards. */
function addDefault(
  routes: NetRoute[],
  family: Family,
  host: ScenarioHost,
  own: readonly Draft[],
  hosts: readonly ScenarioHost[],
  drafts: ReadonlyMap<string, readonly Draft[]>,
): void {
  const to = { ip: anyOf(family), length: 0 }
  if (routes.some((r) => r.to.length === 0 && r.to.ip === to.ip)) return
  const speaks = (d: Draft): boolean => family === 'ip4' || hasIpv6(d.addresses)
  const outside = own.find((d) => d.kind === 'eth' && d.wires.length === 0 && d.bridge === 0 && speaks(d))
  const router = hosts
    .filter((h) => h.name !== host.name && (h.forwards ?? false))
    .map((h) => neighbourOn(own, drafts.get(h.name) ?? [], family))
  const way = outside ? { via: to.ip, ifindex: outside.ifindex } : router.find((w) => w !== undefined)
  if (way) routes.push({ to, ...way })
}

const reaches = (d: Draft, ip: Ip): boolean => (d.addresses ?? []).some((a) => isWithin(ip, a)) && d.kind !== 'lo'

/** Where another host is on a segment of ours. */
function neighbourOn(
  own: readonly Draft[],
  other: readonly Draft[],
  family: Family,
): { readonly via: Ip; readonly ifindex: number } | undefined {
  for (const device of own) {
    for (const there of other) {
      const wired = device.wires.some((w) => w.ns === there.ns && w.ifindex === there.ifindex)
      const near = there.addresses?.find(
        (a) => familyOf(a.ip) === family && !(family === 'ip6' && isLinkLocal(a.ip)) && reaches(device, a.ip),
      )
      if (near && (wired || there.kind === 'eth' || there.kind === 'bridge')) return { via: near.ip, ifindex: device.ifindex }
    }
  }
  return undefined
}

function podRoutes(own: readonly Draft[], host: readonly Draft[]): NetRoute[] {
  const device = own[LO]
  const port = host.find((d) => d.wires.some((w) => w.ns === device.ns))
  const bridge = host.find((d) => d.ifindex === port?.bridge)
  const routes = own.flatMap(onLink)
  for (const family of ['ip4', 'ip6'] as const) {
    if (!device.addresses?.some((a) => familyOf(a.ip) === family)) continue
    const gateway = (bridge ?? port)?.addresses?.find((a) => familyOf(a.ip) === family && (!bridge || !isLinkLocal(a.ip)))
    if (!gateway) continue
    routes.push({ to: { ip: anyOf(family), length: 0 }, via: gateway.ip, ifindex: device.ifindex })
    if (!bridge && family === 'ip4') routes.push({ to: POD_GATEWAY, via: ANY, ifindex: device.ifindex })
  }
  return byLength(routes)
}
