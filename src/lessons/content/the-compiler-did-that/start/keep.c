// Keep a copy of small packets.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

__u8 copy[64];

SEC("xdp")
int keep(struct xdp_md *ctx)
{
	__u32 size = ctx->data_end - ctx->data;
	__u32 checked = size - 1; // as clang compiles "size > 0 && size <= 64"

	barrier_var(checked);
	if (checked < 64)
		bpf_xdp_load_bytes(ctx, 0, copy, size);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
