// A flow that is idle is forgotten: a timer in each entry.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define CLOCK_MONOTONIC 1
#define IDLE_NS 10000000ULL /* 10 ms */

struct flow {
	struct bpf_timer timer;
	__u64 packets;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __be32);
	__type(value, struct flow);
} flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} expired SEC(".maps");

static int expire(void *map, __be32 *key, struct flow *flow)
{
	__u32 zero = 0;
	__u64 *count = bpf_map_lookup_elem(&expired, &zero);

	if (count)
		__sync_fetch_and_add(count, 1);
	bpf_map_delete_elem(map, key);
	return 0;
}

SEC("xdp")
int track(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	__be32 key = ip->saddr;
	struct flow *flow = bpf_map_lookup_elem(&flows, &key);
	if (!flow) {
		struct flow fresh = {};

		bpf_map_update_elem(&flows, &key, &fresh, BPF_NOEXIST);
		flow = bpf_map_lookup_elem(&flows, &key);
		if (!flow)
			return XDP_PASS;
		bpf_timer_init(&flow->timer, &flows, CLOCK_MONOTONIC);
		bpf_timer_set_callback(&flow->timer, expire);
	}
	__sync_fetch_and_add(&flow->packets, 1);
	bpf_timer_start(&flow->timer, IDLE_NS, 0);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
