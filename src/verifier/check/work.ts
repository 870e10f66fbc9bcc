// Work that is queued for later: work queues (bpf_wq) and work in the context of a task (bpf_task_work). What they call is walked on its own and
// may sleep.
// Linux: check_kfunc_args() (KF_ARG_PTR_TO_{WORKQUEUE,TASK_WORK}), set_timer_callback_state(), set_task_work_schedule_callback_state().
import { PTR_TO_MAP_VALUE, TYPE } from '../domain/layout.ts'
import type { Env } from '../env.ts'
import { EINVAL } from '../errno.ts'
import { verbose } from '../verbose.ts'
import { pushAsyncCallback, setMapCallbackArgs } from './callback.ts'
import type { KfuncArg, KfuncMeta } from './kfunc-meta.ts'
import { checkMapField } from './lock.ts'

const checkWork =
  (kind: 'bpf_wq' | 'bpf_task_work') =>
  (env: Env, meta: KfuncMeta, arg: KfuncArg): number => {
    if (env.words[arg.r + TYPE] === PTR_TO_MAP_VALUE) return checkMapField(env, arg.regno, kind, meta)
    verbose(env.log, `arg#${arg.index} doesn't point to a map value\n`)
    return -EINVAL
  }
export const checkWorkQueueArg = checkWork('bpf_wq')
export const checkTaskWorkArg = checkWork('bpf_task_work')

const S32_MIN = -0x80000000
const S32_MAX = 0x7fffffff

function callLater(env: Env, meta: KfuncMeta, regno: number, min: number, max: number): number {
  const err = pushAsyncCallback(env, meta.subprogno, true, setMapCallbackArgs(regno, min, max))
  if (err) verbose(env.log, `kfunc ${meta.desc.name}#${meta.desc.id} failed callback verification\n`)
  return err
}
export const callWork = (env: Env, meta: KfuncMeta): number => callLater(env, meta, 1, 0, 0)
export const callTaskWork = (env: Env, meta: KfuncMeta): number => callLater(env, meta, 3, S32_MIN, S32_MAX)
