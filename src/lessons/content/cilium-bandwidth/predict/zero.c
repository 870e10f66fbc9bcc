// Bandwidth without queues: each packet is told when it may leave.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define NS_PER_S 1000000000ULL
#define HORIZON (2 * NS_PER_S)

struct rate {
	__u64 bytes_per_s;
	__u64 next; /* when the next packet may leave, in ns */
};

/* By the sender's address. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __be32);
	__type(value, struct rate);
} rates SEC(".maps");

/* What each flow was, for people who ask: packets and bytes by sender and receiver. */
struct flow {
	__be32 from;
	__be32 to;
};

struct seen {
	__u64 packets;
	__u64 bytes;
	__u64 dropped;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct flow);
	__type(value, struct seen);
} flows SEC(".maps");

static __always_inline void note(struct flow *flow, __u32 bytes, int dropped)
{
	struct seen *seen = bpf_map_lookup_elem(&flows, flow);
	struct seen first = { .packets = 1, .bytes = bytes, .dropped = dropped };

	if (!seen) {
		bpf_map_update_elem(&flows, flow, &first, BPF_ANY);
		return;
	}
	__sync_fetch_and_add(&seen->packets, 1);
	__sync_fetch_and_add(&seen->bytes, bytes);
	__sync_fetch_and_add(&seen->dropped, dropped);
}

/* When a packet of this size may leave; 0: at once. */
static __always_inline __u64 departure(struct rate *rate, __u32 bytes, __u64 now)
{
	__u64 at = rate->next > now ? rate->next : now;

	rate->next = at + bytes * NS_PER_S / rate->bytes_per_s;
	return at;
}

SEC("tc/egress")
int to_wire(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *data_end = (void *)(long)skb->data_end;
	struct iphdr *ip = data + ETH_HLEN;

	if (skb->protocol != bpf_htons(ETH_P_IP) || (void *)(ip + 1) > data_end)
		return TC_ACT_OK;
	struct flow flow = { .from = ip->saddr, .to = ip->daddr };
	struct rate *rate = bpf_map_lookup_elem(&rates, &flow.from);
	__u64 now = bpf_ktime_get_ns();

	if (rate) {
		if (rate->next > now + HORIZON) {
			note(&flow, skb->len, 1);
			return TC_ACT_SHOT;
		}
		__u64 at = departure(rate, skb->len, now);
		if (at)
			skb->tstamp = at;
	}
	note(&flow, skb->len, 0);
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
