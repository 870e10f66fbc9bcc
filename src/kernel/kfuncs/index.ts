// Which function answers which kernel function (kfunc), by name. A kfunc without a row is not modelled: calling it ends the run as unsupported.
// Those that hand out structures of the kernel have none, as loads through them reach memory that does not exist here.
import { kfuncByName } from '../../abi/index.ts'
import { assert } from '../../base/index.ts'
import type { HelperBody } from '../helpers/body.ts'
import * as dynptr from './dynptr.ts'
import * as iter from './iter-num.ts'
import * as sections from './sections.ts'
import * as text from './text.ts'
import { throwException } from './throw.ts'

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
  bpf_res_spin_unlock: sections.section,
  bpf_res_spin_lock_irqsave: sections.resSpinLockIrqsave,
  bpf_res_spin_unlock_irqrestore: sections.section,
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
}

for (const name of Object.keys(BODIES)) assert(kfuncByName(name), `${name} is a kfunc`)

/** Names of those that are modelled. */
export const modelledKfuncs: readonly string[] = Object.keys(BODIES)

export const kfuncBody = (name: string): HelperBody | undefined => (Object.hasOwn(BODIES, name) ? BODIES[name] : undefined)
