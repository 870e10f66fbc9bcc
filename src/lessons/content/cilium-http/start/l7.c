// Who may GET what: connections are led through a proxy, and the way there goes past the network.
#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define CART bpf_htonl(0x0a010103) /* 10.1.1.3 */
#define NODE bpf_htonl(0x0a000001) /* 10.0.0.1, where the proxy listens */
#define HTTP 80
#define PROXY 15001

/* A connection as one of its ends sees it; ports in host order. */
struct ends {
	__be32 local;
	__be32 remote;
	__u32 local_port;
	__u32 remote_port;
};

struct {
	__uint(type, BPF_MAP_TYPE_SOCKHASH);
	__uint(max_entries, 1024);
	__type(key, struct ends);
	__type(value, __u64);
} sockets SEC(".maps");

/* A pod connects. */
SEC("cgroup/connect4")
int to_proxy(struct bpf_sock_addr *ctx)
{
	/* cart, port 80? to the proxy! */
	return 1;
}

/* A connection of this node stands. */
SEC("sockops")
int established(struct bpf_sock_ops *ops)
{
	if (ops->op != BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB && ops->op != BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB)
		return 1;
	/* does one end of it belong to the proxy? */
	return 1;
}

/* A socket of the table sends. */
SEC("sk_msg")
int across(struct sk_msg_md *msg)
{
	return SK_PASS; /* over TCP, as always */
}

char LICENSE[] SEC("license") = "GPL";
