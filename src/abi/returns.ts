// Return codes of programs, with the names that people know them by. Linux: enum xdp_action, TC_ACT_*, enum sk_action.
import type { ProgTypeRow } from './types.ts'

type Returns = ProgTypeRow['returns']

export const XDP_RETURNS: Returns = [
  { value: 0, name: 'XDP_ABORTED' },
  { value: 1, name: 'XDP_DROP' },
  { value: 2, name: 'XDP_PASS' },
  { value: 3, name: 'XDP_TX' },
  { value: 4, name: 'XDP_REDIRECT' },
]

export const TC_RETURNS: Returns = [
  { value: -1, name: 'TC_ACT_UNSPEC' },
  { value: 0, name: 'TC_ACT_OK' },
  { value: 1, name: 'TC_ACT_RECLASSIFY' },
  { value: 2, name: 'TC_ACT_SHOT' },
  { value: 3, name: 'TC_ACT_PIPE' },
  { value: 4, name: 'TC_ACT_STOLEN' },
  { value: 5, name: 'TC_ACT_QUEUED' },
  { value: 6, name: 'TC_ACT_REPEAT' },
  { value: 7, name: 'TC_ACT_REDIRECT' },
  { value: 8, name: 'TC_ACT_TRAP' },
]

export const SK_RETURNS: Returns = [
  { value: 0, name: 'SK_DROP' },
  { value: 1, name: 'SK_PASS' },
]

/** 0 drops, 1 lets pass; on egress 2 and 3 are the same with a congestion notification. */
export const CGROUP_SKB_RETURNS: Returns = [
  { value: 0, name: 'drop' },
  { value: 1, name: 'pass' },
]

export const CGROUP_SKB_EGRESS_RETURNS: Returns = [
  ...CGROUP_SKB_RETURNS,
  { value: 2, name: 'drop + congestion' },
  { value: 3, name: 'pass + congestion' },
]

/** A socket filter keeps as many bytes as it returns. */
export const SOCKET_FILTER_RETURNS: Returns = [{ value: 0, name: 'drop' }]

export const CGROUP_RETURNS: Returns = [
  { value: 0, name: 'refuse' },
  { value: 1, name: 'allow' },
]

export const NETFILTER_RETURNS: Returns = [
  { value: 0, name: 'NF_DROP' },
  { value: 1, name: 'NF_ACCEPT' },
]
