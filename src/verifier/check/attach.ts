// What a program attaches to: a tracepoint, a function or an iterator of the kernel, a member of a structure of operations. From there come
// the types of its arguments. What cannot be attached to is refused before the walk.
// Linux: check_attach_btf_id(), bpf_check_attach_target(), check_struct_ops_btf_id(), bpf_iter_prog_supported(), btf_distill_func_proto().
import { type Btf, type BtfId, type BtfType, btfType, findMember, resolve, sizeOf } from '../../btf/index.ts'
import { MEM_RDONLY, PTR_MAYBE_NULL, PTR_TO_BTF_ID, PTR_TO_BUF, PTR_TRUSTED } from '../domain/layout.ts'
import { type Env, F_SLEEPABLE, unsupported } from '../env.ts'
import { EINVAL, ENOTSUPP } from '../errno.ts'
import { verbose } from '../verbose.ts'
import { isStruct, kindText } from './btf-types.ts'
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
const BTF_TYPES: ReadonlySet<string> = new Set(['tp_btf', 'iter', 'struct_ops', 'tracing', 'fexit', 'fmod_ret', 'lsm'])
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
  if (name === 'tp_btf') return attachToTracepoint(env, attachTo)
  if (name === 'lsm') return attachToHook(env, attachTo)
  return name === 'iter' ? attachToIterator(env, attachTo) : attachToFunction(env, attachTo)
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

const MAX_FUNC_ARGS = 12
/** An argument that takes two registers. */
const MAX_ARG_BYTES = 16
/** Functions that the calls of programs go through themselves. */
const NEVER_TRACED: ReadonlySet<string> = new Set(['migrate_disable', 'migrate_enable', '__rcu_read_lock', '__rcu_read_unlock'])
const NEVER_RETURN: ReadonlySet<string> = new Set([
  '__x64_sys_exit',
  '__x64_sys_exit_group',
  'do_exit',
  'do_group_exit',
  'kthread_complete_and_exit',
  'kthread_exit',
  'make_task_dead',
])
/** Test functions that let programs replace their result. */
const SLEEPING_TEST = 'bpf_fentry_test1'
const MODIFIABLE: ReadonlySet<string> = new Set([SLEEPING_TEST, 'bpf_modify_return_test', 'bpf_modify_return_test2'])

function attachToFunction(env: Env, attachTo: string): number {
  const { btf, find } = env.kernel!
  const { name } = env.progType
  const id = find(attachTo, 'func')
  const proto = id === undefined ? undefined : protoBehind(btf, id)
  if (!proto) return unsupported(env, `attaching to ${attachTo}`)
  const refuse = (text: string): number => {
    verbose(env.log, `${text}\n`)
    return -EINVAL
  }
  const fault = modelFault(btf, proto, attachTo)
  if (fault) return refuse(fault)
  // Where errors may be injected programs may sleep too; system calls are such functions, and not among the kept types.
  if (env.program.flags & F_SLEEPABLE) {
    if (name !== 'fmod_ret' || attachTo !== SLEEPING_TEST) return refuse(`${attachTo} is not sleepable`)
  } else if (name === 'fmod_ret' && !attachTo.startsWith('security_') && !MODIFIABLE.has(attachTo))
    return refuse(`${attachTo}() is not modifiable`)
  if (NEVER_TRACED.has(attachTo)) return refuse(`Attaching tracing programs to function '${attachTo}' is rejected.`)
  if (name !== 'tracing' && NEVER_RETURN.has(attachTo))
    return refuse(`Attaching fexit/fmod_ret to __noreturn function '${attachTo}' is rejected.`)
  return set(env, { name: attachTo, proto, skipsFirst: false, args: [] })
}

const HOOK_PREFIX = 'bpf_lsm_'
/** Hooks that answer more than a number, which programs may not stand in for. Linux: bpf_lsm_disabled_hooks. */
const DISABLED_HOOKS: ReadonlySet<string> = new Set(
  'vm_enough_memory inode_need_killpriv inode_getsecurity inode_listsecurity inode_copy_up_xattr getselfattr getprocattr setprocattr key_getsecurity audit_rule_match xfrm_decode_session ismaclabel'.split(
    ' ',
  ),
)

/** Hooks that are called where sleeping is allowed. Linux: sleepable_lsm_hooks. */
const SLEEPING_HOOKS: ReadonlySet<string> = new Set(
  `bpf bpf_map bpf_map_create bpf_map_free bpf_prog bpf_prog_load bpf_token_capable bpf_token_cmd bpf_token_create bpf_token_free
  bprm_check_security bprm_committed_creds bprm_committing_creds bprm_creds_for_exec bprm_creds_from_file capget capset cred_prepare
  file_ioctl file_lock file_open file_post_open file_receive
  inode_create inode_free_security inode_getattr inode_getxattr inode_mknod inode_need_killpriv inode_post_removexattr inode_post_setxattr
  inode_readlink inode_removexattr inode_rename inode_rmdir inode_setattr inode_setxattr inode_symlink inode_unlink
  kernel_module_request kernel_read_file kernfs_init_security mmap_file netlink_send
  path_chmod path_chown path_link path_mkdir path_notify path_rename path_rmdir path_symlink path_truncate path_unlink release_secctx
  sb_alloc_security sb_eat_lsm_opts sb_kern_mount sb_mount sb_remount sb_set_mnt_opts sb_show_options sb_statfs sb_umount settime
  socket_accept socket_bind socket_connect socket_create socket_getpeername socket_getpeersec_dgram socket_getsockname socket_getsockopt
  socket_listen socket_post_create socket_recvmsg socket_sendmsg socket_shutdown socket_socketpair
  syslog task_alloc task_prctl task_setscheduler userns_create`.split(/\s+/),
)

export const maySleepIn = (hook: string): boolean => hook.startsWith(HOOK_PREFIX) && SLEEPING_HOOKS.has(hook.slice(HOOK_PREFIX.length))

/** A hook of security modules. Linux: bpf_lsm_verify_prog(). */
function attachToHook(env: Env, attachTo: string): number {
  const { btf, find } = env.kernel!
  const id = find(attachTo, 'func')
  const proto = id === undefined ? undefined : protoBehind(btf, id)
  if (!proto) return unsupported(env, `attaching to ${attachTo}`)
  const refuse = (text: string): number => {
    verbose(env.log, `${text}\n`)
    return -EINVAL
  }
  const fault = modelFault(btf, proto, attachTo)
  if (fault) return refuse(fault)
  if (env.program.flags & F_SLEEPABLE && !maySleepIn(attachTo)) return refuse(`${attachTo} is not sleepable`)
  if (!isGplCompatible(env)) return refuse('LSM programs must have a GPL compatible license')
  if (!attachTo.startsWith(HOOK_PREFIX)) return refuse(`attach_btf_id ${id} points to wrong type name ${attachTo}`)
  if (DISABLED_HOOKS.has(attachTo.slice(HOOK_PREFIX.length))) return refuse(`attach_btf_id ${id} points to disabled hook ${attachTo}`)
  return set(env, { name: attachTo, proto, skipsFirst: false, args: [] })
}

const MAX_ERRNO = 4095
const LSM_CGROUP = 43
/** Hooks that answer yes or no. */
const YES_OR_NO: ReadonlySet<string> = new Set([
  'bpf_lsm_xfrm_state_pol_flow_match',
  'bpf_lsm_audit_rule_known',
  'bpf_lsm_inode_xattr_skipcap',
])

/** A program on a security hook for the processes of one cgroup (BPF_LSM_CGROUP). */
export const isCgroupHook = (env: Env): boolean => env.progType.name === 'lsm' && env.program.attachType === LSM_CGROUP

/** What the hook of a security module may answer; undefined where it answers nothing, or a cgroup's yes or no. Linux: bpf_lsm_get_retval_range(). */
export function hookRange(env: Env): readonly [number, number] | undefined {
  const { attach, progType } = env
  if (progType.name !== 'lsm' || !attach || attach.proto.ret === 0 || isCgroupHook(env)) return undefined
  return YES_OR_NO.has(attach.name) ? [0, 1] : [-MAX_ERRNO, 0]
}

/** Hooks that are called while what they are given is made or taken apart. Linux: untrusted_lsm_hooks. */
const UNTRUSTED: ReadonlySet<string> = new Set(
  'bpf_map_free bpf_prog_free file_alloc_security file_free_security sk_alloc_security sk_free_security task_free'.split(' '),
)
export const givesTrusted = (attachTo: string | undefined): boolean => !UNTRUSTED.has((attachTo ?? '').replace(HOOK_PREFIX, ''))

/** Why a function cannot be hooked: what it takes or gives does not fit registers. Linux: btf_distill_func_proto(). */
function modelFault(btf: Btf, proto: AttachTarget['proto'], name: string): string | undefined {
  const { params } = proto
  if (params.length > MAX_FUNC_ARGS) return `The function ${name} has ${params.length} arguments. Too many.`
  const ret = resolve(btf, proto.ret).type
  if (isStruct(ret)) return `The function ${name} return type ${kindText(ret)} is unsupported.`
  for (const [i, param] of params.entries()) {
    if (i === params.length - 1 && param.type === 0) return `The function ${name} with variable args is unsupported.`
    const size = sizeOf(btf, param.type) ?? 0
    if (size > MAX_ARG_BYTES) return `The function ${name} arg${i} type ${kindText(resolve(btf, param.type).type)} is unsupported.`
  }
  return undefined
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
