// Packets and bytes, always of the same moment: packets in the upper 24 bits, bytes in the lower 40.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} traffic SEC(".maps");

SEC("xdp")
int count(struct xdp_md *ctx)
{
	__u32 zero = 0;
	__u64 *t = bpf_map_lookup_elem(&traffic, &zero);

	if (t)
		*t = ((*t >> 40) + 1) << 40 | ((*t & 0xffffffffff) + (ctx->data_end - ctx->data));
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
