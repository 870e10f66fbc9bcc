// The network as a part of a world: carries out what waits in the queue for it, keeps its state, answers what programs ask. In: nodes, links, loaded
// programs with their attachments, and what the scenario has planned. Out: the plan of the land, events, and the part itself.

import type { Kernel } from '../kernel.ts'
import type { Happening, PlannedEvent, WorldEngine, WorldPart } from '../world/engine.ts'
import type { ScenarioLink, ScenarioNode, Stimulus } from '../world/scenario.ts'
import type { WorldPlan } from '../world/types.ts'
import { anyOf, familyOf, parseIp, prefixText } from './address.ts'
import type { App } from './app.ts'
import { appEvents, appTimeout, serve } from './apps.ts'
import { attachPrograms, type ProgramAttachment } from './attach.ts'
import { openSocket } from './dial.ts'
import type { Endpoint } from './endpoint.ts'
import { putMac, readIp } from './headers.ts'
import { netHost } from './host.ts'
import { sendIcmpError } from './icmp.ts'
import { deviceOf, NET_PART, type Net, type NetEvent, namespaceOf, nextPacket, note } from './net.ts'
import { pingTimeout } from './outcome.ts'
import { type Request, startRequest, udpTimeout } from './request.ts'
import { askAgain } from './resolve.ts'
import { forget, groupAt, put } from './socket.ts'
import { runAddressHook, runSockHook, runSockOps } from './socket-hooks.ts'
import { input, mapped, output, receive, transmit } from './stack.ts'
import { copyNetState, createNetState, type NetState } from './state.ts'
import { retransmit } from './tcp.ts'
import { buildTopology, speaksIpv6 } from './topology.ts'
import { type Namespace, newSkb } from './types.ts'
import { sendDatagram } from './udp.ts'
import { batchMap, writeMap } from './user-maps.ts'

/** What happens at a time that is known before: frames from outside, requests, changes, writes to maps. */
export type NetInput =
  | {
      readonly kind: 'frame'
      readonly atNs: number
      readonly node: string
      readonly interface: string
      readonly bytes: Uint8Array
      /** Whether its link layer address is to become the interface's own. */
      readonly addressed: boolean
    }
  | {
      readonly kind: 'request'
      readonly atNs: number
      readonly node: string
      readonly request: Request
      readonly stimulus: number
      readonly turn: number
    }
  | { readonly kind: 'change'; readonly atNs: number; readonly change: Stimulus & { readonly kind: 'change' } }
  | { readonly kind: 'batch'; readonly atNs: number; readonly batch: Stimulus & { readonly kind: 'batch' } }
  | {
      readonly kind: 'map'
      readonly atNs: number
      readonly node: string
      readonly map: string
      readonly key: Uint8Array
      /** undefined = the key is deleted. */
      readonly value: Uint8Array | undefined
    }

export interface NetworkOptions {
  readonly seed: number
  readonly nodes: readonly ScenarioNode[]
  readonly links: readonly ScenarioLink[]
  /** By host. */
  readonly kernels: ReadonlyMap<string, Kernel>
  readonly programs: readonly ProgramAttachment[]
  /** In order of time. */
  readonly inputs: readonly NetInput[]
}

export interface Network {
  readonly plan: WorldPlan
  readonly planned: readonly PlannedEvent[]
  /** What does not fit together, a sentence each. */
  readonly faults: readonly string[]
  /** The part, once there is a world that it is of. */
  join(world: WorldEngine): NetworkPart
}

export interface NetworkPart extends WorldPart {
  /** Rules of chains that packets have been compared with. */
  readonly rulesTraversed: () => number
}

const KIND_ORDER = { host: 0, pod: 1 } as const

export function planNetwork({ seed, nodes, links, kernels, programs, inputs }: NetworkOptions): Network {
  const added = inputs.flatMap((i) => (i.kind === 'change' && i.change.change === 'add' && i.change.add ? [i.change.add] : []))
  const kernelOf = (host: string): Kernel => kernels.get(host) ?? [...kernels.values()][0]
  const { namespaces, faults } = buildTopology([...nodes, ...added], links, kernelOf)
  const attached = attachPrograms(namespaces, programs)
  const planned: PlannedEvent[] = [{ atNs: 0, part: NET_PART, what: { kind: 'boot' } satisfies NetEvent }]
  for (const [index, { atNs }] of inputs.entries())
    planned.push({ atNs, part: NET_PART, what: { kind: 'planned', index } satisfies NetEvent })
  return {
    plan: planOf(namespaces, attached.list),
    planned,
    faults: [...faults, ...attached.faults],
    join(world) {
      const net: Net = {
        world,
        namespaces,
        hooks: attached.hooks,
        cgroups: attached.cgroups,
        seed,
        state: createNetState(),
        output: (ns, skb) => output(net, ns, skb),
        app: appEvents,
        current: undefined,
      }
      for (const node of added) if (node.kind === 'host' || node.kind === 'pod') switchNode(net, node.name, false)
      for (const [host, kernel] of kernels) kernel.host = { ...kernel.host, net: netHost(net, host, kernel, () => net.current) }
      const part: NetworkPart = {
        name: NET_PART,
        carryOut: (what) => carryOut(net, what as NetEvent, inputs),
        save: () => copyNetState(net.state),
        restore: (saved) => {
          net.state = copyNetState(saved as NetState)
          net.current = undefined
        },
        rulesTraversed: () => net.state.rulesTraversed,
      }
      world.add(part)
      return part
    },
  }
}

function planOf(namespaces: ReadonlyMap<string, Namespace>, hooks: WorldPlan['hooks']): WorldPlan {
  const all = [...namespaces.values()].sort((a, b) => KIND_ORDER[a.kind] - KIND_ORDER[b.kind])
  const links: WorldPlan['links'][number][] = []
  for (const ns of all) {
    for (const d of ns.interfaces.values()) {
      for (const wire of d.wires) {
        const other = namespaces.get(wire.ns)?.interfaces.get(wire.ifindex)
        // Each wire once, from the end that comes first.
        if (!other || `${wire.ns} ${wire.ifindex}` < `${d.ns} ${d.ifindex}`) continue
        links.push({ a: { node: d.ns, interface: d.name }, b: { node: other.ns, interface: other.name } })
      }
    }
  }
  return {
    nodes: all.map((ns) => ({
      kind: ns.kind,
      name: ns.name,
      on: ns.kind === 'pod' ? ns.host : '',
      interfaces: [...ns.interfaces.values()].map(({ name, ifindex, mac, addresses }) => ({
        name,
        ifindex,
        mac,
        addresses: addresses.map(prefixText),
      })),
    })),
    links,
    hooks,
  }
}

function* carryOut(net: Net, event: NetEvent, inputs: readonly NetInput[]): Happening {
  switch (event.kind) {
    case 'boot':
      for (const ns of net.namespaces.values()) yield* boot(net, ns)
      return
    case 'planned':
      return yield* happens(net, inputs[event.index])
    case 'receive':
      return yield* receive(net, event.at, event.skb)
    case 'input': {
      const device = deviceOf(net, event.at)
      return device && (yield* input(net, device, event.skb))
    }
    case 'mapped':
      return yield* mapped(net, event.key, event.at, event.to, event.skb)
    case 'transmit':
      return yield* transmit(net, event.at, event.skb)
    case 'neighbour':
      for (const { device, skb } of askAgain(net, event.key)) {
        const ip = readIp(skb.bytes)
        if (ip) yield* sendIcmpError(net, namespaceOf(net, device.ns), skb, ip, 'host unreachable')
      }
      return
    case 'datagram': {
      const socket = net.state.sockets.get(event.socket)
      return socket && (yield* sendDatagram(net, socket, event.local, event.to, event.answer))
    }
    case 'ping':
      return pingTimeout(net, event.key)
    case 'socket':
      switch (event.what) {
        case 'retransmit':
          return yield* retransmit(net, event.socket, event.mark)
        case 'connected':
          return yield* appEvents.connected(net, event.socket)
        case 'serve':
          return yield* serve(net, event.socket)
        case 'timeout':
          return net.state.sockets.get(event.socket)?.protocol === 'udp'
            ? yield* udpTimeout(net, event.socket)
            : yield* appTimeout(net, event.socket)
      }
  }
}

/** The servers of a namespace bind and listen: to all of its addresses of IPv4, and of IPv6 where it speaks that, or to the one that they are told. */
function* boot(net: Net, ns: Namespace): Happening {
  for (const server of ns.servers) {
    const told = server.address === undefined ? undefined : parseIp(server.address)
    for (const family of ['ip4', 'ip6'] as const) {
      if (told === undefined ? family === 'ip4' || speaksIpv6(ns) : familyOf(told) === family)
        for (let worker = 0; worker < (server.workers ?? 1); worker++)
          yield* listen(net, ns, { kind: 'listener', server, worker }, { ip: told ?? anyOf(family), port: server.port })
    }
  }
}

function* listen(net: Net, ns: Namespace, app: App & { kind: 'listener' }, wanted: Endpoint): Happening {
  const { server } = app
  const socket = yield* openSocket(net, ns, familyOf(wanted.ip), server.protocol, app)
  const at = socket && (yield* runAddressHook(net, 'bind', socket, wanted))
  if (!socket || !at || at === 'denied') {
    if (socket) forget(net, socket)
    return note(net, ns.name, `${server.protocol} ${server.port}: the server may not bind`)
  }
  const reuseport = (server.workers ?? 1) > 1 ? groupAt(net, socket, at) : 0
  const own = put(net, { ...socket, local: at, reuseport, state: server.protocol === 'tcp' ? 'listen' : 'bound' })
  if (!(yield* runSockHook(net, 'post_bind', own))) {
    forget(net, own)
    return note(net, ns.name, `${server.protocol} ${server.port}: the server may not bind`)
  }
  if (server.protocol === 'tcp') yield* runSockOps(net, own, 'listen')
}

function* happens(net: Net, what: NetInput): Happening {
  switch (what.kind) {
    case 'frame': {
      const ns = net.namespaces.get(what.node)
      const device = [...(ns?.interfaces.values() ?? [])].find((d) => (what.interface === '' ? d.kind !== 'lo' : d.name === what.interface))
      if (!device) return
      let { bytes } = what
      if (what.addressed && (bytes[0] & 1) === 0) {
        bytes = bytes.slice()
        putMac(bytes, 0, device.mac)
      }
      return yield* receive(net, device, newSkb(nextPacket(net), bytes), true)
    }
    case 'request': {
      const ns = net.namespaces.get(what.node)
      return ns && (yield* startRequest(net, ns, what.request, what.stimulus, what.turn))
    }
    case 'change':
      return change(net, what.change)
    case 'map':
      return writeMap(net, what)
    case 'batch':
      return batchMap(net, what.batch)
  }
}

/** "host:eth0" or a node with all of its interfaces comes or goes. */
function change(net: Net, { change: how, what, add }: Stimulus & { readonly kind: 'change' }): void {
  const up = how === 'up' || how === 'add'
  const [node, name] = (add?.name ?? what).split(':')
  if (name === undefined) switchNode(net, node, up)
  for (const d of net.namespaces.get(node)?.interfaces.values() ?? []) if (d.name === name) switchInterface(net, node, d.ifindex, up)
  note(net, node, `${what} ${how === 'add' ? 'is added' : how === 'remove' ? 'is removed' : `goes ${how}`}`)
}

function switchNode(net: Net, node: string, up: boolean): void {
  for (const d of net.namespaces.get(node)?.interfaces.values() ?? []) switchInterface(net, node, d.ifindex, up)
}

function switchInterface({ state }: Net, ns: string, ifindex: number, up: boolean): void {
  if (up) state.down.delete(`${ns} ${ifindex}`)
  else state.down.add(`${ns} ${ifindex}`)
}
