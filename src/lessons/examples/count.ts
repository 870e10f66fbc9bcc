// Programs that count: maps of several kinds as memory shared with user space.
import type { Example } from './types.ts'

export const COUNT: readonly Example[] = [
  {
    id: 'per_cpu_stats',
    group: 'count',
    title: { en: 'Counters without locks', ko: '락 없는 카운터' },
    about: {
      en: 'A per-CPU array gives each processor its own copy of a counter, so that nothing has to be locked. User space adds the copies up.',
      ko: 'per-CPU 배열은 프로세서마다 카운터를 따로 두므로 락이 필요 없습니다. 값은 사용자 공간에서 합칩니다.',
    },
    source: `#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct stats {
	__u64 packets;
	__u64 bytes;
};

// One entry, but one copy of it for each processor.
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct stats);
} stats SEC(".maps");

SEC("xdp")
int per_cpu_stats(struct xdp_md *ctx)
{
	__u32 key = 0;
	struct stats *s = bpf_map_lookup_elem(&stats, &key);

	if (!s)
		return XDP_PASS;

	// No atomic addition: no other processor writes this copy.
	s->packets++;
	s->bytes += ctx->data_end - ctx->data;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
`,
  },
  {
    id: 'top_talkers',
    group: 'count',
    title: { en: 'Who sends how much', ko: '누가 얼마나 보내는가' },
    about: {
      en: 'Counts bytes per IPv4 source address in an LRU hash: when the map is full, the address that was used least recently goes. Watch the Maps tab while you step.',
      ko: 'LRU 해시에 IPv4 출발지 주소별 바이트를 셉니다. 맵이 가득 차면 가장 오래 쓰지 않은 주소가 나갑니다. 한 단계씩 가면서 맵 탭을 보세요.',
    },
    source: `#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __be32);
	__type(value, __u64);
} bytes_by_source SEC(".maps");

SEC("xdp")
int top_talkers(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;

	__be32 source = ip->saddr;
	__u64 length = data_end - data;
	__u64 *bytes = bpf_map_lookup_elem(&bytes_by_source, &source);

	if (bytes)
		// Several processors may meet in one entry: add atomically.
		__sync_fetch_and_add(bytes, length);
	else
		bpf_map_update_elem(&bytes_by_source, &source, &length, BPF_NOEXIST);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
`,
  },
  {
    id: 'packet_sizes',
    group: 'count',
    title: { en: 'A histogram of packet sizes', ko: '패킷 크기 히스토그램' },
    about: {
      en: 'Sorts packets into buckets by powers of two, as tools such as biolatency do. The logarithm is a short loop that Linux can see the end of.',
      ko: 'biolatency 같은 도구처럼 2의 거듭제곱 구간으로 패킷을 나눕니다. 로그는 끝이 보이는 짧은 루프로 구합니다.',
    },
    source: `#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define BUCKETS 16

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, BUCKETS);
	__type(key, __u32);
	__type(value, __u64);
} sizes SEC(".maps");

// The bucket of n holds sizes from 2^bucket to 2^(bucket + 1) - 1.
static __u32 log2_of(__u32 n)
{
	__u32 bucket = 0;

	for (int i = 0; i < BUCKETS - 1; i++) {
		if (n <= 1)
			break;
		n >>= 1;
		bucket++;
	}
	return bucket;
}

SEC("xdp")
int packet_sizes(struct xdp_md *ctx)
{
	__u32 bucket = log2_of(ctx->data_end - ctx->data);
	__u64 *count = bpf_map_lookup_elem(&sizes, &bucket);

	if (count)
		__sync_fetch_and_add(count, 1);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
`,
  },
]
