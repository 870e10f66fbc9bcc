// Sections that nobody may interrupt: of RCU, without preemption, without interrupts, under a lock. What runs is not interrupted anyway, so that all but
// locks cost nothing.
// Linux: kernel/bpf/helpers.c, kernel/bpf/rqspinlock.c.
import { type HelperBody, ret, writable } from '../helpers/body.ts'
import { giveBack, takeResilient } from '../locks.ts'

const FLAGS_BYTES = 8
const LOCK_BYTES = 4

export const section: HelperBody = () => undefined

/** Keeps the processor's flags on the program's stack, where it cannot look at them. */
const savesFlags =
  (reg: number): HelperBody =>
  (k, m) => {
    const at = writable(k, m, reg, FLAGS_BYTES)
    if (at < 0) return 'stopped'
    k.memory.ram.fill(at, FLAGS_BYTES, 0)
    return undefined
  }

export const localIrqSave: HelperBody = savesFlags(1)

export const resSpinLock: HelperBody = (k, m) => {
  const at = writable(k, m, 1, LOCK_BYTES)
  if (at < 0) return 'stopped'
  const taken = takeResilient(k, at)
  return taken === 'spin' ? 'moved' : ret(m, taken === 'taken' ? 0 : taken)
}

export const resSpinUnlock: HelperBody = (k, m) => {
  const at = writable(k, m, 1, LOCK_BYTES)
  if (at < 0) return 'stopped'
  giveBack(k, at)
  return undefined
}

export const resSpinLockIrqsave: HelperBody = (k, m) => savesFlags(2)(k, m) ?? resSpinLock(k, m)
