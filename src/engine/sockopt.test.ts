// Programs on getsockopt() and setsockopt() of a cgroup, over system calls of a process: what they see, change, refuse and answer themselves.
import { expect, test } from 'vitest'
import type { ScenarioNode } from '../kernel/index.ts'
import { HOST, run, SHELL } from '../testkit/small-world.ts'

/** Notes what user space finds in its buffer after each getsockopt(). */
const WATCH = `
struct { int n; int length[16]; unsigned int value[16]; } seen;
unsigned long at_value, at_length;
SEC("tp/syscalls/sys_enter_getsockopt") int enter(struct trace_event_raw_sys_enter *ctx)
{
  at_value = ctx->args[3];
  at_length = ctx->args[4];
  return 0;
}
SEC("tp/syscalls/sys_exit_getsockopt") int leave(struct trace_event_raw_sys_exit *ctx)
{
  unsigned int n = seen.n++ & 15;
  bpf_probe_read_user(&seen.length[n], 4, (void *)at_length);
  bpf_probe_read_user(&seen.value[n], 4, (void *)at_value);
  return 0;
}
`
const EPERM = -1
const EFAULT = -14
const EINVAL = -22
const EOPNOTSUPP = -95

function seen(r: ReturnType<typeof run>): string[] {
  const view = r.bytes('.bss')
  return Array.from({ length: view.getInt32(0, true) }, (_, i) => `${view.getInt32(4 + 4 * i, true)}: ${view.getUint32(68 + 4 * i, true)}`)
}

test('a value is changed on its way in, refused, or set by the program alone', () => {
  const r = run(
    `${WATCH}
SEC("cgroup/setsockopt") int set(struct bpf_sockopt *ctx)
{
  unsigned char *optval = ctx->optval, *end = ctx->optval_end;
  if (optval + 4 > end)
    return 0;
  if (ctx->level == 77) { ctx->optlen = -1; return 1; }
  if (ctx->level != 1)
    return 1;
  switch (ctx->optname) {
  case 36: /* SO_MARK: 5 becomes 9, 0 is refused */
    if (*(unsigned int *)optval == 0)
      return 0;
    *(unsigned int *)optval = 9;
    ctx->optlen = 4;
    return 1;
  case 12: /* SO_PRIORITY becomes SO_MARK */
    ctx->optname = 36;
    ctx->optlen = 0;
    return 1;
  case 9:
    ctx->optlen = 17;
    return 1;
  case 6:
    bpf_set_retval(-95);
    return 0;
  case 2:
    bpf_set_retval(-1);
    bpf_set_retval(0);
    return 1;
  }
  return 1;
}`,
    {
      acts: `socket tcp as s
setsockopt s SOL_SOCKET SO_MARK 5
getsockopt s SOL_SOCKET SO_MARK
setsockopt s SOL_SOCKET SO_MARK 0
getsockopt s SOL_SOCKET SO_MARK
setsockopt s SOL_SOCKET SO_PRIORITY 33
getsockopt s SOL_SOCKET SO_MARK
getsockopt s SOL_SOCKET SO_PRIORITY
setsockopt s 77 1 1
setsockopt s SOL_SOCKET SO_KEEPALIVE 1
setsockopt s SOL_SOCKET SO_BROADCAST 1
setsockopt s SOL_SOCKET SO_REUSEADDR 1
getsockopt s SOL_SOCKET SO_REUSEADDR
setsockopt s SOL_SOCKET SO_DONTROUTE 'x'`,
    },
  )
  expect(r.calls('setsockopt')).toEqual([0, EPERM, 0, 0, EFAULT, EOPNOTSUPP, 0, EINVAL])
  expect(seen(r)).toEqual(['4: 9', '4: 9', '4: 33', '4: 0', '4: 1'])
})

test('an answer is changed on its way out, given in place of an error, cut and too long', () => {
  const r = run(
    `${WATCH}
struct { int retvals[8]; int optlens[8]; int n; } told SEC(".data.told") = { .n = 0 };
SEC("cgroup/getsockopt") int get(struct bpf_sockopt *ctx)
{
  unsigned int *optval = ctx->optval, *end = ctx->optval_end;
  unsigned int i = told.n++ & 7;
  told.retvals[i] = ctx->retval;
  told.optlens[i] = ctx->optlen;
  if (ctx->level == 77) { /* nobody knows it: the program answers */
    if (optval + 1 > end)
      return 0;
    *optval = 1234;
    ctx->optlen = 4;
    ctx->retval = 0;
    return 1;
  }
  if (ctx->level == 1 && ctx->optname == 8) { /* SO_RCVBUF: two bytes of it */
    ctx->optlen = 2;
    return 1;
  }
  if (ctx->level == 1 && ctx->optname == 3) { /* SO_TYPE */
    ctx->optlen = 5;
    return 1;
  }
  if (ctx->level == 1 && ctx->optname == 9 && optval + 1 <= end) { /* SO_KEEPALIVE: what is not told does not go out */
    *optval = 77;
    ctx->optlen = 0;
  }
  if (ctx->level == 1 && ctx->optname == 4)
    return 0;
  return 1;
}`,
    {
      acts: `socket tcp as s
getsockopt s 77 1
getsockopt s 78 1
getsockopt s SOL_SOCKET SO_RCVBUF
getsockopt s SOL_SOCKET SO_TYPE
getsockopt s SOL_SOCKET SO_KEEPALIVE
getsockopt s SOL_SOCKET SO_ERROR`,
    },
  )
  expect(r.calls('getsockopt')).toEqual([0, EOPNOTSUPP, 0, EFAULT, 0, EPERM])
  // Two bytes of 131072 are zeros over what the kernel had put there already.
  expect(seen(r)).toEqual(['4: 1234', '4: 0', '2: 131072', '4: 1', '4: 0', '4: 0'])
  const told = r.bytes('.data.told')
  expect([0, 1, 2, 3].map((i) => [told.getInt32(4 * i, true), told.getInt32(32 + 4 * i, true)])).toEqual([
    [EOPNOTSUPP, 4],
    [EOPNOTSUPP, 4],
    [0, 4],
    [0, 4],
  ])
})

test('values longer than a page are seen in part and go on as they came', () => {
  const source = (optlen: string): string => `
SEC("cgroup/setsockopt") int set(struct bpf_sockopt *ctx)
{
  if (ctx->optval_end - ctx->optval != 4096 || ctx->optlen != 5000)
    return 0;
  ${optlen}
  return 1;
}`
  const long = `'${'a'.repeat(5000)}'`
  const of = (optlen: string): readonly number[] =>
    run(source(optlen), { acts: `socket tcp as s\nsetsockopt s SOL_TCP TCP_CONGESTION ${long}` }).calls('setsockopt')
  // No such congestion control: the kernel has looked. Behind the page nothing can be handed over; -2 is no length.
  expect(of('')).toEqual([-2])
  expect(of('ctx->optlen = 0;')).toEqual([-2])
  expect(of('ctx->optlen = -1;')).toEqual([0])
  expect(of('ctx->optlen = -2;')).toEqual([EFAULT])
})

test('the cgroup of the socket decides, its own programs first, and each sees what the one before it answered', () => {
  const nodes: ScenarioNode[] = [
    HOST,
    { ...SHELL, cgroup: '/a/b' } as ScenarioNode,
    { kind: 'process', name: 'other', on: 'web', exe: '/bin/sh', pid: 900, cgroup: '/c' },
  ]
  const r = run(
    `
struct { int inner; int outer; int before; int socket; int elsewhere; int mark; } out;
SEC("cgroup/setsockopt") int outer(struct bpf_sockopt *ctx)
{
  int mark = 5;
  if (out.outer++ == 0) {
    out.before = bpf_get_retval();
    out.socket = ctx->sk->family + 10 * ctx->sk->type;
    bpf_setsockopt(ctx->sk, 1, 36, &mark, 4);
    bpf_getsockopt(ctx->sk, 1, 36, &out.mark, 4);
  }
  return 1;
}
SEC("cgroup/setsockopt") int inner(struct bpf_sockopt *ctx)
{
  out.inner++;
  return ctx->optname != 9;
}
SEC("cgroup/setsockopt") int elsewhere(struct bpf_sockopt *ctx)
{
  out.elsewhere++;
  return 1;
}`,
    {
      nodes,
      targets: { outer: '/', inner: '/a', elsewhere: '/x' },
      stimuli: [
        { kind: 'acts', process: 'shell', text: 'socket tcp as s\nsetsockopt s SOL_SOCKET SO_KEEPALIVE 1' },
        { kind: 'acts', process: 'other', atMs: 5, text: 'socket udp as s\nsetsockopt s SOL_SOCKET SO_KEEPALIVE 1' },
      ],
    },
  )
  expect(r.calls('setsockopt')).toEqual([EPERM, 0])
  const out = r.bytes('.bss')
  // One of /a/b came to the inner program, both to the outer one; there it was refused already, and of AF_INET (2) and SOCK_STREAM (1).
  expect([0, 4, 8, 12, 16, 20].map((at) => out.getInt32(at, true))).toEqual([1, 2, EPERM, 12, 0, 5])
})

test('devices are opened as the programs of the cgroup allow', () => {
  const r = run(
    `
struct { int type[8]; int major[8]; int minor[8]; int n; } out;
SEC("cgroup/dev") int dev(struct bpf_cgroup_dev_ctx *ctx)
{
	unsigned int i = out.n++ & 7;
	out.type[i] = ctx->access_type;
	out.major[i] = ctx->major;
	out.minor[i] = ctx->minor;
	if (ctx->major == 1 && ctx->minor == 9)
		bpf_set_retval(-13);
	return ctx->major == 1 && (ctx->minor == 3 || (ctx->access_type >> 16) == 2);
}`,
    { acts: 'open /dev/null rw\nopen /dev/zero r\nopen /dev/zero w\nopen /dev/sda r\nopen /dev/urandom w\nopen /etc/hosts r' },
  )
  expect(r.calls('openat')).toEqual([3, 4, EPERM, EPERM, -13, 5])
  const out = r.bytes('.bss')
  const column = (at: number): number[] => [0, 1, 2, 3, 4].map((i) => out.getInt32(at + 4 * i, true))
  expect(column(0)).toEqual([0x60002, 0x20002, 0x40002, 0x20001, 0x40002])
  expect(column(32)).toEqual([1, 1, 1, 8, 1])
  expect(column(64)).toEqual([3, 5, 5, 0, 9])
})
