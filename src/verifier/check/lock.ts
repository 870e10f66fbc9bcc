// bpf_spin_lock() and its unlock, and the resilient ones of kfuncs: the pointer has to be at the lock of a value; what is taken has to be given back, in
// order, by the same path.
// Linux: process_spin_lock(), check_map_field_pointer().

import { ID, MAP, MAP_UID, NON_OWN_REF, OFF, PTR_TO_MAP_VALUE, TYPE, VALUE_HI } from '../domain/layout.ts'
import { forEachReg } from '../domain/slots.ts'
import { tnumIsConst } from '../domain/tnum.ts'
import { curReg, type Env } from '../env.ts'
import { EINVAL } from '../errno.ts'
import { markRegInvalid } from '../invalidate.ts'
import { acquireLock, holdsLock, type LockKind, mapOwner, OBJECT_OWNER, releaseLock } from '../locks.ts'
import { varOffOf } from '../values.ts'
import { verbose } from '../verbose.ts'
import { recordOf, regRecord } from './map.ts'
import { type FieldKind, fieldName } from './record.ts'

/** Register `regno` points to a lock that is taken or given back. */
export function checkLock(env: Env, regno: number, kind: LockKind, taking: boolean): number {
  const { words: s, log, cur } = env
  const r = curReg(env, regno)
  const name = kind === 'lock' ? 'bpf_spin' : 'bpf_res_spin'
  const refuse = (why: string): number => {
    verbose(log, `${why}\n`)
    return -EINVAL
  }
  if (!tnumIsConst(s, r + VALUE_HI)) {
    return refuse(`R${regno} doesn't have constant offset. ${name}_lock has to be at the constant offset`)
  }
  const isMap = s[r + TYPE] === PTR_TO_MAP_VALUE
  const mapName = isMap ? env.names.maps[s[r + MAP]!]!.name : ''
  const record = isMap ? recordOf(env, s[r + MAP]!) : regRecord(env, s, r)
  if (isMap && !record) return refuse(`map '${mapName}' has to have BTF in order to use ${name}_lock`)
  const field = record?.find((f) => f.kind === (kind === 'lock' ? 'bpf_spin_lock' : 'bpf_res_spin_lock'))
  if (!field) return refuse(`${isMap ? 'map' : 'local'} '${isMap ? mapName : 'kptr'}' has no valid ${name}_lock`)
  const off = varOffOf(s, r) + s[r + OFF]!
  if (field.off !== off) return refuse(`off ${off} doesn't point to 'struct ${name}_lock' that is at ${field.off}`)
  const owner = isMap ? mapOwner(s[r + MAP]!) : OBJECT_OWNER
  const id = s[r + ID]!
  if (taking) {
    if (kind === 'lock' && cur.refs.some((ref) => ref.kind === 'lock')) return refuse('Locking two bpf_spin_locks are not allowed')
    if (kind !== 'lock' && holdsLock(cur, ['res_lock', 'res_lock_irq'], id, owner)) {
      return refuse('Acquiring the same lock again, AA deadlock detected')
    }
    acquireLock(cur, env.insnIdx, kind, id, owner)
    return 0
  }
  if (cur.locks.count === 0) return refuse(`${name}_unlock without taking a lock`)
  if (!holdsLock(cur, [kind], id, owner)) return refuse(`${name}_unlock of different lock`)
  if (cur.locks.id !== id || cur.locks.owner !== owner) return refuse(`${name}_unlock cannot be out of order`)
  releaseLock(cur, kind, id, owner)
  // What was seen of a list or tree without being owned may be gone.
  forEachReg(s, cur.at, cur.curframe, (at) => {
    if (s[at + TYPE]! & NON_OWN_REF) markRegInvalid(env, s, at)
  })
  return 0
}

/** Register `regno` points to a timer or the like of a map's value; the map goes to `meta`. */
export function checkMapField(env: Env, regno: number, kind: FieldKind, meta: { map: number; mapUid: number }): number {
  const { words: s, log } = env
  const r = curReg(env, regno)
  const name = fieldName(kind)
  const refuse = (why: string): number => {
    verbose(log, `${why}\n`)
    return -EINVAL
  }
  if (!tnumIsConst(s, r + VALUE_HI)) return refuse(`R${regno} doesn't have constant offset. ${name} has to be at the constant offset`)
  const mapName = env.names.maps[s[r + MAP]!]!.name
  const record = recordOf(env, s[r + MAP]!)
  if (!record) return refuse(`map '${mapName}' has to have BTF in order to use ${name}`)
  const field = record.find((f) => f.kind === kind)
  if (!field) return refuse(`map '${mapName}' has no valid ${name}`)
  const off = varOffOf(s, r) + s[r + OFF]!
  if (field.off !== off) return refuse(`off ${off} doesn't point to 'struct ${name}' that is at ${field.off}`)
  meta.map = s[r + MAP]!
  meta.mapUid = s[r + MAP_UID]!
  return 0
}
