// Who loads. Root may do all that the verifier allows. Without CAP_PERFMON nothing may leak addresses or read what nobody wrote, and paths that
// only a mispredicted branch takes are walked too; without CAP_BPF there are two program types, no loops, no functions, 4096 instructions.
// Linux: bpf_prog_load(), bpf_allow_ptr_leaks(), bpf_allow_uninit_stack(), bpf_bypass_spec_v1(), is_net_admin_prog_type(),
// is_perfmon_prog_type(). kernel.unprivileged_bpf_disabled is taken to be 0: else nothing is loaded without CAP_BPF.
import { EPERM } from './errno.ts'

/** Capabilities that count; CAP_SYS_ADMIN stands for all of them. */
export interface Capabilities {
  readonly bpf: boolean
  readonly perfmon: boolean
  readonly netAdmin: boolean
}

export const ROOT: Capabilities = { bpf: true, perfmon: true, netAdmin: true }

export const PRIVILEGES = ['root', 'cap_bpf', 'none'] as const
export type Privilege = (typeof PRIVILEGES)[number]

export function capabilitiesOf(privilege: Privilege): Capabilities {
  return privilege === 'root' ? ROOT : { bpf: privilege === 'cap_bpf', perfmon: false, netAdmin: false }
}

/** "none", or some of bpf, perfmon and net_admin, separated by commas; undefined where it is neither. */
export function readCapabilities(text: string): Capabilities | undefined {
  const words = text === 'none' ? [] : text.split(',')
  if (!words.every((word) => word === 'bpf' || word === 'perfmon' || word === 'net_admin')) return undefined
  return { bpf: words.includes('bpf'), perfmon: words.includes('perfmon'), netAdmin: words.includes('net_admin') }
}

/** BPF_MAXINSNS: instructions of a program that is loaded without CAP_BPF. */
export const UNPRIVILEGED_INSNS = 4096

const SOCKET_FILTER = 1
const CGROUP_SKB = 8
/** sched_cls, sched_act, xdp, lwt_in, lwt_out, lwt_xmit, sock_ops, sk_skb, cgroup_device, sk_msg, cgroup_sock, cgroup_sock_addr, lwt_seg6local,
 * flow_dissector, cgroup_sysctl, cgroup_sockopt, ext, netfilter. */
const NET_ADMIN: ReadonlySet<number> = new Set([3, 4, 6, 10, 11, 12, 13, 14, 15, 16, 9, 18, 19, 22, 23, 25, 28, 32])
/** kprobe, tracepoint, perf_event, raw_tracepoint, raw_tracepoint_writable, tracing, lsm, struct_ops, ext. */
const PERFMON: ReadonlySet<number> = new Set([2, 5, 7, 17, 24, 26, 29, 27, 28])

/** Whether a program type may be loaded at all: 0, or EPERM, of which no log tells. */
export function mayLoad(progType: number, caps: Capabilities): number {
  if (progType !== SOCKET_FILTER && progType !== CGROUP_SKB && !caps.bpf) return EPERM
  if (NET_ADMIN.has(progType) && !caps.netAdmin) return EPERM
  if (PERFMON.has(progType) && !caps.perfmon) return EPERM
  return 0
}
