// A load balancer in the manner of Katran on a network of its own: virtual addresses, a ring per address, a table of connections, IP in IP to the real
// servers, which answer the client directly. What its documents promise is shown by packets: hit and miss, the bytes of the outer header, ICMP,
// and that a connection stays where it is when the ring changes.
import { describe, expect, test } from 'vitest'
import type { Build } from './build.ts'
import { startBuild } from './build-whole.ts'
import type { Scenario, Stimulus } from './project.ts'
import { readProject } from './read-project.ts'

const SOURCE = `#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/icmp.h>
#include <linux/in.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#define RING 16

struct vip { __be32 address; __be16 port; __u8 protocol; __u8 pad; };
struct flow { __be32 source; __be32 dest; __be16 sport; __be16 dport; __u32 protocol; };
struct stats { __u64 packets; __u64 bytes; };

struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 64); __type(key, struct vip); __type(value, __u32); } vips SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, RING); __type(key, __u32); __type(value, __u32); } ring SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 8); __type(key, __u32); __type(value, __be32); } reals SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_LRU_HASH); __uint(max_entries, 1024); __type(key, struct flow); __type(value, __u32); } flows SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 8); __type(key, __u32); __type(value, struct stats); } counts SEC(".maps");

static __always_inline __u16 fold(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return ~((sum & 0xffff) + (sum >> 16));
}

static __always_inline __u32 mix(__u32 h)
{
	h ^= h >> 16;
	h *= 0x7feb352d;
	h ^= h >> 15;
	h *= 0x846ca68b;
	return h ^ (h >> 16);
}

static __always_inline void swap_macs(struct ethhdr *eth)
{
	__u8 tmp[ETH_ALEN];

	__builtin_memcpy(tmp, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, eth->h_source, ETH_ALEN);
	__builtin_memcpy(eth->h_source, tmp, ETH_ALEN);
}

/* An echo request to a virtual address is answered here. */
static __always_inline int answer(struct ethhdr *eth, struct iphdr *ip, void *end)
{
	struct icmphdr *icmp = (void *)(ip + 1);
	__be32 address = ip->daddr;

	if ((void *)(icmp + 1) > end || icmp->type != ICMP_ECHO)
		return XDP_PASS;
	icmp->type = ICMP_ECHOREPLY;
	__u32 sum = icmp->checksum + bpf_htons(ICMP_ECHO << 8);
	icmp->checksum = sum + (sum >> 16);
	ip->daddr = ip->saddr;
	ip->saddr = address;
	swap_macs(eth);
	return XDP_TX;
}

static __always_inline int encapsulate(struct xdp_md *ctx, __be32 real, __u32 hash)
{
	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(struct iphdr)))
		return XDP_DROP;
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *outer = (void *)(eth + 1);
	struct ethhdr *old = data + sizeof(struct iphdr);
	struct iphdr *inner = (void *)(outer + 1);

	if ((void *)(inner + 1) > end)
		return XDP_DROP;
	/* Back to where it came from: the router. */
	__builtin_memcpy(eth->h_source, old->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, old->h_source, ETH_ALEN);
	eth->h_proto = bpf_htons(ETH_P_IP);
	outer->version = 4;
	outer->ihl = 5;
	outer->tos = inner->tos;
	outer->tot_len = bpf_htons(bpf_ntohs(inner->tot_len) + sizeof(struct iphdr));
	outer->id = 0;
	outer->frag_off = 0;
	outer->ttl = 64;
	outer->protocol = IPPROTO_IPIP;
	outer->check = 0;
	/* 172.16.x.y, so that the real servers spread flows over their queues. */
	outer->saddr = bpf_htonl(0xac100000 | (hash & 0xffff));
	outer->daddr = real;
	__u16 *word = (__u16 *)outer;
	__u32 sum = 0;
	for (int i = 0; i < 10; i++)
		sum += word[i];
	outer->check = fold(sum);
	return XDP_TX;
}

SEC("xdp") int balancer(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	__be16 *ports = (void *)(ip + 1);

	if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	if (ip->ihl != 5)
		return XDP_DROP;
	if (ip->frag_off & bpf_htons(0x3fff))
		return XDP_DROP;
	if (ip->protocol == IPPROTO_ICMP) {
		struct vip any = { .address = ip->daddr };

		if (bpf_map_lookup_elem(&vips, &any))
			return answer(eth, ip, end);
		return XDP_PASS;
	}
	if ((ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP) || (void *)(ports + 2) > end)
		return XDP_PASS;
	struct vip vip = { .address = ip->daddr, .port = ports[1], .protocol = ip->protocol };
	__u32 *number = bpf_map_lookup_elem(&vips, &vip);
	if (!number)
		return XDP_PASS;
	struct flow flow = { .source = ip->saddr, .dest = ip->daddr, .sport = ports[0], .dport = ports[1], .protocol = ip->protocol };
	__u32 hash = mix(flow.source ^ ((__u32)flow.sport << 16) ^ flow.dport);
	__u32 *known = bpf_map_lookup_elem(&flows, &flow);
	__u32 real = 0;
	if (known) {
		real = *known;
	} else {
		__u32 slot = hash % RING;
		__u32 *chosen = bpf_map_lookup_elem(&ring, &slot);
		if (!chosen)
			return XDP_DROP;
		real = *chosen;
		bpf_map_update_elem(&flows, &flow, &real, BPF_ANY);
	}
	__be32 *address = bpf_map_lookup_elem(&reals, &real);
	if (!address || !*address)
		return XDP_DROP;
	struct stats *count = bpf_map_lookup_elem(&counts, &real);
	if (count) {
		count->packets += 1;
		count->bytes += end - data;
	}
	return encapsulate(ctx, *address, hash);
}
char LICENSE[] SEC("license") = "GPL";
`

const u32 = (n: number): string => Buffer.from(Uint32Array.of(n).buffer).toString('hex')
const VIP = '0ac80101'
const RINGS = { both: Array.from({ length: 16 }, (_, i) => i % 2), second: new Array<number>(16).fill(1) }

function lab(stimuli: readonly Stimulus[]): Build {
  const web = { protocol: 'tcp', port: 80, answers: 'http' } as const
  const real = (name: string) => ({
    kind: 'host' as const,
    name,
    interfaces: ['eth0', { name: 'tunl0', kind: 'ipip' as const }, { name: 'lo', addresses: ['10.200.1.1/32'] }],
    servers: [web],
  })
  const scenario: Scenario = {
    seed: 1,
    nodes: [
      {
        kind: 'host',
        name: 'router',
        interfaces: ['eth0', 'eth1', 'eth2', 'eth3'],
        forwards: true,
        routes: [{ to: '10.200.1.1/32', via: '10.0.1.2' }],
      },
      { kind: 'host', name: 'client', interfaces: ['eth0'] },
      { kind: 'host', name: 'lb', interfaces: ['eth0'] },
      real('r1'),
      real('r2'),
    ],
    links: ['client', 'lb', 'r1', 'r2'].map((name, i) => ({ a: `router:eth${i}`, b: `${name}:eth0`, delayMs: 0.05 })),
    attach: [{ program: 'balancer', node: 'lb', interface: 'eth0' }],
    maps: [
      {
        name: 'vips',
        entries: [
          { key: `${VIP}0050${'06'}00`, value: u32(0) },
          { key: `${VIP}0000${'00'}00`, value: u32(0) },
        ],
      },
      { name: 'ring', entries: RINGS.both.map((r, i) => ({ key: u32(i), value: u32(r) })) },
      {
        name: 'reals',
        entries: [
          { key: u32(0), value: '0a000202' },
          { key: u32(1), value: '0a000302' },
        ],
      },
    ],
    stimuli,
    views: [],
  }
  const read = readProject({
    version: 1,
    files: [{ path: 'lb.c', text: SOURCE }],
    build: { main: 'lb.c', cpu: 3, defines: {} },
    verifier: { logLevel: 1, flags: 0 },
    scenario,
  })
  if (!read.ok) throw new Error(read.path)
  const work = startBuild(read.project, 1, () => 0)
  while (work.run() === 'more');
  const build = work.build()
  expect(build.report.diagnostics.map((d) => `${d.code} ${d.params}`)).toEqual([])
  expect(build.report.programs.map((p) => p.verdict.message)).toEqual([''])
  return build
}

const notes = (b: Build): string[] => b.events(0, 5000).events.flatMap((e) => (e.kind === 'note' ? [e.text] : []))
/** Verdicts and outgoing packets of the balancer, ARP left out. */
function balanced(b: Build): string[] {
  return b.report.packets
    .filter((p) => p.protocol !== 'ARP')
    .map((p) => {
      const view = b.move(0, { kind: 'packet', packet: p.index, step: p.ticks })
      const ips = view.layers.filter((l) => l.name === 'IPv4')
      const field = (i: number, name: string) => ips[i]?.fields.find((f) => f.name === name)?.value ?? ''
      return `${p.verdict} ${ips.map((_, i) => `${field(i, 'source')}>${field(i, 'destination')}`).join(' | ')}`
    })
}
const to = (text: string, more: object = {}): Stimulus => ({ kind: 'traffic', text, node: 'lb', interface: 'eth0', ...more })

describe('a layer-4 load balancer in XDP', () => {
  test('requests are answered by both real servers, directly', () => {
    const b = lab([{ kind: 'request', node: 'client', to: 'http://10.200.1.1/', protocol: 'http', count: 12, everyMs: 5 }])
    const told = notes(b)
    expect(told.length).toBe(12)
    expect(new Set(told.map((t) => /200 from (r\d)/.exec(t)?.[1]))).toEqual(new Set(['r1', 'r2']))
    // Nothing of the way back passes the balancer.
    expect(balanced(b).every((p) => p.startsWith('XDP_TX 172.16.'))).toBe(true)
  })

  test('the outer header, byte by byte', () => {
    const b = lab([to('tcp syn from 10.0.0.2:40000 to 10.200.1.1:80')])
    const [row] = b.report.packets
    const view = b.move(0, { kind: 'packet', packet: 0, step: row.ticks })
    expect(view.layers.map((l) => l.name)).toEqual(['Ethernet', 'IPv4', 'IPv4', 'TCP'])
    const bytes = Buffer.from(view.packetHex, 'hex')
    const outer = bytes.subarray(14, 34)
    expect(outer.subarray(0, 4).toString('hex')).toBe('4500003c')
    expect(outer[9]).toBe(4)
    expect(view.layers[1].fields.find((f) => f.name === 'checksum')?.value).toMatch(/right/)
    expect(bytes.subarray(34, 54).toString('hex')).toMatch(/^45000028.*0a0000020ac80101$/)
    // Sender and receiver of the link layer have changed places.
    expect(bytes.subarray(6, 12).toString('hex')).toBe('020000000202')
  })

  test('what is not for a virtual address passes, fragments and options are dropped', () => {
    const b = lab([
      to('tcp syn from 10.0.0.2:40000 to 10.200.1.1:81'),
      to('udp from 10.0.0.2:40000 to 10.200.1.1:80'),
      to('tcp syn from 10.0.0.2:40000 to 10.0.1.2:80'),
      to('eth 02:00:00:00:00:09 > 02:00:00:00:02:02 / ipv4 10.0.0.2 > 10.200.1.1 mf / tcp 1 > 80 S'),
      to('eth 02:00:00:00:00:09 > 02:00:00:00:02:02 / ipv4 10.0.0.2 > 10.200.1.1 options 01010101 / tcp 1 > 80 S'),
    ])
    expect(balanced(b).map((p) => p.split(' ')[0])).toEqual(['XDP_PASS', 'XDP_PASS', 'XDP_PASS', 'XDP_DROP', 'XDP_DROP'])
  })

  test('an echo to the virtual address is answered by the balancer', () => {
    const b = lab([{ kind: 'request', node: 'client', to: '10.200.1.1', protocol: 'ping' }])
    expect(notes(b)[0]).toMatch(/^ping 10\.200\.1\.1: 64 bytes from 10\.200\.1\.1/)
    expect(balanced(b)).toEqual(['XDP_TX 10.200.1.1>10.0.0.2'])
  })

  test('a connection stays with its server when the ring changes; new ones follow the ring', () => {
    const flow = (port: number) => to(`tcp syn from 10.0.0.2:${port} to 10.200.1.1:80`)
    const ports = [40000, 40001, 40002, 40003]
    const change = RINGS.second.map((r, i): Stimulus => ({ kind: 'map', map: 'ring', key: u32(i), value: u32(r) }))
    const b = lab([...ports.map(flow), ...change, ...ports.map(flow), ...[40010, 40011, 40012, 40013].map(flow)])
    const servers = balanced(b).map((p) => /\.16\.\d+\.\d+>10\.0\.(\d)\.2/.exec(p)?.[1])
    expect(new Set(servers.slice(0, 4)).size).toBe(2)
    expect(servers.slice(4, 8)).toEqual(servers.slice(0, 4))
    expect(servers.slice(8)).toEqual(['3', '3', '3', '3'])
  })
})
