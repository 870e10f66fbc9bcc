// Fields of kernel structures that some program types may write. Linux: btf_struct_access() of struct bpf_verifier_ops, that is
// _nf_conntrack_btf_struct_access(), bpf_tcp_ca_btf_struct_access(), bpf_dummy_ops_btf_struct_access().
import { type Btf, type BtfId, findMember, sizeOf } from '../../btf/index.ts'
import { type Env, unsupported } from '../env.ts'
import { EACCES } from '../errno.ts'
import { verbose } from '../verbose.ts'
import { kernelStruct } from './btf-types.ts'

const CONNTRACK_TYPES: ReadonlySet<string> = new Set(['sched_cls', 'sched_act', 'xdp', 'xdp_devmap', 'xdp_cpumap'])

interface Field {
  /** Members from the outermost structure inwards. */
  readonly path: string
  /** May be entered in the middle. */
  readonly anywhere?: boolean
}

/** What congestion control may change of a connection. */
const TCP_FIELDS: readonly Field[] = [
  { path: 'inet_conn.icsk_inet.sk.sk_pacing_rate' },
  { path: 'inet_conn.icsk_inet.sk.sk_pacing_status' },
  { path: 'inet_conn.icsk_ca_priv', anywhere: true },
  { path: 'inet_conn.icsk_ack.pending' },
  { path: 'snd_cwnd' },
  { path: 'snd_cwnd_cnt' },
  { path: 'snd_cwnd_stamp' },
  { path: 'snd_ssthresh' },
  { path: 'ecn_flags' },
  { path: 'app_limited' },
]

/** 0 or an errno where the program's type has rules of its own; undefined where the common ones hold. */
export function mayWriteStruct(env: Env, struct: string, off: number, size: number): number | undefined {
  if (CONNTRACK_TYPES.has(env.progType.name)) {
    if (struct !== 'nf_conn' && struct !== 'nf_conn___init') return refuse(env, 'only read is supported')
    return mayWriteField(env, 'nf_conn', [{ path: 'mark' }], off, size)
  }
  switch (env.progType.name === 'struct_ops' ? env.program.attachTo : undefined) {
    case 'tcp_congestion_ops':
      if (struct !== 'tcp_sock') return refuse(env, 'only read is supported')
      return mayWriteField(env, struct, TCP_FIELDS, off, size)
    case 'bpf_dummy_ops':
      return mayWriteState(env, struct, off, size)
    default:
      return undefined
  }
}

function mayWriteField(env: Env, struct: string, fields: readonly Field[], off: number, size: number): number {
  const id = kernelStruct(env, struct)
  const btf = env.kernel?.btf
  if (id === undefined || !btf) return unsupported(env, `struct ${struct} of the kernel`)
  for (const { path, anywhere } of fields) {
    const place = placeOf(btf, id, path)
    if (!place) return unsupported(env, `struct ${struct} of the kernel`)
    const { start, end } = place
    if (anywhere ? off < start || off >= end : off !== start) continue
    if (off + size <= end) return 0
    return refuse(env, `write access at off ${off} with size ${size} beyond the member of ${struct} ended at ${end}`)
  }
  return refuse(env, `no write support to ${struct} at off ${off}`)
}

function placeOf(btf: Btf, id: BtfId, path: string): { readonly start: number; readonly end: number } | undefined {
  let start = 0
  let at = id
  for (const name of path.split('.')) {
    const member = findMember(btf, at, name)
    if (!member) return undefined
    start += member.offBits >> 3
    at = member.type
  }
  return { start, end: start + (sizeOf(btf, at) ?? 0) }
}

function mayWriteState(env: Env, struct: string, off: number, size: number): number {
  const state = kernelStruct(env, 'bpf_dummy_ops_state')
  if (struct !== 'bpf_dummy_ops_state' || state === undefined) return refuse(env, 'only access to bpf_dummy_ops_state is supported')
  if (off + size <= (sizeOf(env.kernel!.btf, state) ?? 0)) return 0
  return refuse(env, `write access at off ${off} with size ${size}`)
}

function refuse(env: Env, text: string): number {
  verbose(env.log, `${text}\n`)
  return -EACCES
}
