// What programs ask of the world around them: which task runs, user memory, call stacks, sockets, routes, paths. Helper and kfunc bodies check
// their arguments and turn answers into return values and memory, as Linux's do; the facts come from here. Every part has an owner of its own,
// and a kernel starts with the answers that a bare BPF_PROG_TEST_RUN would see (bare-host.ts).
//
// How a world takes part:
//   kernel.host = { ...kernel.host, tasks: myTasks }      a part at a time, so that two worlds on one kernel do not disturb each other
//   - Objects of the kernel that programs hold pointers to (task_struct, sock, cgroup, file ...) are bytes in Ram made by `addObject`
//     (objects.ts), laid out as Linux's BTF has them; a pointer to one is its Ram offset with the upper half DIRECT_HI. Loads of programs,
//     bpf_probe_read_kernel() and storage maps then work by themselves.
//   - What a program does to the world and needs no answer for (a signal, an overridden return value, a clone sent away) is appended to
//     kernel.effects; whoever started the program reads it afterwards.
//   - State that running changes belongs into `save` and `restore` of the part, or time travel forgets it.
//   - A function that a part leaves out is not modelled: helpers that need it end the run as unsupported, by name.
// Errors are Linux's as negative numbers. Addresses are [low, high] halves as registers hold them; numbers in network byte order are named so.
import type { Sock } from './sock.ts'

export type Address = readonly [lo: number, hi: number]
export const NULL: Address = [0, 0]

/** A part with state of its own. The value is opaque and immutable. */
interface Stateful {
  readonly save?: () => unknown
  readonly restore?: (saved: unknown) => void
}

export interface Task {
  /** Thread id, as the initial namespace counts. */
  readonly pid: number
  /** Process id. */
  readonly tgid: number
  readonly uid: number
  readonly gid: number
  /** Up to 15 characters. */
  readonly comm: string
  /** Ids of its cgroups, the root's first and its own last. */
  readonly cgroups: readonly number[]
  readonly classid: number
  /** Its struct task_struct; NULL = none was made, and what needs it is unsupported. */
  readonly object: Address
  /** Its struct pt_regs (bpf_task_pt_regs()). */
  readonly regs?: Address
}

export interface TaskHost extends Stateful {
  /** On the CPU that runs (kernel.cpu). */
  readonly current: () => Task
  /** The thread of a number in the initial pid namespace. */
  readonly byPid?: (pid: number) => Task | undefined
  /** The thread of a struct task_struct. */
  readonly at?: (object: Address) => Task | undefined
  /** Numbers of the current task in the pid namespace of a device and inode number; undefined = it is not in that one (-EINVAL). */
  readonly inNamespace?: (dev: bigint, ino: bigint) => { readonly pid: number; readonly tgid: number } | undefined
  /** 0 or an error; `thread`: to this thread alone. */
  readonly signal?: (task: Task, signal: number, thread: boolean) => number
  /** struct cgroup of an id. */
  readonly cgroup?: (id: number) => Address
  /** Ids of a struct cgroup and those above it, the root's first. */
  readonly cgroupPath?: (object: Address) => readonly number[] | undefined
  /** Id of a struct cgroup; undefined = no cgroup lies there. */
  readonly cgroupId?: (object: Address) => number | undefined
}

export interface UserMemory extends Stateful {
  /** As many of the bytes as can be read from the first on. */
  readonly read: (address: Address, size: number, task: Task) => Uint8Array
  /** 0 or -EFAULT. */
  readonly write: (address: Address, bytes: Uint8Array, task: Task) => number
}

/** Instruction pointers, the innermost first. */
export interface StackHost extends Stateful {
  readonly kernel: (task: Task) => readonly bigint[]
  readonly user: (task: Task) => readonly bigint[]
  /** Build id (20 bytes) and offset in the file that the address of user space comes from. */
  readonly buildId?: (task: Task, ip: bigint) => { readonly id: Uint8Array; readonly offset: bigint } | undefined
}

/** Files, paths and symbols. */
export interface NameHost extends Stateful {
  /** Path of a struct path. */
  readonly path?: (object: Address) => string | undefined
  /** Address of a symbol of the kernel. */
  readonly symbol?: (name: string) => Address | undefined
  /** Symbol and offset of an address of the kernel, for %ps and call stacks. */
  readonly symbolAt?: (address: Address) => { readonly name: string; readonly offset: number } | undefined
  /** The owner of storage (map type sk_storage, task_storage ...) that a descriptor of user space stands for. */
  readonly owner?: (mapType: string, fd: number) => Address | undefined
  /** Socket of a struct file (bpf_sock_from_file()). */
  readonly socketOfFile?: (object: Address) => Sock | undefined
}

export interface Counter {
  readonly value: bigint
  readonly enabledNs: bigint
  readonly runningNs: bigint
}

export interface PerfHost extends Stateful {
  /** The counter in a slot of a perf event array; undefined = none is open there. */
  readonly counter?: (map: number, slot: number) => Counter | undefined
  /** Period and address of the sample that a perf_event program was called for. */
  readonly sample?: () => { readonly period: bigint; readonly address: bigint }
}

export interface SocketQuery {
  readonly protocol: 'tcp' | 'udp'
  readonly family: 'ip4' | 'ip6'
  /** 4 or 16 bytes. */
  readonly source: Uint8Array
  readonly dest: Uint8Array
  /** Network byte order, as a little-endian load sees them. */
  readonly sourcePort: number
  readonly destPort: number
  /** -1 = the current one. */
  readonly netns: number
  /** Interface that the packet came in on. */
  readonly ifindex: number
  /** bpf_skc_lookup_tcp(): also sockets that are not full ones. */
  readonly common: boolean
}

/** What bpf_fib_lookup() asks; it writes its answer into `params` (struct bpf_fib_lookup, 64 bytes) itself. */
export interface FibQuery {
  readonly params: DataView
  readonly flags: number
  /** From tc: the packet is at hand and its length is checked where params.tot_len is 0. */
  readonly packetLength: number
}

export interface Device {
  readonly ifindex: number
  readonly mtu: number
  /** Bytes of the link layer's header. */
  readonly headerLength: number
}

export interface NetHost extends Stateful {
  readonly device: (ifindex: number) => Device | undefined
  readonly lookup: (query: SocketQuery) => Sock | undefined
  /** Returns what the helper does: 0, a BPF_FIB_LKUP_RET_ code, or a negative error. */
  readonly fib: (query: FibQuery) => number
  /** A copy of the packet leaves: 0 or an error. */
  readonly cloneRedirect: (ifindex: number, flags: number, packet: Uint8Array) => number
  readonly netnsCookie: (sock: Sock | undefined) => bigint
  /** The socket of a descriptor, which user space puts into sockmaps and reuseport arrays. */
  readonly socket?: (fd: number) => Sock | undefined
  /** A program has set an option of a socket: its mark or its priority may be others. */
  readonly optionSet?: (sock: Sock) => void
  /** bpf_bind(): `address` is a struct sockaddr. */
  readonly bind?: (sock: Sock, address: Uint8Array) => number
  /** 0, or -ENOENT where the ACK answers no SYN cookie. */
  readonly checkSynCookie?: (sock: Sock, ipHeader: Uint8Array, tcpHeader: Uint8Array) => number
  /** The cookie's 32 bits and above them the MSS, or an error. */
  readonly makeSynCookie?: (sock: Sock, ipHeader: Uint8Array, tcpHeader: Uint8Array) => bigint
}

export interface Host {
  readonly tasks: TaskHost
  readonly user: UserMemory
  readonly stacks: StackHost
  readonly names: NameHost
  readonly perf: PerfHost
  readonly net: NetHost
}

/** What a program did to the world, in order. `map` is the index of a map of the kernel. */
export type Effect =
  | { readonly kind: 'signal'; readonly pid: number; readonly signal: number; readonly thread: boolean }
  | { readonly kind: 'override-return'; readonly lo: number; readonly hi: number }
  | { readonly kind: 'write-user'; readonly address: Address; readonly bytes: Uint8Array }
  /** bpf_set_retval() of cgroup programs. */
  | { readonly kind: 'set-retval'; readonly value: number }
  | { readonly kind: 'clone-redirect'; readonly ifindex: number; readonly flags: number; readonly packet: Uint8Array }
  /** bpf_sk_assign() of tc and sk_lookup, bpf_sk_select_reuseport(): the socket that gets the packet; undefined = taken back. */
  | { readonly kind: 'assign-socket'; readonly sock: Sock | undefined; readonly flags: number }
  /** bpf_sk_redirect_map() and its like: the data goes to another socket. */
  | { readonly kind: 'redirect-socket'; readonly sock: Sock; readonly flags: number }
  /** bpf_msg_apply_bytes(), bpf_msg_cork_bytes() */
  | { readonly kind: 'apply-bytes' | 'cork-bytes'; readonly bytes: number }
  /** What a BPF iterator wrote for user space. */
  | { readonly kind: 'seq'; readonly bytes: Uint8Array }

export type SavedHost = Readonly<Record<keyof Host, unknown>>

export function saveHost(h: Host): SavedHost {
  return {
    tasks: h.tasks.save?.(),
    user: h.user.save?.(),
    stacks: h.stacks.save?.(),
    names: h.names.save?.(),
    perf: h.perf.save?.(),
    net: h.net.save?.(),
  }
}

export function restoreHost(h: Host, s: SavedHost): void {
  h.tasks.restore?.(s.tasks)
  h.user.restore?.(s.user)
  h.stacks.restore?.(s.stacks)
  h.names.restore?.(s.names)
  h.perf.restore?.(s.perf)
  h.net.restore?.(s.net)
}
