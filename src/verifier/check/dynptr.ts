// Dynptrs: pointers with a size that is known when the program runs. One fills two slots of the stack, and the program has no other way to it than
// the helpers and kfuncs that take it. Slices are memory of known size within one; they go when their dynptr goes.
//
//   fp-16 |first slot: id, kind, reference|   spi 1        two dynptrs of one reference are clones; a slice bears the id of its dynptr
//   fp-8  |second slot: the same          |   spi 0
//
// Linux: process_dynptr_func(), mark_stack_slots_dynptr(), unmark_stack_slots_dynptr(), destroy_if_dynptr_stack_slot(), dynptr_id().
import { markRegKnownZero } from '../domain/bounds.ts'
import {
  ALLOCATED_SLOTS,
  CONST_PTR_TO_DYNPTR,
  DYNPTR_TYPE,
  DYNPTR_TYPE_LOCAL,
  DYNPTR_TYPE_RINGBUF,
  DYNPTR_TYPE_SKB,
  DYNPTR_TYPE_SKB_META,
  DYNPTR_TYPE_XDP,
  FIRST_SLOT,
  fillSlotType,
  ID,
  MEM_RDONLY,
  MEM_UNINIT,
  PTR_TO_STACK,
  REF_OBJ_ID,
  STACK_DYNPTR,
  slotAt,
  TYPE,
} from '../domain/layout.ts'
import { curReg, type Env } from '../env.ts'
import { EINVAL, ERANGE } from '../errno.ts'
import { DYNPTR_TYPES } from '../log/reg-text.ts'
import { acquireReference, releaseReference } from '../references.ts'
import { verbose } from '../verbose.ts'
import { destroyDynptr, invalidateDynptr, isCounted, isDynptrSlot } from './dynptr-slots.ts'
import { checkMemAccess } from './mem.ts'
import { stackFrame } from './stack.ts'
import { markObjectRead, markObjectWrite, objectSlot } from './stack-object.ts'

const SLOTS = 2
const SLOT_BYTES = 8

const KIND_FLAGS = [0, DYNPTR_TYPE_LOCAL, DYNPTR_TYPE_RINGBUF, DYNPTR_TYPE_SKB, DYNPTR_TYPE_XDP, DYNPTR_TYPE_SKB_META]
const KIND_MASK = DYNPTR_TYPE_LOCAL | DYNPTR_TYPE_RINGBUF | DYNPTR_TYPE_SKB | DYNPTR_TYPE_XDP | DYNPTR_TYPE_SKB_META

/** The flag that a slice of such a dynptr bears. */
export const dynptrFlag = (kind: number): number => KIND_FLAGS[kind]!
const kindOf = (flags: number): number => Math.max(0, KIND_FLAGS.indexOf(flags & KIND_MASK))
const dynptrSlot = (env: Env, r: number): number => objectSlot(env, r, 'dynptr', SLOTS)

/**
 * Register `regno` is a dynptr argument. `flags` say what the helper does with it: MEM_UNINIT makes a new one of the kind told by a flag, as a clone if
 * `cloneRef` is not 0; MEM_RDONLY leaves it as it is; none may change it.
 */
export function checkDynptrArg(env: Env, regno: number, flags: number, cloneRef: number): number {
  const { words: s, log } = env
  const r = curReg(env, regno)
  const type = s[r + TYPE]!
  const refuse = (why: string): number => {
    verbose(log, `${why}\n`)
    return -EINVAL
  }
  if (type !== PTR_TO_STACK && type !== CONST_PTR_TO_DYNPTR) {
    return refuse(`arg#${regno - 1} expected pointer to stack or const struct bpf_dynptr`)
  }
  if (flags & MEM_UNINIT) {
    const spi = type === PTR_TO_STACK ? dynptrSlot(env, r) : -EINVAL
    if (spi < 0 && spi !== -ERANGE) return refuse('Dynptr has to be an uninitialized dynptr')
    for (let i = 0; i < SLOTS; i++) {
      const err = checkMemAccess(env, regno, i * SLOT_BYTES, SLOT_BYTES, true, -1, false, false)
      if (err) return err
    }
    return makeDynptr(env, r, kindOf(flags), cloneRef)
  }
  if (type === CONST_PTR_TO_DYNPTR && !(flags & MEM_RDONLY)) {
    return refuse('cannot pass pointer to const bpf_dynptr, the helper mutates it')
  }
  const made = madeDynptr(env, r)
  if (made < 0) return refuse(`Expected an initialized dynptr as arg #${regno - 1}`)
  const kind = kindOf(flags)
  if (kind !== 0 && s[made + DYNPTR_TYPE] !== kind) return refuse(`Expected a dynptr of type ${DYNPTR_TYPES[kind]} as arg #${regno - 1}`)
  if (type === PTR_TO_STACK) markObjectRead(env, stackFrame(env, r), dynptrSlot(env, r), SLOTS)
  return 0
}

/** Where what is known of the dynptr lies that a register points to: its first slot, or the register itself; negative where there is none. */
function madeDynptr(env: Env, r: number): number {
  const s = env.words
  if (s[r + TYPE] === CONST_PTR_TO_DYNPTR) return r
  const spi = dynptrSlot(env, r)
  if (spi < 0) return -1
  const frame = stackFrame(env, r)
  const slot = slotAt(frame, spi)
  return isDynptrSlot(s, slot) && isDynptrSlot(s, slotAt(frame, spi - 1)) && s[slot + FIRST_SLOT] !== 0 ? slot : -1
}

/** Id, kind and reference of a dynptr argument that was checked. */
export function dynptrOf(env: Env, regno: number): { readonly id: number; readonly kind: number; readonly refObjId: number } {
  const s = env.words
  const at = madeDynptr(env, curReg(env, regno))
  return at < 0 ? { id: 0, kind: 0, refObjId: 0 } : { id: s[at + ID]!, kind: s[at + DYNPTR_TYPE]!, refObjId: s[at + REF_OBJ_ID]! }
}

/** A register or slot that stands for a dynptr. */
export function markDynptr(s: Int32Array, r: number, kind: number, first: boolean, id: number): void {
  markRegKnownZero(s, r)
  s[r + TYPE] = CONST_PTR_TO_DYNPTR
  s[r + ID] = id
  s[r + DYNPTR_TYPE] = kind
  s[r + FIRST_SLOT] = first ? 1 : 0
}

function makeDynptr(env: Env, r: number, kind: number, cloneRef: number): number {
  const s = env.words
  const spi = dynptrSlot(env, r)
  if (spi < 0) return spi
  const frame = stackFrame(env, r)
  const err = destroyDynptr(env, frame, spi) || destroyDynptr(env, frame, spi - 1)
  if (err) return err
  if (kind === 0) return -EINVAL
  const first = slotAt(frame, spi)
  const second = slotAt(frame, spi - 1)
  fillSlotType(s, first, STACK_DYNPTR)
  fillSlotType(s, second, STACK_DYNPTR)
  const id = ++env.idGen
  markDynptr(s, first, kind, true, id)
  markDynptr(s, second, kind, false, id)
  if (isCounted(kind)) s[first + REF_OBJ_ID] = s[second + REF_OBJ_ID] = cloneRef || acquireReference(env)
  markObjectWrite(env, frame, spi, SLOTS)
  return 0
}

/** The dynptr is given back, with its clones and all slices. */
export function releaseDynptr(env: Env, regno: number): number {
  const s = env.words
  const r = curReg(env, regno)
  const spi = dynptrSlot(env, r)
  if (spi < 0) return spi
  const frame = stackFrame(env, r)
  const slot = slotAt(frame, spi)
  if (!isCounted(s[slot + DYNPTR_TYPE]!)) {
    invalidateDynptr(env, frame, spi)
    return 0
  }
  const ref = s[slot + REF_OBJ_ID]!
  releaseReference(env, ref)
  for (let i = 1; i < s[frame + ALLOCATED_SLOTS]!; i++) {
    const clone = slotAt(frame, i)
    if (s[clone + REF_OBJ_ID] === ref && isDynptrSlot(s, clone) && s[clone + FIRST_SLOT] !== 0) invalidateDynptr(env, frame, i)
  }
  return 0
}

/** Whether a dynptr argument can be given back: on the stack, with a reference. */
export function checkDynptrRelease(env: Env, regno: number): number {
  const { words: s, log } = env
  const r = curReg(env, regno)
  if (s[r + TYPE] !== PTR_TO_STACK) {
    verbose(log, 'cannot release unowned const bpf_dynptr\n')
    return -EINVAL
  }
  const spi = dynptrSlot(env, r)
  if (spi >= 0 && s[slotAt(stackFrame(env, r), spi) + REF_OBJ_ID] !== 0) return 0
  verbose(log, `arg ${regno} is an unacquired reference\n`)
  return -EINVAL
}
