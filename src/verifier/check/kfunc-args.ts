// Arguments of a kfunc: its prototype and the endings of its parameters' names tell what is wanted, the register what is there.
// Numbers are taken as they are; for pointers the kind of argument decides who looks on.
// Linux: check_kfunc_args(), get_kfunc_ptr_arg_type(), process_kf_arg_ptr_to_btf_id(), check_kfunc_mem_size_reg().
import { type BtfType, resolve, sizeOf } from '../../btf/index.ts'
import { isRegNull } from '../domain/bounds.ts'
import {
  BTF,
  baseType,
  CONST_PTR_TO_MAP,
  copyReg,
  MAP,
  MAP_UID,
  mayBeNull,
  OFF,
  PTR_TO_BTF_ID,
  PTR_TO_CTX,
  PTR_TO_FUNC,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  REF_OBJ_ID,
  REG_WORDS,
  SCALAR_VALUE,
  SUBPROGNO,
  TYPE,
  VALUE_HI,
  VALUE_LO,
  WORD_A,
} from '../domain/layout.ts'
import { tnumIsConst } from '../domain/tnum.ts'
import { curReg, type Env, LINUX_CRASHES, unsupported } from '../env.ts'
import { EACCES, EFAULT, EINVAL, UNSUPPORTED } from '../errno.ts'
import { regTypeName } from '../log/reg-text.ts'
import { markChainPrecision } from '../precision.ts'
import { verbose } from '../verbose.ts'
import { hasUnsafeModifiers, isRcuReg, isTrustedReg, structOfKind, trustedModifiers } from './btf-ptr.ts'
import { cutType, isCut, isScalarType, isStruct, KERNEL_BTF, kernelStruct, kindText, nameText, regTypeBehind } from './btf-types.ts'
import { structIdsMatch } from './btf-walk.ts'
import { isCtxType } from './func-args.ts'
import { checkMemReg } from './global.ts'
import { type CallMeta, checkMemSize } from './helper-mem.ts'
import { ARG_CHECKS, type SpecialArgKind } from './kfunc-hooks.ts'
import type { KfuncArg, KfuncMeta } from './kfunc-meta.ts'
import { checkConstStr, recordOf } from './map.ts'
import { markNotNull } from './null.ts'
import { hasField } from './record.ts'
import { checkArgOff, checkReleaseOff } from './region.ts'
import { isScalarStruct } from './scalar-struct.ts'

const MAX_ARGS = 5

type ArgKind = SpecialArgKind | 'ctx' | 'btf_id' | 'mem' | 'mem_size' | 'callback' | 'null' | 'const_str' | 'map'

const hasSuffix = (arg: { readonly name: string }, suffix: string): boolean => arg.name.endsWith(suffix)

export function checkKfuncArgs(env: Env, meta: KfuncMeta): number {
  const { log } = env
  const { name, proto } = meta.desc
  const { params } = proto
  if (params.length > MAX_ARGS) {
    verbose(log, `Function ${name} has ${params.length} > ${MAX_ARGS} args\n`)
    return -EINVAL
  }
  const btf = env.kernel!.btf
  for (let i = 0; i < params.length; i++) {
    const param = params[i]!
    if (hasSuffix(param, '__ign') || hasSuffix(param, '__prog')) continue
    const { type } = resolve(btf, param.type)
    const regno = i + 1
    const r = curReg(env, regno)
    let err: number
    if (isScalarType(type)) err = checkScalarArg(env, meta, i, r)
    else if (type.kind === 'ptr') {
      const pointee = resolve(btf, type.type)
      const arg: KfuncArg = { index: i, regno, r, param, pointeeId: pointee.id, pointee: pointee.type }
      err = checkPointerArg(env, meta, arg)
      // Memory is checked together with its size.
      if (err === WITH_SIZE) {
        i++
        continue
      }
    } else {
      verbose(log, `Unrecognized arg#${i} type ${kindText(type)}\n`)
      return -EINVAL
    }
    if (err) return err
  }
  if (meta.flags.has('release') && !meta.releaseRegno) {
    verbose(log, `release kernel function ${name} expects refcounted PTR_TO_BTF_ID\n`)
    return -EINVAL
  }
  return 0
}

// ---- numbers ----

const constOf = (s: Int32Array, r: number): bigint => (BigInt(s[r + VALUE_HI]! >>> 0) << 32n) | BigInt(s[r + VALUE_LO]! >>> 0)

function checkScalarArg(env: Env, meta: KfuncMeta, i: number, r: number): number {
  const { words: s, log } = env
  const regno = i + 1
  const param = meta.desc.proto.params[i]!
  if (s[r + TYPE] !== SCALAR_VALUE) {
    verbose(log, `R${regno} is not a scalar\n`)
    return -EINVAL
  }
  if (hasSuffix(param, '__k')) {
    if (!tnumIsConst(s, r + VALUE_HI)) {
      verbose(log, `R${regno} must be a known constant\n`)
      return -EINVAL
    }
    meta.constant = constOf(s, r)
    return markChainPrecision(env, regno)
  }
  const rdonly = param.name === 'rdonly_buf_size'
  if (!rdonly && param.name !== 'rdwr_buf_size') return 0
  if (rdonly) meta.r0Rdonly = true
  if (!tnumIsConst(s, r + VALUE_HI)) {
    verbose(log, `R${regno} is not a const\n`)
    return -EINVAL
  }
  meta.r0Size = s[r + VALUE_LO]! >>> 0
  return markChainPrecision(env, regno)
}

// ---- pointers ----

/** Stands for success of an argument together with the one that follows. */
const WITH_SIZE = 1

function checkPointerArg(env: Env, meta: KfuncMeta, arg: KfuncArg): number {
  const { words: s, log } = env
  const { r, regno, param, index } = arg
  const { flags } = meta
  const rcu = flags.has('rcu')
  const release = flags.has('release')
  const trusted = flags.has('trusted_args') || release
  if ((trusted || rcu) && (isRegNull(s, r) || mayBeNull(s[r + TYPE]!)) && !hasSuffix(param, '__nullable')) {
    verbose(log, `Possibly NULL pointer passed to trusted arg${index}\n`)
    return -EACCES
  }
  if (s[r + REF_OBJ_ID] !== 0) {
    if (release && meta.refObjId) return -EFAULT
    meta.refObjId = s[r + REF_OBJ_ID]!
    if (release) meta.releaseRegno = regno
  }
  const kind = argKind(env, meta, arg)
  if (typeof kind === 'number') return kind
  if (kind === 'null') return 0
  if (kind === 'map') {
    const err = takeMap(env, meta, arg)
    if (err) return err
  }
  if ((kind === 'map' || kind === 'btf_id' || kind === 'alloc_btf_id') && (trusted || rcu) && !isTrustedReg(s, r)) {
    if (!rcu) {
      verbose(log, `R${regno} must be referenced or trusted\n`)
      return -EINVAL
    }
    if (!isRcuReg(s, r)) {
      verbose(log, `R${regno} must be a rcu pointer\n`)
      return -EINVAL
    }
  }
  const err = release && s[r + REF_OBJ_ID] !== 0 ? checkReleaseOff(env, regno, r) : checkArgOff(env, regno, r, s[r + TYPE]!)
  if (err) return err
  switch (kind) {
    case 'ctx':
      return checkCtxArg(env, meta, arg)
    case 'map':
    case 'btf_id':
      return checkBtfArg(env, meta, arg, kind === 'map')
    case 'mem':
      return checkMemArg(env, arg)
    case 'mem_size':
      return checkSizedArg(env, meta, arg) || WITH_SIZE
    case 'callback':
      if (s[r + TYPE] !== PTR_TO_FUNC) {
        verbose(log, `arg${index} expected pointer to func\n`)
        return -EINVAL
      }
      meta.subprogno = s[r + SUBPROGNO]!
      return 0
    case 'const_str':
      if (s[r + TYPE] !== PTR_TO_MAP_VALUE) {
        verbose(log, `arg#${index} doesn't point to a const string\n`)
        return -EINVAL
      }
      return checkConstStr(env, regno)
    default:
      return ARG_CHECKS[kind](env, meta, arg)
  }
}

/** Structures that are arguments of a kind of their own. */
const STRUCT_KINDS: Readonly<Record<string, SpecialArgKind>> = {
  bpf_dynptr: 'dynptr',
  bpf_list_head: 'list_head',
  bpf_list_node: 'list_node',
  bpf_rb_root: 'rb_root',
  bpf_rb_node: 'rb_node',
}
const LATER_STRUCT_KINDS: Readonly<Record<string, SpecialArgKind>> = {
  bpf_wq: 'workqueue',
  bpf_task_work: 'task_work',
}

/** The first kind that fits, in Linux's order; a negative errno where none does. */
function argKind(env: Env, meta: KfuncMeta, arg: KfuncArg): ArgKind | number {
  const { words: s, log } = env
  const { param, pointee, r, index } = arg
  const struct = pointee.kind === 'struct' ? pointee.name : ''
  if (meta.desc.name === 'bpf_cast_to_kern_ctx' || isCtxType(env, pointee)) return 'ctx'
  if (hasSuffix(param, '__nullable') && isRegNull(s, r)) return 'null'
  if (hasSuffix(param, '__alloc')) return 'alloc_btf_id'
  if (hasSuffix(param, '__refcounted_kptr')) return 'refcounted_kptr'
  if (struct === 'bpf_dynptr') return 'dynptr'
  if (isIterArg(meta, index)) return 'iter'
  const special = STRUCT_KINDS[struct]
  if (special) return special
  if (hasSuffix(param, '__str')) return 'const_str'
  if (hasSuffix(param, '__map')) return 'map'
  const later = LATER_STRUCT_KINDS[struct]
  if (later) return later
  if (hasSuffix(param, '__irq_flag')) return 'irq_flag'
  if (struct === 'bpf_res_spin_lock') return 'res_spin_lock'
  const type = s[r + TYPE]!
  if (baseType(type) === PTR_TO_BTF_ID || structOfKind(type) !== undefined) {
    if (isStruct(pointee)) return 'btf_id'
    verbose(
      log,
      `kernel function ${meta.desc.name} args#${index} pointer type ${kindText(pointee)} ${nameText(pointee)} is not supported\n`,
    )
    return -EINVAL
  }
  if (pointee.kind === 'func_proto') return 'callback'
  const withSize = isSized(env, meta, index)
  if (isCut(env, KERNEL_BTF, arg.pointeeId)) return cutType(env, KERNEL_BTF, arg.pointeeId)
  if (!isScalarType(pointee) && !isScalarStruct(env, pointee, 0) && !(withSize && pointee.kind === 'void')) {
    verbose(
      log,
      `arg#${index} pointer type ${kindText(pointee)} ${nameText(pointee)} must point to ${withSize ? 'void, ' : ''}scalar, or struct with scalar\n`,
    )
    return -EINVAL
  }
  return withSize ? 'mem_size' : 'mem'
}

/** Arguments of new(), next() and destroy() that are the iterator itself. Linux: is_kfunc_arg_iter(). */
function isIterArg(meta: KfuncMeta, index: number): boolean {
  const { flags } = meta
  if (flags.has('iter_new') || flags.has('iter_next') || flags.has('iter_destroy')) return index === 0
  return hasSuffix(meta.desc.proto.params[index]!, '__iter')
}

/** The size of the memory follows as the next argument. */
function isSized(env: Env, meta: KfuncMeta, index: number): boolean {
  const next = meta.desc.proto.params[index + 1]
  if (!next || !isScalarType(resolve(env.kernel!.btf, next.type).type)) return false
  return env.words[curReg(env, index + 2) + TYPE] === SCALAR_VALUE && (hasSuffix(next, '__sz') || hasSuffix(next, '__szk'))
}

/** Linux takes any register here whose first word is not 0, which stands for other things in registers of other kinds; types are looked at later. */
function takeMap(env: Env, meta: KfuncMeta, arg: KfuncArg): number {
  const { words: s, log } = env
  const base = baseType(s[arg.r + TYPE]!)
  const isMap = base === CONST_PTR_TO_MAP || base === PTR_TO_MAP_VALUE || base === PTR_TO_MAP_KEY
  if (!isMap && base !== PTR_TO_BTF_ID && s[arg.r + WORD_A] === 0) {
    verbose(log, `pointer in R${arg.regno} isn't map pointer\n`)
    return -EINVAL
  }
  if (!isMap) return meta.map >= 0 ? unsupported(env, LINUX_CRASHES) : 0
  const map = s[arg.r + MAP]!
  const uid = s[arg.r + MAP_UID]!
  if (meta.map >= 0) {
    const err = checkSameMap(env, meta, map, uid)
    if (err) return err
  }
  meta.map = map
  meta.mapUid = uid
  return 0
}

/** Work that is queued belongs to the map that it lies in. */
function checkSameMap(env: Env, meta: KfuncMeta, map: number, uid: number): number {
  const record = recordOf(env, map)
  if (!record || record.length === 0) return unsupported(env, LINUX_CRASHES)
  if (!hasField(record, 'bpf_wq', 'bpf_task_work') || (meta.map === map && meta.mapUid === uid)) return 0
  verbose(
    env.log,
    hasField(record, 'bpf_task_work')
      ? `bpf_task_work pointer in R2 map_uid=${meta.mapUid} doesn't match map pointer in R3 map_uid=${uid}\n`
      : `workqueue pointer in R1 map_uid=${meta.mapUid} doesn't match map pointer in R2 map_uid=${uid}\n`,
  )
  return -EINVAL
}

/** The structure that the kernel itself works with behind each context. Linux: get_kern_ctx_btf_id(), BPF_PROG_TYPE(). */
const KERNEL_CONTEXTS: Readonly<Record<string, string>> = {
  __sk_buff: 'sk_buff',
  xdp_md: 'xdp_buff',
  bpf_sock: 'sock',
  bpf_sock_addr: 'bpf_sock_addr_kern',
  bpf_sock_ops: 'bpf_sock_ops_kern',
  sk_msg_md: 'sk_msg',
  bpf_flow_keys: 'bpf_flow_dissector',
  bpf_perf_event_data: 'bpf_perf_event_data_kern',
  bpf_cgroup_dev_ctx: 'bpf_cgroup_dev_ctx',
  bpf_sysctl: 'bpf_sysctl_kern',
  bpf_sockopt: 'bpf_sockopt_kern',
  sk_reuseport_md: 'sk_reuseport_kern',
  bpf_sk_lookup: 'bpf_sk_lookup_kern',
  bpf_nf_ctx: 'bpf_nf_ctx',
  pt_regs: 'pt_regs',
}

function checkCtxArg(env: Env, meta: KfuncMeta, arg: KfuncArg): number {
  const type = env.words[arg.r + TYPE]!
  if (type !== PTR_TO_CTX) {
    verbose(env.log, `arg#${arg.index} expected pointer to ctx, but got ${regTypeName(type)}\n`)
    return -EINVAL
  }
  if (meta.desc.name !== 'bpf_cast_to_kern_ctx') return 0
  const { name, ctxStruct } = env.progType
  const kernel = name === 'flow_dissector' ? 'bpf_flow_dissector' : KERNEL_CONTEXTS[ctxStruct]
  const id = kernel === undefined ? undefined : kernelStruct(env, kernel)
  if (id !== undefined) {
    meta.retBtfId = id
    return 0
  }
  // Tracepoints see numbers, the others a pointer to whatever.
  const { btf, named } = env.kernel!
  const none = /^(raw_)?tracepoint/.test(name) ? named('u64')[0] : btf.types.findIndex((t) => t.kind === 'ptr' && t.type === 0)
  verbose(env.log, `kern ctx type id ${none} is not a struct\n`)
  return -EINVAL
}

/** ___init at the end of a name says that the object is not ready yet: it is another type. Linux: btf_type_ids_nocast_alias(). */
const isNoCastAlias = (a: string, b: string): boolean => a === `${b}___init` || b === `${a}___init`

/** __sk_buff stands for sk_buff, xdp_md for xdp_buff. */
const isProjection = (a: string, b: string): boolean => (a === '__sk_buff' && b === 'sk_buff') || (a === 'xdp_md' && b === 'xdp_buff')

function checkBtfArg(env: Env, meta: KfuncMeta, arg: KfuncArg, isMap: boolean): number {
  const { words: s, log } = env
  const { r, regno, index } = arg
  const type = s[r + TYPE]!
  const implied = structOfKind(type)
  if ((baseType(type) !== PTR_TO_BTF_ID || (hasUnsafeModifiers(type) && !isRcuReg(s, r))) && implied === undefined) {
    verbose(log, `arg#${index} is ${regTypeName(type)} expected ${regTypeName(baseType(type) | trustedModifiers(type))} or socket\n`)
    return -EINVAL
  }
  const wantId = isMap ? kernelStruct(env, 'bpf_map') : arg.pointeeId
  const given =
    baseType(type) === PTR_TO_BTF_ID
      ? regTypeBehind(env, r)
      : { id: kernelStruct(env, implied!), type: { kind: 'struct', name: implied! } as const }
  if (wantId === undefined || given.id === undefined) return unsupported(env, `struct ${implied} of the kernel`)
  const want = isMap ? ({ kind: 'struct', name: 'bpf_map' } as const) : arg.pointee
  const givenName = nameText(given.type as BtfType)
  const wantName = nameText(want as BtfType)
  const strict = (meta.flags.has('release') && s[r + REF_OBJ_ID] !== 0) || isNoCastAlias(givenName, wantName)
  const which = baseType(type) === PTR_TO_BTF_ID ? s[r + BTF]! : KERNEL_BTF
  const same = structIdsMatch(env, which, given.id, s[r + OFF]!, KERNEL_BTF, wantId, strict)
  if (env.feature !== '') return UNSUPPORTED
  if (same || isProjection(wantName, givenName)) return 0
  verbose(
    log,
    `kernel function ${meta.desc.name} args#${index} expected pointer to ${kindText(want as BtfType)} ${wantName} but R${regno} has a pointer to ${kindText(given.type as BtfType)} ${givenName}\n`,
  )
  return -EINVAL
}

function checkMemArg(env: Env, arg: KfuncArg): number {
  const size = sizeOf(env.kernel!.btf, arg.pointeeId)
  if (size !== undefined) return checkMemReg(env, arg.regno, arg.r, size)
  verbose(env.log, `arg#${arg.index} reference type('${kindText(arg.pointee)} ${nameText(arg.pointee)}') size cannot be determined: -22\n`)
  return -EINVAL
}

const saved = new Int32Array(REG_WORDS)
const NO_CALL: CallMeta = {
  helper: 0,
  map: -1,
  rawMode: false,
  releaseRegno: 0,
  regno: 0,
  accessSize: 0,
  memSize: 0,
  msizeMax: 0,
  refObjId: 0,
  constMapKey: 0,
  retBtf: 0,
  retBtfId: 0,
  retAllocated: false,
  mapUid: 0,
  subprogno: 0,
  dynptrId: 0,
  changesPacket: false,
  kptr: undefined,
}

/** Memory whose size is the next argument. */
function checkSizedArg(env: Env, meta: KfuncMeta, arg: KfuncArg): number {
  const { words: s, log } = env
  const { r, regno, param, index } = arg
  const sizeRegno = regno + 1
  const size = curReg(env, sizeRegno)
  if (!isRegNull(s, r) || !hasSuffix(param, '__opt')) {
    const nullable = mayBeNull(s[r + TYPE]!)
    if (nullable) {
      copyReg(saved, 0, s, r)
      markNotNull(env, s, r)
    }
    const err = checkMemSize(env, sizeRegno, false, true, { ...NO_CALL }) || checkMemSize(env, sizeRegno, true, true, { ...NO_CALL })
    if (nullable) copyReg(s, r, saved, 0)
    if (err) {
      if (err !== UNSUPPORTED) verbose(log, `arg#${index} arg#${index + 1} memory, len pair leads to invalid memory access\n`)
      return err
    }
  }
  if (!hasSuffix(meta.desc.proto.params[index + 1]!, '__szk')) return 0
  if (!tnumIsConst(s, size + VALUE_HI)) {
    verbose(log, `R${sizeRegno} must be a known constant\n`)
    return -EINVAL
  }
  meta.constant = constOf(s, size)
  return 0
}
