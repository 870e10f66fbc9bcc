// Arguments of a helper: is the register of a kind that the helper takes, may it be moved, what does it say about the others.
// Linux: check_func_arg(), check_reg_type(), check_func_arg_reg_off(), resolve_map_arg_type().
import type { HelperRow } from '../../abi/index.ts'
import { isRegNull } from '../domain/bounds.ts'
import {
  BTF,
  BTF_ID,
  baseType,
  CONST_PTR_TO_DYNPTR,
  CONST_PTR_TO_MAP,
  DYNPTR_TYPE_LOCAL,
  DYNPTR_TYPE_RINGBUF,
  DYNPTR_TYPE_SKB,
  DYNPTR_TYPE_SKB_META,
  DYNPTR_TYPE_XDP,
  MAP,
  MAP_UID,
  MEM_ALIGNED,
  MEM_ALLOC,
  MEM_FIXED_SIZE,
  MEM_PERCPU,
  MEM_RCU,
  MEM_RDONLY,
  MEM_RINGBUF,
  MEM_UNINIT,
  MEM_WRITE,
  mayBeNull,
  OBJ_RELEASE,
  PTR_MAYBE_NULL,
  PTR_TO_BTF_ID,
  PTR_TO_BUF,
  PTR_TO_CTX,
  PTR_TO_FUNC,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  PTR_TO_SOCK_COMMON,
  PTR_TO_SOCKET,
  PTR_TO_STACK,
  PTR_TO_TCP_SOCK,
  PTR_TO_XDP_SOCK,
  PTR_TRUSTED,
  REF_OBJ_ID,
  SCALAR_VALUE,
  SUBPROGNO,
  TYPE,
  VALUE_HI,
} from '../domain/layout.ts'
import { tnumIsConst } from '../domain/tnum.ts'
import { curReg, type Env, unsupported } from '../env.ts'
import { EACCES, EINVAL, EOPNOTSUPP, UNSUPPORTED } from '../errno.ts'
import { regTypeName } from '../log/reg-text.ts'
import { markChainPrecision } from '../precision.ts'
import { varOffOf } from '../values.ts'
import { verbose } from '../verbose.ts'
import { checkDynptrArg, checkDynptrRelease } from './dynptr.ts'
import { inTreeCallback } from './graph.ts'
import { checkStructArg, STRUCT_ARG_TYPES } from './helper-btf.ts'
import { FUNC_KPTR_XCHG, FUNC_MAP_PEEK_ELEM, FUNC_SPIN_LOCK } from './helper-ids.ts'
import { type CallMeta, checkHelperMem, checkMemSize, constantMapKey } from './helper-mem.ts'
import type { Arg, HelperProto } from './helper-proto.ts'
import { checkKptrArg, matchKptr } from './kptr.ts'
import { checkLock, checkMapField } from './lock.ts'
import { checkConstStr } from './map.ts'
import { checkRegRead, leaks, refuseLeak } from './mem.ts'
import { isPktPointer, mayAccessPacket, passesPacketToAll } from './packet.ts'
import { checkArgOff, checkPtrAlignment, checkReleaseOff } from './region.ts'

const MEM_TYPES = [
  PTR_TO_STACK,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_MEM | MEM_RINGBUF,
  PTR_TO_BUF,
  PTR_TO_BTF_ID | PTR_TRUSTED,
]
const SOCK_TYPES = [PTR_TO_SOCK_COMMON, PTR_TO_SOCKET, PTR_TO_TCP_SOCK, PTR_TO_XDP_SOCK]
/** Memory within a dynptr is memory like any other. */
const DYNPTR_FLAGS = DYNPTR_TYPE_LOCAL | DYNPTR_TYPE_RINGBUF | DYNPTR_TYPE_SKB | DYNPTR_TYPE_XDP | DYNPTR_TYPE_SKB_META
const SCALAR_TYPES = [SCALAR_VALUE]

/** Kinds of registers that a kind of argument takes, in the order in which they are named. Linux: compatible_reg_types[]. */
const COMPATIBLE: Readonly<Record<string, readonly number[]>> = {
  ptr_to_map_key: MEM_TYPES,
  ptr_to_map_value: MEM_TYPES,
  ptr_to_mem: MEM_TYPES,
  const_size: SCALAR_TYPES,
  const_size_or_zero: SCALAR_TYPES,
  const_alloc_size_or_zero: SCALAR_TYPES,
  const_map_ptr: [CONST_PTR_TO_MAP],
  ptr_to_ctx: [PTR_TO_CTX],
  ptr_to_sock_common: SOCK_TYPES,
  ptr_to_btf_id_sock_common: [...SOCK_TYPES, PTR_TO_BTF_ID, PTR_TO_BTF_ID | PTR_TRUSTED],
  ptr_to_socket: [PTR_TO_SOCKET],
  ptr_to_ringbuf_mem: [PTR_TO_MEM | MEM_RINGBUF],
  ptr_to_func: [PTR_TO_FUNC],
  ptr_to_stack: [PTR_TO_STACK],
  ptr_to_const_str: [PTR_TO_MAP_VALUE],
  ...STRUCT_ARG_TYPES,
  ptr_to_spin_lock: [PTR_TO_MAP_VALUE, PTR_TO_BTF_ID | MEM_ALLOC],
  ptr_to_timer: [PTR_TO_MAP_VALUE],
  kptr_xchg_dest: [PTR_TO_MAP_VALUE, PTR_TO_BTF_ID | MEM_ALLOC],
  ptr_to_dynptr: [PTR_TO_STACK, CONST_PTR_TO_DYNPTR],
}

/** Argument number `i` from 0. */
export function checkFuncArg(env: Env, i: number, meta: CallMeta, proto: HelperProto): number {
  const given = proto.args[i]
  if (!given) return 0
  const regno = 1 + i
  let err = checkRegRead(env, regno)
  if (!err && given.base === 'anything' && leaks(env, regno)) return refuseLeak(env, regno, 'leaks addr into helper function')
  if (err || given.base === 'anything' || given.base === 'scalar') return err
  const { words: s, log } = env
  const r = curReg(env, regno)
  const type = s[r + TYPE]!
  if (isPktPointer(type) && !(mayAccessPacket(env, false) && (proto.row.pktAccess || passesPacketToAll(env)))) {
    verbose(log, 'helper access to the packet is not allowed\n')
    return -EACCES
  }
  const arg = given.base === 'ptr_to_map_value' ? resolveMapValue(env, meta, given) : given
  if (!arg) return -EINVAL
  const { base } = arg
  if (!COMPATIBLE[base]) return unsupported(env, `${proto.row.name}()`)
  if (!(isRegNull(s, r) && arg.flags & PTR_MAYBE_NULL)) {
    err =
      checkRegType(env, regno, proto.row, base, arg.flags, type, meta) ||
      (arg.flags & OBJ_RELEASE && type !== PTR_TO_STACK ? checkReleaseOff(env, regno, r) : checkArgOff(env, regno, r, type))
    if (err) return err
  }
  if (arg.flags & OBJ_RELEASE) {
    if (base === 'ptr_to_dynptr') {
      err = checkDynptrRelease(env, regno)
      if (err) return err
    } else if (s[r + REF_OBJ_ID] === 0 && !isRegNull(s, r)) {
      verbose(log, `R${regno} must be referenced when passed to release function\n`)
      return -EINVAL
    }
    meta.releaseRegno = regno
  }
  if (s[r + REF_OBJ_ID] !== 0 && base !== 'kptr_xchg_dest') {
    if (meta.refObjId !== 0) {
      verbose(log, `more than one arg with ref_obj_id R${regno} ${s[r + REF_OBJ_ID]} ${meta.refObjId}`)
      return -EACCES
    }
    meta.refObjId = s[r + REF_OBJ_ID]!
  }
  return checkArgValue(env, regno, r, base, arg, proto.args[i - 1], meta)
}

/** What follows from the argument's kind alone. */
function checkArgValue(env: Env, regno: number, r: number, base: string, arg: Arg, before: Arg | undefined, meta: CallMeta): number {
  const s = env.words
  switch (base) {
    case 'const_map_ptr':
      if (meta.map >= 0 && (meta.map !== s[r + MAP] || meta.mapUid !== s[r + MAP_UID])) {
        verbose(env.log, `timer pointer in R1 map_uid=${meta.mapUid} doesn't match map pointer in R2 map_uid=${s[r + MAP_UID]}\n`)
        return -EINVAL
      }
      meta.map = s[r + MAP]!
      meta.mapUid = s[r + MAP_UID]!
      return 0
    case 'ptr_to_spin_lock':
      if (inTreeCallback(env)) {
        verbose(env.log, "can't spin_{lock,unlock} in rbtree cb\n")
        return -EACCES
      }
      return checkLock(env, regno, 'lock', meta.helper === FUNC_SPIN_LOCK)
    case 'ptr_to_dynptr':
      return checkDynptrArg(env, regno, arg.flags, 0)
    case 'kptr_xchg_dest':
      return checkKptrArg(env, regno, meta)
    case 'ptr_to_timer':
      return checkMapField(env, regno, 'bpf_timer', meta)
    case 'ptr_to_map_key': {
      const map = env.maps[meta.map]!
      const err = checkHelperMem(env, regno, map.keySize, false, false, undefined)
      if (err || (map.type !== 'array' && map.type !== 'percpu_array')) return err
      const unknown = constantMapKey(env, r, map.keySize, meta)
      if (unknown) meta.constMapKey = -1
      return unknown === -EOPNOTSUPP ? 0 : unknown
    }
    case 'ptr_to_map_value':
      if (arg.flags & PTR_MAYBE_NULL && isRegNull(s, r)) return 0
      meta.rawMode = (arg.flags & MEM_UNINIT) !== 0
      return checkHelperMem(env, regno, env.maps[meta.map]!.valueSize, (arg.flags & MEM_WRITE) !== 0, false, meta)
    case 'ptr_to_mem': {
      // Without a size of its own the memory is checked with the size argument that follows.
      meta.rawMode = (arg.flags & MEM_UNINIT) !== 0
      if (!(arg.flags & MEM_FIXED_SIZE)) return 0
      const err = checkHelperMem(env, regno, arg.size, (arg.flags & MEM_WRITE) !== 0, false, meta)
      return err || (arg.flags & MEM_ALIGNED ? checkPtrAlignment(env, r, 0, arg.size, true) : 0)
    }
    case 'const_size':
    case 'const_size_or_zero':
      return checkMemSize(env, regno, ((before?.flags ?? 0) & MEM_WRITE) !== 0, base === 'const_size_or_zero', meta)
    case 'const_alloc_size_or_zero':
      if (!tnumIsConst(s, r + VALUE_HI)) {
        verbose(env.log, `R${regno} is not a known constant'\n`)
        return -EACCES
      }
      meta.memSize = varOffOf(s, r) | 0
      return markChainPrecision(env, regno)
    case 'ptr_to_func':
      meta.subprogno = s[r + SUBPROGNO]!
      return 0
    case 'ptr_to_const_str':
      return checkConstStr(env, regno)
    case 'ptr_to_percpu_btf_id':
      meta.retBtf = s[r + BTF]!
      meta.retBtfId = s[r + BTF_ID]!
      meta.retAllocated = (s[r + TYPE]! & MEM_RCU) !== 0
      return 0
    default:
      return 0
  }
}

/** What a map takes as its value: sockets, or the bytes that a bloom filter is asked for. */
function resolveMapValue(env: Env, meta: CallMeta, arg: Arg): Arg | undefined {
  const map = env.maps[meta.map]
  switch (map?.type) {
    case 'sockmap':
    case 'sockhash':
      if (arg.flags === 0) return { ...arg, base: 'ptr_to_btf_id_sock_common' }
      verbose(env.log, 'invalid arg_type for sockmap/sockhash\n')
      return undefined
    case 'bloom_filter':
      return meta.helper === FUNC_MAP_PEEK_ELEM ? { ...arg, flags: 0 } : arg
    default:
      return arg
  }
}

function checkRegType(env: Env, regno: number, row: HelperRow, base: string, flags: number, type: number, meta: CallMeta): number {
  const compatible = COMPATIBLE[base]!
  let wanted = type
  if (flags & MEM_RDONLY) wanted &= ~MEM_RDONLY
  if (flags & PTR_MAYBE_NULL) wanted &= ~PTR_MAYBE_NULL
  if (base === 'ptr_to_mem') wanted &= ~DYNPTR_FLAGS
  const isKptr = base === 'ptr_to_btf_id' && meta.helper === FUNC_KPTR_XCHG
  if (isKptr && type & MEM_ALLOC) wanted &= ~(MEM_ALLOC | MEM_PERCPU)
  if (isKptr && compatible.includes(wanted)) return checkKptrGiven(env, regno, type, meta)
  if (compatible.includes(wanted)) return baseType(type) === PTR_TO_BTF_ID ? checkStructArg(env, regno, row, base, flags) : 0
  verbose(env.log, `R${regno} type=${regTypeName(type)} expected=${compatible.map(regTypeName).join(', ')}\n`)
  return -EACCES
}

/** What is put in place of a kptr. */
function checkKptrGiven(env: Env, regno: number, type: number, meta: CallMeta): number {
  if (!meta.kptr) return -EACCES
  if (mayBeNull(type) && !(type & MEM_ALLOC)) {
    verbose(env.log, `Possibly NULL pointer passed to helper arg${regno}\n`)
    return -EACCES
  }
  const err = matchKptr(env, meta.kptr, regno)
  return err === UNSUPPORTED ? err : err ? -EACCES : 0
}
