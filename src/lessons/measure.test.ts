// Conditions that measure: what programs report against what happened in the world, and maps against every order of turns of two CPUs.
import { describe, expect, test } from 'vitest'
import { type Build, loadKernelBtf, readProject, startBuild } from '../engine/index.ts'
import { recordsOf } from './evidence.ts'
import { judge } from './judge.ts'
import { measure, percentile } from './measure.ts'
import type { Condition } from './types.ts'
import { factsOf, readFact, spansOf } from './world-facts.ts'

const kernel = await loadKernelBtf()

function build(source: string, scenario: object): { build: Build; holds: (c: Condition) => string } {
  const read = readProject({
    version: 1,
    files: [{ path: 'p.c', text: source }],
    build: { main: 'p.c', cpu: 3, defines: {} },
    verifier: { logLevel: 1, flags: 0 },
    scenario: { seed: 1, nodes: [], attach: [], maps: [], stimuli: [], views: [], ...scenario },
  })
  if (!read.ok) throw new Error(read.path)
  const work = startBuild(read.project, 0, () => 0, kernel)
  while (work.run() === 'more');
  const build = work.build()
  expect(build.report.notRun).toBe('')
  return { build, holds: (c) => judge(c, { build, project: read.project }) }
}

test('facts in words', () => {
  expect(readFact('openat /etc/shadow by cat on web = -1')).toEqual({
    what: 'openat',
    words: ['/etc/shadow'],
    by: 'cat',
    on: 'web',
    result: '-1',
  })
  expect(readFact('killed by xmrig')).toMatchObject({ what: 'killed', by: 'xmrig', words: [] })
  for (const text of ['', 'killed = 1', 'exec /bin/sh', 'openat = maybe', 'by cat', 'Open x']) expect(readFact(text)).toBeUndefined()
})

test('percentiles by nearest rank', () => {
  const numbers = [5, 1, 4, 2, 3, 6, 7, 8, 9, 10]
  expect([50, 90, 99, 0].map((p) => percentile(numbers, p))).toEqual([5, 9, 10, 1])
  expect(percentile([], 50)).toBe(0)
})

const OPENS = `
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
struct event { __u32 pid; __u32 pad; __u64 at; };
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } events SEC(".maps");
SEC("tracepoint/syscalls/sys_enter_openat") int opened(struct trace_event_raw_sys_enter *ctx)
{
	struct event e = { .pid = bpf_get_current_pid_tgid() >> 32, .at = 2000000 };
	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	return 0;
}
`
const WORLD = {
  nodes: [
    { kind: 'host', name: 'web', interfaces: ['eth0'] },
    { kind: 'process', name: 'sh', on: 'web', exe: '/bin/sh' },
  ],
  stimuli: [
    {
      kind: 'acts',
      process: 'sh',
      text: 'run /usr/bin/cat {\n open /etc/shadow r as f\n read f 10 takes 2ms\n}\nrun /usr/bin/wc {\n open /etc/hosts r\n}\nrun /bin/true',
    },
  ],
  views: [{ kind: 'log', map: 'events', type: 'event', format: 'pid {pid}' }],
}

describe('processes', () => {
  const { build: b, holds } = build(OPENS, WORLD)
  test('facts are found in the log, with the time between them', () => {
    expect(factsOf(b, 'openat /etc/shadow by cat on web = ok')).toHaveLength(1)
    expect(factsOf(b, 'openat by cat = fails')).toHaveLength(0)
    expect(factsOf(b, 'exec on web')).toHaveLength(3)
    expect(Math.round(spansOf(b, 'openat by cat', 'read by cat')[0] / 1e5)).toBe(20)
    expect(holds({ kind: 'world', fact: 'exec by cat', count: 1 })).toBe('')
    expect(holds({ kind: 'world', fact: 'exec by cat', count: 2 })).toBe('1')
  })
  test('records that user space took are still seen', () => {
    expect(recordsOf(b, { map: 'events' })).toHaveLength(2)
    expect(holds({ kind: 'records', map: 'events', count: 2 })).toBe('')
    expect(holds({ kind: 'shown', view: 0, text: 'pid', count: 2 })).toBe('')
    expect(holds({ kind: 'shown', view: 0, text: 'nobody' })).toMatch(/^pid \d+$/)
    expect(holds({ kind: 'shown', view: 1, text: 'pid' })).toBe('no such view')
  })
  test('alerts: caught, missed, false', () => {
    const of = (facts: string[], more = {}) => ({ kind: 'alerts', map: 'events', facts, ...more }) as const
    expect(measure(of(['openat /etc/shadow']), b)).toEqual({ found: '', figures: { caught: 1, of: 1, false: 1, records: 2 } })
    expect(holds(of(['openat /etc/shadow'], { false: 0 }))).toBe('1 / 1, +1')
    expect(holds(of(['openat'], { false: 0 }))).toBe('')
    expect(holds(of(['openat', 'exec by true']))).toBe('2 / 3, +0')
    expect(holds(of(['exec by nobody']))).toBe('0 / 0, +2')
  })
  test('percentiles against the true times', () => {
    const of = (more: object): Condition => ({
      kind: 'percentiles',
      map: 'events',
      offset: 8,
      from: 'openat by cat',
      to: 'read by cat',
      of: ['50'],
      ...more,
    })
    expect(holds(of({}))).toBe('2 / 1: p50 2000000 ns')
    expect(holds(of({ from: 'openat', to: 'exit' }))).toMatch(/^2 \/ 2: /)
    expect(holds(of({ from: 'openat', to: 'exit', within: 5_000_000 }))).toBe('')
  })
})

describe('races', () => {
  const counter = (add: string) => `
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, __u64); } count SEC(".maps");
SEC("xdp") int add(void *ctx)
{
	__u32 zero = 0;
	__u64 *n = bpf_map_lookup_elem(&count, &zero);
	if (n)
		${add};
	return XDP_PASS;
}
`
  const scenario = {
    nodes: [{ kind: 'host', name: 'host', interfaces: ['eth0'] }],
    attach: [{ program: 'add', node: 'host', interface: 'eth0' }],
    stimuli: [{ kind: 'packet', hex: '00'.repeat(60) }],
  }
  const check: Condition = { kind: 'race', cpus: 2, map: 'count', key: 0, number: 2 }
  test('a plain addition loses one', () => {
    const { build: b, holds } = build(counter('*n += 1'), scenario)
    expect(holds(check)).toBe('1')
    const { figures } = measure(check as Extract<Condition, { kind: 'race' }>, b)
    expect(figures['least']).toBe(1)
    expect(figures['wrong']).toBeGreaterThan(0)
    expect(figures['wrong']).toBeLessThan(figures['orders'])
  })
  test('an atomic addition loses nothing', () => {
    expect(build(counter('__sync_fetch_and_add(n, 1)'), scenario).holds(check)).toBe('')
  })
})
