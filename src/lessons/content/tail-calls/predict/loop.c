#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

int again(struct xdp_md *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, int(void *));
} self SEC(".maps") = { .values = { [0] = (void *)&again } };

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} others SEC(".maps");

SEC("xdp")
int again(struct xdp_md *ctx)
{
	__u32 zero = 0;
	__u64 *count = bpf_map_lookup_elem(&others, &zero);

	if (count)
		*count += 1;
	bpf_tail_call(ctx, &self, 0);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
