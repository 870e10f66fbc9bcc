// vmlinux.h as programs get it: each record that the kernel's types hold lies in the compiled header where the kernel has it, and a project's
// own file of that name comes first.
import { describe, expect, test } from 'vitest'
import { loadKernelBtf } from '../abi/index.ts'
import { makeSource } from '../diag/index.ts'
import { keptKernel } from '../loader/index.ts'
import { startBuild } from './build-whole.ts'
import { defaultProject } from './default-project.ts'
import { lacksKernelHeader } from './kernel-header.ts'
import { type CompileSettings, openC } from './toolchain.ts'

const kept = await loadKernelBtf()
const settings: CompileSettings = { include: () => undefined, includeDirs: [], defines: {}, cpu: 3, kernel: keptKernel(kept) }

test('records lie where the kernel has them', { timeout: 120_000 }, () => {
  const seen = new Set<string>(['__va_list_tag'])
  const asserts = kept.btf.types.flatMap((t, id) => {
    if ((t.kind !== 'struct' && t.kind !== 'union') || t.name === '' || kept.cut.has(id) || seen.has(t.name)) return []
    seen.add(t.name)
    const record = `${t.kind} ${t.name}`
    const members = t.members
      .filter((m) => m.name !== '' && m.sizeBits === 0)
      .map((m) => `_Static_assert(__builtin_offsetof(${record}, ${m.name}) == ${m.offBits / 8}, "${t.name}.${m.name}");`)
    return [`_Static_assert(sizeof(${record}) == ${t.size}, "${t.name}");`, ...members]
  })
  expect(asserts.length).toBeGreaterThan(5000)
  const { diagnostics } = openC('layout.c', `#include "vmlinux.h"\n${asserts.join('\n')}\n`, settings)
  expect(diagnostics).toEqual([])
})

const PROGRAM = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

SEC("tp/sched/sched_process_exec")
int on_exec(struct trace_event_raw_sched_process_exec *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	return BPF_CORE_READ(task, real_parent, tgid) == ctx->pid && sizeof(bool) == 1;
}
char LICENSE[] SEC("license") = "GPL";
`

describe('a program that includes vmlinux.h', () => {
  test('compiles and relocates', () => {
    const { diagnostics, loading, programs } = openC('prog.c', PROGRAM, settings)
    expect([...diagnostics, ...loading]).toEqual([])
    expect(programs.map((p) => p.name)).toEqual(['on_exec'])
  })

  test('says what it lacks without a kernel', () => {
    const { kernel: _, ...without } = settings
    const opened = openC('prog.c', PROGRAM, without)
    expect(opened.diagnostics.map((d) => d.code)).toEqual(['c.file-not-found'])
    expect(lacksKernelHeader(opened)).toBe(true)
  })

  test('makes a build ask for the kernel, and then is built', () => {
    const main = defaultProject.build.main
    const project = { ...defaultProject, files: [{ path: main, text: PROGRAM }] }
    const build = (kernel?: typeof kept) => {
      const work = startBuild(project, 1, () => 0, kernel)
      while (work.run() === 'more');
      return work.build()
    }
    expect(build().wantsKernelTypes).toBe(true)
    const done = build(kept)
    expect(done.wantsKernelTypes).toBe(false)
    expect(done.report.diagnostics.filter((d) => d.severity === 'error')).toEqual([])
    expect(done.report.programs.map((p) => p.verdict.verdict)).toEqual(['accepted'])
  })

  test('may bring its own', () => {
    const include = (path: string) => (path === 'vmlinux.h' ? makeSource(path, 'struct mine { int a; };\n') : undefined)
    const opened = openC('prog.c', '#include "vmlinux.h"\nint size = sizeof(struct mine);\n', { ...settings, include })
    expect(opened.diagnostics).toEqual([])
  })
})
