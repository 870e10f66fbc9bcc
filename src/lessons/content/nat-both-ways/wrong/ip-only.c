// Many hosts inside, one address outside: what leaves gets another sender, what comes back finds its way home.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <stddef.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define OUTSIDE bpf_htonl(0xc6336401) /* 198.51.100.1 */
#define FIRST_PORT 40000

#define IP_OFF ETH_HLEN
#define TCP_OFF (ETH_HLEN + sizeof(struct iphdr))

struct place {
	__be32 address;
	__be16 port;
	__u16 pad;
};

/* Who is behind a port of ours, and which port somebody inside was given. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __be16);
	__type(value, struct place);
} inside SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct place);
	__type(value, __be16);
} given SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} next_port SEC(".maps");

/* The TCP and IPv4 headers of a packet; 0 where it has none. */
static __always_inline int headers(struct __sk_buff *skb, struct iphdr **ip, struct tcphdr **tcp)
{
	void *data = (void *)(long)skb->data;
	void *data_end = (void *)(long)skb->data_end;

	*ip = data + IP_OFF;
	*tcp = data + TCP_OFF;
	if ((void *)(*tcp + 1) > data_end || skb->protocol != bpf_htons(ETH_P_IP))
		return 0;
	return (*ip)->ihl == 5 && (*ip)->protocol == IPPROTO_TCP && !((*ip)->frag_off & bpf_htons(0x3fff));
}

/* Puts `to` in place of `from`; where in the headers the address and the port stand is the caller's to say. */
static __always_inline void rewrite(struct __sk_buff *skb, __u32 address_off, __u32 port_off, struct place from, struct place to)
{
	bpf_l3_csum_replace(skb, IP_OFF + offsetof(struct iphdr, check), from.address, to.address, 4);
	bpf_skb_store_bytes(skb, address_off, &to.address, 4, 0);
	bpf_skb_store_bytes(skb, port_off, &to.port, 2, 0);
}

static __always_inline __be16 port_of(struct place *from)
{
	__u32 zero = 0;
	__be16 *known = bpf_map_lookup_elem(&given, from);

	if (known)
		return *known;
	__u32 *next = bpf_map_lookup_elem(&next_port, &zero);
	if (!next)
		return 0;
	__be16 port = bpf_htons(FIRST_PORT + (__sync_fetch_and_add(next, 1) & 0x3fff));
	bpf_map_update_elem(&given, from, &port, BPF_ANY);
	bpf_map_update_elem(&inside, &port, from, BPF_ANY);
	return port;
}

SEC("tc/egress")
int leaving(struct __sk_buff *skb)
{
	struct iphdr *ip;
	struct tcphdr *tcp;

	if (!headers(skb, &ip, &tcp))
		return TC_ACT_OK;
	struct place from = { .address = ip->saddr, .port = tcp->source };
	struct place to = { .address = OUTSIDE, .port = port_of(&from) };

	rewrite(skb, IP_OFF + offsetof(struct iphdr, saddr), TCP_OFF + offsetof(struct tcphdr, source), from, to);
	return TC_ACT_OK;
}

SEC("tc/ingress")
int coming(struct __sk_buff *skb)
{
	struct iphdr *ip;
	struct tcphdr *tcp;

	if (!headers(skb, &ip, &tcp))
		return TC_ACT_OK;
	struct place from = { .address = ip->daddr, .port = tcp->dest };
	struct place *to = bpf_map_lookup_elem(&inside, &from.port);

	if (!to)
		return TC_ACT_OK;
	rewrite(skb, IP_OFF + offsetof(struct iphdr, daddr), TCP_OFF + offsetof(struct tcphdr, dest), from, *to);
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
