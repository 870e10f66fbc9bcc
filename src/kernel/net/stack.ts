// The way of a packet through a namespace, in Linux's order:
//
//   receive   wire → XDP → tap → tc ingress → bridge | ARP | IP
//   IP        prerouting → route → local: input → socket, ICMP, tunnel        (deliver.ts)
//                                → lwt in → forward → lwt out → postrouting → lwt xmit → neighbour → transmit
//   output    output → route → lwt out → postrouting → cgroup egress → lwt xmit → neighbour → transmit
//   transmit  tc egress → tap → pacing → wire
//
// Each function is one step and hands on to the next; what crosses a wire, waits or is redirected is an event of its own, so that no event is long.
// Linux: __netif_receive_skb_core(), ip_rcv(), ip_forward(), ip_output(), __dev_queue_xmit().
import type { Redirect } from '../kernel.ts'
import type { FdArrayMap } from '../maps/fd-array.ts'
import { BOOT_NS, type Happening } from '../world/engine.ts'
import {
  addressAt,
  BROADCAST,
  BROADCAST_MAC,
  endpointText,
  type Family,
  familyOf,
  groupMac,
  type Ip,
  isAny,
  isGroupOf,
  isMulticast6,
  macText,
} from './address.ts'
import { outsideArp, receiveArp } from './arp.ts'
import { cpumapKey, devmapKey } from './attach.ts'
import { bridgeForward } from './bridge.ts'
import { deliver } from './deliver.ts'
import { dissectFlow } from './flow.ts'
import { ETH_HLEN, ETH_P_ARP, ETH_P_IP, ETH_P_IPV6, etherTypeOf, type IpHeader, readIp, withMacs, withTtl } from './headers.ts'
import { sendIcmpError } from './icmp.ts'
import { outsideNdp } from './ndp.ts'
import { metaBehindHeader } from './neighbour.ts'
import { deviceOf, isUp, later, type Net, namespaceOf, nextPacket, placeOf, programsAt, tell } from './net.ts'
import { runCgroupSkb, runLwt, runNetfilter, runTaps, runTc, runXdp, type Verdict } from './packet-hooks.ts'
import { resolve } from './resolve.ts'
import { type Decision, routeTo } from './route.ts'
import { runChain } from './rules.ts'
import { speaksIpv6 } from './topology.ts'
import { type InterfaceRef, type Namespace, type NetInterface, NO_META, newSkb, type Skb } from './types.ts'

/** Hops and redirects of one packet: beyond them it goes round in circles. */
const MAX_HOPS = 64

/** A frame comes in from a wire; `fromOutside`: a stimulus put it there. */
export function* receive(net: Net, at: InterfaceRef, skb: Skb, fromOutside = false): Happening {
  const device = deviceOf(net, at)
  if (!device) return
  if (!isUp(net, device)) return tell(net, skb, placeOf(device), 'dropped', 'interface is down')
  if (skb.hops > MAX_HOPS) return tell(net, skb, placeOf(device), 'dropped', `more than ${MAX_HOPS} hops`)
  const dest = macText(skb.bytes, 0)
  // A network card takes what is meant for it; a port of a bridge and what a stimulus puts in takes everything.
  if (!fromOutside && device.bridge === 0 && device.kind !== 'bridge' && dest !== device.mac && (skb.bytes[0] & 1) === 0)
    return tell(net, skb, placeOf(device), 'dropped', 'for another host')
  // Metadata stays on the host: the ends of a veth are on one, a wire leads to another.
  const meta = device.kind === 'veth' ? skb.meta : NO_META
  const hash = device.kind === 'veth' ? skb.hash : 0
  const fresh = { ...skb, meta, hash, ingress: device.ifindex, mark: 0, priority: 0, tstampNs: 0, socket: 0, tcClassid: 0, ct: '' }
  tell(net, fresh, placeOf(device), 'arrived', '')
  const xdp = yield* runXdp(net, device, fresh)
  const passed = obey(net, device, xdp, 'xdp')
  if (passed) yield* input(net, device, untagged({ ...passed, isFrame: false }))
}

/** Behind the driver: taps, tc, and the protocol. */
export function* input(net: Net, device: NetInterface, skb: Skb): Happening {
  if (skb.hops > MAX_HOPS) return tell(net, skb, placeOf(device), 'dropped', `more than ${MAX_HOPS} hops`)
  yield* runTaps(net, device, skb)
  const tc = yield* runTc(net, device, skb, 'ingress')
  const passed = obey(net, device, tc, 'tc')
  if (!passed) return
  if (device.bridge !== 0) {
    const up = bridgeForward(net, device, passed)
    const bridge = up && deviceOf(net, { ns: device.ns, ifindex: device.bridge })
    if (bridge && up) yield* input(net, bridge, { ...up, ingress: bridge.ifindex, hops: up.hops + 1 })
    return
  }
  if (passed.vlanProto !== 0) return tell(net, passed, placeOf(device), 'dropped', `no interface for VLAN ${passed.vlanTci & 0xfff}`)
  switch (etherTypeOf(passed.bytes)) {
    case ETH_P_ARP:
      return receiveArp(net, device, passed)
    case ETH_P_IP:
      return yield* receiveIp(net, device, passed, 'ip4')
    case ETH_P_IPV6:
      return yield* receiveIp(net, device, passed, 'ip6')
    default:
      return tell(net, passed, placeOf(device), 'dropped', 'unknown protocol')
  }
}

/** Moves a VLAN tag out of the bytes, as Linux does before tc sees the packet. */
function untagged(skb: Skb): Skb {
  const type = etherTypeOf(skb.bytes)
  if ((type !== 0x8100 && type !== 0x88a8) || skb.bytes.length < ETH_HLEN + 4) return skb
  const bytes = new Uint8Array(skb.bytes.length - 4)
  bytes.set(skb.bytes.subarray(0, 12))
  bytes.set(skb.bytes.subarray(16), 12)
  return { ...skb, bytes, vlanProto: type, vlanTci: (skb.bytes[14] << 8) | skb.bytes[15] }
}

function tagged({ bytes, vlanProto, vlanTci }: Skb): Uint8Array {
  if (vlanProto === 0) return bytes
  const out = new Uint8Array(bytes.length + 4)
  out.set(bytes.subarray(0, 12))
  out.set([vlanProto >> 8, vlanProto & 0xff, vlanTci >> 8, vlanTci & 0xff], 12)
  out.set(bytes.subarray(12), 16)
  return out
}

/** Does what a hook decided; the packet where it passed. */
function obey(net: Net, device: NetInterface, verdict: Verdict, hook: 'xdp' | 'tc' | 'tc egress'): Skb | undefined {
  const at = placeOf(device)
  switch (verdict.kind) {
    case 'pass':
      return verdict.skb
    case 'drop':
      tell(net, verdict.skb, at, 'dropped', verdict.why)
      return undefined
    case 'stolen':
      tell(net, verdict.skb, at, 'dropped', 'stolen by tc')
      return undefined
    case 'tx':
      tell(net, verdict.skb, at, 'redirected', 'tx')
      onWire(net, device, { ...verdict.skb, isFrame: true, hops: verdict.skb.hops + 1 })
      return undefined
    case 'redirect':
      if (hook === 'xdp') redirectFrame(net, device, verdict.skb, verdict.to)
      else redirectSkb(net, device, verdict.skb, verdict.to)
      return undefined
  }
}

const BPF_F_BROADCAST = 1 << 3
const BPF_F_EXCLUDE_INGRESS = 1 << 4

/** XDP_REDIRECT: straight to the drivers of other interfaces, or to another CPU. */
function redirectFrame(net: Net, device: NetInterface, skb: Skb, to: Redirect): undefined {
  const ns = namespaceOf(net, device.ns)
  const map = to.map < 0 ? undefined : (ns.kernel.maps[to.map] as FdArrayMap)
  if (map && !map.def.type.startsWith('devmap')) {
    if (map.def.type !== 'cpumap') return tell(net, skb, placeOf(device), 'dropped', `redirect to a ${map.def.type}`)
    tell(net, skb, placeOf(device), 'redirected', `cpu ${to.key}`)
    const there = { ...skb, isFrame: true, hops: skb.hops + 1 }
    const key = cpumapKey(ns.name, map.def.name)
    if (programsAt(net, key).length > 0) return later(net, 0, { kind: 'mapped', key, at: device, to: device, skb: there })
    return later(net, 0, { kind: 'input', at: device, skb: untagged({ ...there, isFrame: false }) })
  }
  const all = map && to.flags & BPF_F_BROADCAST
  const targets = all ? map.entries().map((e) => map.slot(new DataView(e.key.buffer, e.key.byteOffset).getUint32(0, true))) : [to.ifindex]
  for (const [i, ifindex] of targets.entries()) {
    if (all && to.flags & BPF_F_EXCLUDE_INGRESS && ifindex === device.ifindex) continue
    const target = ns.interfaces.get(ifindex)
    if (!target || !isUp(net, target)) {
      tell(net, skb, placeOf(device), 'dropped', 'redirect to no interface')
      continue
    }
    const copy = { ...skb, id: i === 0 ? skb.id : nextPacket(net), isFrame: true, hops: skb.hops + 1 }
    tell(net, copy, placeOf(device), 'redirected', target.name)
    const key = map ? devmapKey(ns.name, map.def.name, target.ifindex) : ''
    if (map && programsAt(net, key).length > 0) later(net, 0, { kind: 'mapped', key, at: device, to: target, skb: copy })
    else onWire(net, target, copy)
  }
}

/** The program that stands in the map beside where a frame goes: what it does not pass is dropped, but that one on a CPU may redirect. */
export function* mapped(net: Net, key: string, from: InterfaceRef, to: InterfaceRef, skb: Skb): Happening {
  const device = deviceOf(net, from)
  const target = deviceOf(net, to)
  if (!device || !target) return
  const isCpu = device === target
  const verdict = yield* runXdp(net, device, skb, key, isCpu ? 0 : target.ifindex)
  const at = placeOf(target)
  if (verdict.kind === 'drop') tell(net, verdict.skb, at, 'dropped', verdict.why)
  else if (verdict.kind === 'redirect' && isCpu) redirectFrame(net, device, verdict.skb, verdict.to)
  else if (verdict.kind !== 'pass') tell(net, verdict.skb, at, 'dropped', 'xdp aborted')
  else if (isCpu) later(net, 0, { kind: 'input', at: device, skb: untagged({ ...verdict.skb, isFrame: false }) })
  else onWire(net, target, verdict.skb)
}

const BPF_F_INGRESS = 1
const AF_INET6 = 10

/** TC_ACT_REDIRECT, after the helper that named the target. */
function redirectSkb(net: Net, device: NetInterface, skb: Skb, to: Redirect): undefined {
  const ns = namespaceOf(net, device.ns)
  const target = ns.interfaces.get(to.ifindex)
  const at = placeOf(device)
  if (!target || !isUp(net, target)) return tell(net, skb, at, 'dropped', 'redirect to no interface')
  const on = { ...skb, hops: skb.hops + 1 }
  tell(net, on, at, 'redirected', to.how === 'peer' ? `${target.name}'s peer` : target.name)
  if (to.how === 'peer') {
    const peer = target.kind === 'veth' ? target.wires[0] : undefined
    const inside = peer && deviceOf(net, peer)
    if (!inside) return tell(net, on, placeOf(target), 'dropped', 'no peer in another namespace')
    // Linux: scrubbed as on a change of namespaces, and on with the next round at the peer.
    return later(net, 0, { kind: 'input', at: inside, skb: { ...on, ingress: inside.ifindex, mark: 0, priority: 0, ct: '' } })
  }
  if (to.how === 'neigh') {
    const ip = readIp(on.bytes)
    if (!ip) return tell(net, on, placeOf(target), 'dropped', 'no IP packet for bpf_redirect_neigh()')
    // struct bpf_redir_neigh: a family, and an address of it.
    const told = to.nextHop && addressAt(to.nextHop, 4, to.nextHop[0] === AF_INET6 ? 'ip6' : 'ip4')
    const way = routeTo(ns, told ?? ip.dest)
    const next = told ?? (way.kind === 'unicast' ? way.next : ip.dest)
    return sendTo(net, target, next, on)
  }
  if (to.flags & BPF_F_INGRESS) return later(net, 0, { kind: 'input', at: target, skb: { ...on, ingress: target.ifindex } })
  later(net, 0, { kind: 'transmit', at: target, skb: on })
}

/** Whether the link layer's address is ours or everybody's. */
const isForUs = (device: NetInterface, { bytes }: Skb): boolean => (bytes[0] & 1) !== 0 || macText(bytes, 0) === device.mac

const WITHOUT_MAC: ReadonlySet<NetInterface['kind']> = new Set(['lo', 'ipip', 'sit', 'ip6tnl', 'gue'])

/** IPv6 is on where an interface has an address of it; packets out of tunnels are the namespace's. */
const speaks = (ns: Namespace, device: NetInterface): boolean =>
  WITHOUT_MAC.has(device.kind) ? speaksIpv6(ns) : device.addresses.some((a) => familyOf(a.ip) === 'ip6')

/** An IP packet for this namespace or to be sent on. */
function* receiveIp(net: Net, device: NetInterface, skb: Skb, family: Family): Happening {
  const ns = namespaceOf(net, device.ns)
  const at = placeOf(device)
  if (!WITHOUT_MAC.has(device.kind) && !isForUs(device, skb)) return tell(net, skb, at, 'dropped', 'for another host')
  if (readIp(skb.bytes)?.family !== family) return tell(net, skb, at, 'dropped', 'bad IP header')
  if (family === 'ip6' && !speaks(ns, device)) return tell(net, skb, at, 'dropped', `${device.name} has no IPv6`)
  const bpf = yield* runNetfilter(net, ns, 'prerouting', skb)
  if (bpf.kind === 'drop') return tell(net, skb, at, 'dropped', bpf.why)
  const pre = runChain(net, ns, 'prerouting', skb)
  if (pre.kind === 'drop') return tell(net, skb, at, 'dropped', pre.why)
  const { bytes } = pre.skb
  const ip = readIp(bytes)
  if (!ip) return
  if (bytes !== skb.bytes) tell(net, pre.skb, at, 'rewritten', `to ${endpointText(ip.dest, ip.dport)}`)
  return yield* routed(net, ns, device, pre.skb, ip)
}

/** In, or on to where the route leads. */
function* routed(net: Net, ns: Namespace, device: NetInterface, skb: Skb, ip: IpHeader): Happening {
  if (isMulticast6(ip.dest) && !isGroupOf(device.addresses, ip.dest))
    return tell(net, skb, placeOf(device), 'dropped', 'for a group that nobody here is in')
  const way = routeTo(ns, ip.dest)
  if (way.kind === 'local' || ip.dest === BROADCAST || isMulticast6(ip.dest)) {
    const into = yield* filtered(net, ns, 'input', skb, placeOf(device))
    return into ? yield* deliver(net, ns, device, into) : undefined
  }
  if (skb.hops > MAX_HOPS) return tell(net, skb, placeOf(device), 'dropped', `more than ${MAX_HOPS} hops`)
  return yield* forward(net, ns, device, skb, ip, way)
}

/** BPF programs and rules of a chain; undefined = dropped. */
function* filtered(
  net: Net,
  ns: Namespace,
  chain: 'input' | 'output' | 'forward' | 'postrouting',
  skb: Skb,
  at: ReturnType<typeof placeOf>,
): Happening<Skb | undefined> {
  const bpf = yield* runNetfilter(net, ns, chain, skb)
  if (bpf.kind === 'drop') {
    tell(net, skb, at, 'dropped', bpf.why)
    return undefined
  }
  const rules = runChain(net, ns, chain, skb)
  if (rules.kind === 'drop') {
    tell(net, skb, at, 'dropped', rules.why)
    return undefined
  }
  if (rules.skb.bytes !== skb.bytes) {
    const ip = readIp(rules.skb.bytes)
    if (ip)
      tell(
        net,
        rules.skb,
        at,
        'rewritten',
        chain === 'output' ? `to ${endpointText(ip.dest, ip.dport)}` : `from ${endpointText(ip.source, ip.sport)}`,
      )
  }
  return rules.skb
}

const DONT_FRAGMENT = 0x40

function* forward(net: Net, ns: Namespace, device: NetInterface, came: Skb, header: IpHeader, way: Decision): Happening {
  let skb = came
  let ip = header
  const at = placeOf(device)
  if (!ns.forwards) return tell(net, skb, at, 'dropped', 'does not forward')
  if (way.kind !== 'unicast') {
    tell(net, skb, at, 'dropped', 'no route')
    return yield* sendIcmpError(net, ns, skb, ip, 'network unreachable')
  }
  const tunnel = yield* runLwt(net, ns, 'lwt_in', way.to, skb, device.ifindex)
  if (tunnel.kind === 'drop') return tell(net, tunnel.skb, at, 'dropped', tunnel.why)
  skb = tunnel.skb
  const now = readIp(skb.bytes)
  if (!now) return tell(net, skb, at, 'dropped', 'bad IP header')
  ip = now
  if (tunnel.kind === 'reroute') return yield* routed(net, ns, device, { ...skb, hops: skb.hops + 1 }, ip)
  if (ip.ttl <= 1) {
    tell(net, skb, at, 'dropped', 'time to live exceeded')
    return yield* sendIcmpError(net, ns, skb, ip, 'time exceeded')
  }
  if (ip.end - ip.at > way.device.mtu) {
    tell(net, skb, at, 'dropped', `larger than ${way.device.name}'s MTU of ${way.device.mtu}`)
    const mayNot = ip.family === 'ip6' || (skb.bytes[ip.at + 6] & DONT_FRAGMENT) !== 0
    return mayNot ? yield* sendIcmpError(net, ns, skb, ip, 'too big', way.device.mtu) : undefined
  }
  const aged = { ...skb, bytes: withTtl(skb.bytes, ip, ip.ttl - 1), hops: skb.hops + 1 }
  const allowed = yield* filtered(net, ns, 'forward', aged, at)
  if (!allowed) return
  tell(net, allowed, at, 'forwarded', way.device.name)
  yield* leave(net, ns, allowed, way, device.ifindex)
}

/** From the route on, for packets that go on or (`from` 0) were made here. */
function* leave(net: Net, ns: Namespace, skb: Skb, way: Extract<Decision, { kind: 'unicast' }>, from: number): Happening {
  const at = placeOf(way.device)
  const out = yield* runLwt(net, ns, 'lwt_out', way.to, skb, from)
  if (out.kind === 'drop') return tell(net, out.skb, at, 'dropped', out.why)
  const leaving = yield* filtered(net, ns, 'postrouting', out.skb, at)
  if (!leaving) return
  let last = leaving
  if (from === 0) {
    const cgroup = yield* runCgroupSkb(net, ns, way.device, leaving, 'egress')
    if (cgroup.kind === 'drop') return tell(net, cgroup.skb, at, 'dropped', cgroup.why)
    last = cgroup.skb
  }
  const xmit = yield* runLwt(net, ns, 'lwt_xmit', way.to, last, way.device.ifindex)
  switch (xmit.kind) {
    case 'drop':
      return tell(net, xmit.skb, at, 'dropped', xmit.why)
    case 'redirect':
      return redirectSkb(net, way.device, xmit.skb, xmit.to)
    case 'reroute': {
      const ip = readIp(xmit.skb.bytes)
      const again = ip && routeTo(ns, ip.dest)
      const lo = ns.interfaces.get(1)
      if (ip && again?.kind === 'local' && lo) return sendTo(net, lo, ip.dest, xmit.skb)
      if (again?.kind !== 'unicast' || xmit.skb.hops > MAX_HOPS) return tell(net, xmit.skb, at, 'dropped', 'no route')
      return yield* leave(net, ns, { ...xmit.skb, hops: xmit.skb.hops + 1 }, again, from)
    }
    case 'pass':
      return sendTo(net, way.device, way.next, xmit.skb)
  }
}

/** A packet made here: an IP packet with room for the Ethernet header in front. */
export function* output(net: Net, ns: Namespace, skb: Skb): Happening {
  const at = { ns: ns.name, place: 'ip' }
  const out = yield* filtered(net, ns, 'output', skb, at)
  const ip = out && readIp(out.bytes)
  if (!out || !ip) return
  const way = routeTo(ns, ip.dest)
  if (way.kind === 'none') return tell(net, out, at, 'dropped', 'no route')
  if (way.kind === 'unicast') return yield* leave(net, ns, out, way, 0)
  const device = ns.interfaces.get(1)
  if (!device) return
  const leaving = yield* filtered(net, ns, 'postrouting', out, placeOf(device))
  if (!leaving) return
  const cgroup = yield* runCgroupSkb(net, ns, device, leaving, 'egress')
  if (cgroup.kind === 'drop') return tell(net, cgroup.skb, placeOf(device), 'dropped', cgroup.why)
  // Loopback: out and in again.
  const { mac } = device
  later(net, 0, { kind: 'transmit', at: device, skb: { ...cgroup.skb, bytes: withMacs(cgroup.skb.bytes, mac, mac) } })
}

/** Puts the link layer's header on and lets the packet leave; it waits where the neighbour is not known yet. */
export function sendTo(net: Net, device: NetInterface, next: Ip, skb: Skb): undefined {
  if (device.kind === 'lo')
    return later(net, 0, { kind: 'transmit', at: device, skb: { ...skb, bytes: withMacs(skb.bytes, device.mac, device.mac) } })
  const group = typeof next === 'bigint' && isMulticast6(next) ? groupMac(next) : isAny(next) || next === BROADCAST ? BROADCAST_MAC : ''
  if (group !== '') return later(net, 0, { kind: 'transmit', at: device, skb: { ...skb, bytes: withMacs(skb.bytes, group, device.mac) } })
  const mac = resolve(net, device, next, skb)
  if (mac === undefined) return
  const meta = metaBehindHeader(net, device, next, skb)
  later(net, 0, { kind: 'transmit', at: device, skb: { ...skb, meta, bytes: withMacs(skb.bytes, mac, device.mac) } })
}

/** A frame leaves by an interface: tc egress, then the queue, then the wire. */
export function* transmit(net: Net, at: InterfaceRef, skb: Skb): Happening {
  const device = deviceOf(net, at)
  if (!device) return
  if (skb.hops > MAX_HOPS) return tell(net, skb, placeOf(device), 'dropped', `more than ${MAX_HOPS} hops`)
  const tc = yield* runTc(net, device, skb, 'egress')
  const passed = obey(net, device, tc, 'tc egress')
  if (!passed) return
  yield* runTaps(net, device, passed)
  // The queue (fq) tells packets of nobody's socket apart by their flows.
  if (device.kind === 'eth' && passed.socket === 0 && passed.hash === 0)
    yield* dissectFlow(net, namespaceOf(net, device.ns), passed, device)
  const wait = passed.tstampNs - (BOOT_NS + net.world.nowNs)
  // The queue (fq) holds a packet back until the time that it bears.
  onWire(net, device, passed, Math.max(0, wait))
}

/** The driver sends. */
function onWire(net: Net, device: NetInterface, skb: Skb, afterNs = 0): undefined {
  const at = placeOf(device)
  if (!isUp(net, device)) return tell(net, skb, at, 'dropped', 'interface is down')
  if (device.kind === 'lo')
    return later(net, afterNs, { kind: 'input', at: device, skb: { ...skb, socket: 0, ingress: device.ifindex, hops: skb.hops + 1 } })
  if (device.kind === 'bridge') {
    const local = bridgeForward(net, device, skb)
    return local && tell(net, local, at, 'dropped', 'for itself')
  }
  const bytes = tagged(skb)
  tell(net, skb, at, 'sent', afterNs > 0 ? `in ${Math.round(afterNs / 1000)} us` : device.wires.length === 0 ? 'outside' : '')
  if (device.wires.length === 0) answerOutside(net, device, bytes)
  for (const [i, wire] of device.wires.entries()) {
    const copy = { ...skb, id: i === 0 ? skb.id : nextPacket(net), bytes, vlanProto: 0, vlanTci: 0, hops: skb.hops + 1 }
    later(net, afterNs + wire.delayNs, { kind: 'receive', at: wire, skb: copy })
  }
}

/** Somebody out there answers for every address that is asked for. */
function answerOutside(net: Net, device: NetInterface, frame: Uint8Array): void {
  const type = etherTypeOf(frame)
  const reply = type === ETH_P_ARP ? outsideArp(frame) : type === ETH_P_IPV6 ? outsideNdp(frame) : undefined
  if (reply) later(net, 0, { kind: 'receive', at: device, skb: newSkb(nextPacket(net), reply) })
}
