// Reverse the last four bytes of each packet.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int reverse(struct xdp_md *ctx)
{
	__u8 *data = (void *)(long)ctx->data;
	__u8 *data_end = (void *)(long)ctx->data_end;
	__u8 *tail = data_end - 4;

	for (int i = 0; i < 2; i++) {
		__u8 swap = tail[i];
		tail[i] = tail[3 - i];
		tail[3 - i] = swap;
	}
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
