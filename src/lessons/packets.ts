// Packets in words, for lessons and tests: "tcp 10.0.0.1:4000 > 10.0.0.2:80 syn ttl=3 data=474554".
// In: one line. Out: the bytes of an Ethernet frame, or undefined where the line says nothing that is known. Never throws.
//
//   tcp|udp|icmp|gre FROM[:PORT] > TO[:PORT] [syn ack fin rst psh] [ttl=N] [id=N] [tos=N] [options=N (bytes)] [fragment=N] [vlan=N] [data=HEX|bytes=N] [cut=N]
//   arp [request|reply] FROM > TO                eth TYPE [data=HEX|bytes=N]                hex HEX
import { fromHex } from '../base/index.ts'
import { buildPacket, IPPROTO, type LayerSpec, parseIpv4, parseIpv6, TCP_FLAGS, type TcpFlag } from '../packet/index.ts'

const KINDS = ['tcp', 'udp', 'icmp', 'gre'] as const
const MAX_PAYLOAD = 9000

export function packetOf(words: string): Uint8Array | undefined {
  const [kind, ...rest] = words.trim().split(/\s+/)
  const options = new Map(
    rest.flatMap((w) => (/^\w+=/.test(w) ? [[w.slice(0, w.indexOf('=')), w.slice(w.indexOf('=') + 1)] as const] : [])),
  )
  const plain = rest.filter((w) => !/^\w+=/.test(w) && w !== '>')
  const number = (name: string, otherwise = 0): number => (options.has(name) ? Number(options.get(name)) : otherwise)
  const numbers = ['ttl', 'id', 'tos', 'options', 'fragment', 'vlan', 'bytes', 'cut', 'seq', 'ack']
  if ([...options].some(([name, value]) => (numbers.includes(name) ? !/^\d{1,9}$/.test(value) : name !== 'data'))) return undefined
  const size = number('bytes')
  if (size > MAX_PAYLOAD) return undefined
  const data = options.has('data') ? fromHex(options.get('data') ?? '') : new Uint8Array(size).fill(0x61)
  if (!data) return undefined
  const layers = layersOf(kind, plain, number)
  const frame = kind === 'hex' ? fromHex(plain[0] ?? '') : layers && buildPacket(layers, data)
  return frame && options.has('cut') ? frame.slice(0, number('cut')) : frame
}

type Numbers = (name: string, otherwise?: number) => number

function layersOf(kind: string, plain: readonly string[], number: Numbers): LayerSpec[] | undefined {
  if (kind === 'eth') return plain[0] && /^0x[0-9a-f]{1,4}$/i.test(plain[0]) ? [{ kind: 'ethernet', type: Number(plain[0]) }] : undefined
  if (kind === 'arp') {
    const operation = plain[0] === 'reply' ? 'reply' : 'request'
    const [from, to] = plain.filter((w) => w !== 'reply' && w !== 'request')
    if (!parseIpv4(from ?? '') || !parseIpv4(to ?? '')) return undefined
    const ethernet: LayerSpec = operation === 'request' ? { kind: 'ethernet', destination: 'ff:ff:ff:ff:ff:ff' } : { kind: 'ethernet' }
    return [ethernet, { kind: 'arp', operation, senderMac: '02:00:00:00:00:01', senderIp: from, targetIp: to }]
  }
  const from = endpoint(plain[0])
  const to = endpoint(plain[1])
  if (!KINDS.some((k) => k === kind) || !from || !to || from.six !== to.six) return undefined
  const vlan: LayerSpec[] = number('vlan') > 0 ? [{ kind: 'vlan', id: number('vlan') }] : []
  const ip: LayerSpec = from.six
    ? { kind: 'ipv6', source: from.address, destination: to.address, hopLimit: number('ttl', 64) }
    : {
        kind: 'ipv4',
        source: from.address,
        destination: to.address,
        ttl: number('ttl', 64),
        id: number('id', 1),
        tos: number('tos'),
        options: new Uint8Array(number('options')).fill(1),
        ...(number('fragment') > 0 ? { fragmentOffset: number('fragment'), protocol: protocolOf(kind) } : {}),
      }
  const inner = number('fragment') > 0 ? [] : [transport(kind, from.port, to.port, plain.slice(2), from.six, number)]
  return inner.includes(undefined) ? undefined : [{ kind: 'ethernet' }, ...vlan, ip, ...(inner as LayerSpec[])]
}

const protocolOf = (kind: string): number => IPPROTO[kind as (typeof KINDS)[number]]

function transport(
  kind: string,
  sport: number,
  dport: number,
  flags: readonly string[],
  six: boolean,
  number: Numbers,
): LayerSpec | undefined {
  const upper = flags.map((f) => f.toUpperCase())
  if (kind !== 'tcp' && flags.length > 0) return undefined
  switch (kind) {
    case 'tcp':
      if (!upper.every((f) => TCP_FLAGS.some((known) => known === f))) return undefined
      return { kind: 'tcp', sport, dport, seq: number('seq', 1), ack: number('ack'), flags: upper as TcpFlag[] }
    case 'udp':
      return { kind: 'udp', sport, dport }
    case 'icmp':
      return six ? { kind: 'icmpv6', type: 128, rest: 0x10001 } : { kind: 'icmp', type: 8, rest: 0x10001 }
    default:
      return { kind: 'gre' }
  }
}

/** "10.0.0.1:80", "10.0.0.1", "[fd00::1]:80", "fd00::1". */
function endpoint(text: string | undefined): { readonly address: string; readonly port: number; readonly six: boolean } | undefined {
  const m = /^(?:\[([0-9a-fA-F:.]+)\]|([\d.]+)|([0-9a-fA-F:]+:[0-9a-fA-F:]*))(?::(\d{1,5}))?$/.exec(text ?? '')
  if (!m) return undefined
  const address = m[1] ?? m[2] ?? m[3]
  const port = Number(m[4] ?? 0)
  if (port > 65535) return undefined
  if (parseIpv4(address)) return { address, port, six: false }
  return parseIpv6(address) ? { address, port, six: true } : undefined
}
