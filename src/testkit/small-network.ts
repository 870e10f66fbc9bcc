// Networks without programs for tests: hosts, pods and requests through them, and what the world's log says of it.
import { expect } from 'vitest'
import {
  createKernel,
  createWorld,
  type NetInput,
  planNetwork,
  type ScenarioLink,
  type ScenarioNode,
  type Stimulus,
  type World,
  type WorldEvent,
} from '../kernel/index.ts'

type Request = Extract<Stimulus, { readonly kind: 'request' }>

export interface Setting {
  readonly nodes: readonly ScenarioNode[]
  readonly links?: readonly ScenarioLink[]
}

export function build({ nodes, links = [] }: Setting, inputs: readonly NetInput[]): World {
  const kernels = new Map(nodes.flatMap((n) => (n.kind === 'host' ? [[n.name, createKernel({ seed: 1 })] as const] : [])))
  const network = planNetwork({ seed: 1, nodes, links, kernels, programs: [], inputs })
  expect(network.faults).toEqual([])
  const world = createWorld({ plan: network.plan, kernels, planned: network.planned })
  network.join(world)
  return world
}

export function run(world: World): void {
  for (;;) {
    const step = world.next()
    if (step.kind === 'over') return
    if (step.kind === 'activation') throw new Error('no program is there')
  }
}

export const request = (node: string, to: string, protocol: Request['protocol'], more: Partial<Request> = {}): NetInput => ({
  kind: 'request',
  atNs: 0,
  node,
  stimulus: 0,
  turn: 0,
  request: { kind: 'request', to, protocol, ...more },
})

export const all = (world: World): WorldEvent[] => Array.from({ length: world.events.count }, (_, i) => world.events.at(i))
export const notes = (world: World): string[] => all(world).flatMap((e) => (e.kind === 'note' ? [`${e.node}: ${e.text}`] : []))
/** The same without how long it took. */
export const outcomes = (world: World): string[] => notes(world).map((n) => n.replace(/ in [\d.]+ ms$/, ''))
export const packets = (world: World): string[] =>
  all(world).flatMap((e) => (e.kind === 'packet' ? [`${e.atNs / 1000} #${e.packet} ${e.node}:${e.place} ${e.what} ${e.why}`.trim()] : []))

export function ask(setting: Setting, ...inputs: readonly NetInput[]): World {
  const world = build(setting, inputs)
  run(world)
  return world
}
