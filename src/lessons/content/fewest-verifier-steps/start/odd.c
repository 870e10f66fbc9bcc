// Sum the first 64 bytes behind the Ethernet header; drop when the sum is odd.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int odd(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;

	if (data + 14 + 64 > data_end)
		return XDP_PASS;
	__u8 *bytes = data + 14;
	__u32 sum = 0;
	for (int i = 0; i < 64; i++) {
		if (bytes[i] & 1)
			sum += 1;
	}
	return sum & 1 ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
