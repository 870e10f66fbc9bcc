// TCP as far as client and server need it to talk over a net that drops, delays, translates and answers in place of others: handshake, data in order
// both ways within the window, retransmission with a timer that doubles, FIN and RST, MSS. What comes out of order is asked for again.
// Left out: congestion control (ten segments are on the way at most), selective acknowledgement, window scaling, time stamps, TIME_WAIT.
// RFC 9293; Linux: net/ipv4/tcp_input.c, tcp_timer.c (tcp_syn_retries 6, tcp_synack_retries 5, tcp_retries2 15, TCP_RTO_MIN 200 ms).
import { concat } from '../../base/index.ts'
import { buildPacket, type TcpFlag } from '../../packet/index.ts'
import type { Happening } from '../world/engine.ts'
import { addressBytes, ipAt } from './address.ts'
import { nameOf, newServerApp } from './app.ts'
import type { Endpoint } from './endpoint.ts'
import { ACK, FIN, type IpHeader, RST, readTcp, SYN, type TcpHeader } from './headers.ts'
import { ipLayer } from './icmp.ts'
import { later, type Net, namespaceOf, nextPacket, tell } from './net.ts'
import { routeTo } from './route.ts'
import { createSocket, forget, put, type Socket } from './socket.ts'
import { runSockHook, runSockMap, runSockOps } from './socket-hooks.ts'
import { type Namespace, newSkb, type Skb } from './types.ts'

/** Sequence numbers are unsigned 32-bit. Immutable. */
export interface Tcp {
  readonly iss: number
  readonly sndUna: number
  readonly sndNxt: number
  readonly sndWnd: number
  readonly rcvNxt: number
  readonly mss: number
  /** Bytes from the first that is not acknowledged, sent or not. */
  readonly out: Uint8Array
  /** The application has closed: a FIN follows the last byte. */
  readonly isClosing: boolean
  readonly isFinSent: boolean
  readonly retries: number
  readonly rtoNs: number
  /** Of the timer that runs; 0 = none does. */
  readonly timer: number
  readonly sentNs: number
  /** What the peer was told last. */
  readonly ackSent: number
}

const NO_BYTES = new Uint8Array(0)
/** From the end of the handshake until the process that waits in connect() goes on. */
const WAKE_NS = 5000
const INITIAL_RTO_NS = 1_000_000_000
const MIN_RTO_NS = 200_000_000
const MAX_RTO_NS = 120_000_000_000
const SYN_RETRIES = 6
const SYNACK_RETRIES = 5
const DATA_RETRIES = 15
const INITIAL_CWND = 10
const DEFAULT_MSS = 536
const IP_AND_TCP = { ip4: 40, ip6: 60 } as const
const WINDOW = 64240
/** Connections that have not answered the SYN-ACK yet, of one listening socket. */
const BACKLOG = 128

const add = (a: number, b: number): number => (a + b) >>> 0
/** Positive where a is behind b. */
const distance = (a: number, b: number): number => (a - b) | 0

/** First sequence number: from the seed and the tuple, so that it is the same in every run. */
function initialSequence(net: Net, local: Endpoint, remote: Endpoint): number {
  let h = (net.seed ^ 0x9e3779b9) >>> 0
  const words = [local, remote].flatMap(({ ip, port }) => [...wordsOf(ip), port])
  for (const n of [...words, Math.floor(net.world.nowNs / 4000)]) {
    h = Math.imul(h ^ n, 0x85ebca6b) >>> 0
    h = (h ^ (h >>> 13)) >>> 0
  }
  return h
}

const wordsOf = (ip: Endpoint['ip']): number[] => {
  const bytes = addressBytes(ip)
  return Array.from({ length: bytes.length / 4 }, (_, i) => ipAt(bytes, 4 * i))
}

const newTcp = (iss: number, mss: number): Tcp => ({
  iss,
  sndUna: iss,
  sndNxt: iss,
  sndWnd: WINDOW,
  rcvNxt: 0,
  mss,
  out: NO_BYTES,
  isClosing: false,
  isFinSent: false,
  retries: 0,
  rtoNs: INITIAL_RTO_NS,
  timer: 0,
  sentNs: 0,
  ackSent: 0,
})

function change(net: Net, id: number, by: Partial<Tcp>, state?: Socket['state']): Socket {
  const s = socketAt(net, id)
  return put(net, { ...s, ...(state && { state }), tcp: { ...tcpOf(s), ...by } })
}

function socketAt(net: Net, id: number): Socket {
  const socket = net.state.sockets.get(id)
  if (!socket) throw new Error(`a socket ${id}`)
  return socket
}

function tcpOf(s: Socket): Tcp {
  if (!s.tcp) throw new Error('a socket of TCP')
  return s.tcp
}

const exists = (net: Net, id: number): boolean => net.state.sockets.has(id)

function* enter(net: Net, id: number, state: Socket['state']): Happening {
  const before = socketAt(net, id)
  const after = put(net, { ...before, state })
  yield* runSockOps(net, after, 'state', [stateOf(before), stateOf(after)])
}

const stateOf = (s: Socket): number =>
  [
    '',
    'established',
    'syn-sent',
    'syn-received',
    'fin-wait-1',
    'fin-wait-2',
    '',
    'closed',
    'close-wait',
    'last-ack',
    'listen',
    'closing',
  ].indexOf(s.state)

/** connect(): the socket has both addresses; a SYN leaves. */
export function* connect(net: Net, socket: Socket): Happening {
  const iss = initialSequence(net, socket.local, socket.remote)
  put(net, { ...socket, state: 'syn-sent', tcp: newTcp(iss, mssTo(net, socket)) })
  yield* runSockOps(net, socketAt(net, socket.id), 'tcpConnect')
  yield* sendSyn(net, socket.id)
}

/** Largest segment that fits the interface that the peer is reached by. */
function mssTo(net: Net, socket: Socket): number {
  const way = routeTo(namespaceOf(net, socket.ns), socket.remote.ip)
  return way.kind === 'none' ? DEFAULT_MSS : way.device.mtu - IP_AND_TCP[socket.family]
}

function* sendSyn(net: Net, id: number): Happening {
  const s = socketAt(net, id)
  const t = tcpOf(s)
  change(net, id, { sndNxt: add(t.iss, 1), sentNs: net.world.nowNs })
  arm(net, id)
  const flags: TcpFlag[] = s.state === 'syn-sent' ? ['SYN'] : ['SYN', 'ACK']
  yield* sendSegment(net, socketAt(net, id), flags, t.iss, NO_BYTES)
}

/** Starts the retransmission timer anew, or stops it where nothing is on the way. */
function arm(net: Net, id: number): void {
  const t = tcpOf(socketAt(net, id))
  if (t.sndNxt === t.sndUna) {
    change(net, id, { timer: 0 })
    return
  }
  const mark = ++net.state.timers
  change(net, id, { timer: mark })
  later(net, t.rtoNs, { kind: 'socket', socket: id, what: 'retransmit', mark })
}

function* sendSegment(net: Net, s: Socket, flags: readonly TcpFlag[], seq: number, data: Uint8Array): Happening {
  const t = tcpOf(s)
  const isSyn = flags.includes('SYN')
  const options = isSyn ? Uint8Array.of(2, 4, mssTo(net, s) >> 8, mssTo(net, s) & 0xff) : NO_BYTES
  const ack = flags.includes('ACK') ? t.rcvNxt : 0
  if (flags.includes('ACK')) change(net, s.id, { ackSent: t.rcvNxt })
  const skb = segment(net, s.local, s.remote, { seq, ack, flags, options }, data, s.id)
  yield* net.output(namespaceOf(net, s.ns), { ...skb, mark: s.mark, priority: s.priority })
}

interface Fields {
  readonly seq: number
  readonly ack: number
  readonly flags: readonly TcpFlag[]
  readonly options?: Uint8Array
}

function segment(net: Net, local: Endpoint, remote: Endpoint, fields: Fields, data: Uint8Array, socket: number): Skb {
  const bytes = buildPacket(
    [
      { kind: 'ethernet' },
      ipLayer(net, local.ip, remote.ip, true),
      { kind: 'tcp', sport: local.port, dport: remote.port, window: WINDOW, ...fields },
    ],
    data,
  )
  return newSkb(nextPacket(net), bytes, { socket })
}

/** Data of the application. Programs of a sockmap may drop it or send it elsewhere. */
export function* send(net: Net, id: number, data: Uint8Array): Happening {
  if (!exists(net, id) || data.length === 0) return
  const verdict = yield* runSockMap(net, socketAt(net, id), data, 'sk_msg')
  if (verdict.kind === 'drop') return note(net, socketAt(net, id), 'data dropped by sk_msg')
  if (verdict.kind === 'redirect') {
    note(net, socketAt(net, id), `data redirected by sk_msg to ${verdict.to.ns}:${verdict.to.local.port}`)
    if (verdict.ingress) return yield* net.app.received(net, verdict.to.id, data)
    return yield* enqueue(net, verdict.to.id, data)
  }
  yield* enqueue(net, id, data)
}

function note(net: Net, s: Socket, text: string): void {
  net.world.tell({ kind: 'note', atNs: net.world.nowNs, node: s.ns, text })
}

function* enqueue(net: Net, id: number, data: Uint8Array): Happening {
  const { out } = tcpOf(socketAt(net, id))
  change(net, id, { out: concat([out, data]) })
  yield* pump(net, id)
}

/** close(): what is still to be sent is, then a FIN. */
export function* close(net: Net, id: number): Happening {
  if (!exists(net, id)) return
  const s = socketAt(net, id)
  if (!s.tcp?.isClosing) yield* runSockHook(net, 'sock_release', s)
  if (s.state === 'syn-sent' || s.state === 'listen') return forget(net, s)
  change(net, id, { isClosing: true })
  yield* pump(net, id)
}

/** Sends what the window lets through. */
function* pump(net: Net, id: number): Happening {
  for (;;) {
    const s = socketAt(net, id)
    const t = tcpOf(s)
    if (s.state !== 'established' && s.state !== 'close-wait') return
    const flight = distance(t.sndNxt, t.sndUna)
    const room = Math.min(t.out.length, t.sndWnd, INITIAL_CWND * t.mss) - flight
    if (room > 0) {
      const data = t.out.slice(flight, flight + Math.min(room, t.mss))
      const isLast = flight + data.length === t.out.length
      change(net, id, { sndNxt: add(t.sndNxt, data.length), ...(flight === 0 && { sentNs: net.world.nowNs }) })
      if (flight === 0) arm(net, id)
      yield* sendSegment(net, socketAt(net, id), isLast ? ['PSH', 'ACK'] : ['ACK'], t.sndNxt, data)
      continue
    }
    if (!t.isClosing || t.isFinSent || flight < t.out.length) return
    change(net, id, { sndNxt: add(t.sndNxt, 1), isFinSent: true })
    if (flight === 0) arm(net, id)
    yield* enter(net, id, s.state === 'established' ? 'fin-wait-1' : 'last-ack')
    yield* sendSegment(net, socketAt(net, id), ['FIN', 'ACK'], t.sndNxt, NO_BYTES)
    return
  }
}

/** A segment that came in for a socket of this namespace. */
export function* receiveTcp(net: Net, ns: Namespace, skb: Skb, ip: IpHeader, socket: Socket | undefined): Happening {
  const seg = readTcp(skb.bytes, ip)
  const at = { ns: ns.name, place: `tcp ${ip.dport}` }
  if (!seg) return tell(net, skb, at, 'dropped', 'bad TCP header or checksum')
  if (!socket) {
    tell(net, skb, at, 'dropped', 'no socket')
    return yield* reset(net, ns, ip, seg)
  }
  const { app } = socket
  tell(net, skb, at, 'delivered', app.kind === 'listener' ? nameOf(socket.state, app.server, app.worker) : socket.state)
  if (socket.state === 'listen') return yield* accept(net, ns, ip, seg, socket)
  if (socket.state === 'syn-sent') return yield* inSynSent(net, ip, seg, socket)
  yield* inOrder(net, seg, socket)
}

/** RST for a segment that nobody takes. */
function* reset(net: Net, ns: Namespace, ip: IpHeader, seg: TcpHeader): Happening {
  if (seg.flags & RST) return
  const local = { ip: ip.dest, port: ip.dport }
  const remote = { ip: ip.source, port: ip.sport }
  const length = seg.data.length + (seg.flags & SYN ? 1 : 0) + (seg.flags & FIN ? 1 : 0)
  const fields: Fields =
    seg.flags & ACK ? { seq: seg.ack, ack: 0, flags: ['RST'] } : { seq: 0, ack: add(seg.seq, length), flags: ['RST', 'ACK'] }
  yield* net.output(ns, segment(net, local, remote, fields, NO_BYTES, 0))
}

function* accept(net: Net, ns: Namespace, ip: IpHeader, seg: TcpHeader, listener: Socket): Happening {
  if (seg.flags & RST) return
  if (seg.flags & ACK) return yield* reset(net, ns, ip, seg)
  if (!(seg.flags & SYN)) return
  const half = [...net.state.sockets.values()].filter((s) => s.listener === listener.id && s.state === 'syn-received').length
  if (half >= BACKLOG) return note(net, listener, `SYN dropped: ${BACKLOG} connections are half open`)
  const child = createSocket(net, ns, ip.family, 'tcp', newServerApp(listener.app))
  const local = { ip: ip.dest, port: ip.dport }
  const remote = { ip: ip.source, port: ip.sport }
  const own = put(net, { ...child, local, remote, asked: remote, listener: listener.id, state: 'syn-received' })
  const iss = initialSequence(net, local, remote)
  const mss = Math.min(mssTo(net, own), seg.mss || DEFAULT_MSS)
  put(net, { ...own, tcp: { ...newTcp(iss, mss), rcvNxt: add(seg.seq, 1), sndWnd: seg.window } })
  yield* sendSyn(net, own.id)
}

function* inSynSent(net: Net, ip: IpHeader, seg: TcpHeader, socket: Socket): Happening {
  const t = tcpOf(socket)
  if (seg.flags & ACK && seg.ack !== t.sndNxt) return yield* reset(net, namespaceOf(net, socket.ns), ip, seg)
  if (seg.flags & RST) {
    if (seg.flags & ACK) yield* fail(net, socket.id, 'connection refused')
    return
  }
  if (!(seg.flags & SYN) || !(seg.flags & ACK)) return
  const rtt = net.world.nowNs - t.sentNs
  change(net, socket.id, {
    rcvNxt: add(seg.seq, 1),
    sndUna: seg.ack,
    sndWnd: seg.window,
    mss: Math.min(t.mss, seg.mss || DEFAULT_MSS),
    retries: 0,
    rtoNs: t.retries === 0 ? Math.max(MIN_RTO_NS, 3 * rtt) : t.rtoNs,
    timer: 0,
  })
  yield* enter(net, socket.id, 'established')
  yield* runSockOps(net, socketAt(net, socket.id), 'activeEstablished')
  yield* sendSegment(net, socketAt(net, socket.id), ['ACK'], seg.ack, NO_BYTES)
  // The process wakes up after the kernel has sent its answer.
  later(net, WAKE_NS, { kind: 'socket', socket: socket.id, what: 'connected', mark: 0 })
}

/** The application is told that the connection came to nothing, and the socket is gone. */
function* fail(net: Net, id: number, why: string): Happening {
  const socket = socketAt(net, id)
  yield* enter(net, id, 'closed')
  // Who sat on it closes it, if that is not done yet.
  if (!tcpOf(socket).isClosing) yield* runSockHook(net, 'sock_release', socketAt(net, id))
  forget(net, socketAt(net, id))
  yield* net.app.failed(net, socket, why)
}

function* inOrder(net: Net, seg: TcpHeader, { id }: Socket): Happening {
  const before = socketAt(net, id)
  const t = tcpOf(before)
  if (before.state === 'syn-received' && seg.flags & SYN && !(seg.flags & ACK)) return yield* sendSyn(net, id)
  if (seg.flags & RST) {
    if (seg.seq === t.rcvNxt) yield* fail(net, id, 'connection reset')
    return
  }
  // Only what comes next is taken; anything else is answered with what is expected.
  if (seg.seq !== t.rcvNxt) return yield* acknowledge(net, id, true)
  if (!(seg.flags & ACK)) return
  if (!(yield* acknowledged(net, seg, id))) return
  if (seg.data.length > 0) {
    change(net, id, { rcvNxt: add(tcpOf(socketAt(net, id)).rcvNxt, seg.data.length) })
    yield* received(net, id, seg.data)
  }
  if (!exists(net, id)) return
  if (seg.flags & FIN) yield* finished(net, id)
  if (!exists(net, id)) return
  yield* pump(net, id)
  if (exists(net, id)) yield* acknowledge(net, id, false)
}

/** Takes what the peer has got off the queue. False = the socket is gone. */
function* acknowledged(net: Net, seg: TcpHeader, id: number): Happening<boolean> {
  const s = socketAt(net, id)
  const t = tcpOf(s)
  const got = distance(seg.ack, t.sndUna)
  if (distance(seg.ack, t.sndNxt) > 0) {
    yield* acknowledge(net, id, true)
    return false
  }
  change(net, id, { sndWnd: seg.window })
  if (got <= 0) return true
  const isHandshake = s.state === 'syn-received'
  const finAcked = t.isFinSent && seg.ack === t.sndNxt
  const data = got - (isHandshake ? 1 : 0) - (finAcked ? 1 : 0)
  const rtt = net.world.nowNs - t.sentNs
  const rtoNs = t.retries === 0 ? Math.max(MIN_RTO_NS, 3 * rtt) : MIN_RTO_NS
  change(net, id, { sndUna: seg.ack, out: t.out.slice(data), retries: 0, rtoNs, sentNs: net.world.nowNs })
  arm(net, id)
  // What followed a lost segment was not taken: the next one at once, instead of one at each turn of the timer.
  if (t.retries > 0 && !isHandshake) yield* resendFirst(net, id)
  if (isHandshake) {
    yield* enter(net, id, 'established')
    yield* runSockOps(net, socketAt(net, id), 'passiveEstablished')
    yield* net.app.connected(net, id)
  }
  if (!finAcked) return true
  if (s.state === 'fin-wait-1') yield* enter(net, id, 'fin-wait-2')
  if (s.state !== 'last-ack' && s.state !== 'closing') return true
  yield* gone(net, id)
  return false
}

/** Both sides have closed. */
function* gone(net: Net, id: number): Happening {
  const s = socketAt(net, id)
  yield* enter(net, id, 'closed')
  forget(net, socketAt(net, id))
  yield* net.app.closed(net, s)
}

/** Data for the application; programs of a sockmap may drop it or send it elsewhere. */
function* received(net: Net, id: number, data: Uint8Array): Happening {
  const verdict = yield* runSockMap(net, socketAt(net, id), data, 'sk_skb')
  if (verdict.kind === 'drop') return note(net, socketAt(net, id), 'data dropped by sk_skb')
  if (verdict.kind === 'pass') return yield* net.app.received(net, id, data)
  note(net, socketAt(net, id), `data redirected by sk_skb to ${verdict.to.ns}:${verdict.to.local.port}`)
  if (verdict.ingress) yield* net.app.received(net, verdict.to.id, data)
  else yield* enqueue(net, verdict.to.id, data)
}

/** The peer will send no more. */
function* finished(net: Net, id: number): Happening {
  const s = socketAt(net, id)
  change(net, id, { rcvNxt: add(tcpOf(s).rcvNxt, 1) })
  switch (s.state) {
    case 'established':
      yield* enter(net, id, 'close-wait')
      yield* net.app.ended(net, id)
      return
    case 'fin-wait-1':
      yield* enter(net, id, 'closing')
      return
    case 'fin-wait-2':
      yield* acknowledge(net, id, false)
      yield* gone(net, id)
      return
  }
}

/** An ACK where the peer has not been told yet, or in any case. */
function* acknowledge(net: Net, id: number, always: boolean): Happening {
  const s = socketAt(net, id)
  const t = tcpOf(s)
  if (always || t.ackSent !== t.rcvNxt) yield* sendSegment(net, s, ['ACK'], t.sndNxt, NO_BYTES)
}

/** The retransmission timer went off. */
export function* retransmit(net: Net, id: number, mark: number): Happening {
  const s = net.state.sockets.get(id)
  if (!s?.tcp || s.tcp.timer !== mark) return
  const t = s.tcp
  const limit = s.state === 'syn-sent' ? SYN_RETRIES : s.state === 'syn-received' ? SYNACK_RETRIES : DATA_RETRIES
  if (t.retries >= limit) return yield* fail(net, id, 'connection timed out')
  change(net, id, { retries: t.retries + 1, rtoNs: Math.min(MAX_RTO_NS, 2 * t.rtoNs) })
  yield* runSockOps(net, socketAt(net, id), 'retransmit')
  if (s.state === 'syn-sent' || s.state === 'syn-received') return yield* sendSyn(net, id)
  arm(net, id)
  yield* resendFirst(net, id)
}

/** The oldest segment that is not acknowledged once more. */
function* resendFirst(net: Net, id: number): Happening {
  const s = socketAt(net, id)
  const t = tcpOf(s)
  const data = t.out.slice(0, Math.min(t.mss, distance(t.sndNxt, t.sndUna)))
  if (data.length > 0) yield* sendSegment(net, s, ['PSH', 'ACK'], t.sndUna, data)
  else if (t.isFinSent && t.sndNxt !== t.sndUna) yield* sendSegment(net, s, ['FIN', 'ACK'], t.sndUna, NO_BYTES)
}

/** An ICMP error about a connection: one that is being made is given up. */
export function* unreachable(net: Net, socket: Socket, why: string): Happening {
  if (socket.state === 'syn-sent') yield* fail(net, socket.id, why)
}
