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
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct iphdr *ip = (void *)(eth + 1);

	if ((void *)(ip + 1) > (void *)(long)ctx->data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	struct network whole = { .bits = 32, .address = ip->saddr };
	__u32 *action = bpf_map_lookup_elem(&trie, &whole);

	return action ? *action : XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
