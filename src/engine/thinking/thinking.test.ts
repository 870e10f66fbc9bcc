import { expect, test } from 'vitest'
import { verify } from '../../verifier/index.ts'
import { defaultProject } from '../default-project.ts'
import { openAssembly, openC } from '../toolchain.ts'
import { openOwnLog } from './own.ts'
import { startThinking } from './work.ts'

const options = { logLevel: 0 }

function thinkingOf(source: string) {
  const { programs, diagnostics } = openAssembly('a.s', source)
  expect(diagnostics).toEqual([])
  const work = startThinking(programs[0], options, 'a.s')
  while (work.run() === 'more') {}
  return work.result()
}

const BRANCHES = `.type xdp
  r6 = *(u32 *)(r1 +12)
  if r6 == 7 goto seven
  r0 = 2
  exit
seven:
  r0 = 1
  exit
`

test('straight runs are one row, and a way that was put by is one deeper', () => {
  const thinking = thinkingOf(BRANCHES)
  const { rows, total } = thinking.rows(0, 10)
  expect(total).toBe(3)
  expect(rows.map((r) => [r.firstInsn, r.lastInsn, r.depth, r.from, r.end])).toEqual([
    [0, 1, 0, -1, 'branch'],
    [2, 3, 0, -1, 'exit'],
    [4, 5, 1, 0, 'exit'],
  ])
  expect(thinking.summary()).toMatchObject({ steps: 6, rows: 3, ends: { exit: 2, pruned: 0, rejected: 0 }, heat: [1, 1, 1, 1, 1, 1] })
})

test('a step knows its neighbours, the other way, and what it changed', () => {
  const thinking = thinkingOf(BRANCHES)
  expect(thinking.step(1)).toMatchObject({ insn: 1, parent: 0, next: 2, otherWay: 4 })
  expect(thinking.step(2)?.changed).toEqual([{ place: 'R0', before: '', after: '2' }])
  expect(thinking.step(4)?.state?.regs[6].umax).toBe(7n)
  expect(thinking.step(3)?.next).toBe(-1)
  expect(thinking.step(99)).toBeUndefined()
  expect(thinking.find(4, 0, 1)).toBe(4)
  expect(thinking.find(0, 4, -1)).toBe(0)
})

const LOOP = `.type xdp
  r6 = 0
again:
  r6 += 1
  if r6 < 5 goto again
  r0 = 2
  exit
`

test('a loop is a table of its visits, with the columns that change', () => {
  const thinking = thinkingOf(LOOP)
  const [loop] = thinking.summary().loops
  expect(loop).toMatchObject({ head: 1, from: [2], rounds: 5 })
  const view = thinking.loop(1, 0, 10)
  expect(view.columns).toEqual(['R6'])
  expect(view.rounds.map((r) => r.cells[0])).toEqual(['0', '1', '2', '3', '4'])
})

test('a pruned path says which earlier state covers it', () => {
  const { main, cpu } = defaultProject.build
  const text = defaultProject.files.find((f) => f.path === main)?.text ?? ''
  const [program] = openC(main, text, { include: () => undefined, includeDirs: [], cpu, defines: {} }).programs
  const work = startThinking(program, options, main)
  while (work.run() === 'more') {}
  const thinking = work.result()
  const rows = thinking.rows(0, 100).rows
  const pruned = rows.find((r) => r.end === 'pruned')
  expect(pruned).toBeDefined()
  expect(thinking.step(pruned?.last ?? -1)?.pruned?.coveredBy).toBe(pruned?.cover)
})

test('windows of a walk of a hundred thousand steps are small, and a step far inside is rebuilt', () => {
  const rounds = `#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("xdp") int prog(struct xdp_md *ctx)
{
	__u32 sum = ctx->ingress_ifindex;
	for (__u32 i = 0; i < 8000; i++) {
		if (bpf_get_prandom_u32() & 1)
			sum = sum * 31 + i;
		sum ^= sum >> 7;
		sum += i << 3;
		sum ^= sum >> 11;
	}
	return sum & 1 ? XDP_DROP : XDP_PASS;
}
char LICENSE[] SEC("license") = "GPL";
`
  const [program] = openC('a.c', rounds, { include: () => undefined, includeDirs: [], cpu: 3, defines: {} }).programs
  const work = startThinking(program, options, 'a.c')
  while (work.run() === 'more') {}
  const thinking = work.result()
  const { steps, rows } = thinking.summary()
  expect(steps).toBeGreaterThan(100_000)
  expect(rows).toBeLessThan(steps / 3)
  expect(thinking.rows(rows - 50, 100).rows).toHaveLength(50)
  expect(thinking.step(90_000)?.state?.regs[10].kind).toBe('fp')
}, 60_000)

test('a log that was brought is asked the same', () => {
  const [program] = openAssembly('a.s', BRANCHES).programs
  const [own] = openOwnLog(verify(program, { logLevel: 2 }).log)
  const work = own.thinking()
  expect(work.run()).toBe('done')
  expect(
    work
      .result()
      .rows(0, 10)
      .rows.map((r) => [r.firstInsn, r.lastInsn, r.depth, r.end]),
  ).toEqual([
    [0, 1, 0, 'branch'],
    [2, 3, 0, 'exit'],
    [4, 5, 1, 'exit'],
  ])
  expect(openOwnLog('no log at all')).toEqual([])
})
