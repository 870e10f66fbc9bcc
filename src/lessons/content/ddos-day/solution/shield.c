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
	struct bucket *b = bpf_map_lookup_elem(&sources, &source);

	if (b)
		return take(b, PER_SOURCE, BURST, now);
	struct bucket first = { .tokens = (BURST - 1) * NS_PER_S, .at = now };
	bpf_map_update_elem(&sources, &source, &first, BPF_ANY);
	return 1;
}

SEC("xdp")
int shield(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct tcphdr *tcp = (void *)(ip + 1);
	__u8 one = 1;
	__u32 zero = 0;

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	if (ip->protocol != IPPROTO_TCP || ip->ihl != 5 || (void *)(tcp + 1) > data_end)
		return XDP_PASS;
	__be32 source = ip->saddr;
	struct prefix whole = { .bits = 32, .address = source };
	if (bpf_map_lookup_elem(&friends, &whole))
		return XDP_PASS;

	__u64 now = bpf_ktime_get_ns();
	if (!tcp->syn) {
		/* Whoever sends data has answered our SYN-ACK: the address is no lie. */
		if (tcp->ack && tcp->psh)
			bpf_map_update_elem(&known, &source, &one, BPF_ANY);
		return XDP_PASS;
	}
	if (!within_rate(source, now))
		return XDP_DROP;
	if (bpf_map_lookup_elem(&known, &source))
		return XDP_PASS;
	struct bucket *b = bpf_map_lookup_elem(&strangers, &zero);
	return b && take(b, STRANGERS, STRANGER_BURST, now) ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
