// Dissection of built packets layer by layer, and of anything at all: cut anywhere, tunnelled deep, or made of chance.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteWriter, fromHex } from '../base/index.ts'
import { buildPacket, dissect, IPPROTO, type LayerSpec } from './index.ts'

const eth: LayerSpec = { kind: 'ethernet', source: '02:00:00:00:00:01', destination: '02:00:00:00:00:02' }
const ip: LayerSpec = { kind: 'ipv4', source: '10.0.0.1', destination: '10.0.0.2', dontFragment: true }
const ip6: LayerSpec = { kind: 'ipv6', source: 'fd00::1', destination: 'fd00::2' }
const text = (s: string) => new TextEncoder().encode(s)

const dnsQuery = fromHex('bee50100000100000000000004 68697665 07 6578616d706c65 00 0001 0001'.replaceAll(' ', ''))!
const dnsAnswer = fromHex(
  'bee58180000100010000000004 68697665 07 6578616d706c65 00 0001 0001 c00c 0001 0001 0000003c 0004 0a000002'.replaceAll(' ', ''),
)!

const cases: readonly (readonly [summary: string, layers: string, packet: Uint8Array])[] = [
  [
    'IPv4 10.0.0.1 > 10.0.0.2 TCP 41000 > 80 [SYN]',
    'Ethernet IPv4 TCP',
    buildPacket([eth, ip, { kind: 'tcp', sport: 41000, dport: 80, flags: ['SYN'], options: fromHex('020405b40402')! }]),
  ],
  [
    'IPv4 10.0.0.1 > 10.0.0.2 TCP 41000 > 80 [PSH, ACK] 27 bytes HTTP GET /index.html HTTP/1.1',
    'Ethernet IPv4 TCP HTTP payload',
    buildPacket([eth, ip, { kind: 'tcp', sport: 41000, dport: 80, flags: ['ACK', 'PSH'] }], text('GET /index.html HTTP/1.1\r\n\n')),
  ],
  [
    'IPv4 10.0.0.1 > 10.0.0.2 TCP 80 > 41000 [PSH, ACK] 26 bytes HTTP/1.1 404 Not Found',
    'Ethernet IPv4 TCP HTTP payload',
    buildPacket([eth, ip, { kind: 'tcp', sport: 80, dport: 41000, flags: ['ACK', 'PSH'] }], text('HTTP/1.1 404 Not Found\r\n\r\n')),
  ],
  [
    'IPv4 10.0.0.1 > 10.0.0.2 UDP 40053 > 53 30 bytes DNS query A hive.example',
    'Ethernet IPv4 UDP DNS',
    buildPacket([eth, ip, { kind: 'udp', sport: 40053, dport: 53 }], dnsQuery),
  ],
  [
    'IPv4 10.0.0.1 > 10.0.0.2 UDP 53 > 40053 46 bytes DNS response A hive.example = 10.0.0.2',
    'Ethernet IPv4 UDP DNS',
    buildPacket([eth, ip, { kind: 'udp', sport: 53, dport: 40053 }], dnsAnswer),
  ],
  [
    'ARP who has 10.0.0.2? tell 10.0.0.1',
    'Ethernet ARP trailer',
    buildPacket(
      [eth, { kind: 'arp', operation: 'request', senderMac: '02:00:00:00:00:01', senderIp: '10.0.0.1', targetIp: '10.0.0.2' }],
      new Uint8Array(18),
    ),
  ],
  [
    'ARP 10.0.0.2 is at 02:00:00:00:00:02',
    'Ethernet ARP',
    buildPacket([eth, { kind: 'arp', operation: 'reply', senderMac: '02:00:00:00:00:02', senderIp: '10.0.0.2', targetIp: '10.0.0.1' }]),
  ],
  [
    'VLAN 100 IPv4 10.0.0.1 > 10.0.0.2 ICMP echo request id 1 seq 2',
    'Ethernet 802.1Q IPv4 ICMP payload',
    buildPacket([eth, { kind: 'vlan', id: 100 }, ip, { kind: 'icmp', type: 8, rest: 0x10002 }], text('ping')),
  ],
  [
    'VLAN 10 VLAN 20 IPv6 fd00::1 > fd00::2 UDP 1 > 2 4 bytes',
    'Ethernet 802.1ad 802.1Q IPv6 UDP payload',
    buildPacket(
      [{ ...eth, type: 0x88a8 }, { kind: 'vlan', id: 10 }, { kind: 'vlan', id: 20 }, ip6, { kind: 'udp', sport: 1, dport: 2 }],
      text('abcd'),
    ),
  ],
  [
    'IPv6 fd00::1 > fd00::2 ICMPv6 echo reply id 7 seq 1',
    'Ethernet IPv6 ICMPv6 payload',
    buildPacket([eth, ip6, { kind: 'icmpv6', type: 129, rest: 0x70001 }], text('pong')),
  ],
  [
    'IPv6 fd00::1 > fd00::2 ICMPv6 neighbour solicitation who has fd00::2',
    'Ethernet IPv6 ICMPv6',
    buildPacket([eth, ip6, { kind: 'icmpv6', type: 135 }], fromHex('fd0000000000000000000000000000020101020000000001')!),
  ],
  [
    'IPv6 fd00::1 > fd00::2 fragment 0+ UDP 5 > 6 8 bytes',
    'Ethernet IPv6 hop-by-hop options fragment header UDP payload',
    buildPacket(
      [
        eth,
        ip6,
        { kind: 'extension', header: IPPROTO.hopopts, data: fromHex('0104')! },
        { kind: 'extension', header: IPPROTO.fragment, data: fromHex('000100000009')! },
        { kind: 'udp', sport: 5, dport: 6 },
      ],
      text('fragment'),
    ),
  ],
  [
    'IPv4 10.0.0.1 > 10.0.0.2 fragment 1480 ICMP',
    'Ethernet IPv4 payload',
    buildPacket([eth, { ...ip, dontFragment: false, fragmentOffset: 1480, protocol: 1 } as LayerSpec], text('the rest')),
  ],
  [
    'IPv4 10.0.0.1 > 10.0.0.2 IPv4 192.168.0.1 > 192.168.0.2 TCP 1 > 2 [RST]',
    'Ethernet IPv4 IPv4 TCP',
    buildPacket([
      eth,
      ip,
      { kind: 'ipv4', source: '192.168.0.1', destination: '192.168.0.2' },
      { kind: 'tcp', sport: 1, dport: 2, flags: ['RST'] },
    ]),
  ],
  [
    'IPv4 10.0.0.1 > 10.0.0.2 GRE IPv6 fd00::1 > fd00::2 TCP 1 > 2 [none]',
    'Ethernet IPv4 GRE IPv6 TCP',
    buildPacket([eth, ip, { kind: 'gre' }, ip6, { kind: 'tcp', sport: 1, dport: 2 }]),
  ],
  [
    'IPv4 10.0.0.1 > 10.0.0.2 UDP 5555 > 4789 50 bytes VXLAN 42 ARP 10.0.0.9 is at 02:00:00:00:00:09',
    'Ethernet IPv4 UDP VXLAN Ethernet ARP',
    buildPacket([
      eth,
      ip,
      { kind: 'udp', sport: 5555, dport: 4789 },
      { kind: 'vxlan', vni: 42 },
      eth,
      { kind: 'arp', operation: 'reply', senderMac: '02:00:00:00:00:09', senderIp: '10.0.0.9', targetIp: '10.0.0.1' },
    ]),
  ],
  ['LLDP', 'Ethernet payload', buildPacket([{ ...eth, type: 0x88cc }], text('neighbour'))],
  ['802.3 length 4', 'Ethernet payload', buildPacket([{ ...eth, type: 4 }], text('data'))],
  [
    'IPv4 10.0.0.1 > 10.0.0.2 SCTP 25448 > 30062 (cut short)',
    'Ethernet IPv4 SCTP',
    buildPacket([eth, { ...ip, protocol: 132 }], text('chunk')),
  ],
]

test.each(cases)('%s', (summary, layers, packet) => {
  const d = dissect(packet)
  expect(d.summary).toBe(summary)
  expect(d.layers.map((l) => l.name).join(' ')).toBe(layers)
})

describe('fields', () => {
  const packet = buildPacket([
    eth,
    { ...ip, ttl: 3, tos: 0x10, id: 0xabcd, options: fromHex('07070400000000')! } as LayerSpec,
    {
      kind: 'tcp',
      sport: 41000,
      dport: 80,
      seq: 7,
      ack: 9,
      flags: ['SYN', 'ECE'],
      options: fromHex('020405b4 01 030307 0402 080a 00000001 00000002'.replaceAll(' ', ''))!,
    },
  ])
  const [e, i, t] = dissect(packet).layers
  const value = (layer: typeof e, name: string) => layer.fields.find((f) => f.name === name)

  test('say where they are and what they hold', () => {
    expect(value(e, 'type')).toEqual({ name: 'type', offset: 12, size: 2, value: '0x0800 (IPv4)' })
    expect(value(i, 'header length')).toEqual({ name: 'header length', offset: 14, size: 1, value: '28 bytes' })
    expect(value(i, 'flags')?.value).toBe("don't fragment")
    expect(value(i, 'time to live')).toEqual({ name: 'time to live', offset: 22, size: 1, value: '3' })
    expect(value(i, 'checksum')?.value).toMatch(/^0x[0-9a-f]{4} \(right\)$/)
    expect(value(i, 'record route')).toMatchObject({ offset: 34, size: 7 })
    expect(value(t, 'flags')).toEqual({ name: 'flags', offset: 54, size: 2, value: 'SYN, ECE' })
    expect(value(t, 'checksum')?.value).toMatch(/\(right\)$/)
    expect(value(t, 'maximum segment size')?.value).toBe('1460')
    expect(value(t, 'window scale')?.value).toBe('7')
    expect(value(t, 'timestamps')?.value).toBe('1, echo 2')
  })

  test('a changed byte makes the checksum wrong', () => {
    const changed = packet.slice()
    changed[22]--
    expect(value(dissect(changed).layers[1], 'checksum')?.value).toMatch(/\(wrong\)$/)
    expect(value(dissect(changed).layers[2], 'checksum')?.value).toMatch(/\(right\)$/)
    changed[packet.length - 1] ^= 1
    expect(value(dissect(changed).layers[2], 'checksum')?.value).toMatch(/\(wrong\)$/)
  })

  test('a checksum over bytes that are not here is not judged', () => {
    expect(value(dissect(packet.subarray(0, packet.length - 1)).layers[2], 'checksum')?.value).toMatch(/^0x[0-9a-f]{4}$/)
    const none = buildPacket([eth, ip, { kind: 'udp', sport: 1, dport: 2, checksum: 0 }])
    expect(value(dissect(none).layers[2], 'checksum')?.value).toBe('none')
  })
})

/** Layers lie in order inside the packet and fields inside the packet; what is wrong, else an empty text. */
function fault(packet: Uint8Array): string {
  const d = dissect(packet)
  let at = 0
  for (const layer of d.layers) {
    if (layer.offset < at || layer.size < 0) return `layer ${layer.name} at ${layer.offset}`
    at = layer.offset + layer.size
    if (at > packet.length) return `layer ${layer.name} ends at ${at} of ${packet.length}`
    for (const f of layer.fields) {
      if (f.offset < layer.offset || f.size < 0 || f.offset + f.size > packet.length) return `field ${layer.name} ${f.name} at ${f.offset}`
    }
  }
  if (d.layers.length > 34) return `${d.layers.length} layers`
  return /undefined|NaN/.test(d.summary) || d.summary.length > 4000 ? d.summary : ''
}

function expectSound(packet: Uint8Array): void {
  const wrong = fault(packet)
  if (wrong !== '') expect.fail(wrong)
}

describe('whatever the bytes are', () => {
  test('each packet cut at each byte', () => {
    for (const [, , packet] of cases) for (let size = 0; size <= packet.length; size++) expectSound(packet.subarray(0, size))
  })

  test('a cut header says so', () => {
    const [, , syn] = cases[0]
    expect(dissect(syn.subarray(0, 10)).summary).toBe('Ethernet (cut short)')
    expect(dissect(syn.subarray(0, 20)).summary).toBe('IPv4 (cut short)')
    expect(dissect(syn.subarray(0, 36)).summary).toBe('IPv4 10.0.0.1 > 10.0.0.2 TCP (cut short)')
    expect(dissect(syn.subarray(0, 50)).summary).toBe('IPv4 10.0.0.1 > 10.0.0.2 TCP 41000 > 80 [SYN] (cut short)')
    expect(dissect(new Uint8Array(0))).toEqual({
      layers: [{ name: 'Ethernet', offset: 0, size: 0, fields: [] }],
      protocol: 'Ethernet',
      summary: 'Ethernet (cut short)',
    })
  })

  test('each byte of each packet set to any value', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...cases.map(([, , p]) => p)),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }),
        (packet, edits) => {
          const changed = packet.slice()
          for (const [at, v] of edits) changed[at % packet.length] = v
          expectSound(changed)
        },
      ),
      { numRuns: 3000 },
    )
  })

  test('bytes of chance behind each EtherType and protocol', () => {
    const types = fc.constantFrom(0x0800, 0x86dd, 0x0806, 0x8100)
    fc.assert(
      fc.property(types, fc.uint8Array({ maxLength: 120 }), (type, bytes) => expectSound(buildPacket([{ ...eth, type }], bytes))),
      { numRuns: 1000 },
    )
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 120 }), (protocol, bytes) =>
        expectSound(buildPacket([eth, { ...ip, protocol } as LayerSpec], bytes)),
      ),
      { numRuns: 1000 },
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) =>
        expectSound(buildPacket([eth, ip, { kind: 'udp', sport: 53, dport: 5 }], bytes)),
      ),
      { numRuns: 1000 },
    )
  })

  test('tunnels without end', () => {
    const deep = buildPacket([eth, ...new Array<LayerSpec>(60).fill({ kind: 'ipv4', source: '1.1.1.1', destination: '2.2.2.2' })])
    expectSound(deep)
  })

  test('a name that points at itself', () => {
    const loop = new ByteWriter().bytes(dnsQuery.subarray(0, 12)).u8(0xc0).u8(12).u32(0x00010001, false).done()
    const d = dissect(buildPacket([eth, ip, { kind: 'udp', sport: 1, dport: 53 }], loop))
    expect(d.summary).toBe('IPv4 10.0.0.1 > 10.0.0.2 UDP 1 > 53 18 bytes DNS query')
    expect(d.layers.at(-1)?.name).toBe('payload')
  })
})
