// The network as processes see it where no network world is: names and addresses of the scenario, and its servers.
import type { ScenarioNode, ScenarioServer } from '../world/scenario.ts'
import type { NetworkPort } from './network-port.ts'

const DOTTED = /^\d{1,3}(\.\d{1,3}){3}$/

export function localNetwork(nodes: readonly ScenarioNode[], host: string): NetworkPort {
  const addresses = new Map<string, string>()
  const servers = new Map<string, readonly ScenarioServer[]>()
  let next = 1
  for (const n of nodes) {
    if (n.kind === 'pod') {
      const own = [n.address, n.address6 ?? ''].map((a) => a.split('/')[0]).find((a) => DOTTED.test(a))
      if (own) addresses.set(n.name, own)
      servers.set(n.name, n.servers ?? [])
    } else if (n.kind === 'host') {
      const given = n.interfaces
        .flatMap((i) => (typeof i === 'string' ? [] : (i.addresses ?? [])))
        .find((a) => DOTTED.test(a.split('/')[0]))
      addresses.set(n.name, given?.split('/')[0] ?? `10.0.0.${next++}`)
      servers.set(n.name, n.servers ?? [])
    }
  }
  return {
    netnsCookie: (node) => 1 + Math.max(0, [...addresses.keys()].indexOf(node)),
    resolve: (node, name) =>
      DOTTED.test(name)
        ? name
        : name === 'localhost'
          ? '127.0.0.1'
          : (addresses.get(name) ?? (name === node ? addresses.get(host) : undefined)),
    addressOf: (node) => addresses.get(node) ?? addresses.get(host) ?? '127.0.0.1',
    server: (address, port, protocol) => {
      const node = [...addresses].find(([, a]) => a === address)?.[0]
      return node === undefined ? undefined : servers.get(node)?.find((s) => s.port === port && s.protocol === protocol)
    },
  }
}
