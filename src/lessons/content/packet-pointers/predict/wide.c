// Jump as far as the packet says.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int jump(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;

	if (data + 4 > data_end)
		return XDP_PASS;
	__u8 *byte = data + *(__u32 *)data;
	if ((void *)(byte + 1) > data_end)
		return XDP_PASS;
	return *byte ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
