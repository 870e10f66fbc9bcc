// Which types of programs attach to the network and which to processes. A module of its own: who only asks this needs neither.

/** Types on cgroups by the name that people give their hooks. */
export const CGROUP_TYPES: Readonly<Record<string, string>> = {
  cgroup_skb: 'cgroup_skb/ingress',
  cgroup_skb_ingress: 'cgroup_skb/ingress',
  cgroup_skb_egress: 'cgroup_skb/egress',
  cgroup_sock_create: 'cgroup/sock_create',
  cgroup_sock_release: 'cgroup/sock_release',
  cgroup_post_bind4: 'cgroup/post_bind4',
  cgroup_post_bind6: 'cgroup/post_bind6',
  bind4: 'cgroup/bind4',
  bind6: 'cgroup/bind6',
  connect4: 'cgroup/connect4',
  connect6: 'cgroup/connect6',
  sendmsg4: 'cgroup/sendmsg4',
  sendmsg6: 'cgroup/sendmsg6',
  recvmsg4: 'cgroup/recvmsg4',
  recvmsg6: 'cgroup/recvmsg6',
  getpeername4: 'cgroup/getpeername4',
  getpeername6: 'cgroup/getpeername6',
  getsockname4: 'cgroup/getsockname4',
  getsockname6: 'cgroup/getsockname6',
  sock_ops: 'sockops',
}

const OTHERS = new Set([
  'xdp',
  'xdp_devmap',
  'xdp_cpumap',
  'sched_cls',
  'sched_act',
  'socket_filter',
  'netfilter',
  'sk_lookup',
  'sk_reuseport',
  'flow_dissector',
  'sk_msg',
  'sk_skb',
  'sk_skb_verdict',
  'lwt_in',
  'lwt_out',
  'lwt_xmit',
])

/** Whether programs of this type attach to what the network does. */
export const attachesToNetwork = (type: string): boolean => OTHERS.has(type) || Object.hasOwn(CGROUP_TYPES, type)

/** Types of programs that attach to what processes do. */
const TYPES = new Set([
  'kprobe',
  'tracepoint',
  'raw_tracepoint',
  'raw_tracepoint_writable',
  'tp_btf',
  'tracing',
  'fexit',
  'fmod_ret',
  'lsm',
  'perf_event',
  'iter',
  'syscall',
  'cgroup_device',
  'cgroup_getsockopt',
  'cgroup_setsockopt',
])
export const attachesToProcesses = (type: string): boolean => TYPES.has(type)
