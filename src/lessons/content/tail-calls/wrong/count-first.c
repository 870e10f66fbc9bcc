// Tail calls: one program hands the packet to another and is gone.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

int on_udp(struct xdp_md *ctx);
int on_icmp(struct xdp_md *ctx);

/* A program for each protocol of IPv4. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32);
	__array(values, int(void *));
} by_protocol SEC(".maps") = {
	.values = {
		[IPPROTO_ICMP] = (void *)&on_icmp,
		[IPPROTO_UDP] = (void *)&on_udp,
	},
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} others SEC(".maps");

SEC("xdp")
int entry(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	__u32 zero = 0;

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;

	/* Only where there was no program to go to. */
	__u64 *count = bpf_map_lookup_elem(&others, &zero);
	if (count)
		*count += 1;
	bpf_tail_call(ctx, &by_protocol, ip->protocol);
	return XDP_PASS;
}

SEC("xdp")
int on_icmp(struct xdp_md *ctx)
{
	return XDP_DROP;
}

SEC("xdp")
int on_udp(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct iphdr *ip = data + sizeof(struct ethhdr);

	if ((void *)(ip + 1) > data_end || ip->ihl != 5)
		return XDP_PASS;
	struct udphdr *udp = (void *)(ip + 1);
	if ((void *)(udp + 1) > data_end)
		return XDP_PASS;
	return udp->dest == bpf_htons(53) ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
