// Interrupts turned off and on again: the saved flag is an object on the stack that only the matching kfunc may take, the last one first. And locks
// that may fail (bpf_res_spin_lock): on one way the lock is held and the result is 0, on the other it is an error.
// Linux: process_irq_flag(), mark_stack_slot_irq_flag(), unmark_stack_slot_irq_flag(), release_irq_state(), check_kfunc_call().
import { pushBranch } from '../branches.ts'
import { boundsSync, markRegConst, markRegKnownZero, markRegNotInit, markRegUnknown } from '../domain/bounds.ts'
import {
  fillSlotType,
  IRQ_CLASS,
  MEM_ALLOC,
  PTR_TO_BTF_ID,
  PTR_TO_MAP_VALUE,
  PTR_TO_STACK,
  REF_OBJ_ID,
  regAt,
  S32MAX,
  S32MIN,
  SMAX_HI,
  SMIN_HI,
  STACK_INVALID,
  STACK_IRQ_FLAG,
  SUBREG_DEF,
  slotAt,
  slotType,
  TYPE,
} from '../domain/layout.ts'
import { set64 } from '../domain/wide.ts'
import { type Env, scratchSlot } from '../env.ts'
import { EACCES, EINVAL, ENOMEM, ERANGE } from '../errno.ts'
import { verbose } from '../verbose.ts'
import type { KfuncArg, KfuncMeta } from './kfunc-meta.ts'
import { checkLock } from './lock.ts'
import { checkMemAccess } from './mem.ts'
import { stackFrame } from './stack.ts'
import { markObjectRead, markObjectWrite, objectSlot } from './stack-object.ts'

const SLOT_BYTES = 8
const MAX_ERRNO = 4095
// Values of the word IRQ_CLASS.
const NATIVE = 0
const LOCK = 1

export function checkIrqFlagArg(env: Env, meta: KfuncMeta, arg: KfuncArg): number {
  const { words: s, cur, log } = env
  const { r, index } = arg
  const { name } = meta.desc
  const kind = name.startsWith('bpf_res_spin') ? LOCK : NATIVE
  if (s[r + TYPE] !== PTR_TO_STACK) {
    verbose(log, `arg#${index} doesn't point to an irq flag on stack\n`)
    return -EINVAL
  }
  const spi = objectSlot(env, r, 'irq_flag', 1)
  const frame = stackFrame(env, r)
  if (name === 'bpf_local_irq_save' || name === 'bpf_res_spin_lock_irqsave') {
    if (spi === -ERANGE || (spi >= 0 && !holdsFlag(s, slotAt(frame, spi)))) return saveFlag(env, arg, kind)
    verbose(log, `expected uninitialized irq flag as arg#${index}\n`)
    return -EINVAL
  }
  const slot = spi >= 0 ? slotAt(frame, spi) : -1
  if (slot < 0 || s[slot + REF_OBJ_ID] === 0 || !holdsFlag(s, slot, true)) {
    verbose(log, `expected an initialized irq flag as arg#${index}\n`)
    return -EINVAL
  }
  markObjectRead(env, frame, spi, 1)
  if (s[slot + IRQ_CLASS] !== kind) {
    const text = (k: number): string => (k === NATIVE ? 'native' : 'lock')
    verbose(log, `irq flag acquired by ${text(s[slot + IRQ_CLASS]!)} kfuncs cannot be restored with ${text(kind)} kfuncs\n`)
    return -EINVAL
  }
  const id = s[slot + REF_OBJ_ID]!
  if (id !== cur.locks.irqId) {
    const at = cur.refs.find((ref) => ref.id === cur.locks.irqId)?.insn ?? 0
    verbose(log, `cannot restore irq state out of order, expected id=${cur.locks.irqId} acquired at insn_idx=${at}\n`)
    return -EACCES
  }
  const last = cur.refs.findIndex((ref) => ref.kind === 'irq' && ref.id === id)
  const before = cur.refs.slice(0, last).findLast((ref) => ref.kind === 'irq')
  cur.refs = cur.refs.toSpliced(last, 1)
  cur.locks = { ...cur.locks, irqId: before?.id ?? 0 }
  markRegNotInit(s, slot)
  fillSlotType(s, slot, STACK_INVALID)
  markObjectWrite(env, frame, spi, 1)
  scratchSlot(env, spi)
  return 0
}

function holdsFlag(s: Int32Array, slot: number, all = false): boolean {
  let bytes = 0
  for (let i = 0; i < SLOT_BYTES; i++) if (slotType(s, slot, i) === STACK_IRQ_FLAG) bytes++
  return all ? bytes === SLOT_BYTES : bytes > 0
}

function saveFlag(env: Env, arg: KfuncArg, kind: number): number {
  const { words: s, cur } = env
  const err = checkMemAccess(env, arg.regno, 0, SLOT_BYTES, true, -1, false, false)
  if (err) return err
  const spi = objectSlot(env, arg.r, 'irq_flag', 1)
  if (spi < 0) return spi
  const frame = stackFrame(env, arg.r)
  const slot = slotAt(frame, spi)
  const id = ++env.idGen
  cur.refs = [...cur.refs, { id, insn: env.insnIdx, kind: 'irq', owner: 0 }]
  cur.locks = { ...cur.locks, irqId: id }
  markRegKnownZero(s, slot)
  s[slot + TYPE] = PTR_TO_STACK
  s[slot + REF_OBJ_ID] = id
  s[slot + IRQ_CLASS] = kind
  fillSlotType(s, slot, STACK_IRQ_FLAG)
  markObjectWrite(env, frame, spi, 1)
  scratchSlot(env, spi)
  return 0
}

// ---- locks that may fail ----

export function checkResLockArg(env: Env, meta: KfuncMeta, arg: KfuncArg): number {
  const type = env.words[arg.r + TYPE]!
  if (type !== PTR_TO_MAP_VALUE && type !== (PTR_TO_BTF_ID | MEM_ALLOC)) {
    verbose(env.log, `arg#${arg.index} doesn't point to map value or allocated object\n`)
    return -EINVAL
  }
  const { name } = meta.desc
  const kind = name.includes('_irq') ? 'res_lock_irq' : 'res_lock'
  return checkLock(env, arg.regno, kind, name.startsWith('bpf_res_spin_lock'))
}

/** The way on which the lock was not got goes on behind the call with an error in r0. */
export function forkFailedLock(env: Env): number {
  const failed = pushBranch(env, env.insnIdx + 1, env.insnIdx)
  if (!failed) {
    verbose(env.log, 'failed to push state for failed lock acquisition\n')
    return -ENOMEM
  }
  const s = failed.words
  const frame = failed.at[failed.curframe]!
  for (let i = 0; i <= 5; i++) markRegNotInit(s, regAt(frame, i))
  const r0 = regAt(frame, 0)
  markRegUnknown(s, r0)
  set64(s, r0 + SMIN_HI, -1, -MAX_ERRNO)
  set64(s, r0 + SMAX_HI, -1, -1)
  s[r0 + S32MIN] = -MAX_ERRNO
  s[r0 + S32MAX] = -1
  boundsSync(s, r0)
  s[r0 + SUBREG_DEF] = env.insnIdx + 1
  return 0
}

export function gotLockResult(env: Env, _meta: KfuncMeta, r0: number): number {
  markRegConst(env.words, r0, 0, false)
  return 0
}
