// The capture that comes with the project, as an independent dissector (tshark, where it is installed) reads it: same values, same places.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { dissect, readCapture } from './index.ts'

const FILE = fileURLToPath(new URL('../engine/captures/first-steps.pcap', import.meta.url))
const capture = readCapture(readFileSync(FILE))
const TSHARK = spawnSync('tshark', ['--version']).status === 0

test('forty packets, every checksum right, nothing cut short', () => {
  expect(capture.diagnostics).toEqual([])
  expect(capture.packets.length).toBe(40)
  const dissections = capture.packets.map((p) => dissect(p.data))
  const checksums = dissections.flatMap((d) => d.layers.flatMap((l) => l.fields.filter((f) => f.name === 'checksum').map((f) => f.value)))
  expect(checksums.filter((c) => c.endsWith('(right)')).length).toBeGreaterThan(60)
  expect(checksums.filter((c) => c.endsWith('(wrong)'))).toEqual([])
  expect(dissections.filter((d) => d.summary.includes('cut short'))).toEqual([])
  const count = (protocol: string) => dissections.filter((d) => d.protocol === protocol).length
  expect(['ARP', 'ICMP', 'DNS', 'TCP', 'HTTP', 'ICMPv6', 'UDP', 'IPv4'].map((p) => `${p} ${count(p)}`)).toEqual([
    'ARP 2',
    'ICMP 8',
    'DNS 2',
    'TCP 16',
    'HTTP 4',
    'ICMPv6 4',
    'UDP 2',
    'IPv4 2',
  ])
})

const number = (v: string) => String(Number.parseInt(v, v.startsWith('0x') ? 16 : 10))
const same = (v: string) => v

/** Field of tshark, our layer and field, and how tshark's text becomes ours (up to the first space). */
const FIELDS: readonly (readonly [tshark: string, layer: string, field: string, read: (v: string) => string])[] = [
  ['eth.dst', 'Ethernet', 'destination', same],
  ['eth.src', 'Ethernet', 'source', same],
  ['eth.type', 'Ethernet', 'type', same],
  ['vlan.id', '802.1Q', 'id', same],
  ['arp.opcode', 'ARP', 'operation', same],
  ['arp.src.proto_ipv4', 'ARP', 'sender IP', same],
  ['arp.dst.proto_ipv4', 'ARP', 'target IP', same],
  ['ip.src', 'IPv4', 'source', same],
  ['ip.dst', 'IPv4', 'destination', same],
  ['ip.len', 'IPv4', 'total length', same],
  ['ip.id', 'IPv4', 'identification', same],
  ['ip.ttl', 'IPv4', 'time to live', same],
  ['ip.proto', 'IPv4', 'protocol', same],
  ['ip.frag_offset', 'IPv4', 'fragment offset', (v) => String(8 * Number(v))],
  ['ip.checksum', 'IPv4', 'checksum', same],
  ['ipv6.src', 'IPv6', 'source', same],
  ['ipv6.dst', 'IPv6', 'destination', same],
  ['ipv6.plen', 'IPv6', 'payload length', same],
  ['ipv6.nxt', 'IPv6', 'next header', same],
  ['ipv6.hlim', 'IPv6', 'hop limit', same],
  ['icmp.type', 'ICMP', 'type', same],
  ['icmp.checksum', 'ICMP', 'checksum', same],
  ['icmp.seq', 'ICMP', 'sequence number', same],
  ['icmpv6.type', 'ICMPv6', 'type', same],
  ['icmpv6.checksum', 'ICMPv6', 'checksum', same],
  ['icmpv6.nd.ns.target_address', 'ICMPv6', 'target', same],
  ['icmpv6.opt.linkaddr', 'ICMPv6', 'link address', same],
  ['udp.srcport', 'UDP', 'source port', same],
  ['udp.dstport', 'UDP', 'destination port', same],
  ['udp.length', 'UDP', 'length', same],
  ['udp.checksum', 'UDP', 'checksum', same],
  ['tcp.srcport', 'TCP', 'source port', same],
  ['tcp.dstport', 'TCP', 'destination port', same],
  ['tcp.seq_raw', 'TCP', 'sequence number', same],
  ['tcp.ack_raw', 'TCP', 'acknowledgment number', same],
  ['tcp.hdr_len', 'TCP', 'data offset', same],
  ['tcp.window_size_value', 'TCP', 'window', same],
  ['tcp.checksum', 'TCP', 'checksum', same],
  ['tcp.options.mss_val', 'TCP', 'maximum segment size', same],
  ['tcp.options.wscale.shift', 'TCP', 'window scale', same],
  ['tcp.options.timestamp.tsval', 'TCP', 'timestamps', (v) => `${v},`],
  ['dns.id', 'DNS', 'id', same],
  ['dns.count.answers', 'DNS', 'answers', number],
]

test.skipIf(!TSHARK)(`field by field as tshark reads it${TSHARK ? '' : ' (skipped: no tshark here)'}`, () => {
  // Without reassembly and DNS names, so that each packet stands for itself.
  const options = ['-n', '-o', 'ip.defragment:FALSE', '-o', 'tcp.relative_sequence_numbers:FALSE', '-T', 'fields', '-E', 'occurrence=f']
  const run = spawnSync('tshark', ['-r', FILE, ...options, ...FIELDS.flatMap(([f]) => ['-e', f])], { encoding: 'utf8' })
  expect(run.status).toBe(0)
  const rows = run.stdout.trimEnd().split('\n')
  expect(rows.length).toBe(capture.packets.length)
  let compared = 0
  for (const [i, row] of rows.entries()) {
    const theirs = row.split('\t')
    const { layers } = dissect(capture.packets[i].data)
    for (const [j, [name, layer, field, read]] of FIELDS.entries()) {
      if ((theirs[j] ?? '') === '') continue
      const ours = layers
        .find((l) => l.name === layer)
        ?.fields.find((f) => f.name === field || (field === 'link address' && f.name.endsWith(field)))
      expect(ours?.value.split(' ')[0], `packet ${i + 1} ${name}`).toBe(read(theirs[j]))
      compared++
    }
  }
  expect(compared).toBeGreaterThan(500)
})
