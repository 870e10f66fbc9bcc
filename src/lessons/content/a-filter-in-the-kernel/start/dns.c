// What tcpdump -s 128 "udp port 53" asks the kernel for.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

// Copies bytes of the packet, from the IP header on.
// 0: they are there.
static long load(struct __sk_buff *skb, __u32 offset,
		 void *to, __u32 size)
{
	return bpf_skb_load_bytes_relative(skb, offset, to,
					   size, BPF_HDR_START_NET);
}

SEC("socket")
int dns(struct __sk_buff *skb)
{
	__u16 ports[2];
	__u8 first, protocol;

	if (skb->protocol != bpf_htons(ETH_P_IP))
		return 0;
	return 65535;
}

char LICENSE[] SEC("license") = "GPL";
