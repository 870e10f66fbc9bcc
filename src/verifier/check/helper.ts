// A helper call: may this program call it, do the arguments fit, what does it leave behind.
// Linux: check_helper_call(), record_func_map(), record_func_key(), do_refine_retval_range().
import type { MapDef } from '../../isa/index.ts'
import { pushBranch } from '../branches.ts'
import { boundsSync, isRegConst, isRegNull, markRegKnownZero, markRegUnknown } from '../domain/bounds.ts'
import {
  DYNPTR_ID,
  ID,
  MAP,
  MAP_UID,
  MEM_SIZE,
  mayBeNull,
  NOT_INIT,
  PTR_MAYBE_NULL,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_SOCK_COMMON,
  PTR_TO_SOCKET,
  PTR_TO_TCP_SOCK,
  PTR_TRUSTED,
  REF_OBJ_ID,
  S32MAX,
  S32MIN,
  SMAX_HI,
  SMIN_HI,
  SUBREG_DEF,
  TYPE,
  U32MAX,
  U32MIN,
  UMAX_HI,
  UMIN_HI,
} from '../domain/layout.ts'
import { set64 } from '../domain/wide.ts'
import { curReg, type Env, scratchReg, unsupported } from '../env.ts'
import { EACCES, EINVAL, ENOTSUPP } from '../errno.ts'
import { clearCallerSaved, leaveFunction } from '../frames.ts'
import { regTypeName } from '../log/reg-text.ts'
import { markChainPrecision } from '../precision.ts'
import { acquireReference, checkResourceLeak, releaseReference } from '../references.ts'
import { umaxOf } from '../values.ts'
import { verbose } from '../verbose.ts'
import { callFindVma, callForEachMapElem, callLoop, callTimerLater, callUserRingbufDrain } from './callback.ts'
import { dynptrOf, releaseDynptr } from './dynptr.ts'
import { DYNPTR_SKB, DYNPTR_SKB_META } from './dynptr-slots.ts'
import { checkSnprintf } from './format.ts'
import { checkFuncArg } from './helper-args.ts'
import { percpuResult, structResult } from './helper-btf.ts'
import * as f from './helper-ids.ts'
import type { CallMeta } from './helper-mem.ts'
import { type HelperProto, helperProto } from './helper-proto.ts'
import { giveKptr, kptrResult } from './kptr.ts'
import { isGplCompatible } from './license.ts'
import { isRdonlyProg, recordOf } from './map.ts'
import { checkMapFuncCompatibility } from './map-func.ts'
import { mayCallAt, mayCallHelper } from './may-call.ts'
import { checkMemAccess } from './mem.ts'
import { clearAllPktPointers } from './packet.ts'
import { hasField } from './record.ts'
import { checkSanity } from './sanity.ts'
import { checkSleepingHelper } from './sections.ts'

/** CPUs of the machine that programs are judged for. */
const NR_CPU_IDS = 2
const MAX_ERRNO = 4095

export function checkHelperCall(env: Env): number {
  const { insns, insnIdx, log } = env
  const id = insns.imm[insnIdx]!
  const label = `${f.helperName(id)}#${id}`
  if (id < 0 || id >= f.FUNC_MAX_ID) {
    verbose(log, `invalid func ${label}\n`)
    return -EINVAL
  }
  const proto = helperProto(id, env.progType.name)
  if (!proto || !mayCallHelper(env, id)) {
    verbose(log, `program of this type cannot use helper ${label}\n`)
    return -EINVAL
  }
  if (proto.row.gplOnly && !FREE_IN[proto.row.name]?.includes(env.progType.name) && !isGplCompatible(env)) {
    verbose(log, 'cannot call GPL-restricted function from non-GPL compatible program\n')
    return -EINVAL
  }
  if (f.TRACED_HELPERS.has(id) && !mayCallAt(env, id)) {
    verbose(log, 'helper call is not allowed in probe\n')
    return -EINVAL
  }
  if (f.SLEEPING_HELPERS.has(id) && !env.cur.inSleepable) {
    verbose(log, 'helper call might sleep in a non-sleepable prog\n')
    return -EINVAL
  }
  if (f.SLEEPING_HELPERS.has(id)) {
    const err = checkSleepingHelper(env, label)
    if (err) return err
  }
  const meta: CallMeta = {
    helper: id,
    map: -1,
    mapUid: 0,
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
    subprogno: 0,
    dynptrId: 0,
    changesPacket: proto.row.changesPacket ?? false,
    kptr: undefined,
  }
  for (let i = 0; i < 5; i++) {
    const err = checkFuncArg(env, i, meta, proto)
    if (err) return err
  }
  const map = env.maps[meta.map]
  let err = checkFuncMap(env, id, map) || checkFuncKey(env, id, map)
  if (err) return err
  for (let i = 0; i < meta.accessSize; i++) {
    err = checkMemAccess(env, meta.regno, i, 1, true, -1, false, false)
    if (err) return err
  }
  if (meta.releaseRegno) {
    const r = curReg(env, meta.releaseRegno)
    if (proto.args[meta.releaseRegno - 1]!.base === 'ptr_to_dynptr') err = releaseDynptr(env, meta.releaseRegno)
    else if (meta.kptr && meta.refObjId) err = giveKptr(env, meta.refObjId)
    else err = meta.refObjId ? releaseReference(env, meta.refObjId) : isRegNull(env.words, r) ? 0 : -EINVAL
    if (err) {
      verbose(log, `func ${label} reference has not been acquired before\n`)
      return err
    }
  }
  err = checkSpecial(env, id, meta)
  if (err) return err
  clearCallerSaved(env)
  return setResult(env, proto, meta, map)
}

/** For everybody in programs of a type, where a helper has a body of its own. Linux: bpf_get_stackid_proto_pe. */
const FREE_IN: Readonly<Record<string, readonly string[]>> = { bpf_get_stackid: ['perf_event'] }

const WRITES_MAP: ReadonlySet<number> = new Set([f.FUNC_MAP_DELETE_ELEM, f.FUNC_MAP_UPDATE_ELEM, f.FUNC_MAP_PUSH_ELEM, f.FUNC_MAP_POP_ELEM])

function checkFuncMap(env: Env, id: number, map: MapDef | undefined): number {
  if (!map || !isRdonlyProg(map) || !WRITES_MAP.has(id)) return 0
  verbose(env.log, 'write into map forbidden\n')
  return -EACCES
}

/** A tail call to a known index is rewritten, so the index counts. */
function checkFuncKey(env: Env, id: number, map: MapDef | undefined): number {
  if (id !== f.FUNC_TAIL_CALL) return 0
  if (map?.type !== 'prog_array') {
    verbose(env.log, 'expected prog array map for tail call')
    return -EINVAL
  }
  const r = curReg(env, 3)
  return isRegConst(env.words, r, false) && umaxOf(env.words, r) < map.maxEntries ? markChainPrecision(env, 3) : 0
}

function checkSpecial(env: Env, id: number, meta: CallMeta): number {
  switch (id) {
    case f.FUNC_TAIL_CALL:
      return checkResourceLeak(env, 'tail_call', true)
    case f.FUNC_GET_LOCAL_STORAGE:
      if (isRegNull(env.words, curReg(env, 2))) return 0
      verbose(env.log, "get_local_storage() doesn't support non-zero flags\n")
      return -EINVAL
    case f.FUNC_FOR_EACH_MAP_ELEM:
      return callForEachMapElem(env, meta.subprogno)
    case f.FUNC_TIMER_SET_CALLBACK:
      return callTimerLater(env, meta.subprogno)
    case f.FUNC_USER_RINGBUF_DRAIN:
      return callUserRingbufDrain(env, meta.subprogno)
    case f.FUNC_FIND_VMA:
      return callFindVma(env, meta.subprogno)
    case f.FUNC_LOOP:
      return callLoop(env, meta.subprogno)
    case f.FUNC_DYNPTR_FROM_MEM: {
      const type = env.words[curReg(env, 1) + TYPE]!
      if (type === PTR_TO_MAP_VALUE) return 0
      verbose(env.log, `Unsupported reg type ${regTypeName(type)} for bpf_dynptr_from_mem data\n`)
      return -EACCES
    }
    case f.FUNC_DYNPTR_DATA: {
      const { id: dynptrId, refObjId } = dynptrOf(env, 1)
      meta.dynptrId = dynptrId
      meta.refObjId = refObjId
      return 0
    }
    case f.FUNC_DYNPTR_WRITE: {
      const { kind } = dynptrOf(env, 1)
      if (kind === DYNPTR_SKB || kind === DYNPTR_SKB_META) meta.changesPacket = true
      return 0
    }
    case f.FUNC_SNPRINTF:
      return checkSnprintf(env)
    default:
      return 0
  }
}

function setResult(env: Env, proto: HelperProto, meta: CallMeta, map: MapDef | undefined): number {
  const s = env.words
  const id = meta.helper
  const r0 = curReg(env, 0)
  s[r0 + SUBREG_DEF] = 0
  let flags = proto.retFlags
  switch (proto.ret) {
    case 'integer':
      markRegUnknown(s, r0)
      break
    case 'void':
      s[r0 + TYPE] = NOT_INIT
      break
    case 'ptr_to_map_value':
      markRegKnownZero(s, r0)
      if (!map) return unsupported(env, `${proto.row.name}()`)
      if (
        id === f.FUNC_MAP_LOOKUP_ELEM &&
        (map.type === 'array' || map.type === 'percpu_array') &&
        meta.constMapKey >= 0 &&
        meta.constMapKey < map.maxEntries
      )
        flags &= ~PTR_MAYBE_NULL
      s[r0 + MAP] = meta.map
      s[r0 + MAP_UID] = meta.mapUid
      s[r0 + TYPE] = PTR_TO_MAP_VALUE | flags
      if (!mayBeNull(flags) && hasField(recordOf(env, meta.map), 'bpf_spin_lock', 'bpf_res_spin_lock')) s[r0 + ID] = ++env.idGen
      break
    case 'ptr_to_socket':
      markRegKnownZero(s, r0)
      s[r0 + TYPE] = PTR_TO_SOCKET | flags
      break
    case 'ptr_to_sock_common':
      markRegKnownZero(s, r0)
      s[r0 + TYPE] = PTR_TO_SOCK_COMMON | flags
      break
    case 'ptr_to_tcp_sock':
      markRegKnownZero(s, r0)
      s[r0 + TYPE] = PTR_TO_TCP_SOCK | flags
      break
    case 'ptr_to_mem':
      markRegKnownZero(s, r0)
      s[r0 + TYPE] = PTR_TO_MEM | flags
      s[r0 + MEM_SIZE] = meta.memSize
      break
    case 'ptr_to_btf_id':
    case 'ptr_to_btf_id_trusted': {
      if (meta.kptr) {
        kptrResult(env, r0, flags, meta.kptr)
        break
      }
      const err = structResult(env, proto.row, r0, flags | (proto.ret === 'ptr_to_btf_id' ? 0 : PTR_TRUSTED))
      if (err) return err
      break
    }
    case 'ptr_to_mem_or_btf_id': {
      const err = percpuResult(env, r0, flags, meta.retBtf, meta.retBtfId, meta.retAllocated)
      if (err) return err
      break
    }
    default:
      return unsupported(env, `${proto.row.name}()`)
  }
  if (mayBeNull(s[r0 + TYPE]!)) s[r0 + ID] = ++env.idGen
  if (id === f.FUNC_DYNPTR_DATA) s[r0 + DYNPTR_ID] = meta.dynptrId
  if (f.PTR_CAST_HELPERS.has(id) || id === f.FUNC_DYNPTR_DATA) s[r0 + REF_OBJ_ID] = meta.refObjId
  else if (f.isAcquireFunction(id, map?.type)) s[r0 + ID] = s[r0 + REF_OBJ_ID] = acquireReference(env)
  if (proto.ret === 'integer') {
    const err = refineResult(env, r0, meta)
    if (err) return err
  }
  const err = checkMapFuncCompatibility(env, map, id)
  if (err) return err
  if (id === f.FUNC_GET_FUNC_IP) {
    const misfit = checkGetFuncIp(env)
    if (misfit) return misfit
  }
  if (id === f.FUNC_TAIL_CALL) return env.cur.curframe === 0 ? 0 : leaveByTailCall(env)
  if (meta.changesPacket) clearAllPktPointers(env)
  return 0
}

/** BPF_PROG_TYPE_TRACING, and those of its kinds that hook functions. */
const TRACING_PROGRAMS = 26
const HOOKS_FUNCTIONS: ReadonlySet<string> = new Set(['tracing', 'fexit', 'fmod_ret'])

/** Only functions that are hooked have an address to tell. Linux: check_get_func_ip(). */
function checkGetFuncIp(env: Env): number {
  const { name, id } = env.progType
  if (name === 'kprobe' || HOOKS_FUNCTIONS.has(name)) return 0
  const label = `bpf_get_func_ip#${f.FUNC_GET_FUNC_IP}`
  if (id === TRACING_PROGRAMS) verbose(env.log, `func ${label} supported only for fentry/fexit/fmod_ret programs\n`)
  else verbose(env.log, `func ${label} not supported for program type ${id}\n`)
  return -ENOTSUPP
}

/** A tail call that succeeds returns to the function's caller from a program of which nothing is known; one that fails goes on. */
function leaveByTailCall(env: Env): number {
  scratchReg(env, 0)
  const failed = pushBranch(env, env.insnIdx + 1, env.insnIdx)
  if (typeof failed === 'number') return failed
  clearAllPktPointers(env)
  markRegUnknown(env.words, curReg(env, 0))
  const err = leaveFunction(env)
  if (err) return err
  env.insnIdx--
  clearAllPktPointers(env)
  return 0
}

/** Results of which more is known than that they are numbers. */
function refineResult(env: Env, r0: number, meta: CallMeta): number {
  const s = env.words
  switch (meta.helper) {
    case f.FUNC_GET_STACK:
    case f.FUNC_GET_TASK_STACK:
    case f.FUNC_PROBE_READ_STR:
    case f.FUNC_PROBE_READ_KERNEL_STR:
    case f.FUNC_PROBE_READ_USER_STR: {
      const max = meta.msizeMax
      set64(s, r0 + SMAX_HI, Math.floor(max / 2 ** 32) | 0, max | 0)
      s[r0 + S32MAX] = max | 0
      set64(s, r0 + SMIN_HI, -1, -MAX_ERRNO)
      s[r0 + S32MIN] = -MAX_ERRNO
      boundsSync(s, r0)
      break
    }
    case f.FUNC_GET_SMP_PROCESSOR_ID:
      set64(s, r0 + UMAX_HI, 0, NR_CPU_IDS - 1)
      set64(s, r0 + SMAX_HI, 0, NR_CPU_IDS - 1)
      s[r0 + U32MAX] = s[r0 + S32MAX] = NR_CPU_IDS - 1
      set64(s, r0 + UMIN_HI, 0, 0)
      set64(s, r0 + SMIN_HI, 0, 0)
      s[r0 + U32MIN] = s[r0 + S32MIN] = 0
      boundsSync(s, r0)
      break
  }
  return checkSanity(env, s, r0, 'retval')
}
