// Programs that Linux refuses: the ways in which people meet the verifier first.
import type { Example } from './types.ts'

export const REJECTED: readonly Example[] = [
  {
    id: 'check_too_weak',
    group: 'rejected',
    title: { en: 'A check that is too weak', ko: '너무 약한 검사' },
    about: {
      en: 'The start of the IP header is compared with the end of the packet, but it is read to its ninth byte. Mend it by comparing the end of what is read.',
      ko: 'IP 헤더의 시작만 패킷의 끝과 비교하고 아홉 번째 바이트까지 읽습니다. 읽는 부분의 끝을 비교하도록 고쳐 보세요.',
    },
    source: `#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int check_too_weak(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct iphdr *ip = data + sizeof(struct ethhdr);

	if ((void *)ip > data_end)
		return XDP_PASS;
	return ip->ttl > 1 ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
`,
  },
  {
    id: 'found_nothing',
    group: 'rejected',
    title: { en: 'A lookup may find nothing', ko: '조회 결과가 없을 수 있다' },
    about: {
      en: 'The entry of a hash may not be there, and then the pointer is NULL. Linux wants to see the question asked.',
      ko: '해시에 항목이 없으면 포인터는 NULL입니다. Linux는 그 경우를 확인하기를 요구합니다.',
    },
    source: `#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

SEC("xdp")
int found_nothing(struct xdp_md *ctx)
{
	__u32 key = 7;
	__u64 *count = bpf_map_lookup_elem(&counts, &key);

	*count += 1;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
`,
  },
  {
    id: 'never_given_back',
    group: 'rejected',
    title: { en: 'A record that is never given back', ko: '돌려주지 않은 기록' },
    about: {
      en: 'One path returns with a reserved record in hand. Linux follows every path and finds it.',
      ko: '한 경로가 예약한 기록을 든 채 반환합니다. Linux는 모든 경로를 따라가 찾아냅니다.',
    },
    source: `#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

SEC("xdp")
int never_given_back(struct xdp_md *ctx)
{
	__u64 *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event)
		return XDP_PASS;
	if (ctx->data_end - ctx->data > 100)
		return XDP_PASS;
	*event = bpf_ktime_get_ns();
	bpf_ringbuf_submit(event, 0);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
`,
  },
  {
    id: 'no_end_in_sight',
    group: 'rejected',
    title: { en: 'A loop with no end in sight', ko: '끝이 보이지 않는 루프' },
    about: {
      en: 'Nothing in the loop brings it nearer to its end. Give it a counter with a bound, or use bpf_loop().',
      ko: '루프 안에 끝으로 다가가는 것이 없습니다. 한계가 있는 카운터를 넣거나 bpf_loop()을 쓰세요.',
    },
    source: `#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int no_end_in_sight(struct xdp_md *ctx)
{
	volatile int waiting = 1;

	while (waiting)
		;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
`,
  },
]
