// The longest network that a sender is in.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct network {
	__u32 bits;
	__be32 address;
};

struct rule {
	struct network network;
	__u32 action;
	__u32 used;
};

/* Networks and what is done with them: XDP_PASS or XDP_DROP; the longest that fits counts. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct rule);
} list SEC(".maps");

/* The same as a trie. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 64);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct network);
	__type(value, __u32);
} trie SEC(".maps");

SEC("xdp")
int longest(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	__u32 source = bpf_ntohl(ip->saddr), action = XDP_PASS, best = 0, i;

	bpf_for(i, 0, 64) {
		struct rule *r = bpf_map_lookup_elem(&list, &i);

		if (!r || !r->used || r->network.bits > 32)
			continue;
		__u32 bits = r->network.bits;
		__u32 mask = bits ? ~0U << (32 - bits) : 0;
		if ((source & mask) != (bpf_ntohl(r->network.address) & mask) || bits < best)
			continue;
		best = bits;
		action = r->action;
	}
	return action;
}

char LICENSE[] SEC("license") = "GPL";
