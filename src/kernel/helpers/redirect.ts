// Helpers that send packets elsewhere. They only note the target; what becomes of the packet is decided by the return value. In a test
// run nothing leaves. Linux: net/core/filter.c, __bpf_xdp_redirect_map().

import type { Kernel } from '../kernel.ts'
import { fdArrayArg, type HelperBody, readable, ret, u32, u64 } from './body.ts'

const XDP_ABORTED = 0
const XDP_REDIRECT = 4
const TC_ACT_SHOT = 2
const TC_ACT_REDIRECT = 7
const BPF_F_INGRESS = 1
const BPF_F_BROADCAST = 1 << 3
const BPF_F_EXCLUDE_INGRESS = 1 << 4
const XDP_ACTION_MASK = 3

function aim(k: Kernel, ifindex: number, flags: number): void {
  k.redirect = { ifindex, flags, map: -1 }
}

/** bpf_redirect() is one thing for XDP and another for tc. */
export const redirect: HelperBody = (k, m) => {
  const flags = u64(m, 2)
  if (k.progType === 'xdp') {
    if (flags !== 0) return ret(m, XDP_ABORTED)
    aim(k, u32(m, 1), 0)
    return ret(m, XDP_REDIRECT)
  }
  if (flags > BPF_F_INGRESS) return ret(m, TC_ACT_SHOT)
  aim(k, u32(m, 1), flags)
  return ret(m, TC_ACT_REDIRECT)
}

export const redirectPeer: HelperBody = (k, m) => {
  if (u64(m, 2) !== 0) return ret(m, TC_ACT_SHOT)
  k.redirect = { ifindex: u32(m, 1), flags: 0, map: -1, how: 'peer' }
  return ret(m, TC_ACT_REDIRECT)
}

/** sizeof(struct bpf_redir_neigh) */
const REDIR_NEIGH = 20

export const redirectNeigh: HelperBody = (k, m) => {
  const size = u32(m, 3)
  if ((size !== 0 && size < REDIR_NEIGH) || u64(m, 4) !== 0) return ret(m, TC_ACT_SHOT)
  const at = size === 0 ? 0 : readable(k, m, 2, size)
  if (at < 0) return 'stopped'
  const nextHop = size === 0 ? undefined : k.memory.ram.read(at, REDIR_NEIGH)
  k.redirect = { ifindex: u32(m, 1), flags: 0, map: -1, how: 'neigh', ...(nextHop && { nextHop }) }
  return ret(m, TC_ACT_REDIRECT)
}

export const redirectMap: HelperBody = (k, m) => {
  const map = fdArrayArg(k, m, 1)
  if (!map) return 'stopped'
  const index = u32(m, 2)
  const flags = u64(m, 3)
  const extra = map.def.type.startsWith('devmap') ? BPF_F_BROADCAST | BPF_F_EXCLUDE_INGRESS : 0
  if (flags > (XDP_ACTION_MASK | extra) || (flags & ~(XDP_ACTION_MASK | extra)) !== 0) return ret(m, XDP_ABORTED)
  const target = map.slot(index)
  if (target < 0 && !(flags & BPF_F_BROADCAST)) return ret(m, flags & XDP_ACTION_MASK)
  k.redirect = { ifindex: Math.max(0, target), flags, map: map.id, key: index }
  return ret(m, XDP_REDIRECT)
}
