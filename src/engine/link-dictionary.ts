// Preset dictionary 1 of links. Frozen for ever once released: links made with it must open. A new dictionary needs a new version.
// Order matters: what occurs most stands last (nearest distances are shortest).
export const LINK_DICTIONARY_1 = `__u16 __u8 __be32 __be16 unsigned int void *data_end = (void *)(long)ctx->data_end;
void *data = (void *)(long)ctx->data;
struct __sk_buff *skb TC_ACT_OK TC_ACT_SHOT SEC("tc") SEC("socket") SEC("cgroup_skb/ingress")
bpf_ringbuf_reserve bpf_ringbuf_submit BPF_MAP_TYPE_RINGBUF BPF_MAP_TYPE_LRU_HASH BPF_MAP_TYPE_PERCPU_ARRAY BPF_MAP_TYPE_HASH
bpf_map_update_elem(&, BPF_ANY); bpf_map_delete_elem( bpf_ktime_get_ns() bpf_get_prandom_u32() bpf_htons( bpf_ntohs( bpf_ntohl(
static __always_inline int struct iphdr *ip = struct ipv6hdr *ip6 = struct tcphdr *tcp = struct udphdr *udp = IPPROTO_TCP IPPROTO_UDP IPPROTO_ICMP
struct vlan_hdr ETH_P_IP ETH_P_IPV6 ETH_P_ARP ETH_P_8021Q h_proto protocol saddr daddr dest source ihl
#include <linux/in.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <linux/if_vlan.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <linux/bpf.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	struct ethhdr *eth = data;
	if ((void *)(eth + 1) > data_end)
		return XDP_PASS;
	__u32 key = 0;
	__u64 *value = bpf_map_lookup_elem(&counts, &key);
	if (value)
		__sync_fetch_and_add(value, 1);
	bpf_printk("
	return XDP_DROP;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
{"version":1,"files":[{"path":"main.bpf.c","text":""}],"build":{"main":"main.bpf.c","cpu":3,"defines":{}},"verifier":{"logLevel":2,"flags":0},"scenario":{"seed":1,"nodes":[{"name":"host","kind":"host","interfaces":["eth0"]}],"attach":[{"program":"","node":"host","interface":"eth0"}],"maps":[],"stimuli":[{"kind":"capture","name":"first-steps"}],"views":[]},"view":{"packet":0,"step":0,"panels":["run"],"cursorLine":1}}`
