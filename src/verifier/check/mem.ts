// One memory access by an instruction (or by a helper on its behalf), whatever it goes through.
// Linux: check_mem_access(), check_reg_arg(), save_aux_ptr_type().
import { markRegKnown, markRegKnownZero, markRegS32Range, markRegUnknown } from '../domain/bounds.ts'
import { coerceRegToSize, coerceRegToSizeSx } from '../domain/coerce.ts'
import {
  BTF,
  BTF_ID,
  baseType,
  CONST_PTR_TO_MAP,
  ID,
  MAP,
  MEM_RDONLY,
  MEM_SIZE,
  mayBeNull,
  NOT_INIT,
  OFF,
  PTR_TO_ARENA,
  PTR_TO_BTF_ID,
  PTR_TO_BUF,
  PTR_TO_CTX,
  PTR_TO_FLOW_KEYS,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  PTR_TO_SOCK_COMMON,
  PTR_TO_SOCKET,
  PTR_TO_STACK,
  PTR_TO_TCP_SOCK,
  PTR_TO_TP_BUFFER,
  PTR_TO_XDP_SOCK,
  PTR_TRUSTED,
  PTR_UNTRUSTED,
  SCALAR_VALUE,
  SUBREG_DEF,
  TYPE,
  VALUE_HI,
} from '../domain/layout.ts'
import { tnumIsConst } from '../domain/tnum.ts'
import { curReg, type Env, scratchReg, unsupported } from '../env.ts'
import { EACCES, EINVAL } from '../errno.ts'
import { regTypeName } from '../log/reg-text.ts'
import { varOffOf } from '../values.ts'
import { lineInfo, verbose } from '../verbose.ts'
import { btfCtxAccess } from './btf-ctx.ts'
import { checkBtfAccess, checkMapPtrAccess } from './btf-ptr.ts'
import { KERNEL_BTF, kernelStruct } from './btf-types.ts'
import { checkCtxAccess, checkFlowKeysAccess, checkSockAccess, ctxRegType, ctxStructName } from './ctx.ts'
import { checkKptrAccess, kptrAt } from './kptr.ts'
import { checkMapAccess, checkMapAccessType, directRead, hasDirectValue, isMapRdonly, mapOf } from './map.ts'
import { checkPacketAccess, isPktPointer, mayAccessPacket } from './packet.ts'
import { checkBuffer, checkPtrAlignment, checkPtrOff, checkRegion } from './region.ts'
import { checkStackRead, checkStackWithinBounds, checkStackWrite } from './stack.ts'

// ---- operands ----

/** A register that is read. Linux: check_reg_arg(SRC_OP). */
export function checkRegRead(env: Env, regno: number): number {
  if (regno > 10) return invalidReg(env, regno)
  scratchReg(env, regno)
  if (env.words[curReg(env, regno) + TYPE] !== NOT_INIT) return 0
  verbose(env.log, `R${regno} !read_ok\n`)
  return -EACCES
}

/** A register that is written; `wide` = all 64 bits. Linux: check_reg_arg(DST_OP_NO_MARK). */
export function checkRegWrite(env: Env, regno: number, wide: boolean): number {
  if (regno > 10) return invalidReg(env, regno)
  scratchReg(env, regno)
  if (regno === 10) {
    verbose(env.log, 'frame pointer is read only\n')
    return -EACCES
  }
  env.words[curReg(env, regno) + SUBREG_DEF] = wide ? 0 : env.insnIdx + 1
  return 0
}

/** The same, and what is in it from now on is not known. Linux: check_reg_arg(DST_OP). */
export function checkRegClobber(env: Env, regno: number, wide: boolean): number {
  const err = checkRegWrite(env, regno, wide)
  if (!err) markRegUnknown(env.words, curReg(env, regno))
  return err
}

function invalidReg(env: Env, regno: number): number {
  verbose(env.log, `R${regno} is invalid\n`)
  return -EINVAL
}

/** Pointers of which one instruction may see only one kind, since the kernel rewrites the instruction by it. */
function isRewritten(type: number): boolean {
  switch (baseType(type)) {
    case PTR_TO_CTX:
    case PTR_TO_SOCKET:
    case PTR_TO_SOCK_COMMON:
    case PTR_TO_TCP_SOCK:
    case PTR_TO_XDP_SOCK:
    case PTR_TO_BTF_ID:
    case PTR_TO_ARENA:
      return true
    default:
      return false
  }
}

/** Notes through which kind of pointer an instruction went. Linux: save_aux_ptr_type(). */
export function savePtrType(env: Env, type: number, plainLoad: boolean): number {
  const { ptrType } = env.aux
  const prev = ptrType[env.insnIdx]!
  if (prev === NOT_INIT) ptrType[env.insnIdx] = type
  else if (type !== prev && (isRewritten(type) || isRewritten(prev))) {
    if (!plainLoad || !isMemOrStruct(type) || !isMemOrStruct(prev)) {
      verbose(env.log, 'same insn cannot be used with different pointers\n')
      return -EINVAL
    }
    // A load that may meet garbage on one way is one that cannot fault on all.
    const base = baseType(type) === PTR_TO_MEM || baseType(prev) === PTR_TO_MEM ? PTR_TO_MEM : PTR_TO_BTF_ID
    ptrType[env.insnIdx] = base | ((type | prev) & (PTR_UNTRUSTED | MEM_RDONLY))
  }
  return 0
}
const isMemOrStruct = (type: number): boolean => baseType(type) === PTR_TO_MEM || baseType(type) === PTR_TO_BTF_ID

// ---- the access ----

/** Where an address must not be stored without CAP_PERFMON, as messages name it. */
const LEAK_PLACES: ReadonlyMap<number, string> = new Map([
  [PTR_TO_MAP_VALUE, 'map'],
  [PTR_TO_MEM, 'mem'],
  [PTR_TO_CTX, 'ctx'],
  [PTR_TO_PACKET, 'packet'],
  [PTR_TO_PACKET_META, 'packet'],
  [PTR_TO_FLOW_KEYS, 'flow keys'],
])

/** The register holds an address, and those who load may not see any. Linux: is_pointer_value(). */
export const leaks = (env: Env, regno: number): boolean =>
  !env.perfmon && regno >= 0 && env.words[curReg(env, regno) + TYPE] !== SCALAR_VALUE

/** Says so. */
export function refuseLeak(env: Env, regno: number, what: string): number {
  verbose(env.log, `R${regno} ${what}\n`)
  return -EACCES
}

const constant = new Int32Array(2)

/**
 * `size` bytes at register `regno` + `off`. A write stores register `valueRegno` (-1: something unknown); a read loads into it (-1: nowhere),
 * sign-extended where `signed`.
 */
export function checkMemAccess(
  env: Env,
  regno: number,
  off: number,
  size: number,
  write: boolean,
  valueRegno: number,
  strictOnce: boolean,
  signed: boolean,
): number {
  const { words: s } = env
  const r = curReg(env, regno)
  let err = checkPtrAlignment(env, r, off, size, strictOnce)
  if (err) return err
  const type = s[r + TYPE]!
  off += s[r + OFF]!
  const value = !write && valueRegno >= 0 ? curReg(env, valueRegno) : -1
  if (write && leaks(env, valueRegno)) {
    const place = LEAK_PLACES.get(baseType(type))
    // The packet, of which it is asked first whether it may be written; memory that is read-only.
    const refused = (isPktPointer(type) && !mayAccessPacket(env, true)) || mayBeNull(type) || (place === 'mem' && type & MEM_RDONLY)
    if (place && !refused) {
      verbose(env.log, `R${valueRegno} leaks addr into ${place}\n`)
      return -EACCES
    }
  }
  switch (baseType(type)) {
    case PTR_TO_STACK:
      err = checkStackWithinBounds(env, regno, off, size, write)
      if (err) return err
      err = write ? checkStackWrite(env, regno, off, size, valueRegno) : checkStackRead(env, regno, off, size, valueRegno)
      break
    case PTR_TO_MAP_VALUE:
      if (mayBeNull(type)) return invalidAccess(env, regno, type)
      err = mapValueAccess(env, regno, r, off, size, write, value, signed, valueRegno)
      if (err) return err
      break
    case PTR_TO_PACKET:
    case PTR_TO_PACKET_META:
      if (write && !mayAccessPacket(env, true)) {
        verbose(env.log, 'cannot write into packet\n')
        return -EACCES
      }
      err = checkPacketAccess(env, regno, off, size, false)
      if (!err && value >= 0) markRegUnknown(s, value)
      break
    case PTR_TO_CTX:
      err = ctxFieldAccess(env, regno, r, off, size, write, value, signed)
      break
    case PTR_TO_MEM:
      if (mayBeNull(type)) return invalidAccess(env, regno, type)
      if (write && type & MEM_RDONLY) return cannotWrite(env, regno, type)
      if (!(type & MEM_RDONLY && type & PTR_UNTRUSTED)) err = checkRegion(env, regno, off, size, s[r + MEM_SIZE]! >>> 0, false)
      if (!err && value >= 0) markRegUnknown(s, value)
      break
    case PTR_TO_MAP_KEY:
      if (mayBeNull(type)) return invalidAccess(env, regno, type)
      if (write) {
        verbose(env.log, `write to change key R${regno} not allowed\n`)
        return -EACCES
      }
      err = checkRegion(env, regno, off, size, mapOf(env, r).keySize, false)
      if (err) return err
      if (value >= 0) markRegUnknown(s, value)
      break
    case PTR_TO_FLOW_KEYS:
      err = checkFlowKeysAccess(env, off, size)
      if (!err && value >= 0) markRegUnknown(s, value)
      break
    case PTR_TO_SOCKET:
    case PTR_TO_SOCK_COMMON:
    case PTR_TO_TCP_SOCK:
    case PTR_TO_XDP_SOCK:
      if (mayBeNull(type)) return invalidAccess(env, regno, type)
      if (write) return cannotWrite(env, regno, type)
      err = checkSockAccess(env, regno, off, size)
      if (!err && value >= 0) markRegUnknown(s, value)
      break
    case PTR_TO_TP_BUFFER:
      err = checkBuffer(env, 'tracepoint', regno, off, size)
      if (!err && value >= 0) markRegUnknown(s, value)
      break
    case PTR_TO_BUF:
      if (mayBeNull(type)) return invalidAccess(env, regno, type)
      if (write && type & MEM_RDONLY) return cannotWrite(env, regno, type)
      err = checkBuffer(env, type & MEM_RDONLY ? 'rdonly' : 'rdwr', regno, off, size)
      if (!err && value >= 0) markRegUnknown(s, value)
      break
    case PTR_TO_BTF_ID:
      if (mayBeNull(type)) return invalidAccess(env, regno, type)
      err = checkBtfAccess(env, regno, off, size, write, value)
      break
    case CONST_PTR_TO_MAP:
      err = checkMapPtrAccess(env, regno, off, size, write, value)
      break
    case PTR_TO_ARENA:
      if (value >= 0) markRegUnknown(s, value)
      break
    default:
      return invalidAccess(env, regno, type)
  }
  if (!err && size < 8 && value >= 0 && s[value + TYPE] === SCALAR_VALUE) {
    if (signed) coerceRegToSizeSx(s, value, size)
    else coerceRegToSize(s, value, size)
  }
  return err
}

function invalidAccess(env: Env, regno: number, type: number): number {
  verbose(env.log, `R${regno} invalid mem access '${regTypeName(type)}'\n`)
  return -EACCES
}
function cannotWrite(env: Env, regno: number, type: number): number {
  verbose(env.log, `R${regno} cannot write into ${regTypeName(type)}\n`)
  return -EACCES
}

function mapValueAccess(
  env: Env,
  regno: number,
  r: number,
  off: number,
  size: number,
  write: boolean,
  value: number,
  signed: boolean,
  valueRegno: number,
): number {
  const s = env.words
  const err = checkMapAccessType(env, regno, off, size, write) || checkMapAccess(env, regno, off, size, false, true)
  if (err) return err
  const kptr = tnumIsConst(s, r + VALUE_HI) ? kptrAt(env, s[r + MAP]!, off + varOffOf(s, r)) : undefined
  if (kptr) return checkKptrAccess(env, valueRegno, kptr)
  if (value < 0) return 0
  const map = mapOf(env, r)
  if (!tnumIsConst(s, r + VALUE_HI) || !isMapRdonly(map) || !hasDirectValue(map)) {
    markRegUnknown(s, value)
    return 0
  }
  const fault = directRead(map, off + varOffOf(s, r), size, signed, constant)
  if (fault) return fault
  s[value + TYPE] = SCALAR_VALUE
  markRegKnown(s, value, constant[0]!, constant[1]!)
  return 0
}

function ctxFieldAccess(
  env: Env,
  regno: number,
  r: number,
  off: number,
  size: number,
  write: boolean,
  value: number,
  signed: boolean,
): number {
  const s = env.words
  const err = checkPtrOff(env, r, regno, false)
  if (err) return err
  if (env.attach) return btfCtxFieldAccess(env, off, size, write, value)
  const access = checkCtxAccess(env, off, size, write, signed)
  if (!access) {
    lineInfo(env.log, env.insnIdx, true)
    return -EACCES
  }
  if (value < 0) return 0
  if (access.kind === 'trusted_ptr') return ctxStruct(env, off, value)
  const type = ctxRegType(access.kind)
  if (type === undefined) return unsupported(env, `context field of kind ${access.kind}`)
  if (type === SCALAR_VALUE) {
    markRegUnknown(s, value)
    return 0
  }
  markRegKnownZero(s, value)
  if (mayBeNull(type)) s[value + ID] = ++env.idGen
  s[value + SUBREG_DEF] = 0
  s[value + TYPE] = type
  return 0
}

function btfCtxFieldAccess(env: Env, off: number, size: number, write: boolean, value: number): number {
  const s = env.words
  const access = btfCtxAccess(env, off, size, write)
  if (!access) {
    verbose(env.log, `invalid bpf_context access off=${off} size=${size}\n`)
    lineInfo(env.log, env.insnIdx, true)
    return -EACCES
  }
  if (value < 0) return 0
  if (access.type === SCALAR_VALUE) {
    markRegUnknown(s, value)
    if (access.range) markRegS32Range(s, value, access.range)
    return 0
  }
  markRegKnownZero(s, value)
  if (mayBeNull(access.type)) s[value + ID] = ++env.idGen
  s[value + SUBREG_DEF] = 0
  s[value + TYPE] = access.type
  if (baseType(access.type) === PTR_TO_BTF_ID) {
    s[value + BTF] = KERNEL_BTF
    s[value + BTF_ID] = access.btfId
  }
  return 0
}

/** Structures of the kernel in contexts of a fixed layout. */
function ctxStruct(env: Env, off: number, value: number): number {
  const s = env.words
  const name = ctxStructName(env, off)
  const id = name === undefined ? undefined : kernelStruct(env, name)
  if (id === undefined) return unsupported(env, `struct ${name ?? 'in the context'} of the kernel`)
  markRegKnownZero(s, value)
  s[value + SUBREG_DEF] = 0
  s[value + TYPE] = PTR_TO_BTF_ID | PTR_TRUSTED
  s[value + BTF] = KERNEL_BTF
  s[value + BTF_ID] = id
  return 0
}
