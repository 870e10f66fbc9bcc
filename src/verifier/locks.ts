// Locks that the program holds, and interrupts that it turned off. Part of a state, never changed in place, so that copies of a state share it.
// The locks themselves stand among the references of the state.
// Linux: active_locks, active_lock_id, active_lock_ptr, active_irq_id of struct bpf_verifier_state; acquire_lock_state(), find_lock_state(),
// release_lock_state().
import type { State } from './state.ts'

export interface Locks {
  readonly count: number
  /** The last lock taken: id of the pointer to the value that it is in, and what that value belongs to. */
  readonly id: number
  readonly owner: number
  /** Reference of the innermost saved interrupt flag; 0 = interrupts are on. */
  readonly irqId: number
}

export const NO_LOCKS: Locks = { count: 0, id: 0, owner: 0, irqId: 0 }

export type LockKind = 'lock' | 'res_lock' | 'res_lock_irq'

/** A lock's owner as one number: a map by its index, or an object that the program allocated. */
export const OBJECT_OWNER = -1
export const mapOwner = (map: number): number => map + 1

export function acquireLock(state: State, insn: number, kind: LockKind, id: number, owner: number): void {
  state.refs = [...state.refs, { id, insn, kind, owner }]
  state.locks = { ...state.locks, count: state.locks.count + 1, id, owner }
}

export const holdsLock = (state: State, kinds: readonly LockKind[], id: number, owner: number): boolean =>
  state.refs.some((ref) => kinds.some((kind) => kind === ref.kind) && ref.id === id && ref.owner === owner)

/** Gives a lock back; false where it is not held. The one taken before it becomes the last. */
export function releaseLock(state: State, kind: LockKind, id: number, owner: number): boolean {
  const at = state.refs.findIndex((ref) => ref.kind === kind && ref.id === id && ref.owner === owner)
  if (at < 0) return false
  const before = state.refs.slice(0, at).findLast((ref) => ref.kind !== 'ptr' && ref.kind !== 'irq')
  state.refs = state.refs.toSpliced(at, 1)
  state.locks = { ...state.locks, count: state.locks.count - 1, id: before?.id ?? 0, owner: before?.owner ?? 0 }
  return true
}
