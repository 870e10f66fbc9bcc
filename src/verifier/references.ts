// References to kernel objects that a program has to give back: sockets, ring buffer records.
// Linux: acquire_reference(), release_reference(), check_reference_leak(), check_resource_leak().

import { REF_OBJ_ID } from './domain/layout.ts'
import { forEachReg } from './domain/slots.ts'
import type { Env } from './env.ts'
import { EINVAL } from './errno.ts'
import { markRegInvalid } from './invalidate.ts'
import type { Reference } from './state.ts'
import { verbose } from './verbose.ts'

/** A new id that the state owes. */
export function acquireReference(env: Env): number {
  const id = ++env.idGen
  env.cur.refs = [...env.cur.refs, { id, insn: env.insnIdx, kind: 'ptr', owner: 0 }]
  return id
}

/** The references without the one of that id; undefined where there is none. */
export function dropReference(refs: readonly Reference[], id: number): readonly Reference[] | undefined {
  const i = refs.findIndex((ref) => ref.kind === 'ptr' && ref.id === id)
  return i < 0 ? undefined : refs.toSpliced(i, 1)
}

/** Gives a reference back: every copy of the pointer becomes a number of which nothing is known. */
export function releaseReference(env: Env, id: number): number {
  const { words: s, cur } = env
  const rest = dropReference(cur.refs, id)
  if (!rest) return -EINVAL
  cur.refs = rest
  forEachReg(s, cur.at, cur.curframe, (r) => {
    if (s[r + REF_OBJ_ID] === id) markRegInvalid(env, s, r)
  })
  return 0
}

/** At the end of the program, or before it could end unseen, nothing may be owed and with `checkLock` no section be open. */
export function checkResourceLeak(env: Env, what: string, checkLock: boolean, thrown = false): number {
  const { cur, log } = env
  const open = (section: string): number => {
    verbose(log, `${what} cannot be used inside ${section}-ed region\n`)
    return -EINVAL
  }
  if (checkLock && cur.locks.count > 0) return open('bpf_spin_lock')
  const owed = thrown || cur.curframe === 0 ? cur.refs.filter((ref) => ref.kind === 'ptr') : []
  if (owed.length > 0) {
    for (const ref of owed) verbose(log, `Unreleased reference id=${ref.id} alloc_insn=${ref.insn}\n`)
    verbose(log, `${what} would lead to reference leak\n`)
    return -EINVAL
  }
  if (!checkLock) return 0
  if (cur.locks.irqId > 0) return open('bpf_local_irq_save')
  if (cur.rcuLock) return open('bpf_rcu_read_lock')
  return cur.preemptLocks > 0 ? open('bpf_preempt_disable') : 0
}
