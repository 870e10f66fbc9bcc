// Projects of several C files, and files of types.
import { describe, expect, test } from 'vitest'
import { startBuild } from './build-whole.ts'
import { defaultProject } from './default-project.ts'
import type { Project } from './project.ts'
import { readProject } from './read-project.ts'
import { readBtfFile } from './toolchain.ts'

const MAIN = `#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
extern int limit;
int verdict(int size);
SEC("xdp") int pass(struct xdp_md *ctx)
{
	return verdict(ctx->data_end - ctx->data > limit);
}
char LICENSE[] SEC("license") = "GPL";
`
const OTHER = `int limit = 100;
int verdict(int is_long)
{
	return is_long ? 2 : 1;
}
`

function report(other: string) {
  const files = [
    { path: 'main.c', text: MAIN },
    { path: 'other.c', text: other },
  ]
  const project: Project = { ...defaultProject, files, build: { main: 'main.c', units: ['other.c'], cpu: 3, defines: {} } }
  const read = readProject(JSON.parse(JSON.stringify(project)))
  if (!read.ok) throw new Error(read.path)
  expect(read.project.build).toEqual(project.build)
  const work = startBuild(read.project, 1, () => 0)
  while (work.run() === 'more');
  return work.build().report
}

describe('a project of two C files', () => {
  test('is one program', () => {
    const { programs, diagnostics, packets } = report(OTHER)
    expect(diagnostics).toEqual([])
    expect(programs.map((p) => [p.name, p.verdict.verdict])).toEqual([['pass', 'accepted']])
    expect(new Set(packets.map((p) => p.verdict))).toEqual(new Set(['XDP_PASS', 'XDP_DROP']))
  })
  test('that do not fit together', () => {
    expect(report('long limit; int verdict(int x) { return x; }').diagnostics.map((d) => d.code)).toEqual(['link.type'])
  })
  test('of which one is not there', () => {
    const build = { main: 'main.c', units: ['gone.c'], cpu: 3, defines: {} }
    expect(readProject({ ...defaultProject, files: [{ path: 'main.c', text: MAIN }], build })).toEqual({ ok: false, path: 'build.units' })
  })
})

test('what is no BTF is none', () => {
  expect(readBtfFile(new Uint8Array([0x7f, 0x45, 0x4c, 0x46]))).toBeUndefined()
  expect(readBtfFile(new Uint8Array(0))).toBeUndefined()
})
