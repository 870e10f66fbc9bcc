// Services without kube-proxy: for pods at the socket, for everybody else packet by packet.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <stddef.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define SERVICES 100

#define IP_OFF ETH_HLEN
#define TCP_OFF (ETH_HLEN + sizeof(struct iphdr))

struct place {
	__be32 address;
	__be16 port;
	__u16 pad;
};

/* A chain of rules, as kube-proxy writes it with iptables. */
struct rule {
	struct place service;
	struct place backend;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SERVICES);
	__type(key, __u32);
	__type(value, struct rule);
} chain SEC(".maps");

/* The same as a hash: slot 0 of a service holds how many backends it has, slots 1, 2, ... their numbers. */
struct slot {
	__be32 address;
	__be16 port;
	__u16 slot;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct slot);
	__type(value, __u32);
} services SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, struct place);
} backends SEC(".maps");

/* Which service a client's connection to a backend was meant for. */
struct connection {
	struct place client;
	struct place backend;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct connection);
	__type(value, struct place);
} connections SEC(".maps");

/* The backend of a service for a number that spreads; 0 where the place is no service. */
static __always_inline int find(struct place *service, __u32 spread, struct place *backend)
{
	__u32 i;

	bpf_for(i, 0, SERVICES) {
		struct rule *rule = bpf_map_lookup_elem(&chain, &i);

		if (rule && rule->service.address == service->address && rule->service.port == service->port) {
			*backend = rule->backend;
			return 1;
		}
	}
	return 0;
}

SEC("cgroup/connect4")
int at_socket(struct bpf_sock_addr *ctx)
{
	/* is the place that it wants a service? */
	return 1;
}

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

static __always_inline void rewrite(struct __sk_buff *skb, __u32 address_off, __u32 port_off, struct place from, struct place to)
{
	bpf_l4_csum_replace(skb, TCP_OFF + offsetof(struct tcphdr, check), from.address, to.address, BPF_F_PSEUDO_HDR | 4);
	bpf_l4_csum_replace(skb, TCP_OFF + offsetof(struct tcphdr, check), from.port, to.port, 2);
	bpf_l3_csum_replace(skb, IP_OFF + offsetof(struct iphdr, check), from.address, to.address, 4);
	bpf_skb_store_bytes(skb, address_off, &to.address, 4, 0);
	bpf_skb_store_bytes(skb, port_off, &to.port, 2, 0);
}

SEC("tc/ingress")
int from_outside(struct __sk_buff *skb)
{
	struct iphdr *ip;
	struct tcphdr *tcp;

	if (!headers(skb, &ip, &tcp))
		return TC_ACT_OK;
	struct place service = { .address = ip->daddr, .port = tcp->dest };
	struct connection c = { .client = { .address = ip->saddr, .port = tcp->source } };

	/* The same client address and port, the same backend. */
	__u32 spread = (c.client.address ^ c.client.port) * 0x9e3779b1 >> 16;
	if (!find(&service, spread, &c.backend))
		return TC_ACT_OK;
	bpf_map_update_elem(&connections, &c, &service, BPF_ANY);
	rewrite(skb, IP_OFF + offsetof(struct iphdr, daddr), TCP_OFF + offsetof(struct tcphdr, dest), service, c.backend);
	return TC_ACT_OK;
}

SEC("tc/egress")
int to_outside(struct __sk_buff *skb)
{
	struct iphdr *ip;
	struct tcphdr *tcp;

	if (!headers(skb, &ip, &tcp))
		return TC_ACT_OK;
	struct connection c = {
		.client = { .address = ip->daddr, .port = tcp->dest },
		.backend = { .address = ip->saddr, .port = tcp->source },
	};
	struct place *service = bpf_map_lookup_elem(&connections, &c);

	if (service)
		rewrite(skb, IP_OFF + offsetof(struct iphdr, saddr), TCP_OFF + offsetof(struct tcphdr, source), c.backend, *service);
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
