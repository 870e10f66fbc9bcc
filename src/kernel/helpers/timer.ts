// Helpers on timers in map values. A timer belongs to its map from bpf_timer_init() on; cancelling takes its callback away.
// Linux: bpf_timer_init(), bpf_timer_set_callback(), bpf_timer_start(), bpf_timer_cancel() in kernel/bpf/helpers.c.

import type { Machine } from '../../vm/index.ts'
import { EBUSY, EDEADLK, EINVAL } from '../errno.ts'
import type { Kernel } from '../kernel.ts'
import { setTimer, timerAt } from '../timers.ts'
import { type HelperBody, mapArg, ret, u64, writable } from './body.ts'

const TIMER_BYTES = 16
const MAX_CLOCKS = 16
/** CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME: one clock here, as none is ever set. */
const CLOCKS = [0, 1, 7]
const BPF_F_TIMER_ABS = 1
const BPF_F_TIMER_CPU_PIN = 2

/** Ram offset of the struct in r1; -1 = the machine has stopped. */
const timerArg = (k: Kernel, m: Machine): number => writable(k, m, 1, TIMER_BYTES)

export const timerInit: HelperBody = (k, m) => {
  const at = timerArg(k, m)
  const map = at < 0 ? undefined : mapArg(k, m, 2)
  if (!map) return 'stopped'
  const flags = u64(m, 3)
  if (flags >= MAX_CLOCKS || !CLOCKS.includes(flags)) return ret(m, -EINVAL)
  if (timerAt(k, at)) return ret(m, -EBUSY)
  setTimer(k, { at, map: map.id })
  return ret(m, 0)
}

export const timerSetCallback: HelperBody = (k, m) => {
  const at = timerArg(k, m)
  if (at < 0) return 'stopped'
  const timer = timerAt(k, at)
  if (!timer) return ret(m, -EINVAL)
  setTimer(k, { ...timer, callback: { code: m.code, lo: m.lo[2], hi: m.hi[2] } })
  return ret(m, 0)
}

export const timerStart: HelperBody = (k, m) => {
  const at = timerArg(k, m)
  if (at < 0) return 'stopped'
  const flags = u64(m, 3)
  const timer = timerAt(k, at)
  if (flags > (BPF_F_TIMER_ABS | BPF_F_TIMER_CPU_PIN) || !timer?.callback) return ret(m, -EINVAL)
  const from = flags & BPF_F_TIMER_ABS ? 0 : k.nowNs + m.steps
  setTimer(k, { ...timer, expiresNs: from + u64(m, 2) })
  return ret(m, 0)
}

export const timerCancel: HelperBody = (k, m) => {
  const at = timerArg(k, m)
  if (at < 0) return 'stopped'
  const timer = timerAt(k, at)
  if (!timer) return ret(m, -EINVAL)
  if (k.runningTimer === at) return ret(m, -EDEADLK)
  setTimer(k, { at, map: timer.map })
  return ret(m, timer.expiresNs === undefined ? 0 : 1)
}
