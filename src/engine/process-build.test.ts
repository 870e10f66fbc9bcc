// Whole projects with processes: compiled, verified, attached by their sections, run, looked at and gone back in.
import { describe, expect, test } from 'vitest'
import { loadKernelBtf } from '../abi/index.ts'
import type { Build } from './build.ts'
import { startBuild } from './build-whole.ts'
import type { Project, Scenario } from './project.ts'
import { readProject } from './read-project.ts'
import { SMALL_WORLDS } from './scenarios.ts'

const types = await loadKernelBtf()

function build(source: string, scenario: Partial<Scenario>, kernel: typeof types | null = types): Build {
  const json: Project = {
    version: 1,
    files: [{ path: 'p.c', text: source }],
    build: { main: 'p.c', cpu: 3, defines: {} },
    verifier: { logLevel: 1, flags: 0 },
    scenario: { seed: 1, nodes: [], attach: [], maps: [], stimuli: [], views: [], ...scenario },
  }
  const read = readProject(JSON.parse(JSON.stringify(json)))
  if (!read.ok) throw new Error(`not a project: ${read.path}`)
  const work = startBuild(read.project, 1, () => 0, kernel ?? undefined)
  while (work.run() === 'more');
  return work.build()
}

const GUARD = `
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
char LICENSE[] SEC("license") = "GPL";
struct event { u32 pid; u32 ppid; int denied; char comm[16]; };
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } events SEC(".maps");
static __always_inline void tell(int denied)
{
  struct task_struct *task = (void *)bpf_get_current_task();
  struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
  if (!e) return;
  e->pid = bpf_get_current_pid_tgid() >> 32;
  e->ppid = BPF_CORE_READ(task, real_parent, tgid);
  e->denied = denied;
  bpf_get_current_comm(e->comm, sizeof(e->comm));
  bpf_ringbuf_submit(e, 0);
}
SEC("tp_btf/sched_process_exec") int BPF_PROG(exec, struct task_struct *p) { tell(0); return 0; }
SEC("lsm/file_open") int BPF_PROG(guard, struct file *file, int ret)
{
  char name[8] = {};
  if (ret) return ret;
  bpf_probe_read_kernel_str(name, sizeof(name), file->f_path.dentry->d_name.name);
  if (name[0] != 's' || name[1] != 'h' || name[2] != 'a' || name[3] != 'd') return 0;
  tell(1);
  return -1;
}
`

describe('projects with processes', () => {
  test('are verified, attach by their sections, and stop what they stop', () => {
    const b = build(GUARD, {
      ...SMALL_WORLDS.shadow,
      views: [
        { kind: 'log', map: 'events', type: 'event', format: '{comm} {denied}' },
        { kind: 'tree', map: 'events', type: 'event', id: 'pid', parent: 'ppid', label: '{comm}' },
      ],
    })
    expect(b.report.diagnostics.map((d) => `${d.code} ${d.params}`)).toEqual([])
    expect(b.report.programs.map((p) => `${p.name} ${p.verdict.verdict}`)).toEqual(['exec accepted', 'guard accepted'])
    expect(b.report.notRun).toBe('')
    expect(b.report.activations).toBeGreaterThan(5)
    const [log, tree] = b.userViews(b.report.totalTicks - 1).views
    expect(log.kind === 'log' && log.lines.map((l) => l.text)).toEqual(['cat 0', 'cat 0', 'cat 1', 'cat 0'])
    expect(tree.kind === 'tree' && tree.rows.map((r) => r.label)).toEqual(['cat', 'cat', 'cat'])
    expect(b.world().nodes.map((n) => n.name)).toContain('sh-alice')
    // Going back, user space has seen less.
    const [before] = b.userViews(0).views
    expect(before.kind === 'log' && before.lines.length).toBe(0)
    const [again] = b.userViews(b.report.totalTicks - 1).views
    expect(again).toEqual(log)
  })

  test('ask for the types of the kernel', () => {
    const b = build(GUARD, SMALL_WORLDS.shadow, null)
    expect(b.wantsKernelTypes).toBe(true)
  })

  test('name what is wrong in acts, with its place', () => {
    const b = build(GUARD, { ...SMALL_WORLDS.shadow, stimuli: [{ kind: 'acts', process: 'sh-root', text: 'open /x r\nfly away' }] })
    const [fault] = b.report.diagnostics
    expect([fault.code, fault.params, fault.at]).toEqual(['acts.verb', ['fly'], { file: 'scenario.stimuli[0].text', start: 10, end: 13 }])
  })

  test('name hooks that are not modelled', () => {
    const b = build(
      GUARD.replace('tp_btf/sched_process_exec', 'kprobe/ext4_file_open').replace(
        'BPF_PROG(exec, struct task_struct *p)',
        'exec(void *ctx)',
      ),
      SMALL_WORLDS.shadow,
    )
    expect([b.report.notRun, b.report.notRunFeature]).toEqual(['unsupported', 'kprobe on ext4_file_open'])
  })
})
