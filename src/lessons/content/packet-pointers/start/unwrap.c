// Take the first 14 bytes (an outer Ethernet header) off packets of type 0x88b5.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int unwrap(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;

	struct ethhdr *outer = data;
	if ((void *)(outer + 1) > data_end || outer->h_proto != bpf_htons(0x88b5))
		return XDP_PASS;
	if (bpf_xdp_adjust_head(ctx, sizeof(*outer)))
		return XDP_DROP;

	struct ethhdr *inner = (void *)(outer + 1);
	if ((void *)(inner + 1) > data_end)
		return XDP_DROP;
	return inner->h_proto == bpf_htons(ETH_P_IP) ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
