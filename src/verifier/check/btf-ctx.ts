// The context of programs that attach by BTF: a row of 8-byte arguments with the types of what they attach to. A number is read as it is, a
// pointer to a structure becomes one that the verifier knows.
// Linux: btf_ctx_access(), btf_ctx_arg_idx(), bpf_tracing_btf_ctx_access(), bpf_tcp_ca_is_valid_access().
import { rawTpArg } from '../../abi/index.ts'
import { type Btf, type BtfId, btfType, resolve, sizeOf } from '../../btf/index.ts'
import {
  baseType,
  MEM_PERCPU,
  MEM_USER,
  mayBeNull,
  PTR_MAYBE_NULL,
  PTR_TO_BTF_ID,
  PTR_TO_BUF,
  PTR_TRUSTED,
  SCALAR_VALUE,
} from '../domain/layout.ts'
import type { Env } from '../env.ts'
import { verbose } from '../verbose.ts'
import { type AttachTarget, givesTrusted, hookRange } from './attach.ts'
import { hasUnsafeModifiers } from './btf-ptr.ts'
import { anonName, isCut, isScalarType, isStruct, KERNEL_BTF, kernelStruct, kindText } from './btf-types.ts'

export interface BtfCtxAccess {
  /** Kind of register with flags. */
  readonly type: number
  readonly btfId: BtfId
  /** Of a number. */
  readonly range?: readonly [number, number]
}

const ARG_BYTES = 8
const MAX_CTX_ARGS = 12

/** Programs on functions, whose arguments nobody vouches for; of these, those that see the result behind the arguments. */
const HOOKS_FUNCTIONS: ReadonlySet<string> = new Set(['tracing', 'fexit', 'fmod_ret'])
const SEES_RESULT: ReadonlySet<string> = new Set(['fexit', 'fmod_ret', 'lsm'])

const isTrusted = ({ progType, program }: Env): boolean =>
  !HOOKS_FUNCTIONS.has(progType.name) && (progType.name !== 'lsm' || givesTrusted(program.attachTo))

const SCALAR: BtfCtxAccess = { type: SCALAR_VALUE, btfId: 0 }

/** What a read yields; undefined (and mostly said so) where it is not allowed, env.feature set where it is not known. */
export function btfCtxAccess(env: Env, off: number, size: number, write: boolean): BtfCtxAccess | undefined {
  if (off < 0 || off >= MAX_CTX_ARGS * ARG_BYTES || write || off % size !== 0) return undefined
  const access = argAccess(env, env.attach!, off, size)
  return access && env.program.attachTo === 'tcp_congestion_ops' ? promoted(env, access) : access
}

/** Congestion control works on TCP sockets only. */
function promoted(env: Env, access: BtfCtxAccess): BtfCtxAccess {
  if (baseType(access.type) !== PTR_TO_BTF_ID || hasUnsafeModifiers(access.type)) return access
  const tcp = kernelStruct(env, 'tcp_sock')
  return tcp !== undefined && access.btfId === kernelStruct(env, 'sock') ? { ...access, btfId: tcp } : access
}

/** Which argument lies at an offset, counting a tracepoint's own data; one past the last is the result. */
function argIndex(btf: Btf, target: AttachTarget, off: number): number {
  const { params, ret } = target.proto
  let end = 0
  for (const [i, param] of params.entries()) {
    end += slotBytes(btf, param.type)
    if (off < end) return i
  }
  return off < end + slotBytes(btf, ret) ? params.length : params.length + 1
}

/** What is passed by value but cut from the kernel's BTF has one slot. */
function slotBytes(btf: Btf, id: BtfId): number {
  const bytes = sizeOf(btf, id) ?? (resolve(btf, id).type.kind === 'void' ? 0 : ARG_BYTES)
  return Math.ceil(bytes / ARG_BYTES) * ARG_BYTES
}

function argAccess(env: Env, target: AttachTarget, off: number, size: number): BtfCtxAccess | undefined {
  const btf = env.kernel!.btf
  const { name, args } = target
  const refuse = (text: string): undefined => {
    verbose(env.log, `func '${name}' ${text}\n`)
  }
  if (off % ARG_BYTES !== 0) return refuse(`offset ${off} is not multiple of 8`)
  const arg = argIndex(btf, target, off)
  const params = target.skipsFirst ? target.proto.params.slice(1) : target.proto.params
  const isResult = arg === params.length && SEES_RESULT.has(env.progType.name)
  if (arg >= params.length && !isResult) return refuse(`doesn't have ${arg + 1}-th argument`)
  const param = isResult ? { name: '', type: target.proto.ret } : params[arg]!
  const range = isResult ? hookRange(env) : undefined
  if (range) return { ...SCALAR, range }
  const { id, type } = resolve(btf, param.type)
  if ((isScalarType(type) && (type.kind !== 'int' || type.size <= ARG_BYTES)) || isStruct(type) || isCut(env, KERNEL_BTF, id)) return SCALAR
  if (type.kind !== 'ptr') return refuse(`arg${arg} '${anonName(type)}' has type ${kindText(type)}. Only pointer access is allowed`)
  if (size !== ARG_BYTES) return refuse(`size ${size} must be 8`)
  const told = args.find((a) => a.offset === off)
  if (told && baseType(told.type) === PTR_TO_BUF && mayBeNull(told.type)) return { type: told.type, btfId: 0 }
  const pointee = resolve(btf, type.type)
  if (pointee.type.kind === 'void' || pointee.type.kind === 'int') return SCALAR
  if (told) return { type: told.type, btfId: told.btfId }
  const tracepoint = env.progType.name === 'tp_btf' ? rawTpArg(name, arg) : undefined
  let kind = PTR_TO_BTF_ID | (isTrusted(env) ? PTR_TRUSTED : 0)
  if (param.name.endsWith('__nullable') || tracepoint?.mayBeNull) kind |= PTR_MAYBE_NULL
  const direct = btfType(btf, type.type)
  if (direct.kind === 'type_tag' && direct.name === 'user') kind |= MEM_USER
  if (direct.kind === 'type_tag' && direct.name === 'percpu') kind |= MEM_PERCPU
  if (!isStruct(pointee.type) && !isCut(env, KERNEL_BTF, pointee.id))
    return refuse(`arg${arg} type ${kindText(pointee.type)} is not a struct`)
  if (isCut(env, KERNEL_BTF, pointee.id) && pointee.type.kind === 'fwd') {
    verbose(
      env.log,
      `func '${name}' arg${arg} has btf_id ${pointee.id} type ${pointee.type.isUnion ? 'UNION' : 'STRUCT'} '${pointee.type.name}'\n`,
    )
  } else verbose(env.log, `func '${name}' arg${arg} has btf_id ${pointee.id} type ${kindText(pointee.type)} '${anonName(pointee.type)}'\n`)
  if (!tracepoint?.mayBeError) return { type: kind, btfId: pointee.id }
  verbose(env.log, `marking pointer arg${arg} as scalar as it may encode error`)
  return SCALAR
}
