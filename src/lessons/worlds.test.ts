// Lessons over whole worlds: bytes in words, hidden runs that change a world, and conditions on its log, its flows and the maps of one host.
import { expect, test } from 'vitest'
import { startBuild } from '../engine/index.ts'
import { workOf } from './grade.ts'
import { examine, exportFolder, loadLesson, newLesson, readLesson } from './index.ts'
import { judge } from './judge.ts'
import { gridFaults } from './text.ts'
import type { Condition, Lesson } from './types.ts'

const SOURCE = `#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 4); __type(key, __u32); __type(value, __be32); } targets SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, __u64); } seen SEC(".maps");

SEC("xdp") int steer(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	__u32 zero = 0;
	__u64 *count = bpf_map_lookup_elem(&seen, &zero);

	if (count)
		*count += 1;
	if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP) || ip->protocol != 17)
		return XDP_PASS;
	__u32 slot = bpf_ntohl(ip->saddr) & 3;
	__be32 *to = bpf_map_lookup_elem(&targets, &slot);
	if (to)
		ip->daddr = *to;
	return XDP_PASS;
}
char LICENSE[] SEC("license") = "GPL";
`

const packets = [1, 2, 3].map((n) => ({ kind: 'packet', node: 'b', interface: 'eth0', words: `udp 10.9.0.${n}:1 > 10.0.0.2:9` }))

function lesson(changes: object = {}): Lesson {
  const json = {
    ...JSON.parse(newLesson('world')['lesson.json']),
    main: 'p.c',
    scenario: {
      nodes: [
        { kind: 'host', name: 'a', interfaces: ['eth0'] },
        { kind: 'host', name: 'b', interfaces: ['eth0'], servers: [{ protocol: 'tcp', port: 80, answers: 'http' }] },
      ],
      links: [{ a: 'a:eth0', b: 'b:eth0' }],
      attach: [
        { program: 'steer', node: 'a', interface: 'eth0' },
        { program: 'steer', node: 'b', interface: 'eth0' },
      ],
      maps: [{ name: 'targets', values: ['ip:10.1.0.1', 'ip:10.1.0.1', 'ip:10.1.0.1', 'ip:10.1.0.1'] }],
      stimuli: [
        { kind: 'request', node: 'a', to: 'http://b/', protocol: 'http', count: 2, everyMs: 20 },
        { kind: 'request', node: 'a', to: 'http://b:81/', protocol: 'http' },
        ...packets,
        { kind: 'map', map: 'targets', entries: [{ key: 2, value: 'ip:10.1.0.9' }] },
        ...packets,
      ],
    },
    ...changes,
  }
  const { program: _p, packets: _q, ...rest } = json
  const { 'en.md': en, 'ko.md': ko } = newLesson('world')
  const read = readLesson({
    'lesson.json': JSON.stringify(rest),
    'en.md': en,
    'ko.md': ko,
    'start/p.c': SOURCE,
    'solution/p.c': SOURCE,
    'wrong/aborted.c': SOURCE,
  })
  if (!read.ok) throw new Error(read.faults.join('\n'))
  return read.lesson
}

function judged(read: Lesson, scenario = read.start.scenario): (condition: Condition) => string {
  const project = workOf(read, read.solution.files, scenario)
  const work = startBuild(project, 0, () => 0)
  while (work.run() === 'more');
  const build = work.build()
  return (condition) => judge(condition, { build, project })
}

test('how requests ended', () => {
  const found = judged(lesson())
  expect(found({ kind: 'note', text: '200 from b', count: 2 })).toBe('')
  expect(found({ kind: 'note', text: '200 from b', count: 3 })).toBe('2')
  expect(found({ kind: 'note', text: 'refused' })).toBe('')
  expect(found({ kind: 'note', text: 'refused', node: 'b' })).toBe('nothing in the log')
  expect(found({ kind: 'answered-at-least', percent: 66, node: 'a' })).toBe('')
  expect(found({ kind: 'answered-at-least', percent: 67 })).toBe('2 of 3')
  expect(found({ kind: 'answered-at-least', percent: 66, withinMs: 1000 })).toBe('')
  expect(found({ kind: 'answered-at-least', percent: 66, withinMs: 0 })).toBe('0 of 3')
  expect(found({ kind: 'answered-at-least', percent: 1, node: 'b' })).toBe('0 of 0')
})

test('where packets came, and when', () => {
  const found = judged(lesson())
  const delivered = { kind: 'packets', node: 'b', what: 'delivered', place: 'tcp 80' } as const
  const count = Number(found({ ...delivered, atMost: 0 }))
  expect(count).toBeGreaterThan(5)
  expect(found({ ...delivered, atLeast: count, atMost: count })).toBe('')
  expect(found({ ...delivered, atLeast: count + 1 })).toBe(String(count))
  expect(found({ ...delivered, toMs: 20, atLeast: count / 2, atMost: count / 2 })).toBe('')
  expect(found({ ...delivered, fromMs: 1000, atMost: 0 })).toBe('')
})

test('flows that move when a map changes', () => {
  const only = (slots: readonly number[]) => {
    const write = { kind: 'map', map: 'targets', entries: slots.map((key) => ({ key, value: 'ip:10.1.0.9' })) }
    const read = lesson({ hidden: [{ id: 'packets', stimuli: [...packets, write, ...packets], checks: [] }] })
    return judged(read, read.hidden[0].scenario)
  }
  const found = only([2])
  expect(found({ kind: 'moved-at-most', percent: 34 })).toBe('')
  expect(found({ kind: 'moved-at-most', percent: 33 })).toBe('1 of 3')
  expect(only([0])({ kind: 'moved-at-most', percent: 0 })).toBe('')
  expect(only([1, 2, 3])({ kind: 'moved-at-most', percent: 99 })).toBe('3 of 3')
})

test('the maps of one host', () => {
  const found = judged(lesson())
  const seen = (node: string | undefined, number: number) => found({ kind: 'map', map: 'seen', key: 0, number, ...(node && { node }) })
  const [a, b] = [seen('a', -1), seen('b', -1)].map(Number)
  expect(a).toBeGreaterThan(5)
  expect(b).toBeGreaterThan(a)
  expect(seen(undefined, b)).toBe('')
  expect(found({ kind: 'map-value', map: 'targets', key: 2, hex: '0a010009', node: 'b' })).toBe('')
  expect(seen('nobody', 0)).toBe('nothing ran')
})

test('a hidden run changes what it names and keeps the rest of the world', () => {
  const maps = [{ name: 'targets', values: ['ip:10.1.0.7', 'ip:10.1.0.7', 'ip:10.1.0.7', 'ip:10.1.0.7'] }]
  const read = lesson({ hidden: [{ id: 'other', stimuli: packets.slice(0, 1), maps, checks: [] }] })
  const [{ scenario }] = read.hidden
  expect(scenario.nodes.length).toBe(2)
  const found = judged(read, scenario)
  expect(found({ kind: 'bytes', packet: 0, offset: 30, hex: '0a010007' })).toBe('')
  expect(found({ kind: 'map', map: 'seen', key: 0, number: 1, node: 'b' })).toBe('')
})

test('bytes that are none are a fault with its place', () => {
  const read = (scenario: object) => {
    const files = newLesson('world')
    return readLesson({ ...files, 'lesson.json': JSON.stringify({ ...JSON.parse(files['lesson.json']), scenario }) })
  }
  const world = { nodes: [], attach: [] }
  expect(read({ ...world, maps: [{ name: 'm', entries: [{ key: 'ipp:1', value: 'u8:1' }] }] })).toMatchObject({
    faults: ['scenario.maps[0].entries[0].key: is neither hex nor words such as u32:7'],
  })
  expect(read({ ...world, stimuli: [{ kind: 'packet', words: 'tcp' }] })).toMatchObject({
    faults: ['scenario.stimuli[0].words: is no packet'],
  })
})

test('tables and plots have even rows and numbers', () => {
  expect(gridFaults('```table\na | b\n1 | 2\n```')).toEqual([])
  expect(gridFaults('```table\na | b\n1\n```')).toEqual(['a table with uneven rows: 1'])
  expect(gridFaults('```plot\nn | x\n10 | 1,525\n```')).toEqual([])
  expect(gridFaults('```plot\nn | x\n10 | many\n```')).toEqual(['a plot of what is no number: many'])
  const files = newLesson('some-lesson')
  const bad = readLesson({ ...files, 'en.md': files['en.md'].replace('\n## ', '\n```table\na | b\n1\n```\n\n## ') })
  expect(bad.ok && examine(bad.lesson).faults).toContain('en.md: a table with uneven rows: 1')
})

test('a prediction of a figure is right in one of its ranges', () => {
  const faults = (answer: string) => {
    const predict = [{ id: 'first', on: 'start', asks: 'figure', figure: 'answered', options: ['0-50', '51-80', '81-100'], answer }]
    return examine(lesson({ predict })).faults.filter((f) => f.startsWith('prediction'))
  }
  expect(faults('51-80')).toEqual([])
  expect(faults('81-100')).toHaveLength(1)
})

test('an exported text has tables that other readers know', () => {
  const files = newLesson('some-lesson')
  const table = '```table\nwhat | there\n`a` | 1\n```'
  const read = readLesson({ ...files, 'en.md': files['en.md'].replace(/(\{#real\}\n)/, `$1\n${table}\n`) })
  if (!read.ok) throw new Error(read.faults.join())
  expect(exportFolder(read.lesson, read.lesson.start.files, 'en')['README.md']).toContain('| what | there |\n| --- | --- |\n| `a` | 1 |')
})

test('the folder of a lab names all of its programs, and says that it is about a whole machine', async () => {
  const lab = await loadLesson('tetragon-in-small')
  if (!lab) throw new Error('no such lesson')
  const folder = exportFolder(lab, lab.start.files, 'en')
  expect(folder['Makefile']).toContain('PROGRAMS = on_exec on_open on_connect\n')
  expect(folder['Makefile']).toContain('vmlinux.h:')
  expect(folder['README.md']).toContain('every process')
  expect(folder['README.md']).not.toContain('make sandbox')
})
