import { expect, test } from 'vitest'
import type { WorldEvent, WorldView } from '../../../engine/index.ts'
import { drawWorld, eventTone, hostOf, processTree, spotOf } from './select.ts'

const iface = (name: string, address: string) => ({ name, ifindex: 2, mac: '02:00:00:00:00:01', addresses: [address] })
const host = (name: string, ...names: string[]) => ({
  kind: 'host' as const,
  name,
  on: '',
  interfaces: names.map((n) => iface(n, '10.0.0.1/24')),
})
const hook = { name: 'xdp', node: 'lb', place: 'eth0', program: 0, runs: 3, passed: 2, dropped: 1, faults: 0, steps: 90 }
const view: WorldView = {
  revision: 1,
  nodes: [
    host('client', 'eth0'),
    host('lb', 'eth0', 'eth1'),
    host('real', 'eth0'),
    { kind: 'pod', name: 'web', on: 'real', interfaces: [iface('eth0', '10.1.0.2/24')] },
    { kind: 'process', name: 'nginx', on: 'web', interfaces: [] },
    host('far'),
  ],
  links: [
    { a: { node: 'real', interface: 'eth0' }, b: { node: 'lb', interface: 'eth1' } },
    { a: { node: 'client', interface: 'eth0' }, b: { node: 'lb', interface: 'eth0' } },
  ],
  hooks: [hook],
  activations: 3,
  events: 2,
  endNs: 5,
  stopped: '',
}

test('hosts stand by their distance, pods, processes and hooks on their host', () => {
  const picture = drawWorld(view)
  const at = Object.fromEntries(picture.cards.map((c) => [c.name, c.x]))
  expect(at['client']).toBeLessThan(at['lb'])
  expect(at['lb']).toBeLessThan(at['real'])
  expect(at['real']).toBeLessThan(at['far'])
  expect(picture.lines).toHaveLength(2)
  expect(hostOf(view, 'nginx')).toBe('real')
  const rows = picture.cards.map((c) => `${c.name}: ${c.rows.map((r) => (r.kind === 'hook' ? r.hook.name : r.name)).join(' ')}`)
  expect(rows).toEqual(['client: eth0', 'lb: eth0 eth1 xdp', 'real: eth0 web nginx', 'far: '])
  // No card lies on another, and all lie in the picture.
  for (const a of picture.cards) {
    expect(a.y + a.height).toBeLessThanOrEqual(picture.height)
    for (const b of picture.cards) if (a !== b && a.x === b.x) expect(a.y + a.height <= b.y || b.y + b.height <= a.y).toBe(true)
  }
})

test('a packet stands at its interface, in its pod, or at the head of its host', () => {
  const picture = drawWorld(view)
  const packet = (node: string, place: string): WorldEvent => ({
    kind: 'packet',
    atNs: 0,
    packet: 1,
    node,
    place,
    what: 'arrived',
    why: '',
  })
  const eth1 = spotOf(picture, view, packet('lb', 'eth1'))
  const eth0 = spotOf(picture, view, packet('lb', 'eth0'))
  expect((eth1?.y ?? 0) - (eth0?.y ?? 0)).toBe(26)
  expect(spotOf(picture, view, packet('web', 'eth0'))?.x).toBe((picture.cards[2]?.x ?? 0) + 7)
  expect(spotOf(picture, view, packet('nowhere', ''))).toBeUndefined()
  expect(eventTone({ ...packet('lb', 'eth0'), what: 'dropped' } as WorldEvent)).toBe('bad')
})

test('processes are a tree as of an entry, with how they ended', () => {
  const p = (pid: number, ppid: number, what: 'fork' | 'exec' | 'exit' | 'killed', comm: string): WorldEvent => ({
    kind: 'process',
    atNs: 0,
    node: 'h',
    pid,
    ppid,
    what,
    comm,
  })
  const events = [
    p(1, 0, 'exec', 'init'),
    p(7, 1, 'fork', 'init'),
    p(7, 1, 'exec', 'sh'),
    p(9, 7, 'fork', 'sh'),
    p(9, 7, 'killed', 'miner'),
  ]
  const rows = (upTo: number) => processTree(events, upTo).map((r) => `${' '.repeat(r.depth)}${r.comm}(${r.pid})${r.end}`)
  expect(rows(1)).toEqual(['init(1)', ' init(7)'])
  expect(rows(4)).toEqual(['init(1)', ' sh(7)', '  miner(9)killed'])
  expect(processTree([p(3, 4, 'fork', 'a'), p(4, 3, 'fork', 'b')], 1)).toHaveLength(2)
})
