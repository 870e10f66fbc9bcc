// Sections that nobody may interrupt: of RCU, without preemption, without interrupts, under a lock. There is one processor and it does not stop
// in between, so that they cost nothing and a lock is always free.
// Linux: kernel/bpf/helpers.c, kernel/bpf/rqspinlock.c.
import { type HelperBody, ret, writable } from '../helpers/body.ts'

const FLAGS_BYTES = 8

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

export const resSpinLock: HelperBody = (_k, m) => ret(m, 0)
export const resSpinLockIrqsave: HelperBody = (k, m) => savesFlags(2)(k, m) ?? ret(m, 0)
