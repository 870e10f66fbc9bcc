// Sockets that share a port (SO_REUSEPORT): a program of the group chooses the one that gets a new connection or a datagram, or refuses it; else a hash of
// the addresses does. Linux: reuseport_select_sock() in net/core/sock_reuseport.c, bpf_run_sk_reuseport() in net/core/filter.c.
import type { Happening } from '../world/engine.ts'
import { addressBytes, endpointText, ipAt, isAny, swapped16 } from './address.ts'
import { reuseportKey } from './attach.ts'
import { etherTypeOf, IPPROTO_TCP, IPPROTO_UDP, type IpHeader } from './headers.ts'
import { call, type Net, programsAt } from './net.ts'
import { type Socket, socketOfSock, socketsOfGroup } from './socket.ts'
import type { Namespace, Skb } from './types.ts'

const SK_PASS = 1

/** The socket of the group; 'refused' = as if nobody listened. */
export function* chooseOfGroup(net: Net, ns: Namespace, socket: Socket, skb: Skb, ip: IpHeader): Happening<Socket | 'refused'> {
  if (socket.reuseport === 0) return socket
  const group = socketsOfGroup(net, socket)
  const hash = hashOf(net, ip)
  const attached = programsAt(net, reuseportKey(ns.name, socket.protocol, socket.local.port)).at(-1)
  if (attached) {
    const { kernel } = ns
    const fields = {
      len: ip.end - ip.l4,
      eth_protocol: swapped16(etherTypeOf(skb.bytes)),
      ip_protocol: socket.protocol === 'tcp' ? IPPROTO_TCP : IPPROTO_UDP,
      bind_inany: isAny(socket.local.ip) ? 1 : 0,
      hash,
    }
    const from = kernel.effects.count
    const context = {
      kind: 'sk_reuseport',
      fields,
      sock: kernel.socks[socket.sock],
      data: skb.bytes.slice(ip.l4, ip.end),
      headers: skb.bytes.slice(0, ip.l4),
    } as const
    const subject = `${socket.protocol} ${endpointText(ip.source, ip.sport)}`
    const result = yield* call(net, ns, attached, { context, subject })
    if (result.fault !== '' || result.unsupported !== '' || result.retval !== SK_PASS) return 'refused'
    for (let i = kernel.effects.count - 1; i >= from; i--) {
      const effect = kernel.effects.items[i]
      if (effect.kind !== 'assign-socket' || !effect.sock) continue
      const chosen = socketOfSock(net, ns.host, effect.sock.id)
      if (chosen) return chosen
    }
  }
  return group[Math.floor((hash * group.length) / TWO32)] ?? socket
}

const TWO32 = 4294967296

/** Of both ends; made up as Linux's is, which begins with a random number. */
function hashOf(net: Net, ip: IpHeader): number {
  let h = (net.seed ^ 0x85ebca6b) >>> 0
  for (const address of [ip.dest, ip.source]) {
    const bytes = addressBytes(address)
    for (let i = 0; i < bytes.length; i += 4) h = mixed(h, ipAt(bytes, i))
  }
  return mixed(h, (ip.sport << 16) | ip.dport)
}

function mixed(hash: number, word: number): number {
  let h = Math.imul(hash ^ word, 0xcc9e2d51)
  h ^= h >>> 15
  h = Math.imul(h, 0x1b873593)
  return (h ^ (h >>> 13)) >>> 0
}
