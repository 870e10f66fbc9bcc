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
	__u32 word;

	if (bpf_xdp_load_bytes(ctx, 0, &word, 4))
		return XDP_PASS;
	word = __builtin_bswap32(word);
	bpf_xdp_store_bytes(ctx, 0, &word, 4);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
