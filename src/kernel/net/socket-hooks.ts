// Programs on what sockets do: cgroup/sock_create, bind, connect, sendmsg, recvmsg and getpeername of both families, sockops, sk_lookup, sk_msg, sk_skb.
// Each function asks what is attached and gives back what the system call goes on with.
// Linux: net/ipv4/af_inet.c, include/linux/bpf-cgroup.h, net/core/sock_map.c.
import type { FieldValue } from '../context.ts'
import { contextField } from '../invocation.ts'
import type { Kernel } from '../kernel.ts'
import type { Sock } from '../sock.ts'
import type { Happening } from '../world/engine.ts'
import type { ActivationResult } from '../world/types.ts'
import { endpointText, type Family, familyOf, fromWords6, type Ip, swapped, swapped16, words6 } from './address.ts'
import type { Endpoint } from './endpoint.ts'
import { ETH_HLEN } from './headers.ts'
import { call, cgroupPrograms, type Net, namespaceOf, programsAt } from './net.ts'
import { type Socket, socketOfSock, stateNumber } from './socket.ts'
import type { Namespace } from './types.ts'

const AF = { ip4: 2, ip6: 10 } as const
const VERSION = { ip4: 4, ip6: 6 } as const
const SOCK_STREAM = 1
const SOCK_DGRAM = 2
const TCP = 6
const UDP = 17

type AddressHook = 'bind' | 'connect' | 'sendmsg' | 'recvmsg' | 'getpeername'

const failed = (r: ActivationResult): boolean => r.fault !== '' || r.unsupported !== ''

const sockOf = (ns: Namespace, socket: Socket): Sock => ns.kernel.socks[socket.sock]

/** An address as the context's field of its family holds it ("user_ip4", "user_ip6"). */
const address = (name: string, ip: Ip): Readonly<Record<string, FieldValue>> =>
  typeof ip === 'number' ? { [`${name}4`]: swapped(ip) } : { [`${name}6`]: words6(ip) }

const kindOf = (socket: Socket): Readonly<Record<string, number>> => ({
  family: AF[socket.family],
  type: socket.protocol === 'tcp' ? SOCK_STREAM : SOCK_DGRAM,
  protocol: socket.protocol === 'tcp' ? TCP : UDP,
})

const peerOf = ({ family, local, remote }: Socket): Readonly<Record<string, FieldValue>> => ({
  family: AF[family],
  ...address('remote_ip', remote.ip),
  ...address('local_ip', local.ip),
  // In network byte order, in the upper half as Linux shows it.
  remote_port: (swapped16(remote.port) << 16) >>> 0,
  local_port: local.port,
})

/** A hook on an address that user space names or is shown; 'denied' is -EPERM. */
export function* runAddressHook(net: Net, hook: AddressHook, socket: Socket, to: Endpoint): Happening<Endpoint | 'denied'> {
  const ns = namespaceOf(net, socket.ns)
  let now = to
  let isAllowed = true
  const type = `${hook}${VERSION[socket.family]}`
  for (const attached of cgroupPrograms(net, ns, type)) {
    const { kernel } = ns
    const fields = {
      user_family: AF[socket.family],
      ...address('user_ip', now.ip),
      user_port: swapped16(now.port),
      ...(hook === 'sendmsg' ? address('msg_src_ip', socket.local.ip) : {}),
      ...kindOf(socket),
    }
    const context = { kind: 'sock_addr', fields, sock: sockOf(ns, socket) } as const
    const subject = `${type} ${endpointText(now.ip, now.port)}`
    const result = yield* call(net, ns, attached, { context, subject })
    if (failed(result)) return 'denied'
    now = { ip: addressField(kernel, 'user_ip', socket.family), port: swapped16(field(kernel, 'user_port') & 0xffff) }
    if ((result.retval & 1) === 0) isAllowed = false
  }
  return isAllowed ? now : 'denied'
}

const field = (kernel: Kernel, name: string, index = 0): number => Number(contextField(kernel, name, index) ?? 0n)

function addressField(kernel: Kernel, name: string, family: Family): Ip {
  return family === 'ip4' ? swapped(field(kernel, `${name}4`)) : fromWords6([0, 1, 2, 3].map((i) => field(kernel, `${name}6`, i)))
}

/** cgroup/sock_create and cgroup/post_bind4 or 6: whether the socket may be. cgroup/sock_release has no say. */
export function* runSockHook(net: Net, hook: 'sock_create' | 'post_bind' | 'sock_release', socket: Socket): Happening<boolean> {
  const ns = namespaceOf(net, socket.ns)
  const type = `cgroup_${hook}${hook === 'post_bind' ? VERSION[socket.family] : ''}`
  let isAllowed = true
  for (const attached of cgroupPrograms(net, ns, type)) {
    const { local } = socket
    const fields = { ...kindOf(socket), ...address('src_ip', local.ip), src_port: local.port, state: stateNumber(socket.state) }
    const context = { kind: 'cgroup_sock', fields, sock: sockOf(ns, socket) } as const
    const result = yield* call(net, ns, attached, { context, subject: `socket of ${ns.name}` })
    if (failed(result) || result.retval === 0) isAllowed = false
  }
  return isAllowed
}

export const SOCK_OPS = { tcpConnect: 3, activeEstablished: 4, passiveEstablished: 5, retransmit: 9, state: 10, listen: 11 } as const
const RETRANS_FLAG = 2
const STATE_FLAG = 4

/** A callback of sockops programs. Those that they asked for (retransmissions, states) come where the flag is set. */
export function* runSockOps(net: Net, socket: Socket, op: keyof typeof SOCK_OPS, args: readonly number[] = []): Happening {
  const ns = namespaceOf(net, socket.ns)
  const programs = cgroupPrograms(net, ns, 'sock_ops')
  if (programs.length === 0) return
  const flags = net.state.sockOpsFlags.get(socket.id) ?? 0
  if ((op === 'retransmit' && !(flags & RETRANS_FLAG)) || (op === 'state' && !(flags & STATE_FLAG))) return
  for (const attached of programs) {
    const fields: Record<string, FieldValue> = {
      op: SOCK_OPS[op],
      args,
      ...peerOf(socket),
      is_fullsock: socket.state === 'listen' || socket.state !== 'syn-received' ? 1 : 0,
      state: stateNumber(socket.state),
      bpf_sock_ops_cb_flags: net.state.sockOpsFlags.get(socket.id) ?? 0,
      snd_cwnd: 10,
      snd_nxt: socket.tcp?.sndNxt ?? 0,
      snd_una: socket.tcp?.sndUna ?? 0,
      rcv_nxt: socket.tcp?.rcvNxt ?? 0,
      mss_cache: socket.tcp?.mss ?? 0,
    }
    const context = { kind: 'sock_ops', fields, sock: sockOf(ns, socket) } as const
    yield* call(net, ns, attached, { context, subject: `sockops ${op}` })
    const now = field(ns.kernel, 'bpf_sock_ops_cb_flags')
    if (now !== flags) net.state.sockOpsFlags.set(socket.id, now)
  }
}

const BPF_SK_LOOKUP_F_NO_REUSEPORT = 2

/** `sharesPort`: its group may choose another one of its sockets. */
export interface LookedUp {
  readonly socket: Socket
  readonly sharesPort: boolean
}

/** What sk_lookup programs choose before the listening sockets are looked through. */
export function* runSkLookup(
  net: Net,
  ns: Namespace,
  protocol: 'tcp' | 'udp',
  local: Endpoint,
  remote: Endpoint,
  ifindex: number,
): Happening<LookedUp | 'drop' | undefined> {
  let chosen: LookedUp | undefined
  for (const attached of programsAt(net, `sk_lookup ${ns.name}`)) {
    const { kernel } = ns
    const fields = {
      family: AF[familyOf(local.ip)],
      protocol: protocol === 'tcp' ? TCP : UDP,
      ...address('remote_ip', remote.ip),
      remote_port: swapped16(remote.port),
      ...address('local_ip', local.ip),
      local_port: local.port,
      ingress_ifindex: ifindex,
    }
    const from = kernel.effects.count
    const subject = `${protocol} ${endpointText(local.ip, local.port)}`
    const result = yield* call(net, ns, attached, { context: { kind: 'sk_lookup', fields }, subject })
    if (failed(result) || result.retval === 0) return 'drop'
    for (let i = from; i < kernel.effects.count; i++) {
      const effect = kernel.effects.items[i]
      if (effect.kind !== 'assign-socket') continue
      const socket = effect.sock && socketOfSock(net, ns.host, effect.sock.id)
      chosen = socket && { socket, sharesPort: !(effect.flags & BPF_SK_LOOKUP_F_NO_REUSEPORT) }
    }
  }
  return chosen
}

export type DataVerdict =
  | { readonly kind: 'pass' }
  | { readonly kind: 'drop' }
  /** To another socket: into its receive queue, or out by it. */
  | { readonly kind: 'redirect'; readonly to: Socket; readonly ingress: boolean }

const BPF_F_INGRESS = 1

/** Programs of the sockmaps that a socket is in: sk_msg for what it sends, sk_skb for what it receives. */
export function* runSockMap(net: Net, socket: Socket, data: Uint8Array, way: 'sk_msg' | 'sk_skb'): Happening<DataVerdict> {
  const ns = namespaceOf(net, socket.ns)
  const { kernel } = ns
  for (const attached of programsAt(net, `${way} ${ns.host}`)) {
    const map = kernel.maps.find((m) => m.def.name === attached.hook.place)
    if (!map || !holds(map.entries(), sockOf(ns, socket))) continue
    const from = kernel.effects.count
    const subject = `${data.length} bytes ${way === 'sk_msg' ? 'to' : 'from'} ${endpointText(socket.remote.ip, socket.remote.port)}`
    const sock = sockOf(ns, socket)
    const context =
      way === 'sk_msg'
        ? ({ kind: 'sk_msg', fields: { ...peerOf(socket), size: data.length }, sock, data } as const)
        : ({ kind: 'skb', packet: framed(data), sock } as const)
    const result = yield* call(net, ns, attached, { context, subject })
    if (failed(result) || result.retval === 0) return { kind: 'drop' }
    for (let i = kernel.effects.count - 1; i >= from; i--) {
      const effect = kernel.effects.items[i]
      if (effect.kind !== 'redirect-socket') continue
      const to = socketOfSock(net, ns.host, effect.sock.id)
      return to ? { kind: 'redirect', to, ingress: (effect.flags & BPF_F_INGRESS) !== 0 } : { kind: 'drop' }
    }
    return { kind: 'pass' }
  }
  return { kind: 'pass' }
}

/** The data behind room for a link layer's header, where the program's data begins. */
function framed(data: Uint8Array): Uint8Array {
  const out = new Uint8Array(ETH_HLEN + data.length)
  out.set(data, ETH_HLEN)
  return out
}

/** Whether a table of sockets holds one: user space reads cookies from it. */
function holds(entries: readonly { readonly value: Uint8Array }[], sock: Sock): boolean {
  return sock.cookie !== 0 && entries.some(({ value }) => new DataView(value.buffer, value.byteOffset).getUint32(0, true) === sock.cookie)
}
