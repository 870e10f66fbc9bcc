// Where programs are attached, by what a hook is called. Built once from the scenario's attachments; a hook without a program costs one look-up.
//
//   tp sched/sched_switch   raw sys_enter      k do_unlinkat   kr do_unlinkat    fe/fx/fm vfs_read    lsm file_open
//   u /usr/bin/bash:readline   ur ...          perf            iter task         syscall NAME      cg setsockopt
//
// In: loaded programs and what the scenario says about where. Out: the table, and what is not modelled by name.
import { tracepointByName } from '../../abi/index.ts'
import type { LoadedProgram } from '../kernel.ts'
import { symbolsMatching } from './symbols.ts'

export interface Attached {
  readonly program: LoadedProgram
  /** How a person names the hook. */
  readonly name: string
  readonly place: string
  /** Number of the attachment; sessions are told apart by it. */
  readonly index: number
  readonly cookie: bigint
  /** Of programs on cgroups: the path, and the pod whose cgroup is meant where no path is said. */
  readonly pod: string
}

export interface Hooks {
  readonly at: (key: string) => readonly Attached[]
  /** Keys that begin so, for hooks of user space whose image is only known by its end. */
  readonly keys: readonly string[]
  /** Samples a second of perf_event programs; 0 = none. */
  readonly hz: number
}

export interface ProgramAt {
  readonly program: LoadedProgram
  /** Of the scenario; empty where the program's section says it. */
  readonly target: string
  /** Pod that the program is attached in; empty = the host. */
  readonly pod: string
}

export interface HookPlan {
  readonly hooks: Hooks
  /** "kprobe on X": what cannot be attached here. */
  readonly unsupported: readonly string[]
  readonly list: readonly Attached[]
}

const DEFAULT_HZ = 99
const MAX_HZ = 10_000
const NOTHING: readonly Attached[] = []

export function planHooks(programs: readonly ProgramAt[]): HookPlan {
  const table = new Map<string, Attached[]>()
  const unsupported: string[] = []
  const list: Attached[] = []
  let hz = 0
  for (const [index, { program, target, pod }] of programs.entries()) {
    const where = placeOf(program, target)
    if (where.kind === 'unsupported') {
      unsupported.push(where.what)
      continue
    }
    if (where.kind === 'perf') hz = Math.min(MAX_HZ, where.hz || DEFAULT_HZ)
    const attached: Attached = { program, name: where.name, place: where.place, index, cookie: 0n, pod: target === '' ? pod : '' }
    list.push(attached)
    for (const key of where.keys) table.set(key, [...(table.get(key) ?? []), attached])
  }
  return { hooks: { at: (key) => table.get(key) ?? NOTHING, keys: [...table.keys()], hz }, unsupported, list }
}

type Where =
  | { readonly kind: 'at'; readonly keys: readonly string[]; readonly name: string; readonly place: string }
  | { readonly kind: 'perf'; readonly keys: readonly string[]; readonly name: string; readonly place: string; readonly hz: number }
  | { readonly kind: 'unsupported'; readonly what: string }

const at = (name: string, place: string, ...keys: readonly string[]): Where => ({ kind: 'at', keys, name, place })
const not = (what: string): Where => ({ kind: 'unsupported', what })

function placeOf(loaded: LoadedProgram, target: string): Where {
  const { program } = loaded
  const { type, section, attachTo = '' } = program
  const [word, ...rest] = section.split('/')
  const said = target || rest.join('/')
  switch (type) {
    case 'tracepoint':
      return isTracepoint(said) ? at('tracepoint', said, `tp ${said}`) : not(`tracepoint ${said}`)
    case 'raw_tracepoint':
    case 'raw_tracepoint_writable':
      return isRaw(said) ? at('raw_tp', said, `raw ${said}`) : not(`raw tracepoint ${said}`)
    case 'tp_btf': {
      const name = target || attachTo.replace(/^btf_trace_/, '')
      return isRaw(name) ? at('tp_btf', name, `raw ${name}`) : not(`tracepoint ${name}`)
    }
    case 'tracing':
      return functionPlace('fentry', 'fe', target || attachTo)
    case 'fexit':
      return functionPlace('fexit', 'fx', target || attachTo)
    case 'fmod_ret':
      return functionPlace('fmod_ret', 'fm', target || attachTo)
    case 'lsm': {
      const name = target || attachTo.replace(/^bpf_lsm_/, '')
      return LSM_HOOKS.has(name) ? at('lsm', name, `lsm ${name}`) : not(`security hook ${name}`)
    }
    case 'perf_event':
      return { kind: 'perf', keys: ['perf'], name: 'perf_event', place: 'cpu-clock', hz: Number(/\d+/.exec(said)?.[0] ?? 0) }
    case 'iter': {
      const name = target || attachTo.replace(/^bpf_iter_/, '')
      return ITERATORS.has(name) ? at('iter', name, `iter ${program.name}`) : not(`iterator over ${name}`)
    }
    case 'syscall':
      return at('syscall', program.name, `syscall ${program.name}`)
    case 'cgroup_device':
      return at('cgroup/dev', target.replace(/(.)\/$/, '$1') || '/', 'cg dev')
    case 'cgroup_getsockopt':
    case 'cgroup_setsockopt':
      return at(`cgroup/${type.slice(7)}`, target.replace(/(.)\/$/, '$1') || '/', `cg ${type.slice(7)}`)
    default:
      return probePlace(word, said)
  }
}

export const ITERATORS = new Set(['task', 'bpf_map_elem', 'bpf_map'])

function functionPlace(name: string, key: string, where: string): Where {
  return symbolsMatching(where).length === 1 ? at(name, where, `${key} ${where}`) : not(`${name} on ${where}`)
}

function probePlace(word: string, said: string): Where {
  switch (word) {
    case 'ksyscall':
    case 'kretsyscall': {
      const found = symbolsMatching(`__x64_sys_${said}`)
      return found.length === 1 ? at(word, said, `${word === 'ksyscall' ? 'k' : 'kr'} ${found[0]}`) : not(`${word} on ${said}`)
    }
    case 'kprobe':
    case 'kretprobe': {
      const plain = said.replace(/^.*:/, '').replace(/\+(0x)?0$/, '')
      const found = symbolsMatching(plain)
      return found.length === 1 && !plain.includes('*')
        ? at(word, plain, `${word === 'kprobe' ? 'k' : 'kr'} ${plain}`)
        : not(`${word} on ${said}`)
    }
    case 'kprobe.multi':
    case 'kretprobe.multi':
    case 'kprobe.session': {
      const found = symbolsMatching(said)
      const key = word === 'kprobe.multi' ? 'k' : word === 'kretprobe.multi' ? 'kr' : 'ks'
      return found.length > 0 ? at(word, said, ...found.map((f) => `${key} ${f}`)) : not(`${word} on ${said}`)
    }
    case 'uprobe':
    case 'uprobe.s':
    case 'uprobe.multi':
    case 'uprobe.multi.s':
      return userPlace(word, 'u', said)
    case 'uretprobe':
    case 'uretprobe.s':
    case 'uretprobe.multi':
    case 'uretprobe.multi.s':
      return userPlace(word, 'ur', said)
    default:
      return not(`SEC("${word}")`)
  }
}

/** "/path/of/image:function" */
function userPlace(word: string, key: string, said: string): Where {
  const found = /^\/?(.+):([\w.@$]+)(?:\+0x0)?$/.exec(said)
  return found ? at(word, said, `${key} ${baseOf(found[1])}:${found[2]}`) : not(`${word} on ${said || 'a place that it does not say'}`)
}

/** Images are known by their last part, libraries without what follows ".so". */
export const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1).replace(/(\.so)(\.[\d.]+)?$/, '$1')

const isTracepoint = (name: string): boolean => tracepointByName(name) !== undefined || /^syscalls\/sys_(enter|exit)_\w+$/.test(name)
const isRaw = (name: string): boolean => RAW_TRACEPOINTS.has(name)

/** Tracepoints of the kernel that fire with their arguments. */
const RAW_TRACEPOINTS = new Set([
  'sys_enter',
  'sys_exit',
  'sched_switch',
  'sched_wakeup',
  'sched_wakeup_new',
  'sched_waking',
  'sched_process_fork',
  'sched_process_exec',
  'sched_prepare_exec',
  'sched_process_exit',
  'sched_process_free',
  'sched_process_wait',
  'sched_migrate_task',
  'sched_stat_runtime',
  'signal_generate',
  'signal_deliver',
  'task_newtask',
  'task_rename',
  'inet_sock_set_state',
])

/** Hooks of security modules that are called. */
export const LSM_HOOKS: ReadonlySet<string> = new Set([
  'file_open',
  'file_permission',
  'inode_create',
  'inode_unlink',
  'inode_rename',
  'inode_mkdir',
  'inode_rmdir',
  'inode_setattr',
  'path_unlink',
  'path_rename',
  'path_mkdir',
  'path_rmdir',
  'path_chmod',
  'sb_mount',
  'bprm_creds_for_exec',
  'bprm_check_security',
  'bprm_committing_creds',
  'bprm_committed_creds',
  'task_alloc',
  'task_free',
  'task_kill',
  'task_fix_setuid',
  'task_fix_setgid',
  'capable',
  'ptrace_access_check',
  'mmap_file',
  'mmap_addr',
  'file_mprotect',
  'socket_create',
  'socket_post_create',
  'socket_connect',
  'socket_bind',
  'socket_listen',
  'socket_accept',
  'socket_getsockopt',
  'socket_setsockopt',
  'socket_sendmsg',
  'socket_recvmsg',
  'bpf',
  'kernel_read_file',
  'kernel_load_data',
])
