// Chains of rules as iptables has them: matched one after the other, each counted, so that a chain's cost can be set beside a hash table's. Rules
// that translate (dnat, snat) are asked once a connection, with its first packet; accept and drop are asked for every packet.
// Linux: the tables filter and nat of iptables; -m statistic --mode nth.
import type { ScenarioRule } from '../world/scenario.ts'
import { familyOf, type Ip, isWithin, parsePrefix } from './address.ts'
import { type Conn, connectionOf, connKey, type Direction, track, translation, withDnat, withSnat } from './conntrack.ts'
import { type Endpoint, readEndpoint } from './endpoint.ts'
import { IPPROTO_TCP, IPPROTO_UDP, type IpHeader, type Rewrite, readIp, rewritten } from './headers.ts'
import { isIcmp } from './icmp.ts'
import { ADVERTISEMENT, SOLICITATION } from './ndp.ts'
import type { Net } from './net.ts'
import type { Namespace, Skb } from './types.ts'

export type Chain = ScenarioRule['chain']
export type ChainVerdict = { readonly kind: 'pass'; readonly skb: Skb } | { readonly kind: 'drop'; readonly why: string }

/** Takes a packet through a chain of the namespace. */
export function runChain(net: Net, ns: Namespace, chain: Chain, skb: Skb): ChainVerdict {
  if (ns.rules.length === 0) return { kind: 'pass', skb }
  const ip = readIp(skb.bytes)
  if (!ip) return { kind: 'pass', skb }
  if (isNeighbourDiscovery(skb, ip)) return untracked(net, ns, chain, skb, ip)
  const known = skb.ct === '' ? undefined : connectionOf(net.state, skb.ct)
  const found = known ? { conn: known, direction: skb.ctWay } : track(net.state, ns.name, skb.bytes, ip)
  const { direction } = found
  let { conn } = found
  const isEstablished = conn.isAnswered
  for (const [index, rule] of ns.rules.entries()) {
    if (rule.chain !== chain) continue
    const isNat = rule.action === 'dnat' || rule.action === 'snat'
    if (isNat && (direction === 'reply' || (rule.action === 'dnat' ? conn.dnatDone : conn.snatDone))) continue
    net.state.rulesTraversed++
    if (!matches(rule, ip, isEstablished) || !isTurn(net, ns, index, rule)) continue
    if (rule.action === 'drop') return { kind: 'drop', why: `rule ${index + 1} of ${chain}` }
    if (rule.action === 'accept') break
    const target = targetOf(rule)
    conn = rule.action === 'dnat' ? withDnat(net.state, conn, target) : withSnat(net.state, conn, target)
    break
  }
  conn = decided(net, conn, chain, direction)
  const change = translated(conn, direction, chain, ip)
  const marked = { ...skb, ct: connKey(conn), ctWay: direction }
  return { kind: 'pass', skb: change ? { ...marked, bytes: rewritten(skb.bytes, ip, change) } : marked }
}

const isNeighbourDiscovery = ({ bytes }: Skb, ip: IpHeader): boolean =>
  ip.family === 'ip6' && isIcmp(ip) && (bytes[ip.l4] === SOLICITATION || bytes[ip.l4] === ADVERTISEMENT)

/** Neighbour discovery belongs to no connection: rules may drop it, and none translates it. */
function untracked(net: Net, ns: Namespace, chain: Chain, skb: Skb, ip: IpHeader): ChainVerdict {
  for (const [index, rule] of ns.rules.entries()) {
    if (rule.chain !== chain || rule.action === 'dnat' || rule.action === 'snat' || rule.established === true) continue
    net.state.rulesTraversed++
    if (!matches(rule, ip, false) || !isTurn(net, ns, index, rule)) continue
    return rule.action === 'drop' ? { kind: 'drop', why: `rule ${index + 1} of ${chain}` } : { kind: 'pass', skb }
  }
  return { kind: 'pass', skb }
}

/** A connection that no rule translated stays as it is for good. */
function decided(net: Net, conn: Conn, chain: Chain, direction: Direction): Conn {
  if (direction === 'reply') return conn
  if ((chain === 'prerouting' || chain === 'output') && !conn.dnatDone) return withDnat(net.state, conn, undefined)
  if ((chain === 'postrouting' || chain === 'input') && !conn.snatDone) return withSnat(net.state, conn, undefined)
  return conn
}

/** What differs from the packet, on the ways that translate. */
function translated(conn: Conn, direction: Direction, chain: Chain, ip: IpHeader): Rewrite | undefined {
  if (chain === 'forward' || chain === 'input') return undefined
  const to = translation(conn, direction, chain === 'postrouting' ? 'out' : 'in')
  const isSame =
    (to.source ?? ip.source) === ip.source &&
    (to.dest ?? ip.dest) === ip.dest &&
    (isIcmp(ip) || ((to.sport ?? ip.sport) === ip.sport && (to.dport ?? ip.dport) === ip.dport))
  return isSame ? undefined : to
}

function matches(rule: ScenarioRule, ip: IpHeader, isEstablished: boolean): boolean {
  if (rule.established !== undefined && rule.established !== isEstablished) return false
  if (rule.protocol !== undefined && !isOf(rule.protocol, ip)) return false
  // What a rule translates to is of one family, and so are the packets that it is for.
  const target = targetOf(rule)
  if (target && familyOf(target.ip) !== ip.family) return false
  if (rule.port !== undefined && rule.port !== ip.dport) return false
  return isFrom(rule.from, ip.source) && isFrom(rule.to, ip.dest)
}

function isOf(protocol: 'tcp' | 'udp' | 'icmp', ip: IpHeader): boolean {
  return protocol === 'icmp' ? isIcmp(ip) : ip.protocol === (protocol === 'tcp' ? IPPROTO_TCP : IPPROTO_UDP)
}

function isFrom(text: string | undefined, ip: Ip): boolean {
  if (text === undefined) return true
  const prefix = parsePrefix(text)
  return prefix !== undefined && isWithin(ip, prefix)
}

/** Every n-th new connection that comes to a rule, the first one first. */
function isTurn(net: Net, ns: Namespace, index: number, { every }: ScenarioRule): boolean {
  if (every === undefined) return true
  const key = `${ns.name} ${index}`
  const hits = net.state.ruleHits.get(key) ?? 0
  net.state.ruleHits.set(key, hits + 1)
  return hits % every === 0
}

const targetOf = ({ target = '' }: ScenarioRule): Endpoint | undefined => readEndpoint(target)
