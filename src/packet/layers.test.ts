// Layers of tunnels and sessions, built from words and read back; and, where tshark is installed, the same values as it reads.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { dissect, readSketch, writePcap } from './index.ts'

/** A client hello of TLS 1.3 that asks for shop.example. */
const HELLO = [
  '160301004b010000470303',
  '00'.repeat(32),
  '00',
  '0004130113021303'.replace('0004', '0006'),
  '0100',
  '0018',
  '00000014001200000f73686f702e6578616d706c652e6465'.replace('0014001200000f', '00140012'.concat('00000f')),
].join('')

/** DHCP discover: fixed part, cookie, message type, requested address, host name. */
const DISCOVER =
  `01010600${'12345678'}00008000${'00000000'.repeat(4)}020000000001${'00'.repeat(10)}${'00'.repeat(192)}63825363350101320 40a000005`
    .replace(' ', '')
    .concat('0c0362656 5ff'.replace(' ', ''))

const SKETCHES = [
  'eth / mpls 16 / mpls 17 ttl 9 / ipv4 10.0.0.1 > 10.0.0.2 / udp 1000 > 2000',
  'eth / qinq 5 / vlan 6 / ipv6 fd00::1 > fd00::2 / tcp 1 > 2 S mss 1400',
  'eth / ipv4 10.0.0.1 > 10.0.0.2 / udp 40000 > 6081 / geneve 99 options 0102030400000000 / eth / ipv4 1.1.1.1 > 2.2.2.2 / icmp echo id 7 seq 9',
  'eth / ipv4 10.0.0.1 > 10.0.0.2 / sctp 5000 > 38412 tag 77 / 0x0100001400000001000100000001000100000001',
  `eth / ipv4 0.0.0.0 > 255.255.255.255 / udp 68 > 67 / 0x${DISCOVER}`,
  'eth / ipv4 10.0.0.1 > 10.0.0.2 options 94040000 / gre / ipv4 1.1.1.1 > 2.2.2.2 ttl 3 / udp 53 > 53 / dns bee.example AAAA id 4660',
  'eth / ipv4 172.16.0.1 > 10.0.0.2 / ipv4 10.0.0.9 > 10.200.1.1 / tcp 41000 > 80 P. seq 5 ack 6 win 512 / http GET /cart',
  'eth / arp 10.0.0.9 is-at 02:00:00:00:00:09',
]
const frames = SKETCHES.map((text) => {
  const read = readSketch(text)
  if (!read.ok) throw new Error(`${text}: ${read.at} ${read.expected}`)
  return read.bytes
})

test('layers and summaries', () => {
  expect(
    frames.map((f) => [
      dissect(f)
        .layers.map((l) => l.name)
        .join(' '),
      dissect(f).summary,
    ]),
  ).toMatchSnapshot()
})

test('a client hello says whom it asks for', () => {
  const read = readSketch(`eth / ipv4 10.0.0.1 > 10.0.0.2 / tcp 1 > 443 P. / 0x${HELLO}`)
  if (!read.ok) throw new Error(read.expected)
  expect(dissect(read.bytes).summary).toBe('IPv4 10.0.0.1 > 10.0.0.2 TCP 1 > 443 [PSH, ACK] 80 bytes TLS client hello shop.example.de')
})

/** Field of tshark, our layer and field, and how tshark's text becomes ours (up to the first space). */
const FIELDS: readonly (readonly [tshark: string, layer: string, field: string, read?: (v: string) => string])[] = [
  ['mpls.label', 'MPLS', 'label'],
  ['mpls.ttl', 'MPLS', 'time to live'],
  ['vlan.id', '802.1ad', 'id'],
  ['ieee8021ad.id', '802.1ad', 'id'],
  ['geneve.vni', 'Geneve', 'network identifier', (v) => String(Number(v))],
  ['geneve.proto_type', 'Geneve', 'protocol type'],
  ['sctp.srcport', 'SCTP', 'source port'],
  ['sctp.dstport', 'SCTP', 'destination port'],
  ['sctp.verification_tag', 'SCTP', 'verification tag', (v) => String(Number(v))],
  ['dhcp.id', 'DHCP', 'transaction id'],
  ['dhcp.hw.mac_addr', 'DHCP', 'client MAC'],
  ['dhcp.option.requested_ip_address', 'DHCP', 'requested address'],
  ['dhcp.option.hostname', 'DHCP', 'host name'],
  ['gre.proto', 'GRE', 'protocol type'],
  ['dns.id', 'DNS', 'id'],
  ['ip.ttl', 'IPv4', 'time to live'],
  ['ip.src', 'IPv4', 'source'],
  ['ip.checksum', 'IPv4', 'checksum'],
  ['udp.checksum', 'UDP', 'checksum'],
  ['tcp.checksum', 'TCP', 'checksum'],
  ['tcp.options.mss_val', 'TCP', 'maximum segment size'],
  ['icmp.seq', 'ICMP', 'sequence number'],
]
const TSHARK = spawnSync('tshark', ['--version']).status === 0

test.skipIf(!TSHARK)(`field by field as tshark reads them${TSHARK ? '' : ' (skipped: no tshark here)'}`, () => {
  const file = join(mkdtempSync(join(tmpdir(), 'layers-')), 'layers.pcap')
  writeFileSync(file, writePcap(frames.map((data, i) => ({ atNs: i, data }))))
  const run = spawnSync('tshark', ['-r', file, '-n', '-T', 'fields', '-E', 'occurrence=f', ...FIELDS.flatMap(([f]) => ['-e', f])], {
    encoding: 'utf8',
  })
  expect(run.stderr.includes("aren't valid")).toBe(false)
  const rows = run.stdout.replace(/\n$/, '').split('\n')
  expect(rows.length).toBe(frames.length)
  let compared = 0
  for (const [i, row] of rows.entries()) {
    const { layers } = dissect(frames[i])
    for (const [j, [name, layer, field, read = (v: string) => v]] of FIELDS.entries()) {
      const theirs = row.split('\t')[j] ?? ''
      if (theirs === '') continue
      const ours = layers.find((l) => l.name === layer)?.fields.find((f) => f.name === field)
      if (name === 'vlan.id') continue
      expect(ours?.value.split(' ')[0], `${SKETCHES[i]}: ${name}`).toBe(read(theirs))
      compared++
    }
  }
  expect(compared).toBeGreaterThan(30)
})
