// The first rejection that everybody meets: reading packet bytes that were not compared with data_end.
import type { Project } from '../../engine/index.ts'
import type { Lesson } from '../types.ts'

const project = (text: string): Project => ({
  version: 1,
  files: [{ path: 'main.bpf.c', text }],
  build: { main: 'main.bpf.c', cpu: 3, defines: {} },
  verifier: { logLevel: 1, flags: 0 },
  scenario: {
    seed: 1,
    nodes: [{ name: 'host', kind: 'host', interfaces: ['eth0'] }],
    attach: [{ program: 'drop_arp', node: 'host', interface: 'eth0' }],
    maps: [],
    stimuli: [
      { kind: 'packet', hex: 'ffffffffffff02000000000108060001080006040001020000000001c0000201000000000000c0000202' },
      { kind: 'packet', hex: '02000000000202000000000108004500001c000100004011b6cdc0000201c00002020035003500080000' },
    ],
    views: [],
  },
})

const source = (check: string) => `#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int drop_arp(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
${check}
	return eth->h_proto == bpf_htons(ETH_P_ARP) ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
`

export const readAPacketSafely: Lesson = {
  id: 'read-a-packet-safely',
  track: 1,
  title: { en: 'Read a packet safely', ko: '패킷을 안전하게 읽기' },
  body: {
    en: `A packet lies between \`data\` and \`data_end\`. How long it is, nobody knows before it arrives. So Linux accepts a read only behind a comparison
that proves the bytes are there.

This program drops ARP packets, and Linux rejects it. Add one comparison with \`data_end\`, before \`eth->h_proto\` is read, that lets too short a packet pass.`,
    ko: `패킷은 \`data\`와 \`data_end\` 사이에 있습니다. 패킷이 도착하기 전에는 길이를 알 수 없습니다. 그래서 Linux는 그 바이트가 실제로 있다는 것을 비교로 증명한 뒤의
읽기만 허용합니다.

이 프로그램은 ARP 패킷을 버리려고 하지만 Linux가 거부합니다. \`eth->h_proto\` 필드를 읽기 전에 \`data_end\` 값과 비교하는 코드를 한 번 넣어, 너무 짧은 패킷은 통과시키세요.`,
  },
  start: project(source('')),
  solution: project(source('\tif ((void *)(eth + 1) > data_end)\n\t\treturn XDP_PASS;\n')),
  checks: [
    { kind: 'compiles' },
    { kind: 'accepted' },
    { kind: 'verdict', packet: 0, verdict: 'XDP_DROP' },
    { kind: 'verdict', packet: 1, verdict: 'XDP_PASS' },
  ],
  hints: [
    { en: 'Which byte is the last one that the program reads?', ko: '프로그램이 읽는 마지막 바이트는 어디인가요?' },
    { en: 'The Ethernet header ends where `eth + 1` points.', ko: '이더넷 헤더는 `eth + 1` 포인터가 가리키는 곳에서 끝납니다.' },
    { en: '`if ((void *)(eth + 1) > data_end) return XDP_PASS;`', ko: '`if ((void *)(eth + 1) > data_end) return XDP_PASS;`' },
  ],
}
