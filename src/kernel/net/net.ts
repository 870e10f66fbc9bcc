// What the pieces of the network share: the world, the namespaces, the attached programs and the state; and the few words that all of them say.
// Owned by the network's part of one world.
import type { LoadedProgram } from '../kernel.ts'
import type { Happening, WorldEngine } from '../world/engine.ts'
import { invoke, type ProgramCall } from '../world/invoke.ts'
import type { ActivationResult, Hook, WorldEvent } from '../world/types.ts'
import type { Endpoint } from './endpoint.ts'
import type { Socket } from './socket.ts'
import type { NetState } from './state.ts'
import type { InterfaceRef, Namespace, NetInterface, Skb } from './types.ts'

export interface AttachedProgram {
  readonly hook: Hook
  readonly program: LoadedProgram
}

export interface Net {
  readonly world: WorldEngine
  readonly namespaces: ReadonlyMap<string, Namespace>
  /** Programs by hook: "xdp host 2", "tc host 2 ingress", "nf host prerouting", "sk_lookup host". */
  readonly hooks: ReadonlyMap<string, readonly AttachedProgram[]>
  /** Programs on cgroups by "host type", with the path that they are attached to. */
  readonly cgroups: ReadonlyMap<string, readonly (AttachedProgram & { readonly path: string })[]>
  readonly seed: number
  state: NetState
  /** Handed in, as the way in leads to the way out again: sends an IP packet of the namespace; tells applications. */
  readonly output: (ns: Namespace, skb: Skb) => Happening
  readonly app: AppEvents
  /** Namespace that the program under way runs in. */
  current: Namespace | undefined
}

/** What a connection tells who sits on it. */
export interface AppEvents {
  readonly connected: (net: Net, socket: number) => Happening
  readonly received: (net: Net, socket: number, data: Uint8Array) => Happening
  /** The peer will send no more. */
  readonly ended: (net: Net, socket: number) => Happening
  /** Refused, reset, timed out: the socket is gone already. */
  readonly failed: (net: Net, socket: Socket, why: string) => Happening
  readonly closed: (net: Net, socket: Socket) => Happening
}

/** Name by which events are scheduled for the network. */
export const NET_PART = 'net'

/** What waits in the world's queue for the network. */
export type NetEvent =
  | { readonly kind: 'receive'; readonly at: InterfaceRef; readonly skb: Skb }
  /** From a tunnel, a bridge or a redirect: no XDP, and no wire. */
  | { readonly kind: 'input'; readonly at: InterfaceRef; readonly skb: Skb }
  /** Redirected by a map that holds a program: to another interface, or to another CPU where `to` is `at`. */
  | { readonly kind: 'mapped'; readonly key: string; readonly at: InterfaceRef; readonly to: InterfaceRef; readonly skb: Skb }
  | { readonly kind: 'transmit'; readonly at: InterfaceRef; readonly skb: Skb }
  | { readonly kind: 'neighbour'; readonly key: string }
  | {
      readonly kind: 'socket'
      readonly socket: number
      readonly what: 'retransmit' | 'connected' | 'serve' | 'timeout'
      readonly mark: number
    }
  /** A server's answer that took a while. */
  | { readonly kind: 'datagram'; readonly socket: number; readonly local: Endpoint; readonly to: Endpoint; readonly answer: Uint8Array }
  | { readonly kind: 'ping'; readonly key: string }
  /** Servers open their sockets. */
  | { readonly kind: 'boot' }
  /** What the scenario has planned. */
  | { readonly kind: 'planned'; readonly index: number }

const NO_PROGRAMS: readonly AttachedProgram[] = []

export const programsAt = (net: Net, key: string): readonly AttachedProgram[] => net.hooks.get(key) ?? NO_PROGRAMS

const depthOf = (path: string): number => (path === '/' ? 0 : path.split('/').length)

/** Programs of a type that a namespace's cgroup comes under, its own first. */
export function cgroupPrograms(net: Net, ns: Namespace, type: string): readonly AttachedProgram[] {
  const all = net.cgroups.get(`${ns.host} ${type}`)
  if (!all) return NO_PROGRAMS
  const own = all.filter((a) => a.path === '/' || ns.cgroup === a.path || ns.cgroup.startsWith(`${a.path}/`))
  return own.sort((a, b) => depthOf(b.path) - depthOf(a.path))
}

/** Runs a program in a namespace. */
export function* call(
  net: Net,
  ns: Namespace,
  { hook, program }: AttachedProgram,
  how: Pick<ProgramCall, 'context' | 'subject' | 'begun'>,
): Happening<ActivationResult> {
  net.current = ns
  return yield* invoke(net.world, { hook, kernel: ns.kernel, program, ...how })
}

type PacketNote = Extract<WorldEvent, { kind: 'packet' }>['what']

export function tell(net: Net, skb: Skb, at: { readonly ns: string; readonly place: string }, what: PacketNote, why: string): undefined {
  net.world.tell({ kind: 'packet', atNs: net.world.nowNs, packet: skb.id, node: at.ns, place: at.place, what, why })
}

/** A sentence in the world's log. */
export const note = (net: Net, node: string, text: string): void => net.world.tell({ kind: 'note', atNs: net.world.nowNs, node, text })

export const placeOf = (device: NetInterface): { readonly ns: string; readonly place: string } => ({ ns: device.ns, place: device.name })

export function later(net: Net, afterNs: number, event: NetEvent): undefined {
  net.world.schedule(afterNs, NET_PART, event)
}

export function namespaceOf(net: Net, name: string): Namespace {
  const ns = net.namespaces.get(name)
  if (!ns) throw new Error(`a namespace ${name}`)
  return ns
}

export const deviceOf = (net: Net, { ns, ifindex }: InterfaceRef): NetInterface | undefined =>
  net.namespaces.get(ns)?.interfaces.get(ifindex)

export const isUp = (net: Net, device: InterfaceRef): boolean => !net.state.down.has(`${device.ns} ${device.ifindex}`)

const BPF_F_INGRESS = 1

/** Copies of a packet that a program sent elsewhere (bpf_clone_redirect()) since the effects counted `from`. */
export function newClones(net: Net, ns: Namespace, skb: Skb, from: number): void {
  const { effects } = ns.kernel
  for (let i = from; i < effects.count; i++) {
    const effect = effects.items[i]
    if (effect.kind !== 'clone-redirect') continue
    const clone = { ...skb, id: nextPacket(net), bytes: effect.packet.slice(), hops: skb.hops + 1 }
    const at = { ns: ns.name, ifindex: effect.ifindex }
    const device = deviceOf(net, at)
    if (device) tell(net, clone, placeOf(device), 'redirected', `clone of ${skb.id}`)
    later(net, 0, { kind: effect.flags & BPF_F_INGRESS ? 'input' : 'transmit', at, skb: clone })
  }
}

/** The number of a packet that begins here. */
export const nextPacket = (net: Net): number => ++net.state.packets
