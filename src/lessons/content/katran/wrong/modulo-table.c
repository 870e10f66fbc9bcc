// A layer-4 load balancer in the manner of Katran: one address outside, ten servers inside, and the answers go past us.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define ICMP_ECHO 8
#define ICMP_ECHOREPLY 0

#define REALS 10
#define RING 397

/* The beginning of an ICMP message. */
struct echo {
	__u8 type;
	__u8 code;
	__u16 checksum;
};

struct vip {
	__be32 address;
	__be16 port;
	__u8 protocol;
	__u8 pad;
};

struct flow {
	__be32 source;
	__be32 dest;
	__be16 sport;
	__be16 dport;
	__u32 protocol;
};

struct stats {
	__u64 packets;
	__u64 bytes;
};

/* Virtual addresses: what we answer for. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, struct vip);
	__type(value, __u32);
} vips SEC(".maps");

/* Servers by number, and how many of which are in service. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, REALS);
	__type(key, __u32);
	__type(value, __be32);
} reals SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} in_service SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, REALS);
	__type(key, __u32);
	__type(value, __u32);
} list SEC(".maps");

/* Consistent hashing: user space fills every slot with the number of a server. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, RING);
	__type(key, __u32);
	__type(value, __u32);
} ring SEC(".maps");

/* Where a connection went, as long as there is room. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct flow);
	__type(value, __u32);
} connections SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, REALS);
	__type(key, __u32);
	__type(value, struct stats);
} counts SEC(".maps");

static __always_inline __u32 mix(__u32 h)
{
	h ^= h >> 16;
	h *= 0x7feb352d;
	h ^= h >> 15;
	h *= 0x846ca68b;
	return h ^ (h >> 16);
}

static __always_inline __u32 hash_of(struct flow *f)
{
	return mix(f->source ^ mix(((__u32)f->sport << 16) ^ f->dport ^ f->protocol));
}

/* The number of the server for a new connection. */
static __always_inline __u32 choose(__u32 hash)
{
	__u32 zero = 0;
	__u32 *count = bpf_map_lookup_elem(&in_service, &zero);
	__u32 place = count && *count ? hash % *count : 0;
	__u32 *real = bpf_map_lookup_elem(&list, &place);

	return real ? *real : 0;
}

/* The number of the server for any packet. */
static __always_inline __u32 server_of(struct flow *flow, __u32 hash)
{
	__u32 *known = bpf_map_lookup_elem(&connections, flow);

	if (known)
		return *known;
	__u32 real = choose(hash);
	bpf_map_update_elem(&connections, flow, &real, BPF_ANY);
	return real;
}

/* An echo request to a virtual address is answered here. */
static __always_inline int answer(struct ethhdr *eth, struct iphdr *ip, void *data_end)
{
	struct echo *icmp = (void *)(ip + 1);
	__be32 address = ip->daddr;
	__u8 mac[ETH_ALEN];

	if ((void *)(icmp + 1) > data_end || icmp->type != ICMP_ECHO)
		return XDP_PASS;
	__u32 sum = icmp->checksum + bpf_htons(ICMP_ECHO << 8);
	icmp->checksum = sum + (sum >> 16);
	icmp->type = ICMP_ECHOREPLY;
	ip->daddr = ip->saddr;
	ip->saddr = address;
	__builtin_memcpy(mac, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, eth->h_source, ETH_ALEN);
	__builtin_memcpy(eth->h_source, mac, ETH_ALEN);
	return XDP_TX;
}

/* A second IPv4 header in front of the first, and back to the router. */
static __always_inline int encapsulate(struct xdp_md *ctx, __be32 real, __u32 hash)
{
	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(struct iphdr)))
		return XDP_DROP;
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct ethhdr *old = data + sizeof(struct iphdr);
	struct iphdr *outer = (void *)(eth + 1);
	struct iphdr *inner = (void *)(outer + 1);

	if ((void *)(inner + 1) > data_end)
		return XDP_DROP;
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
	/* 172.16.x.y by the flow, so that the server spreads flows over its queues. */
	outer->saddr = bpf_htonl(0xac100000 | (hash & 0xffff));
	outer->daddr = real;
	__u16 *word = (__u16 *)outer;
	__u32 sum = 0;
	for (int i = 0; i < 10; i++)
		sum += word[i];
	sum = (sum & 0xffff) + (sum >> 16);
	outer->check = ~(sum + (sum >> 16));
	return XDP_TX;
}

SEC("xdp")
int balancer(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	__be16 *ports = (void *)(ip + 1);

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	if (ip->ihl != 5 || (ip->frag_off & bpf_htons(0x3fff)))
		return XDP_DROP;
	if (ip->protocol == IPPROTO_ICMP) {
		struct vip any = { .address = ip->daddr };

		return bpf_map_lookup_elem(&vips, &any) ? answer(eth, ip, data_end) : XDP_PASS;
	}
	if ((ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP) || (void *)(ports + 2) > data_end)
		return XDP_PASS;
	struct vip vip = { .address = ip->daddr, .port = ports[1], .protocol = ip->protocol };
	if (!bpf_map_lookup_elem(&vips, &vip))
		return XDP_PASS;

	struct flow flow = { ip->saddr, ip->daddr, ports[0], ports[1], ip->protocol };
	__u32 hash = hash_of(&flow);
	__u32 real = server_of(&flow, hash);
	__be32 *address = bpf_map_lookup_elem(&reals, &real);
	struct stats *count = bpf_map_lookup_elem(&counts, &real);

	if (!address || !*address || !count)
		return XDP_DROP;
	count->packets += 1;
	count->bytes += data_end - data;
	return encapsulate(ctx, *address, hash);
}

char LICENSE[] SEC("license") = "GPL";
