// Who may talk to cart: by identity and port, not by address.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define WORLD 2 /* whoever is no pod of ours */

/* The start's way: addresses that may. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __be32);
	__type(value, __u8);
} allowed SEC(".maps");

/* The identity of an address: one number for all pods with the same labels. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __be32);
	__type(value, __u32);
} ipcache SEC(".maps");

struct policy_key {
	__u32 identity;
	__be16 port;
	__u8 protocol;
	__u8 pad;
};

/* What may come to cart; port and protocol 0: anything of this identity. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct policy_key);
	__type(value, __u8);
} policy SEC(".maps");

/* Connections that cart began: its side first. */
struct connection {
	__be32 peer;
	__be16 port;
	__be16 peer_port;
	__u32 protocol;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct connection);
	__type(value, __u8);
} connections SEC(".maps");

/* What was refused, for people who ask why. */
struct refusal {
	__u32 identity;
	__be32 address;
	__be16 port;
	__u8 protocol;
	__u8 pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} refusals SEC(".maps");

struct packet {
	__be32 source, dest;
	__be16 sport, dport;
	__u8 protocol;
};

static __always_inline int read_packet(struct __sk_buff *skb, struct packet *p)
{
	void *data = (void *)(long)skb->data;
	void *data_end = (void *)(long)skb->data_end;
	struct iphdr *ip = data + ETH_HLEN;
	__be16 *ports = (void *)(ip + 1);

	if (skb->protocol != bpf_htons(ETH_P_IP) || (void *)(ip + 1) > data_end)
		return 0;
	p->source = ip->saddr;
	p->dest = ip->daddr;
	p->protocol = ip->protocol;
	p->sport = p->dport = 0;
	if ((ip->protocol == IPPROTO_TCP || ip->protocol == IPPROTO_UDP) && ip->ihl == 5 && (void *)(ports + 2) <= data_end) {
		p->sport = ports[0];
		p->dport = ports[1];
	}
	return 1;
}

static __always_inline __u32 identity_of(__be32 address)
{
	__u32 *identity = bpf_map_lookup_elem(&ipcache, &address);

	return identity ? *identity : WORLD;
}

static __always_inline int may(struct packet *p)
{
	struct policy_key key = { .identity = identity_of(p->source), .port = p->dport, .protocol = p->protocol };

	if (bpf_map_lookup_elem(&policy, &key))
		return 1;
	key.port = 0;
	key.protocol = 0;
	return bpf_map_lookup_elem(&policy, &key) != NULL;
}

static __always_inline void report(struct packet *p)
{
	struct refusal r = { .identity = identity_of(p->source), .address = p->source, .port = p->dport, .protocol = p->protocol };

	bpf_ringbuf_output(&refusals, &r, sizeof(r), 0);
}

/* Packets from cart: whom it called may answer. */
SEC("tc/ingress")
int from_cart(struct __sk_buff *skb)
{
	struct packet p;
	__u8 one = 1;

	if (!read_packet(skb, &p))
		return TC_ACT_OK;
	struct connection c = { .peer = p.dest, .port = p.sport, .peer_port = p.dport, .protocol = p.protocol };
	bpf_map_update_elem(&connections, &c, &one, BPF_ANY);
	return TC_ACT_OK;
}

/* Packets to cart. */
SEC("tc/egress")
int to_cart(struct __sk_buff *skb)
{
	struct packet p;

	if (!read_packet(skb, &p))
		return TC_ACT_OK;
	struct connection c = { .peer = p.source, .port = p.dport, .peer_port = p.sport, .protocol = p.protocol };
	if (bpf_map_lookup_elem(&connections, &c))
		return TC_ACT_OK;
	if (may(&p))
		return TC_ACT_OK;
	report(&p);
	return TC_ACT_SHOT;
}

char LICENSE[] SEC("license") = "GPL";
