// Programs that change packets or send them somewhere else.
import type { Example } from './types.ts'

export const STEER: readonly Example[] = [
  {
    id: 'answer_ping',
    group: 'steer',
    title: { en: 'Answer pings before the kernel does', ko: '커널보다 먼저 ping에 답하기' },
    about: {
      en: 'Turns an echo request into a reply and sends it back out of the same interface (XDP_TX). The checksum is mended rather than computed again.',
      ko: '에코 요청을 응답으로 바꿔 같은 인터페이스로 돌려보냅니다(XDP_TX). 체크섬은 다시 계산하지 않고 고칩니다.',
    },
    source: `#include <linux/bpf.h>
#include <linux/icmp.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

SEC("xdp")
int answer_ping(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct icmphdr *icmp = (void *)(ip + 1);

	if ((void *)(icmp + 1) > data_end)
		return XDP_PASS;
	if (eth->h_proto != bpf_htons(ETH_P_IP) || ip->protocol != IPPROTO_ICMP || ip->ihl != 5)
		return XDP_PASS;
	if (icmp->type != ICMP_ECHO)
		return XDP_PASS;

	// Back to whom it came from: both addresses change places.
	__u8 mac[ETH_ALEN];

	__builtin_memcpy(mac, eth->h_source, ETH_ALEN);
	__builtin_memcpy(eth->h_source, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, mac, ETH_ALEN);

	__be32 source = ip->saddr;

	ip->saddr = ip->daddr;
	ip->daddr = source;

	// 8 became 0 in one 16-bit word, so the checksum grows by 8 << 8,
	// with the carry added at the end (RFC 1624).
	icmp->type = ICMP_ECHOREPLY;
	__u32 sum = icmp->checksum + bpf_htons(ICMP_ECHO << 8);

	icmp->checksum = sum + (sum >> 16);
	return XDP_TX;
}

char LICENSE[] SEC("license") = "GPL";
`,
  },
  {
    id: 'spread_flows',
    group: 'steer',
    title: { en: 'Choose a server by the flow', ko: '플로마다 서버 고르기' },
    about: {
      en: 'The heart of a load balancer: addresses and ports are hashed, and the hash picks one of four servers, always the same one for a connection.',
      ko: '로드 밸런서의 핵심입니다. 주소와 포트를 해시해서 네 서버 가운데 하나를 고르며, 같은 연결은 늘 같은 서버로 갑니다.',
    },
    source: `#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#define SERVERS 4

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SERVERS);
	__type(key, __u32);
	__type(value, __u64);
} packets_of_server SEC(".maps");

// Spreads the bits of a word (the finaliser of MurmurHash3).
static __u32 mix(__u32 h)
{
	h ^= h >> 16;
	h *= 0x85ebca6b;
	h ^= h >> 13;
	h *= 0xc2b2ae35;
	return h ^ (h >> 16);
}

SEC("xdp")
int spread_flows(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	if (ip->protocol != IPPROTO_TCP)
		return XDP_PASS;

	struct tcphdr *tcp = (void *)ip + ip->ihl * 4;

	if ((void *)(tcp + 1) > data_end)
		return XDP_PASS;

	__u32 ports = (__u32)tcp->source << 16 | tcp->dest;
	__u32 server = mix(ip->saddr ^ mix(ip->daddr ^ mix(ports))) % SERVERS;
	__u64 *packets = bpf_map_lookup_elem(&packets_of_server, &server);

	if (packets)
		__sync_fetch_and_add(packets, 1);
	bpf_printk("flow from port %d goes to server %d", bpf_ntohs(tcp->source), server);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
`,
  },
  {
    id: 'stages',
    group: 'steer',
    title: { en: 'Programs in stages', ko: '단계로 나눈 프로그램' },
    about: {
      en: 'A tail call leaves one program for another and never comes back. The map of programs is filled by its declaration; an empty slot lets the first program go on.',
      ko: '꼬리 호출은 다른 프로그램으로 넘어가 돌아오지 않습니다. 프로그램 맵은 선언에서 채웁니다. 빈 칸이면 첫 프로그램이 계속됩니다.',
    },
    source: `#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

int on_ipv4(struct xdp_md *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, sizeof(__u32));
	__array(values, int(struct xdp_md *));
} stages SEC(".maps") = {
	.values = { [0] = (void *)&on_ipv4 },
};

SEC("xdp")
int first(struct xdp_md *ctx)
{
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = (void *)(long)ctx->data;

	if ((void *)(eth + 1) > data_end)
		return XDP_PASS;
	if (eth->h_proto == bpf_htons(ETH_P_IP))
		bpf_tail_call(ctx, &stages, 0);
	else
		bpf_tail_call(ctx, &stages, 1);

	// Here only where no program was in the slot.
	return XDP_PASS;
}

SEC("xdp")
int on_ipv4(struct xdp_md *ctx)
{
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
`,
  },
]
