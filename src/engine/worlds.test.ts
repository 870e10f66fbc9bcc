// Whole worlds out of projects: programs on XDP, tc and cgroup hooks of hosts and pods, requests through them, and time travel over all of it.
import { describe, expect, test } from 'vitest'
import { loadKernelBtf } from '../abi/index.ts'
import { build, HEAD, notes } from '../testkit/built-world.ts'
import type { Build } from './build.ts'
import type { Scenario } from './project.ts'

/** Puts two words in front of a frame. */
const MARK = `SEC("xdp") int mark(struct xdp_md *ctx)
{
	__u32 *meta;
	if (bpf_xdp_adjust_meta(ctx, -8))
		return XDP_ABORTED;
	meta = (void *)(long)ctx->data_meta;
	if ((void *)(meta + 2) > (void *)(long)ctx->data)
		return XDP_ABORTED;
	meta[0] = 0x11223344;
	meta[1] = 0x55667788;
	return XDP_PASS;
}
`

/** A service at the socket, a counter at tc, a filter at the wire. */
const CHAIN = `${HEAD}
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 4); __type(key, __u32); __type(value, __u64); } counts SEC(".maps");
static __always_inline void count(__u32 key)
{
	__u64 *v = bpf_map_lookup_elem(&counts, &key);
	if (v)
		*v += 1;
}
SEC("cgroup/connect4") int service(struct bpf_sock_addr *ctx)
{
	if (ctx->user_ip4 != bpf_htonl(0x0a600001) || ctx->user_port != bpf_htons(80))
		return 1;
	count(0);
	ctx->user_ip4 = bpf_htonl(0x0a010202);
	ctx->user_port = bpf_htons(8080);
	return 1;
}
SEC("tc") int from_pod(struct __sk_buff *skb)
{
	count(1);
	skb->mark = 7;
	return TC_ACT_OK;
}
SEC("xdp") int wire(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	count(2);
	if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	if (ip->protocol == IPPROTO_ICMP) {
		count(3);
		return XDP_DROP;
	}
	return XDP_PASS;
}
`

const CLUSTER: Pick<Scenario, 'nodes' | 'links'> = {
  nodes: [
    { kind: 'host', name: 'n1', interfaces: ['eth0'] },
    { kind: 'host', name: 'n2', interfaces: ['eth0'] },
    { kind: 'pod', name: 'shop', host: 'n1', address: '10.1.1.2' },
    { kind: 'pod', name: 'other', host: 'n1', address: '10.1.1.3' },
    { kind: 'pod', name: 'pay', host: 'n2', address: '10.1.2.2', servers: [{ protocol: 'tcp', port: 8080, answers: 'http' }] },
  ],
  links: [{ a: 'n1:eth0', b: 'n2:eth0', delayMs: 0.1 }],
}

const chain = (): Build =>
  build(CHAIN, {
    ...CLUSTER,
    attach: [
      { program: 'service', node: 'n1', interface: '', target: '/' },
      { program: 'from_pod', node: 'n1', interface: 'veth-shop' },
      { program: 'wire', node: 'n2', interface: 'eth0' },
    ],
    stimuli: [
      { kind: 'request', node: 'shop', to: 'http://10.96.0.1/cart', protocol: 'http' },
      { kind: 'request', node: 'shop', to: 'pay', protocol: 'ping' },
    ],
  })

describe('two hosts, three pods, one service', () => {
  test('an HTTP request is answered through connect4, tc and XDP', () => {
    const b = chain()
    expect(notes(b)).toEqual([
      'shop: GET http://10.96.0.1/cart: connected to 10.1.2.2:8080 in place of 10.96.0.1:80 (getpeername: 10.1.2.2:8080)',
      'shop: GET http://10.96.0.1/cart: 200 from pay in 0.605 ms',
      'shop: ping pay: no answer in 1000.000 ms',
    ])
    const { hooks, nodes, links } = b.world()
    expect(
      hooks.map((h) => `${h.node} ${h.name} ${h.place}: ${h.runs} runs, ${h.passed} passed, ${h.dropped} dropped`),
    ).toMatchInlineSnapshot(`
      [
        "n1 cgroup/connect4 /: 1 runs, 1 passed, 0 dropped",
        "n1 tc ingress veth-shop: 7 runs, 7 passed, 0 dropped",
        "n2 xdp eth0: 7 runs, 6 passed, 1 dropped",
      ]
    `)
    expect(nodes.map((n) => n.name)).toEqual(['n1', 'n2', 'shop', 'other', 'pay'])
    expect(links.length).toBe(4)
    const rows = b.activations(0, 3).rows
    expect(rows.map((r) => `${r.hook} ${r.node}:${r.place} ${r.subject} ${r.verdict}`)).toMatchInlineSnapshot(`
      [
        "cgroup/connect4 n1:/ connect4 10.96.0.1:80 allow",
        "tc ingress n1:veth-shop ARP who has 169.254.1.1? tell 10.1.1.2 TC_ACT_OK",
        "tc ingress n1:veth-shop IPv4 10.1.1.2 > 10.1.2.2 TCP 40687 > 8080 [SYN] TC_ACT_OK",
      ]
    `)
    const last = b.move(0, { kind: 'tick', tick: b.report.totalTicks - 1 })
    expect(last.maps.map((m) => m.rows.map((r) => r.valueText))).toEqual([['0', '0', '7', '1']])
  })

  test('the same project twice is the same run, and any tick is reached by any way', () => {
    const [a, b] = [chain(), chain()]
    expect(a.report).toEqual(b.report)
    const events = a.report.events
    expect(a.events(0, events)).toEqual(b.events(0, events))
    const at = (w: Build, tick: number) => w.move(0, { kind: 'tick', tick })
    const straight = Array.from({ length: a.report.totalTicks }, (_, tick) => at(a, tick))
    for (let tick = a.report.totalTicks - 1; tick >= 0; tick--) expect(at(b, tick)).toEqual(straight[tick])
    for (let i = 0; i < 60; i++) {
      const tick = (i * 7919) % a.report.totalTicks
      expect(at(b, tick)).toEqual(straight[tick])
    }
  })
})

test('what XDP puts in front of a frame is there for tc where it came in, and where it leaves', () => {
  const source = `${HEAD}
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 4); __type(key, __u32); __type(value, __u64); } seen SEC(".maps");
static __always_inline void note(__u32 key, __u64 value)
{
	__u64 *v = bpf_map_lookup_elem(&seen, &key);
	if (v)
		*v = value;
}
${MARK}static __always_inline __u64 length(struct __sk_buff *skb) { return skb->data - skb->data_meta; }
SEC("tc") int in(struct __sk_buff *skb)
{
	__u32 *meta = (void *)(long)skb->data_meta;
	note(0, length(skb));
	if ((void *)(meta + 2) > (void *)(long)skb->data)
		return TC_ACT_SHOT;
	note(1, meta[0] + meta[1]);
	return TC_ACT_OK;
}
SEC("tc") int out(struct __sk_buff *skb)
{
	__u32 *meta = (void *)(long)skb->data_meta;
	if ((void *)(meta + 2) <= (void *)(long)skb->data) {
		note(2, 100 + length(skb));
		note(3, meta[1]);
	}
	return TC_ACT_OK;
}
`
  // As between network namespaces of Linux 6.18: the first packet waits for the neighbour; others get a header that is kept ready and 16 bytes long.
  for (const [count, left] of [
    [1, 0x55667788],
    [2, 0x7788],
  ]) {
    const b = build(source, {
      ...CLUSTER,
      attach: [
        { program: 'mark', node: 'n2', interface: 'eth0' },
        { program: 'in', node: 'n2', interface: 'eth0' },
        { program: 'out', node: 'n2', interface: 'veth-pay', direction: 'egress' },
      ],
      stimuli: [{ kind: 'request', node: 'shop', to: 'pay', protocol: 'ping', count, everyMs: 100 }],
    })
    expect(notes(b)[0]).toMatch(/^shop: ping pay: 64 bytes from 10.1.2.2/)
    const last = b.move(0, { kind: 'tick', tick: b.report.totalTicks - 1 })
    expect(last.maps.map((m) => m.rows.map((r) => r.valueText))).toEqual([['8', `${0x11223344 + 0x55667788}`, '108', `${left}`]])
  }
})

// The numbers are those that Linux 6.18 gave between two network namespaces, for a packet over UDP.
test('a dynptr to what XDP puts in front of a frame reads and writes it', async () => {
  const source = `${HEAD}
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 21); __type(key, __u32); __type(value, __s64); } seen SEC(".maps");
extern int bpf_dynptr_from_skb_meta(struct __sk_buff *skb, __u64 flags, struct bpf_dynptr *ptr) __ksym;
extern void *bpf_dynptr_slice(const struct bpf_dynptr *p, __u32 offset, void *buffer, __u32 size) __ksym;
extern void *bpf_dynptr_slice_rdwr(const struct bpf_dynptr *p, __u32 offset, void *buffer, __u32 size) __ksym;
extern __u32 bpf_dynptr_size(const struct bpf_dynptr *p) __ksym;
extern _Bool bpf_dynptr_is_rdonly(const struct bpf_dynptr *p) __ksym;
extern int bpf_dynptr_adjust(const struct bpf_dynptr *p, __u32 start, __u32 end) __ksym;
static __always_inline void put(__u32 k, __s64 v) { v = v * 32 + k; bpf_map_update_elem(&seen, &k, &v, 0); }
${MARK}SEC("tc") int in(struct __sk_buff *skb)
{
	struct bpf_dynptr p;
	__u32 b[2] = {}, *q, buf = 0xabcd;
	void *meta, *data;
	put(0, bpf_dynptr_from_skb_meta(skb, 1, &p));
	put(1, bpf_dynptr_size(&p));
	put(2, bpf_dynptr_from_skb_meta(skb, 0, &p));
	put(3, bpf_dynptr_size(&p));
	put(4, bpf_dynptr_is_rdonly(&p));
	put(5, bpf_dynptr_read(b, 8, &p, 0, 0));
	put(6, b[0] ^ (__s64)b[1] << 8);
	put(7, bpf_dynptr_read(b, 8, &p, 4, 0));
	put(8, bpf_dynptr_write(&p, 4, &buf, 4, 0));
	put(9, bpf_dynptr_write(&p, 0, &buf, 4, 1));
	put(10, bpf_dynptr_write(&p, 6, &buf, 4, 0));
	meta = (void *)(long)skb->data_meta;
	data = (void *)(long)skb->data;
	if (meta + 8 <= data)
		put(11, *(__u32 *)meta | (__s64)*(__u32 *)(meta + 4) << 32);
	q = bpf_dynptr_slice(&p, 4, 0, 4);
	put(12, q ? *q : -1);
	q = bpf_dynptr_slice_rdwr(&p, 0, 0, 4);
	if (q)
		*q = 0x77;
	put(13, q ? 1 : 0);
	put(14, bpf_dynptr_data(&p, 0, 4) ? 1 : 0);
	q = bpf_dynptr_slice(&p, 6, &buf, 4);
	put(15, q ? 1 : 0);
	put(16, bpf_dynptr_adjust(&p, 2, 6));
	put(17, bpf_dynptr_read(b, 4, &p, 0, 0));
	put(18, b[0]);
	put(19, bpf_dynptr_size(&p));
	put(20, bpf_dynptr_read(b, 0, &p, 4, 0));
	return TC_ACT_OK;
}
`
  const attach = ['mark', 'in'].map((program) => ({ program, node: 'n2', interface: 'eth0' }))
  const stimuli: Scenario['stimuli'] = [{ kind: 'request', node: 'shop', to: 'pay', protocol: 'ping' }]
  const b = build(source, { ...CLUSTER, attach, stimuli }, await loadKernelBtf())
  const last = b.move(0, { kind: 'tick', tick: b.report.totalTicks - 1 })
  const linux = [
    -22,
    4294967274,
    0,
    8,
    0,
    0,
    Number(0x11223344n ^ (0x55667788n << 8n)),
    -7,
    0,
    -22,
    -7,
    188897244099396,
    43981,
    1,
    0,
    0,
    0,
    0,
    2882338816,
    4,
    0,
  ]
  expect(last.maps[0].rows.map((r) => Number(r.valueText))).toEqual(linux.map((v, k) => v * 32 + k))
})

test('programs in a devmap and in a cpumap run where packets are redirected to', () => {
  const source = `${HEAD}
struct { __uint(type, BPF_MAP_TYPE_DEVMAP); __uint(max_entries, 4); __type(key, __u32); __type(value, struct bpf_devmap_val); } ports SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_CPUMAP); __uint(max_entries, 4); __type(key, __u32); __type(value, struct bpf_cpumap_val); } cpus SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 4); __type(key, __u32); __type(value, __u64); } seen SEC(".maps");
static __always_inline void note(__u32 key, __u64 value)
{
	__u64 *v = bpf_map_lookup_elem(&seen, &key);
	if (v)
		*v = *v * 100 + value;
}
SEC("xdp") int left(struct xdp_md *ctx) { return bpf_redirect_map(&ports, 1, 0); }
SEC("xdp/devmap") int leaving(struct xdp_md *ctx)
{
	note(0, 1);
	return ctx->ingress_ifindex == 2 && ctx->egress_ifindex == 3 ? XDP_PASS : XDP_ABORTED;
}
SEC("xdp/devmap") int never(struct xdp_md *ctx)
{
	note(1, 1);
	return XDP_DROP;
}
SEC("xdp") int spread(struct xdp_md *ctx) { return bpf_redirect_map(&cpus, 2, 0); }
SEC("xdp/cpumap") int there(struct xdp_md *ctx)
{
	note(2, 1);
	return XDP_PASS;
}
`
  const attach = (atPort: string) => [
    { program: 'left', node: 'wire', interface: 'eth0' },
    { program: atPort, node: 'wire', interface: 'eth1', target: 'ports' },
    { program: 'spread', node: 'b', interface: 'eth0' },
    { program: 'there', node: 'b', interface: '', target: 'cpus' },
  ]
  const world = (atPort: string): Build =>
    build(source, {
      nodes: [
        { kind: 'host', name: 'a', interfaces: [{ name: 'eth0', addresses: ['10.0.0.1/24'] }] },
        { kind: 'host', name: 'wire', interfaces: ['eth0', 'eth1'] },
        { kind: 'host', name: 'b', interfaces: [{ name: 'eth0', addresses: ['10.0.0.2/24'] }] },
      ],
      links: [
        { a: 'a:eth0', b: 'wire:eth0' },
        { a: 'wire:eth1', b: 'b:eth0' },
      ],
      maps: [
        { name: 'ports', entries: [0, 1].map((n) => ({ key: `0${n}000000`, value: `0${n + 2}00000000000000` })) },
        { name: 'cpus', entries: [{ key: '02000000', value: 'c000000000000000' }] },
      ],
      attach: attach(atPort),
      stimuli: [{ kind: 'request', node: 'a', to: '10.0.0.2', protocol: 'ping' }],
    })
  const hooks = (b: Build): string[] =>
    b.world().hooks.map((h) => `${h.node} ${h.name} ${h.place}: ${h.runs} runs, ${h.passed} passed, ${h.dropped} dropped`)
  // ARP asks three times; answers go to a card that is not theirs.
  expect(hooks(world('leaving'))).toEqual([
    'wire xdp eth0: 3 runs, 3 passed, 0 dropped',
    'wire xdp devmap ports eth1: 3 runs, 3 passed, 0 dropped',
    'b xdp eth0: 3 runs, 3 passed, 0 dropped',
    'b xdp cpumap cpus: 3 runs, 3 passed, 0 dropped',
  ])
  const dropped = world('never')
  expect(hooks(dropped).slice(1, 3)).toEqual([
    'wire xdp devmap ports eth1: 3 runs, 0 passed, 3 dropped',
    'b xdp eth0: 0 runs, 0 passed, 0 dropped',
  ])
  const events = dropped
    .events(0, 5000)
    .events.flatMap((e) => (e.kind === 'packet' && e.what === 'dropped' ? [`${e.node}:${e.place} ${e.why}`] : []))
  expect(events[0]).toBe('wire:eth1 xdp')
  const rows = world('leaving').activations(0, 4).rows
  expect(rows.map((r) => `${r.hook} ${r.verdict}`)).toEqual([
    'xdp XDP_REDIRECT',
    'xdp devmap XDP_PASS',
    'xdp XDP_REDIRECT',
    'xdp cpumap XDP_PASS',
  ])
})

// What Linux 6.18 showed between three network namespaces, by "ifindex ingress_ifindex ttl": in and out on the interface that the packet came in on.
test('programs on a route see packets from the network header on, in the order of Linux', () => {
  const source = `${HEAD}
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 4); __type(key, __u32); __type(value, __u64); } seen SEC(".maps");
static __always_inline void note(__u32 key, struct __sk_buff *skb)
{
	__u64 *v = bpf_map_lookup_elem(&seen, &key);
	struct iphdr ip = {};
	bpf_skb_load_bytes(skb, 0, &ip, sizeof(ip));
	if (v && ip.protocol == IPPROTO_ICMP)
		*v = skb->ifindex * 1000000 + skb->ingress_ifindex * 100000 + ip.ttl * 1000 + ip.version * 100 + skb->len;
}
SEC("lwt_in") int in(struct __sk_buff *skb) { note(0, skb); return BPF_OK; }
SEC("lwt_out") int out(struct __sk_buff *skb) { note(1, skb); return BPF_OK; }
SEC("lwt_xmit") int xmit(struct __sk_buff *skb) { note(2, skb); return BPF_OK; }
SEC("lwt_xmit") int no(struct __sk_buff *skb) { note(3, skb); return BPF_DROP; }
SEC("lwt_in") int unknown(struct __sk_buff *skb) { return 1; }
SEC("lwt_in") int redirects(struct __sk_buff *skb) { return BPF_REDIRECT; }
SEC("lwt_xmit") int bare(struct __sk_buff *skb) { return bpf_redirect(3, 0); }
SEC("lwt_xmit") int framed(struct __sk_buff *skb)
{
	struct ethhdr eth = { .h_dest = { 255, 255, 255, 255, 255, 255 }, .h_proto = bpf_htons(ETH_P_IP) };
	if (bpf_skb_change_head(skb, sizeof(eth), 0) || bpf_skb_store_bytes(skb, 0, &eth, sizeof(eth), 0))
		return BPF_DROP;
	return bpf_redirect(3, 0);
}
`
  const nodes: Scenario['nodes'] = [
    { kind: 'host', name: 'a', interfaces: [{ name: 'eth0', addresses: ['10.0.1.1/24'] }], routes: [{ to: 'default', via: '10.0.1.254' }] },
    {
      kind: 'host',
      name: 'r',
      interfaces: [
        { name: 'eth0', addresses: ['10.0.1.254/24'] },
        { name: 'eth1', addresses: ['10.0.2.254/24'] },
      ],
      forwards: true,
    },
    { kind: 'host', name: 'b', interfaces: [{ name: 'eth0', addresses: ['10.0.2.2/24'] }], routes: [{ to: 'default', via: '10.0.2.254' }] },
  ]
  const links: Scenario['links'] = [
    { a: 'a:eth0', b: 'r:eth0' },
    { a: 'r:eth1', b: 'b:eth0' },
  ]
  const on = (program: string) => ({ program, node: 'r', interface: '', target: '10.0.2.0/24' })
  const world = (attach: string[], node: string): Build =>
    build(source, { nodes, links, attach: attach.map(on), stimuli: [{ kind: 'request', node, to: '10.0.2.2', protocol: 'ping' }] })
  const fate = (program: string): string[] =>
    world([program], 'a')
      .events(0, 5000)
      .events.flatMap((e) =>
        e.kind === 'packet' && e.node === 'r' && ['dropped', 'redirected'].includes(e.what) ? [`${e.what} ${e.why}`] : [],
      )
  const values = (attach: string[], node: string) => {
    const b = world(attach, node)
    const last = b.move(0, { kind: 'tick', tick: b.report.totalTicks - 1 })
    return [notes(b)[0].replace(/ in [\d.]+ ms$/, ''), ...last.maps[0].rows.map((r) => r.valueText)]
  }
  const reply = 'ping 10.0.2.2: 64 bytes from 10.0.2.2'
  expect(values(['in', 'out', 'xmit'], 'a')).toEqual([expect.stringContaining(reply), '2264484', '2263484', '3263484', '0'])
  // Its own packets come by no interface.
  expect(values(['in', 'out', 'xmit'], 'r')).toEqual([expect.stringContaining(reply), '0', '64484', '3064484', '0'])
  expect(values(['no'], 'a')).toEqual([expect.stringMatching(/ping 10.0.2.2: no answer|timed out/), '0', '0', '0', '3263484'])
  expect(fate('no')).toEqual(['dropped lwt xmit'])
  expect(fate('unknown')).toEqual(['dropped lwt in returned 1'])
  expect(fate('redirects')).toEqual([])
  expect(fate('bare')).toEqual(['dropped redirect without a link layer header'])
  expect(fate('framed')[0]).toBe('redirected eth1')
})

test('a program on a route puts another packet around the one under way, which then finds its own way', () => {
  const source = `${HEAD}
#include <linux/ipv6.h>
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 8); __type(key, __u32); __type(value, __s32); } seen SEC(".maps");
static __always_inline void note(__u32 key, __s32 value)
{
	bpf_map_update_elem(&seen, &key, &value, 0);
}
static __always_inline int wrap4(struct __sk_buff *skb)
{
	struct iphdr ip = { .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_IPIP };
	ip.tot_len = bpf_htons(skb->len + sizeof(ip));
	ip.saddr = bpf_htonl(0x0a0002fe);
	ip.daddr = bpf_htonl(0x0a000202);
	note(0, bpf_lwt_push_encap(skb, BPF_LWT_ENCAP_IP, &ip, 19));
	note(1, bpf_lwt_push_encap(skb, 7, &ip, sizeof(ip)));
	ip.version = 5;
	note(2, bpf_lwt_push_encap(skb, BPF_LWT_ENCAP_IP, &ip, sizeof(ip)));
	ip.version = 4;
	return bpf_lwt_push_encap(skb, BPF_LWT_ENCAP_IP, &ip, sizeof(ip)) ? BPF_DROP : BPF_LWT_REROUTE;
}
SEC("lwt_xmit") int out4(struct __sk_buff *skb) { return wrap4(skb); }
SEC("lwt_in") int in6(struct __sk_buff *skb)
{
	struct ipv6hdr ip = { .version = 6, .hop_limit = 64, .nexthdr = IPPROTO_IPIP };
	__u32 len = skb->len;
	ip.payload_len = bpf_htons(len);
	ip.saddr.in6_u.u6_addr32[0] = bpf_htonl(0xfd000002);
	ip.saddr.in6_u.u6_addr32[3] = bpf_htonl(0xfe);
	ip.daddr.in6_u.u6_addr32[0] = bpf_htonl(0xfd000002);
	ip.daddr.in6_u.u6_addr32[3] = bpf_htonl(2);
	if (bpf_lwt_push_encap(skb, BPF_LWT_ENCAP_IP, &ip, sizeof(ip)))
		return BPF_DROP;
	note(3, skb->len - len);
	note(4, bpf_ntohs(skb->protocol));
	return BPF_LWT_REROUTE;
}
`
  const nodes: Scenario['nodes'] = [
    { kind: 'host', name: 'a', interfaces: [{ name: 'eth0', addresses: ['10.0.1.1/24'] }], routes: [{ to: 'default', via: '10.0.1.254' }] },
    {
      kind: 'host',
      name: 'r',
      interfaces: [
        { name: 'eth0', addresses: ['10.0.1.254/24'] },
        { name: 'eth1', addresses: ['10.0.2.254/24', 'fd00:2::fe/64'] },
      ],
      routes: [{ to: '10.9.0.0/24', via: '10.0.2.2' }],
      forwards: true,
    },
    {
      kind: 'host',
      name: 'b',
      interfaces: [
        { name: 'eth0', addresses: ['10.0.2.2/24', 'fd00:2::2/64'] },
        { name: 'tun4', kind: 'ipip', addresses: ['10.9.0.1/32'] },
        { name: 'tun6', kind: 'ip6tnl', addresses: ['10.9.0.2/32'] },
      ],
      routes: [{ to: 'default', via: '10.0.2.254' }],
    },
  ]
  const links: Scenario['links'] = [
    { a: 'a:eth0', b: 'r:eth0' },
    { a: 'r:eth1', b: 'b:eth0' },
  ]
  const world = (program: string, to: string): Build =>
    build(source, {
      nodes,
      links,
      attach: [{ program, node: 'r', interface: '', target: '10.9.0.0/24' }],
      stimuli: [{ kind: 'request', node: 'a', to, protocol: 'ping' }],
    })
  const tunnels = (b: Build): string[] =>
    b.events(0, 5000).events.flatMap((e) => (e.kind === 'packet' && e.why === 'outer header off' ? [`${e.node}:${e.place}`] : []))
  const seen = (b: Build): string[] =>
    b
      .move(0, { kind: 'tick', tick: b.report.totalTicks - 1 })
      .maps[0].rows.slice(0, 5)
      .map((r) => r.valueText)
  const four = world('out4', '10.9.0.1')
  expect(notes(four)[0]).toContain('ping 10.9.0.1: 64 bytes from 10.9.0.1')
  expect(tunnels(four)).toEqual(['b:tun4'])
  expect(seen(four)).toEqual(['-22', '-22', '-22', '0', '0'])
  const six = world('in6', '10.9.0.2')
  expect(notes(six)[0]).toContain('ping 10.9.0.2: 64 bytes from 10.9.0.2')
  expect(tunnels(six)).toEqual(['b:tun6'])
  expect(seen(six)).toEqual(['0', '0', '0', '40', String(0x86dd)])
})

test('user space goes through maps with batch operations', () => {
  const b = build(
    `${HEAD}
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 64); __type(key, __u32); __type(value, __u32); } seen SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 3); __type(key, __u32); __type(value, __u32); } slots SEC(".maps");
SEC("xdp") int count(struct xdp_md *ctx)
{
	__u32 key = 1, *v = bpf_map_lookup_elem(&seen, &key);
	return v && *v == 9 && bpf_map_lookup_elem(&slots, &key) ? XDP_DROP : XDP_PASS;
}
`,
    {
      nodes: [{ kind: 'host', name: 'h', interfaces: ['eth0'] }],
      attach: [{ program: 'count', node: 'h', interface: 'eth0' }],
      stimuli: [
        { kind: 'batch', map: 'seen', operation: 'update', keys: '010000000200000003000000', values: '090000000800000007000000' },
        { kind: 'packet', hex: '00'.repeat(60) },
        { kind: 'batch', map: 'seen', operation: 'lookup', count: 2 },
        { kind: 'batch', map: 'seen', operation: 'delete', keys: '0200000005000000' },
        { kind: 'batch', map: 'seen', operation: 'lookup-and-delete' },
        { kind: 'batch', map: 'slots', operation: 'lookup', count: 2 },
        { kind: 'batch', map: 'slots', operation: 'delete', keys: '00000000' },
        { kind: 'packet', hex: '00'.repeat(60) },
      ],
    },
  )
  expect(notes(b)).toEqual([
    'h: seen: update of 3 elements',
    expect.stringMatching(/^h: seen: lookup of 3 elements in [23] calls$/),
    'h: seen: delete of 1 element, then fails with -2',
    'h: seen: lookup-and-delete of 2 elements in 1 call',
    'h: slots: lookup of 3 elements in 2 calls',
    'h: slots: delete of 0 elements, then fails with -524',
  ])
  expect(b.activations(0, 5).rows.map((r) => r.verdict)).toEqual(['XDP_DROP', 'XDP_PASS'])
})
