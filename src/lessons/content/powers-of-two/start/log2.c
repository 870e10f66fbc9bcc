// A histogram of packet lengths by powers of two.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} lengths SEC(".maps");

SEC("xdp")
int measure(struct xdp_md *ctx)
{
	__u32 n = (ctx->data_end - ctx->data) & 0xffff, slot = 0;

	for (int i = 0; i < 15; i++) {
		n >>= 1;
		if (n == 0)
			break;
		slot++;
	}
	__u64 *count = bpf_map_lookup_elem(&lengths, &slot);
	if (count)
		*count += 1;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
