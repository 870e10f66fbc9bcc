// Which helpers a program may call: those of its type, and for some types more or fewer, by what it attaches to.
// Linux: get_func_proto() of struct bpf_verifier_ops, bpf_iter_tcp_get_func_proto(), bpf_tcp_ca_get_func_proto().
import { helperAllowed } from '../../abi/index.ts'
import type { Env } from '../env.ts'
import { isCgroupHook, maySleepIn } from './attach.ts'
import * as f from './helper-ids.ts'

/** Iterators whose sockets are locked while the program sees them. */
const LOCKED_SOCKETS: ReadonlySet<string> = new Set(['bpf_iter_tcp', 'bpf_iter_unix'])

/** Hooks of a cgroup where options of the socket may be read and set. Linux: bpf_lsm_locked_sockopt_hooks, bpf_lsm_unlocked_sockopt_hooks. */
const HOOKS_OF_NEW_SOCKETS: ReadonlySet<string> = new Set(
  ['sock_graft', 'inet_csk_clone', 'inet_conn_established', 'socket_post_create', 'socket_socketpair'].map((hook) => `bpf_lsm_${hook}`),
)
/** Linux: cgroup_common_func_proto(). */
const CGROUP_COMMON: ReadonlySet<number> = new Set([f.FUNC_GET_LOCAL_STORAGE, f.FUNC_GET_RETVAL, f.FUNC_SET_RETVAL])
/** What only a function's trampoline can tell. Linux: bpf_prog_has_trampoline(). */
const OF_TRAMPOLINES: ReadonlySet<number> = new Set([
  f.FUNC_GET_FUNC_ARG,
  f.FUNC_GET_FUNC_RET,
  f.FUNC_GET_FUNC_ARG_CNT,
  f.FUNC_GET_ATTACH_COOKIE,
])
/** Functions at which bpf_d_path() may be called. Linux: btf_allowlist_d_path. */
const D_PATH_FUNCTIONS: ReadonlySet<string> = new Set(
  'security_file_permission security_inode_getattr security_file_open security_path_truncate vfs_truncate vfs_fallocate dentry_open vfs_getattr filp_close'.split(
    ' ',
  ),
)

// What program types may call with capabilities only, found by probing. Linux: bpf_base_func_proto(), bpf_sk_base_func_proto().
/** Locks, timers, callbacks, dynptrs, storage of tasks, variables of CPUs, cgroups. */
const NEED_CAP_BPF: ReadonlySet<number> = new Set([
  17, 37, 80, 93, 94, 118, 123, 153, 154, 156, 157, 164, 169, 170, 171, 172, 181, 194, 197, 198, 199, 200, 201, 202, 203, 209, 210, 211,
])
/** Reads of kernel and user memory, text, tasks, signals, counters, casts of sockets. */
const NEED_CAP_PERFMON: ReadonlySet<number> = new Set([
  6, 16, 22, 35, 55, 109, 112, 113, 114, 115, 117, 136, 137, 138, 139, 140, 141, 148, 149, 158, 165, 166, 175, 176, 177, 178, 180, 191, 196,
])

export function mayCallHelper(env: Env, id: number): boolean {
  const { name } = env.progType
  const { attachTo = '' } = env.program
  if (id === f.FUNC_SETSOCKOPT || id === f.FUNC_GETSOCKOPT) {
    if (name === 'iter') return LOCKED_SOCKETS.has(attachTo)
    if (name === 'lsm') return isCgroupHook(env) && HOOKS_OF_NEW_SOCKETS.has(attachTo)
    if (name === 'struct_ops' && env.attach?.name === 'release') return false
  }
  if (name === 'struct_ops' && attachTo === 'bpf_dummy_ops') return false
  if (isCgroupHook(env)) {
    if (CGROUP_COMMON.has(id)) return true
    if (OF_TRAMPOLINES.has(id)) return false
  }
  if (id === f.FUNC_GET_FUNC_RET && (name === 'tracing' || name === 'lsm')) return false
  return helperAllowed(id, name) && (env.bpfCapable || !NEED_CAP_BPF.has(id)) && (env.perfmon || !NEED_CAP_PERFMON.has(id))
}

/** Whether a helper of TRACED_HELPERS may be called at what the program attaches to. Linux: bpf_d_path_allowed(), bpf_sk_storage_tracing_allowed(). */
export function mayCallAt(env: Env, id: number): boolean {
  const { name } = env.progType
  const { attachTo = '' } = env.program
  if (id === f.FUNC_D_PATH) return name === 'iter' || (name === 'lsm' ? maySleepIn(attachTo) : D_PATH_FUNCTIONS.has(attachTo))
  if (name === 'fmod_ret' || name === 'syscall') return false
  return (name !== 'tracing' && name !== 'fexit') || !attachTo.startsWith('bpf_sk_storage')
}
