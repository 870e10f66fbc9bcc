// Locks in memory (struct bpf_spin_lock, struct bpf_res_spin_lock): the word is 0, or the number of the CPU that holds it + 1. With one CPU under way
// a lock is free when it is asked for, or it is never given back; with several (interleave.ts) a CPU spins until it is.
// Linux: kernel/bpf/helpers.c, kernel/bpf/rqspinlock.c.
import { type HelperResult, type Machine, stop } from '../vm/index.ts'
import { EDEADLK } from './errno.ts'
import type { Kernel } from './kernel.ts'

const holder = (k: Kernel, at: number): number => k.memory.ram.view.getInt32(at, true) - 1

function put(k: Kernel, at: number, value: number): void {
  k.memory.ram.view.setInt32(at, value, true)
  k.memory.ram.touch(at, 4)
}

/** 'taken', or what the helper has to answer: it is asked again (a turn of spinning), or the machine has stopped. */
export function takeLock(k: Kernel, m: Machine, at: number): 'taken' | HelperResult {
  const by = holder(k, at)
  if (by < 0) {
    put(k, at, k.cpu + 1)
    k.waiting[k.cpu] = 0
    return 'taken'
  }
  if (by === k.cpu || !k.isInterleaved) {
    stop(m, 'deadlock', `waits for ever for a lock that CPU ${by} holds`)
    return 'stopped'
  }
  k.waiting[k.cpu] = at
  return 'moved'
}

/** The same for locks that find deadlocks: -EDEADLK where waiting would be for ever. */
export function takeResilient(k: Kernel, at: number): 'taken' | 'spin' | number {
  const by = holder(k, at)
  if (by < 0) {
    put(k, at, k.cpu + 1)
    k.waiting[k.cpu] = 0
    return 'taken'
  }
  const isCircle = by === k.cpu || !k.isInterleaved || (k.waiting[by] !== 0 && holder(k, k.waiting[by]) === k.cpu)
  if (isCircle) {
    k.waiting[k.cpu] = 0
    return -EDEADLK
  }
  k.waiting[k.cpu] = at
  return 'spin'
}

export const isHeld = (k: Kernel, at: number): boolean => holder(k, at) >= 0
export const giveBack = (k: Kernel, at: number): void => put(k, at, 0)
