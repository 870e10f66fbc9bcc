// Programs that let packets through or drop them.
import type { Example } from './types.ts'

export const FILTER: readonly Example[] = [
  {
    id: 'block_networks',
    group: 'filter',
    title: { en: 'Block whole networks', ko: '네트워크 단위로 차단' },
    about: {
      en: 'A trie of address prefixes (LPM) finds the longest match, as a routing table does. User space has put 10.0.0.2/31 into it, so one of the two hosts of the capture is not heard.',
      ko: '주소 접두사 트라이(LPM)는 라우팅 테이블처럼 가장 긴 일치를 찾습니다. 사용자 공간이 10.0.0.2/31을 넣어 두어 캡처의 두 호스트 가운데 하나는 차단됩니다.',
    },
    source: `#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

// The key of a trie: how many bits count, then the address as it
// stands in the packet.
struct prefix {
	__u32 bits;
	__be32 address;
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 128);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix);
	__type(value, __u64);
} blocked SEC(".maps");

SEC("xdp")
int block_networks(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;

	struct prefix key = { .bits = 32, .address = ip->saddr };
	__u64 *hits = bpf_map_lookup_elem(&blocked, &key);

	if (!hits)
		return XDP_PASS;
	__sync_fetch_and_add(hits, 1);
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
`,
    maps: [{ name: 'blocked', entries: [{ key: '1f0000000a000002', value: '0000000000000000' }] }],
  },
  {
    id: 'rate_limit',
    group: 'filter',
    title: { en: 'A rate limit per sender', ko: '보내는 곳마다 속도 제한' },
    about: {
      en: 'A token bucket for each IPv4 source: it fills with time and each packet takes one token. Lower BURST until packets are dropped.',
      ko: 'IPv4 출발지마다 토큰 버킷을 둡니다. 시간이 지나면 채워지고 패킷마다 하나씩 씁니다. 패킷이 폐기될 때까지 BURST를 낮춰 보세요.',
    },
    source: `#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#define BURST 8               // packets that may come at once
#define NS_PER_TOKEN 50000000 // one more every 50 ms

struct bucket {
	__u64 tokens;
	__u64 filled_at; // ns
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __be32);
	__type(value, struct bucket);
} buckets SEC(".maps");

SEC("xdp")
int rate_limit(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;

	__u64 now = bpf_ktime_get_ns();
	__be32 source = ip->saddr;
	struct bucket *b = bpf_map_lookup_elem(&buckets, &source);

	if (!b) {
		struct bucket full = { .tokens = BURST - 1, .filled_at = now };

		bpf_map_update_elem(&buckets, &source, &full, BPF_ANY);
		return XDP_PASS;
	}

	__u64 fresh = (now - b->filled_at) / NS_PER_TOKEN;

	if (fresh > 0) {
		b->tokens = b->tokens + fresh > BURST ? BURST : b->tokens + fresh;
		b->filled_at = now;
	}
	if (b->tokens == 0)
		return XDP_DROP;
	b->tokens--;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
`,
  },
  {
    id: 'only_dns',
    group: 'filter',
    title: { en: 'Find a name in a DNS query', ko: 'DNS 질의에서 이름 찾기' },
    about: {
      en: 'Walks over headers of changing length and reads the first label of a DNS question. Each step forward is checked against data_end.',
      ko: '길이가 변하는 헤더를 지나 DNS 질의의 첫 레이블을 읽습니다. 앞으로 갈 때마다 data_end와 비교합니다.',
    },
    source: `#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#define DNS_HEADER 12
#define MAX_LABEL 16

SEC("xdp")
int only_dns(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	if (ip->protocol != IPPROTO_UDP)
		return XDP_PASS;

	struct udphdr *udp = (void *)ip + ip->ihl * 4;

	if ((void *)(udp + 1) > data_end || udp->dest != bpf_htons(53))
		return XDP_PASS;

	// A label: its length, then that many letters.
	__u8 *label = (void *)(udp + 1) + DNS_HEADER;
	char name[MAX_LABEL] = {};

	if ((void *)(label + 1) > data_end)
		return XDP_PASS;
	__u32 length = *label++;

	for (__u32 i = 0; i < MAX_LABEL - 1; i++) {
		if (i >= length || (void *)(label + i + 1) > data_end)
			break;
		name[i] = label[i];
	}
	bpf_printk("question: %s", name);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
`,
  },
  {
    id: 'inside_vlan',
    group: 'filter',
    title: { en: 'Look behind VLAN tags', ko: 'VLAN 태그 뒤 보기' },
    about: {
      en: 'Skips up to two VLAN tags before the network header. The bounded loop keeps one moving pointer that is checked before each use.',
      ko: '네트워크 헤더 앞의 VLAN 태그를 두 개까지 건너뜁니다. 루프는 포인터 하나를 옮기며 쓰기 전에 매번 검사합니다.',
    },
    source: `#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

struct vlan_tag {
	__be16 tci;   // priority and number of the network
	__be16 proto; // what follows
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u16);
	__type(value, __u64);
} packets_by_vlan SEC(".maps");

SEC("xdp")
int inside_vlan(struct xdp_md *ctx)
{
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = (void *)(long)ctx->data;

	if ((void *)(eth + 1) > data_end)
		return XDP_PASS;

	void *next = eth + 1;
	__be16 proto = eth->h_proto;
	__u16 vlan = 0;

	for (int i = 0; i < 2; i++) {
		struct vlan_tag *tag = next;

		if (proto != bpf_htons(ETH_P_8021Q) && proto != bpf_htons(ETH_P_8021AD))
			break;
		if ((void *)(tag + 1) > data_end)
			return XDP_DROP;
		vlan = bpf_ntohs(tag->tci) & 0xfff;
		proto = tag->proto;
		next = tag + 1;
	}

	__u64 one = 1, *count = bpf_map_lookup_elem(&packets_by_vlan, &vlan);

	if (count)
		__sync_fetch_and_add(count, 1);
	else
		bpf_map_update_elem(&packets_by_vlan, &vlan, &one, BPF_ANY);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
`,
  },
]
