// Fields of kernel structures that some program types may write. Linux: btf_struct_access() of struct bpf_verifier_ops, that is
// _nf_conntrack_btf_struct_access(), bpf_tcp_ca_btf_struct_access(), bpf_dummy_ops_btf_struct_access().
import { findMember, sizeOf } from '../../btf/index.ts'
import { type Env, unsupported } from '../env.ts'
import { EACCES } from '../errno.ts'
import { verbose } from '../verbose.ts'
import { kernelStruct } from './btf-types.ts'

const CONNTRACK_TYPES: ReadonlySet<string> = new Set(['sched_cls', 'sched_act', 'xdp', 'xdp_devmap', 'xdp_cpumap'])

/** 0 or an errno where the program's type has rules of its own; undefined where the common ones hold. */
export function mayWriteStruct(env: Env, struct: string, off: number, size: number): number | undefined {
  if (!CONNTRACK_TYPES.has(env.progType.name)) return undefined
  if (struct !== 'nf_conn' && struct !== 'nf_conn___init') return refuse(env, 'only read is supported')
  return mayWriteField(env, 'nf_conn', ['mark'], off, size)
}

function mayWriteField(env: Env, struct: string, fields: readonly string[], off: number, size: number): number {
  const id = kernelStruct(env, struct)
  const btf = env.kernel?.btf
  if (id === undefined || !btf) return unsupported(env, `struct ${struct} of the kernel`)
  for (const field of fields) {
    const member = findMember(btf, id, field)
    if (!member || member.offBits >> 3 !== off) continue
    const end = off + (sizeOf(btf, member.type) ?? 0)
    if (off + size <= end) return 0
    return refuse(env, `write access at off ${off} with size ${size} beyond the member of ${struct} ended at ${end}`)
  }
  return refuse(env, `no write support to ${struct} at off ${off}`)
}

function refuse(env: Env, text: string): number {
  verbose(env.log, `${text}\n`)
  return -EACCES
}
