// In and out of the cluster by one address: chosen pods leave through a gateway node, a public address leads in.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <stddef.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define AF_INET 2
#define FIRST_PORT 50000

#define IP_OFF ETH_HLEN
#define TCP_OFF (ETH_HLEN + sizeof(struct iphdr))

struct place {
	__be32 address;
	__be16 port;
	__u16 pad;
};

/* Which pods leave by a gateway for which networks: the sender in full, then as much of the receiver as counts. */
struct route {
	__u32 bits;
	__be32 pod;
	__be32 to;
};

struct exit {
	__be32 gateway;
	__u32 ifindex;
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 256);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct route);
	__type(value, struct exit);
} egress SEC(".maps");

/* On the gateway: the address that a pod leaves with. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, __be32);
	__type(value, __be32);
} egress_address SEC(".maps");

/* On the gateway: public places and who is behind them. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, struct place);
	__type(value, struct place);
} ingress SEC(".maps");

/* Translations both ways: what stands outside, and inside. */
struct pair {
	struct place peer;
	struct place own;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct pair);
	__type(value, struct place);
} to_inside SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct pair);
	__type(value, struct place);
} to_outside SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} next_port SEC(".maps");

static __always_inline int headers(struct __sk_buff *skb, struct iphdr **ip, struct tcphdr **tcp)
{
	void *data = (void *)(long)skb->data;
	void *data_end = (void *)(long)skb->data_end;

	*ip = data + IP_OFF;
	*tcp = data + TCP_OFF;
	if ((void *)(*tcp + 1) > data_end || skb->protocol != bpf_htons(ETH_P_IP))
		return 0;
	return (*ip)->ihl == 5 && (*ip)->protocol == IPPROTO_TCP && !((*ip)->frag_off & bpf_htons(0x3fff));
}

static __always_inline void rewrite(struct __sk_buff *skb, __u32 address_off, __u32 port_off, struct place from, struct place to)
{
	bpf_l4_csum_replace(skb, TCP_OFF + offsetof(struct tcphdr, check), from.address, to.address, BPF_F_PSEUDO_HDR | 4);
	bpf_l4_csum_replace(skb, TCP_OFF + offsetof(struct tcphdr, check), from.port, to.port, 2);
	bpf_l3_csum_replace(skb, IP_OFF + offsetof(struct iphdr, check), from.address, to.address, 4);
	bpf_skb_store_bytes(skb, address_off, &to.address, 4, 0);
	bpf_skb_store_bytes(skb, port_off, &to.port, 2, 0);
}

/* Remembers that `inside` is seen as `outside` by `peer`. */
static __always_inline void remember(struct place peer, struct place inside, struct place outside)
{
	struct pair out = { peer, inside }, in = { peer, outside };

	bpf_map_update_elem(&to_outside, &out, &outside, BPF_ANY);
	bpf_map_update_elem(&to_inside, &in, &inside, BPF_ANY);
}

/* On a pod's node: packets from the pod. */
SEC("tc/ingress")
int from_pod(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *data_end = (void *)(long)skb->data_end;
	struct iphdr *ip = data + IP_OFF;

	if (skb->protocol != bpf_htons(ETH_P_IP) || (void *)(ip + 1) > data_end)
		return TC_ACT_OK;
	struct route key = { .bits = 32, .pod = ip->saddr, .to = ip->daddr };
	struct exit *exit = bpf_map_lookup_elem(&egress, &key);

	if (!exit)
		return TC_ACT_OK;
	struct bpf_redir_neigh next = { .nh_family = AF_INET, .ipv4_nh = exit->gateway };
	return bpf_redirect_neigh(exit->ifindex, &next, sizeof(next), 0);
}

/* On the gateway: packets that leave the cluster. */
SEC("tc/egress")
int leaving(struct __sk_buff *skb)
{
	struct iphdr *ip;
	struct tcphdr *tcp;
	__u32 zero = 0;

	if (!headers(skb, &ip, &tcp))
		return TC_ACT_OK;
	struct place peer = { .address = ip->daddr, .port = tcp->dest };
	struct pair key = { .peer = peer, .own = { .address = ip->saddr, .port = tcp->source } };
	struct place *known = bpf_map_lookup_elem(&to_outside, &key);
	struct place outside = {};

	if (known) {
		outside = *known;
	} else {
		__be32 *address = bpf_map_lookup_elem(&egress_address, &key.own.address);
		__u32 *next = bpf_map_lookup_elem(&next_port, &zero);

		if (!address || !next)
			return TC_ACT_OK;
		outside.address = *address;
		outside.port = bpf_htons(FIRST_PORT + (__sync_fetch_and_add(next, 1) & 0x1fff));
		remember(peer, key.own, outside);
	}
	rewrite(skb, IP_OFF + offsetof(struct iphdr, saddr), TCP_OFF + offsetof(struct tcphdr, source), key.own, outside);
	return TC_ACT_OK;
}

/* On the gateway: packets that come in. */
SEC("tc/ingress")
int coming(struct __sk_buff *skb)
{
	struct iphdr *ip;
	struct tcphdr *tcp;

	if (!headers(skb, &ip, &tcp))
		return TC_ACT_OK;
	struct place peer = { .address = ip->saddr, .port = tcp->source };
	struct pair key = { .peer = peer, .own = { .address = ip->daddr, .port = tcp->dest } };
	struct place *known = bpf_map_lookup_elem(&to_inside, &key);
	struct place inside = {};

	if (known) {
		inside = *known;
	} else {
		struct place *behind = bpf_map_lookup_elem(&ingress, &key.own);

		if (!behind)
			return TC_ACT_OK;
		inside = *behind;
		remember(peer, inside, key.own);
	}
	rewrite(skb, IP_OFF + offsetof(struct iphdr, daddr), TCP_OFF + offsetof(struct tcphdr, dest), key.own, inside);
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
