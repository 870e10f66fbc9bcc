// A value goes out to the stack and comes back.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

__u64 table[8];

SEC("xdp")
int spill(struct xdp_md *ctx)
{
	__u64 queue = ctx->rx_queue_index;

	if (queue > 7)
		return XDP_PASS;
	/* As compilers do it where they run out of registers. */
	asm volatile("*(u64 *)(r10 - 8) = %[queue]\n\t"
		     "%[queue] = *(u64 *)(r10 - 8)"
		     : [queue] "+r"(queue));
	table[queue] += 1;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
