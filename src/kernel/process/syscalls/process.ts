// System calls that make, change and end processes: clone, execve, exit, wait, kill, credentials, namespaces, ptrace.
// Linux: kernel/fork.c, fs/exec.c, kernel/exit.c, kernel/signal.c, kernel/sys.c, kernel/ptrace.c.
import { EACCES, EAGAIN, EFAULT, EINVAL, ENOENT, EPERM } from '../../errno.ts'
import type { Happening } from '../../world/engine.ts'
import { call, security, trace } from '../calls.ts'
import { inodeOf, openFile, permission, words } from '../files.ts'
import { CLONE_FILES, CLONE_THREAD, CLONE_VM, constant, errno } from '../numbers.ts'
import { INIT_NS, makeTask, newCred, newNamespace, showTask } from '../objects.ts'
import type { Runtime } from '../runtime.ts'
import { wake } from '../schedule.ts'
import { exitGroup, exitTask, generate, reap } from '../signals.ts'
import type { NamespaceKind, Namespaces, SystemCall, TaskState } from '../state.ts'
import { make, pointer, put, textObject } from '../structs.ts'
import { forkSpace, read as readUser, spaceOf } from '../user-memory.ts'
import { int, type Outcome, type SyscallBody, size, userText } from './body.ts'
import { lookUp } from './files.ts'

const PRIO = 120
const COMM = 15
const MAX_ARGS = 64
const MAX_TASKS = 512
const MAY_EXEC = 1
/** -ERESTARTNOHAND */
const RESTART = -514n
const CAP_SYS_ADMIN = 1n << 21n
const CAP_SYS_PTRACE = 1n << 19n
const CAP_KILL = 1n << 5n
const CAP_SETUID = 1n << 7n
const CAP_SETGID = 1n << 6n

/** A list of pointers to texts, NULL at its end. */
function textsAt(rt: Runtime, t: TaskState, address: bigint | undefined): string[] {
  const out: string[] = []
  for (let i = 0; address && i < MAX_ARGS; i++) {
    const bytes = readUser(rt.state.spaces[t.mm], size(address) + 8 * i, 8)
    if (bytes.length < 8) break
    const at = new DataView(bytes.buffer).getBigUint64(0, true)
    if (at === 0n) break
    out.push(userText(rt, t, at) ?? '')
  }
  return out
}

function* execve(rt: Runtime, t: TaskState, args: readonly bigint[]): Happening<bigint> {
  const found = lookUp(rt, t, args[0])
  const path = userText(rt, t, args[0])
  if (!found || path === undefined) return BigInt(-EFAULT)
  const argv = textsAt(rt, t, args[1])
  const env = textsAt(rt, t, args[2])
  const { kernel: k, structs: s } = rt
  return yield* call(rt, 'do_execveat_common', [-100n, found.filename, args[1] ?? 0n, args[2] ?? 0n, 0n], function* () {
    const inode = inodeOf(rt, found.dentry)
    if (!inode) return BigInt(-ENOENT)
    // copy_strings() gives up where a fatal signal is pending.
    if (t.pending.length > 0) return RESTART
    if (inode.madeUp) inode.mode |= 0o111
    if (inode.kind !== 'file' || permission(t, inode, MAY_EXEC) !== 0) return BigInt(-EACCES)
    const file = openFile(rt, t, found.dentry, 0, 'file')
    const opened = yield* security(rt, 'file_open', [pointer(file.ram)])
    rt.state.files.delete(file.id)
    if (opened !== 0) return BigInt(opened)
    const name = pointer(textObject(rt, path))
    const cred = newCred(rt, t)
    const bprm = pointer(
      make(k, s, 'linux_binprm', {
        file: pointer(file.ram),
        filename: name,
        interp: name,
        argc: argv.length,
        envc: env.length,
        cred: pointer(cred),
        mm: pointer(t.obj.mm),
      }),
    )
    return yield* call(rt, 'bprm_execve', [bprm], function* () {
      const refused =
        (yield* security(rt, 'bprm_creds_for_exec', [bprm])) ||
        (yield* security(rt, 'bprm_check_security', [bprm], { name: 'security_bprm_check' }))
      if (refused !== 0) return BigInt(refused)
      yield* call(rt, 'begin_new_exec', [bprm], () => newImage(rt, t, found.dentry.path, path, argv, env, bprm))
      yield* trace(rt, 'sched/sched_process_exec', [pointer(t.obj.task), BigInt(t.tid), bprm], {
        filename: path,
        pid: t.tid,
        old_pid: t.tid,
      })
      rt.world.tell({ kind: 'process', atNs: rt.clock, node: t.node, pid: t.tid, ppid: t.ppid, what: 'exec', comm: t.comm })
      return 0n
    })
  })
}

/** The point of no return: new memory, new name. */
function* newImage(
  rt: Runtime,
  t: TaskState,
  exe: string,
  path: string,
  argv: readonly string[],
  env: readonly string[],
  bprm: bigint,
): Happening<bigint> {
  yield* trace(rt, 'sched/sched_prepare_exec', [pointer(t.obj.task), bprm], { interp: path, filename: path, pid: t.tid, comm: t.comm })
  yield* security(rt, 'bprm_committing_creds', [bprm])
  const old = t.comm
  const comm = exe.slice(exe.lastIndexOf('/') + 1).slice(0, COMM)
  yield* trace(rt, 'task/task_rename', [pointer(t.obj.task), pointer(textObject(rt, comm))], {
    pid: t.tid,
    oldcomm: old,
    newcomm: comm,
    oom_score_adj: 0,
  })
  t.mm = rt.state.spaces.length
  rt.state.spaces.push(spaceOf(exe, argv.length > 0 ? argv : [path], env))
  t.exe = exe
  t.argv = argv
  t.comm = comm
  t.ustack = []
  for (const frame of t.script) frame.call = undefined
  showTask(rt, t)
  yield* security(rt, 'bprm_committed_creds', [bprm])
  return 0n
}

/** What the act of a fork says of the child, before it is made. */
export interface ChildPlan {
  readonly name: string
  readonly block: number
}

const plans = new WeakMap<Runtime, ChildPlan>()
/** Handed over to the body of clone that is called next. */
export const planChild = (rt: Runtime, plan: ChildPlan): void => {
  plans.set(rt, plan)
}

function* clone(rt: Runtime, t: TaskState, flags: number): Happening<bigint> {
  const plan = plans.get(rt) ?? { name: '', block: -1 }
  plans.delete(rt)
  const args = words(rt, [BigInt(flags), 0n, 0n, 0n, 0n])
  return yield* call(rt, 'kernel_clone', [args], function* () {
    if (rt.state.tasks.size >= MAX_TASKS) return BigInt(-EAGAIN)
    let child: TaskState | undefined
    const made = yield* call(rt, 'copy_process', [0n, 0n, -1n, args], function* () {
      const fresh = childOf(rt, t, flags, plan)
      rt.state.tasks.set(fresh.key, fresh)
      makeTask(rt, fresh)
      const refused = yield* security(rt, 'task_alloc', [pointer(fresh.obj.task), BigInt(flags)])
      if (refused !== 0) {
        rt.state.tasks.delete(fresh.key)
        return BigInt(refused)
      }
      child = fresh
      yield* trace(rt, 'task/task_newtask', [pointer(fresh.obj.task), BigInt(flags)], {
        pid: fresh.tid,
        comm: fresh.comm,
        clone_flags: flags,
        oom_score_adj: 0,
      })
      return pointer(fresh.obj.task)
    })
    if (!child) return BigInt.asIntN(64, made)
    const task = pointer(child.obj.task)
    yield* trace(rt, 'sched/sched_process_fork', [pointer(t.obj.task), task], {
      parent_comm: t.comm,
      parent_pid: t.tid,
      child_comm: child.comm,
      child_pid: child.tid,
    })
    rt.world.tell({ kind: 'process', atNs: rt.clock, node: child.node, pid: child.tid, ppid: child.ppid, what: 'fork', comm: child.comm })
    const born = child
    yield* call(rt, 'wake_up_new_task', [task], function* () {
      yield* wake(rt, born, true)
      return 0n
    })
    return BigInt(child.tid)
  })
}

function childOf(rt: Runtime, t: TaskState, flags: number, plan: ChildPlan): TaskState {
  const { state } = rt
  const thread = (flags & CLONE_THREAD) !== 0
  const tid = state.nextPid++
  if (!(flags & CLONE_VM) && t.mm >= 0) state.spaces.push(forkSpace(state.spaces[t.mm]))
  const table = state.tables[t.files]
  if (flags & CLONE_FILES) table.users++
  else {
    state.tables.push({ fds: new Map(table.fds), ram: 0, users: 1 })
    for (const id of table.fds.values()) state.files.get(id)!.refs++
  }
  const inner = t.ns.pid !== INIT_NS.pid
  return {
    ...t,
    key: tid,
    tid,
    tgid: thread ? t.tgid : tid,
    name: plan.name,
    ppid: thread ? t.ppid : t.tgid,
    mm: flags & CLONE_VM ? t.mm : state.spaces.length - 1,
    files: flags & CLONE_FILES ? t.files : state.tables.length - 1,
    vpid: inner ? nextInner(rt, t) : tid,
    vtgid: thread ? t.vtgid : inner ? nextInner(rt, t) : tid,
    run: 'blocked',
    wait: undefined,
    startNs: rt.clock,
    runNs: 0,
    frames: [],
    ustack: thread ? [] : [...t.ustack],
    script: plan.block < 0 ? [] : [{ block: plan.block, at: 0, left: 0, strict: false, functions: 0, call: undefined }],
    ends: plan.block >= 0,
    acting: { bind: '', otherwise: -1, takesNs: -1 },
    sliceNs: 0,
    queued: [],
    // Both come back from the call; the child with 0.
    call: t.call,
    result: 0n,
    spinNs: 0,
    vars: { ...t.vars },
    pending: [],
    exitCode: 0,
    obj: { task: 0, stack: 0, cred: 0, signal: 0, sighand: 0, pid: 0, fs: 0, mm: 0, files: 0, nsproxy: 0 },
  }
}

const nextInner = (rt: Runtime, t: TaskState): number =>
  1 + Math.max(0, ...[...rt.state.tasks.values()].filter((o) => o.ns.pid === t.ns.pid).map((o) => o.vpid))

function* wait4(rt: Runtime, t: TaskState, pid: number): Happening<Outcome> {
  const children = [...rt.state.tasks.values()].filter(
    (o) => o.ppid === t.tgid && o.tid === o.tgid && o.run !== 'dead' && (pid === -1 || o.tgid === pid),
  )
  const done = children.find((o) => o.run === 'zombie')
  if (done) {
    yield* trace(rt, 'sched/sched_process_wait', [pointer(done.obj.pid)], { comm: t.comm, pid: done.tid, prio: PRIO })
    yield* reap(rt, done)
    return BigInt(done.tid)
  }
  return children.length === 0 ? BigInt(errno('ECHILD')) : { wait: { kind: 'child', pid } }
}

function* kill(rt: Runtime, t: TaskState, pid: number, signal: number): Happening<bigint> {
  const target = rt.state.tasks.get(pid)
  if (signal < 0 || signal > 64) return BigInt(-EINVAL)
  if (!target || target.run === 'dead' || target.tid <= 0) return BigInt(errno('ESRCH'))
  const info = make(rt.kernel, rt.structs, 'kernel_siginfo', { si_signo: signal, si_code: 0 })
  return yield* call(rt, 'do_send_sig_info', [BigInt(signal), pointer(info), pointer(target.obj.task), 1n], function* () {
    if (!(t.caps & CAP_KILL) && t.euid !== target.uid) return BigInt(-EPERM)
    const refused = yield* security(rt, 'task_kill', [pointer(target.obj.task), pointer(info), BigInt(signal), 0n])
    if (refused !== 0) return BigInt(refused)
    yield* generate(rt, target, signal)
    return 0n
  })
}

/** Whether the task has a capability, as cap_capable() and the hooks see it. */
function* capable(rt: Runtime, t: TaskState, cap: bigint): Happening<boolean> {
  const number = BigInt(cap.toString(2).length - 1)
  const args = [pointer(t.obj.cred), 0n, number, 0n]
  const has = yield* call(rt, 'cap_capable', args, () => (t.caps & cap ? 0n : BigInt(-EPERM)))
  return has === 0n && (yield* security(rt, 'capable', args)) === 0
}

function* setId(rt: Runtime, t: TaskState, which: 'uid' | 'gid', id: number): Happening<bigint> {
  return yield* call(rt, `__sys_set${which}`, [BigInt(id)], function* () {
    const may = yield* capable(rt, t, which === 'uid' ? CAP_SETUID : CAP_SETGID)
    if (!may && id !== (which === 'uid' ? t.uid : t.gid)) return BigInt(-EPERM)
    const next: TaskState = { ...t, caps: which === 'uid' && id !== 0 ? 0n : t.caps }
    if (which === 'uid') {
      next.uid = next.euid = id
    } else next.gid = id
    const fresh = newCred(rt, next)
    const refused = yield* security(rt, which === 'uid' ? 'task_fix_setuid' : 'task_fix_setgid', [pointer(fresh), pointer(t.obj.cred), 1n])
    if (refused !== 0) return BigInt(refused)
    yield* call(rt, 'commit_creds', [pointer(fresh)])
    t.uid = next.uid
    t.euid = next.euid
    t.gid = next.gid
    t.caps = next.caps
    t.obj.cred = fresh
    showTask(rt, t)
    return 0n
  })
}

const NAMESPACE_FLAGS: readonly (readonly [string, NamespaceKind])[] = [
  ['CLONE_NEWNS', 'mnt'],
  ['CLONE_NEWPID', 'pid'],
  ['CLONE_NEWNET', 'net'],
  ['CLONE_NEWUTS', 'uts'],
  ['CLONE_NEWIPC', 'ipc'],
  ['CLONE_NEWUSER', 'user'],
  ['CLONE_NEWCGROUP', 'cgroup'],
]

function* unshare(rt: Runtime, t: TaskState, flags: number): Happening<bigint> {
  return yield* call(rt, 'ksys_unshare', [BigInt(flags)], function* () {
    const wanted = NAMESPACE_FLAGS.filter(([name]) => flags & constant(name)!)
    if (wanted.length === 0) return 0n
    const rootless = wanted.some(([, kind]) => kind === 'user')
    if (!rootless && !(yield* capable(rt, t, CAP_SYS_ADMIN))) return BigInt(-EPERM)
    const ns: Record<NamespaceKind, number> = { ...(t.ns as Namespaces) }
    // The pid namespace is for children; their numbers are not modelled apart from the parent's.
    for (const [, kind] of wanted) if (kind !== 'pid') ns[kind] = newNamespace(rt)
    t.ns = ns
    showTask(rt, t)
    return 0n
  })
}

function* ptrace(rt: Runtime, t: TaskState, args: readonly bigint[]): Happening<bigint> {
  const target = rt.state.tasks.get(int(args[1]))
  const request = size(args[0])
  if (request === 0) return 0n
  if (!target || target.run === 'dead') return BigInt(errno('ESRCH'))
  const attaches = request === 16 || request === 0x4206
  if (!attaches) return 0n
  return yield* call(rt, 'ptrace_attach', [pointer(target.obj.task), args[0], 0n, 0n], function* () {
    if (t.uid !== target.uid && !(yield* capable(rt, t, CAP_SYS_PTRACE))) return BigInt(-EPERM)
    const refused = yield* security(rt, 'ptrace_access_check', [pointer(target.obj.task), 2n])
    if (refused === 0) put(rt.kernel, rt.structs, target.obj.task, 'task_struct', { ptrace: 1, parent: pointer(t.obj.task) })
    return BigInt(refused)
  })
}

function nanosleep(rt: Runtime, t: TaskState, address: bigint): Outcome {
  const bytes = readUser(rt.state.spaces[t.mm], size(address), 16)
  if (bytes.length < 16) return BigInt(-EFAULT)
  const view = new DataView(bytes.buffer)
  const ns = Number(view.getBigInt64(0, true)) * 1e9 + Number(view.getBigInt64(8, true))
  return { wait: { kind: 'time', wake: rt.clock + ns } }
}

function* setName(rt: Runtime, t: TaskState, args: readonly bigint[]): Happening<bigint> {
  if (int(args[0]) !== 15) return 0n
  const name = userText(rt, t, args[1])
  if (name === undefined) return BigInt(-EFAULT)
  yield* trace(rt, 'task/task_rename', [pointer(t.obj.task), pointer(textObject(rt, name.slice(0, COMM)))], {
    pid: t.tid,
    oldcomm: t.comm,
    newcomm: name.slice(0, COMM),
    oom_score_adj: 0,
  })
  t.comm = name.slice(0, COMM)
  showTask(rt, t)
  return 0n
}

const zero = (): Outcome => 0n
/** The time is over. */
const woken: SyscallBody['resume'] = zero
const again = (rt: Runtime, t: TaskState, c: SystemCall): Happening<Outcome> => wait4(rt, t, int(c.args[0]))

function value(v: number): bigint {
  return BigInt(v)
}

export const PROCESS_CALLS: Readonly<Record<string, SyscallBody>> = {
  execve: { costNs: 380_000, start: execve },
  fork: { costNs: 70_000, start: (rt, t) => clone(rt, t, 17) },
  vfork: { costNs: 40_000, start: (rt, t) => clone(rt, t, 17) },
  clone: { costNs: 70_000, start: (rt, t, a) => clone(rt, t, size(a[0])) },
  clone3: { costNs: 45_000, start: (rt, t, a) => clone(rt, t, cloneFlags(rt, t, a[0])) },
  wait4: { costNs: 1500, start: (rt, t, a) => wait4(rt, t, int(a[0])), resume: again },
  exit: { costNs: 0, start: (rt, t, a) => ended(exitTask(rt, t, (int(a[0]) & 0xff) << 8, false)) },
  exit_group: { costNs: 0, start: (rt, t, a) => ended(exitGroup(rt, t, (int(a[0]) & 0xff) << 8, false)) },
  kill: { costNs: 1200, start: (rt, t, a) => kill(rt, t, int(a[0]), int(a[1])) },
  tkill: { costNs: 1200, start: (rt, t, a) => kill(rt, t, int(a[0]), int(a[1])) },
  tgkill: { costNs: 1200, start: (rt, t, a) => kill(rt, t, int(a[1]), int(a[2])) },
  setuid: { costNs: 1500, start: (rt, t, a) => setId(rt, t, 'uid', int(a[0])) },
  setgid: { costNs: 1500, start: (rt, t, a) => setId(rt, t, 'gid', int(a[0])) },
  unshare: { costNs: 50_000, start: (rt, t, a) => unshare(rt, t, size(a[0])) },
  ptrace: { costNs: 2500, start: ptrace },
  nanosleep: { costNs: 1000, start: (rt, t, a) => nanosleep(rt, t, a[0]), resume: woken },
  clock_nanosleep: { costNs: 1000, start: (rt, t, a) => nanosleep(rt, t, a[2]), resume: woken },
  prctl: { costNs: 400, start: setName },
  getpid: { costNs: 80, start: (_rt, t) => value(t.vtgid) },
  gettid: { costNs: 80, start: (_rt, t) => value(t.vpid) },
  getppid: { costNs: 80, start: (_rt, t) => value(t.ppid) },
  getuid: { costNs: 80, start: (_rt, t) => value(t.uid) },
  geteuid: { costNs: 80, start: (_rt, t) => value(t.euid) },
  getgid: { costNs: 80, start: (_rt, t) => value(t.gid) },
  sched_yield: { costNs: 500, start: zero },
}

const cloneFlags = (rt: Runtime, t: TaskState, address: bigint): number => {
  const bytes = readUser(rt.state.spaces[t.mm], size(address), 8)
  return bytes.length < 8 ? 0 : Number(new DataView(bytes.buffer).getBigUint64(0, true))
}

/** The task does not come back from it. */
function* ended(body: Happening): Happening<Outcome> {
  yield* body
  return { wait: { kind: 'busy' } }
}
