// What a function of the program takes, read from its type: numbers, the context, memory of a size. Arguments may carry tags ("arg:ctx").
// Static functions are walked with what they are given, so for them a type that does not fit is no error.
// Linux: btf_prepare_func_args(), btf_is_prog_ctx_type(), btf_validate_prog_ctx_type(), check_btf_func().
import { type Btf, type BtfId, type BtfType, btfType, resolve, sizeOf } from '../../btf/index.ts'
import { MEM_RDONLY, PTR_MAYBE_NULL, PTR_TRUSTED, PTR_UNTRUSTED } from '../domain/layout.ts'
import { type Env, unsupported } from '../env.ts'
import { EFAULT, EINVAL, ENOENT, EOPNOTSUPP, ESRCH } from '../errno.ts'
import { verbose } from '../verbose.ts'
import { anonName, btfOf, isStruct, KERNEL_BTF, kindText, nameText } from './btf-types.ts'

export interface FuncArg {
  readonly kind: 'scalar' | 'ctx' | 'mem' | 'arena' | 'dynptr' | 'struct'
  /** Of memory: flags of domain/layout.ts. */
  readonly flags: number
  readonly size: number
  /** Of a structure of the kernel: its type. */
  readonly btfId?: BtfId
}

const SCALAR: FuncArg = { kind: 'scalar', flags: 0, size: 0 }
const DYNPTR: FuncArg = { kind: 'dynptr', flags: 0, size: 0 }
const CTX: FuncArg = { kind: 'ctx', flags: 0, size: 0 }
const MAX_ARGS = 5

/** Types of functions have to be there for each function, and say what a return value is where it may come from elsewhere. */
export function checkFuncInfo(env: Env): number {
  if (!env.hasFuncInfo || !env.btf) return 0
  if (env.program.subprogs.length !== env.subprogs.length) {
    verbose(env.log, "number of funcs in func_info doesn't match number of subprogs\n")
    return -EINVAL
  }
  for (const [i, subprog] of env.subprogs.entries()) {
    if (env.program.subprogs[i]!.start !== subprog.start) {
      verbose(env.log, "func_info BTF section doesn't match subprog layout in BPF program\n")
      return -EINVAL
    }
    const { type } = resolve(env.btf, protoOf(env.btf, subprog.typeId)?.ret ?? 0)
    if (i === 0 || isScalar(type)) continue
    const what = subprog.hasLdAbs ? 'LD_ABS' : subprog.hasTailCall ? 'tail_call' : ''
    if (what === '') continue
    verbose(env.log, `${what} is only allowed in functions that return 'int'.\n`)
    return -EINVAL
  }
  return 0
}

const isScalar = (type: BtfType): boolean => type.kind === 'int' || type.kind === 'enum' || type.kind === 'enum64'

function protoOf(btf: Btf, typeId: BtfId): (BtfType & { kind: 'func_proto' }) | undefined {
  const func = btfType(btf, typeId)
  const proto = func.kind === 'func' ? btfType(btf, func.type) : undefined
  return proto?.kind === 'func_proto' ? proto : undefined
}

/** The arguments, found once; a negative number where they cannot be. */
export function prepareFuncArgs(env: Env, subprog: number): readonly FuncArg[] | number {
  const info = env.subprogs[subprog]!
  info.args ??= readArgs(env, subprog)
  return info.args
}

function readArgs(env: Env, subprog: number): readonly FuncArg[] | number {
  const { log, btf } = env
  const info = env.subprogs[subprog]!
  const proto = btf && protoOf(btf, info.typeId)
  if (!btf || !proto) return -EFAULT
  const { isGlobal, name } = info
  if (proto.params.length > MAX_ARGS) {
    if (isGlobal) verbose(log, `Global function ${name}() with ${proto.params.length} > ${MAX_ARGS} args. Buggy compiler.\n`)
    return -EINVAL
  }
  if (!isScalar(resolve(btf, proto.ret).type)) {
    if (isGlobal) verbose(log, `Global function ${name}() doesn't return scalar. Only those are supported.\n`)
    return -EINVAL
  }
  const args: FuncArg[] = []
  for (const [i, param] of proto.params.entries()) {
    const arg = readArg(env, btf, info.typeId, i, param.type, isGlobal, name)
    if (typeof arg === 'number') return arg
    args.push(arg)
  }
  return args
}

const TAGS: ReadonlySet<string> = new Set(['ctx', 'trusted', 'untrusted', 'nonnull', 'nullable', 'arena'])

function readArg(env: Env, btf: Btf, func: BtfId, i: number, id: BtfId, isGlobal: boolean, name: string): FuncArg | number {
  const { log } = env
  const say = (text: string, err: number): number => {
    verbose(log, `arg#${i} ${text}\n`)
    return -err
  }
  const tags = new Set<string>()
  for (const type of btf.types) {
    if (type.kind !== 'decl_tag' || type.type !== func || type.component !== i || !type.name.startsWith('arg:')) continue
    const tag = type.name.slice('arg:'.length)
    if (!isGlobal) return say('type tag is not supported in static functions', EOPNOTSUPP)
    if (!TAGS.has(tag)) return say('has unsupported set of tags', EOPNOTSUPP)
    tags.add(tag)
  }
  const only = (tag: string): boolean => [...tags].every((t) => t === tag)
  const { type } = resolve(btf, id)
  if (type.kind === 'ptr') {
    const pointee = resolve(btf, type.type).type
    if (tags.has('ctx') || isCtxType(env, pointee)) {
      if (!only('ctx')) return say('has invalid combination of tags', EINVAL)
      return tags.has('ctx') ? checkCtxTag(env, pointee, say) : CTX
    }
    if (pointee.kind === 'struct' && pointee.name === 'bpf_dynptr')
      return tags.size > 0 ? say('has invalid combination of tags', EINVAL) : DYNPTR
    if (tags.has('trusted')) {
      if (tags.has('nonnull')) return say('has invalid combination of tags', EINVAL)
      const btfId = kernelTypeOf(env, pointee, say)
      return btfId < 0 ? btfId : { kind: 'struct', flags: PTR_TRUSTED | (tags.has('nullable') ? PTR_MAYBE_NULL : 0), size: 0, btfId }
    }
    if (tags.has('untrusted')) {
      if (!only('untrusted')) return say('untrusted cannot be combined with any other tags', EINVAL)
      if (pointee.kind === 'void' || isScalar(pointee)) return { kind: 'mem', flags: MEM_RDONLY | PTR_UNTRUSTED, size: 0 }
      const btfId = kernelTypeOf(env, pointee, say)
      if (btfId < 0) return btfId
      const kernelType = btfType(btfOf(env, KERNEL_BTF), btfId)
      if (isStruct(kernelType)) return { kind: 'struct', flags: PTR_UNTRUSTED, size: 0, btfId }
      return say(`has type ${kindText(kernelType)} '', but only struct or primitive types are allowed`, EINVAL)
    }
    if (tags.has('arena')) {
      if (!only('arena')) return say('arena cannot be combined with any other tags', EINVAL)
      return { kind: 'arena', flags: 0, size: 0 }
    }
    if (isGlobal) {
      if (tags.has('nullable')) return say('has invalid combination of tags', EINVAL)
      const size = sizeOf(btf, type.type)
      if (size === undefined || pointee.kind === 'datasec') {
        return say(`reference type('${kindText(pointee)} ${nameText(pointee)}') size cannot be determined: -22`, EINVAL)
      }
      return { kind: 'mem', flags: tags.has('nonnull') ? 0 : PTR_MAYBE_NULL, size }
    }
  }
  if (tags.size > 0) return say('has pointer tag, but is not a pointer type', EINVAL)
  if (isScalar(type)) return SCALAR
  if (isGlobal) verbose(log, `Arg#${i} type ${kindText(type)} in ${name}() is not supported yet.\n`)
  return -EINVAL
}

/** `struct task_struct___mine` is the kernel's `struct task_struct`. */
const FLAVOUR = /___[^_].*$/

/** The kernel's type that goes by the name of a type of the program; a negative errno where it is not just one. */
function kernelTypeOf(env: Env, type: BtfType, say: (text: string, err: number) => number): BtfId {
  const { kernel } = env
  const name = nameText(type).replace(FLAVOUR, '')
  if (!kernel) return unsupported(env, 'kernel structure as argument')
  const found = kernel.named(name).filter((id) => btfType(kernel.btf, id).kind === type.kind)
  const what = `reference type('${kindText(type)} ${anonName(type)}')`
  if (found.length === 1) return found[0]!
  if (found.length > 1) return say(`${what} is ambiguous`, ESRCH)
  return kernel.mayHaveType(name) ? unsupported(env, `struct ${name} of the kernel`) : say(`${what} has no matches`, ENOENT)
}

/** Kernel types that stand for the context too. */
const PROJECTIONS: Readonly<Record<string, string>> = { __sk_buff: 'sk_buff', xdp_md: 'xdp_buff', pt_regs: 'bpf_user_pt_regs_t' }

export function isCtxType(env: Env, type: BtfType): boolean {
  const ctx = env.progType.ctxStruct
  return (type.kind === 'struct' || type.kind === 'union') && (type.name === ctx || type.name === PROJECTIONS[ctx])
}

/** Types whose context is a row of 64-bit numbers. */
const U64_CONTEXT: ReadonlySet<string> = new Set([
  'raw_tracepoint',
  'raw_tracepoint_writable',
  'tp_btf',
  'tracing',
  'fexit',
  'fmod_ret',
  'lsm',
  'struct_ops',
])

/** An argument that is said to be the context: any pointer to void or to the context's type. */
function checkCtxTag(env: Env, type: BtfType, say: (text: string, err: number) => number): FuncArg | number {
  const { name, ctxStruct } = env.progType
  if (type.kind === 'void' || name === 'tracepoint' || name === 'syscall') return CTX
  if (nameText(type) === '') return say("type doesn't have a name", EINVAL)
  if (U64_CONTEXT.has(name) && type.kind === 'int' && type.size === 8) return CTX
  if (name === 'tp_btf' && type.kind === 'struct' && type.name === 'bpf_raw_tracepoint_args') return CTX
  if (name === 'iter' && type.kind === 'struct' && type.name.startsWith('bpf_iter__')) return CTX
  if (name === 'perf_event' && type.kind === 'struct' && type.name === 'pt_regs') return CTX
  if (type.kind === 'struct' && type.name === ctxStruct) return CTX
  return say(ctxStruct === 'u64' ? 'should be void pointer' : `should be \`struct ${ctxStruct} *\``, EINVAL)
}
