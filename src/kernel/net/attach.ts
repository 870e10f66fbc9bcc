// Where programs of the network attach: from a program's type and section and what the scenario says to the key of a hook. What cannot be attached is
// named. In: loaded programs with their attachments. Out: the tables that `net.ts` looks hooks up in, and their list for people.
import type { LoadedProgram } from '../kernel.ts'
import { CGROUP_TYPES } from '../world/attaches.ts'
import type { Attachment } from '../world/scenario.ts'
import type { PlanHook } from '../world/types.ts'
import { networkOf, type Prefix, parsePrefix, prefixText } from './address.ts'
import type { AttachedProgram } from './net.ts'
import type { Namespace, NetInterface } from './types.ts'

export interface ProgramAttachment {
  readonly program: LoadedProgram
  readonly at: Attachment
}

export interface NetHooks {
  readonly hooks: ReadonlyMap<string, readonly AttachedProgram[]>
  readonly cgroups: ReadonlyMap<string, readonly (AttachedProgram & { readonly path: string })[]>
  readonly list: readonly PlanHook[]
  readonly faults: readonly string[]
}

const CHAINS = ['prerouting', 'input', 'forward', 'output', 'postrouting']
export function attachPrograms(namespaces: ReadonlyMap<string, Namespace>, programs: readonly ProgramAttachment[]): NetHooks {
  const hooks = new Map<string, AttachedProgram[]>()
  const cgroups = new Map<string, (AttachedProgram & { readonly path: string })[]>()
  const list: PlanHook[] = []
  const faults: string[] = []
  for (const { program, at } of programs) {
    const { name, type } = program.program
    const ns = at.node === '' ? [...namespaces.values()][0] : namespaces.get(at.node)
    if (!ns) {
      faults.push(`${name} is attached to ${at.node}, which is no host or pod`)
      continue
    }
    if (Object.hasOwn(CGROUP_TYPES, type)) {
      const path = at.target || ns.cgroup
      const hook = { name: CGROUP_TYPES[type], node: ns.name, place: path }
      push(cgroups, `${ns.host} ${type}`, { hook, program, path: path.length > 1 ? path.replace(/\/$/, '') : path })
      list.push({ ...hook, program: name })
      continue
    }
    const where = placeOf(ns, program, at)
    if (typeof where === 'string') {
      faults.push(where)
      continue
    }
    const taken = type === 'flow_dissector' ? otherDissector(hooks, namespaces, ns) : undefined
    if (taken) {
      faults.push(`${name}: ${taken}`)
      continue
    }
    const hook = { name: where.name, node: ns.name, place: where.place }
    push(hooks, where.key, { hook, program })
    list.push({ ...hook, program: name })
  }
  return { hooks, cgroups, list, faults }
}

function push<T>(table: Map<string, T[]>, key: string, value: T): void {
  const there = table.get(key)
  if (there) there.push(value)
  else table.set(key, [value])
}

interface Where {
  readonly key: string
  readonly name: string
  readonly place: string
}

/** Keys of programs that stand in maps beside where packets are redirected to. */
export const devmapKey = (ns: string, map: string, ifindex: number): string => `devmap ${ns} ${map} ${ifindex}`
export const cpumapKey = (ns: string, map: string): string => `cpumap ${ns} ${map}`

/** Key of the program that takes packets of a namespace apart. */
export const dissectorKey = (ns: string): string => `flow_dissector ${ns}`

/** A namespace has one at most, and the host's is there for all: beside it none may be, and it beside none. Linux: flow_dissector_bpf_prog_attach_check(). */
function otherDissector(
  hooks: ReadonlyMap<string, unknown>,
  namespaces: ReadonlyMap<string, Namespace>,
  ns: Namespace,
): string | undefined {
  if (hooks.has(dissectorKey(ns.name))) return `${ns.name} has a flow dissector already`
  const others = [...namespaces.values()].filter((n) => n.host === ns.host && n !== ns && (n.kind === 'host') !== (ns.kind === 'host'))
  const there = others.find((n) => hooks.has(dissectorKey(n.name)))
  return there && `${there.name} has a flow dissector already (a host's is there for its pods too)`
}

/** Key of the program that chooses among sockets that share a port. */
export const reuseportKey = (ns: string, protocol: string, port: number): string => `sk_reuseport ${ns} ${protocol} ${port}`

/** Key of programs on a route with a lightweight tunnel. */
export const lwtKey = (type: 'lwt_in' | 'lwt_out' | 'lwt_xmit', ns: string, to: Prefix): string => `${type} ${ns} ${prefixText(to)}`

/** The hook of a program, or a sentence on why there is none. */
function placeOf(ns: Namespace, { program, maps }: LoadedProgram, at: Attachment): Where | string {
  const { name, type, section } = program
  switch (type) {
    case 'xdp':
    case 'sched_cls':
    case 'sched_act':
    case 'socket_filter': {
      const device = deviceNamed(ns, at.interface)
      if (!device) return `${name} is attached to ${ns.name}:${at.interface}, which is no interface`
      const on = `${ns.name} ${device.ifindex}`
      if (type === 'xdp') return { key: `xdp ${on}`, name: 'xdp', place: device.name }
      if (type === 'socket_filter') return { key: `tap ${on}`, name: 'socket filter', place: device.name }
      const way = at.direction ?? (/egress/.test(section) ? 'egress' : 'ingress')
      return { key: `tc ${on} ${way}`, name: `tc ${way}`, place: device.name }
    }
    case 'xdp_devmap':
    case 'xdp_cpumap': {
      const what = type === 'xdp_devmap' ? 'devmap' : 'cpumap'
      const map = ns.kernel.maps.find((m) => m.def.name === at.target && m.def.type.startsWith(what))
      if (!map) return `${name} needs the name of a ${what} to attach to`
      // struct bpf_devmap_val, struct bpf_cpumap_val: a number, and the program behind it.
      if (map.def.valueSize < 8) return `${name}: values of ${map.def.name} have no room for a program`
      if (what === 'cpumap') return { key: cpumapKey(ns.name, map.def.name), name: 'xdp cpumap', place: map.def.name }
      const device = deviceNamed(ns, at.interface)
      if (!device) return `${name} is attached to ${ns.name}:${at.interface}, which is no interface`
      return { key: devmapKey(ns.name, map.def.name, device.ifindex), name: 'xdp devmap', place: `${map.def.name} ${device.name}` }
    }
    case 'netfilter': {
      const chain = at.target || 'prerouting'
      return CHAINS.includes(chain) ? { key: `nf ${ns.name} ${chain}`, name: `netfilter ${chain}`, place: chain } : `${chain} is no chain`
    }
    case 'flow_dissector':
      return { key: dissectorKey(ns.name), name: 'flow_dissector', place: ns.name }
    case 'sk_lookup':
      return { key: `sk_lookup ${ns.name}`, name: 'sk_lookup', place: ns.name }
    case 'sk_reuseport': {
      const m = /^(tcp|udp)[ /:](\d{1,5})$/.exec(at.target ?? '')
      const server = ns.servers.find((s) => s.protocol === m?.[1] && s.port === Number(m[2]) && (s.workers ?? 1) > 1)
      if (!server) return `${name} needs a port that several workers of ${ns.name} share ("tcp/80") to attach to`
      return { key: reuseportKey(ns.name, server.protocol, server.port), name: 'sk_reuseport', place: `${server.protocol}/${server.port}` }
    }
    case 'sk_msg':
    case 'sk_skb':
    case 'sk_skb_verdict': {
      const tables = maps.filter((m) => m.def.type === 'sockmap' || m.def.type === 'sockhash')
      const map = at.target || tables[0]?.def.name
      if (!map) return `${name} needs the name of a sockmap to attach to`
      const kind = type === 'sk_msg' ? 'sk_msg' : 'sk_skb'
      return { key: `${kind} ${ns.host}`, name: kind, place: map }
    }
    case 'lwt_in':
    case 'lwt_out':
    case 'lwt_xmit': {
      const prefix = parsePrefix(at.target ?? '')
      const wanted = prefix && prefixText(networkOf(prefix))
      const route = ns.routes.find((r) => prefixText(r.to) === wanted)
      if (!route || !at.target) return `${name} needs the destination of a route of ${ns.name} ("10.0.2.0/24" or "default") to attach to`
      return { key: lwtKey(type, ns.name, route.to), name: type.replace('_', ' '), place: at.target }
    }
    default:
      return `${name}: programs of type ${type} attach to nothing in a network`
  }
}

/** An interface by its name; without one the first that is not loopback. */
function deviceNamed(ns: Namespace, name: string): NetInterface | undefined {
  for (const d of ns.interfaces.values()) if (name === '' ? d.kind !== 'lo' : d.name === name) return d
  return undefined
}
