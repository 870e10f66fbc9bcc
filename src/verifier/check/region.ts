import {
  ID,
  MEM_ALLOC,
  MEM_RCU,
  MEM_RDONLY,
  MEM_RINGBUF,
  NON_OWN_REF,
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
  PTR_TO_PACKET_END,
  PTR_TO_PACKET_META,
  PTR_TO_SOCK_COMMON,
  PTR_TO_SOCKET,
  PTR_TO_STACK,
  PTR_TO_TCP_SOCK,
  PTR_TO_XDP_SOCK,
  PTR_TRUSTED,
  SCALAR_VALUE,
  TYPE,
  VALUE_HI,
} from '../domain/layout.ts'
import { tnumAdd, tnumConst, tnumIsAligned, tnumIsConst } from '../domain/tnum.ts'
import { curReg, type Env, MAX_VAR_OFF } from '../env.ts'
import { EACCES, EINVAL } from '../errno.ts'
import { tnumText } from '../log/numbers.ts'
import { regTypeName } from '../log/reg-text.ts'
import { fitsS32, isS64Min, sminOf, umaxOf, varOffOf } from '../values.ts'
import { verbose } from '../verbose.ts'

/** Bytes off .. off+size-1 of `memSize` bytes; says which kind of memory was missed. */
export function checkWithin(env: Env, regno: number, off: number, size: number, memSize: number, zeroSizeAllowed: boolean): number {
  const sizeOk = size > 0 || (size === 0 && zeroSizeAllowed)
  if (off >= 0 && sizeOk && off + size <= memSize) return 0
  const { words: s, log } = env
  const r = curReg(env, regno)
  switch (s[r + TYPE]) {
    case PTR_TO_MAP_KEY:
      verbose(log, `invalid access to map key, key_size=${memSize} off=${off} size=${size}\n`)
      break
    case PTR_TO_MAP_VALUE:
      verbose(log, `invalid access to map value, value_size=${memSize} off=${off} size=${size}\n`)
      break
    case PTR_TO_PACKET:
    case PTR_TO_PACKET_META:
    case PTR_TO_PACKET_END:
      verbose(log, `invalid access to packet, off=${off} size=${size}, R${regno}(id=${s[r + ID]},off=${off},r=${memSize})\n`)
      break
    default:
      verbose(log, `invalid access to memory, mem_size=${memSize >>> 0} off=${off} size=${size}\n`)
  }
  return -EACCES
}

/** The same for every value that the variable offset may have. `off` includes the fixed offset. */
export function checkRegion(env: Env, regno: number, off: number, size: number, memSize: number, zeroSizeAllowed: boolean): number {
  const { words: s, log } = env
  const r = curReg(env, regno)
  const smin = sminOf(s, r)
  if (smin < 0 && (isS64Min(s, r) || !fitsS32(off + smin) || smin + off < 0)) {
    verbose(log, `R${regno} min value is negative, either use unsigned index or do a if (index >=0) check.\n`)
    return -EACCES
  }
  let err = checkWithin(env, regno, (smin + off) | 0, size, memSize, zeroSizeAllowed)
  if (err) {
    verbose(log, `R${regno} min value is outside of the allowed memory range\n`)
    return err
  }
  const umax = umaxOf(s, r)
  if (umax >= MAX_VAR_OFF) {
    verbose(log, `R${regno} unbounded memory access, make sure to bounds check any such access\n`)
    return -EACCES
  }
  err = checkWithin(env, regno, (umax + off) | 0, size, memSize, zeroSizeAllowed)
  if (err) verbose(log, `R${regno} max value is outside of the allowed memory range\n`)
  return err
}

/** Memory whose size is known to the kernel alone: no variable offset, nothing before its start. */
export function checkBuffer(env: Env, what: string, regno: number, off: number, size: number): number {
  const { words: s, log } = env
  const r = curReg(env, regno)
  if (off < 0) {
    verbose(log, `R${regno} invalid ${what} buffer access: off=${off}, size=${size}\n`)
    return -EACCES
  }
  if (!tnumIsConst(s, r + VALUE_HI) || varOffOf(s, r) !== 0) {
    verbose(log, `R${regno} invalid variable buffer offset: off=${off}, var_off=${tnumText(s, r + VALUE_HI)}\n`)
    return -EACCES
  }
  return 0
}

/** A pointer that may be used in its original form only, or moved by a fixed offset. */
export function checkPtrOff(env: Env, r: number, regno: number, fixedOffOk: boolean): number {
  const { words: s, log } = env
  const kind = (): string => regTypeName(s[r + TYPE]!)
  if (s[r + OFF]! < 0) {
    verbose(log, `negative offset ${kind()} ptr R${regno} off=${s[r + OFF]} disallowed\n`)
    return -EACCES
  }
  if (!fixedOffOk && s[r + OFF] !== 0) {
    verbose(log, `dereference of modified ${kind()} ptr R${regno} off=${s[r + OFF]} disallowed\n`)
    return -EACCES
  }
  if (!tnumIsConst(s, r + VALUE_HI) || varOffOf(s, r) !== 0) {
    verbose(log, `variable ${kind()} access var_off=${tnumText(s, r + VALUE_HI)} disallowed\n`)
    return -EACCES
  }
  return 0
}

/** Which pointers may have been moved before they are passed to a helper or function. Linux: check_func_arg_reg_off(). */
export function checkArgOff(env: Env, regno: number, r: number, type: number): number {
  switch (type) {
    case PTR_TO_STACK:
    case PTR_TO_PACKET:
    case PTR_TO_PACKET_META:
    case PTR_TO_MAP_KEY:
    case PTR_TO_MAP_VALUE:
    case PTR_TO_MEM:
    case PTR_TO_MEM | MEM_RDONLY:
    case PTR_TO_MEM | MEM_RINGBUF:
    case PTR_TO_BUF:
    case PTR_TO_BUF | MEM_RDONLY:
    case PTR_TO_ARENA:
    case SCALAR_VALUE:
      return 0
    case PTR_TO_BTF_ID:
    case PTR_TO_BTF_ID | MEM_ALLOC:
    case PTR_TO_BTF_ID | PTR_TRUSTED:
    case PTR_TO_BTF_ID | MEM_RCU:
    case PTR_TO_BTF_ID | MEM_ALLOC | NON_OWN_REF:
    case PTR_TO_BTF_ID | MEM_ALLOC | NON_OWN_REF | MEM_RCU:
      return checkPtrOff(env, r, regno, true)
    default:
      return checkPtrOff(env, r, regno, false)
  }
}

/** What is given back has to be in its original form. */
export function checkReleaseOff(env: Env, regno: number, r: number): number {
  if (env.words[r + OFF] === 0) return checkPtrOff(env, r, regno, false)
  verbose(env.log, `R${regno} must have zero offset when passed to release func or trusted arg to kfunc\n`)
  return -EINVAL
}

// ---- alignment ----

/** What x86-64 assumes where alignment of packets is asked for. Linux: NET_IP_ALIGN. */
const IP_ALIGN = 2

const ALIGNMENT_NAMES = new Map<number, string>([
  [PTR_TO_FLOW_KEYS, 'flow keys '],
  [PTR_TO_MAP_KEY, 'key '],
  [PTR_TO_MAP_VALUE, 'value '],
  [PTR_TO_CTX, 'context '],
  [PTR_TO_STACK, 'stack '],
  [PTR_TO_SOCKET, 'sock '],
  [PTR_TO_SOCK_COMMON, 'sock_common '],
  [PTR_TO_TCP_SOCK, 'tcp_sock '],
  [PTR_TO_XDP_SOCK, 'xdp_sock '],
])

const sum = new Int32Array(4)
const addend = new Int32Array(4)

function isAligned(s: Int32Array, r: number, off: number, size: number): boolean {
  for (let i = 0; i < 4; i++) sum[i] = s[r + VALUE_HI + i]!
  tnumConst(addend, 0, off < 0 ? -1 : 0, off | 0)
  tnumAdd(sum, 0, addend, 0)
  return tnumIsAligned(sum, 0, size)
}

/** Stack accesses are always aligned, others where the program or the instruction asks for it. */
export function checkPtrAlignment(env: Env, r: number, off: number, size: number, strictOnce: boolean): number {
  const { words: s, log } = env
  const type = s[r + TYPE]!
  const strict = env.strictAlignment || strictOnce || type === PTR_TO_STACK
  if (!strict || size === 1 || type === PTR_TO_ARENA) return 0
  const fixed = s[r + OFF]!
  if (type === PTR_TO_PACKET || type === PTR_TO_PACKET_META) {
    if (isAligned(s, r, IP_ALIGN + fixed + off, size)) return 0
    verbose(log, `misaligned packet access off ${IP_ALIGN}+${tnumText(s, r + VALUE_HI)}+${fixed}+${off} size ${size}\n`)
    return -EACCES
  }
  if (isAligned(s, r, fixed + off, size)) return 0
  verbose(log, `misaligned ${ALIGNMENT_NAMES.get(type) ?? ''}access off ${tnumText(s, r + VALUE_HI)}+${fixed}+${off} size ${size}\n`)
  return -EACCES
}
