// Packets in words: what the texts mean, byte by byte through the dissector, and what is said of texts that mean nothing.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dissect } from './dissect.ts'
import { readSketch } from './sketch.ts'
import { readTraffic } from './words.ts'

function traffic(text: string, seed = 1) {
  const read = readTraffic(text, seed)
  if (!read.ok) throw new Error(`${read.at}: ${read.expected}`)
  return read.frames
}
const summaries = (text: string) => traffic(text).map((f) => `${f.atNs / 1000} ${f.data.length} ${dissect(f.data).summary}`)

describe('traffic', () => {
  test('a SYN flood from a subnet at a rate', () => {
    const frames = traffic('100 tcp syn from 203.0.113.0/24 to 10.0.0.1:80 at 1000 pps')
    expect(frames.map((f) => f.atNs)).toEqual(Array.from({ length: 100 }, (_, i) => i * 1e6))
    const seen = frames.map((f) => dissect(f.data).summary)
    for (const s of seen) expect(s).toMatch(/^IPv4 203\.0\.113\.\d+ > 10\.0\.0\.1 TCP \d+ > 80 \[SYN\]/)
    expect(new Set(seen).size).toBeGreaterThan(90)
  })

  test('what is not said follows from the protocol', () => {
    expect(summaries('udp; icmp; 2 dns shop.example.com every 5ms; http /cart size 200; arp to 10.0.0.9')).toMatchInlineSnapshot(`
      [
        "0 42 IPv4 10.0.0.100 > 10.0.0.1 UDP 40972 > 80",
        "0 90 IPv4 10.0.0.100 > 10.0.0.1 ICMP echo request id 2817 seq 0",
        "0 76 IPv4 10.0.0.100 > 10.0.0.1 UDP 50597 > 53 34 bytes DNS query A shop.example.com",
        "0 200 IPv4 10.0.0.100 > 10.0.0.1 TCP 41627 > 80 [PSH, ACK] 146 bytes HTTP GET /cart HTTP/1.1",
        "0 42 ARP who has 10.0.0.9? tell 10.0.0.100",
        "5000 76 IPv4 10.0.0.100 > 10.0.0.1 UDP 43867 > 53 34 bytes DNS query A shop.example.com",
      ]
    `)
  })

  test('the seed decides, and nothing else', () => {
    const text = '20 tcp from random to 10.0.0.0/8:1-1024 size 60-1500'
    expect(traffic(text, 7)).toEqual(traffic(text, 7))
    expect(traffic(text, 7)).not.toEqual(traffic(text, 8))
  })

  test.each([
    ['10 tcp sin from 1.2.3.4', 7],
    ['tcp from 1.2.3.444', 9],
    ['tcp at 10 parsecs', 10],
    ['0 udp', 0],
    ['udp; foo', 5],
    ['udp payload hello', 12],
    ['200000 udp', 0],
    ['', 0],
    ['udp size 9', 9],
  ])('%s', (text, at) => {
    const read = readTraffic(text, 1)
    expect(read).toMatchObject({ ok: false, at })
  })

  test('any text is answered', () => {
    const words = fc.constantFrom(
      'tcp',
      'udp',
      'eth',
      '/',
      'ipv4',
      '1.2.3.4',
      '>',
      'from',
      'to',
      'at',
      '5',
      'pps',
      "'x'",
      'S',
      'ttl',
      '0x12',
      ';',
      'mpls',
      'dns',
    )
    fc.assert(
      fc.property(fc.array(words), fc.string(), (list, noise) => {
        readTraffic(list.join(' '), 1)
        readSketch(list.join(' '))
        readTraffic(noise, 1)
        readSketch(`eth / ${noise}`)
      }),
      { numRuns: 500 },
    )
  })
})

describe('sketches', () => {
  const summary = (text: string): string => {
    const read = readSketch(text)
    return read.ok ? dissect(read.bytes).summary : `${read.at}: ${read.expected}`
  }
  test.each([
    "eth / ipv4 10.0.0.1 > 10.0.0.2 / tcp 41000 > 80 S mss 1460 / 'hello'",
    'eth 02:00:00:00:00:09 > ff:ff:ff:ff:ff:ff / vlan 7 / arp who-has 10.0.0.2 tell 10.0.0.1',
    'eth / ipv6 fd00::1 > fd00::2 hop 3 / icmpv6 echo id 1 seq 2',
    'eth / ipv4 10.0.0.1 > 10.0.0.2 / udp 40000 > 4789 / vxlan 42 / eth / ipv4 192.168.0.1 > 192.168.0.2 / icmp echo',
    'eth / qinq 5 / vlan 6 / mpls 16 / mpls 17 ttl 9 / ipv4 10.0.0.1 > 10.0.0.2 / sctp 1 > 2 tag 7',
    'eth / ipv4 10.0.0.1 > 10.0.0.2 / udp 40000 > 53 / dns shop.example.com AAAA',
    'eth / ipv4 10.0.0.1 > 10.0.0.2 df / gre / ipv4 1.1.1.1 > 2.2.2.2 / tcp 1 > 2 P. seq 5 ack 6 / http GET /x',
    'eth / ipv4 10.0.0.1 > 10.0.0.300 / udp 1 > 2',
    'eth / ipv4 10.0.0.1 > 10.0.0.3 / udp 1 > 2 colour 3',
    'ipv4 10.0.0.1 > 10.0.0.3',
  ])('%s', (text) => {
    expect(summary(text)).toMatchSnapshot()
  })
})
