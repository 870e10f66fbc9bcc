// A pointer that was found not to be NULL: what a map lookup gave becomes what the map holds. Linux: mark_ptr_not_null_reg().
import {
  baseType,
  CONST_PTR_TO_MAP,
  ID,
  MAP,
  MAP_UID,
  PTR_MAYBE_NULL,
  PTR_TO_MAP_VALUE,
  PTR_TO_SOCKET,
  PTR_TO_XDP_SOCK,
  TYPE,
} from '../domain/layout.ts'
import type { Env } from '../env.ts'
import { recordOf } from './map.ts'
import { hasField } from './record.ts'

export function markNotNull(env: Env, s: Int32Array, r: number): void {
  const type = s[r + TYPE]!
  if (baseType(type) !== PTR_TO_MAP_VALUE) {
    s[r + TYPE] = type & ~PTR_MAYBE_NULL
    return
  }
  const inner = env.innerMaps.get(s[r + MAP]!)
  if (inner !== undefined) {
    s[r + TYPE] = CONST_PTR_TO_MAP
    s[r + MAP] = inner
    // Timers of one map must not be given another map of the same kind.
    if (hasField(recordOf(env, inner), 'bpf_timer', 'bpf_wq', 'bpf_task_work')) s[r + MAP_UID] = s[r + ID]!
    return
  }
  const { type: kind } = env.maps[s[r + MAP]!]!
  s[r + TYPE] = SOCKETS[kind] ?? PTR_TO_MAP_VALUE
  // Linux leaves the map in the register of a socket too, where it tells it from sockets that came from elsewhere; 0 says that there is none.
  if (kind in SOCKETS) s[r + MAP]!++
}

const SOCKETS: Readonly<Record<string, number>> = { xskmap: PTR_TO_XDP_SOCK, sockmap: PTR_TO_SOCKET, sockhash: PTR_TO_SOCKET }
