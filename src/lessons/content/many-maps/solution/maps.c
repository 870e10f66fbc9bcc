// Maps for what arrays and hashes cannot do: prefixes, forgetting, order, tables of tables.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct prefix {
	__u32 bits;
	__be32 address;
};

/* What to do with senders: 1 = drop. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1024);
	__type(key, struct prefix);
	__type(value, __u32);
} rules SEC(".maps");

/* Packets by sender; room for few. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 64);
	__type(key, __be32);
	__type(value, __u64);
} senders SEC(".maps");

/* Numbers that user space hands out, each once. */
struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 16);
	__type(value, __u32);
} numbers SEC(".maps");

/* Which sender has which number. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __be32);
	__type(value, __u32);
} numbered SEC(".maps");

SEC("xdp")
int sort(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;

	__be32 sender = ip->saddr;
	struct prefix prefix = { .bits = 32, .address = sender };
	__u32 *rule = bpf_map_lookup_elem(&rules, &prefix);
	if (rule && *rule == 1)
		return XDP_DROP;

	__u64 one = 1, *packets = bpf_map_lookup_elem(&senders, &sender);
	if (packets)
		__sync_fetch_and_add(packets, 1);
	else
		bpf_map_update_elem(&senders, &sender, &one, BPF_ANY);

	__u32 number;
	if (!bpf_map_lookup_elem(&numbered, &sender) && bpf_map_pop_elem(&numbers, &number) == 0)
		bpf_map_update_elem(&numbered, &sender, &number, BPF_NOEXIST);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
