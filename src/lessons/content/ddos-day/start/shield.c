// A bad day: two floods, and good clients who must not notice.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define NS_PER_S 1000000000ULL
#define PER_SOURCE 20 /* SYNs a second of one address */
#define BURST 5
#define STRANGERS 80 /* SYNs a second of all addresses that nobody knows */
#define STRANGER_BURST 20

/* Networks that are always let in. */
struct prefix {
	__u32 bits;
	__be32 address;
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1024);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix);
	__type(value, __u8);
} friends SEC(".maps");

/* A bucket of tokens: filled by time, emptied by packets. In billionths of a token. */
struct bucket {
	__u64 tokens;
	__u64 at;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, __be32);
	__type(value, struct bucket);
} sources SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bucket);
} strangers SEC(".maps");

/* Addresses that have finished a handshake. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, __be32);
	__type(value, __u8);
} known SEC(".maps");

/* Takes a token; 0 where there is none. */
static __always_inline int take(struct bucket *b, __u64 per_second, __u64 burst, __u64 now)
{
	__u64 full = burst * NS_PER_S;
	__u64 gained = now - b->at;

	if (gained > NS_PER_S)
		gained = NS_PER_S;
	b->tokens += gained * per_second;
	b->at = now;
	if (b->tokens > full)
		b->tokens = full;
	if (b->tokens < NS_PER_S)
		return 0;
	b->tokens -= NS_PER_S;
	return 1;
}

/* Whether one address stays within its rate. */
static __always_inline int within_rate(__be32 source, __u64 now)
{
	return 1; /* how many were there? */
}

SEC("xdp")
int shield(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct tcphdr *tcp = (void *)(ip + 1);

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	if (ip->protocol != IPPROTO_TCP || ip->ihl != 5 || (void *)(tcp + 1) > data_end)
		return XDP_PASS;
	__be32 source = ip->saddr;

	__u64 now = bpf_ktime_get_ns();
	if (!tcp->syn) {
		return XDP_PASS;
	}
	if (!within_rate(source, now))
		return XDP_DROP;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
