// Open-coded iterators: an object on the stack that new() makes, next() advances until it gives NULL, destroy() gives back. A loop over one is
// walked as two ways at each next(): drained, which goes on here, and one more element, which is put by. The loop is over when a state at next()
// equals one of an earlier turn, numbers on which nothing relies apart.
//
//   new() --> active, depth 0 --next()--> drained: r0 = 0                 destroy() --> nothing
//                                  '----> active, depth + 1: r0 = element
//
// Linux: process_iter_arg(), mark_stack_slots_iter(), unmark_stack_slots_iter(), is_iter_reg_valid_{init,uninit}(), process_iter_next_call(),
// iter_active_depths_differ().
import { resolve } from '../../btf/index.ts'
import { pushBranch } from '../branches.ts'
import { markRegConst, markRegKnownZero, markRegNotInit } from '../domain/bounds.ts'
import {
  ALLOCATED_SLOTS,
  BTF,
  BTF_ID,
  FRAMENO,
  fillSlotType,
  ITER_DEPTH,
  ITER_STATE,
  MEM_RCU,
  OFF,
  PTR_TO_STACK,
  PTR_UNTRUSTED,
  REF_OBJ_ID,
  regAt,
  STACK_INVALID,
  STACK_ITER,
  slotAt,
  slotType,
  TYPE,
} from '../domain/layout.ts'
import { curReg, type Env, scratchSlot } from '../env.ts'
import { EFAULT, EINVAL, ENOMEM, EPROTO, ERANGE } from '../errno.ts'
import { acquireReference, releaseReference } from '../references.ts'
import { type State, sameCallsites } from '../state.ts'
import { varOffOf } from '../values.ts'
import { verbose } from '../verbose.ts'
import { widenSincePrevEntry } from '../widen.ts'
import { inRcuSection } from './btf-ptr.ts'
import { KERNEL_BTF } from './btf-types.ts'
import type { KfuncArg, KfuncMeta } from './kfunc-meta.ts'
import { checkMemAccess } from './mem.ts'
import { markNotNull } from './null.ts'
import { stackFrame } from './stack.ts'
import { markObjectRead, markObjectWrite, objectSlot } from './stack-object.ts'

const SLOT_BYTES = 8
const PREFIX = 'bpf_iter_'
// Values of the word ITER_STATE.
const ACTIVE = 1
const DRAINED = 2

export function checkIterArg(env: Env, meta: KfuncMeta, arg: KfuncArg): number {
  const { words: s, log } = env
  const { r, regno, pointee } = arg
  const refuse = (why: string, errno = EINVAL): number => {
    verbose(log, `${why}\n`)
    return -errno
  }
  if (meta.desc.name === 'bpf_iter_css_task_new' && !mayWalkCssTasks(env)) {
    return refuse('css_task_iter is only allowed in bpf_lsm, bpf_iter and sleepable progs')
  }
  if (s[r + TYPE] !== PTR_TO_STACK) return refuse(`arg#${arg.index} expected pointer to an iterator on stack`)
  if (pointee.kind !== 'struct' || !pointee.name.startsWith(PREFIX)) return refuse(`expected valid iter pointer as arg #${arg.index}`)
  const slots = pointee.size / SLOT_BYTES
  const name = `iter_${pointee.name.slice(PREFIX.length)}`
  const { id } = resolve(env.kernel!.btf, arg.pointeeId)
  if (meta.flags.has('iter_new')) {
    if (!isUninit(env, r, slots)) return refuse(`expected uninitialized ${name} as arg #${arg.index}`)
    for (let i = 0; i < slots; i++) {
      const err = checkMemAccess(env, regno, i * SLOT_BYTES, SLOT_BYTES, true, -1, false, false)
      if (err) return err
    }
    return makeIter(env, r, slots, id, meta.flags.has('rcu_protected'))
  }
  const err = isInit(env, r, slots, id)
  if (err === -EINVAL) return refuse(`expected an initialized ${name} as arg #${arg.index}`)
  if (err === -EPROTO) return refuse(`expected an RCU CS when using ${meta.desc.name}`, EPROTO)
  const spi = objectSlot(env, r, 'iter', slots)
  const frame = stackFrame(env, r)
  markObjectRead(env, frame, spi, slots)
  meta.iterSpi = spi
  meta.iterFrame = s[r + FRAMENO]!
  meta.refObjId = s[slotAt(frame, spi) + REF_OBJ_ID]!
  if (meta.flags.has('iter_destroy')) destroyIter(env, frame, spi, slots)
  return 0
}

const mayWalkCssTasks = (env: Env): boolean =>
  env.progType.name === 'lsm' || env.progType.name === 'iter' || (env.progType.name !== 'tracing' ? env.cur.inSleepable : false)

function isUninit(env: Env, r: number, slots: number): boolean {
  const spi = objectSlot(env, r, 'iter', slots)
  if (spi < 0) return spi === -ERANGE
  const frame = stackFrame(env, r)
  for (let i = 0; i < slots; i++) {
    for (let b = 0; b < SLOT_BYTES; b++) if (slotType(env.words, slotAt(frame, spi - i), b) === STACK_ITER) return false
  }
  return true
}

function isInit(env: Env, r: number, slots: number, id: number): number {
  const s = env.words
  const spi = objectSlot(env, r, 'iter', slots)
  if (spi < 0) return -EINVAL
  const frame = stackFrame(env, r)
  for (let i = 0; i < slots; i++) {
    const slot = slotAt(frame, spi - i)
    if (s[slot + TYPE]! & PTR_UNTRUSTED) return -EPROTO
    if ((s[slot + REF_OBJ_ID] !== 0) !== (i === 0) || s[slot + BTF] !== KERNEL_BTF || s[slot + BTF_ID] !== id) return -EINVAL
    for (let b = 0; b < SLOT_BYTES; b++) if (slotType(s, slot, b) !== STACK_ITER) return -EINVAL
  }
  return 0
}

function makeIter(env: Env, r: number, slots: number, id: number, rcu: boolean): number {
  const s = env.words
  const spi = objectSlot(env, r, 'iter', slots)
  if (spi < 0) return spi
  const frame = stackFrame(env, r)
  const ref = acquireReference(env)
  for (let i = 0; i < slots; i++) {
    const slot = slotAt(frame, spi - i)
    markRegKnownZero(s, slot)
    s[slot + TYPE] = PTR_TO_STACK | (rcu ? (inRcuSection(env) ? MEM_RCU : PTR_UNTRUSTED) : 0)
    s[slot + REF_OBJ_ID] = i === 0 ? ref : 0
    s[slot + BTF] = KERNEL_BTF
    s[slot + BTF_ID] = id
    s[slot + ITER_STATE] = ACTIVE
    s[slot + ITER_DEPTH] = 0
    fillSlotType(s, slot, STACK_ITER)
    scratchSlot(env, spi - i)
  }
  markObjectWrite(env, frame, spi, slots)
  return 0
}

function destroyIter(env: Env, frame: number, spi: number, slots: number): void {
  const s = env.words
  for (let i = 0; i < slots; i++) {
    const slot = slotAt(frame, spi - i)
    if (i === 0) releaseReference(env, s[slot + REF_OBJ_ID]!)
    markRegNotInit(s, slot)
    fillSlotType(s, slot, STACK_INVALID)
    scratchSlot(env, spi - i)
  }
  markObjectWrite(env, frame, spi, slots)
}

const iterSlot = (state: State, meta: KfuncMeta): number => slotAt(state.at[meta.iterFrame]!, meta.iterSpi)

/** The elements of the iterator are protected by RCU only. */
export const iterIsRcu = (env: Env, meta: KfuncMeta): boolean => (env.words[iterSlot(env.cur, meta) + TYPE]! & MEM_RCU) !== 0

/** At the end of next(): r0 may be an element, which is the way put by, or NULL. */
export function afterIterNext(env: Env, meta: KfuncMeta): number {
  const { words: s, cur, insnIdx } = env
  const slot = iterSlot(cur, meta)
  if (s[slot + ITER_STATE] === ACTIVE) {
    const { parent } = cur
    if (!parent || parent.insnIdx !== insnIdx || !sameCallsites(parent, cur)) {
      verbose(env.log, 'verifier bug: bad parent state for iter next call\n')
      return -EFAULT
    }
    const queued = pushBranch(env, insnIdx + 1, insnIdx)
    if (!queued) return -ENOMEM
    const next = iterSlot(queued, meta)
    queued.words[next + ITER_DEPTH]!++
    widenSincePrevEntry(env, parent, insnIdx, queued)
    markNotNull(env, queued.words, regAt(queued.at[queued.curframe]!, 0))
  }
  s[slot + ITER_STATE] = DRAINED
  markRegConst(s, curReg(env, 0), 0, false)
  return 0
}

/** The iterator that next() at the current instruction advances still has elements. */
export function isIterActive(env: Env): boolean {
  const s = env.words
  const r = curReg(env, 1)
  const spi = Math.trunc((-(s[r + OFF]! + varOffOf(s, r)) - 1) / SLOT_BYTES)
  return s[slotAt(stackFrame(env, r), spi) + ITER_STATE] === ACTIVE
}

/** Some iterator has advanced since, so the same state again is no endless loop. */
export function iterDepthsDiffer(old: State, cur: State): boolean {
  for (let fr = old.curframe; fr >= 0; fr--) {
    const a = old.words
    const frame = old.at[fr]!
    for (let i = 0; i < a[frame + ALLOCATED_SLOTS]!; i++) {
      const slot = slotAt(frame, i)
      if (slotType(a, slot, 0) !== STACK_ITER || a[slot + ITER_STATE] !== ACTIVE) continue
      if (a[slot + ITER_DEPTH] !== cur.words[slotAt(cur.at[fr]!, i) + ITER_DEPTH]) return true
    }
  }
  return false
}
