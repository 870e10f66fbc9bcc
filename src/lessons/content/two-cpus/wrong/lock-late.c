// Two CPUs, one map: packets and bytes that belong together.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} packets SEC(".maps");

/* Both fields change, or neither. */
struct traffic {
	struct bpf_spin_lock lock;
	__u32 largest;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct traffic);
} traffic SEC(".maps");

SEC("xdp")
int count(struct xdp_md *ctx)
{
	__u32 zero = 0, size = ctx->data_end - ctx->data;
	__u64 *n = bpf_map_lookup_elem(&packets, &zero);
	struct traffic *t = bpf_map_lookup_elem(&traffic, &zero);

	if (!n || !t)
		return XDP_PASS;
	__sync_fetch_and_add(n, 1);

	if (size > t->largest)
		t->largest = size;
	__u64 bytes = t->bytes;
	bpf_spin_lock(&t->lock);
	t->bytes = bytes + size;
	bpf_spin_unlock(&t->lock);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
