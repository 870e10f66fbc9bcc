// From pod to pod on one node: looked up in a map, handed over, and the host's stack never sees the packet.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <stddef.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct endpoint {
	__u32 ifindex; /* of the host's end of the pair */
	__u8 mac[ETH_ALEN]; /* of the pod's end */
	__u8 node_mac[ETH_ALEN]; /* of the host's end */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, __be32);
	__type(value, struct endpoint);
} endpoints SEC(".maps");

SEC("tc/ingress")
int from_pod(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *data_end = (void *)(long)skb->data_end;
	struct iphdr *ip = data + ETH_HLEN;

	if (skb->protocol != bpf_htons(ETH_P_IP) || (void *)(ip + 1) > data_end)
		return TC_ACT_OK;
	__be32 to = ip->daddr;
	__u8 ttl = ip->ttl;
	struct endpoint *pod = bpf_map_lookup_elem(&endpoints, &to);

	if (!pod)
		return TC_ACT_OK; /* not here: the host knows the way */
	if (ttl <= 1)
		return TC_ACT_OK; /* the host answers "time exceeded" */

	__u16 old = bpf_htons(ttl << 8), new = bpf_htons((ttl - 1) << 8);
	bpf_l3_csum_replace(skb, ETH_HLEN + offsetof(struct iphdr, check), old, new, 2);
	ttl -= 1;
	bpf_skb_store_bytes(skb, ETH_HLEN + offsetof(struct iphdr, ttl), &ttl, 1, 0);
	bpf_skb_store_bytes(skb, offsetof(struct ethhdr, h_dest), pod->mac, ETH_ALEN, 0);
	bpf_skb_store_bytes(skb, offsetof(struct ethhdr, h_source), pod->node_mac, ETH_ALEN, 0);
	return bpf_redirect_peer(pod->ifindex, 0);
}

char LICENSE[] SEC("license") = "GPL";
