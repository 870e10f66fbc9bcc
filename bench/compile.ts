// How fast the compiler is, beside `clang-22 -O2 -g -target bpf` in the same run: about 100 lines with the usual headers, and about 25 lines
// with the whole vmlinux.h of the running kernel. Warm: the source changes a little each time, as in an editor.
// Usage: npm run -s bench:compile [-- SOURCE.c ...]      (root and bpftool for vmlinux.h; libbpf headers for clang)
// Prints milliseconds: the first compilation of this process, then medians and least values of both with their ratio (on a busy machine
// the least values tell more).
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { compile } from '../src/compiler/index.ts'
import { makeSource } from '../src/diag/index.ts'
import { defaultProject } from '../src/engine/index.ts'

const ROUNDS = 300
const CLANG_ROUNDS = 9

const folder = mkdtempSync(join(tmpdir(), 'beeyard-compile-'))
const vmlinux = bpftoolHeader()

const WITH_VMLINUX = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

struct event { u32 pid; u32 ppid; u64 start; char comm[16]; };
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } events SEC(".maps");

SEC("tp/sched/sched_process_exec")
int on_exec(struct trace_event_raw_sched_process_exec *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e)
		return 0;
	e->pid = ctx->pid;
	e->ppid = BPF_CORE_READ(task, real_parent, tgid);
	e->start = BPF_CORE_READ(task, start_time);
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	bpf_ringbuf_submit(e, 0);
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
`

const cases =
  process.argv.length > 2
    ? process.argv.slice(2).map((path) => ({ name: basename(path), text: readFileSync(path, 'utf8') }))
    : [
        { name: 'usual.c', text: defaultProject.files[0].text },
        ...(vmlinux === undefined ? [] : [{ name: 'vmlinux.c', text: WITH_VMLINUX }]),
      ]

console.log('                        first         medians: ours, clang              least: ours, clang')
for (const { name, text } of cases) {
  const ours: number[] = []
  const theirs: number[] = []
  for (let i = 0; i < ROUNDS; i++) {
    const started = performance.now()
    ourCompile(name, `${text}// round ${i}\n`)
    ours.push(performance.now() - started)
    // Both in turn, so that a busy machine is busy for both.
    if (i >= ROUNDS / 2 && i % Math.floor(ROUNDS / 2 / CLANG_ROUNDS) === 0) theirs.push(clangMs(name, text))
  }
  const warm = ours.slice(ROUNDS / 2)
  const beside = (a: number, b: number) => `${a.toFixed(2).padStart(9)} ${b.toFixed(1).padStart(8)} ${`${(b / a).toFixed(1)}x`.padStart(7)}`
  console.log(
    `${name.padEnd(14)} ${String(text.split('\n').length).padStart(3)} lines ${ours[0].toFixed(0).padStart(6)} ${beside(median(warm), median(theirs))}   ${beside(Math.min(...warm), Math.min(...theirs))}`,
  )
}
rmSync(folder, { recursive: true })

function ourCompile(name: string, text: string): void {
  const { diagnostics } = compile({
    main: makeSource(name, text),
    include: (path) => (path === 'vmlinux.h' && vmlinux !== undefined ? makeSource(path, vmlinux) : undefined),
    includeDirs: [],
    defines: { __TARGET_ARCH_x86: '1' },
    cpu: 3,
  })
  const [fault] = diagnostics.filter((d) => d.severity === 'error')
  if (fault) throw new Error(`${name}: ${fault.code} ${fault.params.join(' ')}`)
}

function clangMs(name: string, text: string): number {
  const source = join(folder, name)
  writeFileSync(source, text)
  const flags = ['-O2', '-g', '-target', 'bpf', '-D__TARGET_ARCH_x86', '-I', folder, '-I', '/usr/include/x86_64-linux-gnu', '-c', source]
  const started = performance.now()
  const ran = spawnSync('clang-22', [...flags, '-o', join(folder, 'out.o')], { encoding: 'utf8' })
  const ms = performance.now() - started
  if (ran.status !== 0) throw new Error(`clang: ${ran.stderr}`)
  return ms
}

/** The running kernel's types as bpftool prints them; undefined where there is no bpftool or no right to ask. */
function bpftoolHeader(): string | undefined {
  try {
    const dump = ['btf', 'dump', 'file', '/sys/kernel/btf/vmlinux', 'format', 'c']
    const text = execFileSync('bpftool', dump, { encoding: 'utf8', maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'ignore'] })
    writeFileSync(join(folder, 'vmlinux.h'), text)
    return text
  } catch {
    return undefined
  }
}

function median(list: readonly number[]): number {
  const sorted = [...list].sort((a, b) => a - b)
  return sorted[sorted.length >> 1]
}
