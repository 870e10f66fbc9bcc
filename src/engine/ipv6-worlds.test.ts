// Programs on IPv6 where it goes through a network: at sockets, on cgroups, at tc and in what helpers ask of tables.
import { expect, test } from 'vitest'
import { build, HEAD, notes } from '../testkit/built-world.ts'
import type { Scenario } from './project.ts'

const CLUSTER: Pick<Scenario, 'nodes' | 'links'> = {
  nodes: [
    { kind: 'host', name: 'n1', interfaces: [{ name: 'eth0', addresses: ['10.0.0.1/24', 'fd00::1/64'] }] },
    { kind: 'host', name: 'n2', interfaces: [{ name: 'eth0', addresses: ['10.0.0.2/24', 'fd00::2/64'] }] },
    { kind: 'pod', name: 'shop', host: 'n1', address: '10.1.1.2', address6: 'fd01::2' },
    {
      kind: 'pod',
      name: 'pay',
      host: 'n2',
      address: '10.1.2.2',
      address6: 'fd02::2',
      servers: [
        { protocol: 'tcp', port: 8080, answers: 'http' },
        { protocol: 'udp', port: 5353, answers: 'echo' },
      ],
    },
  ],
  links: [{ a: 'n1:eth0', b: 'n2:eth0', delayMs: 0.1 }],
}

const V6 = `${HEAD}
#include <linux/ipv6.h>
`

const COUNT = `struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 16); __type(key, __u32); __type(value, __u64); } counts SEC(".maps");
static __always_inline void count(__u32 key)
{
	__u64 *v = bpf_map_lookup_elem(&counts, &key);
	if (v)
		*v += 1;
}`

const words = (key: number, b: ReturnType<typeof build>): string => {
  const last = b.move(0, { kind: 'tick', tick: b.report.totalTicks - 1 })
  return last.maps[0]?.rows[key]?.valueText ?? ''
}

test('a service at the socket, over TCP and UDP, is shown to the client as what it asked for', () => {
  const b = build(
    `${V6}${COUNT}
static __always_inline int is_service(__u32 first, __u32 last)
{
	return first == bpf_htonl(0xfd960000) && last == bpf_htonl(1);
}
#define TO_POD(ctx, field) ((ctx)->field[0] = bpf_htonl(0xfd020000), (ctx)->field[1] = 0, (ctx)->field[2] = 0, (ctx)->field[3] = bpf_htonl(2))
SEC("cgroup/connect6") int connect6(struct bpf_sock_addr *ctx)
{
	if (ctx->user_family != 10 || ctx->family != 10 || ctx->type != 1 || ctx->protocol != 6)
		return 0;
	if (!is_service(ctx->user_ip6[0], ctx->user_ip6[3]) || ctx->user_port != bpf_htons(80))
		return 1;
	count(0);
	TO_POD(ctx, user_ip6);
	ctx->user_port = bpf_htons(8080);
	return 1;
}
SEC("cgroup/sendmsg6") int sendmsg6(struct bpf_sock_addr *ctx)
{
	if (!is_service(ctx->user_ip6[0], ctx->user_ip6[3]))
		return 1;
	count(1);
	TO_POD(ctx, user_ip6);
	ctx->user_port = bpf_htons(5353);
	return 1;
}
SEC("cgroup/recvmsg6") int recvmsg6(struct bpf_sock_addr *ctx)
{
	count(2);
	ctx->user_ip6[0] = bpf_htonl(0xfd960000);
	ctx->user_ip6[3] = bpf_htonl(1);
	ctx->user_port = bpf_htons(53);
	return 1;
}
SEC("cgroup/getpeername6") int getpeername6(struct bpf_sock_addr *ctx)
{
	count(3);
	ctx->user_ip6[0] = bpf_htonl(0xfd960000);
	ctx->user_ip6[3] = bpf_htonl(1);
	ctx->user_port = bpf_htons(80);
	return 1;
}
SEC("cgroup/connect4") int connect4(struct bpf_sock_addr *ctx)
{
	count(4);
	return 0;
}
`,
    {
      ...CLUSTER,
      attach: ['connect6', 'sendmsg6', 'recvmsg6', 'getpeername6', 'connect4'].map((program) => ({
        program,
        node: 'n1',
        interface: '',
        target: '/',
      })),
      stimuli: [
        { kind: 'request', node: 'shop', to: 'http://[fd96::1]/cart', protocol: 'http' },
        { kind: 'request', node: 'shop', to: '[fd96::1]:53', protocol: 'udp', body: 'abc' },
        { kind: 'request', node: 'shop', to: 'http://pay:8080/', protocol: 'http', family: 'ip4' },
      ],
    },
  )
  // n1 asks for n2 by its link-local address, as nothing of the packet is its own; n2 has to ask for n1's other address again.
  expect(notes(b)).toEqual([
    'shop: GET http://[fd96::1]/cart: connected to [fd02::2]:8080 in place of [fd96::1]:80 (getpeername: [fd96::1]:80)',
    'shop: GET http://[fd96::1]/cart: 200 from pay in 0.805 ms',
    'shop: udp [fd96::1]:53: 3 bytes from [fd96::1]:53 in 0.200 ms',
    'shop: GET http://pay:8080/: denied by cgroup/connect4',
  ])
  expect([0, 1, 2, 3, 4].map((key) => words(key, b))).toEqual(['1', '1', '1', '1', '1'])
})

test('binding, sockops, packets of a cgroup and sk_lookup see addresses of IPv6', () => {
  const b = build(
    `${V6}${COUNT}
SEC("cgroup/bind6") int bind6(struct bpf_sock_addr *ctx)
{
	count(0);
	/* to its own address in place of all */
	ctx->user_ip6[0] = bpf_htonl(0xfd020000);
	ctx->user_ip6[3] = bpf_htonl(2);
	return 1;
}
SEC("cgroup/post_bind6") int post_bind6(struct bpf_sock *ctx)
{
	if (ctx->family == 10 && ctx->src_ip6[0] == bpf_htonl(0xfd020000) && ctx->src_ip6[3] == bpf_htonl(2))
		count(1);
	return 1;
}
SEC("cgroup/sock_create") int made(struct bpf_sock *ctx)
{
	count(6 + (ctx->family == 10));
	return 1;
}
SEC("cgroup/sock_release") int closed(struct bpf_sock *ctx)
{
	count(8 + (ctx->family == 10));
	return 1;
}
SEC("sockops") int ops(struct bpf_sock_ops *ctx)
{
	if (ctx->op == BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB && ctx->family == 10 && ctx->remote_ip6[0] == bpf_htonl(0xfd010000) &&
	    ctx->local_ip6[3] == bpf_htonl(2) && ctx->local_port == 8080)
		count(2);
	return 1;
}
SEC("cgroup_skb/ingress") int ingress(struct __sk_buff *skb)
{
	struct ipv6hdr ip6;
	if (skb->protocol != bpf_htons(ETH_P_IPV6) || bpf_skb_load_bytes(skb, 0, &ip6, sizeof(ip6)) || ip6.version != 6)
		return 1;
	if (skb->sk && skb->sk->family == 10)
		count(3);
	return 1;
}
struct { __uint(type, BPF_MAP_TYPE_SOCKMAP); __uint(max_entries, 1); __type(key, __u32); __type(value, __u64); } socks SEC(".maps");
SEC("sk_lookup") int port(struct bpf_sk_lookup *ctx)
{
	__u32 zero = 0;
	struct bpf_sock *sk;
	long err;
	if (ctx->family != 10 || ctx->local_port != 9999 || ctx->local_ip6[3] != bpf_htonl(2))
		return SK_PASS;
	sk = bpf_map_lookup_elem(&socks, &zero);
	if (!sk)
		return SK_DROP;
	err = bpf_sk_assign(ctx, sk, 0);
	bpf_sk_release(sk);
	count(err ? 5 : 4);
	return SK_PASS;
}
`,
    {
      ...CLUSTER,
      attach: [
        ...['bind6', 'post_bind6', 'made', 'closed', 'ops', 'ingress'].map((program) => ({
          program,
          node: 'pay',
          interface: '',
          target: '/pods/pay',
        })),
        { program: 'port', node: 'pay', interface: '' },
      ],
      stimuli: [
        { kind: 'map', atMs: 0, node: 'n2', map: 'socks', key: '00000000', value: '901f010000000000' },
        { kind: 'request', atMs: 1, node: 'shop', to: 'http://pay:8080/', protocol: 'http' },
        { kind: 'request', atMs: 10, node: 'shop', to: 'http://pay:9999/', protocol: 'http' },
      ],
    },
  )
  expect(notes(b).map((n) => n.replace(/ in [\d.]+ ms$/, ''))).toEqual([
    'shop: GET http://pay:8080/: 200 from pay',
    'shop: GET http://pay:9999/: 200 from pay',
  ])
  expect([0, 1, 2, 4, 5].map((key) => words(key, b))).toEqual(['2', '2', '1', '1', '0'])
  expect(Number(words(3, b))).toBeGreaterThan(3)
  // Two servers with a socket for each family; what is closed are the two connections that were accepted.
  expect([6, 7, 8, 9].map((key) => words(key, b))).toEqual(['2', '2', '0', '2'])
})

test('helpers find routes, neighbours and sockets of IPv6', () => {
  const b = build(
    `${V6}
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 8); __type(key, __u32); __type(value, __u32); } seen SEC(".maps");
static __always_inline void note(__u32 key, __u32 value)
{
	bpf_map_update_elem(&seen, &key, &value, 0);
}
SEC("tc") int from_pod(struct __sk_buff *skb)
{
	struct bpf_fib_lookup params = {};
	struct bpf_sock_tuple tuple = {};
	struct bpf_sock *sk;
	struct ipv6hdr ip6;
	if (skb->protocol != bpf_htons(ETH_P_IPV6) || bpf_skb_load_bytes(skb, ETH_HLEN, &ip6, sizeof(ip6)) || ip6.nexthdr != IPPROTO_TCP)
		return TC_ACT_OK;
	params.family = 10;
	params.ifindex = skb->ifindex;
	__builtin_memcpy(params.ipv6_src, &ip6.saddr, 16);
	__builtin_memcpy(params.ipv6_dst, &ip6.daddr, 16);
	note(0, bpf_fib_lookup(skb, &params, sizeof(params), BPF_FIB_LOOKUP_SKIP_NEIGH));
	note(1, params.ifindex);
	note(2, bpf_ntohl(params.ipv6_dst[3]));
	note(3, params.mtu_result);
	note(4, params.rt_metric);
	__builtin_memcpy(tuple.ipv6.saddr, &ip6.saddr, 16);
	__builtin_memcpy(tuple.ipv6.daddr, &ip6.daddr, 16);
	tuple.ipv6.dport = bpf_htons(8080);
	tuple.ipv6.sport = bpf_htons(1);
	sk = bpf_sk_lookup_tcp(skb, &tuple, sizeof(tuple.ipv6), BPF_F_CURRENT_NETNS, 0);
	note(5, sk ? sk->family : 0);
	if (sk)
		bpf_sk_release(sk);
	return TC_ACT_OK;
}
SEC("tc") int to_pod(struct __sk_buff *skb)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_sock *sk;
	tuple.ipv6.daddr[0] = bpf_htonl(0xfd020000);
	tuple.ipv6.daddr[3] = bpf_htonl(2);
	tuple.ipv6.dport = bpf_htons(8080);
	sk = bpf_sk_lookup_tcp(skb, &tuple, sizeof(tuple.ipv6), BPF_F_CURRENT_NETNS, 0);
	note(6, sk ? sk->family + 100 * sk->state : 0);
	if (sk)
		bpf_sk_release(sk);
	return TC_ACT_OK;
}
`,
    {
      ...CLUSTER,
      attach: [
        { program: 'from_pod', node: 'n2', interface: 'veth-pay' },
        { program: 'to_pod', node: 'pay', interface: 'eth0' },
      ],
      stimuli: [{ kind: 'request', node: 'shop', to: 'http://pay:8080/', protocol: 'http' }],
    },
  )
  const last = b.move(0, { kind: 'tick', tick: b.report.totalTicks - 1 })
  const seen = last.maps.find((m) => m.name === 'seen')
  // Success, out of eth0, by way of fd00::1, its MTU, the metric of a route; nobody of n2 listens; pay listens (10) with IPv6 (10).
  expect(seen?.rows.map((r) => r.valueText)).toEqual(['0', '2', '1', '1500', '1024', '0', '1010', '0'])
})

test('programs of the own cgroup come before those of the ones above it', () => {
  const b = build(
    `${V6}
int order;
SEC("cgroup/connect6") int above(struct bpf_sock_addr *ctx)
{
	order = order * 10 + 1;
	return 1;
}
SEC("cgroup/connect6") int own(struct bpf_sock_addr *ctx)
{
	order = order * 10 + 2;
	return 1;
}
`,
    {
      ...CLUSTER,
      attach: [
        { program: 'above', node: 'n1', interface: '', target: '/' },
        { program: 'own', node: 'shop', interface: '', target: '/pods/shop' },
      ],
      stimuli: [{ kind: 'request', node: 'shop', to: 'http://pay:8080/', protocol: 'http' }],
    },
  )
  expect(b.activations(0, 5).rows.map((r) => r.place)).toEqual(['/pods/shop', '/'])
  expect(words(0, b)).toContain('21')
})
