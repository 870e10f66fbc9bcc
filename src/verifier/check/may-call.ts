// Which helpers a program may call: those of its type, and for some types more or fewer, by what it attaches to.
// Linux: get_func_proto() of struct bpf_verifier_ops, bpf_iter_tcp_get_func_proto(), bpf_tcp_ca_get_func_proto().
import { helperAllowed } from '../../abi/index.ts'
import type { Env } from '../env.ts'
import { FUNC_GETSOCKOPT, FUNC_SETSOCKOPT } from './helper-ids.ts'

/** Iterators whose sockets are locked while the program sees them. */
const LOCKED_SOCKETS: ReadonlySet<string> = new Set(['bpf_iter_tcp', 'bpf_iter_unix'])

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
  if (id === FUNC_SETSOCKOPT || id === FUNC_GETSOCKOPT) {
    if (name === 'iter') return LOCKED_SOCKETS.has(attachTo)
    if (name === 'struct_ops' && env.attach?.name === 'release') return false
  }
  if (name === 'struct_ops' && attachTo === 'bpf_dummy_ops') return false
  return helperAllowed(id, name) && (env.bpfCapable || !NEED_CAP_BPF.has(id)) && (env.perfmon || !NEED_CAP_PERFMON.has(id))
}
