// Sections in which a program may not sleep: between bpf_rcu_read_lock() and bpf_rcu_read_unlock(), and where preemption is off.
// What RCU protects is untrusted once its section is left.
// Linux: check_kfunc_call() (rcu_lock, preempt_disable and the like), check_helper_call(), check_resource_leak().
import { MEM_RCU, PTR_MAYBE_NULL, PTR_UNTRUSTED, TYPE } from '../domain/layout.ts'
import { forEachRegOrIter } from '../domain/slots.ts'
import type { Env } from '../env.ts'
import { EACCES, EINVAL } from '../errno.ts'
import { verbose } from '../verbose.ts'

export function rcuSection(env: Env, name: string, sleepable: boolean): number {
  const { cur, log } = env
  const lock = name === 'bpf_rcu_read_lock'
  const unlock = name === 'bpf_rcu_read_unlock'
  if (!cur.rcuLock) {
    if (unlock) {
      verbose(log, `unmatched rcu read unlock (kernel function ${name})\n`)
      return -EINVAL
    }
    if (lock) cur.rcuLock = true
    return 0
  }
  if (lock) {
    verbose(log, `nested rcu read lock (kernel function ${name})\n`)
    return -EINVAL
  }
  if (unlock) {
    leaveRcuSection(env)
    cur.rcuLock = false
  } else if (sleepable) {
    verbose(log, `kernel func ${name} is sleepable within rcu_read_lock region\n`)
    return -EACCES
  }
  return 0
}

function leaveRcuSection(env: Env): void {
  const { words: s, cur } = env
  forEachRegOrIter(s, cur.at, cur.curframe, (r) => {
    const type = s[r + TYPE]!
    if (type & MEM_RCU) s[r + TYPE] = (type & ~(MEM_RCU | PTR_MAYBE_NULL)) | PTR_UNTRUSTED
  })
}

export function preemptSection(env: Env, name: string, sleepable: boolean): number {
  const { cur, log } = env
  if (name === 'bpf_preempt_disable') cur.preemptLocks++
  else if (name === 'bpf_preempt_enable') {
    if (cur.preemptLocks === 0) {
      verbose(log, `unmatched attempt to enable preemption (kernel function ${name})\n`)
      return -EINVAL
    }
    cur.preemptLocks--
  } else if (sleepable && cur.preemptLocks > 0) {
    verbose(log, `kernel func ${name} is sleepable within non-preemptible region\n`)
    return -EACCES
  }
  return 0
}

/** While interrupts are off nothing sleeps either. */
export function checkInterrupts(env: Env, name: string, sleepable: boolean): number {
  if (!sleepable || env.cur.locks.irqId === 0) return 0
  verbose(env.log, `kernel func ${name} is sleepable within IRQ-disabled region\n`)
  return -EACCES
}

function openSection(env: Env): string | undefined {
  const { cur } = env
  if (cur.rcuLock) return 'rcu_read_lock region'
  if (cur.preemptLocks > 0) return 'non-preemptible region'
  return cur.locks.irqId === 0 ? undefined : 'IRQ-disabled region'
}

export const mayCallSleeping = (env: Env): boolean => env.cur.inSleepable && openSection(env) === undefined

/** A helper that may sleep is called nowhere here. */
export function checkSleepingHelper(env: Env, label: string): number {
  const where = openSection(env)
  if (where === undefined) return 0
  verbose(env.log, `sleepable helper ${label} in ${where}\n`)
  return -EINVAL
}
