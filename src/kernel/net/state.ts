// All that changes in the network, as immutable records in tables: a picture of it is the tables copied. Whoever changes a record puts a new one in.
import { type Ip, ipKey } from './address.ts'
import type { Conn } from './conntrack.ts'
import type { Ping } from './outcome.ts'
import type { Socket } from './socket.ts'
import type { InterfaceRef, Skb } from './types.ts'

/** Packets that wait for the link layer address of a neighbour. */
export interface Waiting {
  readonly to: InterfaceRef
  readonly ip: Ip
  readonly skbs: readonly Skb[]
  readonly tries: number
}

export interface NetState {
  /** MAC address by "namespace ifindex address". */
  readonly neighbours: Map<string, string>
  /** Neighbours, by the same, whose link layer header is kept ready. */
  readonly headers: Set<string>
  readonly waiting: Map<string, Waiting>
  /** Port by "namespace bridge mac". */
  readonly bridges: Map<string, number>
  /** Connections by "namespace" and either of their tuples. */
  readonly tracked: Map<string, Conn>
  readonly sockets: Map<number, Socket>
  /** Sockets by "namespace protocol port"; of connected ones by the whole tuple. */
  readonly bound: Map<string, readonly number[]>
  /** New connections that reached a rule, by "namespace index". */
  readonly ruleHits: Map<string, number>
  /** Callbacks that sockops programs asked for, by socket. */
  readonly sockOpsFlags: Map<number, number>
  /** Numbers of the kernel's Socks that are free again, by host. */
  readonly freeSocks: Map<string, readonly number[]>
  /** Echo requests that wait, by "namespace identifier-and-sequence". */
  readonly pings: Map<string, Ping>
  /** Interfaces ("namespace ifindex") and servers that are down. */
  readonly down: Set<string>
  packets: number
  nextSocket: number
  /** Groups of sockets that share a port. */
  nextGroup: number
  /** Of ports that the system chooses, and of IP identifiers. */
  nextPort: number
  nextId: number
  timers: number
  rulesTraversed: number
}

export const createNetState = (): NetState => ({
  neighbours: new Map(),
  headers: new Set(),
  waiting: new Map(),
  bridges: new Map(),
  tracked: new Map(),
  sockets: new Map(),
  bound: new Map(),
  ruleHits: new Map(),
  sockOpsFlags: new Map(),
  freeSocks: new Map(),
  pings: new Map(),
  down: new Set(),
  packets: 0,
  nextSocket: 1,
  nextGroup: 1,
  nextPort: 0,
  nextId: 0,
  timers: 0,
  rulesTraversed: 0,
})

/** A state of its own with the same records. */
export const copyNetState = (s: NetState): NetState => ({
  ...s,
  neighbours: new Map(s.neighbours),
  headers: new Set(s.headers),
  waiting: new Map(s.waiting),
  bridges: new Map(s.bridges),
  tracked: new Map(s.tracked),
  sockets: new Map(s.sockets),
  bound: new Map(s.bound),
  ruleHits: new Map(s.ruleHits),
  sockOpsFlags: new Map(s.sockOpsFlags),
  freeSocks: new Map(s.freeSocks),
  pings: new Map(s.pings),
  down: new Set(s.down),
})

export const neighbourKey = (ns: string, ifindex: number, ip: Ip): string => `${ns} ${ifindex} ${ipKey(ip)}`
