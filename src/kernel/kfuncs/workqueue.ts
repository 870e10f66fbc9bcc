// Work that runs later (struct bpf_wq in map values): like a timer that is due at once, its callback runs between invocations.
// Linux: bpf_wq_init(), bpf_wq_set_callback_impl(), bpf_wq_start() in kernel/bpf/helpers.c.
import { EBUSY, EINVAL } from '../errno.ts'
import { type HelperBody, mapArg, ret, u32, writable } from '../helpers/body.ts'
import { setTimer, timerAt } from '../timers.ts'

const WQ_BYTES = 16

/** (wq, map, flags) */
export const wqInit: HelperBody = (k, m) => {
  const at = writable(k, m, 1, WQ_BYTES)
  const map = at < 0 ? undefined : mapArg(k, m, 2)
  if (!map) return 'stopped'
  if (u32(m, 3) !== 0) return ret(m, -EINVAL)
  if (timerAt(k, at)) return ret(m, -EBUSY)
  setTimer(k, { at, map: map.id })
  return ret(m, 0)
}

/** (wq, callback, flags, aux) */
export const wqSetCallback: HelperBody = (k, m) => {
  const at = writable(k, m, 1, WQ_BYTES)
  if (at < 0) return 'stopped'
  const work = timerAt(k, at)
  if (u32(m, 3) !== 0 || !work) return ret(m, -EINVAL)
  setTimer(k, { ...work, callback: { code: m.code, lo: m.lo[2], hi: m.hi[2] } })
  return ret(m, 0)
}

/** (wq, flags) */
export const wqStart: HelperBody = (k, m) => {
  const at = writable(k, m, 1, WQ_BYTES)
  if (at < 0) return 'stopped'
  const work = timerAt(k, at)
  if (u32(m, 2) !== 0 || !work) return ret(m, -EINVAL)
  setTimer(k, { ...work, expiresNs: k.nowNs + m.steps })
  return ret(m, 0)
}
