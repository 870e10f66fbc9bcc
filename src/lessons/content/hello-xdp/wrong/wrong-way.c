#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int hello(struct xdp_md *ctx)
{
	long size = ctx->data_end - ctx->data;

	if (size > 500)
		return XDP_DROP;
	return size < 60 ? XDP_PASS : XDP_TX;
}

char LICENSE[] SEC("license") = "GPL";
