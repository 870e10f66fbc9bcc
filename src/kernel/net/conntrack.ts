// Connections that a namespace with rules keeps track of, and their translation. A connection has two tuples: of what its first sender sends, and of
// what comes back; without translation the second is the first turned round.
//
//   original   10.1.0.5:41000 > 10.96.0.1:80       dnat: reply.source = the backend
//   reply      10.1.0.9:8080  > 10.1.0.5:41000     snat: reply.dest   = the address that is shown
//
// Linux: net/netfilter/nf_conntrack_core.c, nf_nat_core.c.
import { type Ip, ipKey } from './address.ts'
import type { IpHeader, Rewrite } from './headers.ts'
import { isIcmp } from './icmp.ts'
import type { NetState } from './state.ts'

interface Tuple {
  readonly protocol: number
  readonly source: Ip
  readonly sport: number
  readonly dest: Ip
  readonly dport: number
}

/** Immutable; a change puts a new one under both of its tuples. */
export interface Conn {
  readonly ns: string
  readonly original: Tuple
  readonly reply: Tuple
  /** Something came back. */
  readonly isAnswered: boolean
  /** NAT has been decided for the way in (dnat) and the way out (snat). */
  readonly dnatDone: boolean
  readonly snatDone: boolean
}

export type Direction = 'original' | 'reply'

const keyOf = (ns: string, t: Tuple): string => `${ns} ${t.protocol} ${ipKey(t.source)}:${t.sport} ${ipKey(t.dest)}:${t.dport}`

const turned = (t: Tuple): Tuple => ({ protocol: t.protocol, source: t.dest, sport: t.dport, dest: t.source, dport: t.sport })

/** Echoes belong together by their identifier. */
function tupleOf(frame: Uint8Array, ip: IpHeader): Tuple {
  const { protocol, source, dest, sport, dport } = ip
  if (!isIcmp(ip) || ip.l4 + 6 > ip.end) return { protocol, source, dest, sport, dport }
  const id = (frame[ip.l4 + 4] << 8) | frame[ip.l4 + 5]
  return { protocol, source, dest, sport: id, dport: id }
}

/** The connection that a packet belongs to, a new one where there is none. */
export function track(
  state: NetState,
  ns: string,
  frame: Uint8Array,
  ip: IpHeader,
): { readonly conn: Conn; readonly direction: Direction } {
  const tuple = tupleOf(frame, ip)
  const known = state.tracked.get(keyOf(ns, tuple))
  if (!known) return { conn: keep(state, fresh(ns, tuple)), direction: 'original' }
  const direction = keyOf(ns, known.original) === keyOf(ns, tuple) ? 'original' : 'reply'
  if (direction === 'original' || known.isAnswered) return { conn: known, direction }
  return { conn: keep(state, { ...known, isAnswered: true }), direction }
}

/** The connection of a key that a packet bears. */
export const connectionOf = (state: NetState, key: string): Conn | undefined => state.tracked.get(key)

export const connKey = (conn: Conn): string => keyOf(conn.ns, conn.original)

const fresh = (ns: string, tuple: Tuple): Conn => ({
  ns,
  original: tuple,
  reply: turned(tuple),
  isAnswered: false,
  dnatDone: false,
  snatDone: false,
})

function keep(state: NetState, conn: Conn): Conn {
  state.tracked.set(keyOf(conn.ns, conn.original), conn)
  state.tracked.set(keyOf(conn.ns, conn.reply), conn)
  return conn
}

/** The connection with another target: answers will come from there. */
export function withDnat(state: NetState, conn: Conn, to: { readonly ip: Ip; readonly port: number } | undefined): Conn {
  state.tracked.delete(keyOf(conn.ns, conn.reply))
  const reply = to ? { ...conn.reply, source: to.ip, sport: to.port || conn.reply.sport } : conn.reply
  return keep(state, { ...conn, reply, dnatDone: true })
}

/** The connection with another sender: answers will go there. Its port is another one where that is taken. */
export function withSnat(state: NetState, conn: Conn, to: { readonly ip: Ip; readonly port: number } | undefined): Conn {
  state.tracked.delete(keyOf(conn.ns, conn.reply))
  let reply = to ? { ...conn.reply, dest: to.ip, dport: to.port || conn.reply.dport } : conn.reply
  for (let tries = 0; to && state.tracked.has(keyOf(conn.ns, reply)) && tries < 65535; tries++)
    reply = { ...reply, dport: reply.dport >= 65535 ? 1024 : reply.dport + 1 }
  return keep(state, { ...conn, reply, snatDone: true })
}

/** What is rewritten on the way in (before routing), and on the way out. */
export function translation(conn: Conn, direction: Direction, way: 'in' | 'out'): Rewrite {
  const { original, reply } = conn
  if (direction === 'original')
    return way === 'in' ? { dest: reply.source, dport: reply.sport } : { source: reply.dest, sport: reply.dport }
  return way === 'in' ? { dest: original.source, dport: original.sport } : { source: original.dest, sport: original.dport }
}
