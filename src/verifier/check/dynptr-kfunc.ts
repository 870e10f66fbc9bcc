// Dynptrs as arguments and results of kfuncs: bpf_dynptr_from_skb() and the like make one, bpf_dynptr_clone() makes another of the same kind,
// bpf_dynptr_slice() gives memory within one.
// Linux: check_kfunc_args() (KF_ARG_PTR_TO_DYNPTR), check_special_kfunc() (bpf_dynptr_slice).
import { markRegKnownZero } from '../domain/bounds.ts'
import {
  CONST_PTR_TO_DYNPTR,
  DYNPTR_ID,
  DYNPTR_TYPE_SKB,
  DYNPTR_TYPE_SKB_META,
  DYNPTR_TYPE_XDP,
  MEM_RDONLY,
  MEM_SIZE,
  MEM_UNINIT,
  PTR_TO_MEM,
  TYPE,
} from '../domain/layout.ts'
import type { Env } from '../env.ts'
import { EFAULT, EINVAL } from '../errno.ts'
import { verbose } from '../verbose.ts'
import { checkDynptrArg, dynptrFlag, dynptrOf } from './dynptr.ts'
import type { KfuncArg, KfuncMeta } from './kfunc-meta.ts'
import { mayAccessPacket } from './packet.ts'

const MAKES: Readonly<Record<string, number>> = {
  bpf_dynptr_from_skb: DYNPTR_TYPE_SKB,
  bpf_dynptr_from_xdp: DYNPTR_TYPE_XDP,
  bpf_dynptr_from_skb_meta: DYNPTR_TYPE_SKB_META,
}

export function checkKfuncDynptr(env: Env, meta: KfuncMeta, arg: KfuncArg): number {
  const isNew = arg.param.name.endsWith('__uninit')
  let flags = MAKES[meta.desc.name] ?? 0
  if (env.words[arg.r + TYPE] === CONST_PTR_TO_DYNPTR) flags |= MEM_RDONLY
  if (isNew) flags |= MEM_UNINIT
  let cloneRef = 0
  if (meta.desc.name === 'bpf_dynptr_clone' && isNew) {
    flags |= dynptrFlag(meta.dynptrType)
    cloneRef = meta.dynptrRefObjId
  }
  const err = checkDynptrArg(env, arg.regno, flags, cloneRef)
  if (err || isNew) return err
  const made = dynptrOf(env, arg.regno)
  meta.dynptrId = made.id
  meta.dynptrType = made.kind
  meta.dynptrRefObjId = made.refObjId
  return 0
}

/** The result of bpf_dynptr_slice() and bpf_dynptr_slice_rdwr(): memory as long as the constant argument says. */
export function sliceResult(env: Env, meta: KfuncMeta, r0: number): number {
  const s = env.words
  if (meta.constant === undefined || meta.dynptrId === 0) return -EFAULT
  markRegKnownZero(s, r0)
  s[r0 + MEM_SIZE] = Number(BigInt.asIntN(32, meta.constant))
  s[r0 + TYPE] = PTR_TO_MEM | dynptrFlag(meta.dynptrType)
  if (meta.desc.name === 'bpf_dynptr_slice') s[r0 + TYPE]! |= MEM_RDONLY
  else if (!mayAccessPacket(env, true)) {
    verbose(env.log, 'the prog does not allow writes to packet data\n')
    return -EINVAL
  }
  s[r0 + DYNPTR_ID] = meta.dynptrId
  return 0
}
