// Loads and stores: BPF_LDX, BPF_STX and BPF_ST, plain and atomic.
// Linux: check_load_mem(), check_store_reg(), check_atomic(), check_atomic_rmw(), check_atomic_load(), check_atomic_store().
import {
  BPF_ADD,
  BPF_AND,
  BPF_ATOMIC,
  BPF_CMPXCHG,
  BPF_DW,
  BPF_FETCH,
  BPF_H,
  BPF_LOAD_ACQ,
  BPF_MEM,
  BPF_MEMSX,
  BPF_OR,
  BPF_STORE_REL,
  BPF_W,
  BPF_XCHG,
  BPF_XOR,
  bpfMode,
  bpfSize,
} from '../../isa/index.ts'
import { checkMemAccess, checkRegClobber, checkRegRead, checkRegWrite, leaks, refuseLeak, savePtrType } from '../check/mem.ts'
import { checkSanity } from '../check/sanity.ts'
import {
  PTR_TO_ARENA,
  PTR_TO_CTX,
  PTR_TO_FLOW_KEYS,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  PTR_TO_SOCK_COMMON,
  PTR_TO_SOCKET,
  PTR_TO_TCP_SOCK,
  PTR_TO_XDP_SOCK,
  TYPE,
} from '../domain/layout.ts'
import { curReg, type Env } from '../env.ts'
import { EACCES, EINVAL } from '../errno.ts'
import { regTypeName } from '../log/reg-text.ts'
import { verbose } from '../verbose.ts'

const sizeBytes = (opcode: number): number => {
  switch (bpfSize(opcode)) {
    case BPF_W:
      return 4
    case BPF_H:
      return 2
    case BPF_DW:
      return 8
    default:
      return 1
  }
}

export function checkLdx(env: Env): number {
  const opcode = env.insns.opcode[env.insnIdx]!
  return loadMem(env, false, bpfMode(opcode) === BPF_MEMSX, 'ldx')
}

function loadMem(env: Env, strict: boolean, signed: boolean, where: string): number {
  const { insns, words: s, insnIdx } = env
  const opcode = insns.opcode[insnIdx]!
  const dst = insns.dst[insnIdx]!
  const src = insns.src[insnIdx]!
  const size = sizeBytes(opcode)
  let err = checkRegRead(env, src)
  if (err) return err
  // An atomic load is a BPF_STX, whose width counts; a plain one extends to 64 bits where it is signed.
  err = checkRegWrite(env, dst, size === 8 || signed)
  if (err) return err
  const type = s[curReg(env, src) + TYPE]!
  return (
    checkMemAccess(env, src, insns.off[insnIdx]!, size, false, dst, strict, signed) ||
    savePtrType(env, type, !strict) ||
    checkSanity(env, s, curReg(env, dst), where)
  )
}

export function checkStx(env: Env): number {
  const { insns, insnIdx } = env
  const mode = bpfMode(insns.opcode[insnIdx]!)
  if (mode === BPF_ATOMIC) return checkAtomic(env)
  if (mode !== BPF_MEM || insns.imm[insnIdx] !== 0) {
    verbose(env.log, 'BPF_STX uses reserved fields\n')
    return -EINVAL
  }
  return storeReg(env, false)
}

function storeReg(env: Env, strict: boolean): number {
  const { insns, words: s, insnIdx } = env
  const dst = insns.dst[insnIdx]!
  const src = insns.src[insnIdx]!
  const err = checkRegRead(env, src) || checkRegRead(env, dst)
  if (err) return err
  const type = s[curReg(env, dst) + TYPE]!
  const size = sizeBytes(insns.opcode[insnIdx]!)
  return checkMemAccess(env, dst, insns.off[insnIdx]!, size, true, src, strict, false) || savePtrType(env, type, false)
}

export function checkSt(env: Env): number {
  const { insns, words: s, insnIdx } = env
  const opcode = insns.opcode[insnIdx]!
  if (bpfMode(opcode) !== BPF_MEM || insns.src[insnIdx] !== 0) {
    verbose(env.log, 'BPF_ST uses reserved fields\n')
    return -EINVAL
  }
  const dst = insns.dst[insnIdx]!
  const err = checkRegRead(env, dst)
  if (err) return err
  const type = s[curReg(env, dst) + TYPE]!
  return checkMemAccess(env, dst, insns.off[insnIdx]!, sizeBytes(opcode), true, -1, false, false) || savePtrType(env, type, false)
}

// ---- atomics ----

const READ_MODIFY_WRITE: ReadonlySet<number> = new Set([
  BPF_ADD,
  BPF_ADD | BPF_FETCH,
  BPF_AND,
  BPF_AND | BPF_FETCH,
  BPF_OR,
  BPF_OR | BPF_FETCH,
  BPF_XOR,
  BPF_XOR | BPF_FETCH,
  BPF_XCHG,
  BPF_CMPXCHG,
])

function checkAtomic(env: Env): number {
  const imm = env.insns.imm[env.insnIdx]!
  if (READ_MODIFY_WRITE.has(imm)) return readModifyWrite(env)
  if (imm === BPF_LOAD_ACQ)
    return loadMem(env, true, false, 'atomic_load') || checkAtomicPointer(env, env.insns.src[env.insnIdx]!, 'loads from')
  if (imm === BPF_STORE_REL) return storeReg(env, true) || checkAtomicPointer(env, env.insns.dst[env.insnIdx]!, 'stores into')
  verbose(env.log, `BPF_ATOMIC uses invalid atomic opcode ${(imm >>> 0).toString(16).padStart(2, '0')}\n`)
  return -EINVAL
}

/** The JIT makes loops of these, of which none can be left where a page of an arena is missing. */
const NOT_IN_ARENA: ReadonlySet<number> = new Set([BPF_AND | BPF_FETCH, BPF_OR | BPF_FETCH, BPF_XOR | BPF_FETCH])

function refuseAtomic(env: Env, regno: number, doing: string, type: number): number {
  verbose(env.log, `BPF_ATOMIC ${doing} R${regno} ${regTypeName(type)} is not allowed\n`)
  return -EACCES
}

/** What the kernel rewrites or checks by other means cannot be accessed atomically. Linux: atomic_ptr_type_ok(). */
function checkAtomicPointer(env: Env, regno: number, doing: string): number {
  const type = env.words[curReg(env, regno) + TYPE]!
  // Linux: bpf_jit_supports_insn() of x86-64.
  if (type === PTR_TO_ARENA && NOT_IN_ARENA.has(env.insns.imm[env.insnIdx]!)) return refuseAtomic(env, regno, doing, type)
  switch (type) {
    case PTR_TO_CTX:
    case PTR_TO_PACKET:
    case PTR_TO_PACKET_META:
    case PTR_TO_FLOW_KEYS:
    case PTR_TO_SOCKET:
    case PTR_TO_SOCK_COMMON:
    case PTR_TO_TCP_SOCK:
    case PTR_TO_XDP_SOCK:
      return refuseAtomic(env, regno, doing, type)
    default:
      return 0
  }
}

function readModifyWrite(env: Env): number {
  const { insns, insnIdx } = env
  const opcode = insns.opcode[insnIdx]!
  const size = sizeBytes(opcode)
  const imm = insns.imm[insnIdx]!
  const dst = insns.dst[insnIdx]!
  const src = insns.src[insnIdx]!
  const off = insns.off[insnIdx]!
  if (size !== 4 && size !== 8) {
    verbose(env.log, 'invalid atomic operand size\n')
    return -EINVAL
  }
  let err = checkRegRead(env, src) || checkRegRead(env, dst)
  if (err) return err
  if (imm === BPF_CMPXCHG) {
    err = checkRegRead(env, 0)
    if (err) return err
    if (leaks(env, 0)) return refuseLeak(env, 0, 'leaks addr into mem')
  }
  if (leaks(env, src)) return refuseLeak(env, src, 'leaks addr into mem')
  err = checkAtomicPointer(env, dst, 'stores into')
  if (err) return err
  let load = -1
  if (imm & BPF_FETCH) {
    load = imm === BPF_CMPXCHG ? 0 : src
    err = checkRegClobber(env, load, size === 8)
    if (err) return err
  }
  // The old value is read even where it goes nowhere; a fetch looks a second time to fill the register.
  err = checkMemAccess(env, dst, off, size, false, -1, true, false)
  if (!err && load >= 0) err = checkMemAccess(env, dst, off, size, false, load, true, false)
  return err || checkMemAccess(env, dst, off, size, true, -1, true, false)
}
