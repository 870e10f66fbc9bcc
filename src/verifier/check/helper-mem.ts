// Memory that a helper reads or writes on the program's behalf.
// Linux: check_helper_mem_access(), check_mem_size_reg(), check_stack_range_initialized(), get_constant_map_key().

import { wantSlot } from '../backtrack.ts'
import { isRegNull } from '../domain/bounds.ts'
import {
  ALLOCATED_SLOTS,
  baseType,
  FRAMENO,
  MEM_RDONLY,
  MEM_SIZE,
  mayBeNull,
  OFF,
  PTR_TO_BTF_ID,
  PTR_TO_BUF,
  PTR_TO_CTX,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  PTR_TO_STACK,
  SMIN_HI,
  STACK_DYNPTR,
  STACK_SPILL,
  STACK_ZERO,
  slotAt,
  slotType,
  TYPE,
  UMAX_HI,
  UMIN_HI,
  UMIN_LO,
  VALUE_HI,
} from '../domain/layout.ts'
import { tnumIsConst } from '../domain/tnum.ts'
import { curReg, type Env } from '../env.ts'
import { EACCES, EOPNOTSUPP } from '../errno.ts'
import { regTypeName } from '../log/reg-text.ts'
import { backtrack, markChainPrecision } from '../precision.ts'
import { smaxOf, sminOf, umaxOf, varOffOf } from '../values.ts'
import { verbose } from '../verbose.ts'
import { checkBtfAccess } from './btf-ptr.ts'
import { checkMapAccess, checkMapAccessType, mapOf } from './map.ts'
import { checkMemAccess } from './mem.ts'
import { checkPacketAccess } from './packet.ts'
import type { Field } from './record.ts'
import { checkBuffer, checkRegion } from './region.ts'
import { checkStackWithinBounds, isSpilledScalar, readStackRange, stackFrame } from './stack.ts'

/** What the arguments seen so far say about a call. Linux: struct bpf_call_arg_meta. */
export interface CallMeta {
  readonly helper: number
  /** Index of the map argument; -1 = none. */
  map: number
  /** Which lookup in an outer map that map came from. */
  mapUid: number
  /** Memory that need not be initialised, since the helper fills it. */
  rawMode: boolean
  releaseRegno: number
  /** Stack memory that the helper fills: register and bytes. */
  regno: number
  accessSize: number
  memSize: number
  msizeMax: number
  refObjId: number
  /** The map key if it is a known number, else -1. */
  constMapKey: number
  /** Variable of each CPU that an argument points to: its type, and whether the program has allocated it. */
  retBtf: number
  retBtfId: number
  retAllocated: boolean
  /** The function that is to be called back. */
  subprogno: number
  /** The dynptr that a slice is taken of. */
  dynptrId: number
  /** The packet may have moved. */
  changesPacket: boolean
  /** The kptr that is exchanged. */
  kptr: Field | undefined
}

/** Types whose context is what the program sees (no convert_ctx_access), so that memory of it can be handed on. */
const CTX_AS_IS: ReadonlySet<string> = new Set([
  'kprobe',
  'tracepoint',
  'raw_tracepoint',
  'raw_tracepoint_writable',
  'cgroup_device',
  'syscall',
  'netfilter',
  'tp_btf',
  'iter',
  'tracing',
  'fexit',
  'fmod_ret',
  'lsm',
  'struct_ops',
])

export function checkHelperMem(
  env: Env,
  regno: number,
  size: number,
  write: boolean,
  zeroSizeAllowed: boolean,
  meta: CallMeta | undefined,
): number {
  const { words: s, log } = env
  const r = curReg(env, regno)
  const type = s[r + TYPE]!
  const off = s[r + OFF]!
  const notMemory = (): number => {
    if (zeroSizeAllowed && size === 0 && isRegNull(s, r)) return 0
    verbose(log, `R${regno} type=${regTypeName(type)} expected=fp\n`)
    return -EACCES
  }
  const cannotWrite = (): number => {
    verbose(log, `R${regno} cannot write into ${regTypeName(type)}\n`)
    return -EACCES
  }
  switch (baseType(type)) {
    case PTR_TO_PACKET:
    case PTR_TO_PACKET_META:
      return checkPacketAccess(env, regno, off, size, zeroSizeAllowed)
    case PTR_TO_MAP_KEY:
      if (write) return cannotWrite()
      return checkRegion(env, regno, off, size, mapOf(env, r).keySize, false)
    case PTR_TO_MAP_VALUE:
      if (checkMapAccessType(env, regno, off, size, write)) return -EACCES
      return checkMapAccess(env, regno, off, size, zeroSizeAllowed, false)
    case PTR_TO_MEM:
      if (write && type & MEM_RDONLY) return cannotWrite()
      return checkRegion(env, regno, off, size, s[r + MEM_SIZE]! >>> 0, zeroSizeAllowed)
    case PTR_TO_BUF:
      if (write && type & MEM_RDONLY) return cannotWrite()
      return checkBuffer(env, type & MEM_RDONLY ? 'rdonly' : 'rdwr', regno, off, size)
    case PTR_TO_STACK:
      return checkStackRange(env, regno, r, off, size, write, zeroSizeAllowed, meta)
    case PTR_TO_BTF_ID:
      return checkBtfAccess(env, regno, off, size, false, -1)
    case PTR_TO_CTX:
      if (!CTX_AS_IS.has(env.progType.name)) return notMemory()
      if (size === 0) return zeroSizeAllowed ? 0 : -EACCES
      return checkMemAccess(env, regno, size - 1, 1, write, -1, false, false)
    default:
      return notMemory()
  }
}

function checkStackRange(
  env: Env,
  regno: number,
  r: number,
  off: number,
  size: number,
  write: boolean,
  zeroSizeAllowed: boolean,
  meta: CallMeta | undefined,
): number {
  const s = env.words
  if (size === 0 && !zeroSizeAllowed) {
    verbose(env.log, 'invalid zero-sized read\n')
    return -EACCES
  }
  const err = checkStackWithinBounds(env, regno, off, size, write)
  if (err) return err
  const fixed = tnumIsConst(s, r + VALUE_HI)
  if (fixed && meta?.rawMode) {
    const err = checkNoDynptr(env, stackFrame(env, r), varOffOf(s, r) + off, size)
    if (err) return err
    meta.accessSize = size
    meta.regno = regno
    return 0
  }
  const min = (fixed ? varOffOf(s, r) : sminOf(s, r)) + off
  const max = (fixed ? varOffOf(s, r) : smaxOf(s, r)) + off
  return readStackRange(env, regno, stackFrame(env, r), min, max + size, write, size)
}

/** What a helper fills must not be a dynptr that another argument may be. */
function checkNoDynptr(env: Env, frame: number, min: number, size: number): number {
  const s = env.words
  for (let i = min; i < min + size; i++) {
    const byte = -i - 1
    if (byte >> 3 >= s[frame + ALLOCATED_SLOTS]! || slotType(s, slotAt(frame, byte >> 3), byte & 7) !== STACK_DYNPTR) continue
    verbose(env.log, `potential write to dynptr at off=${i} disallowed\n`)
    return -EACCES
  }
  return 0
}

const MAX_VAR_SIZ = 1 << 29

/** Register `regno` is the size of the memory that the register before it points to. */
export function checkMemSize(env: Env, regno: number, write: boolean, zeroSizeAllowed: boolean, meta: CallMeta): number {
  const { words: s, log } = env
  const r = curReg(env, regno)
  meta.msizeMax = umaxOf(s, r)
  const known = tnumIsConst(s, r + VALUE_HI)
  if (s[r + SMIN_HI]! < 0) {
    verbose(log, `R${regno} min value is negative, either use unsigned or 'var &= const'\n`)
    return -EACCES
  }
  if ((s[r + UMIN_HI]! | s[r + UMIN_LO]!) === 0 && !zeroSizeAllowed) {
    verbose(log, `R${regno} invalid zero-sized read: u64=[${s64At(s, r + UMIN_HI)},${s64At(s, r + UMAX_HI)}]\n`)
    return -EACCES
  }
  const max = umaxOf(s, r)
  if (max >= MAX_VAR_SIZ) {
    verbose(log, `R${regno} unbounded memory access, use 'var &= const' or 'if (var < const)'\n`)
    return -EACCES
  }
  // A helper may fill only part of memory whose size is not known, so that has to be initialised.
  const err = checkHelperMem(env, regno - 1, max, write, zeroSizeAllowed, known ? meta : undefined)
  return err || markChainPrecision(env, regno)
}

const s64At = (s: Int32Array, at: number): string => ((BigInt(s[at]!) << 32n) | BigInt(s[at + 1]! >>> 0)).toString()

/** The number that a key on the stack is; -EOPNOTSUPP where it is not known. The value goes to meta. */
export function constantMapKey(env: Env, r: number, keySize: number, meta: CallMeta): number {
  const s = env.words
  if (!env.bpfCapable || s[r + TYPE] !== PTR_TO_STACK || mayBeNull(s[r + TYPE]!) || !tnumIsConst(s, r + VALUE_HI)) return -EOPNOTSUPP
  const byte = -(s[r + OFF]! + varOffOf(s, r)) - 1
  const spi = byte >> 3
  const slot = slotAt(stackFrame(env, r), spi)
  const run = (type: number): number => {
    let n = 0
    for (let i = byte & 7; i >= 0 && slotType(s, slot, i) === type; i--) n++
    return n
  }
  if (run(STACK_ZERO) >= keySize) {
    meta.constMapKey = 0
    return 0
  }
  if (!isSpilledScalar(s, slot) || run(STACK_SPILL) !== keySize || !tnumIsConst(s, slot + VALUE_HI)) return -EOPNOTSUPP
  wantSlot(env.bt, s[r + FRAMENO]!, spi)
  const err = backtrack(env, env.cur)
  if (!err) meta.constMapKey = varOffOf(s, slot)
  return err
}
