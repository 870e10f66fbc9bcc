// Hosts, pods and a service without any program: the network by itself does what Linux's would.
import { describe, expect, test } from 'vitest'
import { all, ask, build, notes, outcomes, packets, request, run, type Setting } from '../../testkit/small-network.ts'
import type { ScenarioNode } from '../world/scenario.ts'
import type { NetInput } from './network.ts'

const web = { protocol: 'tcp', port: 80, answers: 'http', status: { '/no': 404 } } as const
const TWO: Setting = {
  nodes: [
    { kind: 'host', name: 'a', interfaces: ['eth0'] },
    { kind: 'host', name: 'b', interfaces: ['eth0'], servers: [web, { protocol: 'udp', port: 53, answers: 'echo' }] },
  ],
  links: [{ a: 'a:eth0', b: 'b:eth0', delayMs: 1 }],
}

const CLUSTER: Setting = {
  nodes: [
    { kind: 'host', name: 'n1', interfaces: ['eth0'] },
    { kind: 'host', name: 'n2', interfaces: ['eth0'] },
    { kind: 'pod', name: 'shop', host: 'n1', address: '10.1.1.2' },
    { kind: 'pod', name: 'cart', host: 'n1', address: '10.1.1.3', servers: [web] },
    {
      kind: 'pod',
      name: 'pay',
      host: 'n2',
      address: '10.1.2.2',
      servers: [web, { protocol: 'tcp', port: 7, answers: 'echo', serviceMs: 3 }],
    },
  ],
  links: [{ a: 'n1:eth0', b: 'n2:eth0' }],
}

describe('two hosts', () => {
  test('ping: ARP first, then the echo', () => {
    const world = ask(TWO, request('a', 'b', 'ping'))
    expect(notes(world)).toEqual(['a: ping b: 64 bytes from 10.0.0.2 in 4.000 ms'])
    expect(packets(world)).toMatchSnapshot()
  })

  test('HTTP over TCP, with its status', () => {
    expect(notes(ask(TWO, request('a', 'http://b/x', 'http')))).toEqual(['a: GET http://b/x: 200 from b in 6.005 ms'])
    expect(notes(ask(TWO, request('a', 'http://b/no', 'http')))).toEqual(['a: GET http://b/no: 404 from b in 6.005 ms'])
  })

  test('UDP, a port where nobody is, a host that is not there', () => {
    expect(notes(ask(TWO, request('a', 'b:53', 'udp', { body: 'abc' })))).toEqual(['a: udp b:53: 3 bytes from 10.0.0.2:53 in 4.000 ms'])
    expect(notes(ask(TWO, request('a', 'b:54', 'udp')))).toEqual(['a: udp b:54: no answer in 1000.000 ms'])
    expect(notes(ask(TWO, request('a', 'http://b:81/', 'http')))).toEqual(['a: GET http://b:81/: connection refused in 4.000 ms'])
    expect(notes(ask(TWO, request('a', '10.0.0.77', 'ping')))).toEqual(['a: ping 10.0.0.77: no answer in 1000.000 ms'])
    expect(notes(ask(TWO, request('a', '172.16.0.1', 'ping')))).toEqual(['a: ping 172.16.0.1: network unreachable'])
  })

  test('a wire that is cut and mended: segments are sent again', () => {
    const cut = (atNs: number, change: 'up' | 'down'): NetInput => ({
      kind: 'change',
      atNs,
      change: { kind: 'change', change, what: 'b:eth0' },
    })
    const world = ask(TWO, request('a', 'b', 'ping'), cut(5e6, 'down'), { ...request('a', 'http://b/', 'http'), atNs: 6e6 }, cut(2e9, 'up'))
    expect(notes(world)).toContain('a: GET http://b/: 200 from b in 3004.005 ms')
  })

  test('a large answer comes in pieces', () => {
    const world = ask(TWO, request('a', 'http://b/', 'http', { method: 'POST', body: 'x'.repeat(40_000) }))
    expect(notes(world)[0]).toMatch(/^a: POST http:\/\/b\/: 200 from b in \d+\.005 ms$/)
    expect(packets(world).filter((p) => p.includes('b:tcp 80 delivered')).length).toBeGreaterThan(28)
  })
})

describe('pods', () => {
  test('on one host and on another', () => {
    const world = ask(
      CLUSTER,
      request('shop', 'http://cart/', 'http'),
      request('shop', 'http://pay/', 'http'),
      request('shop', 'pay:7', 'tcp'),
    )
    expect(outcomes(world)).toEqual([
      'shop: GET http://cart/: 200 from cart',
      'shop: GET http://pay/: 200 from pay',
      'shop: tcp pay:7: 6 bytes back',
    ])
    expect(packets(world).filter((p) => p.includes('forwarded')).length).toBeGreaterThan(10)
  })

  test('a proxy passes requests on, and answers itself what its status names', () => {
    const proxy = { protocol: 'tcp', port: 8080, answers: 'proxy', target: '10.1.1.3:80', status: { '/admin': 403 } } as const
    const nodes = CLUSTER.nodes.map((n) => (n.kind === 'host' && n.name === 'n2' ? { ...n, servers: [proxy] } : n))
    const at = (path: string, atNs: number) => ({ ...request('shop', 'http://n2:8080', 'http', { path }), atNs, turn: atNs })
    expect(outcomes(ask({ ...CLUSTER, nodes }, at('/x', 0), at('/admin', 1e7)))).toEqual([
      'shop: GET http://n2:8080/x: 200 from cart',
      'shop: GET http://n2:8080/admin: 403 from n2',
    ])
  })

  test('behind a bridge', () => {
    const nodes: ScenarioNode[] = [
      { kind: 'host', name: 'h', interfaces: ['eth0', { name: 'cni0', kind: 'bridge', addresses: ['10.9.0.1/24'] }] },
      { kind: 'pod', name: 'p', host: 'h', address: '10.9.0.2' },
      { kind: 'pod', name: 'q', host: 'h', address: '10.9.0.3', servers: [web] },
    ]
    expect(outcomes(ask({ nodes }, request('p', 'http://q/', 'http'), request('h', 'http://q/', 'http')))).toEqual([
      'h: GET http://q/: 200 from q',
      'p: GET http://q/: 200 from q',
    ])
  })
})

describe('rules', () => {
  const lb = (rules: readonly object[]): Setting => ({
    ...CLUSTER,
    nodes: CLUSTER.nodes.map((n) => (n.kind === 'host' && n.name === 'n1' ? { ...n, rules: rules as never } : n)),
  })
  const service = lb([
    { chain: 'prerouting', to: '10.96.0.1', protocol: 'tcp', port: 80, every: 2, action: 'dnat', target: '10.1.1.3:80' },
    { chain: 'prerouting', to: '10.96.0.1', protocol: 'tcp', port: 80, action: 'dnat', target: '10.1.2.2:80' },
    { chain: 'postrouting', from: '10.1.1.0/24', to: '10.1.2.0/24', action: 'snat', target: '10.0.0.1' },
  ])

  test('a service by dnat, every second connection to either backend, answers translated back', () => {
    const four = [0, 1, 2, 3].map((turn) => ({ ...request('shop', 'http://10.96.0.1/', 'http'), atNs: turn * 1e7, turn }))
    const world = ask(service, ...four)
    expect(outcomes(world)).toEqual([
      'shop: GET http://10.96.0.1/: 200 from cart',
      'shop: GET http://10.96.0.1/: 200 from pay',
      'shop: GET http://10.96.0.1/: 200 from cart',
      'shop: GET http://10.96.0.1/: 200 from pay',
    ])
    expect(packets(world).some((p) => p.includes('rewritten from 10.0.0.1'))).toBe(true)
  })

  test('drop what is new, let through what is established', () => {
    const guarded = lb([
      { chain: 'forward', established: true, action: 'accept' },
      { chain: 'forward', to: '10.1.1.2', action: 'drop' },
    ])
    expect(outcomes(ask(guarded, request('shop', 'http://cart/', 'http')))).toEqual(['shop: GET http://cart/: 200 from cart'])
    expect(outcomes(ask(guarded, request('cart', 'shop', 'ping')))).toEqual(['cart: ping shop: no answer'])
  })
})

test('the same story from any point in time', () => {
  const inputs = [request('shop', 'http://pay/', 'http'), request('shop', 'cart', 'ping'), request('cart', 'pay:9', 'udp')]
  const straight = ask(CLUSTER, ...inputs)
  const told = all(straight)
  const world = build(CLUSTER, inputs)
  const points = []
  for (;;) {
    points.push(world.save())
    if (world.next().kind === 'over') break
  }
  expect(all(world)).toEqual(told)
  for (let i = points.length - 1; i >= 0; i -= 7) {
    world.restore(points[i])
    run(world)
    expect(all(world)).toEqual(told)
  }
})
