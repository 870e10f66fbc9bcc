// The world of a bare BPF_PROG_TEST_RUN: a process of root in the root cgroup without memory that it shows, no sockets that listen, loopback and
// the interfaces that were told, and a host that does not forward.
import { EFAULT, EINVAL, ENODEV } from './errno.ts'
import { type Device, type FibQuery, type Host, NULL, type Task } from './host.ts'

const PID = 4242
const TEST_TASK: Task = { pid: PID, tgid: PID, uid: 0, gid: 0, comm: 'beeyard', cgroups: [1], classid: 0, object: NULL }
const NO_BYTES = new Uint8Array(0)
const ETH_HLEN = 14
const ETH_MTU = 1500
const LOOPBACK: Device = { ifindex: 1, mtu: 65536, headerLength: ETH_HLEN }
const INIT_NET_COOKIE = 1n

export function bareHost(ifindexes: ReadonlySet<number>): Host {
  const device = (ifindex: number): Device | undefined =>
    ifindex === LOOPBACK.ifindex ? LOOPBACK : ifindexes.has(ifindex) ? { ifindex, mtu: ETH_MTU, headerLength: ETH_HLEN } : undefined
  return {
    tasks: { current: () => TEST_TASK },
    user: { read: () => NO_BYTES, write: () => -EFAULT },
    stacks: { kernel: () => [], user: () => [] },
    names: {},
    perf: {},
    net: {
      device,
      lookup: () => undefined,
      fib: (query) => fib(query, device),
      cloneRedirect: (ifindex) => (device(ifindex) ? 0 : -EINVAL),
      netnsCookie: () => INIT_NET_COOKIE,
    },
  }
}

const AF_INET6 = 10
const FIB_IFINDEX = 8
const FIB_SRC = 16
const FIB_DST = 32
const NOT_FWDED = 4
const FWD_DISABLED = 5

/** A host does not forward unless it is told to. */
function fib({ params }: FibQuery, device: (ifindex: number) => Device | undefined): number {
  if (params.getUint8(0) === AF_INET6 && (staysOnLink(params, FIB_SRC) || staysOnLink(params, FIB_DST))) return NOT_FWDED
  return device(params.getUint32(FIB_IFINDEX, true)) ? FWD_DISABLED : -ENODEV
}

/** Multicast, link-local and loopback addresses are never forwarded. Linux: rt6_need_strict(). */
function staysOnLink(params: DataView, at: number): boolean {
  const first = params.getUint8(at)
  if (first === 0xff || (first === 0xfe && (params.getUint8(at + 1) & 0xc0) === 0x80)) return true
  for (let i = 0; i < 15; i++) if (params.getUint8(at + i) !== 0) return false
  return params.getUint8(at + 15) === 1
}
