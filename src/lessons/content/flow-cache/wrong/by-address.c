// A switch with rules: walk them for the first packet of a flow, remember the outcome for the rest.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define RULES 100

/* What a packet is, as far as rules may ask. */
struct flow {
	__be32 source;
	__be32 dest;
	__be16 sport;
	__be16 dport;
	__u32 protocol;
};

/* A rule asks for the bits that its mask has. */
struct rule {
	struct flow mask;
	struct flow want;
	__u32 action;
	__u32 used;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, RULES);
	__type(key, __u32);
	__type(value, struct rule);
} rules SEC(".maps");

/* Counts changes of the rules; user space adds one after each. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} version SEC(".maps");

struct outcome {
	__u32 action;
	__u32 version;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct flow);
	__type(value, struct outcome);
} cache SEC(".maps");

/* Packets that went the slow way (0) and the fast one (1). */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} ways SEC(".maps");

static __always_inline void count(__u32 way)
{
	__u64 *n = bpf_map_lookup_elem(&ways, &way);

	if (n)
		__sync_fetch_and_add(n, 1);
}

static __always_inline int matches(struct rule *r, struct flow *f)
{
	return (f->source & r->mask.source) == r->want.source && (f->dest & r->mask.dest) == r->want.dest &&
	       (f->sport & r->mask.sport) == r->want.sport && (f->dport & r->mask.dport) == r->want.dport &&
	       (f->protocol & r->mask.protocol) == r->want.protocol;
}

/* The action of the first rule that matches; without one the packet is dropped. */
static __always_inline __u32 slow(struct flow *f)
{
	__u32 i;

	count(0);
	bpf_for(i, 0, RULES) {
		struct rule *r = bpf_map_lookup_elem(&rules, &i);

		if (r && r->used && matches(r, f))
			return r->action;
	}
	return XDP_DROP;
}

static __always_inline __u32 decide(struct flow *f)
{
	struct flow key = { .source = f->source, .dest = f->dest, .dport = f->dport, .protocol = f->protocol };
	__u32 zero = 0;
	__u32 *now = bpf_map_lookup_elem(&version, &zero);
	struct outcome *known = bpf_map_lookup_elem(&cache, &key);

	if (known && now && known->version == *now) {
		count(1);
		return known->action;
	}
	struct outcome fresh = { .version = now ? *now : 0 };
	fresh.action = slow(f);
	bpf_map_update_elem(&cache, &key, &fresh, BPF_ANY);
	return fresh.action;
}

SEC("xdp")
int port(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	__be16 *ports = (void *)(ip + 1);

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	struct flow f = { .source = ip->saddr, .dest = ip->daddr, .protocol = ip->protocol };
	if ((f.protocol == IPPROTO_TCP || f.protocol == IPPROTO_UDP) && ip->ihl == 5 && (void *)(ports + 2) <= data_end) {
		f.sport = ports[0];
		f.dport = ports[1];
	}
	return decide(&f);
}

char LICENSE[] SEC("license") = "GPL";
