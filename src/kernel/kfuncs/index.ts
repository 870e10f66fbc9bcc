// Which function answers which kernel function (kfunc), by name. A kfunc without a row is not modelled: calling it ends the run as unsupported.
// Crypto, files, keys, conntrack and XDP's metadata have none.
import { kfuncByName } from '../../abi/index.ts'
import { assert } from '../../base/index.ts'
import type { HelperBody } from '../helpers/body.ts'
import * as cpumask from './cpumask.ts'
import * as dynptr from './dynptr.ts'
import * as bits from './iter-bits.ts'
import * as iter from './iter-num.ts'
import * as objects from './objects.ts'
import * as rbtree from './rbtree.ts'
import * as sections from './sections.ts'
import * as text from './text.ts'
import { throwException } from './throw.ts'
import * as workqueue from './workqueue.ts'
import * as world from './world.ts'

const BODIES: Readonly<Record<string, HelperBody>> = {
  bpf_iter_num_new: iter.iterNumNew,
  bpf_iter_num_next: iter.iterNumNext,
  bpf_iter_num_destroy: iter.iterNumDestroy,
  bpf_rcu_read_lock: sections.section,
  bpf_rcu_read_unlock: sections.section,
  bpf_preempt_disable: sections.section,
  bpf_preempt_enable: sections.section,
  bpf_local_irq_save: sections.localIrqSave,
  bpf_local_irq_restore: sections.section,
  bpf_res_spin_lock: sections.resSpinLock,
  bpf_res_spin_unlock: sections.resSpinUnlock,
  bpf_res_spin_lock_irqsave: sections.resSpinLockIrqsave,
  bpf_res_spin_unlock_irqrestore: sections.resSpinUnlock,
  bpf_dynptr_from_skb: dynptr.fromSkb,
  bpf_dynptr_from_xdp: dynptr.fromXdp,
  bpf_dynptr_slice: dynptr.slice,
  bpf_dynptr_slice_rdwr: dynptr.sliceRdwr,
  bpf_dynptr_adjust: dynptr.adjust,
  bpf_dynptr_is_null: dynptr.isNullDynptr,
  bpf_dynptr_is_rdonly: dynptr.isReadOnly,
  bpf_dynptr_size: dynptr.size,
  bpf_dynptr_clone: dynptr.clone,
  bpf_dynptr_copy: dynptr.copy,
  bpf_dynptr_memset: dynptr.memset,
  bpf_strcmp: text.strcmp,
  bpf_strcasecmp: text.strcasecmp,
  bpf_strchr: text.strchr,
  bpf_strchrnul: text.strchrnul,
  bpf_strnchr: text.strnchr,
  bpf_strrchr: text.strrchr,
  bpf_strlen: text.strlen,
  bpf_strnlen: text.strnlen,
  bpf_strspn: text.strspn,
  bpf_strcspn: text.strcspn,
  bpf_strstr: text.strstr,
  bpf_strnstr: text.strnstr,
  bpf_throw: throwException,
  bpf_obj_new_impl: objects.objNew,
  bpf_percpu_obj_new_impl: objects.percpuObjNew,
  bpf_obj_drop_impl: objects.objDrop,
  bpf_percpu_obj_drop_impl: objects.objDrop,
  bpf_refcount_acquire_impl: objects.refcountAcquire,
  bpf_list_push_front_impl: objects.listPushFront,
  bpf_list_push_back_impl: objects.listPushBack,
  bpf_list_pop_front: objects.listPopFront,
  bpf_list_pop_back: objects.listPopBack,
  bpf_list_front: objects.listFront,
  bpf_list_back: objects.listBack,
  bpf_rbtree_add_impl: rbtree.rbtreeAdd,
  bpf_rbtree_remove: rbtree.rbtreeRemove,
  bpf_rbtree_first: rbtree.rbtreeFirst,
  bpf_rbtree_root: rbtree.rbtreeRoot,
  bpf_rbtree_left: rbtree.rbtreeLeft,
  bpf_rbtree_right: rbtree.rbtreeRight,
  bpf_iter_bits_new: bits.iterBitsNew,
  bpf_iter_bits_next: bits.iterBitsNext,
  bpf_iter_bits_destroy: bits.iterBitsDestroy,
  bpf_task_acquire: world.acquire,
  bpf_task_release: world.nothing,
  bpf_cgroup_acquire: world.acquire,
  bpf_cgroup_release: world.nothing,
  bpf_task_from_pid: world.taskFromPid,
  bpf_task_from_vpid: world.taskFromPid,
  bpf_cgroup_from_id: world.cgroupFromId,
  bpf_cgroup_ancestor: world.cgroupAncestor,
  bpf_task_under_cgroup: world.taskUnderCgroup,
  bpf_send_signal_task: world.sendSignalTask,
  bpf_probe_read_user_dynptr: world.readUserDynptr,
  bpf_copy_from_user_dynptr: world.readUserDynptr,
  bpf_probe_read_user_str_dynptr: world.readUserStrDynptr,
  bpf_copy_from_user_str_dynptr: world.readUserStrDynptr,
  bpf_copy_from_user_str: world.copyFromUserStr,
  bpf_map_sum_elem_count: world.mapSumElemCount,
  bpf_arena_alloc_pages: world.arenaAllocPages,
  bpf_arena_free_pages: world.arenaFreePages,
  bpf_arena_reserve_pages: world.arenaReservePages,
  bpf_session_is_return: world.sessionIsReturn,
  bpf_rdonly_cast: world.acquire,
  bpf_cast_to_kern_ctx: world.castToKernCtx,
  bpf_wq_init: workqueue.wqInit,
  bpf_wq_set_callback_impl: workqueue.wqSetCallback,
  bpf_wq_start: workqueue.wqStart,
  bpf_cpumask_create: cpumask.create,
  bpf_cpumask_acquire: cpumask.acquire,
  bpf_cpumask_release: cpumask.release,
  bpf_cpumask_first: cpumask.first,
  bpf_cpumask_first_zero: cpumask.firstZero,
  bpf_cpumask_first_and: cpumask.firstAnd,
  bpf_cpumask_set_cpu: cpumask.setCpu,
  bpf_cpumask_clear_cpu: cpumask.clearCpu,
  bpf_cpumask_test_cpu: cpumask.testCpu,
  bpf_cpumask_test_and_set_cpu: cpumask.testAndSetCpu,
  bpf_cpumask_test_and_clear_cpu: cpumask.testAndClearCpu,
  bpf_cpumask_setall: cpumask.setall,
  bpf_cpumask_clear: cpumask.clear,
  bpf_cpumask_and: cpumask.and,
  bpf_cpumask_or: cpumask.or,
  bpf_cpumask_xor: cpumask.xor,
  bpf_cpumask_equal: cpumask.equal,
  bpf_cpumask_intersects: cpumask.intersects,
  bpf_cpumask_subset: cpumask.subset,
  bpf_cpumask_empty: cpumask.empty,
  bpf_cpumask_full: cpumask.full,
  bpf_cpumask_copy: cpumask.copy,
  bpf_cpumask_any_distribute: cpumask.anyDistribute,
  bpf_cpumask_any_and_distribute: cpumask.anyAndDistribute,
  bpf_cpumask_weight: cpumask.weight,
  bpf_cpumask_populate: cpumask.populate,
}

for (const name of Object.keys(BODIES)) assert(kfuncByName(name), `${name} is a kfunc`)

/** Names of those that are modelled. */
export const modelledKfuncs: readonly string[] = Object.keys(BODIES)

export const kfuncBody = (name: string): HelperBody | undefined => (Object.hasOwn(BODIES, name) ? BODIES[name] : undefined)
