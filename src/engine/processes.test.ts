// Processes as programs see them: C programs compiled by our compiler, one or more for each kind of hook, over small scripts of system calls. What they
// write into maps is compared with what the scenario says.
import { describe, expect, test } from 'vitest'
import { logged, type ScenarioNode } from '../kernel/index.ts'
import { drive, HOST, prepare, run, SHELL, text, viewsOf } from '../testkit/small-world.ts'

describe('hooks of system calls', () => {
  test('tracepoint syscalls/sys_enter_openat and its exit', () => {
    const r = run(
      `
struct rec { long dfd; long flags; int nr; int pid; char name[32]; long ret; char comm[16]; };
struct rec out;
SEC("tp/syscalls/sys_enter_openat") int enter(struct trace_event_raw_sys_enter *ctx)
{
  out.dfd = ctx->args[0]; out.flags = ctx->args[2]; out.nr = ctx->id;
  out.pid = bpf_get_current_pid_tgid() >> 32;
  bpf_probe_read_user_str(out.name, sizeof(out.name), (void *)ctx->args[1]);
  bpf_get_current_comm(out.comm, sizeof(out.comm));
  return 0;
}
SEC("tracepoint/syscalls/sys_exit_openat") int leave(struct trace_event_raw_sys_exit *ctx) { out.ret = ctx->ret; return 0; }`,
      { acts: 'open /etc/hosts r' },
    )
    const out = r.bytes('.bss')
    expect(out.getBigInt64(0, true)).toBe(-100n)
    expect(out.getBigInt64(8, true)).toBe(0n)
    expect([out.getInt32(16, true), out.getInt32(20, true)]).toEqual([257, 700])
    expect(text(out, 24)).toBe('/etc/hosts')
    expect(out.getBigInt64(56, true)).toBe(3n)
    expect(text(out, 64)).toBe('bash')
    expect(r.calls('openat')).toEqual([3])
  })
})

describe('hooks of functions of the kernel', () => {
  test('raw tracepoints of all system calls, as raw_tp and as tracepoint', () => {
    const r = run(
      `
struct { long nr; long path; long ret; long first; char name[16]; } out;
SEC("raw_tp/sys_enter") int enter(struct bpf_raw_tracepoint_args *ctx)
{
  struct pt_regs *regs = (void *)ctx->args[0];
  if (ctx->args[1] != 83) return 0;
  out.nr = ctx->args[1];
  out.path = PT_REGS_PARM1_CORE(regs);
  bpf_probe_read_user_str(out.name, sizeof(out.name), (void *)out.path);
  return 0;
}
SEC("raw_tp/sys_exit") int leave(struct bpf_raw_tracepoint_args *ctx)
{
  struct pt_regs *regs = (void *)ctx->args[0];
  if (BPF_CORE_READ(regs, orig_ax) == 83) out.ret = ctx->args[1];
  return 0;
}
SEC("tp/raw_syscalls/sys_enter") int rec(struct trace_event_raw_sys_enter *ctx) { if (ctx->id == 83) out.first = ctx->args[1]; return 0; }`,
      { acts: 'mkdir /srv/new 0750' },
    )
    const out = r.bytes('.bss')
    expect(out.getBigInt64(0, true)).toBe(83n)
    expect(out.getBigInt64(16, true)).toBe(0n)
    expect(out.getBigInt64(24, true)).toBe(0o750n)
    expect(text(out, 32)).toBe('/srv/new')
  })

  test('kprobe, kretprobe, ksyscall, kprobe.multi and kprobe.session', () => {
    const r = run(
      `
struct { int dfd; int flags; long ret; int sysflags; int many; int session; long sret; long ip; char name[16]; char sys[16]; } out;
SEC("kprobe/do_sys_openat2") int BPF_KPROBE(k, int dfd, const char *filename, struct open_how *how)
{
  out.dfd = dfd; out.flags = BPF_CORE_READ(how, flags); out.ip = bpf_get_func_ip(ctx);
  bpf_probe_read_user_str(out.name, sizeof(out.name), filename);
  return 0;
}
SEC("kretprobe/do_sys_openat2") int BPF_KRETPROBE(kr, long ret) { out.ret = ret; return 0; }
SEC("ksyscall/openat") int BPF_KSYSCALL(ks, int dfd, const char *filename, int flags)
{
  out.sysflags = flags;
  bpf_probe_read_user_str(out.sys, sizeof(out.sys), filename);
  return 0;
}
SEC("kprobe.multi/vfs_*") int BPF_KPROBE(multi) { out.many++; return 0; }
SEC("kprobe.session/vfs_read") int BPF_KPROBE(session)
{
  out.session++;
  out.sret = PT_REGS_RC(ctx);
  return 0;
}`,
      { acts: 'open /etc/hosts rw as f\nread f 5\nwrite f "abc"\nopen /nowhere/x r || exit 3' },
    )
    const out = r.bytes('.bss')
    expect([out.getInt32(0, true), out.getInt32(4, true), out.getInt32(16, true)]).toEqual([-100, 0, 0])
    expect(r.calls('openat')[0]).toBe(3)
    expect(out.getBigInt64(8, true)).toBe(BigInt(r.calls('openat')[1]))
    // vfs_open twice, vfs_read and vfs_write
    expect(out.getInt32(20, true)).toBe(4)
    // At the entry and at the return.
    expect(out.getInt32(24, true)).toBe(2)
    expect(out.getBigInt64(32, true)).toBe(5n)
    expect(out.getBigUint64(40, true) >> 32n).toBe(0xffffffffn)
    expect(text(out, 48)).toBe('/nowhere/x')
    expect(text(out, 64)).toBe('/nowhere/x')
  })

  test('fentry and fexit with pointers that the kernel knows', () => {
    const r = run(
      `
struct { long count; long ret; long mode; long ino; char name[16]; char dir[16]; char fs[16]; } out;
SEC("fentry/vfs_read") int BPF_PROG(fe, struct file *file, char *buf, size_t count)
{
  struct dentry *d = file->f_path.dentry;
  out.count = count;
  out.mode = file->f_inode->i_mode;
  out.ino = file->f_inode->i_ino;
  bpf_probe_read_kernel_str(out.name, sizeof(out.name), d->d_name.name);
  bpf_probe_read_kernel_str(out.dir, sizeof(out.dir), d->d_parent->d_name.name);
  bpf_probe_read_kernel_str(out.fs, sizeof(out.fs), file->f_inode->i_sb->s_type->name);
  return 0;
}
SEC("fexit/vfs_read") int BPF_PROG(fx, struct file *file, char *buf, size_t count, loff_t *pos, ssize_t ret) { out.ret = ret; return 0; }`,
      {
        nodes: [HOST, SHELL, { kind: 'file', name: 'motd', on: 'web', path: '/etc/motd', text: 'welcome\n', mode: 0o640 }],
        acts: 'open /etc/motd r as f\nread f 100',
      },
    )
    const out = r.bytes('.bss')
    expect([0, 8, 16].map((at) => Number(out.getBigInt64(at, true)))).toEqual([100, 8, 0o100640])
    expect([text(out, 32), text(out, 48), text(out, 64)]).toEqual(['motd', 'etc', 'ext4'])
  })
})

describe('what programs decide', () => {
  const SHADOW = `
static __always_inline int is_shadow(struct file *file)
{
  char name[8] = {};
  bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(file, f_path.dentry, d_name.name));
  return name[0] == 's' && name[1] == 'h' && name[2] == 'a' && name[3] == 'd';
}
`
  test('a denied open fails, and the script goes on accordingly', () => {
    const r = run(
      `${SHADOW}
SEC("lsm/file_open") int BPF_PROG(deny, struct file *file, int ret) { if (ret) return ret; return is_shadow(file) ? -1 : 0; }`,
      { acts: 'open /etc/shadow r as f || mkdir /tmp/denied\nopen /etc/passwd r' },
    )
    expect(r.calls('openat')).toEqual([-1, 3])
    expect(r.calls('mkdir')).toEqual([0])
  })

  test('fmod_ret on a security function is seen as its result', () => {
    const r = run(
      `${SHADOW}\nSEC("fmod_ret/security_file_open") int BPF_PROG(mod, struct file *file, int ret) { return is_shadow(file) ? -13 : 0; }`,
      {
        acts: 'open /etc/shadow r\nopen /etc/passwd r',
      },
    )
    expect(r.calls('openat')).toEqual([-13, 3])
  })

  test('an overridden return value is seen, and the body does not run', () => {
    const r = run(
      `
long seen;
SEC("kprobe/__x64_sys_mkdir") int BPF_KPROBE(over) { bpf_override_return(ctx, -28); return 0; }
SEC("kprobe/do_mkdirat") int BPF_KPROBE(inner) { seen++; return 0; }
SEC("kretprobe/__x64_sys_mkdir") int BPF_KRETPROBE(after, long ret) { if (ret == -28) seen += 100; return 0; }`,
      { acts: 'mkdir /tmp/x || mkdir /tmp/y' },
    )
    expect(r.calls('mkdir')).toEqual([-28, -28])
    expect(r.bytes('.bss').getBigInt64(0, true)).toBe(200n)
  })

  test('a killed process ends: what stands behind in its script is not done', () => {
    const r = run(
      `
SEC("tp/syscalls/sys_enter_execve") int kill(struct trace_event_raw_sys_enter *ctx)
{
  char path[16];
  bpf_probe_read_user_str(path, sizeof(path), (void *)ctx->args[0]);
  if (path[5] == 'x') bpf_send_signal(9);
  return 0;
}`,
      { acts: 'fork child {\n exec /tmp/xmrig -o pool\n mkdir /tmp/owned\n}\nwait child\nmkdir /tmp/mine' },
    )
    expect(r.calls('mkdir')).toEqual([0])
    const ends = r.events.filter((e) => e.kind === 'process' && e.what === 'killed')
    // A pending SIGKILL keeps execve from copying its arguments (-ERESTARTNOHAND): it dies under its old name.
    expect(ends.map((e) => e.kind === 'process' && e.comm)).toEqual(['bash'])
    expect(r.calls('execve')).toEqual([-514])
    expect(r.calls('wait4')).toEqual([1200])
  })

  test('what bpf_probe_write_user writes is what the system call then reads', () => {
    const r = run(
      `
SEC("tp/syscalls/sys_enter_openat") int redirect(struct trace_event_raw_sys_enter *ctx)
{
  char path[] = "/etc/issue";
  bpf_probe_write_user((void *)ctx->args[1], path, sizeof(path));
  return 0;
}
struct { char name[16]; } out;
SEC("kprobe/vfs_open") int BPF_KPROBE(opened, const struct path *path)
{
  bpf_probe_read_kernel_str(out.name, sizeof(out.name), BPF_CORE_READ(path, dentry, d_name.name));
  return 0;
}`,
      { acts: 'open /etc/shadow r' },
    )
    expect(text(r.bytes('.bss'), 0)).toBe('issue')
  })
})

describe('processes', () => {
  test('exec: the task, its parents, its binary, its namespaces and cgroup', () => {
    const r = run(
      `
struct { int pid; int ppid; int vpid; unsigned inum; int level; int uid; long argc; char comm[16]; char file[32]; char exe[16]; char cg[80]; char args[32]; char parent[16]; unsigned long long cgid; } out;
SEC("tp_btf/sched_process_exec") int BPF_PROG(exec, struct task_struct *p, pid_t old, struct linux_binprm *bprm)
{
  struct mm_struct *mm = p->mm;
  unsigned long start = mm->arg_start;
  out.pid = p->tgid;
  out.ppid = BPF_CORE_READ(p, real_parent, tgid);
  out.inum = BPF_CORE_READ(p, nsproxy, pid_ns_for_children, ns.inum);
  out.level = BPF_CORE_READ(p, thread_pid, level);
  struct pid *pid = BPF_CORE_READ(p, thread_pid);
  struct upid upid;
  bpf_probe_read_kernel(&upid, sizeof(upid), &pid->numbers[out.level & 3]);
  out.vpid = upid.nr;
  out.uid = BPF_CORE_READ(p, cred, uid.val);
  out.argc = bprm->argc;
  out.cgid = bpf_get_current_cgroup_id();
  bpf_probe_read_kernel_str(out.comm, sizeof(out.comm), p->comm);
  bpf_probe_read_kernel_str(out.parent, sizeof(out.parent), BPF_CORE_READ(p, real_parent, comm));
  bpf_probe_read_kernel_str(out.file, sizeof(out.file), bprm->filename);
  bpf_probe_read_kernel_str(out.exe, sizeof(out.exe), BPF_CORE_READ(mm, exe_file, f_path.dentry, d_name.name));
  bpf_probe_read_kernel_str(out.cg, sizeof(out.cg), BPF_CORE_READ(p, cgroups, dfl_cgrp, kn, name));
  bpf_probe_read_user(out.args, sizeof(out.args), (void *)start);
  return 0;
}`,
      {
        nodes: [
          HOST,
          { kind: 'pod', name: 'shop', host: 'web', address: '10.1.0.5/24', labels: { app: 'shop' } },
          { kind: 'process', name: 'app', on: 'shop', exe: '/usr/local/bin/shop', pid: 900, uid: 1000 },
        ],
        stimuli: [{ kind: 'acts', process: 'app', text: 'run /usr/bin/curl -s http://db/' }],
      },
    )
    const out = r.bytes('.bss')
    const ints = [0, 4, 8, 16, 20].map((at) => out.getInt32(at, true))
    expect(ints.slice(1)).toEqual([900, 2, 1, 1000])
    expect(out.getUint32(12, true)).toBeGreaterThan(0xf0000000)
    expect(out.getBigInt64(24, true)).toBe(3n)
    expect([text(out, 32), text(out, 48), text(out, 80)]).toEqual(['curl', '/usr/bin/curl', 'curl'])
    expect(text(out, 96)).toMatch(/^cri-containerd-[0-9a-f]{64}/)
    expect(text(out, 176)).toBe('/usr/bin/curl')
    expect(text(out, 176 + 14)).toBe('-s')
    expect(text(out, 208)).toBe('shop')
  })

  test('fork, exit and the scheduler fire with the tasks they are about', () => {
    const r = run(
      `
struct { int parent; int child; int exit; int code; int newtask; int group; long switches; long wakeups; } out;
SEC("tp/sched/sched_process_fork") int fork(struct trace_event_raw_sched_process_fork *ctx) { out.parent = ctx->parent_pid; out.child = ctx->child_pid; return 0; }
SEC("tp_btf/sched_process_exit") int BPF_PROG(leave, struct task_struct *p, bool group_dead) { out.exit = p->pid; out.code = p->exit_code >> 8; out.group = group_dead; return 0; }
SEC("raw_tp/task_newtask") int newtask(struct bpf_raw_tracepoint_args *ctx) { struct task_struct *p = (void *)ctx->args[0]; out.newtask = BPF_CORE_READ(p, pid); return 0; }
SEC("tp_btf/sched_switch") int BPF_PROG(sw, bool preempt, struct task_struct *prev, struct task_struct *next) { if (next->pid == out.child && out.child) out.switches++; return 0; }
SEC("tp/sched/sched_wakeup_new") int wake(void *ctx) { out.wakeups++; return 0; }`,
      { acts: 'fork worker {\n sleep 1ms\n exit 7\n}\nwait worker' },
    )
    const out = r.bytes('.bss')
    expect([0, 4, 8, 12, 16, 20].map((at) => out.getInt32(at, true))).toEqual([700, 1200, 1200, 7, 1200, 1])
    expect(Number(out.getBigInt64(24, true))).toBe(2)
    expect(Number(out.getBigInt64(32, true))).toBe(1)
  })

  test('waiting for a CPU is seen between wakeup and switch', () => {
    const r = run(
      `
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 64); __type(key, u32); __type(value, u64); } start SEC(".maps");
struct { u64 longest; u64 count; } out;
SEC("tp_btf/sched_wakeup_new") int BPF_PROG(wakeup, struct task_struct *p) { u32 pid = p->pid; u64 ts = bpf_ktime_get_ns(); bpf_map_update_elem(&start, &pid, &ts, 0); return 0; }
SEC("tp_btf/sched_switch") int BPF_PROG(sw, bool preempt, struct task_struct *prev, struct task_struct *next)
{
  u32 pid = next->pid;
  u64 *ts = bpf_map_lookup_elem(&start, &pid);
  if (!ts) return 0;
  u64 d = bpf_ktime_get_ns() - *ts;
  if (d > out.longest) out.longest = d;
  out.count++;
  bpf_map_delete_elem(&start, &pid);
  return 0;
}`,
      {
        acts: 'fork a { \n spin 12ms in main>hash\n}\nfork b {\n spin 12ms\n}\nfork c {\n spin 12ms\n}\nfork d {\n spin 12ms\n}\nwait\nwait\nwait\nwait',
      },
    )
    const out = r.bytes('.bss')
    expect(out.getBigUint64(8, true)).toBe(4n)
    // Four tasks on two CPUs: one has to wait for another's slice.
    expect(Number(out.getBigUint64(0, true))).toBeGreaterThan(1_000_000)
  })
})

describe('the scheduler', () => {
  test('tasks that share CPUs take turns of a slice, and compute as long as they are told to', () => {
    const r = run('SEC("tp/sched/sched_process_exit") int leave(void *ctx) { return 0; }', {
      acts: 'fork a {\n spin 20ms\n}\nfork b {\n spin 20ms\n}\nfork c {\n spin 20ms\n}\nwait\nwait\nwait',
    })
    const ends = r.events.filter((e) => e.kind === 'process' && e.what === 'exit')
    // 60 ms of work on two CPUs.
    expect(ends.at(-1)!.atNs / 1e6).toBeGreaterThan(30)
    expect(ends.at(-1)!.atNs / 1e6).toBeLessThan(42)
    const switches = r.events.filter((e) => e.kind === 'process' && e.what === 'switch')
    expect(switches.length).toBeGreaterThan(10)
    expect(switches.length).toBeLessThan(40)
  })
})

describe('user space', () => {
  test('uprobe and uretprobe on functions of a program and of a library', () => {
    const r = run(
      `
struct { long n; long ip; long ret; char line[16]; char sent[24]; long len; } out;
SEC("uretprobe//bin/bash:readline") int BPF_URETPROBE(line, void *ret) { bpf_probe_read_user_str(out.line, sizeof(out.line), ret); out.ret++; return 0; }
SEC("uprobe//usr/lib/x86_64-linux-gnu/libssl.so.3:SSL_write") int BPF_UPROBE(ssl, void *s, const char *buf, int len)
{
  out.len = len;
  bpf_probe_read_user_str(out.sent, sizeof(out.sent), buf);
  return 0;
}`,
      { acts: "call readline '$ ' = 'cat /etc/shadow'\ncall libssl.so.3:SSL_write 0x1 'GET / HTTP/1.1' 14 = 14" },
    )
    const out = r.bytes('.bss')
    expect(out.getBigInt64(16, true)).toBe(1n)
    expect(text(out, 24)).toBe('cat /etc/shadow')
    expect(text(out, 40)).toBe('GET / HTTP/1.1')
    expect(out.getBigInt64(64, true)).toBe(14n)
  })

  test('samples have the stack of user space', () => {
    const r = run(
      `
struct key { int pid; int stack; };
struct { __uint(type, BPF_MAP_TYPE_STACK_TRACE); __uint(max_entries, 128); __uint(key_size, 4); __uint(value_size, 127 * 8); } stacks SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 128); __type(key, struct key); __type(value, u64); } counts SEC(".maps");
SEC("perf_event") int sample(struct bpf_perf_event_data *ctx)
{
  struct key key = { .pid = bpf_get_current_pid_tgid() >> 32, .stack = bpf_get_stackid(ctx, &stacks, BPF_F_USER_STACK) };
  u64 one = 1, *n = bpf_map_lookup_elem(&counts, &key);
  if (!key.pid) return 0;
  if (n) (*n)++; else bpf_map_update_elem(&counts, &key, &one, 0);
  return 0;
}`,
      { acts: 'spin 50ms in compute>hash\nspin 30ms in compute>sort', targets: { sample: '1000' } },
    )
    const rows = r.kernel.maps.find((m) => m.def.name === 'counts')!.entries()
    const numbers = rows
      .map(({ value }) => Number(new DataView(value.buffer, value.byteOffset).getBigUint64(0, true)))
      .sort((a, b) => b - a)
    expect(numbers.length).toBe(2)
    expect(numbers[0]).toBeGreaterThan(45)
    expect(numbers[1]).toBeGreaterThan(26)
  })
})

describe('sockets', () => {
  const SERVER: ScenarioNode = { kind: 'process', name: 'server', on: 'web', exe: '/usr/sbin/nginx', pid: 800 }
  const SERVE = 'serve 80 {\n accept server as c\n read c 4096\n spin 2ms in handle\n respond c 200 "hello"\n close c\n}'

  test('a request goes from one process to another, with nothing changed in either', () => {
    const r = run(
      `
struct ev { int pid; int fd; long len; char data[32]; };
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } events SEC(".maps");
SEC("tp/syscalls/sys_enter_write") int enter(struct trace_event_raw_sys_enter *ctx)
{
  struct ev *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
  if (!e) return 0;
  e->pid = bpf_get_current_pid_tgid() >> 32; e->fd = ctx->args[0]; e->len = ctx->args[2];
  bpf_probe_read_user(e->data, sizeof(e->data), (void *)ctx->args[1]);
  bpf_ringbuf_submit(e, 0);
  return 0;
}
struct { int family; int dport; unsigned daddr; int states; char last[4]; int sport; } out;
SEC("kprobe/tcp_v4_connect") int BPF_KPROBE(conn, struct sock *sk, struct sockaddr *uaddr)
{
  struct sockaddr_in in;
  bpf_probe_read_kernel(&in, sizeof(in), uaddr);
  out.family = in.sin_family;
  return 0;
}
SEC("fexit/tcp_v4_connect") int BPF_PROG(connected, struct sock *sk) { out.dport = __builtin_bswap16(sk->__sk_common.skc_dport); out.daddr = sk->__sk_common.skc_daddr; return 0; }
SEC("tp/sock/inet_sock_set_state") int state(struct trace_event_raw_inet_sock_set_state *ctx)
{
  out.states++;
  if (ctx->newstate == 1 && ctx->dport == 80) out.sport = ctx->sport;
  return 0;
}`,
      {
        nodes: [HOST, SHELL, SERVER],
        stimuli: [
          { kind: 'acts', process: 'server', text: SERVE },
          { kind: 'acts', process: 'shell', atMs: 1, text: 'http GET http://web/cart' },
        ],
      },
    )
    expect(r.calls('connect')).toEqual([0])
    expect(r.calls('accept4')).toEqual([4])
    const out = r.bytes('.bss')
    expect([0, 4].map((at) => out.getInt32(at, true))).toEqual([2, 80])
    expect(out.getUint32(8, true)).toBe(0x0100000a)
    expect(out.getInt32(20, true)).toBeGreaterThanOrEqual(40_000)
    const sent = r.events.flatMap((e) => (e.kind === 'syscall' && e.name === 'write' ? [`${e.pid} ${e.result}`] : []))
    expect(sent).toEqual(['700 33', '800 43'])
    expect(r.calls('read')).toEqual([33, 43])
  })

  test('a refused connection, and one that a security hook denies', () => {
    const r = run(
      `
SEC("lsm/socket_connect") int BPF_PROG(deny, struct socket *sock, struct sockaddr *address, int addrlen, int ret)
{
  struct sockaddr_in *in = (void *)address;
  unsigned short port = 0;
  bpf_probe_read_kernel(&port, sizeof(port), &in->sin_port);
  return port == __builtin_bswap16(4444) ? -1 : 0;
}`,
      { acts: 'connect 10.0.0.1:81\nconnect 203.0.113.7:4444' },
    )
    expect(r.calls('connect')).toEqual([-111, -1])
  })
})

describe('programs that user space runs', () => {
  test('an iterator over tasks, and a program of type syscall', () => {
    const r = run(
      `
SEC("iter/task") int dump(struct bpf_iter__task *ctx)
{
  struct seq_file *seq = ctx->meta->seq;
  struct task_struct *task = ctx->task;
  if (!task) { BPF_SEQ_PRINTF(seq, "end\\n"); return 0; }
  if (task->pid < 1000) BPF_SEQ_PRINTF(seq, "%d %s\\n", task->pid, task->comm);
  return 0;
}
SEC("syscall") int twice(unsigned *ctx) { return *ctx * 2; }`,
      { acts: 'iter dump\nprog twice 15000000' },
    )
    const notes = r.events.flatMap((e) => (e.kind === 'note' ? [e.text] : []))
    expect(notes).toEqual(['1 systemd\n700 bash\nend\n', 'twice: 42, 4 bytes'])
  })

  test('what is not modelled is named', () => {
    const r = run(
      `SEC("kprobe/tcp_retransmit_skb") int a(void *ctx) { return 0; }\nSEC("tp/block/block_rq_issue") int b(void *ctx) { return 0; }`,
      { acts: 'mkdir /a' },
    )
    expect(r.unsupported).toEqual(['kprobe on tcp_retransmit_skb', 'tracepoint block/block_rq_issue'])
  })
})

describe('time', () => {
  const SOURCE = `
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 256); __type(key, u64); __type(value, u64); } start SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 32); __type(key, u32); __type(value, u64); } hist SEC(".maps");
SEC("raw_tp/sys_enter") int enter(void *ctx) { u64 id = bpf_get_current_pid_tgid(), ts = bpf_ktime_get_ns(); bpf_map_update_elem(&start, &id, &ts, 0); return 0; }
SEC("raw_tp/sys_exit") int leave(void *ctx)
{
  u64 id = bpf_get_current_pid_tgid(), *ts = bpf_map_lookup_elem(&start, &id);
  if (!ts) return 0;
  u64 us = (bpf_ktime_get_ns() - *ts) / 1000;
  u32 slot = 0;
  for (int i = 0; i < 31; i++) { if (us > 1) { us >>= 1; slot++; } }
  u64 *n = bpf_map_lookup_elem(&hist, &slot);
  if (n) __sync_fetch_and_add(n, 1);
  bpf_printk("%d %d", id >> 32, slot);
  return 0;
}`
  const ACTS =
    'repeat 5 {\n open /etc/hosts r as f\n read f 10 takes 3ms\n close f\n}\nfork w {\n sleep 2ms\n spin 4ms in a>b\n}\nwait w\nrun /bin/true'

  test('two runs are the same, and so on both engines', () => {
    const lines = (['interp', 'interp', 'jit'] as const).map((engine) => logged(run(SOURCE, { acts: ACTS, engine }).kernel.printk))
    expect(lines[0].length).toBeGreaterThan(20)
    expect(lines[1]).toEqual(lines[0])
    expect(lines[2]).toEqual(lines[0])
  })

  test('a world goes back to any event and comes to the same end', () => {
    const { kernel, world } = prepare(SOURCE, { acts: ACTS })
    const faults: string[] = []
    const saved = [world.save()]
    for (let i = 0; i < 12; i++) {
      drive(world, kernel, faults, 5)
      saved.push(world.save())
    }
    const ending = (): string => {
      drive(world, kernel, faults)
      const hist = kernel.maps
        .find((m) => m.def.name === 'hist')!
        .entries()
        .map(({ value }) => value.join())
      const events = Array.from({ length: world.events.count }, (_, i) => JSON.stringify(world.events.at(i)))
      return [...logged(kernel.printk), ...hist, ...events].join('\n')
    }
    const first = ending()
    expect(faults).toEqual([])
    for (const snapshot of [saved[7], saved[0], saved[12], saved[3]]) {
      world.restore(snapshot)
      expect(ending()).toBe(first)
    }
  })
})

describe('views of user space', () => {
  test('a log, a tree of processes and a value over time', () => {
    const views = viewsOf(
      `
struct event { int pid; int ppid; char comm[16]; char path[32]; };
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } events SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 16); __type(key, u32); __type(value, u64); } execs SEC(".maps");
SEC("tp/sched/sched_process_exec") int exec(struct trace_event_raw_sched_process_exec *ctx)
{
  struct task_struct *task = (void *)bpf_get_current_task();
  u32 zero = 0;
  u64 one = 1, *n = bpf_map_lookup_elem(&execs, &zero);
  if (n) (*n)++; else bpf_map_update_elem(&execs, &zero, &one, 0);
  struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
  if (!e) return 0;
  e->pid = ctx->pid;
  e->ppid = BPF_CORE_READ(task, real_parent, tgid);
  bpf_get_current_comm(e->comm, sizeof(e->comm));
  bpf_probe_read_kernel_str(e->path, sizeof(e->path), (void *)ctx + (ctx->__data_loc_filename & 0xffff));
  bpf_ringbuf_submit(e, 0);
  return 0;
}`,
      { acts: 'run /usr/bin/make all {\n run /usr/bin/cc -c a.c\n run /usr/bin/ld a.o\n}' },
      [
        { kind: 'log', map: 'events', type: 'event', format: '{comm}[{pid}] from {ppid}: {path}' },
        { kind: 'tree', map: 'events', type: 'event', id: 'pid', parent: 'ppid', label: '{comm}' },
        { kind: 'series', map: 'execs' },
        { kind: 'table', map: 'execs', title: 'Executions' },
        { kind: 'table', map: 'nothing' },
      ],
    )
    const [log, tree, series, table, missing] = views
    expect(log.kind === 'log' && log.lines.map((l) => l.text)).toEqual([
      'make[1200] from 700: /usr/bin/make',
      'cc[1201] from 1200: /usr/bin/cc',
      'ld[1202] from 1200: /usr/bin/ld',
    ])
    expect(tree.kind === 'tree' && tree.rows.map((r) => `${'  '.repeat(r.depth)}${r.label}`)).toEqual(['make', '  cc', '  ld'])
    expect(series.kind === 'series' && series.lines.map((l) => l.points.map((p) => p.value))).toEqual([[1, 2, 3]])
    expect(table).toMatchObject({ title: 'Executions', rows: [{ key: '0', value: '3' }] })
    expect(missing.fault).toBe('no map nothing')
  })

  test('a histogram and a flame graph', () => {
    const [hist, flame] = viewsOf(
      `
struct key { int pid; int user_stack; int kern_stack; char comm[16]; };
struct { __uint(type, BPF_MAP_TYPE_STACK_TRACE); __uint(max_entries, 128); __uint(key_size, 4); __uint(value_size, 127 * 8); } stacks SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 128); __type(key, struct key); __type(value, u64); } counts SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 16); __type(key, u32); __type(value, u32); } slots SEC(".maps");
SEC("perf_event") int sample(struct bpf_perf_event_data *ctx)
{
  struct key key = {};
  u32 slot = 2;
  key.pid = bpf_get_current_pid_tgid() >> 32;
  if (!key.pid) return 0;
  bpf_get_current_comm(key.comm, sizeof(key.comm));
  key.user_stack = bpf_get_stackid(ctx, &stacks, BPF_F_USER_STACK);
  key.kern_stack = bpf_get_stackid(ctx, &stacks, 0);
  u64 one = 1, *n = bpf_map_lookup_elem(&counts, &key);
  if (n) (*n)++; else bpf_map_update_elem(&counts, &key, &one, 0);
  u32 *s = bpf_map_lookup_elem(&slots, &slot);
  if (s) (*s)++;
  return 0;
}`,
      { acts: 'spin 40ms in compute>hash', targets: { sample: '500' } },
      [
        { kind: 'histogram', map: 'slots', log2: true, unit: 'us' },
        { kind: 'flame', map: 'counts', stacks: 'stacks' },
      ],
    )
    expect(hist.kind === 'histogram' && hist.groups[0].bars.map((b) => b.label)).toEqual(['0 -> 1', '2 -> 3', '4 -> 7'])
    expect(hist.kind === 'histogram' && hist.groups[0].bars[2].count).toBeGreaterThan(17)
    expect(flame.kind === 'flame' && flame.stacks.map((s) => s.frames.join(';'))).toEqual([
      'bash;_start;__libc_start_call_main;main;compute;hash',
    ])
  })
})
