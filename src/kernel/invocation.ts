// One invocation: a packet put before a loaded program. Sets up the context that the program's type is given, as the hook (or a test run)
// of Linux would; then the machine runs, and `outcome` says what came of it.
//
//   xdp             data = whole frame                      sched_cls     data = whole frame, network header behind the MAC header
//   socket_filter   data = network header                   cgroup_skb    data = network header

import type { Fault } from '../vm/index.ts'
import { run, type Stop, start } from '../vm/index.ts'
import { DIRECT_HI, SKB_LO, VMALLOC_HI, XDP_BUFF_LO } from './address.ts'
import type { Kernel, LoadedProgram } from './kernel.ts'
import { copyPacket, fillPacket, PACKET_START, showPacket } from './packet-buffer.ts'
import { createSkBuff, NET_SKB_PAD, SK_BUFF_SIZE, type SkBuff } from './sk-buff.ts'
import { FRAG_SIZE, MAX_FRAGS, XDP_LINEAR, XDP_MD_SIZE, XDP_PACKET_HEADROOM } from './xdp-buff.ts'

export const ETH_HLEN = 14

/** Fields of the context that differ from a packet fresh off loopback. */
export interface PacketContext {
  readonly ingressIfindex?: number
  readonly ifindex?: number
  readonly rxQueueIndex?: number
  readonly mark?: number
  readonly priority?: number
}

export type StartResult = { readonly ok: true } | { readonly ok: false; readonly unsupported: string }

const SKB_TYPES: Readonly<Record<string, 'l2' | 'l3'>> = {
  sched_cls: 'l2',
  sched_act: 'l2',
  socket_filter: 'l3',
  cgroup_skb: 'l3',
  cgroup_skb_ingress: 'l3',
  cgroup_skb_egress: 'l3',
}

/** Whether packets can be put before programs of this type. */
export const runsPackets = (progType: string): boolean => progType === 'xdp' || Object.hasOwn(SKB_TYPES, progType)

/** Puts the packet (Ethernet header first, at least 14 bytes) before the program; `nowNs` is the time since boot. */
export function startInvocation(k: Kernel, p: LoadedProgram, packet: Uint8Array, nowNs: number, ctx: PacketContext = {}): StartResult {
  const type = p.program.type
  if (!runsPackets(type)) return { ok: false, unsupported: `program type ${type}` }
  if (type === 'xdp' && packet.length > XDP_LINEAR + MAX_FRAGS * FRAG_SIZE)
    return { ok: false, unsupported: 'XDP frames of more than 17 fragments' }
  k.nowNs = nowNs
  k.progType = type
  k.redirect = undefined
  k.skbRegion.to = k.xdpRegion.to = 0
  if (type === 'xdp') startXdp(k, packet, ctx)
  else startSkb(k, packet, ctx, SKB_TYPES[type] === 'l2')
  const xdp = type === 'xdp'
  start(k.machine, p.code, xdp ? XDP_BUFF_LO : SKB_LO, xdp ? VMALLOC_HI : DIRECT_HI)
  return { ok: true }
}

function startXdp(k: Kernel, packet: Uint8Array, ctx: PacketContext): void {
  fillPacket(k.memory, k.packet, packet.subarray(0, XDP_LINEAR), XDP_PACKET_HEADROOM)
  k.xdp = {
    frags: fillFrags(k, packet.subarray(XDP_LINEAR)),
    hardStart: PACKET_START - XDP_PACKET_HEADROOM,
    ingressIfindex: ctx.ingressIfindex ?? 1,
    rxQueueIndex: ctx.rxQueueIndex ?? 0,
    egressIfindex: 0,
  }
  k.xdpRegion.to = XDP_MD_SIZE
  showPacket(k.packet)
}

/** Puts the bytes into fragments and answers their sizes. */
function fillFrags(k: Kernel, bytes: Uint8Array): number[] {
  const sizes: number[] = []
  if (bytes.length > 0 && k.fragRam === 0) k.fragRam = k.memory.ram.alloc(MAX_FRAGS * FRAG_SIZE)
  for (let at = 0; at < bytes.length; at += FRAG_SIZE) {
    const part = bytes.subarray(at, at + FRAG_SIZE)
    k.memory.ram.fill(k.fragRam + at, FRAG_SIZE, 0)
    k.memory.ram.write(k.fragRam + at, part)
    sizes.push(part.length)
  }
  return sizes
}

function startSkb(k: Kernel, packet: Uint8Array, ctx: PacketContext, l2: boolean): void {
  const p = k.packet
  fillPacket(k.memory, p, packet, XDP_PACKET_HEADROOM)
  const skb = createSkBuff()
  k.skb = skb
  skb.head = p.data - NET_SKB_PAD
  skb.macHeader = p.data
  skb.networkHeader = p.data + ETH_HLEN
  skb.pktType = packetType(packet)
  skb.protocol = etherType(packet)
  skb.ifindex = ctx.ifindex ?? 1
  skb.ingressIfindex = ctx.ingressIfindex ?? 0
  skb.mark = ctx.mark ?? 0
  skb.priority = ctx.priority ?? 0
  fillSock(skb, packet)
  if (!l2) p.data = p.meta = skb.networkHeader
  k.skbRegion.to = SK_BUFF_SIZE
  showPacket(p)
}

const PACKET_MULTICAST = 2
const PACKET_OTHERHOST = 3

/** Linux: eth_skb_pkt_type(), with loopback's address and broadcast address, which are all zero. */
function packetType(eth: Uint8Array): number {
  if (eth[0] & 1) return PACKET_MULTICAST
  for (let i = 0; i < 6; i++) if (eth[i] !== 0) return PACKET_OTHERHOST
  return 0
}

/** What eth_type_trans() says, as a little-endian load of the network-order value. */
function etherType(eth: Uint8Array): number {
  if (eth[12] >= 6) return eth[12] | (eth[13] << 8)
  return eth[14] === 0xff && eth[15] === 0xff ? 0x0100 : 0x0400
}

const AF_INET = 2
const AF_INET6 = 10

/** A test run's socket has the packet's addresses. */
function fillSock(skb: SkBuff, packet: Uint8Array): void {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength)
  const { sock } = skb
  if (skb.protocol === 0x0008 && packet.length >= ETH_HLEN + 20) {
    sock.family = AF_INET
    sock.localIp4 = view.getInt32(ETH_HLEN + 12, true)
    sock.remoteIp4 = view.getInt32(ETH_HLEN + 16, true)
  } else if (skb.protocol === 0xdd86 && packet.length >= ETH_HLEN + 40) {
    sock.family = AF_INET6
    for (let i = 0; i < 4; i++) {
      sock.localIp6[i] = view.getInt32(ETH_HLEN + 8 + 4 * i, true)
      sock.remoteIp6[i] = view.getInt32(ETH_HLEN + 24 + 4 * i, true)
    }
  }
}

/** Runs up to `fuel` instructions of the invocation. */
export const runInvocation = (k: Kernel, fuel: number): Stop => k.engine(k.machine, fuel)

/** The same with the interpreter, which keeps all that a debugger shows: registers, and which bytes of the stack were written. */
export const stepInvocation = (k: Kernel, fuel: number): Stop => run(k.machine, fuel)

export interface Outcome {
  readonly kind: Stop
  readonly retval: number
  readonly fault?: Fault
  readonly unsupported?: string
}

/** How the invocation stands. */
export function outcome(k: Kernel): Outcome {
  const m = k.machine
  if (m.status === 'fault') return { kind: 'fault', retval: 0, fault: m.fault! }
  if (m.status === 'unsupported') return { kind: 'unsupported', retval: 0, unsupported: m.feature }
  return m.status === 'exited' ? { kind: 'exited', retval: m.lo[0] >>> 0 } : { kind: 'fuel', retval: 0 }
}

const NO_FRAGS: readonly number[] = []

/** The packet's bytes now (for XDP from the metadata on, as a test run gives it back). */
export function packetBytes(k: Kernel): Uint8Array {
  const p = k.packet
  const { ram } = k.memory
  const frags = k.progType === 'xdp' ? k.xdp.frags : NO_FRAGS
  if (frags.length === 0) return copyPacket(p, p.meta, p.end)
  const out = new Uint8Array(frags.reduce((sum, n) => sum + n, p.end - p.meta))
  out.set(ram.read(p.ram + p.meta, p.end - p.meta))
  let at = p.end - p.meta
  for (const [i, size] of frags.entries()) {
    out.set(ram.read(k.fragRam + i * FRAG_SIZE, size), at)
    at += size
  }
  return out
}
