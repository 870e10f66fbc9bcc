// A table of eight 8-byte records; the type of service of the packet chooses one.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64[8]);
} table SEC(".maps");

SEC("xdp")
int choose(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;

	struct ethhdr *eth = data;
	if ((void *)(eth + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;

	struct iphdr *ip = (void *)(eth + 1);
	if ((void *)(ip + 1) > data_end)
		return XDP_PASS;

	__u32 zero = 0;
	__u8 *bytes = bpf_map_lookup_elem(&table, &zero);
	if (!bytes)
		return XDP_PASS;
	__u32 offset = ip->tos & 0x38;
	*(__u64 *)(bytes + offset) += 1;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
