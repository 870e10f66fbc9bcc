// What a program attaches to: a tracepoint, a function or an iterator of the kernel, a member of a structure of operations. From there come
// the types of its arguments. What cannot be attached to is refused before the walk.
// Linux: check_attach_btf_id(), bpf_check_attach_target(), check_struct_ops_btf_id(), bpf_iter_prog_supported().
import { type Btf, type BtfId, type BtfType, btfType, findMember, resolve } from '../../btf/index.ts'
import { MEM_RDONLY, PTR_MAYBE_NULL, PTR_TO_BTF_ID, PTR_TO_BUF, PTR_TRUSTED } from '../domain/layout.ts'
import { type Env, F_SLEEPABLE, unsupported } from '../env.ts'
import { EINVAL, ENOTSUPP } from '../errno.ts'
import { verbose } from '../verbose.ts'
import { isGplCompatible } from './license.ts'

/** An argument whose register is not what its type alone says. Linux: struct bpf_ctx_arg_aux. */
export interface CtxArg {
  readonly offset: number
  /** Kind with flags of domain/layout.ts. */
  readonly type: number
  readonly btfId: BtfId
}

export interface AttachTarget {
  /** As messages name it: 'sched_switch', 'bpf_iter_task', 'ssthresh'. */
  readonly name: string
  readonly proto: BtfType & { readonly kind: 'func_proto' }
  /** A tracepoint's prototype begins with its own data, which programs do not see. */
  readonly skipsFirst: boolean
  readonly args: readonly CtxArg[]
}

/** Types whose arguments come from what they attach to. */
const BTF_TYPES: ReadonlySet<string> = new Set(['tp_btf', 'iter', 'struct_ops'])
export const attachesByBtf = (progType: string): boolean => BTF_TYPES.has(progType)

const MAY_SLEEP: ReadonlySet<string> = new Set(['tracing', 'fexit', 'fmod_ret', 'iter', 'lsm', 'kprobe', 'struct_ops', 'syscall'])

export function checkAttach(env: Env): number {
  const { name } = env.progType
  const sleepable = (env.program.flags & F_SLEEPABLE) !== 0
  if (name === 'syscall') {
    if (sleepable) return 0
    verbose(env.log, 'Syscall programs can only be sleepable\n')
    return -EINVAL
  }
  if (sleepable && !MAY_SLEEP.has(name)) {
    verbose(env.log, 'Only fentry/fexit/fmod_ret, lsm, iter, uprobe, and struct_ops programs can be sleepable\n')
    return -EINVAL
  }
  if (!attachesByBtf(name)) return 0
  if (!env.kernel) return unsupported(env, `program type ${name}`)
  if (name === 'struct_ops') return attachToMember(env)
  const { attachTo } = env.program
  if (!attachTo) {
    verbose(env.log, 'Tracing programs must provide btf_id\n')
    return -EINVAL
  }
  return name === 'tp_btf' ? attachToTracepoint(env, attachTo) : attachToIterator(env, attachTo)
}

function set(env: Env, target: AttachTarget): number {
  env.attach = target
  return 0
}

function protoBehind(btf: Btf, id: BtfId): (BtfType & { readonly kind: 'func_proto' }) | undefined {
  let { type } = resolve(btf, id)
  if (type.kind === 'ptr' || type.kind === 'func') type = btfType(btf, type.type)
  return type.kind === 'func_proto' ? type : undefined
}

const TRACEPOINT_PREFIX = 'btf_trace_'

function attachToTracepoint(env: Env, attachTo: string): number {
  const { btf, find } = env.kernel!
  const id = find(attachTo, 'typedef')
  if (id === undefined) return unsupported(env, `attaching to ${attachTo}`)
  if (!attachTo.startsWith(TRACEPOINT_PREFIX)) {
    verbose(env.log, `attach_btf_id ${id} points to wrong type name ${attachTo}\n`)
    return -EINVAL
  }
  const proto = protoBehind(btf, id)
  if (!proto) return -EINVAL
  return set(env, { name: attachTo.slice(TRACEPOINT_PREFIX.length), proto, skipsFirst: true, args: [] })
}

const OR_NULL = PTR_TO_BTF_ID | PTR_MAYBE_NULL
const TRUSTED_OR_NULL = OR_NULL | PTR_TRUSTED
const BUFFER = PTR_TO_BUF | PTR_MAYBE_NULL
const RDONLY_BUFFER = BUFFER | MEM_RDONLY

/** Arguments of each iterator behind the first: member of its context and kind. Linux: ctx_arg_info of struct bpf_iter_reg. */
const ITERATOR_ARGS: Readonly<Record<string, readonly (readonly [member: string, type: number])[]>> = {
  task: [['task', TRUSTED_OR_NULL]],
  task_file: [
    ['task', OR_NULL],
    ['file', OR_NULL],
  ],
  task_vma: [
    ['task', OR_NULL],
    ['vma', OR_NULL],
  ],
  bpf_map: [['map', TRUSTED_OR_NULL]],
  bpf_prog: [['prog', OR_NULL]],
  bpf_link: [['link', OR_NULL]],
  bpf_map_elem: [
    ['key', RDONLY_BUFFER],
    ['value', BUFFER],
  ],
  bpf_sk_storage_map: [
    ['sk', OR_NULL],
    ['value', BUFFER],
  ],
  sockmap: [
    ['key', RDONLY_BUFFER],
    ['sk', OR_NULL],
  ],
  cgroup: [['cgroup', TRUSTED_OR_NULL]],
  tcp: [['sk_common', TRUSTED_OR_NULL]],
  udp: [['udp_sk', TRUSTED_OR_NULL]],
  unix: [['unix_sk', OR_NULL]],
  netlink: [['sk', OR_NULL]],
  ipv6_route: [['rt', OR_NULL]],
  ksym: [['ksym', OR_NULL]],
  kmem_cache: [['s', TRUSTED_OR_NULL]],
  dmabuf: [['dmabuf', OR_NULL]],
}
const ITERATOR_PREFIX = 'bpf_iter_'

function attachToIterator(env: Env, attachTo: string): number {
  const { btf, find } = env.kernel!
  const id = find(attachTo, 'func')
  if (id === undefined) return unsupported(env, `attaching to ${attachTo}`)
  const what = attachTo.startsWith(ITERATOR_PREFIX) ? ITERATOR_ARGS[attachTo.slice(ITERATOR_PREFIX.length)] : undefined
  const proto = protoBehind(btf, id)
  if (!what || !proto) return -EINVAL
  const context = find(`bpf_iter__${attachTo.slice(ITERATOR_PREFIX.length)}`, 'struct')
  const args: CtxArg[] = []
  for (const [name, type] of what) {
    const member = context === undefined ? undefined : findMember(btf, context, name)
    if (!member) return unsupported(env, `attaching to ${attachTo}`)
    const { type: pointer } = resolve(btf, member.type)
    args.push({ offset: member.offBits >> 3, type, btfId: pointer.kind === 'ptr' ? resolve(btf, pointer.type).id : 0 })
  }
  return set(env, { name: attachTo, proto, skipsFirst: false, args })
}

/** Structures of operations that programs may implement: members that have none, and arguments that may be NULL ("member argument"). */
const STRUCT_OPS: Readonly<Record<string, { readonly unsupported: readonly string[]; readonly nullable: readonly string[] }>> = {
  tcp_congestion_ops: { unsupported: ['get_info'], nullable: [] },
  bpf_dummy_ops: { unsupported: [], nullable: ['test_1 0'] },
}

function attachToMember(env: Env): number {
  const { log, program } = env
  const { btf, find } = env.kernel!
  if (!isGplCompatible(env)) {
    verbose(log, 'struct ops programs must have a GPL compatible license\n')
    return -EINVAL
  }
  const { attachTo } = program
  if (!attachTo) return -ENOTSUPP
  const id = find(attachTo, 'struct')
  const struct = id === undefined ? undefined : btfType(btf, id)
  if (struct?.kind !== 'struct') return unsupported(env, `attaching to ${attachTo}`)
  const rules = STRUCT_OPS[attachTo]
  if (!rules) {
    verbose(log, `attach_btf_id ${id} is not a supported struct\n`)
    return -ENOTSUPP
  }
  const index = program.attachType
  const member = struct.members[index]
  if (!member) {
    verbose(log, `attach to invalid member idx ${index} of struct ${attachTo}\n`)
    return -EINVAL
  }
  const { type } = resolve(btf, member.type)
  const proto = type.kind === 'ptr' ? protoBehind(btf, type.type) : undefined
  if (!proto) {
    verbose(log, `attach to invalid member ${member.name}(@idx ${index}) of struct ${attachTo}\n`)
    return -EINVAL
  }
  const misfit = attachTo === 'bpf_dummy_ops' && (program.flags & F_SLEEPABLE) !== 0 && member.name !== 'test_sleepable' ? -EINVAL : 0
  const err = rules.unsupported.includes(member.name) ? -ENOTSUPP : misfit
  if (err) {
    verbose(log, `attach to unsupported member ${member.name} of struct ${attachTo}\n`)
    return err
  }
  const args: CtxArg[] = []
  for (const [i, param] of proto.params.entries()) {
    if (!rules.nullable.includes(`${member.name} ${i}`)) continue
    const pointer = resolve(btf, param.type).type
    args.push({ offset: 8 * i, type: TRUSTED_OR_NULL, btfId: pointer.kind === 'ptr' ? resolve(btf, pointer.type).id : 0 })
  }
  return set(env, { name: member.name, proto, skipsFirst: false, args })
}
