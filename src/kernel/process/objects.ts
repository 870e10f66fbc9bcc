// Objects of the kernel that stand for tasks, files, namespaces and cgroups: made when they are first needed, linked as Linux links them, and laid out
// by its BTF, so that BPF_CORE_READ(task, real_parent, tgid), task->mm->exe_file->f_path.dentry->d_name.name or
// task->nsproxy->pid_ns_for_children->ns.inum read what the world says. What has no source in the world stays zero.
import { addObject } from '../objects.ts'
import { MAX_FDS, openPath } from './files.ts'
import type { Runtime } from './runtime.ts'
import type { CgroupState, NamespaceKind, TaskState } from './state.ts'
import { link, make, pointer, put, textObject, type Values } from './structs.ts'

const STACK_BYTES = 16384
/** Linux leaves this much above the registers of user space (CONFIG_X86_FRED). */
const STACK_PADDING = 16
const PT_REGS_BYTES = 168
const ALL_CAPS = 0x1ffffffffffn
const DEFAULT_PRIO = 120
const UNSET_ID = 0xffffffff
const BOOT_NS = 900_000_000_000

/** Where a task's registers of user space lie. */
export const ptRegsAt = (t: TaskState): number => t.obj.stack + STACK_BYTES - STACK_PADDING - PT_REGS_BYTES

/** The object of a key, made when it is first asked for. */
function shared(rt: Runtime, key: string, create: () => number): number {
  const known = rt.state.shared.get(key)
  if (known !== undefined) return known
  const ram = create()
  rt.state.shared.set(key, ram)
  return ram
}

const structAt = (rt: Runtime, ram: number, struct: string, path: string): bigint => pointer(ram + rt.structs.field(struct, path).at)

export const userNamespace = (rt: Runtime, inum: number): number =>
  shared(rt, `user ${inum}`, () => make(rt.kernel, rt.structs, 'user_namespace', { 'ns.inum': inum, level: inum === INIT_NS.user ? 0 : 1 }))

/** Inode numbers of the first namespaces. Linux: enum init_ns_ino */
export const INIT_NS = {
  ipc: 0xefffffff,
  uts: 0xeffffffe,
  user: 0xeffffffd,
  pid: 0xeffffffc,
  cgroup: 0xeffffffb,
  time: 0xeffffffa,
  net: 0xeffffff9,
  mnt: 0xeffffff8,
} as const

function namespaceObject(rt: Runtime, kind: NamespaceKind, inum: number, t: TaskState): number {
  const { kernel: k, structs: s } = rt
  return shared(rt, `${kind} ${inum}`, () => {
    const values: Values = { 'ns.inum': inum }
    switch (kind) {
      case 'pid': {
        const isInit = inum === INIT_NS.pid
        const parent = isInit ? 0 : namespaceObject(rt, 'pid', INIT_NS.pid, t)
        return make(k, s, 'pid_namespace', {
          ...values,
          level: isInit ? 0 : 1,
          parent: pointer(parent),
          user_ns: pointer(userNamespace(rt, INIT_NS.user)),
        })
      }
      case 'uts':
        return make(k, s, 'uts_namespace', {
          ...values,
          'name.sysname': 'Linux',
          'name.nodename': t.node,
          'name.release': '6.18.44',
          'name.machine': 'x86_64',
        })
      case 'mnt':
        return make(k, s, 'mnt_namespace', values)
      case 'net':
        return make(k, s, 'net', { ...values, net_cookie: rt.network.netnsCookie(t.node) })
      case 'ipc':
        return make(k, s, 'ipc_namespace', values)
      case 'cgroup':
        return make(k, s, 'cgroup_namespace', values)
      case 'time':
        return make(k, s, 'time_namespace', values)
      case 'user':
        return userNamespace(rt, inum)
    }
  })
}

/** Inode number of a new namespace. */
export const newNamespace = (rt: Runtime): number => {
  const number = (rt.state.shared.get('last namespace') ?? 0xf0000100) + 1
  rt.state.shared.set('last namespace', number)
  return number
}

/** struct net of the namespace that a task lives in. */
export const netObject = (rt: Runtime, t: TaskState): number => namespaceObject(rt, 'net', t.ns.net, t)

function nsproxy(rt: Runtime, t: TaskState): number {
  const key = Object.values(t.ns).join(' ')
  const ns = (kind: NamespaceKind): bigint => pointer(namespaceObject(rt, kind, t.ns[kind], t))
  return shared(rt, `nsproxy ${key}`, () =>
    make(rt.kernel, rt.structs, 'nsproxy', {
      uts_ns: ns('uts'),
      ipc_ns: ns('ipc'),
      mnt_ns: ns('mnt'),
      pid_ns_for_children: ns('pid'),
      net_ns: ns('net'),
      time_ns: ns('time'),
      time_ns_for_children: ns('time'),
      cgroup_ns: ns('cgroup'),
    }),
  )
}

/** The cgroup of a path, its ancestors first. Ids as they come; the root's is 1. */
export function cgroupOf(rt: Runtime, path: string): CgroupState {
  const known = rt.state.cgroups.get(path)
  if (known) return known
  const { kernel: k, structs: s } = rt
  const isRoot = path === '/'
  const parent = isRoot ? undefined : cgroupOf(rt, path.slice(0, path.lastIndexOf('/')) || '/')
  const level = isRoot ? 0 : path.split('/').length - 1
  const id = isRoot ? 1 : CGROUP_IDS + CGROUP_STEP * rt.state.cgroups.size
  const kn = make(k, s, 'kernfs_node', {
    name: pointer(textObject(rt, isRoot ? '' : path.slice(path.lastIndexOf('/') + 1))),
    id,
    __parent: pointer(parent?.kn ?? 0),
    mode: 0o40755,
  })
  const ram = make(k, s, 'cgroup', { level, kn: pointer(kn) }, 8 * (level + 1))
  const self = structAt(rt, ram, 'cgroup', 'self')
  const parentRam = parent?.ram ?? 0
  put(k, s, ram, 'cgroup', {
    'self.cgroup': pointer(ram),
    'self.id': rt.state.cgroups.size + 1,
    'self.parent': parentRam === 0 ? 0 : structAt(rt, parentRam, 'cgroup', 'self'),
    dom_cgrp: pointer(ram),
    root: pointer(shared(rt, 'cgroup root', () => make(k, s, 'cgroup_root', {}))),
  })
  for (let at = 0, up = path; at <= level; at++) {
    const ancestor = up === path ? ram : cgroupOf(rt, up).ram
    put(k, s, ram, 'cgroup', { [`ancestors[${level - at}]`]: pointer(ancestor) })
    up = up.slice(0, up.lastIndexOf('/')) || '/'
  }
  const cssSet = make(k, s, 'css_set', { dfl_cgrp: pointer(ram) })
  for (let i = 0; i < CGROUP_CONTROLLERS; i++) put(k, s, cssSet, 'css_set', { [`subsys[${i}]`]: self })
  const made: CgroupState = { id, path, ram, kn, cssSet }
  rt.state.cgroups.set(path, made)
  return made
}

const CGROUP_IDS = 1031
const CGROUP_STEP = 41
/** Slots of css_set.subsys; all show the one cgroup, as in a unified hierarchy with all controllers on. */
const CGROUP_CONTROLLERS = 11

/** Ids of a task's cgroups, the root's first. */
export function cgroupIds(rt: Runtime, t: TaskState): number[] {
  const parts = t.cgroup === '/' ? [] : t.cgroup.split('/').slice(1)
  return ['/', ...parts.map((_, i) => `/${parts.slice(0, i + 1).join('/')}`)].map((path) => cgroupOf(rt, path).id)
}

const credValues = (rt: Runtime, t: TaskState): Values => ({
  usage: 1,
  'uid.val': t.uid,
  'gid.val': t.gid,
  'suid.val': t.euid,
  'sgid.val': t.gid,
  'euid.val': t.euid,
  'egid.val': t.gid,
  'fsuid.val': t.euid,
  'fsgid.val': t.gid,
  'cap_permitted.val': t.caps,
  'cap_effective.val': t.caps,
  'cap_bset.val': ALL_CAPS,
  user_ns: pointer(userNamespace(rt, t.ns.user)),
})

/** A new struct cred of what the task is (or shall be). */
export const newCred = (rt: Runtime, t: TaskState): number => make(rt.kernel, rt.structs, 'cred', credValues(rt, t))

/** Makes the objects of a new task. Threads share what belongs to the process. */
export function makeTask(rt: Runtime, t: TaskState): void {
  const { kernel: k, structs: s, state } = rt
  const { obj } = t
  const leader = t.tid === t.tgid ? t : state.tasks.get(t.tgid)
  obj.task = make(k, s, 'task_struct', {})
  obj.stack = addObject(k, { name: 'kernel stack', sizeBytes: STACK_BYTES })
  obj.pid = makePid(rt, t)
  obj.cred = newCred(rt, t)
  if (leader && leader !== t) {
    obj.signal = leader.obj.signal
    obj.sighand = leader.obj.sighand
    obj.fs = leader.obj.fs
  } else {
    obj.sighand = make(k, s, 'sighand_struct', {})
    obj.signal = make(k, s, 'signal_struct', {
      'pids[0]': pointer(obj.pid),
      'pids[1]': pointer(obj.pid),
      'pids[2]': pointer(obj.pid),
      'pids[3]': pointer(obj.pid),
      leader: 1,
    })
    obj.fs = make(k, s, 'fs_struct', { users: 1, umask: 0o22 })
  }
  put(k, s, obj.task, 'task_struct', {
    'thread_info.cpu': t.cpu,
    stack: pointer(obj.stack),
    usage: 2,
    pid: t.tid,
    tgid: t.tgid,
    prio: DEFAULT_PRIO,
    static_prio: DEFAULT_PRIO,
    normal_prio: DEFAULT_PRIO,
    nr_cpus_allowed: rt.kernel.cpus,
    start_time: BOOT_NS + t.startNs,
    start_boottime: BOOT_NS + t.startNs,
    exit_signal: t.tid === t.tgid ? 17 : -1,
    thread_pid: pointer(obj.pid),
    signal: pointer(obj.signal),
    sighand: pointer(obj.sighand),
    fs: pointer(obj.fs),
    group_leader: pointer(leader?.obj.task ?? obj.task),
    'loginuid.val': UNSET_ID,
    sessionid: UNSET_ID,
    flags: t.mm < 0 ? 0x00200000 : 0x00400000,
    'se.load.weight': 1048576,
  })
  showTask(rt, t)
  showKin(rt, t)
}

function makePid(rt: Runtime, t: TaskState): number {
  const { kernel: k, structs: s } = rt
  const inner = t.ns.pid !== INIT_NS.pid
  const level = inner ? 1 : 0
  const upid = s.sizeOf('upid')
  const values: Record<string, number | bigint> = {
    level,
    'count.refs.counter': 1,
    'numbers[0].nr': t.tid,
    'numbers[0].ns': pointer(namespaceObject(rt, 'pid', INIT_NS.pid, t)),
  }
  if (inner) {
    values['numbers[1].nr'] = t.vpid
    values['numbers[1].ns'] = pointer(namespaceObject(rt, 'pid', t.ns.pid, t))
  }
  return make(k, s, 'pid', values, upid * (level + 1))
}

/** Writes what of a task changes: name, credentials, files, memory, namespaces, cgroup. */
export function showTask(rt: Runtime, t: TaskState): void {
  const { kernel: k, structs: s } = rt
  const { obj } = t
  obj.nsproxy = nsproxy(rt, t)
  showMemory(rt, t)
  showFiles(rt, t)
  put(k, s, obj.cred, 'cred', credValues(rt, t))
  put(k, s, obj.task, 'task_struct', {
    comm: t.comm,
    cred: pointer(obj.cred),
    real_cred: pointer(obj.cred),
    mm: pointer(obj.mm),
    active_mm: pointer(obj.mm),
    files: pointer(obj.files),
    nsproxy: pointer(obj.nsproxy),
    cgroups: pointer(cgroupOf(rt, t.cgroup).cssSet),
  })
  if (t.mm >= 0 && t.tid !== 0) {
    const root = openPath(rt, t, '/')
    const cwd = openPath(rt, t, t.cwd)
    put(k, s, obj.fs, 'fs_struct', { 'root.mnt': root.mnt, 'root.dentry': root.dentry, 'pwd.mnt': cwd.mnt, 'pwd.dentry': cwd.dentry })
  }
  showRun(rt, t)
}

/** State and counters of the scheduler. */
export function showRun(rt: Runtime, t: TaskState): void {
  const { kernel: k, structs: s } = rt
  put(k, s, t.obj.task, 'task_struct', {
    'thread_info.cpu': t.cpu,
    recent_used_cpu: t.cpu,
    wake_cpu: t.cpu,
    on_cpu: t.run === 'running' ? 1 : 0,
    on_rq: t.run === 'running' || t.run === 'runnable' ? 1 : 0,
    __state: t.run === 'running' || t.run === 'runnable' ? 0 : t.run === 'dead' ? TASK_DEAD : 1,
    exit_state: t.run === 'zombie' ? EXIT_ZOMBIE : t.run === 'dead' ? EXIT_DEAD : 0,
    exit_code: t.exitCode,
    utime: t.runNs,
    'se.sum_exec_runtime': t.runNs,
    'se.vruntime': t.runNs,
  })
}

const TASK_DEAD = 0x80
const EXIT_DEAD = 0x10
const EXIT_ZOMBIE = 0x20

/** Parent, children, threads and the list of all tasks. */
export function showKin(rt: Runtime, t: TaskState): void {
  const { kernel: k, structs: s, state } = rt
  const alive = [...state.tasks.values()].filter((o) => o.obj.task !== 0 && o.tid !== 0 && o.run !== 'dead')
  const leaders = alive.filter((o) => o.tid === o.tgid)
  const init = [...state.tasks.values()].find((o) => o.tid === 0)
  if (init && init.obj.task !== 0)
    link(
      k,
      s,
      [init.obj.task, 'task_struct', 'tasks'],
      leaders.map((o) => o.obj.task),
      'task_struct',
      'tasks',
    )
  const parent = state.tasks.get(t.ppid) ?? init ?? t
  if (parent.obj.task !== 0) {
    put(k, s, t.obj.task, 'task_struct', { real_parent: pointer(parent.obj.task), parent: pointer(parent.obj.task) })
    const children = leaders.filter((o) => (state.tasks.get(o.ppid) ?? init) === parent && o !== parent)
    link(
      k,
      s,
      [parent.obj.task, 'task_struct', 'children'],
      children.map((o) => o.obj.task),
      'task_struct',
      'sibling',
    )
  }
  link(
    k,
    s,
    [t.obj.task, 'task_struct', 'children'],
    leaders.filter((o) => o.ppid === t.tgid && o !== t).map((o) => o.obj.task),
    'task_struct',
    'sibling',
  )
  const threads = alive.filter((o) => o.tgid === t.tgid)
  link(
    k,
    s,
    [t.obj.signal, 'signal_struct', 'thread_head'],
    threads.map((o) => o.obj.task),
    'task_struct',
    'thread_node',
  )
  put(k, s, t.obj.signal, 'signal_struct', { nr_threads: threads.length, 'live.counter': threads.length })
}

function showMemory(rt: Runtime, t: TaskState): void {
  const { kernel: k, structs: s, state } = rt
  if (t.mm < 0) {
    t.obj.mm = 0
    return
  }
  const space = state.spaces[t.mm]
  const key = `mm ${t.mm}`
  const fresh = !state.shared.has(key)
  t.obj.mm = shared(rt, key, () => make(k, s, 'mm_struct', {}))
  if (!fresh && t.tid !== t.tgid) return
  const exe = openPath(rt, t, t.exe)
  const exeFile = shared(rt, `exe ${t.mm} ${t.exe}`, () =>
    make(k, s, 'file', { 'f_path.mnt': exe.mnt, 'f_path.dentry': exe.dentry, f_inode: exe.inode, f_flags: 0x8000, f_mode: 0x1d }),
  )
  put(k, s, t.obj.mm, 'mm_struct', {
    exe_file: pointer(exeFile),
    owner: pointer(state.tasks.get(t.tgid)?.obj.task ?? t.obj.task),
    arg_start: space.argStart,
    arg_end: space.argEnd,
    env_start: space.envStart,
    env_end: space.envEnd,
    start_stack: space.stackTop,
    start_code: space.areas[0]?.start ?? 0,
    end_code: space.areas[0]?.end ?? 0,
    brk: space.brk,
    task_size: 0x7ffffffff000,
    'mm_users.counter': 1,
    map_count: space.areas.length,
    total_vm: Math.ceil(space.areas.reduce((sum, a) => sum + a.end - a.start, 0) / 4096),
  })
}

/** The table of file descriptors as files_struct and its array of pointers. */
export function showFiles(rt: Runtime, t: TaskState): void {
  const { kernel: k, structs: s, state } = rt
  const table = state.tables[t.files]
  if (!table) {
    t.obj.files = 0
    return
  }
  if (table.ram === 0) {
    table.ram = make(k, s, 'files_struct', {}, MAX_FDS * 8)
    put(k, s, table.ram, 'files_struct', {
      fdt: structAt(rt, table.ram, 'files_struct', 'fdtab'),
      'fdtab.max_fds': MAX_FDS,
      'fdtab.fd': pointer(table.ram + s.sizeOf('files_struct')),
      'count.counter': 1,
    })
  }
  t.obj.files = table.ram
  const { ram } = k.memory
  const array = table.ram + s.sizeOf('files_struct')
  for (let fd = 0; fd < MAX_FDS; fd++) {
    const file = table.fds.get(fd)
    const at = array + 8 * fd
    const value = file === undefined ? 0n : pointer(state.files.get(file)?.ram ?? 0)
    if (ram.view.getBigUint64(at, true) !== value) {
      ram.view.setBigUint64(at, value, true)
      ram.touch(at, 8)
    }
  }
}
