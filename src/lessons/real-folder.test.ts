// Folders for a real machine: what the examples and projects of several files become is compiled by clang and gcc, loaded by the running kernel, and run
// by it on the packets of the page, with the results that the page shows. Nothing is attached.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { defaultProject, type Project, startBuild, writePcap } from '../engine/index.ts'
import { whyNoKernel } from '../testkit/oracle.ts'
import { exampleProject, examples } from './examples/index.ts'
import { exportProject } from './index.ts'

const clang = ['clang-22', 'clang'].find((name) => spawnSync(name, ['--version']).status === 0)
const missing = whyNoKernel() ?? (existsSync('/usr/include/bpf/libbpf.h') ? undefined : 'no libbpf') ?? (clang ? undefined : 'no clang')

function folderOf(project: Project, language: 'en' | 'ko' = 'en') {
  const work = startBuild(project, 1, () => 0)
  while (work.run() === 'more');
  const { report, parts } = work.build()
  return {
    report,
    files: exportProject({ project, report, ...(parts.timeline && parts.single && { arrivals: writePcap(parts.arrivals) }) }, language),
  }
}

/** Writes the folder, runs make in it and answers what it said. */
function make(files: ReturnType<typeof folderOf>['files'], ...targets: readonly string[]): string {
  const dir = mkdtempSync(join(tmpdir(), 'beeyard-folder-'))
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, path)), { recursive: true })
      writeFileSync(join(dir, path), content)
    }
    const ran = spawnSync('make', [`CLANG=${clang}`, ...targets], { cwd: dir, encoding: 'utf8' })
    return `${ran.stdout}${ran.stderr}`
  } finally {
    rmSync(dir, { recursive: true })
  }
}

it('says which programs go where, and brings contents of maps and packets', () => {
  const { files } = folderOf({ ...defaultProject, build: { ...defaultProject.build, defines: { LIMIT: '3', NAME: "it's $5" } } })
  expect(String(files['Makefile'])).toContain(`PROGRAMS = ${defaultProject.scenario.attach[0].program}@$(DEV)\n`)
  expect(String(files['Makefile'])).toContain(`-DLIMIT=3 '-DNAME=it'\\''s $$5'`)
  expect(String(files['expected.txt']).split('\n')).toHaveLength(41)
  expect(String(folderOf(defaultProject, 'ko').files['README.md'])).toContain('make compare')
})

describe.skipIf(missing)(`folders on this machine${missing ? ` (skipped: ${missing})` : ''}`, () => {
  const accepted = examples.filter((e) => e.group !== 'rejected')
  it.each(accepted.map((e) => [e.id, e] as const))('%s', (_, example) => {
    const { report, files } = folderOf(exampleProject(example))
    expect(report.notRun).toBe('')
    const said = make(files, 'check', 'compare')
    expect(said).toContain('is accepted')
    expect(said).not.toMatch(/warning:/)
    expect(said).toMatch(/^the same as in Beeyard$/m)
  })

  it('several files, tc on the way out, defines', () => {
    const main = `#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>
#include "lib/mark.h"
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 2); __type(key, __u32); __type(value, __u32); } limit SEC(".maps");
SEC("tc") int out(struct __sk_buff *skb)
{
	__u32 zero = 0, *most = bpf_map_lookup_elem(&limit, &zero);
	return most && marked(skb->len) > *most ? TC_ACT_SHOT : TC_ACT_OK;
}
char LICENSE[] SEC("license") = "GPL";
`
    const unit =
      '#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n#include "mark.h"\nint marked(int length) { return length + MARK; }\n'
    const { report, files } = folderOf({
      ...defaultProject,
      files: [
        { path: 'out.c', text: main },
        { path: 'lib/mark.c', text: unit },
        { path: 'lib/mark.h', text: 'int marked(int length);\n' },
      ],
      build: { main: 'out.c', units: ['lib/mark.c'], cpu: 3, defines: { MARK: '2' } },
      scenario: {
        ...defaultProject.scenario,
        attach: [{ program: 'out', node: '', interface: '', direction: 'egress' }],
        maps: [{ name: 'limit', entries: [{ key: '00000000', value: '50000000' }] }],
        views: [],
      },
    })
    expect(report.diagnostics).toEqual([])
    expect([report.passed > 0, report.dropped > 0]).toEqual([true, true])
    expect(String(files['Makefile'])).toContain('PROGRAMS = out@$(DEV):egress')
    const said = make(files, 'check', 'compare')
    expect(said).toMatch(/^the same as in Beeyard$/m)
  })
})
