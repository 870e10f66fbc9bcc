import { expect, test } from 'vitest'
import { startBuild } from './build-whole.ts'
import { defaultProject } from './default-project.ts'

const SOURCE = `#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct holes { char a; long b; unsigned c : 3; union { int d; short e; }; char f; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 4); __type(key, int); __type(value, struct holes); } m SEC(".maps");
static __noinline int twice(int x) { return x + x; }
SEC("xdp") int loops(struct xdp_md *ctx)
{
	int sum = 0;
	for (int i = 0; i < 100; i++) sum += twice(ctx->ingress_ifindex + i);
	return sum > 5 ? XDP_DROP : XDP_PASS;
}
char LICENSE[] SEC("license") = "GPL";
`

function build() {
  const project = { ...defaultProject, files: [{ path: defaultProject.build.main, text: SOURCE }] }
  const work = startBuild(project, 1, () => 0)
  while (work.run() === 'more');
  return work.build()
}
const built = build()

test('each pass is there with what it changed', () => {
  const { passes } = built.passes()
  expect(passes[0].name).toBe('lower')
  expect(passes.length).toBeGreaterThan(10)
  expect(passes.some((p) => p.changed) && passes.some((p) => !p.changed)).toBe(true)
  const at = passes.findIndex((p) => p.changed)
  const window = built.pass(at, 0, 5000)
  expect(window.total).toBe(passes[at].lines)
  expect(window.lines.some((l) => l.fresh) && window.lines.some((l) => !l.fresh)).toBe(true)
  expect(built.pass(999, 0, 10).lines).toEqual([])
})

test('blocks cover the program, edges lead to blocks, and the loop is marked', () => {
  const { blocks } = built.flow(0)
  const slots = built.report.programs[0].insnCount
  expect(blocks.reduce((n, b) => n + b.end - b.start, 0)).toBe(slots)
  for (const block of blocks) for (const edge of block.edges) expect(blocks[edge.to]).toBeDefined()
  expect(blocks.flatMap((b) => b.edges).filter((e) => e.loop)).toHaveLength(1)
  expect(new Set(blocks.map((b) => b.function))).toEqual(new Set(['loops', 'twice']))
})

test('a struct is laid out with its holes, bit fields and anonymous members', () => {
  const row = built.types(0).types.find((t) => t.name === 'holes')
  expect(row?.sizeBytes).toBe(32)
  const text = row?.layout.map((l) => `${' '.repeat(l.depth)}${l.kind} ${l.offBits}+${l.sizeBits} ${l.type} ${l.name}`.trimEnd())
  expect(text).toMatchInlineSnapshot(`
    [
      "member 0+8 char a",
      "hole 8+56",
      "member 64+64 long b",
      "bits 128+3 unsigned int c",
      "hole 131+29",
      "member 160+32 union { … }",
      " member 160+32 int d",
      " member 160+16 short e",
      "member 192+8 char f",
      "hole 200+56",
    ]
  `)
})
