// Where variables are said to live, held against a run: a variable named k7 holds 7 wherever it has a place, in registers and in spills,
// through inlined functions, calls and loops.
import { expect, test } from 'vitest'
import type { VarLocation } from '../isa/index.ts'
import { disassembleProgram } from './listing.ts'
import { createTimeline, kernelOf, runNext, seek, type Timeline } from './timeline.ts'
import { openC } from './toolchain.ts'
import { createSingleRun } from './world-run.ts'

const SOURCE = `#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
volatile int v[16] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };

static __always_inline int inlined(int k3, int k4)
{
	int k7 = k3 + k4;

	if (k7 > v[0]) {
		int k12 = k3 * k4;

		bpf_get_prandom_u32();
		v[0] = k12 + k7;
	}
	return k7;
}

static __noinline int called(int k5, int k6)
{
	int k11 = k5 + k6;

	bpf_ktime_get_ns();
	v[0] = k11;
	return k5 * 3 - k6 + (k11 - 9);
}

SEC("xdp") int prog(struct xdp_md *ctx)
{
	int k1 = v[1], k2 = v[2], k3 = v[3], k4 = v[4], k5 = v[5], k6 = v[6], k8 = v[8], k9 = v[9];
	int k7 = inlined(k3, v[4]);

	bpf_ktime_get_ns();
	for (int i = 0; i < v[4]; i++)
		v[0] += k1 * k2 + k8;
	int k13 = k9 + k4, k11 = called(k5, k6);
	int other = inlined(v[3], k4);

	v[0] = k1 + k2 + k3 + k4 + k5 + k6 + k7 + k8 + k9 + k11 + k13 + other;
	k13 = v[13];
	bpf_get_prandom_u32();
	return k13 == k9 + k4 ? 2 : 1;
}
char LICENSE[] SEC("license") = "GPL";
`

/** The variable's value before the instruction that comes next. */
function valueAt(t: Timeline, { place }: VarLocation): number {
  const { machine, memory } = kernelOf(t, 0)
  return place.kind === 'reg' ? machine.lo[place.reg] | 0 : memory.ram.i32[(machine.lo[10] + place.offset) >> 2]
}

test.each([1, 2, 3, 4] as const)('cpu v%i', (cpu) => {
  const { programs } = openC('t.c', SOURCE, { include: () => undefined, includeDirs: [], defines: {}, cpu })
  const created = createSingleRun(programs[0], [{ atNs: 0, data: new Uint8Array(64) }], { seed: 1, maps: [] })
  if (!created.ok) throw new Error(created.unsupported)
  const timeline = createTimeline(created.world)
  runNext(timeline)
  expect(timeline.runs[0].result).toMatchObject({ retval: 2, fault: '' })
  const kinds = new Set<string>()
  let checked = 0
  for (let step = 0; step < timeline.runs[0].steps; step++) {
    seek(timeline, 0, step)
    const { pc } = kernelOf(timeline, 0).machine
    for (const place of programs[0].vars) {
      if (place.from > pc || pc >= place.to || !/^k\d+$/.test(place.name)) continue
      expect(`${place.name} at ${pc} = ${valueAt(timeline, place)}`).toBe(`${place.name} at ${pc} = ${place.name.slice(1)}`)
      kinds.add(place.place.kind)
      checked++
    }
  }
  expect([...kinds].sort()).toEqual(['reg', 'stack'])
  expect(checked).toBeGreaterThan(500)
})

test('a volatile variable is written where it is declared, though nobody reads it', () => {
  const source = 'int f(void *ctx) __attribute__((section("socket"), used));\nint f(void *ctx) { const volatile int x = 5; return 0; }\n'
  const { programs } = openC('t.c', source, { include: () => undefined, includeDirs: [], defines: {}, cpu: 3 })
  expect(disassembleProgram(programs[0]).filter((line) => line.includes('r10'))).toEqual([expect.stringContaining('*(u32 *)(r10 -4) =')])
})
