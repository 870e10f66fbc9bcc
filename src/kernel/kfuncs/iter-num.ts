// bpf_iter_num_*(): the numbers of [start, end), one a turn. The iterator is two int32 on the program's stack, the number and the end; a turn's
// number is read where it stands there. An iterator that is over, or was never valid, has both 0.
// Linux: kernel/bpf/bpf_iter.c.
import { E2BIG, EINVAL } from '../errno.ts'
import { type HelperBody, ret, ret64, s32, writable } from '../helpers/body.ts'
import type { Kernel } from '../kernel.ts'

const BYTES = 8
const BPF_MAX_LOOPS = 8 * 1024 * 1024

function put(k: Kernel, at: number, current: number, end: number): void {
  k.memory.ram.view.setInt32(at, current, true)
  k.memory.ram.view.setInt32(at + 4, end, true)
}

export const iterNumNew: HelperBody = (k, m) => {
  const at = writable(k, m, 1, BYTES)
  if (at < 0) return 'stopped'
  const start = s32(m, 2)
  const end = s32(m, 3)
  const err = start > end ? -EINVAL : end - start > BPF_MAX_LOOPS ? -E2BIG : 0
  if (err === 0) put(k, at, start - 1, end)
  else put(k, at, 0, 0)
  return ret(m, err)
}

export const iterNumNext: HelperBody = (k, m) => {
  const at = writable(k, m, 1, BYTES)
  if (at < 0) return 'stopped'
  const { view } = k.memory.ram
  const next = (view.getInt32(at, true) + 1) | 0
  const end = view.getInt32(at + 4, true)
  if (next >= end) {
    put(k, at, 0, 0)
    return ret(m, 0)
  }
  put(k, at, next, end)
  return ret64(m, m.lo[1], m.hi[1])
}

export const iterNumDestroy: HelperBody = (k, m) => {
  const at = writable(k, m, 1, BYTES)
  if (at < 0) return 'stopped'
  put(k, at, 0, 0)
  return undefined
}
