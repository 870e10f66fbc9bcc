// One invocation: a program started with a context. `startProgram` sets up what the program's type is given, as the hook (or a test run) of
// Linux would; then the machine runs, and `outcome` says what came of it.
//
//   xdp             data = whole frame                      sched_cls     data = whole frame, network header behind the MAC header
//   socket_filter   data = network header                   cgroup_skb    data = network header, and so for lwt, sk_skb
//
// All other contexts are bytes in Ram (context.ts).

import { concat } from '../base/index.ts'
import type { Fault } from '../vm/index.ts'
import { READ, run, type Stop, start, WRITE } from '../vm/index.ts'
import { DIRECT_HI, isInMapStruct, VMALLOC_HI } from './address.ts'
import { isStructKind, type ProgContext, putField, type SkbFields, structBytes, structField, wordBytes } from './context.ts'
import type { Kernel, LoadedProgram } from './kernel.ts'
import { copyPacket, fillPacket, PACKET_START, packetLo, showPacket, startFlowKeys } from './packet-buffer.ts'
import { createSkBuff, NET_SKB_PAD, SK_BUFF_SIZE, type SkBuff } from './sk-buff.ts'
import { createSock, type Sock, sockLo } from './sock.ts'
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
  lwt_in: 'l3',
  lwt_out: 'l3',
  lwt_xmit: 'l3',
  lwt_seg6local: 'l3',
  sk_skb: 'l3',
  sk_skb_parser: 'l3',
  sk_skb_verdict: 'l3',
  flow_dissector: 'l2',
}
const XDP_TYPES = new Set(['xdp', 'xdp_devmap', 'xdp_cpumap'])

export const isXdp = (progType: string): boolean => XDP_TYPES.has(progType)
/** Whether packets can be put before programs of this type. */
export const runsPackets = (progType: string): boolean => isXdp(progType) || Object.hasOwn(SKB_TYPES, progType)

/** Puts the packet (Ethernet header first, at least 14 bytes) before the program; `nowNs` is the time since boot. */
export function startInvocation(k: Kernel, p: LoadedProgram, packet: Uint8Array, nowNs: number, ctx: PacketContext = {}): StartResult {
  const { type } = p.program
  if (!runsPackets(type)) return { ok: false, unsupported: `program type ${type}` }
  return startProgram(k, p, isXdp(type) ? { kind: 'xdp', packet, ...ctx } : { kind: 'skb', packet, fields: ctx }, nowNs)
}

/**
 * Starts a program of any type with a context; `runInvocation` runs it. The context has to be one that the type has. `nowNs`: time since
 * boot; the kernel's own where it is left out.
 */
export function startProgram(k: Kernel, p: LoadedProgram, context: ProgContext, nowNs: number = k.nowNs): StartResult {
  const { type } = p.program
  k.nowNs = nowNs
  k.progType = type
  k.redirect = undefined
  k.site = {}
  k.skbRegion.to = k.xdpRegion.to = k.packet.keys.to = 0
  if (k.ctx.region) k.ctx.region.to = 0
  if (context.kind === 'xdp') {
    if (!isXdp(type)) return unfit(type, context)
    if (context.packet.length > XDP_LINEAR + MAX_FRAGS * FRAG_SIZE)
      return { ok: false, unsupported: 'XDP frames of more than 17 fragments' }
    startXdp(k, context)
    start(k.machine, p.code, k.xdpRegion.baseLo, VMALLOC_HI)
    return { ok: true }
  }
  if (context.kind === 'skb') {
    const level = SKB_TYPES[type]
    if (level === undefined) return unfit(type, context)
    startSkb(k, context, level === 'l2')
    if (type === 'flow_dissector') {
      startFlowKeys(k.packet, ETH_HLEN, (context.packet[12] ?? 0) | ((context.packet[13] ?? 0) << 8), context.dissect)
      k.skb.isDissected = context.dissect !== undefined
      k.skb.flowKeys = k.packet.keys.baseLo
    }
    start(k.machine, p.code, k.skbRegion.baseLo, DIRECT_HI)
    return { ok: true }
  }
  if (runsPackets(type)) return unfit(type, context)
  const bytes = contextBytesOf(k, context)
  if (!bytes) return { ok: false, unsupported: 'a context larger than memory' }
  if ('site' in context && context.site) k.site = context.site
  start(k.machine, p.code, k.ctx.ram, DIRECT_HI)
  return { ok: true }
}

const unfit = (type: string, context: ProgContext): StartResult => ({ ok: false, unsupported: `program type ${type} on ${context.kind}` })

type BytesContext = Exclude<ProgContext, { readonly kind: 'xdp' | 'skb' }>

/** Puts a context of bytes into Ram, where k.ctx says; false where memory ends. */
function contextBytesOf(k: Kernel, c: BytesContext): boolean {
  k.ctx.kind = c.kind
  k.ctx.sock = undefined
  if (c.kind === 'regs') return putContext(k, wordBytes(c.regs))
  if (c.kind === 'bytes') return putContext(k, c.bytes)
  if (c.kind === 'args') return putContext(k, wordBytes(c.result === undefined ? c.args : [...c.args, c.result]))
  if (!putContext(k, structBytes(c.kind, c.fields))) return false
  k.retval = c.retval ?? 0
  k.sysctl = c.sysctl
  if (c.retval !== undefined) setContextField(k, 'retval', BigInt(c.retval))
  if (c.sock) {
    k.ctx.sock = c.sock
    setContextField(k, 'sk', address(sockLo(c.sock)))
  }
  if (c.data) {
    const { headers = NO_HEADERS } = c
    const bytes = concat([headers, c.data])
    fillPacket(k.memory, k.packet, bytes, XDP_PACKET_HEADROOM)
    if (headers.length > 0) {
      const p = k.packet
      k.skb = createSkBuff()
      k.skb.macHeader = p.data
      k.skb.networkHeader = p.data + ETH_HLEN
      p.data = p.meta = p.data + headers.length
    }
    showContextData(k)
  }
  return true
}

/** Makes the pointers to data of a struct what the packet buffer says. */
export function showContextData(k: Kernel): void {
  const p = k.packet
  showPacket(p)
  for (const name of ['data', 'skb_data', 'optval']) setContextField(k, name, address(packetLo(p, p.data)))
  for (const name of ['data_end', 'skb_data_end', 'optval_end']) setContextField(k, name, address(packetLo(p, p.end)))
  if (k.ctx.kind === 'sk_msg') setContextField(k, 'size', BigInt(p.end - p.data))
}

const NO_HEADERS = new Uint8Array(0)

const address = (lo: number): bigint => (BigInt(DIRECT_HI >>> 0) << 32n) | BigInt(lo >>> 0)

const CONTEXT_ROOM = 1024

function putContext(k: Kernel, bytes: Uint8Array): boolean {
  const { ram } = k.memory
  if (!k.ctx.region || bytes.length > k.ctx.room) {
    const room = Math.max(CONTEXT_ROOM, bytes.length)
    if (k.ctx.region) k.memory.unmap(k.ctx.region)
    k.ctx.ram = ram.alloc(room)
    if (k.ctx.ram === 0) return false
    k.ctx.room = room
    k.ctx.region = k.memory.map({ kind: 'ctx', baseHi: DIRECT_HI, baseLo: k.ctx.ram, to: 0, rights: READ | WRITE })
  }
  ram.fill(k.ctx.ram, k.ctx.room, 0)
  ram.write(k.ctx.ram, bytes)
  k.ctx.size = bytes.length
  k.ctx.region!.to = bytes.length
  return true
}

/** Value of a field of the context, where the program was started with a struct; of an array the element. */
export function contextField(k: Kernel, name: string, index = 0): bigint | undefined {
  const { kind, ram } = k.ctx
  const field = isStructKind(kind) ? structField(kind, name) : undefined
  if (!field || index >= field.count) return undefined
  const { view } = k.memory.ram
  const at = ram + field.at + index * field.size
  return field.size === 8 ? view.getBigUint64(at, true) : BigInt(field.size === 4 ? view.getUint32(at, true) : view.getUint16(at, true))
}

/** Changes a field of the context under way; nothing where it has no such field. */
export function setContextField(k: Kernel, name: string, value: bigint, index = 0): void {
  const { kind, ram } = k.ctx
  const field = isStructKind(kind) ? structField(kind, name) : undefined
  if (!field) return
  const at = ram + field.at + index * field.size
  putField(k.memory.ram.view, at, field.size, value)
  k.memory.ram.touch(at, field.size)
}

/** The context's bytes now: what a syscall program hands back. */
export const contextBytes = (k: Kernel): Uint8Array => k.memory.ram.read(k.ctx.ram, k.ctx.size)

type XdpContext = Extract<ProgContext, { readonly kind: 'xdp' }>

function startXdp(k: Kernel, ctx: XdpContext): void {
  const { packet } = ctx
  fillPacket(k.memory, k.packet, packet.subarray(0, XDP_LINEAR), XDP_PACKET_HEADROOM)
  k.xdp = {
    frags: fillFrags(k, packet.subarray(XDP_LINEAR)),
    hardStart: PACKET_START - XDP_PACKET_HEADROOM,
    ingressIfindex: ctx.ingressIfindex ?? 1,
    rxQueueIndex: ctx.rxQueueIndex ?? 0,
    egressIfindex: ctx.egressIfindex ?? 0,
  }
  k.xdpRegion.to = XDP_MD_SIZE
  putMetadata(k, ctx.metadata)
  showPacket(k.packet)
}

function putMetadata(k: Kernel, bytes: Uint8Array | undefined): void {
  if (!bytes || bytes.length === 0) return
  const p = k.packet
  p.meta = p.data - bytes.length
  k.memory.ram.write(p.ram + p.meta, bytes)
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

type SkbContext = Extract<ProgContext, { readonly kind: 'skb' }>

function startSkb(k: Kernel, { packet, metadata, fields = {}, sock }: SkbContext, l2: boolean): void {
  const p = k.packet
  fillPacket(k.memory, p, packet, XDP_PACKET_HEADROOM)
  const skb = createSkBuff()
  k.skb = skb
  skb.head = p.data - NET_SKB_PAD
  skb.macHeader = p.data
  skb.networkHeader = p.data + ETH_HLEN
  skb.pktType = packetType(packet)
  skb.protocol = etherType(packet)
  setFields(skb, fields)
  if (sock === undefined) {
    skb.sock = k.socks[0] = createSock(0)
    fillSock(skb.sock, skb.protocol, packet)
  } else skb.sock = sock ?? undefined
  if (l2) putMetadata(k, metadata)
  else p.data = p.meta = skb.networkHeader
  k.skbRegion.to = SK_BUFF_SIZE
  showPacket(p)
}

function setFields(skb: SkBuff, f: SkbFields): void {
  skb.ifindex = f.ifindex ?? 1
  skb.ingressIfindex = f.ingressIfindex ?? 0
  skb.mark = f.mark ?? 0
  skb.priority = f.priority ?? 0
  skb.pktType = f.pktType ?? skb.pktType
  skb.queueMapping = f.queueMapping ?? 0
  if (f.vlanProto !== undefined) {
    skb.vlanPresent = true
    skb.vlanProto = f.vlanProto
    skb.vlanTci = f.vlanTci ?? 0
  }
  skb.tcClassid = f.tcClassid ?? 0
  skb.tcIndex = f.tcIndex ?? 0
  skb.wireLen = f.wireLen ?? 0
  skb.gsoSegs = f.gsoSegs ?? 0
  skb.gsoSize = f.gsoSize ?? 0
  skb.flowHash = f.flowHash ?? 0
  if (f.hash) {
    skb.hash = f.hash
    skb.hashValid = true
  }
  if (f.tstamp !== undefined) [skb.tstampLo, skb.tstampHi] = halves(f.tstamp)
  if (f.hwtstamp !== undefined) [skb.hwtstampLo, skb.hwtstampHi] = halves(f.hwtstamp)
  if (f.cb) skb.cb.set(f.cb.subarray(0, skb.cb.length))
}

const halves = (v: bigint): [number, number] => [Number(BigInt.asIntN(32, v)), Number(BigInt.asIntN(32, v >> 32n))]

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
function fillSock(sock: Sock, protocol: number, packet: Uint8Array): void {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength)
  if (protocol === 0x0008 && packet.length >= ETH_HLEN + 20) {
    sock.family = AF_INET
    sock.localIp4 = view.getInt32(ETH_HLEN + 12, true)
    sock.remoteIp4 = view.getInt32(ETH_HLEN + 16, true)
  } else if (protocol === 0xdd86 && packet.length >= ETH_HLEN + 40) {
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
  if (m.status === 'fault') {
    const fault = m.fault!
    // Programs may read it, and here it has no bytes.
    if (k.verified && fault.access === 'read' && isInMapStruct(fault.address))
      return { kind: 'unsupported', retval: 0, unsupported: 'memory of struct bpf_map' }
    return { kind: 'fault', retval: 0, fault }
  }
  if (m.status === 'unsupported') return { kind: 'unsupported', retval: 0, unsupported: m.feature }
  return m.status === 'exited' ? { kind: 'exited', retval: m.lo[0] >>> 0 } : { kind: 'fuel', retval: 0 }
}

const NO_FRAGS: readonly number[] = []

/** The packet's bytes now (for XDP from the metadata on, as a test run gives it back). */
export function packetBytes(k: Kernel): Uint8Array {
  const p = k.packet
  const { ram } = k.memory
  const frags = isXdp(k.progType) ? k.xdp.frags : NO_FRAGS
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
