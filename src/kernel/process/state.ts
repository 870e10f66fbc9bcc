// Everything about processes that running changes, as plain data: tasks, files, sockets, cgroups, where each script stands. Objects of the kernel
// (their bytes) lie in its Ram; here are only their offsets. One state per host; owned by its processes (processes.ts).
// Invariant: what is not reachable from ProcState does not change while a world runs.
import { shareSpace, type UserSpace } from './user-memory.ts'

/** Inode numbers of the namespaces that a task lives in. */
export interface Namespaces {
  readonly mnt: number
  readonly pid: number
  readonly net: number
  readonly uts: number
  readonly ipc: number
  readonly user: number
  readonly cgroup: number
  readonly time: number
}

export type NamespaceKind = keyof Namespaces

/** A function of the kernel that is under way: it was entered and its end is still to be told. */
export interface KernelFrame {
  readonly name: string
  readonly args: readonly bigint[]
  /** Which session programs asked to be called at its end, by index of attachment. */
  readonly sessions: readonly number[]
}

/** A block of acts under way. */
export interface ScriptFrame {
  /** Index of the block in the act table; -1 = there is nothing in it. */
  readonly block: number
  /** Next act. */
  at: number
  /** Turns of the block that are left after this one. */
  left: number
  /** An act that fails ends it. */
  readonly strict: boolean
  /** Functions of user space that are left at its end. */
  readonly functions: number
  /** The function of user space whose body the block is, its result included. */
  call: UserCall | undefined
}

export interface UserCall {
  readonly image: string
  readonly name: string
  readonly args: readonly bigint[]
  readonly result: bigint
}

/** A system call that was entered and has not ended. */
export interface SystemCall {
  readonly nr: number
  readonly name: string
  readonly args: readonly bigint[]
  readonly shown: readonly string[]
  /** What the body left for its second half. */
  readonly rest: Readonly<Record<string, number>>
}

/** What a task waits for; `busy` keeps the CPU. */
export type Wait =
  | { readonly kind: 'busy' }
  | { readonly kind: 'time'; readonly wake: number }
  | { readonly kind: 'data'; readonly socket: number }
  | { readonly kind: 'connected'; readonly socket: number }
  | { readonly kind: 'connection'; readonly socket: number }
  | { readonly kind: 'child'; readonly pid: number }

export type RunState = 'running' | 'runnable' | 'blocked' | 'idle' | 'zombie' | 'dead'

/** Ram offsets of a task's objects. */
export interface TaskObjects {
  task: number
  stack: number
  cred: number
  signal: number
  sighand: number
  pid: number
  fs: number
  mm: number
  files: number
  nsproxy: number
}

export interface TaskState {
  /** Number among the tasks: its tid, or -1 - CPU for the idle task of a CPU (whose tid is 0). */
  readonly key: number
  readonly tid: number
  readonly tgid: number
  /** Name in the scenario; empty for those that nobody named. */
  readonly name: string
  /** Host or pod. */
  readonly node: string
  ppid: number
  comm: string
  exe: string
  argv: readonly string[]
  uid: number
  gid: number
  euid: number
  /** Effective capabilities. */
  caps: bigint
  cwd: string
  /** Index among the address spaces; -1 = a thread of the kernel. */
  mm: number
  /** Index among the tables of file descriptors. */
  files: number
  ns: Namespaces
  /** Numbers in its pid namespace. */
  vpid: number
  vtgid: number
  cgroup: string
  container: string
  cpu: number
  run: RunState
  wait: Wait | undefined
  /** Time since boot when it became runnable. */
  readyNs: number
  startNs: number
  runNs: number
  /** Frames of the kernel, the outermost first. */
  frames: KernelFrame[]
  /** Functions of user space beyond main, the outermost first: "image:name". */
  ustack: string[]
  script: ScriptFrame[]
  /** Blocks that wait for the script to end. */
  queued: number[]
  call: SystemCall | undefined
  /** Result of the call, once it is known. */
  result: bigint | undefined
  /** The act under way: where its result goes, and what it takes (-1 = what is usual). */
  acting: { readonly bind: string; readonly otherwise: number; readonly takesNs: number }
  /** Whether the end of the script is the end of the task. */
  ends: boolean
  /** What it has used of its slice. */
  sliceNs: number
  /** Simulated time of computing that is left of the act under way. */
  spinNs: number
  vars: Record<string, number>
  pending: number[]
  exitCode: number
  readonly obj: TaskObjects
}

export type FileKind = 'file' | 'dir' | 'socket' | 'pipe' | 'chr' | 'anon'

/** An open file description. */
export interface OpenFile {
  readonly id: number
  readonly path: string
  readonly inode: number
  readonly kind: FileKind
  readonly flags: number
  /** For sockets and pipes: its number among the sockets. */
  readonly socket: number
  pos: number
  /** File descriptors that refer to it. */
  refs: number
  readonly ram: number
}

export interface FdTable {
  readonly fds: Map<number, number>
  ram: number
  users: number
}

export interface Inode {
  readonly ino: number
  readonly kind: FileKind
  mode: number
  uid: number
  gid: number
  text: string
  readonly ram: number
  /** Nobody described it: it is there because it was asked for. */
  readonly madeUp: boolean
}

/** A name in a tree of files: path within its file system, and the object. */
export interface Dentry {
  readonly path: string
  readonly fs: string
  /** -1 = no file of this name. */
  inode: number
  readonly ram: number
}

export interface SocketState {
  readonly id: number
  readonly kind: 'tcp' | 'udp' | 'unix' | 'pipe'
  /** Process that made it, and where it lives. */
  readonly owner: number
  readonly node: string
  /** Of the process when it made it. */
  readonly cgroup: string
  local: string
  localPort: number
  remote: string
  remotePort: number
  /** State of TCP. */
  tcp: number
  /** Socket at the other end; -1 = none of this host's processes. */
  peer: number
  /** Whether a server of the scenario that is no process is at the other end. */
  served: boolean
  /** Bytes that wait to be read, a character each. */
  inbox: string
  /** No descriptor refers to it any more. */
  closed: boolean
  /** The other end has said that nothing more comes. */
  ended: boolean
  /** When the last of what it sent arrives: what it sends next is later. */
  sentNs: number
  /** Connections that wait to be accepted. */
  backlog: number[]
  /** Ram offsets of struct sock and struct socket; 0 for pipes. */
  sock: number
  socket: number
  /** What the handshake failed with (negative errno). */
  error: number
}

export interface CgroupState {
  readonly id: number
  readonly path: string
  readonly ram: number
  readonly kn: number
  readonly cssSet: number
}

export interface ProcState {
  readonly tasks: Map<number, TaskState>
  readonly spaces: UserSpace[]
  readonly tables: FdTable[]
  readonly files: Map<number, OpenFile>
  readonly inodes: Map<number, Inode>
  readonly dentries: Map<string, Dentry>
  readonly sockets: SocketState[]
  readonly cgroups: Map<string, CgroupState>
  /** Objects that are shared, by kind and number: namespaces, super blocks, mounts. */
  readonly shared: Map<string, number>
  /** Images of programs: functions in the order in which they were first met. */
  readonly images: Map<string, string[]>
  /** Task that each CPU runs, by key. */
  readonly current: number[]
  /** Runnable tasks by CPU, the next one first. */
  readonly queues: number[][]
  /** Whether an event to go on is on its way, by CPU. */
  readonly armed: boolean[]
  nextPid: number
  nextFile: number
  nextIno: number
  nextPort: number
  nextWord: number
  random: number
}

/** A copy that does not change any more. Pages of memory are shared. */
export function copyState(s: ProcState): ProcState {
  const { spaces, ...rest } = s
  return { ...(clone(rest) as Omit<ProcState, 'spaces'>), spaces: spaces.map(shareSpace) }
}

/** Of plain data: maps, lists, records, numbers and texts. */
function clone(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Map) return new Map([...value].map(([k, v]) => [k, clone(v)]))
  if (Array.isArray(value)) return value.map(clone)
  const out: Record<string, unknown> = {}
  for (const [k, v] of Object.entries(value)) out[k] = clone(v)
  return out
}
