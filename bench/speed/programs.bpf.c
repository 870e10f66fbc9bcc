// Eight programs that measure engines: packets parsed and dropped, a counter in a hash, a checksum over a whole frame, a load balancer,
// and plain arithmetic; those with a number in the name do the same so many times over in one run.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual MIT/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u64);
} hits SEC(".maps");

struct vip {
	__u32 address;
	__u16 port;
	__u16 protocol;
};

struct real {
	__u8 mac[6];
	__u16 unused;
	__u32 address;
	__u32 flags;
};

struct stats {
	__u64 packets;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, struct vip);
	__type(value, __u32);
} vips SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, __u32);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct real);
} reals SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, struct stats);
} counters SEC(".maps");

/* Drops TCP to a port; everything else passes. The bound check is made each time. */
static __always_inline int drop_port(void *data, void *end, __u32 turn)
{
	struct ethhdr *eth = data;
	struct iphdr *ip;
	struct tcphdr *tcp;

	if (data + sizeof(*eth) + sizeof(*ip) + sizeof(*tcp) > end)
		return XDP_PASS;
	if (eth->h_proto != __builtin_bswap16(ETH_P_IP))
		return XDP_PASS;
	ip = data + sizeof(*eth);
	if (ip->version != 4 || ip->ihl != 5 || ip->ttl == 0)
		return XDP_ABORTED;
	if (ip->protocol != IPPROTO_TCP || (ip->saddr ^ turn) == 0)
		return XDP_PASS;
	tcp = data + sizeof(*eth) + sizeof(*ip);
	if (tcp->dest == __builtin_bswap16(22) && tcp->syn && !tcp->ack)
		return XDP_DROP;
	return tcp->dest == __builtin_bswap16(80) ? XDP_DROP : XDP_PASS;
}

SEC("xdp") int pktdrop(struct xdp_md *ctx)
{
	return drop_port((void *)(long)ctx->data, (void *)(long)ctx->data_end, 0);
}

SEC("xdp") int pktdrop100(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	int verdict = XDP_PASS;

	for (__u32 i = 0; i < 100; i++)
		verdict = drop_port(data, end, i);
	return verdict;
}

static __always_inline int count(__u32 key)
{
	__u64 one = 1, *value = bpf_map_lookup_elem(&hits, &key);

	if (value)
		*value += 1;
	else
		bpf_map_update_elem(&hits, &key, &one, BPF_ANY);
	return 0;
}

SEC("xdp") int hashcnt(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;

	if (data + 34 > end)
		return XDP_PASS;
	count(*(__u32 *)(data + 26));
	return XDP_PASS;
}

SEC("xdp") int hashcnt100(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;

	if (data + 34 > end)
		return XDP_PASS;
	__u32 source = *(__u32 *)(data + 26);

	for (__u32 i = 0; i < 100; i++)
		count(source + i);
	return XDP_PASS;
}

SEC("xdp") int csum1500(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	__u16 *at = (void *)(long)ctx->data;
	__u64 sum = 0;

	for (int i = 0; i < 750; i++) {
		if ((void *)(at + 1) > end)
			break;
		sum += *at++;
	}
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) == 0xbeef ? XDP_DROP : XDP_PASS;
}

static __always_inline __u32 rotate(__u32 x, int by)
{
	return x << by | x >> (32 - by);
}

static __always_inline __u32 mix(__u32 a, __u32 b, __u32 c)
{
	a += 0xdeadbeef, b += 0xdeadbeef, c += 0xdeadbeef;
	c ^= b, c -= rotate(b, 14);
	a ^= c, a -= rotate(c, 11);
	b ^= a, b -= rotate(a, 25);
	c ^= b, c -= rotate(b, 16);
	a ^= c, a -= rotate(c, 4);
	b ^= a, b -= rotate(a, 14);
	c ^= b, c -= rotate(b, 24);
	return c;
}

/* A layer 4 load balancer: the address and port name a service, a hash of the flow picks its server, whose MAC is written. */
static __always_inline int balance(void *data, void *end, __u32 salt)
{
	struct ethhdr *eth = data;
	struct iphdr *ip = data + sizeof(*eth);
	struct tcphdr *tcp = data + sizeof(*eth) + sizeof(*ip);
	struct vip vip = {};

	if (data + sizeof(*eth) + sizeof(*ip) + sizeof(*tcp) > end)
		return XDP_DROP;
	if (eth->h_proto != __builtin_bswap16(ETH_P_IP) || ip->protocol != IPPROTO_TCP || ip->ihl != 5)
		return XDP_PASS;
	vip.address = ip->daddr;
	vip.port = tcp->dest;
	vip.protocol = ip->protocol;
	__u32 *service = bpf_map_lookup_elem(&vips, &vip);
	if (!service) {
		/* The first packet makes the service, so that nobody has to fill maps. */
		__u32 first = 3;

		bpf_map_update_elem(&vips, &vip, &first, BPF_ANY);
		return XDP_PASS;
	}
	__u32 hash = mix(ip->saddr + salt, ip->daddr, (__u32)tcp->source << 16 | tcp->dest);
	__u32 slot = hash & 4095;
	__u32 *index = bpf_map_lookup_elem(&ring, &slot);
	if (!index)
		return XDP_DROP;
	__u32 which = *index & 63;
	struct real *real = bpf_map_lookup_elem(&reals, &which);
	if (!real)
		return XDP_DROP;
	__u32 number = *service & 255;
	struct stats *stats = bpf_map_lookup_elem(&counters, &number);
	if (!stats)
		return XDP_DROP;
	stats->packets += 1;
	stats->bytes += end - data;
	for (int i = 0; i < 6; i++) {
		eth->h_source[i] = eth->h_dest[i];
		eth->h_dest[i] = real->mac[i];
	}
	ip->tos = real->flags;
	return XDP_TX;
}

SEC("xdp") int l4lb(struct xdp_md *ctx)
{
	return balance((void *)(long)ctx->data, (void *)(long)ctx->data_end, 0);
}

SEC("xdp") int l4lb20(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	int verdict = XDP_PASS;

	for (__u32 i = 0; i < 20; i++)
		verdict = balance(data, end, i);
	return verdict;
}

SEC("xdp") int alu10k(struct xdp_md *ctx)
{
	__u64 x = 88172645463325252ull;

	for (int i = 0; i < 10000; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
	}
	return x & 1 ? XDP_DROP : XDP_PASS;
}
