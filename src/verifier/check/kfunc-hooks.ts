// Where kfunc calls hand over to modules of their own: dynptrs, iterators, lists and trees, locks, callbacks, exceptions. The order of a
// call is in kfunc.ts; each place where one of these comes in is a table here, by kind of argument or by name of the kfunc.
import type { Env } from '../env.ts'
import { checkKfuncDynptr, sliceResult } from './dynptr-kfunc.ts'
import { throwException } from './exception.ts'
import {
  callTreeLess,
  checkAllocatedArg,
  checkCountedArg,
  checkListHead,
  checkListNode,
  checkTreeNode,
  checkTreeRoot,
  giveNode,
  newObjectResult,
  nodeResult,
  sameObjectResult,
  seenNode,
} from './graph.ts'
import { checkIrqFlagArg, checkResLockArg, forkFailedLock, gotLockResult } from './irq.ts'
import { checkIterArg } from './iter.ts'
import type { KfuncArg, KfuncMeta } from './kfunc-meta.ts'
import { callTaskWork, callWork, checkTaskWorkArg, checkWorkQueueArg } from './work.ts'

/** Kinds of arguments that only these modules know. Linux: enum kfunc_ptr_arg_type. */
export type SpecialArgKind =
  | 'alloc_btf_id'
  | 'refcounted_kptr'
  | 'dynptr'
  | 'iter'
  | 'list_head'
  | 'list_node'
  | 'rb_root'
  | 'rb_node'
  | 'workqueue'
  | 'task_work'
  | 'irq_flag'
  | 'res_spin_lock'

type ArgCheck = (env: Env, meta: KfuncMeta, arg: KfuncArg) => number
type CallStep = (env: Env, meta: KfuncMeta) => number
/** Gives r0 (at `r0`) its kind; PTR_MAYBE_NULL and references follow from the kfunc's flags. */
type ResultStep = (env: Env, meta: KfuncMeta, r0: number) => number

/** The argument's offset was checked before. */
export const ARG_CHECKS: Readonly<Record<SpecialArgKind, ArgCheck>> = {
  alloc_btf_id: checkAllocatedArg,
  refcounted_kptr: checkCountedArg,
  dynptr: checkKfuncDynptr,
  iter: checkIterArg,
  list_head: checkListHead,
  list_node: checkListNode,
  rb_root: checkTreeRoot,
  rb_node: checkTreeNode,
  workqueue: checkWorkQueueArg,
  task_work: checkTaskWorkArg,
  irq_flag: checkIrqFlagArg,
  res_spin_lock: checkResLockArg,
}

/** Before anything else of the call, such as the way on which a lock was not got. */
export const BEFORE_CALL: Readonly<Record<string, CallStep>> = {
  bpf_res_spin_lock: forkFailedLock,
  bpf_res_spin_lock_irqsave: forkFailedLock,
}

/** Once the arguments fit: functions that are called back. */
export const CALLS_BACK: Readonly<Record<string, CallStep>> = {
  bpf_rbtree_add_impl: callTreeLess,
  bpf_wq_set_callback_impl: callWork,
  bpf_task_work_schedule_signal_impl: callTaskWork,
  bpf_task_work_schedule_resume_impl: callTaskWork,
}

/** After references were given back, before r0 to r5 are gone: nodes that become part of a list or tree, exceptions. */
export const AFTER_RELEASE: Readonly<Record<string, CallStep>> = {
  bpf_list_push_front_impl: giveNode,
  bpf_list_push_back_impl: giveNode,
  bpf_rbtree_add_impl: giveNode,
  bpf_throw: throwException,
}

/** Results that the prototype does not tell. */
export const RESULTS: Readonly<Record<string, ResultStep>> = {
  bpf_obj_new_impl: newObjectResult,
  bpf_percpu_obj_new_impl: newObjectResult,
  bpf_refcount_acquire_impl: sameObjectResult,
  bpf_list_front: nodeResult,
  bpf_list_back: nodeResult,
  bpf_list_pop_front: nodeResult,
  bpf_list_pop_back: nodeResult,
  bpf_rbtree_root: nodeResult,
  bpf_rbtree_first: nodeResult,
  bpf_rbtree_left: nodeResult,
  bpf_rbtree_right: nodeResult,
  bpf_rbtree_remove: nodeResult,
  bpf_res_spin_lock: gotLockResult,
  bpf_res_spin_lock_irqsave: gotLockResult,
  bpf_dynptr_slice: sliceResult,
  bpf_dynptr_slice_rdwr: sliceResult,
}

/** After the result has its flags and reference: a node that is seen without being owned. */
export const AFTER_RESULT: Readonly<Record<string, ResultStep>> = {
  bpf_list_front: seenNode,
  bpf_list_back: seenNode,
  bpf_rbtree_root: seenNode,
  bpf_rbtree_first: seenNode,
  bpf_rbtree_left: seenNode,
  bpf_rbtree_right: seenNode,
}
