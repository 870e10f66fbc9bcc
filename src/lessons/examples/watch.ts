// Programs that tell user space what they saw.
import type { Example } from './types.ts'

export const WATCH: readonly Example[] = [
  {
    id: 'new_connections',
    group: 'watch',
    title: { en: 'Report new connections', ko: '새 연결 알리기' },
    about: {
      en: 'Sends one record for each TCP SYN through a ring buffer. The record is reserved, filled and submitted: forget the last step and Linux refuses the program.',
      ko: 'TCP SYN마다 링 버퍼로 기록을 하나씩 보냅니다. 예약하고 채워서 제출합니다. 마지막 단계를 빼면 Linux가 거부합니다.',
    },
    source: `#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

struct connection {
	__u64 at;
	__be32 source;
	__be32 destination;
	__u16 port;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} connections SEC(".maps");

SEC("xdp")
int new_connections(struct xdp_md *ctx)
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

	if ((void *)(tcp + 1) > data_end || !tcp->syn || tcp->ack)
		return XDP_PASS;

	struct connection *c = bpf_ringbuf_reserve(&connections, sizeof(*c), 0);

	if (!c)
		return XDP_PASS; // the buffer is full
	c->at = bpf_ktime_get_ns();
	c->source = ip->saddr;
	c->destination = ip->daddr;
	c->port = bpf_ntohs(tcp->dest);
	bpf_ringbuf_submit(c, 0);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
`,
  },
  {
    id: 'find_get',
    group: 'watch',
    title: { en: 'Search a payload', ko: '페이로드에서 찾기' },
    about: {
      en: 'Looks for "GET" with bpf_loop(): Linux verifies the function once, however often it runs. bpf_xdp_load_bytes copies safely from anywhere in the packet.',
      ko: 'bpf_loop()으로 "GET"을 찾습니다. 몇 번을 돌든 Linux는 함수를 한 번만 검증합니다. bpf_xdp_load_bytes는 패킷의 어디에서든 안전하게 복사합니다.',
    },
    source: `#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct search {
	struct xdp_md *ctx;
	int found; // offset, or -1
};

// Called for each i; 1 ends the loop.
static long look_at(__u32 i, struct search *s)
{
	char word[3];

	if (bpf_xdp_load_bytes(s->ctx, i, word, sizeof(word)))
		return 1; // behind the end of the packet
	if (word[0] != 'G' || word[1] != 'E' || word[2] != 'T')
		return 0;
	s->found = i;
	return 1;
}

SEC("xdp")
int find_get(struct xdp_md *ctx)
{
	struct search s = { .ctx = ctx, .found = -1 };

	bpf_loop(1500, look_at, &s, 0);
	if (s.found < 0)
		return XDP_PASS;
	bpf_printk("GET at byte %d", s.found);
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
`,
  },
]
