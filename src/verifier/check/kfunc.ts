// A call of a kernel function (kfunc): may this program call it, do the arguments fit, what does it leave behind.
// Linux: check_kfunc_call(), check_special_kfunc(), add_kfunc_call().
import { kfuncAllowed, kfuncByName } from '../../abi/index.ts'
import { type Btf, type BtfId, type BtfType, btfType, resolve, sizeOf } from '../../btf/index.ts'
import { BPF_CALL, BPF_JMP, BPF_PSEUDO_KFUNC_CALL } from '../../isa/index.ts'
import { markRegKnownZero, markRegNotInit, markRegUnknown } from '../domain/bounds.ts'
import {
  BTF,
  BTF_ID,
  ID,
  MEM_RCU,
  MEM_RDONLY,
  MEM_SIZE,
  PTR_MAYBE_NULL,
  PTR_TO_BTF_ID,
  PTR_TO_MEM,
  PTR_TRUSTED,
  PTR_UNTRUSTED,
  REF_OBJ_ID,
  SUBREG_DEF,
  TYPE,
} from '../domain/layout.ts'
import { curReg, type Env, unsupported } from '../env.ts'
import { E2BIG, EACCES, EFAULT, EINVAL, EPROTO } from '../errno.ts'
import { acquireReference, releaseReference } from '../references.ts'
import { verbose } from '../verbose.ts'
import { inRcuSection } from './btf-ptr.ts'
import { isCut, isScalarType, isStruct, KERNEL_BTF, kindText, nameText } from './btf-types.ts'
import { identifyLockOwner } from './graph.ts'
import { afterIterNext, iterIsRcu } from './iter.ts'
import { checkKfuncArgs } from './kfunc-args.ts'
import { AFTER_RELEASE, AFTER_RESULT, BEFORE_CALL, CALLS_BACK, RESULTS } from './kfunc-hooks.ts'
import { type KfuncDesc, type KfuncMeta, newMeta } from './kfunc-meta.ts'
import { isGplCompatible } from './license.ts'
import { clearAllPktPointers } from './packet.ts'
import { checkInterrupts, preemptSection, rcuSection } from './sections.ts'

// ---- which function ----

const MAX_KFUNC_DESCS = 256

/** Calls of functions that only programs bound to a device may make. */
const DEVICE_BOUND = /^bpf_xdp_metadata_rx_/

export const isKfuncCall = (env: Env, insn: number): boolean =>
  env.insns.opcode[insn] === (BPF_JMP | BPF_CALL) && env.insns.src[insn] === BPF_PSEUDO_KFUNC_CALL

/** Finds the function that an instruction calls, before the program is walked. */
export function addKfuncCall(env: Env, insn: number): number {
  const { insns, log, kernel } = env
  const id = insns.imm[insn]!
  const off = insns.off[insn]!
  // A call of kfunc 0 is let through here and refused only where it is not dead code.
  if (id === 0 && off === 0) return 0
  if (!isGplCompatible(env)) {
    verbose(log, 'cannot call kernel function from non-GPL compatible program\n')
    return -EINVAL
  }
  if (off !== 0) {
    verbose(
      log,
      off < 0 ? 'negative offset disallowed for kernel module function call\n' : 'kfunc offset > 0 without fd_array is invalid\n',
    )
    verbose(log, 'failed to find BTF for kernel function\n')
    return off < 0 ? -EINVAL : -EPROTO
  }
  if (env.kfuncs.has(id)) return 0
  if (!kernel) return unsupported(env, `kfunc #${id}`)
  if (env.kfuncs.size === MAX_KFUNC_DESCS) {
    verbose(log, 'too many different kernel function calls\n')
    return -E2BIG
  }
  const func = btfType(kernel.btf, id)
  if (func.kind === 'void') return unsupported(env, `type ${id} of the kernel's BTF`)
  if (func.kind !== 'func') {
    verbose(log, `kernel btf_id ${id} is not a function\n`)
    return -EINVAL
  }
  const proto = btfType(kernel.btf, func.type)
  if (proto.kind !== 'func_proto') {
    verbose(log, `kernel function btf_id ${id} does not have a valid func_proto\n`)
    return -EINVAL
  }
  if (DEVICE_BOUND.test(func.name)) {
    verbose(log, 'metadata kfuncs require device-bound program\n')
    return -EINVAL
  }
  const row = kfuncByName(func.name)
  env.kfuncs.set(id, {
    id,
    name: func.name,
    proto,
    row: row && kfuncAllowed(row, env.progType.name, env.program.attachType) ? row : undefined,
  })
  return 0
}

/** The function that an instruction calls; undefined where it calls none, or one that the program may not call. */
export function kfuncAt(env: Env, insn: number): KfuncDesc | undefined {
  if (!isKfuncCall(env, insn)) return undefined
  const desc = env.kfuncs.get(env.insns.imm[insn]!)
  return desc?.row ? desc : undefined
}

// ---- the call ----

/** Functions that may move the packet. */
const CHANGES_PACKET: ReadonlySet<string> = new Set(['bpf_xdp_pull_data'])

export const kfuncChangesPacket = (desc: KfuncDesc): boolean => CHANGES_PACKET.has(desc.name)

export function checkKfuncCall(env: Env): number {
  const { insns, insnIdx, log } = env
  const id = insns.imm[insnIdx]!
  // Kfunc 0 does nothing here; if the call is not dead code it is refused in the end.
  if (id === 0) return 0
  const desc = env.kfuncs.get(id)
  if (!desc) return -EINVAL
  const { name, row } = desc
  if (!row) {
    verbose(log, `calling kernel function ${name} is not allowed\n`)
    return -EACCES
  }
  const { flags } = row
  const meta = newMeta(desc, flags)
  let err = BEFORE_CALL[name]?.(env, meta) ?? 0
  if (err) return err
  if (name === '__bpf_trap') {
    verbose(log, 'unexpected __bpf_trap() due to uninitialized variable?\n')
    return -EFAULT
  }
  const sleepable = flags.has('sleepable')
  if (sleepable && !env.cur.inSleepable) {
    verbose(log, `program must be sleepable to call sleepable kfunc ${name}\n`)
    return -EACCES
  }
  err = checkKfuncArgs(env, meta)
  if (err) return err
  err = CALLS_BACK[name]?.(env, meta) ?? 0
  if (err) return err
  if (name === 'bpf_session_cookie') meta.r0Size = 8
  err = rcuSection(env, name, sleepable) || preemptSection(env, name, sleepable) || checkInterrupts(env, name, sleepable)
  if (err) return err
  if (flags.has('rcu_protected') && !inRcuSection(env)) {
    verbose(log, `kernel func ${name} requires RCU critical section protection\n`)
    return -EACCES
  }
  if (meta.releaseRegno) {
    err = releaseReference(env, env.words[curReg(env, meta.releaseRegno) + REF_OBJ_ID]!)
    if (err) {
      verbose(log, `kfunc ${name}#${id} reference has not been acquired before\n`)
      return err
    }
  }
  err = AFTER_RELEASE[name]?.(env, meta) ?? 0
  if (err) return err
  for (let i = 0; i <= 5; i++) markRegNotInit(env.words, curReg(env, i))
  err = setResult(env, meta)
  if (err) return err
  if (kfuncChangesPacket(desc)) clearAllPktPointers(env)
  return flags.has('iter_next') ? afterIterNext(env, meta) : 0
}

// ---- the result ----

function setResult(env: Env, meta: KfuncMeta): number {
  const s = env.words
  const { desc, flags } = meta
  const btf = env.kernel!.btf
  const r0 = curReg(env, 0)
  const { type } = resolve(btf, desc.proto.ret)
  if (isScalarType(type)) {
    const result = RESULTS[desc.name]
    markRegUnknown(s, r0)
    s[r0 + SUBREG_DEF] = sizeOf(btf, desc.proto.ret) === 8 ? 0 : env.insnIdx + 1
    return result ? result(env, meta, r0) : 0
  }
  if (type.kind !== 'ptr') return 0
  const err = pointerResult(env, meta, r0, btf, type.type)
  if (err) return err
  if (mayReturnNull(meta)) {
    s[r0 + TYPE]! |= PTR_MAYBE_NULL
    s[r0 + ID] = ++env.idGen
  }
  s[r0 + SUBREG_DEF] = 0
  if (flags.has('acquire')) {
    const id = acquireReference(env)
    if (mayReturnNull(meta)) s[r0 + ID] = id
    s[r0 + REF_OBJ_ID] = id
  }
  const ended = AFTER_RESULT[desc.name]?.(env, meta, r0) ?? 0
  identifyLockOwner(env, r0)
  return ended
}

/** An object that the program owns can always be taken once more. */
const mayReturnNull = (meta: KfuncMeta): boolean =>
  meta.flags.has('ret_null') && !(meta.desc.name === 'bpf_refcount_acquire_impl' && meta.argOwningRef)

function pointerResult(env: Env, meta: KfuncMeta, r0: number, btf: Btf, target: BtfId): number {
  const s = env.words
  const { desc, flags } = meta
  const special = RESULTS[desc.name] ?? OWN_RESULTS[desc.name]
  if (special) return special(env, meta, r0)
  const pointee = resolve(btf, target)
  if (pointee.type.kind === 'void') {
    markRegUnknown(s, r0)
    return 0
  }
  markRegKnownZero(s, r0)
  if (!isStruct(pointee.type) && !isCut(env, KERNEL_BTF, pointee.id)) return memoryResult(env, meta, r0, pointee)
  s[r0 + TYPE] = PTR_TO_BTF_ID
  s[r0 + BTF] = KERNEL_BTF
  s[r0 + BTF_ID] = pointee.id
  if (desc.name === 'bpf_get_kmem_cache') s[r0 + TYPE]! |= PTR_UNTRUSTED
  else if (flags.has('rcu_protected')) s[r0 + TYPE]! |= MEM_RCU
  if (flags.has('iter_next')) s[r0 + TYPE]! |= iterIsRcu(env, meta) ? MEM_RCU : PTR_TRUSTED
  return 0
}

/** A pointer to numbers is one to memory of their size. */
function memoryResult(env: Env, meta: KfuncMeta, r0: number, pointee: { readonly id: BtfId; readonly type: BtfType }): number {
  const s = env.words
  if (meta.r0Size === 0) {
    meta.r0Size = sizeOf(env.kernel!.btf, pointee.id) ?? 0
    meta.r0Rdonly = true
  }
  if (meta.r0Size === 0) {
    const what = `${kindText(pointee.type)} ${nameText(pointee.type)}`
    verbose(env.log, `kernel function ${meta.desc.name} returns pointer type ${what} is not supported\n`)
    return -EINVAL
  }
  s[r0 + TYPE] = PTR_TO_MEM | (meta.r0Rdonly ? MEM_RDONLY : 0) | (meta.flags.has('rcu_protected') ? MEM_RCU : 0)
  s[r0 + MEM_SIZE] = meta.r0Size
  if (meta.refObjId) s[r0 + REF_OBJ_ID] = meta.refObjId
  return 0
}

const OWN_RESULTS: Readonly<Record<string, (env: Env, meta: KfuncMeta, r0: number) => number>> = {
  bpf_cast_to_kern_ctx(env, meta, r0) {
    const s = env.words
    markRegKnownZero(s, r0)
    s[r0 + TYPE] = PTR_TO_BTF_ID | PTR_TRUSTED
    s[r0 + BTF] = KERNEL_BTF
    s[r0 + BTF_ID] = meta.retBtfId
    return 0
  },
  bpf_rdonly_cast(env, meta, r0) {
    const { words: s, log } = env
    const id = Number(BigInt.asUintN(32, meta.constant ?? 0n))
    const type = btfType(env.kernel!.btf, id)
    if (id !== 0 && type.kind === 'void') {
      // The subset of the kernel's BTF does not tell this type from none.
      return unsupported(env, `type ${id} of the kernel's BTF`)
    }
    if (isStruct(type) || isCut(env, KERNEL_BTF, id)) {
      markRegKnownZero(s, r0)
      s[r0 + TYPE] = PTR_TO_BTF_ID | PTR_UNTRUSTED
      s[r0 + BTF] = KERNEL_BTF
      s[r0 + BTF_ID] = id
      return 0
    }
    if (type.kind === 'void') {
      markRegKnownZero(s, r0)
      s[r0 + TYPE] = PTR_TO_MEM | MEM_RDONLY | PTR_UNTRUSTED
      return 0
    }
    verbose(log, 'kfunc bpf_rdonly_cast type ID argument must be of a struct or void\n')
    return -EINVAL
  },
}
