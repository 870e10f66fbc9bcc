// Where kfunc calls hand over to modules of their own: dynptrs, iterators, lists and trees, locks, callbacks, exceptions. The order of a
// call is in kfunc.ts; each place where one of these comes in is a table here, by kind of argument or by name of the kfunc. What has no
// module answers `unsupported`.
import { type Env, unsupported } from '../env.ts'
import { checkKfuncDynptr, sliceResult } from './dynptr-kfunc.ts'
import { checkIterArg } from './iter.ts'
import type { KfuncArg, KfuncMeta } from './kfunc-meta.ts'

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

const unmodelled = (env: Env, meta: KfuncMeta): number => unsupported(env, `kfunc ${meta.desc.name}`)

/** The argument's offset was checked before. */
export const ARG_CHECKS: Readonly<Record<SpecialArgKind, ArgCheck>> = {
  alloc_btf_id: unmodelled,
  refcounted_kptr: unmodelled,
  dynptr: checkKfuncDynptr,
  iter: checkIterArg,
  list_head: unmodelled,
  list_node: unmodelled,
  rb_root: unmodelled,
  rb_node: unmodelled,
  workqueue: unmodelled,
  task_work: unmodelled,
  irq_flag: unmodelled,
  res_spin_lock: unmodelled,
}

/** Before anything else of the call, such as the way on which a lock was not got. */
export const BEFORE_CALL: Readonly<Record<string, CallStep>> = {
  bpf_res_spin_lock: unmodelled,
  bpf_res_spin_lock_irqsave: unmodelled,
}

/** Once the arguments fit: functions that are called back. */
export const CALLS_BACK: Readonly<Record<string, CallStep>> = {
  bpf_rbtree_add_impl: unmodelled,
  bpf_wq_set_callback_impl: unmodelled,
  bpf_task_work_schedule_signal_impl: unmodelled,
  bpf_task_work_schedule_resume_impl: unmodelled,
}

/** After references were given back, before r0 to r5 are gone: nodes that become part of a list or tree, exceptions. */
export const AFTER_RELEASE: Readonly<Record<string, CallStep>> = {
  bpf_list_push_front_impl: unmodelled,
  bpf_list_push_back_impl: unmodelled,
  bpf_rbtree_add_impl: unmodelled,
  bpf_throw: unmodelled,
}

/** Results that the prototype does not tell. */
export const RESULTS: Readonly<Record<string, ResultStep>> = {
  bpf_obj_new_impl: unmodelled,
  bpf_percpu_obj_new_impl: unmodelled,
  bpf_refcount_acquire_impl: unmodelled,
  bpf_list_front: unmodelled,
  bpf_list_back: unmodelled,
  bpf_list_pop_front: unmodelled,
  bpf_list_pop_back: unmodelled,
  bpf_rbtree_root: unmodelled,
  bpf_rbtree_first: unmodelled,
  bpf_rbtree_left: unmodelled,
  bpf_rbtree_right: unmodelled,
  bpf_rbtree_remove: unmodelled,
  bpf_dynptr_slice: sliceResult,
  bpf_dynptr_slice_rdwr: sliceResult,
}

/** After the result has its flags and reference: a node that is seen without being owned. */
export const AFTER_RESULT: Readonly<Record<string, ResultStep>> = {}
