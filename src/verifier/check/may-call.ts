// Which helpers a program may call: those of its type, and for some types more or fewer, by what it attaches to.
// Linux: get_func_proto() of struct bpf_verifier_ops, bpf_iter_tcp_get_func_proto(), bpf_tcp_ca_get_func_proto().
import { helperAllowed } from '../../abi/index.ts'
import type { Env } from '../env.ts'
import { FUNC_GETSOCKOPT, FUNC_SETSOCKOPT } from './helper-ids.ts'

/** Iterators whose sockets are locked while the program sees them. */
const LOCKED_SOCKETS: ReadonlySet<string> = new Set(['bpf_iter_tcp', 'bpf_iter_unix'])

export function mayCallHelper(env: Env, id: number): boolean {
  const { name } = env.progType
  const { attachTo = '' } = env.program
  if (id === FUNC_SETSOCKOPT || id === FUNC_GETSOCKOPT) {
    if (name === 'iter') return LOCKED_SOCKETS.has(attachTo)
    if (name === 'struct_ops' && env.attach?.name === 'release') return false
  }
  if (name === 'struct_ops' && attachTo === 'bpf_dummy_ops') return false
  return helperAllowed(id, name)
}
