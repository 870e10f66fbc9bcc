// The network labs in small: what systems that run the cloud do with programs on a network, each with a few packets.
import { describe, expect, test } from 'vitest'
import type { Build } from './build.ts'
import { startBuild } from './build-whole.ts'
import type { Scenario } from './project.ts'
import { readProject } from './read-project.ts'

const HEAD = `#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/in.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
char LICENSE[] SEC("license") = "GPL";
`

function lab(source: string, scenario: Partial<Scenario>): Build {
  const read = readProject({
    version: 1,
    files: [{ path: 'p.c', text: HEAD + source }],
    build: { main: 'p.c', cpu: 3, defines: {} },
    verifier: { logLevel: 1, flags: 0 },
    scenario: { seed: 1, maps: [], views: [], nodes: [], attach: [], stimuli: [], ...scenario },
  })
  if (!read.ok) throw new Error(read.path)
  const work = startBuild(read.project, 1, () => 0)
  while (work.run() === 'more');
  const build = work.build()
  expect(build.report.diagnostics.map((d) => `${d.code} ${d.params}`)).toEqual([])
  expect(build.report.programs.filter((p) => p.verdict.verdict !== 'accepted').map((p) => `${p.name} ${p.verdict.message}`)).toEqual([])
  expect(build.report.notRun).toBe('')
  expect(build.world().hooks.filter((h) => h.faults > 0)).toEqual([])
  return build
}

const events = (b: Build) => b.events(0, 5000).events
const notes = (b: Build): string[] =>
  events(b).flatMap((e) => (e.kind === 'note' ? [`${e.node}: ${e.text}`.replace(/ in [\d.]+ ms$/, '')] : []))
const packets = (b: Build): string[] =>
  events(b).flatMap((e) => (e.kind === 'packet' ? [`${e.node}:${e.place} ${e.what} ${e.why}`.trim()] : []))

const web = { protocol: 'tcp', port: 80, answers: 'http' } as const
const PODS: Scenario['nodes'] = [
  { kind: 'host', name: 'n1', interfaces: ['eth0'] },
  { kind: 'pod', name: 'shop', host: 'n1', address: '10.1.1.2' },
  { kind: 'pod', name: 'cart', host: 'n1', address: '10.1.1.3', servers: [web] },
]

describe('pods', () => {
  test('redirected from one to the other without the host in between', () => {
    // Interfaces of n1: 1 lo, 2 eth0, 3 veth-shop, 4 veth-cart.
    const b = lab(
      `SEC("tc") int out(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);

	if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
		return TC_ACT_OK;
	if (ip->daddr == bpf_htonl(0x0a010103)) {
		__u8 mac[6] = { 2, 0, 0, 1, 1, 2 };
		bpf_skb_store_bytes(skb, 0, mac, 6, 0);
		return bpf_redirect_peer(4, 0);
	}
	if (ip->daddr == bpf_htonl(0x0a010102))
		return bpf_redirect_neigh(3, 0, 0, 0);
	return TC_ACT_OK;
}`,
      {
        nodes: PODS,
        attach: [
          { program: 'out', node: 'n1', interface: 'veth-shop' },
          { program: 'out', node: 'n1', interface: 'veth-cart' },
        ],
        stimuli: [{ kind: 'request', node: 'shop', to: 'http://cart/', protocol: 'http' }],
      },
    )
    expect(notes(b)).toEqual(['shop: GET http://cart/: 200 from cart'])
    expect(packets(b)).toContain("n1:veth-shop redirected veth-cart's peer")
    expect(packets(b).some((p) => p.includes('n1:veth-shop forwarded'))).toBe(false)
  })

  test('a policy by identity: who may talk to whom', () => {
    const b = lab(
      `struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 64); __type(key, __be32); __type(value, __u32); } identities SEC(".maps");
SEC("tc/egress") int to_cart(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = data + ETH_HLEN;

	if ((void *)(ip + 1) > end || skb->protocol != bpf_htons(ETH_P_IP))
		return TC_ACT_OK;
	__be32 from = ip->saddr;
	__u32 *identity = bpf_map_lookup_elem(&identities, &from);
	return identity && *identity == 7 ? TC_ACT_OK : TC_ACT_SHOT;
}`,
      {
        nodes: [...PODS, { kind: 'pod', name: 'thief', host: 'n1', address: '10.1.1.9' }],
        attach: [{ program: 'to_cart', node: 'n1', interface: 'veth-cart' }],
        maps: [{ name: 'identities', entries: [{ key: '0a010102', value: '07000000' }] }],
        stimuli: [
          { kind: 'request', node: 'shop', to: 'http://cart/', protocol: 'http' },
          { kind: 'request', node: 'thief', to: 'cart', protocol: 'ping' },
        ],
      },
    )
    expect(notes(b)).toEqual(['shop: GET http://cart/: 200 from cart', 'thief: ping cart: no answer'])
  })

  test('bandwidth by earliest departure: packets leave as the program spaces them', () => {
    const b = lab(
      `struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, __u64); } next SEC(".maps");
SEC("tc/egress") int pace(struct __sk_buff *skb)
{
	__u32 key = 0;
	__u64 *at = bpf_map_lookup_elem(&next, &key), now = bpf_ktime_get_ns();

	if (!at)
		return TC_ACT_OK;
	if (*at < now)
		*at = now;
	skb->tstamp = *at;
	*at += 10000000;
	return TC_ACT_OK;
}`,
      {
        nodes: [
          { kind: 'host', name: 'a', interfaces: ['eth0'] },
          { kind: 'host', name: 'b', interfaces: ['eth0'] },
        ],
        links: [{ a: 'a:eth0', b: 'b:eth0' }],
        attach: [{ program: 'pace', node: 'a', interface: 'eth0' }],
        stimuli: [{ kind: 'request', node: 'a', to: 'b', protocol: 'ping', count: 5, everyMs: 1 }],
      },
    )
    const arrived = events(b).flatMap((e) =>
      e.kind === 'packet' && e.node === 'b' && e.what === 'answered' && e.why === 'echo' ? [e.atNs] : [],
    )
    expect(arrived.length).toBe(5)
    const gaps = arrived.slice(1).map((at, i) => Math.round((at - arrived[i]) / 1e6))
    expect(gaps).toEqual([10, 10, 10, 10])
  })

  test('sockets of one host talk through a sockhash', () => {
    const b = lab(
      `struct key { __u32 lport; __u32 rport; };
struct { __uint(type, BPF_MAP_TYPE_SOCKHASH); __uint(max_entries, 64); __type(key, struct key); __type(value, __u64); } socks SEC(".maps");
SEC("sockops") int note(struct bpf_sock_ops *ops)
{
	if (ops->op != BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB && ops->op != BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB)
		return 1;
	struct key key = { .lport = ops->local_port, .rport = bpf_ntohl(ops->remote_port) };
	bpf_sock_hash_update(ops, &socks, &key, BPF_ANY);
	return 1;
}
SEC("sk_msg") int through(struct sk_msg_md *msg)
{
	struct key key = { .lport = bpf_ntohl(msg->remote_port), .rport = msg->local_port };
	return bpf_msg_redirect_hash(msg, &socks, &key, BPF_F_INGRESS);
}`,
      {
        nodes: PODS,
        attach: [
          { program: 'note', node: 'n1', interface: '' },
          { program: 'through', node: 'n1', interface: '' },
        ],
        stimuli: [{ kind: 'request', node: 'shop', to: 'http://cart/', protocol: 'http' }],
      },
    )
    expect(notes(b).filter((n) => n.includes('redirected by sk_msg')).length).toBe(2)
    expect(notes(b).at(-1)).toBe('shop: GET http://cart/: 200 from cart')
  })

  test('a closed socket is in no sockhash any more, whoever gets its place', () => {
    const b = lab(
      `struct { __uint(type, BPF_MAP_TYPE_SOCKHASH); __uint(max_entries, 64); __type(key, __u32); __type(value, __u64); } socks SEC(".maps");
SEC("sockops") int note(struct bpf_sock_ops *ops)
{
	__u32 port = ops->local_port;

	if (ops->op == BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB && bpf_ntohl(ops->remote_port) == 80)
		bpf_sock_hash_update(ops, &socks, &port, BPF_ANY);
	return 1;
}
SEC("sk_msg") int through(struct sk_msg_md *msg) { return SK_PASS; }`,
      {
        nodes: [...PODS.slice(0, 2), { kind: 'pod', name: 'cart', host: 'n1', address: '10.1.1.3', servers: [web, { ...web, port: 81 }] }],
        attach: [
          { program: 'note', node: 'n1', interface: '' },
          { program: 'through', node: 'n1', interface: '', target: 'socks' },
        ],
        stimuli: [
          { kind: 'request', node: 'shop', to: 'http://cart/', protocol: 'http', count: 2, everyMs: 50 },
          { kind: 'request', node: 'shop', to: 'http://cart:81/', protocol: 'http', count: 4, everyMs: 50 },
        ],
      },
    )
    expect(notes(b).filter((n) => n.includes('200 from cart')).length).toBe(6)
    expect(b.world().hooks.find((h) => h.name === 'sk_msg')?.runs).toBe(2)
    expect(b.move(0, { kind: 'tick', tick: b.report.totalTicks }).maps.map((m) => m.entries)).toEqual([0])
  })
})

describe('at the wire', () => {
  const PAIR: Partial<Scenario> = {
    nodes: [
      { kind: 'host', name: 'gw', interfaces: ['eth0', 'eth1'], forwards: true },
      { kind: 'host', name: 'a', interfaces: ['eth0'] },
      { kind: 'host', name: 'b', interfaces: ['eth0'], servers: [web] },
    ],
    links: [
      { a: 'gw:eth0', b: 'a:eth0' },
      { a: 'gw:eth1', b: 'b:eth0' },
    ],
  }

  test('a router in XDP: bpf_fib_lookup and a device map', () => {
    const b = lab(
      `struct { __uint(type, BPF_MAP_TYPE_DEVMAP); __uint(max_entries, 8); __type(key, __u32); __type(value, __u32); } ports SEC(".maps");
SEC("xdp") int router(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);

	if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP) || ip->ttl <= 1)
		return XDP_PASS;
	struct bpf_fib_lookup fib = {
		.family = 2, .tos = ip->tos, .l4_protocol = ip->protocol, .tot_len = bpf_ntohs(ip->tot_len),
		.ipv4_src = ip->saddr, .ipv4_dst = ip->daddr, .ifindex = ctx->ingress_ifindex,
	};
	if (bpf_fib_lookup(ctx, &fib, sizeof(fib), 0) != BPF_FIB_LKUP_RET_SUCCESS)
		return XDP_PASS;
	__u32 sum = ip->check + bpf_htons(0x0100);
	ip->check = sum + (sum >= 0xffff);
	ip->ttl--;
	__builtin_memcpy(eth->h_dest, fib.dmac, ETH_ALEN);
	__builtin_memcpy(eth->h_source, fib.smac, ETH_ALEN);
	return bpf_redirect_map(&ports, fib.ifindex, 0);
}`,
      {
        ...PAIR,
        attach: [
          { program: 'router', node: 'gw', interface: 'eth0' },
          { program: 'router', node: 'gw', interface: 'eth1' },
        ],
        maps: [
          {
            name: 'ports',
            entries: [
              { key: '02000000', value: '02000000' },
              { key: '03000000', value: '03000000' },
            ],
          },
        ],
        stimuli: [{ kind: 'request', node: 'a', to: 'http://b/', protocol: 'http', count: 2, everyMs: 10 }],
      },
    )
    expect(notes(b)).toEqual(['a: GET http://b/: 200 from b', 'a: GET http://b/: 200 from b'])
    expect(packets(b).filter((p) => p === 'gw:eth0 redirected eth1').length).toBeGreaterThan(4)
  })

  test('a SYN flood fills the queue of the server; a limit per source lets the good ones through', () => {
    const flood = (program: string): Build =>
      lab(
        `struct { __uint(type, BPF_MAP_TYPE_LRU_HASH); __uint(max_entries, 4096); __type(key, __be32); __type(value, __u64); } seen SEC(".maps");
SEC("xdp") int open_door(struct xdp_md *ctx) { return XDP_PASS; }
SEC("xdp") int limit(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct tcphdr *tcp = (void *)(ip + 1);

	if ((void *)(tcp + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP) || ip->protocol != IPPROTO_TCP)
		return XDP_PASS;
	if ((ip->saddr & bpf_htonl(0xffffff00)) != bpf_htonl(0xcb007100))
		return XDP_PASS;
	__be32 net = ip->saddr & bpf_htonl(0xffffff00);
	__u64 *count = bpf_map_lookup_elem(&seen, &net), one = 1;
	if (count)
		return (*count)++ < 20 ? XDP_PASS : XDP_DROP;
	bpf_map_update_elem(&seen, &net, &one, BPF_ANY);
	return XDP_PASS;
}`,
        {
          ...PAIR,
          attach: [{ program, node: 'gw', interface: 'eth0' }],
          stimuli: [
            { kind: 'request', node: 'a', to: 'b', protocol: 'ping' },
            { kind: 'traffic', node: 'gw', interface: 'eth0', text: '400 tcp syn from 203.0.113.0/24 to 10.0.1.2:80 at 10 kpps', atMs: 10 },
            { kind: 'request', node: 'a', to: 'http://b/', protocol: 'http', atMs: 60 },
          ],
        },
      )
    const good = (b: Build): string => notes(b).find((n) => n.startsWith('a: GET')) ?? ''
    expect(good(flood('limit'))).toBe('a: GET http://b/: 200 from b')
    expect(good(flood('open_door'))).not.toBe('a: GET http://b/: 200 from b')
  })
})

test('a redirect in circles ends', () => {
  const b = lab(`SEC("tc") int around(struct __sk_buff *skb) { return bpf_redirect(skb->ifindex, BPF_F_INGRESS); }`, {
    nodes: [{ kind: 'host', name: 'h', interfaces: ['eth0'], forwards: true }],
    attach: [{ program: 'around', node: 'h', interface: 'eth0' }],
    stimuli: [{ kind: 'traffic', text: 'udp to 10.0.0.1' }],
  })
  expect(packets(b).at(-1)).toBe('h:eth0 dropped more than 64 hops')
})
