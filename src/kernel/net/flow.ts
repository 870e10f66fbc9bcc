// What a flow is, where something asks for its hash: the queue of an interface about packets that come from no socket of its host, and programs by
// bpf_get_hash_recalc(). A flow dissector of the network namespace (or of the host, for all of its namespaces) finds the keys; without one, or where it says
// "continue", the kernel's own does. The hash itself is made up, as Linux's begins with a random number.
// Linux: __skb_flow_dissect(), bpf_flow_dissect() in net/core/flow_dissector.c; fq_classify() in net/sched/sch_fq.c.
import type { LoadedProgram } from '../kernel.ts'
import { jhash } from '../maps/jhash.ts'
import { flowKeys } from '../packet-buffer.ts'
import type { Happening } from '../world/engine.ts'
import { addressAt, addressBytes, endpointText, type Family } from './address.ts'
import { dissectorKey } from './attach.ts'
import { ETH_HLEN, ETH_P_IP, ETH_P_IPV6, readIp } from './headers.ts'
import { call, type Net, note, programsAt } from './net.ts'
import type { InterfaceRef, Namespace, Skb } from './types.ts'

const BPF_OK = 0
const CONTINUE = 129
const STOP_AT_FLOW_LABEL = 2
const GET_HASH_RECALC = 34
const CALL = 0x85
const SEED = 0x666c6f77

/** struct bpf_flow_keys */
const KEYS = { addressType: 4, protocol: 9, sport: 12, dport: 14, source: 16, dest4: 20, dest6: 32 } as const

/** Whether a program calls bpf_get_hash_recalc(). */
export function asksForHash({ program }: LoadedProgram): boolean {
  const view = new DataView(program.code.buffer, program.code.byteOffset, program.code.byteLength)
  for (let at = 0; at + 8 <= view.byteLength; at += 8)
    if (view.getUint8(at) === CALL && view.getUint8(at + 1) >> 4 === 0 && view.getInt32(at + 4, true) === GET_HASH_RECALC) return true
  return false
}

/** The hash of a packet's flow as a program finds it; 0 = no program is there. */
export function* dissectFlow(net: Net, ns: Namespace, skb: Skb, device: InterfaceRef): Happening<number> {
  const [attached] = [...programsAt(net, dissectorKey(ns.host)), ...programsAt(net, dissectorKey(ns.name))]
  if (!attached) return 0
  const { kernel } = ns
  const context = {
    kind: 'skb',
    packet: skb.bytes,
    sock: null,
    fields: { ifindex: device.ifindex, ingressIfindex: skb.ingress },
    dissect: STOP_AT_FLOW_LABEL,
  } as const
  const result = yield* call(net, ns, attached, { context })
  if (result.fault !== '' || result.unsupported !== '' || result.retval === CONTINUE) return ownHash(skb)
  const keys = flowKeys(kernel.packet, ETH_HLEN)
  const found = result.retval === BPF_OK ? flowOf(keys) : undefined
  const text = found === undefined ? 'no flow' : found.text
  note(net, ns.name, `flow of packet ${skb.id}: ${text}`)
  return hashOf(found?.bytes ?? new Uint8Array(1))
}

interface Flow {
  readonly text: string
  readonly bytes: Uint8Array
}

/** What the keys say: addresses of the type that they name, ports, protocol. */
function flowOf(keys: Uint8Array): Flow {
  const view = new DataView(keys.buffer, keys.byteOffset)
  const type = view.getUint16(KEYS.addressType, true)
  const protocol = keys[KEYS.protocol]
  const family: Family | undefined = type === ETH_P_IP ? 'ip4' : type === ETH_P_IPV6 ? 'ip6' : undefined
  const ports = keys.subarray(KEYS.sport, KEYS.dport + 2)
  if (!family) return { text: `protocol ${protocol} without addresses`, bytes: Uint8Array.of(protocol, ...ports) }
  const source = addressAt(keys, KEYS.source, family)
  const dest = addressAt(keys, family === 'ip4' ? KEYS.dest4 : KEYS.dest6, family)
  const [sport, dport] = [view.getUint16(KEYS.sport), view.getUint16(KEYS.dport)]
  return {
    text: `${endpointText(source, sport)} > ${endpointText(dest, dport)} protocol ${protocol}`,
    bytes: Uint8Array.of(protocol, ...ports, ...addressBytes(source), ...addressBytes(dest)),
  }
}

function ownHash({ bytes }: Skb): number {
  const ip = readIp(bytes)
  if (!ip) return hashOf(new Uint8Array(1))
  const ports = Uint8Array.of(ip.sport >> 8, ip.sport & 0xff, ip.dport >> 8, ip.dport & 0xff)
  return hashOf(Uint8Array.of(ip.protocol, ...ports, ...addressBytes(ip.source), ...addressBytes(ip.dest)))
}

/** Never 0, which would say that there is none. */
const hashOf = (flow: Uint8Array): number => jhash(new DataView(flow.buffer), 0, flow.length, SEED) >>> 0 || 1
