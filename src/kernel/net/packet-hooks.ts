// Programs on packets where Linux runs them: XDP at the driver, tc on both ways of an interface, netfilter, cgroups, taps. Each function runs what is
// attached and says what becomes of the packet; the stack does it.
import { packetBytes } from '../invocation.ts'
import type { Kernel, Redirect } from '../kernel.ts'
import type { Happening } from '../world/engine.ts'
import type { ActivationResult } from '../world/types.ts'
import { type Prefix, swapped16 } from './address.ts'
import { lwtKey } from './attach.ts'
import { asksForHash, dissectFlow } from './flow.ts'
import { ETH_HLEN, putEtherType } from './headers.ts'
import { type AttachedProgram, call, cgroupPrograms, type Net, namespaceOf, newClones, programsAt } from './net.ts'
import { socketOfSock } from './socket.ts'
import { type InterfaceRef, type Namespace, type NetInterface, NO_META, type Skb } from './types.ts'

/** What a hook decided. */
export type Verdict =
  | { readonly kind: 'pass'; readonly skb: Skb }
  | { readonly kind: 'drop'; readonly skb: Skb; readonly why: string }
  /** Back out of the interface that it came in at. */
  | { readonly kind: 'tx'; readonly skb: Skb }
  | { readonly kind: 'redirect'; readonly skb: Skb; readonly to: Redirect }
  /** A program keeps it. */
  | { readonly kind: 'stolen'; readonly skb: Skb }

const XDP_DROP = 1
const XDP_PASS = 2
const XDP_TX = 3
const XDP_REDIRECT = 4

const troubleOf = ({ fault, unsupported }: ActivationResult): string => fault || unsupported

export function* runXdp(
  net: Net,
  device: NetInterface,
  skb: Skb,
  key = `xdp ${device.ns} ${device.ifindex}`,
  egressIfindex = 0,
): Happening<Verdict> {
  let { bytes } = skb
  // A socket buffer's metadata is not XDP's to see; it stays where the program puts none of its own.
  let meta = skb.isFrame ? skb.meta : NO_META
  for (const attached of programsAt(net, key)) {
    const ns = namespaceOf(net, device.ns)
    const { kernel } = ns
    const context = { kind: 'xdp', packet: bytes, metadata: meta, ingressIfindex: device.ifindex, egressIfindex } as const
    const result = yield* call(net, ns, attached, { context })
    const trouble = troubleOf(result)
    if (trouble !== '') return { kind: 'drop', skb, why: trouble }
    bytes = frameNow(kernel)
    meta = metaNow(kernel)
    const out = { ...skb, bytes, meta }
    switch (result.retval) {
      case XDP_PASS:
        break
      case XDP_TX:
        return { kind: 'tx', skb: out }
      case XDP_REDIRECT:
        return kernel.redirect ? { kind: 'redirect', skb: out, to: kernel.redirect } : { kind: 'drop', skb: out, why: 'xdp redirect' }
      default:
        return { kind: 'drop', skb: out, why: result.retval === XDP_DROP ? 'xdp' : 'xdp aborted' }
    }
  }
  if (bytes === skb.bytes) return { kind: 'pass', skb }
  return { kind: 'pass', skb: { ...skb, bytes, meta: meta.length === 0 && !skb.isFrame ? skb.meta : meta } }
}

/** The frame as the program left it, metadata left out. */
function frameNow(kernel: Kernel): Uint8Array {
  const { data, meta } = kernel.packet
  return packetBytes(kernel).slice(data - meta)
}

function metaNow(kernel: Kernel): Uint8Array {
  const { data, meta } = kernel.packet
  return data === meta ? NO_META : packetBytes(kernel).slice(0, data - meta)
}

const TC_ACT_UNSPEC = -1
const TC_ACT_OK = 0
const TC_ACT_RECLASSIFY = 1
const TC_ACT_SHOT = 2
const TC_ACT_PIPE = 3
const TC_ACT_REDIRECT = 7

export function* runTc(net: Net, device: NetInterface, skb: Skb, way: 'ingress' | 'egress'): Happening<Verdict> {
  let now = skb
  for (const attached of programsAt(net, `tc ${device.ns} ${device.ifindex} ${way}`)) {
    const ns = namespaceOf(net, device.ns)
    const effects = ns.kernel.effects.count
    const result = yield* onSkb(net, ns, attached, now, device, way === 'ingress')
    const trouble = troubleOf(result)
    if (trouble !== '') return { kind: 'drop', skb: now, why: trouble }
    now = skbNow(ns.kernel, now, true)
    if (way === 'ingress') now = { ...now, socket: assignedTo(net, ns, now, effects) }
    switch (result.retval | 0) {
      // The next program; behind the last one it passes.
      case TC_ACT_UNSPEC:
      case TC_ACT_PIPE:
        continue
      case TC_ACT_OK:
      case TC_ACT_RECLASSIFY:
        return { kind: 'pass', skb: now }
      case TC_ACT_SHOT:
        return { kind: 'drop', skb: now, why: `tc ${way}` }
      case TC_ACT_REDIRECT:
        return ns.kernel.redirect ? { kind: 'redirect', skb: now, to: ns.kernel.redirect } : { kind: 'drop', skb: now, why: 'tc redirect' }
      case 4:
      case 5:
      case 8:
        return { kind: 'stolen', skb: now }
      default:
        // Linux takes what it does not know for "unspecified".
        continue
    }
  }
  return { kind: 'pass', skb: now }
}

/** The socket that a program gave the packet to (bpf_sk_assign()) since the effects counted `from`. */
function assignedTo(net: Net, ns: Namespace, skb: Skb, from: number): number {
  const { effects } = ns.kernel
  for (let i = effects.count - 1; i >= from; i--) {
    const effect = effects.items[i]
    if (effect.kind === 'assign-socket') return (effect.sock && socketOfSock(net, ns.host, effect.sock.id)?.id) ?? 0
  }
  return skb.socket
}

/** Programs on packet sockets, as tcpdump opens them: they see a copy and decide nothing about the packet. */
export function* runTaps(net: Net, device: NetInterface, skb: Skb): Happening {
  for (const attached of programsAt(net, `tap ${device.ns} ${device.ifindex}`))
    yield* onSkb(net, namespaceOf(net, device.ns), attached, skb, device, false)
}

/** cgroup_skb programs; the packet keeps its link layer header, which they do not see. */
export function* runCgroupSkb(net: Net, ns: Namespace, device: NetInterface, skb: Skb, way: 'ingress' | 'egress'): Happening<Verdict> {
  const types = way === 'egress' ? ['cgroup_skb_egress'] : ['cgroup_skb', 'cgroup_skb_ingress']
  let now = skb
  let isAllowed = true
  for (const type of types) {
    for (const attached of cgroupPrograms(net, ns, type)) {
      const result = yield* onSkb(net, ns, attached, now, device, false)
      const trouble = troubleOf(result)
      if (trouble !== '') return { kind: 'drop', skb: now, why: trouble }
      now = skbNow(ns.kernel, now, false)
      if ((result.retval & 1) === 0) isAllowed = false
    }
  }
  return isAllowed ? { kind: 'pass', skb: now } : { kind: 'drop', skb: now, why: `cgroup ${way}` }
}

const BPF_OK = 0
const BPF_DROP = 2
const BPF_REDIRECT = 7
const BPF_LWT_REROUTE = 128

export type LwtVerdict = Exclude<Verdict, { readonly kind: 'tx' | 'stolen' }> | { readonly kind: 'reroute'; readonly skb: Skb }

/**
 * The program on a route with a lightweight tunnel, which sees the packet from its network header on. `ifindex`: the interface that the packet is on
 * then, 0 = none yet. A redirect is for a packet that has been given a link layer header. Linux: run_lwt_bpf() in net/core/lwt_bpf.c.
 */
export function* runLwt(
  net: Net,
  ns: Namespace,
  type: 'lwt_in' | 'lwt_out' | 'lwt_xmit',
  route: Prefix,
  skb: Skb,
  ifindex: number,
): Happening<LwtVerdict> {
  const [attached] = programsAt(net, lwtKey(type, ns.name, route))
  if (!attached) return { kind: 'pass', skb }
  const hook = type.replace('_', ' ')
  const result = yield* onSkb(net, ns, attached, skb, { ns: ns.name, ifindex }, false)
  const trouble = troubleOf(result)
  if (trouble !== '') return { kind: 'drop', skb, why: trouble }
  const { kernel } = ns
  const now = skbNow(kernel, skb, false)
  switch (result.retval) {
    case BPF_OK:
      return { kind: 'pass', skb: now }
    case BPF_LWT_REROUTE:
      // Behind lwt_out Linux does not look for a route again.
      return type === 'lwt_out' ? { kind: 'pass', skb: now } : { kind: 'reroute', skb: now }
    case BPF_REDIRECT:
      if (type !== 'lwt_xmit') return { kind: 'pass', skb: now }
      if (!kernel.redirect || kernel.skb.networkHeader <= kernel.packet.data)
        return { kind: 'drop', skb: now, why: 'redirect without a link layer header' }
      return { kind: 'redirect', skb: { ...now, bytes: frameNow(kernel) }, to: kernel.redirect }
    case BPF_DROP:
      return { kind: 'drop', skb: now, why: hook }
    default:
      return { kind: 'drop', skb: now, why: `${hook} returned ${result.retval}` }
  }
}

const NF_ACCEPT = 1

/** BPF programs on netfilter's hooks. */
export function* runNetfilter(net: Net, ns: Namespace, chain: string, skb: Skb): Happening<Verdict> {
  for (const attached of programsAt(net, `nf ${ns.name} ${chain}`)) {
    const result = yield* call(net, ns, attached, { context: { kind: 'netfilter', fields: {} } })
    const trouble = troubleOf(result)
    if (trouble !== '') return { kind: 'drop', skb, why: trouble }
    if (result.retval !== NF_ACCEPT) return { kind: 'drop', skb, why: `netfilter ${chain}` }
  }
  return { kind: 'pass', skb }
}

function* onSkb(
  net: Net,
  ns: Namespace,
  attached: AttachedProgram,
  skb: Skb,
  device: InterfaceRef,
  atIngress: boolean,
): Happening<ActivationResult> {
  const { kernel } = ns
  // The program asks for the flow's hash, and a program of the namespace has a say in what a flow is.
  const flowHash = skb.hash === 0 && asksForHash(attached.program) ? yield* dissectFlow(net, ns, skb, device) : 0
  const sock = skb.socket === 0 ? undefined : kernel.socks[net.state.sockets.get(skb.socket)?.sock ?? -1]
  const context = {
    kind: 'skb',
    packet: skb.bytes,
    metadata: skb.meta,
    sock: sock ?? null,
    fields: {
      ifindex: device.ifindex,
      ingressIfindex: skb.ingress,
      mark: skb.mark,
      priority: skb.priority,
      tcClassid: skb.tcClassid,
      queueMapping: skb.queueMapping,
      tstamp: BigInt(skb.tstampNs),
      hash: skb.hash,
      flowHash,
      wireLen: skb.bytes.length,
      ...(skb.vlanProto === 0 ? {} : { vlanTci: skb.vlanTci, vlanProto: swapped16(skb.vlanProto) }),
    },
  } as const
  const clones = kernel.effects.count
  const result = yield* call(net, ns, attached, {
    context,
    begun: () => {
      kernel.skb.atTcIngress = atIngress
    },
  })
  newClones(net, ns, skb, clones)
  return result
}

/** The packet as the program left it. */
function skbNow(kernel: Kernel, before: Skb, hasLinkHeader: boolean): Skb {
  const k = kernel.skb
  const bytes = hasLinkHeader ? frameNow(kernel) : withHeader(before.bytes, frameNow(kernel))
  // The packet's type is the kernel's to say where a program made another one of it.
  if (hasLinkHeader && bytes.length >= ETH_HLEN) {
    const type = swapped16(k.protocol)
    bytes[12] = type >> 8
    bytes[13] = type & 0xff
  }
  return {
    ...before,
    bytes,
    meta: hasLinkHeader ? metaNow(kernel) : NO_META,
    mark: k.mark >>> 0,
    priority: k.priority >>> 0,
    tstampNs: (k.tstampHi >>> 0) * 4294967296 + (k.tstampLo >>> 0),
    tcClassid: k.tcClassid,
    hash: k.hashValid ? k.hash : 0,
    queueMapping: k.queueMapping,
    vlanTci: k.vlanPresent ? k.vlanTci : 0,
    vlanProto: k.vlanPresent ? swapped16(k.vlanProto) : 0,
  }
}

function withHeader(frame: Uint8Array, rest: Uint8Array): Uint8Array {
  const out = new Uint8Array(ETH_HLEN + rest.length)
  out.set(frame.subarray(0, ETH_HLEN))
  out.set(rest, ETH_HLEN)
  // A program may have put another packet around this one.
  putEtherType(out)
  return out
}
