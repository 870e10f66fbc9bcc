// IPv6 through the network without any program: neighbour discovery, routes, sockets and errors, as IPv4 has them.
import { describe, expect, test } from 'vitest'
import { toHex } from '../../base/index.ts'
import { ask, notes, outcomes, packets, request, type Setting } from '../../testkit/small-network.ts'
import type { ScenarioNode } from '../world/scenario.ts'
import { addressBytes, groupMac, ip6At, ipText, isWithin, linkLocalOf, networkOf, parseIp, parsePrefix, solicitedNode } from './address.ts'
import { splitHostPort } from './endpoint.ts'
import { ADVERTISEMENT, ndpMessage, SOLICITATION } from './ndp.ts'
import type { NetInput } from './network.ts'

const web = { protocol: 'tcp', port: 80, answers: 'http', status: { '/no': 404 } } as const
const TWO: Setting = {
  nodes: [
    { kind: 'host', name: 'a', interfaces: [{ name: 'eth0', addresses: ['fd00::a/64'] }] },
    {
      kind: 'host',
      name: 'b',
      interfaces: [{ name: 'eth0', addresses: ['fd00::b/64', '10.0.0.2/24'] }],
      servers: [web, { protocol: 'udp', port: 53, answers: 'echo' }],
    },
  ],
  links: [{ a: 'a:eth0', b: 'b:eth0', delayMs: 1 }],
}

/** Requests that are told apart. */
const each = (...inputs: readonly NetInput[]): NetInput[] => inputs.map((input, turn) => ({ ...input, turn }) as NetInput)

describe('addresses', () => {
  test('are read, written, masked and made', () => {
    const ip = parseIp('fd00:1::a:b') as bigint
    expect(ipText(ip)).toBe('fd00:1::a:b')
    expect(ip6At(addressBytes(ip), 0)).toBe(ip)
    expect(isWithin(ip, parsePrefix('fd00:1::/32')!)).toBe(true)
    expect(isWithin(ip, parsePrefix('fd00:2::/32')!)).toBe(false)
    expect(isWithin(ip, parsePrefix('::/0')!)).toBe(true)
    expect(isWithin(ip, parsePrefix('default')!)).toBe(false)
    expect(ipText(networkOf({ ip, length: 120 }).ip)).toBe('fd00:1::a:0')
    expect(ipText(solicitedNode(ip))).toBe('ff02::1:ff0a:b')
    expect(groupMac(solicitedNode(ip))).toBe('33:33:ff:0a:00:0b')
    expect(ipText(linkLocalOf('02:00:00:00:01:02'))).toBe('fe80::ff:fe00:102')
    expect(['1.2.3.4:5', '[fd00::1]:80', 'fd00::1', 'shop', 'a:b', 'shop:70000'].map((t) => splitHostPort(t))).toEqual([
      { host: '1.2.3.4', port: 5 },
      { host: 'fd00::1', port: 80 },
      { host: 'fd00::1', port: -1 },
      { host: 'shop', port: -1 },
      undefined,
      undefined,
    ])
  })
})

// Captured between two network namespaces of Linux 6.18.
test('solicitation and advertisement are byte for byte those of Linux', () => {
  const [a, b] = ['02:00:00:00:00:02', '02:00:00:00:01:02']
  const [from, to] = [parseIp('fd00::a')!, parseIp('fd00::b') as bigint]
  const group = solicitedNode(to)
  expect(toHex(ndpMessage(from, group, [a, groupMac(group)], SOLICITATION, 0, to, 1))).toBe(
    '3333ff00000b02000000000286dd6000000000203afffd00000000000000000000000000000aff0200000000000000000001ff00000b87007d7b00000000' +
      'fd00000000000000000000000000000b0101020000000002',
  )
  expect(toHex(ndpMessage(to, from, [b, a], ADVERTISEMENT, 0x60000000, to, 2))).toBe(
    '02000000000202000000010286dd6000000000203afffd00000000000000000000000000000bfd00000000000000000000000000000a88001b7f60000000' +
      'fd00000000000000000000000000000b0201020000000102',
  )
})

describe('two hosts', () => {
  test('ping: a solicitation to the group of the address first, then the echo', () => {
    const world = ask(TWO, request('a', 'b', 'ping'))
    expect(notes(world)).toEqual(['a: ping b: 64 bytes from fd00::b in 4.000 ms'])
    expect(packets(world)).toMatchSnapshot()
  })

  test('HTTP and UDP, a port where nobody is, a host that is not there', () => {
    expect(notes(ask(TWO, request('a', 'http://[fd00::b]/no', 'http')))).toEqual(['a: GET http://[fd00::b]/no: 404 from b in 6.005 ms'])
    expect(notes(ask(TWO, request('a', '[fd00::b]:53', 'udp', { body: 'abc' })))).toEqual([
      'a: udp [fd00::b]:53: 3 bytes from [fd00::b]:53 in 4.000 ms',
    ])
    expect(notes(ask(TWO, request('a', 'http://b:81/', 'http')))).toEqual(['a: GET http://b:81/: connection refused in 4.000 ms'])
    const away = ask(TWO, request('a', 'fd00::77', 'ping'))
    expect(notes(away)).toEqual(['a: ping fd00::77: no answer in 1000.000 ms'])
    expect(packets(away).filter((p) => p.includes('no answer to neighbour solicitation')).length).toBe(1)
    expect(notes(ask(TWO, request('a', 'fd77::1', 'ping')))).toEqual(['a: ping fd77::1: network unreachable'])
    expect(notes(ask(TWO, request('a', 'b', 'ping', { family: 'ip4' })))).toEqual(['a: ping b: network unreachable'])
  })

  test('link-local addresses, groups and itself', () => {
    const near = ipText(linkLocalOf('02:00:00:00:01:02'))
    expect(outcomes(ask(TWO, request('a', near, 'ping')))).toEqual([`a: ping ${near}: 64 bytes from ${near}`])
    expect(outcomes(ask(TWO, request('a', 'ff02::1', 'ping')))).toEqual([`a: ping ff02::1: 64 bytes from ${near}`])
    expect(outcomes(ask(TWO, request('b', 'http://[::1]/', 'http')))).toEqual(['b: GET http://[::1]/: 200 from b'])
  })

  test('a large answer comes in segments that leave room for the longer header', () => {
    const world = ask(TWO, request('a', 'http://b/', 'http', { method: 'POST', body: 'x'.repeat(40_000) }))
    expect(outcomes(world)).toEqual(['a: POST http://b/: 200 from b'])
    expect(packets(world).filter((p) => p.includes('b:tcp 80 delivered')).length).toBeGreaterThan(28)
  })
})

const BOTH: Setting = {
  nodes: [
    { kind: 'host', name: 'n1', interfaces: [{ name: 'eth0', addresses: ['10.0.0.1/24', 'fd00::1/64'] }] },
    { kind: 'host', name: 'n2', interfaces: [{ name: 'eth0', addresses: ['10.0.0.2/24', 'fd00::2/64'] }] },
    { kind: 'pod', name: 'shop', host: 'n1', address: '10.1.1.2', address6: 'fd01::2' },
    { kind: 'pod', name: 'pay', host: 'n2', address: '10.1.2.2', address6: 'fd01:2::2', servers: [web] },
    { kind: 'pod', name: 'old', host: 'n2', address: '10.1.2.3', servers: [web] },
  ],
  links: [{ a: 'n1:eth0', b: 'n2:eth0' }],
}

describe('pods with both families', () => {
  test('a name leads to IPv6 where both have it, and to IPv4 else', () => {
    const world = ask(
      BOTH,
      ...each(
        request('shop', 'http://pay/', 'http'),
        request('shop', 'pay', 'ping', { family: 'ip4' }),
        request('shop', 'pay', 'ping'),
        request('shop', 'http://old/', 'http'),
      ),
    )
    expect(outcomes(world)).toEqual([
      'shop: ping pay: 64 bytes from fd01:2::2',
      'shop: ping pay: 64 bytes from 10.1.2.2',
      'shop: GET http://pay/: 200 from pay',
      'shop: GET http://old/: 200 from old',
    ])
    expect(packets(world).some((p) => p.includes('icmpv6 answered neighbour solicitation') || p.includes('answered neighbour'))).toBe(true)
  })

  test('routers tell what they cannot send on', () => {
    const nodes = BOTH.nodes.map((n) =>
      n.kind === 'host' && n.name === 'n2' ? { ...n, interfaces: [{ name: 'eth0', addresses: ['fd00::2/64'], mtu: 1500 }] } : n,
    )
    const world = ask({ ...BOTH, nodes }, ...each(request('shop', 'fd09::1', 'ping'), request('shop', 'fd00::9', 'ping')))
    expect(outcomes(world)).toContain('shop: ping fd09::1: network unreachable')
    expect(packets(world).some((p) => p.includes('no answer to neighbour solicitation'))).toBe(true)
    const wide: ScenarioNode[] = [
      { kind: 'host', name: 'n1', forwards: true, interfaces: [{ name: 'eth0', addresses: ['fd00::1/64'], mtu: 1300 }] },
      { kind: 'host', name: 'n2', interfaces: [{ name: 'eth0', addresses: ['fd00::2/64'] }], servers: [web] },
      { kind: 'pod', name: 'shop', host: 'n1', address: 'fd01::2' },
    ]
    const big = ask(
      { nodes: wide, links: BOTH.links },
      request('shop', 'http://[fd00::2]/', 'http', { method: 'POST', body: 'x'.repeat(2000) }),
    )
    expect(packets(big).some((p) => p.includes("larger than eth0's MTU of 1300"))).toBe(true)
    expect(packets(big).some((p) => p.includes('shop:icmpv6 delivered too big'))).toBe(true)
  })

  test('rules translate and drop IPv6 by its own addresses', () => {
    const rules = [
      { chain: 'prerouting', to: 'fd96::1', protocol: 'tcp', port: 80, action: 'dnat', target: '[fd01:2::2]:80' },
      { chain: 'postrouting', from: 'fd01::/64', action: 'snat', target: 'fd00::1' },
      { chain: 'forward', to: 'fd01:2::2', protocol: 'icmp', action: 'drop' },
    ] as const
    const nodes = BOTH.nodes.map((n) => (n.kind === 'host' && n.name === 'n1' ? { ...n, rules } : n))
    const world = ask(
      { ...BOTH, nodes },
      ...each(
        request('shop', 'http://[fd96::1]/', 'http'),
        request('shop', 'pay', 'ping'),
        request('shop', 'pay', 'ping', { family: 'ip4' }),
      ),
    )
    expect(outcomes(world)).toEqual([
      'shop: ping pay: 64 bytes from 10.1.2.2',
      'shop: GET http://[fd96::1]/: 200 from pay',
      'shop: ping pay: no answer',
    ])
    expect(packets(world).some((p) => p.includes('rewritten to [fd01:2::2]:80'))).toBe(true)
    expect(packets(world).some((p) => p.includes('rewritten from [fd00::1]:'))).toBe(true)
  })
})

test('the outside answers for every address of IPv6 too', () => {
  const nodes: ScenarioNode[] = [{ kind: 'host', name: 'h', interfaces: [{ name: 'eth0', addresses: ['fd00::1/64'] }] }]
  const world = ask({ nodes }, request('h', '2001:db8::1', 'ping'))
  expect(packets(world).filter((p) => p.includes('h:eth0 sent outside')).length).toBe(2)
})
