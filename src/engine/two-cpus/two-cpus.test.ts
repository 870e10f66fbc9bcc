// Two CPUs over one map: a plain counter loses updates in some schedules, an atomic one and a locked one in none; two locks the wrong way round can wait for
// ever. The trace of a schedule ends where its cell of the grid says.
import { expect, it } from 'vitest'
import { defaultProject, type Project, startBuild, startRaceGrid, wasmView } from '../index.ts'
import { raceRun } from './two-cpus.ts'

const project = (fields: string, body: string): Project => ({
  ...defaultProject,
  files: [
    {
      path: 'r.c',
      text: `#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct value { ${fields} };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, struct value); } m SEC(".maps");
SEC("xdp") int r(struct xdp_md *ctx)
{
	__u32 key = 0;
	struct value *v = bpf_map_lookup_elem(&m, &key);
	if (!v)
		return XDP_ABORTED;
	${body}
	return XDP_PASS;
}
char L[] SEC("license") = "GPL";
`,
    },
  ],
  build: { ...defaultProject.build, main: 'r.c' },
  scenario: { ...defaultProject.scenario, attach: [{ program: 'r', node: '', interface: '' }], views: [] },
})

function built(fields: string, body: string) {
  const work = startBuild(project(fields, body), 1, () => 0)
  while (work.run() === 'more');
  const build = work.build()
  expect([build.report.diagnostics, build.report.programs[0].verdict.verdict]).toEqual([[], 'accepted'])
  return build.parts
}

function grid(fields: string, body: string) {
  const parts = built(fields, body)
  const work = startRaceGrid(parts, 1, 0, [0, 1])
  while (work.run() === 'more');
  return { parts, grid: work.result() }
}

it('a plain counter loses an update, and the trace shows how', () => {
  const { parts, grid: g } = grid('__u64 n;', 'v->n++;')
  expect(g.counts.other).toBeGreaterThan(0)
  expect(g.counts.same).toBeGreaterThan(0)
  for (const row of [0, 3, g.down.length - 1]) {
    for (const column of [0, 4, g.across.length - 1]) {
      const run = raceRun(parts, 1, 0, [0, 1], g.across[column], g.down[row])!
      expect(run.kind, `${column} ${row}`).toBe(g.cells[row][column])
      expect(run.rows.map((r) => [r.map, r.key, r.expected, r.here])).toEqual([
        ['m', '0', '{.n = 2}', run.kind === 'same' ? '{.n = 2}' : '{.n = 1}'],
      ])
    }
  }
  const row = g.cells.findIndex((cells) => cells.includes('other'))
  const column = g.cells[row].indexOf('other')
  const run = raceRun(parts, 1, 0, [0, 1], g.across[column], g.down[row])!
  const shared = run.steps.filter((s) => s.shared).map((s) => `${s.cpu} ${s.did.startsWith('*') ? 'store' : 'load'}`)
  // Both have loaded before the first stores.
  expect(shared.slice(0, 2).sort()).toEqual(['0 load', '1 load'])
  expect(run.steps).toHaveLength(run.total)
  expect(run.returned).toEqual(['XDP_PASS', 'XDP_PASS'])
})

it('an atomic loses nothing', () => {
  const { counts } = grid('__u64 n;', '__sync_fetch_and_add(&v->n, 1);').grid
  expect({ ...counts, same: counts.same > 0 }).toEqual({ same: true, other: 0, deadlock: 0, fault: 0 })
})

it('a lock keeps what it guards', () => {
  const { counts } = grid('struct bpf_spin_lock l; __u32 n;', 'bpf_spin_lock(&v->l); v->n++; bpf_spin_unlock(&v->l);').grid
  expect({ ...counts, same: counts.same > 0 }).toEqual({ same: true, other: 0, deadlock: 0, fault: 0 })
})

it('says why it cannot', () => {
  const parts = built('__u64 n;', 'v->n++;')
  const work = startRaceGrid(parts, 1, 0, [0, 99])
  while (work.run() === 'more');
  expect(work.result()).toMatchObject({ unsupported: 'no packet', cells: [] })
  expect(raceRun(parts, 1, 0, [0, 99], 0, 0)).toBeUndefined()
})

it('WebAssembly stands by the instructions that it came from', () => {
  const parts = built('__u64 n;', 'v->n++;')
  const view = wasmView(parts, 1, 0)
  expect(view.functions[0].name).toBe('main')
  expect(view.lines).toBe(view.functions.reduce((n, f) => n + f.lines.length, 0))
  const slots = new Set(view.functions.flatMap((f) => f.lines.map((l) => l.insn)))
  const code = parts.programs[0].code.length / 8
  expect([...slots].every((slot) => slot >= -1 && slot < code)).toBe(true)
  expect(slots.size).toBeGreaterThan(5)
})
