// The small worlds, seen by programs such as tools of the field have: what they tell and what they stop.
import { describe, expect, test } from 'vitest'
import { run, viewsOf } from '../testkit/small-world.ts'
import { SMALL_WORLDS } from './scenarios.ts'

/** A program that no hook runs. */
const INERT = 'SEC("syscall") int nothing(void *ctx) { return 0; }'

describe('the web shop', () => {
  test('requests and their latencies are seen from system calls alone', () => {
    const [log, hist] = viewsOf(
      `
struct seen { u64 ns; int pid; char comm[16]; char line[24]; };
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 128); __type(key, u64); __type(value, u64); } reading SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 128); __type(key, u64); __type(value, struct seen); } open SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 65536); } requests SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 32); __type(key, u32); __type(value, u64); } latency SEC(".maps");
SEC("tp/syscalls/sys_enter_read") int enter_read(struct trace_event_raw_sys_enter *ctx)
{
  u64 id = bpf_get_current_pid_tgid(), buf = ctx->args[1];
  bpf_map_update_elem(&reading, &id, &buf, 0);
  return 0;
}
SEC("tp/syscalls/sys_exit_read") int exit_read(struct trace_event_raw_sys_exit *ctx)
{
  u64 id = bpf_get_current_pid_tgid(), *buf = bpf_map_lookup_elem(&reading, &id);
  struct seen r = {};
  if (!buf || ctx->ret < 16) return 0;
  bpf_probe_read_user(r.line, sizeof(r.line) - 1, (void *)*buf);
  if (r.line[0] != 'G' && r.line[0] != 'P') return 0;
  r.ns = bpf_ktime_get_ns();
  r.pid = id >> 32;
  bpf_get_current_comm(r.comm, sizeof(r.comm));
  bpf_map_update_elem(&open, &id, &r, 0);
  return 0;
}
SEC("tp/syscalls/sys_enter_write") int enter_write(struct trace_event_raw_sys_enter *ctx)
{
  u64 id = bpf_get_current_pid_tgid();
  struct seen *r = bpf_map_lookup_elem(&open, &id);
  char head[5] = {};
  if (!r) return 0;
  bpf_probe_read_user(head, 4, (void *)ctx->args[1]);
  if (head[0] != 'H' || head[1] != 'T') return 0;
  r->ns = bpf_ktime_get_ns() - r->ns;
  u64 ms = r->ns / 1000000;
  u32 slot = 0;
  for (int i = 0; i < 31; i++) if (ms > 1) { ms >>= 1; slot++; }
  u64 *n = bpf_map_lookup_elem(&latency, &slot);
  if (n) __sync_fetch_and_add(n, 1);
  bpf_ringbuf_output(&requests, r, sizeof(*r), 0);
  bpf_map_delete_elem(&open, &id);
  return 0;
}`,
      SMALL_WORLDS['web-shop'],
      [
        { kind: 'log', map: 'requests', type: 'seen', format: '{comm} {line}' },
        { kind: 'histogram', map: 'latency', log2: true, unit: 'ms' },
      ],
    )
    const lines = log.kind === 'log' ? log.lines.map((l) => l.text) : []
    expect(lines.length).toBe(40)
    expect(lines.slice(0, 2)).toEqual(['cartd GET /items HTTP/1.1  Ho', 'nginx GET / HTTP/1.1  Host: s'])
    expect(lines.at(-1)).toBe('nginx POST /order HTTP/1.1  H')
    expect(hist.kind === 'histogram' && hist.groups[0].bars.reduce((sum, b) => sum + b.count, 0)).toBe(40)
  })
})

describe('the login', () => {
  const STACK = `
struct { int hooked; int real; int writable; int shells; int denied; } out;
SEC("uprobe//usr/lib/x86_64-linux-gnu/liblzma.so.5:hooked_RSA_public_decrypt") int hooked(void *ctx) { out.hooked++; return 0; }
SEC("uprobe//usr/lib/x86_64-linux-gnu/libcrypto.so.3:RSA_public_decrypt") int real(void *ctx) { out.real++; return 0; }
SEC("lsm/file_mprotect") int BPF_PROG(table, struct vm_area_struct *vma, unsigned long reqprot, unsigned long prot) { if (prot & 2) out.writable++; return 0; }
SEC("lsm/bprm_check_security") int BPF_PROG(exec, struct linux_binprm *bprm, int ret)
{
  struct task_struct *task = (void *)bpf_get_current_task();
  char comm[16], path[16] = {};
  bpf_probe_read_kernel_str(comm, sizeof(comm), BPF_CORE_READ(task, real_parent, comm));
  bpf_probe_read_kernel_str(path, sizeof(path), BPF_CORE_READ(bprm, filename));
  if (ret) return ret;
  if (path[0] != '/' || path[5] != 's' || path[6] != 'h') return 0;
  out.shells++;
  // A shell of root before any login: no session has been set up.
  if (BPF_CORE_READ(task, cred, uid.val) == 0 && comm[0] == 's' && comm[1] == 's') { out.denied++; return -1; }
  return 0;
}`
  test('tells that the library stands in the way, and the attacker gets no shell', () => {
    const r = run(STACK, SMALL_WORLDS.login)
    const out = r.bytes('.bss')
    expect([0, 4, 8, 12, 16].map((at) => out.getInt32(at, true))).toEqual([2, 1, 1, 1, 1])
    expect(r.calls('execve')).toEqual([0, 0, -1])
    expect(r.events.some((e) => e.kind === 'syscall' && e.args[0] === '/tmp/.x')).toBe(false)
  })

  test('without a program the attack goes through', () => {
    const r = run(INERT, SMALL_WORLDS.login)
    expect(r.calls('execve')).toEqual([0, 0, 0])
    expect(r.events.some((e) => e.kind === 'syscall' && e.args[0] === '/tmp/.x' && e.result >= 0)).toBe(true)
  })
})

describe('the miner', () => {
  test('an execution of what was downloaded is told with its container, and stopped', () => {
    const source = (stop: string): string => `
struct alert { u64 cgroup; int pid; char comm[16]; char path[16]; char pod[32]; };
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } alerts SEC(".maps");
SEC("lsm/bprm_check_security") int BPF_PROG(exec, struct linux_binprm *bprm)
{
  char path[16] = {};
  bpf_probe_read_kernel_str(path, sizeof(path), BPF_CORE_READ(bprm, filename));
  if (path[1] != 't' || path[2] != 'm' || path[3] != 'p') return 0;
  struct alert *a = bpf_ringbuf_reserve(&alerts, sizeof(*a), 0);
  if (!a) return 0;
  struct task_struct *task = (void *)bpf_get_current_task();
  a->cgroup = bpf_get_current_cgroup_id();
  a->pid = bpf_get_current_pid_tgid() >> 32;
  bpf_get_current_comm(a->comm, sizeof(a->comm));
  __builtin_memcpy(a->path, path, sizeof(path));
  bpf_probe_read_kernel_str(a->pod, sizeof(a->pod), BPF_CORE_READ(task, nsproxy, uts_ns, name.nodename));
  bpf_ringbuf_submit(a, 0);
  return ${stop};
}`
    const [log] = viewsOf(source('-1'), SMALL_WORLDS.miner, [{ kind: 'log', map: 'alerts', type: 'alert', format: '{pod} {comm} {path}' }])
    expect(log.kind === 'log' && log.lines.map((l) => l.text)).toEqual(['shop sh /tmp/xmrig'])
    const mines = (r: ReturnType<typeof run>): boolean =>
      r.events.some((e) => e.kind === 'syscall' && e.name === 'connect' && e.comm === 'xmrig')
    expect(mines(run(source('-1'), SMALL_WORLDS.miner))).toBe(false)
    expect(mines(run(source('0'), SMALL_WORLDS.miner))).toBe(true)
  })
})

describe('the shadow file', () => {
  test('is closed to users by its mode, and to root by a hook', () => {
    expect(run(INERT, SMALL_WORLDS.shadow).calls('openat')).toEqual([-13, 3, 3])
    const r = run(
      `
SEC("lsm/file_open") int BPF_PROG(guard, struct file *file)
{
  char name[8] = {};
  bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(file, f_path.dentry, d_name.name));
  return name[0] == 's' && name[1] == 'h' && name[2] == 'a' && name[3] == 'd' ? -1 : 0;
}`,
      SMALL_WORLDS.shadow,
    )
    expect(r.calls('openat')).toEqual([-13, -1, 3])
    expect(r.events.flatMap((e) => (e.kind === 'syscall' && e.name === 'wait4' ? [e.result > 0] : []))).toEqual([true, true, true])
  })
})
