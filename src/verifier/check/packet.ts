// Direct access to packet bytes: within what comparisons with data_end have proven; who may read, who may write; forgetting pointers
// when the packet may have moved.
// Linux: may_access_direct_pkt_data(), check_packet_access(), clear_all_pkt_pointers().
import {
  baseType,
  DYNPTR_TYPE_SKB,
  DYNPTR_TYPE_SKB_META,
  DYNPTR_TYPE_XDP,
  PTR_TO_MEM,
  PTR_TO_PACKET,
  PTR_TO_PACKET_END,
  PTR_TO_PACKET_META,
  RANGE,
  TYPE,
} from '../domain/layout.ts'
import { forEachReg } from '../domain/slots.ts'
import { curReg, type Env } from '../env.ts'
import { EACCES, EINVAL } from '../errno.ts'
import { markRegInvalid } from '../invalidate.ts'
import { sminOf } from '../values.ts'
import { verbose } from '../verbose.ts'
import { checkWithin } from './region.ts'

/** Readers only. */
const DIRECT_READ: ReadonlySet<string> = new Set([
  'lwt_in',
  'lwt_out',
  'lwt_seg6local',
  'sk_reuseport',
  'flow_dissector',
  'cgroup_skb',
  'cgroup_skb_egress',
])
const DIRECT_WRITE: ReadonlySet<string> = new Set([
  'sched_cls',
  'sched_act',
  'xdp',
  'xdp_devmap',
  'xdp_cpumap',
  'lwt_xmit',
  'sk_skb',
  'sk_skb_parser',
  'sk_skb_verdict',
  'sk_msg',
  'cgroup_getsockopt',
  'cgroup_setsockopt',
])

export function mayAccessPacket(env: Env, write: boolean): boolean {
  const type = env.progType.name
  return DIRECT_WRITE.has(type) || (!write && DIRECT_READ.has(type))
}

/** Helpers may be given pointers into the packet whatever they are for. */
export const passesPacketToAll = (env: Env): boolean => env.progType.name.endsWith('sockopt')

export const isPktPointer = (type: number): boolean => type === PTR_TO_PACKET || type === PTR_TO_PACKET_META
/** Also data_end. */
export const isPktPointerAny = (type: number): boolean => isPktPointer(type) || type === PTR_TO_PACKET_END

export function checkPacketAccess(env: Env, regno: number, off: number, size: number, zeroSizeAllowed: boolean): number {
  const { words: s, log } = env
  const r = curReg(env, regno)
  if (sminOf(s, r) < 0) {
    verbose(log, `R${regno} min value is negative, either use unsigned index or do a if (index >=0) check.\n`)
    return -EACCES
  }
  const range = s[r + RANGE]!
  const err = range < 0 ? -EINVAL : checkWithin(env, regno, off, size, range, zeroSizeAllowed)
  if (err) verbose(log, `R${regno} offset is outside of the packet\n`)
  return err
}

export function clearAllPktPointers(env: Env): void {
  const { words: s, cur } = env
  forEachReg(s, cur.at, cur.curframe, (r) => {
    const type = s[r + TYPE]!
    const slice = baseType(type) === PTR_TO_MEM && (type & (DYNPTR_TYPE_SKB | DYNPTR_TYPE_XDP | DYNPTR_TYPE_SKB_META)) !== 0
    if (isPktPointerAny(type) || slice) markRegInvalid(env, s, r)
  })
}
