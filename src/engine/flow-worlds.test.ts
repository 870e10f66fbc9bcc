// Flow dissectors of network namespaces: who asks them, what they find, and which one is asked.
import { expect, test } from 'vitest'
import { build, HEAD, notes } from '../testkit/built-world.ts'
import type { Scenario } from './project.ts'

const CLUSTER: Pick<Scenario, 'nodes' | 'links'> = {
  nodes: [
    { kind: 'host', name: 'n1', interfaces: ['eth0'] },
    { kind: 'host', name: 'n2', interfaces: ['eth0'], servers: [{ protocol: 'udp', port: 53, answers: 'echo' }] },
    { kind: 'pod', name: 'shop', host: 'n1', address: '10.1.1.2' },
  ],
  links: [{ a: 'n1:eth0', b: 'n2:eth0' }],
}

const SOURCE = `${HEAD}
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 8); __type(key, __u32); __type(value, __u32); } seen SEC(".maps");
static __always_inline void note(__u32 key, __u32 value)
{
	bpf_map_update_elem(&seen, &key, &value, 0);
}
SEC("flow_dissector") int dissect(struct __sk_buff *skb)
{
	struct bpf_flow_keys *keys = skb->flow_keys;
	void *data = (void *)(long)skb->data;
	__u16 nhoff = keys->nhoff;
	struct iphdr *ip, copy;
	if (keys->n_proto != bpf_htons(ETH_P_IP))
		return BPF_FLOW_DISSECTOR_CONTINUE;
	if (nhoff > 65535 - sizeof(*ip))
		return BPF_DROP;
	ip = data + nhoff;
	if ((void *)(ip + 1) > (void *)(long)skb->data_end || bpf_skb_load_bytes(skb, nhoff, &copy, sizeof(copy)))
		return BPF_DROP;
	note(0, nhoff);
	note(1, keys->flags);
	note(2, copy.ttl);
	/* all of a /24 is one flow */
	keys->addr_proto = ETH_P_IP;
	keys->ip_proto = ip->protocol;
	keys->ipv4_src = ip->saddr & bpf_htonl(0xffffff00);
	keys->ipv4_dst = ip->daddr & bpf_htonl(0xffffff00);
	keys->thoff = nhoff + 20;
	return ip->protocol == IPPROTO_ICMP ? BPF_DROP : BPF_OK;
}
SEC("tc") int hash(struct __sk_buff *skb)
{
	note(3, skb->hash);
	note(4, bpf_get_hash_recalc(skb));
	note(5, skb->hash);
	return TC_ACT_OK;
}
`

const run = (attach: Scenario['attach'], wrong: readonly string[] = []) =>
  build(
    SOURCE,
    {
      ...CLUSTER,
      attach,
      stimuli: [
        { kind: 'request', node: 'shop', to: '10.0.0.2:53', protocol: 'udp', body: 'abc' },
        { kind: 'request', atMs: 10, node: 'shop', to: '10.0.0.2', protocol: 'ping' },
      ],
    },
    undefined,
    wrong,
  )
const flows = (b: ReturnType<typeof build>): string[] =>
  notes(b).flatMap((n) => (n.includes('flow of') ? [n.replace(/packet \d+/, 'packet')] : []))

test('the queue asks for the flow of what is forwarded, and not for what a socket of the host sends', () => {
  const b = run([{ program: 'dissect', node: 'n1', interface: '' }])
  // ARP is no packet of a socket either: the program leaves that one to the kernel. An answer to nothing is no flow.
  expect(flows(b)).toEqual(['n1: flow of packet: 10.1.1.0:0 > 10.0.0.0:0 protocol 17', 'n1: flow of packet: no flow'])
  expect(notes(b).filter((n) => n.startsWith('shop'))).toHaveLength(2)
  const last = b.move(0, { kind: 'tick', tick: b.report.totalTicks - 1 })
  // The network header behind the Ethernet header, stopping at flow labels, one hop less to live.
  expect(last.maps[0].rows.slice(0, 3).map((r) => r.valueText)).toEqual(['14', '2', '63'])
})

test('bpf_get_hash_recalc() is the hash of the flow that the program finds', () => {
  const b = run([
    { program: 'dissect', node: 'n1', interface: '' },
    { program: 'hash', node: 'n1', interface: 'veth-shop' },
  ])
  const rows = b.activations(0, 100).rows.map((r) => r.hook)
  expect(rows).toContain('flow_dissector')
  const last = b.move(0, { kind: 'tick', tick: b.report.totalTicks - 1 })
  const [before, asked, after] = last.maps[0].rows.slice(3, 6).map((r) => r.valueText)
  expect([before, after]).toEqual(['0', asked])
  expect(asked).not.toBe('0')
})

test('a namespace has one, and that of a host is there for its pods', () => {
  const both = [
    { program: 'dissect', node: 'n1', interface: '' },
    { program: 'dissect', node: 'shop', interface: '' },
    { program: 'dissect', node: 'n1', interface: '' },
  ]
  const b = run(both, [
    "input.scenario dissect: n1 has a flow dissector already (a host's is there for its pods too)",
    'input.scenario dissect: n1 has a flow dissector already',
  ])
  expect(b.world().hooks.map((h) => `${h.node} ${h.name}`)).toEqual(['n1 flow_dissector'])
})
