// XDP: one program, one packet, one answer.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int hello(struct xdp_md *ctx)
{
	long size = ctx->data_end - ctx->data;

	if (size > 500)
		return XDP_DROP;
	if (size < 60)
		return XDP_TX;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
