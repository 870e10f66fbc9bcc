// Watch expressions over real runs: their values against what the machine view shows, conditions that stop where they should, changes in both directions.
import { describe, expect, it } from 'vitest'
import { defaultProject, moveAids, startBuild, watches } from '../index.ts'
import type { Project } from '../project.ts'
import { parseWatch } from './parse.ts'

const SOURCE = `#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>
struct count { __u64 packets; __u32 last; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 4); __type(key, __u32); __type(value, struct count); } counts SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 8); __type(key, __u32); __type(value, __u32); } seen SEC(".maps");
long total = 7;
int levels[3] = {1, -2, 3};
SEC("xdp") int watched(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *data_end = (void *)(long)ctx->data_end;
	if (data + 24 > data_end)
		return XDP_ABORTED;
	__u32 key = 2;
	struct count *c = bpf_map_lookup_elem(&counts, &key);
	if (!c)
		return XDP_ABORTED;
	total += 1;
	c->packets++;
	c->last = *(unsigned char *)(data + 23);
	if (c->last == 17)
		bpf_map_update_elem(&seen, &key, &c->last, 0);
	return XDP_PASS;
}
char LICENSE[] SEC("license") = "GPL";
`
const project: Project = {
  ...defaultProject,
  files: [{ path: 'w.c', text: SOURCE }],
  build: { ...defaultProject.build, main: 'w.c' },
  scenario: { ...defaultProject.scenario, attach: [{ program: 'watched', node: '', interface: '' }], views: [] },
}
const work = startBuild(project, 1, () => 0)
while (work.run() === 'more');
const build = work.build()
const { report, parts } = build
const last = report.totalTicks - 1
const at = (tick: number, ...texts: readonly string[]) =>
  watches(parts, 1, tick, texts).rows.map((r) => (r.kind === 'number' ? r.value : r.kind))

it('C and Linux first', () => expect([report.diagnostics, report.programs[0].verdict.verdict]).toEqual([[], 'accepted']))

describe('arithmetic is C’s', () => {
  it.each([
    ['1 + 2 * 3', '7'],
    ['(1 + 2) * 3', '9'],
    ['-7 / 2', '-3'],
    ['-7 % 3', '-1'],
    ['7 - 10', '-3'],
    ['-1 < 1', '1'],
    ['-1 < 1u', '0'],
    ['0xffffffffffffffff', '18446744073709551615'],
    ['0xffffffffffffffff == -1', '1'],
    ['~0', '-1'],
    ['!5 || 2 && 3', '1'],
    ['1 << 4 | 3', '19'],
    ['-16 >> 2', '-4'],
    ['5 & 3 == 3', '1'],
    ['1 ? 2 : 3 ? 4 : 5', '2'],
    ["'A'", '65'],
    ['10.0.0.1', '167772161'],
    ['htons(0x1234)', '13330'],
    ['1 / 0', 'absent'],
  ])('%s', (text, expected) => expect(at(0, text)).toEqual([expected]))

  it.each(['', '1 +', '(1', 'a..b', '*(int *)r1', '1 2', 'x[', '#', '((((((((((', `${'-'.repeat(80)}1`, '1'.repeat(600)])(
    '%j is no expression',
    (text) => expect(parseWatch(text).ok).toBe(false),
  )
})

it('registers, bytes, fields, maps, globals', () => {
  const view = build.move(0, { kind: 'packet', packet: 1, step: 4 })
  const r1 = view.registers[1]
  expect(at(view.tick, 'r1', 'w1', 'pc', 'step', 'packet')).toEqual([
    r1.signed,
    String(Number(BigInt(r1.unsigned) & 0xffffffffn)),
    String(view.pc),
    '4',
    '2',
  ])
  const udp = report.packets.findIndex((p) => p.protocol === 'DNS' || p.protocol === 'UDP')
  const { tick } = build.move(0, { kind: 'packet', packet: udp, step: 1e6 })
  expect(at(tick, 'pkt[23]', 'pkt16[12] == 0x800', 'ipv4.protocol', 'udp.destination_port == pkt16[36]', 'len')).toEqual([
    '17',
    '1',
    '17',
    '1',
    String(report.packets[udp].sizeBytes),
  ])
  expect(at(tick, 'counts[2].last', 'seen[2]', 'seen', 'counts[9].last', 'seen[1]')).toEqual(['17', '17', '1', 'absent', 'absent'])
  expect(at(last, 'counts[2].packets', 'total', 'levels[1]', 'levels[2] + 1')).toEqual(['40', '47', '-2', '4'])
  expect(at(tick, 'tcp.source_port', 'nothing', 'counts[2]', 'pkt[99999]')).toEqual(['absent', 'unknown', 'text', 'absent'])
})

it('C variables where they live, and memory through a pointer', () => {
  const { slot } = report.programs[0].listing.find((r) => /= \*\(u8 \*\)\(r\d \+23\)/.test(r.text))!
  const view = build.move(0, { kind: 'breakpoint', by: 1, slots: [slot] })
  const data = view.registers.find((r) => r.variable.split(', ').includes('data'))!
  expect(at(view.tick, 'data', `*(u8 *)(${data.name} + 23) == pkt[23]`, '*(u8 *)(data + 9999)')).toEqual([data.signed, '1', 'absent'])
  expect(at(0, 'c')).toEqual(['absent'])
})

it('a condition stops at the packets that it is about', () => {
  const slots = [report.programs[0].listing.find((r) => /= \*\(u8 \*\)\(r\d \+23\)/.test(r.text))!.slot]
  const to = (from: number, by: 1 | -1, text: string) => {
    const move = { kind: 'breakpoint', by, slots, conditions: [{ slot: slots[0], text }] } as const
    return build.move(from, move, moveAids(parts, move))
  }
  const stops: number[] = []
  for (let view = to(0, 1, 'pkt[23] == 1'); view.tick < last; view = to(view.tick, 1, 'pkt[23] == 1')) stops.push(view.packet)
  const icmp = parts.arrivals.flatMap((p, i) => (p.data[23] === 1 ? [i] : []))
  expect(stops).toEqual(icmp)
  const back: number[] = []
  for (let view = to(last, -1, 'pkt[23] == 1'); view.tick > 0; view = to(view.tick, -1, 'pkt[23] == 1')) back.push(view.packet)
  expect(back.reverse()).toEqual(icmp)
  expect(to(0, 1, 'nonsense (').tick).toBe(last)
  expect(to(0, 1, 'packet == 5').packet).toBe(4)
})

it('goes to where a value changes, forward and back the same places', () => {
  const walk = (from: number, by: 1 | -1, text: string) => {
    const out: number[] = []
    const move = { kind: 'change', by, text } as const
    const aids = moveAids(parts, move)
    for (let tick = build.move(from, move, aids).tick; tick > 0 && tick < last; tick = build.move(tick, move, aids).tick) out.push(tick)
    return out
  }
  const changes = walk(0, 1, 'counts[2].packets')
  expect(changes).toHaveLength(40)
  expect(walk(last, -1, 'counts[2].packets').reverse()).toEqual(changes)
  // Right behind the store that did it.
  const view = build.move(0, { kind: 'tick', tick: changes[0] })
  expect(view.did).toMatch(/^\*\(u64 \*\)\(counts\[2\]/)
})
