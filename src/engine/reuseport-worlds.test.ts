// Several sockets on one port: which gets a connection or a datagram, by hash and by programs, in networks.
import { expect, test } from 'vitest'
import { build, HEAD, notes } from '../testkit/built-world.ts'
import type { Scenario, Stimulus } from './project.ts'

const NODES: Pick<Scenario, 'nodes' | 'links'> = {
  nodes: [
    { kind: 'host', name: 'c', interfaces: [{ name: 'eth0', addresses: ['10.0.0.1/24', 'fd00::1/64'] }] },
    {
      kind: 'host',
      name: 's',
      interfaces: [{ name: 'eth0', addresses: ['10.0.0.2/24', 'fd00::2/64'] }],
      servers: [
        { protocol: 'tcp', port: 80, answers: 'http', workers: 3 },
        { protocol: 'udp', port: 53, answers: 'http', workers: 2 },
        { protocol: 'tcp', port: 81, answers: 'http' },
      ],
    },
  ],
  links: [{ a: 'c:eth0', b: 's:eth0' }],
}

const SOURCE = `${HEAD}
struct { __uint(type, BPF_MAP_TYPE_REUSEPORT_SOCKARRAY); __uint(max_entries, 4); __type(key, __u32); __type(value, __u64); } workers SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 16); __type(key, __u32); __type(value, __s32); } seen SEC(".maps");
static __always_inline void note(__u32 key, __s32 value)
{
	bpf_map_update_elem(&seen, &key, &value, 0);
}
`

const CHOOSE = `${SOURCE}
SEC("sk_reuseport") int choose(struct sk_reuseport_md *ctx)
{
	struct tcphdr *tcp = ctx->data;
	struct iphdr ip;
	__u32 key = 2;
	if ((void *)(tcp + 1) > ctx->data_end || bpf_skb_load_bytes_relative(ctx, 0, &ip, sizeof(ip), BPF_HDR_START_NET))
		return SK_DROP;
	note(0, ctx->len - (__s32)(ctx->data_end - ctx->data));
	note(1, bpf_ntohs(tcp->dest));
	note(2, ctx->ip_protocol + 1000 * ctx->bind_inany);
	note(3, bpf_ntohs(ctx->eth_protocol));
	note(4, ctx->sk ? ctx->sk->src_port : 0);
	note(5, bpf_ntohl(ip.daddr) & 0xff);
	note(6, bpf_sk_select_reuseport(ctx, &workers, &key, 0));
	key = 3;
	note(7, bpf_sk_select_reuseport(ctx, &workers, &key, 0));
	note(8, bpf_sk_select_reuseport(ctx, &workers, &key, 1));
	key = 1;
	note(9, bpf_sk_select_reuseport(ctx, &workers, &key, 0));
	return SK_PASS;
}
SEC("sk_reuseport") int refuse(struct sk_reuseport_md *ctx)
{
	return SK_DROP;
}
SEC("sk_reuseport/migrate") int leave(struct sk_reuseport_md *ctx)
{
	return ctx->migrating_sk ? SK_DROP : SK_PASS;
}
`

/** User space puts a socket into a slot: the port, and 65536 for each of the sockets before it there. */
const put = (slot: number, port: number, nth: number): Stimulus => {
  const value = new Uint8Array(8)
  new DataView(value.buffer).setUint32(0, port + 65536 * nth, true)
  return { kind: 'map', atMs: 1, node: 's', map: 'workers', key: `0${slot}000000`, value: Buffer.from(value).toString('hex') }
}
const ask = (to: string, count: number, protocol: 'http' | 'udp' = 'http'): Stimulus => ({
  kind: 'request',
  atMs: 10,
  node: 'c',
  to,
  protocol,
  count,
  everyMs: 20,
})
const outcomes = (b: ReturnType<typeof build>): string[] => notes(b).map((n) => n.replace(/ in [\d.]+ ms$/, ''))
const workers = (lines: readonly string[]): string[] => lines.map((line) => /worker \d/.exec(line)?.[0] ?? line)

test('without a program a hash spreads connections over the workers', () => {
  const b = build(CHOOSE, {
    ...NODES,
    attach: [{ program: 'leave', node: 's', interface: '', target: 'udp/53' }],
    stimuli: [ask('http://10.0.0.2/', 24)],
  })
  const by = new Set(workers(outcomes(b)))
  expect([...by].sort()).toEqual(['worker 0', 'worker 1', 'worker 2'])
})

test('a program chooses among the sockets of its group, and only those', () => {
  const b = build(CHOOSE, {
    ...NODES,
    attach: [{ program: 'choose', node: 's', interface: '', target: 'tcp/80' }],
    // Slot 2: the second worker. Slot 1: one of another port. Slot 0: the same socket again, which is in the array already; 81 shares with nobody.
    stimuli: [put(2, 80, 1), put(1, 53, 1), put(0, 80, 1), put(0, 81, 0), ask('http://10.0.0.2/', 3)],
  })
  const lines = outcomes(b)
  expect(lines).toContain('s: workers: update fails with -16')
  expect(lines).toContain('s: workers: update fails with -22')
  expect(workers(lines.filter((l) => l.startsWith('c:')))).toEqual(['worker 1', 'worker 1', 'worker 1'])
  const last = b.move(0, { kind: 'tick', tick: b.report.totalTicks - 1 })
  // A lookup with flags is -22, an empty slot -2, a socket of another protocol -91.
  expect(
    last.maps
      .find((m) => m.name === 'seen')
      ?.rows.slice(0, 10)
      .map((r) => r.valueText),
  ).toEqual(['0', '80', '1006', String(0x0800), '80', '2', '0', '-2', '-22', '-91'])
})

test('a refusal is as if nobody listened, and each family has a group of its own', () => {
  const attach = [{ program: 'refuse', node: 's', interface: '', target: 'tcp/80' }]
  expect(outcomes(build(CHOOSE, { ...NODES, attach, stimuli: [ask('http://10.0.0.2/', 1)] }))).toEqual([
    'c: GET http://10.0.0.2/: connection refused',
  ])
  const both = build(CHOOSE, {
    ...NODES,
    attach: [{ program: 'choose', node: 's', interface: '', target: 'tcp/80' }],
    // The three of IPv4 come first: the fifth socket is the second worker of IPv6.
    stimuli: [put(2, 80, 1), put(1, 80, 4), ask('http://10.0.0.2/', 1), ask('http://[fd00::2]/', 2)],
  })
  // The program finds its IPv4 socket last of all: for IPv6 slot 2 is of another family, and slot 1 is its own.
  expect(workers(outcomes(both)).every((w) => w === 'worker 1')).toBe(true)
})

test('a packet that tc gives to a socket goes there, and one to itself over loopback comes to the server', () => {
  const b = build(
    `${SOURCE}
SEC("tc") int steer(struct __sk_buff *skb)
{
	struct bpf_sock_tuple tuple = { .ipv4 = { .daddr = bpf_htonl(0x0a000002), .dport = bpf_htons(81) } };
	struct bpf_sock *sk;
	struct tcphdr tcp;
	long err;
	if (skb->protocol != bpf_htons(ETH_P_IP) || bpf_skb_load_bytes(skb, ETH_HLEN + sizeof(struct iphdr), &tcp, sizeof(tcp)) || tcp.dest != bpf_htons(99))
		return TC_ACT_OK;
	sk = bpf_skc_lookup_tcp(skb, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0);
	if (!sk)
		return TC_ACT_SHOT;
	err = sk->state == BPF_TCP_LISTEN && tcp.syn ? bpf_sk_assign(skb, sk, 0) : 0;
	bpf_sk_release(sk);
	note(0, err);
	return err ? TC_ACT_SHOT : TC_ACT_OK;
}
`,
    {
      ...NODES,
      attach: [{ program: 'steer', node: 's', interface: 'eth0' }],
      stimuli: [ask('http://10.0.0.2:99/', 1), { kind: 'request', atMs: 40, node: 's', to: '127.0.0.1:53', protocol: 'udp' }],
    },
  )
  expect(outcomes(b)).toEqual([
    'c: GET http://10.0.0.2:99/: 200 from s',
    expect.stringMatching(/^s: udp 127\.0\.0\.1:53: 11 bytes from 127\.0\.0\.1:53$/),
  ])
})
