// What the network is made of: namespaces with interfaces and routes (they stay as the scenario has them) and packets under way with what Linux
// keeps beside their bytes. All plain and immutable; what changes lies in `NetState` (state.ts).
import type { Kernel } from '../kernel.ts'
import type { ScenarioRule, ScenarioServer } from '../world/scenario.ts'
import type { Ip, Prefix } from './address.ts'

export interface InterfaceRef {
  readonly ns: string
  readonly ifindex: number
}

export type InterfaceKind = 'lo' | 'eth' | 'veth' | 'bridge' | 'ipip' | 'sit' | 'ip6tnl' | 'gue'

export interface NetInterface extends InterfaceRef {
  readonly name: string
  readonly kind: InterfaceKind
  readonly mac: string
  readonly addresses: readonly Prefix[]
  readonly mtu: number
  /** Interfaces at the other end of the wire; none = the outside, which answers for every address that is asked for. */
  readonly wires: readonly (InterfaceRef & { readonly delayNs: number })[]
  /** ifindex of the bridge that it is a port of; 0 = none. */
  readonly bridge: number
  /** UDP port of a tunnel that has one. */
  readonly port: number
}

export interface NetRoute {
  readonly to: Prefix
  /** The address of nobody = on the link. */
  readonly via: Ip
  readonly ifindex: number
}

export interface Namespace {
  readonly name: string
  /** Host that it is on; its own name for hosts. */
  readonly host: string
  readonly kind: 'host' | 'pod'
  readonly kernel: Kernel
  readonly cookie: bigint
  /** Path of its cgroup: "/" of hosts. */
  readonly cgroup: string
  readonly cgroupIds: readonly number[]
  readonly interfaces: ReadonlyMap<number, NetInterface>
  /** The longest prefix first. */
  readonly routes: readonly NetRoute[]
  readonly rules: readonly ScenarioRule[]
  readonly servers: readonly ScenarioServer[]
  readonly forwards: boolean
}

/** A packet under way. */
export interface Skb {
  /** The same on all of its way. */
  readonly id: number
  /** Ethernet header first. */
  readonly bytes: Uint8Array
  /** What XDP put in front of the frame; it stays there until the packet leaves its host. */
  readonly meta: Uint8Array
  /** Sent by XDP, so that drivers pass on the frame itself: XDP at the other end of a veth sees its metadata. */
  readonly isFrame: boolean
  readonly mark: number
  readonly priority: number
  /** Time of departure that a program asked for, nanoseconds since boot; 0 = at once. */
  readonly tstampNs: number
  /** Interface that it came in on in this namespace; 0 = made here. */
  readonly ingress: number
  /** Socket that it is sent by; 0 = none. */
  readonly socket: number
  readonly tcClassid: number
  /** Hash of its flow; 0 = nobody has asked for it. */
  readonly hash: number
  readonly queueMapping: number
  readonly vlanTci: number
  /** 0 = no tag outside of the bytes. */
  readonly vlanProto: number
  /** Connection that it belongs to in this namespace; empty = not looked for yet. */
  readonly ct: string
  readonly ctWay: 'original' | 'reply'
  /** Times that it was redirected or sent on; ends loops. */
  readonly hops: number
}

export const NO_META = new Uint8Array(0)

export const newSkb = (id: number, bytes: Uint8Array, change: Partial<Skb> = {}): Skb => ({
  id,
  bytes,
  meta: NO_META,
  isFrame: false,
  mark: 0,
  priority: 0,
  tstampNs: 0,
  ingress: 0,
  socket: 0,
  tcClassid: 0,
  hash: 0,
  queueMapping: 0,
  vlanTci: 0,
  vlanProto: 0,
  ct: '',
  ctWay: 'original',
  hops: 0,
  ...change,
})
