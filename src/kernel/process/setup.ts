// The processes of a host as they stand when the scenario begins: init, the idle tasks, a shim for each container, and what the scenario describes.
// In: the scenario's nodes. Out: tasks in the state, with their objects in the kernel's memory. No hook fires.
import type { ScenarioFile, ScenarioNode, ScenarioPod, ScenarioProcess } from '../world/scenario.ts'
import { absolute, dentryOf, install, makeInode, openFile, setInode } from './files.ts'
import { cgroupOf, INIT_NS, makeTask, newNamespace, showKin, showTask } from './objects.ts'
import type { Runtime } from './runtime.ts'
import type { Namespaces, TaskState } from './state.ts'
import { spaceOf } from './user-memory.ts'

const ALL_CAPS = 0x1ffffffffffn
/** What a container's root is left with (the default of container engines). */
const CONTAINER_CAPS = 0xa80425fbn
const ENV = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'LANG=C.UTF-8']
const COMM = 15

export interface ContainerInfo {
  /** 64 hexadecimal digits, as container engines make them. */
  readonly id: string
  readonly name: string
  /** Pod; empty for a container without one. */
  readonly pod: string
  readonly labels: Readonly<Record<string, string>>
  readonly cgroup: string
  readonly cgroupId: number
}

/** Makes all tasks; what is known of containers, for views. */
export function setUp(rt: Runtime, nodes: readonly ScenarioNode[]): ContainerInfo[] {
  const pods = new Map(nodes.flatMap((n) => (n.kind === 'pod' && n.host === rt.host ? [[n.name, n] as const] : [])))
  const own = (on: string): boolean => on === rt.host || pods.has(on)
  for (let cpu = 0; cpu < rt.kernel.cpus; cpu++) idleTask(rt, cpu)
  add(rt, {
    name: 'systemd',
    exe: '/usr/lib/systemd/systemd',
    argv: ['/sbin/init'],
    pid: 1,
    ppid: 0,
    uid: 0,
    node: rt.host,
    cgroup: '/init.scope',
    container: '',
    ns: INIT_NS,
  })
  for (const n of nodes) if (n.kind === 'file' && own(n.on)) describeFile(rt, n, containerOf(n.on, pods))
  const containers = new Map<string, { readonly ns: Namespaces; readonly info: ContainerInfo; readonly shim: number }>()
  const described = nodes.filter((n): n is ScenarioProcess => n.kind === 'process' && own(n.on))
  for (const p of parentsFirst(described)) {
    const pod = pods.get(p.on)
    const container = p.container ?? (pod ? pod.name : '')
    let home: ReturnType<typeof containers.get>
    if (container !== '') {
      home = containers.get(container)
      if (!home) containers.set(container, (home = newContainer(rt, container, pod)))
    }
    const named = p.parent === undefined ? undefined : [...rt.state.tasks.values()].find((t) => t.name === p.parent)
    const base = p.exe.slice(p.exe.lastIndexOf('/') + 1)
    add(rt, {
      name: p.name,
      exe: absolute('/', p.exe),
      argv: p.argv ?? [p.exe],
      ...(p.comm === undefined ? {} : { comm: p.comm }),
      ...(p.pid === undefined ? {} : { pid: p.pid }),
      ppid: named?.tgid ?? home?.shim ?? 1,
      uid: p.uid ?? 0,
      node: p.on,
      cgroup: p.cgroup ?? home?.info.cgroup ?? named?.cgroup ?? `/system.slice/${base}.service`,
      container,
      ns: home?.ns ?? named?.ns ?? INIT_NS,
    })
  }
  for (const t of rt.state.tasks.values()) if (t.tid !== 0) showKin(rt, t)
  return [...containers.values()].map((c) => c.info)
}

/** Files of a pod belong to its container. */
const containerOf = (on: string, pods: ReadonlyMap<string, ScenarioPod>): string => (pods.has(on) ? on : '')

/** Processes whose parents stand behind them in the scenario come later. */
function parentsFirst(list: readonly ScenarioProcess[]): ScenarioProcess[] {
  const out: ScenarioProcess[] = []
  const left = [...list]
  while (left.length > 0) {
    const at = left.findIndex((p) => p.parent === undefined || !left.some((o) => o.name === p.parent))
    out.push(...left.splice(Math.max(0, at), 1))
  }
  return out
}

function newContainer(rt: Runtime, name: string, pod: ScenarioPod | undefined): { ns: Namespaces; info: ContainerInfo; shim: number } {
  const id = hexOf(name, 64)
  const uid = hexOf(`pod ${name}`, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1_$2_$3_$4_$5')
  const cgroup = pod
    ? `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${uid}.slice/cri-containerd-${id}.scope`
    : `/system.slice/docker-${id}.scope`
  const made = (): number => newNamespace(rt)
  const ns: Namespaces = { ...INIT_NS, mnt: made(), uts: made(), ipc: made(), pid: made(), net: made(), cgroup: made() }
  const shim = add(rt, {
    name: '',
    exe: '/usr/bin/containerd-shim-runc-v2',
    argv: ['/usr/bin/containerd-shim-runc-v2', '-namespace', pod ? 'k8s.io' : 'moby', '-id', id],
    ppid: 1,
    uid: 0,
    node: rt.host,
    cgroup: '/system.slice/containerd.service',
    container: '',
    ns: INIT_NS,
  })
  return {
    ns,
    shim: shim.tgid,
    info: { id, name, pod: pod?.name ?? '', labels: pod?.labels ?? {}, cgroup, cgroupId: cgroupOf(rt, cgroup).id },
  }
}

/** A number made from a name, as hexadecimal digits. */
function hexOf(name: string, digits: number): string {
  let out = ''
  for (let round = 0; out.length < digits; round++) {
    let h = 0x811c9dc5 ^ round
    for (const c of `${name}${round}`) h = Math.imul(h ^ c.charCodeAt(0), 0x01000193)
    out += (h >>> 0).toString(16).padStart(8, '0')
  }
  return out.slice(0, digits)
}

interface NewTask {
  readonly name: string
  readonly exe: string
  readonly argv: readonly string[]
  readonly comm?: string
  readonly pid?: number
  readonly ppid: number
  readonly uid: number
  readonly node: string
  readonly cgroup: string
  readonly container: string
  readonly ns: Namespaces
}

function add(rt: Runtime, n: NewTask): TaskState {
  const { state } = rt
  let tid = n.pid ?? state.nextPid++
  while (state.tasks.has(tid)) tid = state.nextPid++
  state.spaces.push(spaceOf(n.exe, n.argv, ENV))
  state.tables.push({ fds: new Map(), ram: 0, users: 1 })
  const inner = n.ns.pid !== INIT_NS.pid
  const vpid = inner ? 1 + [...state.tasks.values()].filter((t) => t.ns.pid === n.ns.pid).length : tid
  const t: TaskState = {
    ...blank(tid, tid, n.node),
    name: n.name,
    ppid: n.ppid,
    comm: (n.comm ?? n.exe.slice(n.exe.lastIndexOf('/') + 1)).slice(0, COMM),
    exe: n.exe,
    argv: n.argv,
    uid: n.uid,
    gid: n.uid,
    euid: n.uid,
    caps: n.uid !== 0 ? 0n : n.container === '' ? ALL_CAPS : CONTAINER_CAPS,
    mm: state.spaces.length - 1,
    files: state.tables.length - 1,
    ns: n.ns,
    vpid,
    vtgid: vpid,
    cgroup: n.cgroup,
    container: n.container,
    cpu: tid % rt.kernel.cpus,
  }
  state.tasks.set(tid, t)
  makeTask(rt, t)
  const terminal = openFile(rt, t, dentryOf(rt, n.container, n.container === '' ? '/dev/pts/0' : '/dev/null'), 2, 'chr')
  for (const fd of [0, 1, 2]) install(rt, t, terminal, fd)
  showTask(rt, t)
  return t
}

function idleTask(rt: Runtime, cpu: number): void {
  const t: TaskState = { ...blank(-1 - cpu, 0, rt.host), comm: `swapper/${cpu}`, caps: ALL_CAPS, cpu, run: 'running' }
  rt.state.tasks.set(t.key, t)
  makeTask(rt, t)
  rt.state.current[cpu] = t.key
}

function blank(key: number, tid: number, node: string): TaskState {
  return {
    key,
    tid,
    tgid: tid,
    name: '',
    node,
    ppid: 0,
    comm: '',
    exe: '',
    argv: [],
    uid: 0,
    gid: 0,
    euid: 0,
    caps: 0n,
    cwd: '/',
    mm: -1,
    files: -1,
    ns: INIT_NS,
    vpid: tid,
    vtgid: tid,
    cgroup: '/',
    container: '',
    cpu: 0,
    run: 'idle',
    wait: undefined,
    readyNs: 0,
    startNs: 0,
    runNs: 0,
    frames: [],
    ustack: [],
    script: [],
    queued: [],
    call: undefined,
    result: undefined,
    acting: { bind: '', otherwise: -1, takesNs: -1 },
    ends: false,
    sliceNs: 0,
    spinNs: 0,
    vars: {},
    pending: [],
    exitCode: 0,
    obj: { task: 0, stack: 0, cred: 0, signal: 0, sighand: 0, pid: 0, fs: 0, mm: 0, files: 0, nsproxy: 0 },
  }
}

function describeFile(rt: Runtime, f: ScenarioFile, fs: string): void {
  const dentry = dentryOf(rt, fs, absolute('/', f.path))
  setInode(rt, dentry, makeInode(rt, fs, dentry.path, 'file', f.mode, f.text ?? '', f.uid ?? 0))
}
