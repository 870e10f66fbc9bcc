// Which kinds of maps go with which helpers: a two way check, first from the map's side, then from the helper's.
// Linux: check_map_func_compatibility(), may_update_sockmap().
import { mapType } from '../../abi/index.ts'
import type { MapDef } from '../../isa/index.ts'
import type { Env } from '../env.ts'
import { EINVAL } from '../errno.ts'
import { verbose } from '../verbose.ts'
import * as f from './helper-ids.ts'

/** Maps that only these helpers take; a map that is not listed goes with every helper that does not ask for another kind. */
const HELPERS_OF_MAP: Readonly<Record<string, readonly number[]>> = {
  prog_array: [f.FUNC_TAIL_CALL],
  perf_event_array: [f.FUNC_PERF_EVENT_READ, f.FUNC_PERF_EVENT_OUTPUT, f.FUNC_SKB_OUTPUT, f.FUNC_PERF_EVENT_READ_VALUE, f.FUNC_XDP_OUTPUT],
  ringbuf: [f.FUNC_RINGBUF_OUTPUT, f.FUNC_RINGBUF_RESERVE, f.FUNC_RINGBUF_QUERY, 198, 199, 200],
  user_ringbuf: [f.FUNC_USER_RINGBUF_DRAIN],
  stack_trace: [f.FUNC_GET_STACKID],
  cgroup_array: [f.FUNC_SKB_UNDER_CGROUP, f.FUNC_CURRENT_TASK_UNDER_CGROUP],
  cgroup_storage: [f.FUNC_GET_LOCAL_STORAGE],
  percpu_cgroup_storage: [f.FUNC_GET_LOCAL_STORAGE],
  devmap: [f.FUNC_REDIRECT_MAP, f.FUNC_MAP_LOOKUP_ELEM],
  devmap_hash: [f.FUNC_REDIRECT_MAP, f.FUNC_MAP_LOOKUP_ELEM],
  cpumap: [f.FUNC_REDIRECT_MAP],
  xskmap: [f.FUNC_REDIRECT_MAP, f.FUNC_MAP_LOOKUP_ELEM],
  array_of_maps: [f.FUNC_MAP_LOOKUP_ELEM],
  hash_of_maps: [f.FUNC_MAP_LOOKUP_ELEM],
  sockmap: [f.FUNC_SK_REDIRECT_MAP, f.FUNC_SOCK_MAP_UPDATE, f.FUNC_MSG_REDIRECT_MAP, f.FUNC_SK_SELECT_REUSEPORT, f.FUNC_MAP_LOOKUP_ELEM],
  sockhash: [
    f.FUNC_SK_REDIRECT_HASH,
    f.FUNC_SOCK_HASH_UPDATE,
    f.FUNC_MSG_REDIRECT_HASH,
    f.FUNC_SK_SELECT_REUSEPORT,
    f.FUNC_MAP_LOOKUP_ELEM,
  ],
  reuseport_sockarray: [f.FUNC_SK_SELECT_REUSEPORT],
  queue: [f.FUNC_MAP_PEEK_ELEM, f.FUNC_MAP_POP_ELEM, f.FUNC_MAP_PUSH_ELEM],
  stack: [f.FUNC_MAP_PEEK_ELEM, f.FUNC_MAP_POP_ELEM, f.FUNC_MAP_PUSH_ELEM],
  sk_storage: [f.FUNC_SK_STORAGE_GET, f.FUNC_SK_STORAGE_DELETE, f.FUNC_KPTR_XCHG],
  inode_storage: [145, 146, f.FUNC_KPTR_XCHG],
  task_storage: [156, 157, f.FUNC_KPTR_XCHG],
  cgrp_storage: [210, 211, f.FUNC_KPTR_XCHG],
  bloom_filter: [f.FUNC_MAP_PEEK_ELEM, f.FUNC_MAP_PUSH_ELEM],
  insn_array: [],
}

const PERF_MAPS = ['perf_event_array']
const RINGBUF_MAPS = ['ringbuf']
const CGROUP_MAPS = ['cgroup_array']

/** Kinds of maps that a helper takes; helpers that are not listed take any. */
const MAPS_OF_HELPER = new Map<number, readonly string[]>([
  [f.FUNC_TAIL_CALL, ['prog_array']],
  [f.FUNC_PERF_EVENT_READ, PERF_MAPS],
  [f.FUNC_PERF_EVENT_OUTPUT, PERF_MAPS],
  [f.FUNC_PERF_EVENT_READ_VALUE, PERF_MAPS],
  [f.FUNC_SKB_OUTPUT, PERF_MAPS],
  [f.FUNC_XDP_OUTPUT, PERF_MAPS],
  [f.FUNC_RINGBUF_OUTPUT, RINGBUF_MAPS],
  [f.FUNC_RINGBUF_RESERVE, RINGBUF_MAPS],
  [f.FUNC_RINGBUF_QUERY, RINGBUF_MAPS],
  [198, RINGBUF_MAPS],
  [199, RINGBUF_MAPS],
  [200, RINGBUF_MAPS],
  [f.FUNC_USER_RINGBUF_DRAIN, ['user_ringbuf']],
  [f.FUNC_GET_STACKID, ['stack_trace']],
  [f.FUNC_CURRENT_TASK_UNDER_CGROUP, CGROUP_MAPS],
  [f.FUNC_SKB_UNDER_CGROUP, CGROUP_MAPS],
  [f.FUNC_REDIRECT_MAP, ['devmap', 'devmap_hash', 'cpumap', 'xskmap']],
  [f.FUNC_SK_REDIRECT_MAP, ['sockmap']],
  [f.FUNC_MSG_REDIRECT_MAP, ['sockmap']],
  [f.FUNC_SOCK_MAP_UPDATE, ['sockmap']],
  [f.FUNC_SK_REDIRECT_HASH, ['sockhash']],
  [f.FUNC_MSG_REDIRECT_HASH, ['sockhash']],
  [f.FUNC_SOCK_HASH_UPDATE, ['sockhash']],
  [f.FUNC_GET_LOCAL_STORAGE, ['cgroup_storage', 'percpu_cgroup_storage']],
  [f.FUNC_SK_SELECT_REUSEPORT, ['reuseport_sockarray', 'sockmap', 'sockhash']],
  [f.FUNC_MAP_POP_ELEM, ['queue', 'stack']],
  [f.FUNC_MAP_PEEK_ELEM, ['queue', 'stack', 'bloom_filter']],
  [f.FUNC_MAP_PUSH_ELEM, ['queue', 'stack', 'bloom_filter']],
  [f.FUNC_MAP_LOOKUP_PERCPU_ELEM, ['percpu_array', 'percpu_hash', 'lru_percpu_hash']],
  [f.FUNC_SK_STORAGE_GET, ['sk_storage']],
  [f.FUNC_SK_STORAGE_DELETE, ['sk_storage']],
  [145, ['inode_storage']],
  [146, ['inode_storage']],
  [156, ['task_storage']],
  [157, ['task_storage']],
  [210, ['cgrp_storage']],
  [211, ['cgrp_storage']],
])

export function checkMapFuncCompatibility(env: Env, map: MapDef | undefined, helper: number): number {
  if (!map) return 0
  const helpers = HELPERS_OF_MAP[map.type]
  const maps = MAPS_OF_HELPER.get(helper)
  const fromMap = !helpers || helpers.includes(helper) || (isSockMap(map) && mayUpdateSockmap(env, helper))
  if (fromMap && (!maps || maps.includes(map.type))) return 0
  verbose(env.log, `cannot pass map_type ${mapType(map.type)?.id ?? 0} into func ${f.helperName(helper)}#${helper}\n`)
  return -EINVAL
}

const isSockMap = (map: MapDef): boolean => map.type === 'sockmap' || map.type === 'sockhash'

/** Types of programs that never hold a locked socket. */
const SOCKMAP_UPDATERS: ReadonlySet<string> = new Set([
  'iter',
  'socket_filter',
  'sched_cls',
  'sched_act',
  'xdp',
  'sk_reuseport',
  'flow_dissector',
  'sk_lookup',
])

function mayUpdateSockmap(env: Env, helper: number): boolean {
  if (helper !== f.FUNC_MAP_UPDATE_ELEM && helper !== f.FUNC_MAP_DELETE_ELEM) return false
  if (SOCKMAP_UPDATERS.has(env.progType.name)) return true
  if (env.progType.name === 'sock_ops' && helper === f.FUNC_MAP_DELETE_ELEM) return true
  verbose(env.log, 'cannot update sockmap in this context\n')
  return false
}
