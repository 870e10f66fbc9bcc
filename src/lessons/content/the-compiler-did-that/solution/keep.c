// Keep a copy of small packets.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

__u8 copy[64];

SEC("xdp")
int keep(struct xdp_md *ctx)
{
	__u32 size = ctx->data_end - ctx->data;

	if (size > 64)
		return XDP_PASS;
	barrier_var(size);
	if (size == 0)
		return XDP_PASS;
	bpf_xdp_load_bytes(ctx, 0, copy, size);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
