// Back to whom it came from.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct frame {
	__u16 dest[3];
	__u16 source[3];
	__be16 type;
	struct iphdr ip;
} __attribute__((packed, aligned(2)));

SEC("xdp")
int bounce(struct xdp_md *ctx)
{
	struct frame *f = (void *)(long)ctx->data;

	if ((void *)(f + 1) > (void *)(long)ctx->data_end || f->type != bpf_htons(ETH_P_IP) || f->ip.protocol != IPPROTO_UDP)
		return XDP_PASS;

	__be32 from = f->ip.saddr, to = f->ip.daddr;

	f->ip.saddr = to;
	f->ip.daddr = from;
	return XDP_TX;
}

char LICENSE[] SEC("license") = "GPL";
