// Expression to classic BPF. Each expression becomes a decision graph by handing every part its two ways out (continuations), so
// `and`, `or` and `not` cost nothing; equal nodes are shared. The graph is then laid out in order; classic jumps go forward and at most
// 255 instructions far. Reference: pcap-filter(7), Linux Documentation/networking/filter.rst.
import type { Diagnostic } from '../diag/index.ts'
import type { Direction, Expression } from './expression.ts'

/** One classic instruction. `jt` and `jf` count from the next one. */
export type ClassicInsn =
  | { readonly op: 'ldh' | 'ldb' | 'ld'; readonly k: number }
  /** A = halfword at X + k. */
  | { readonly op: 'ldh_ind'; readonly k: number }
  /** X = 4 * (packet[k] & 0xf): the length of an IPv4 header. */
  | { readonly op: 'ldxb_msh'; readonly k: number }
  | { readonly op: 'jeq' | 'jset'; readonly k: number; readonly jt: number; readonly jf: number }
  | { readonly op: 'ret'; readonly k: number }

export interface ClassicResult {
  readonly insns?: readonly ClassicInsn[]
  readonly diagnostics: readonly Diagnostic[]
}

/** What tcpdump asks for by default: as much of the packet as there is. */
const SNAP_LENGTH = 262144

type Load = { readonly op: 'ldh' | 'ldb' | 'ld' | 'ldh_ind'; readonly k: number; readonly msh?: boolean }
interface Test {
  readonly load: Load
  readonly op: 'jeq' | 'jset'
  readonly k: number
  readonly yes: Node
  readonly no: Node
}
type Node = Test | 'accept' | 'reject'

const ETHER_TYPE: Load = { op: 'ldh', k: 12 }
const IP_PROTOCOL: Load = { op: 'ldb', k: 23 }
const IP6_NEXT: Load = { op: 'ldb', k: 20 }
const IP_FRAGMENT: Load = { op: 'ldh', k: 20 }
const NUMBERS = { tcp: 6, udp: 17, sctp: 132, icmp: 1, icmp6: 58 } as const

/** Classic BPF of an expression ('everything' = no filter). */
export function toClassic(expression: Expression | 'everything'): ClassicResult {
  return layOut(expression === 'everything' ? 'accept' : graph(expression, 'accept', 'reject'))
}

function test(load: Load, op: 'jeq' | 'jset', k: number, yes: Node, no: Node): Node {
  return yes === no ? yes : { load, op, k, yes, no }
}
const isEtherType = (type: number, yes: Node, no: Node): Node => test(ETHER_TYPE, 'jeq', type, yes, no)
const either = (a: (yes: Node, no: Node) => Node, b: (yes: Node, no: Node) => Node, yes: Node, no: Node): Node => a(yes, b(yes, no))

function graph(e: Expression, yes: Node, no: Node): Node {
  switch (e.kind) {
    case 'and':
      return graph(e.left, graph(e.right, yes, no), no)
    case 'or':
      return graph(e.left, yes, graph(e.right, yes, no))
    case 'not':
      return graph(e.of, no, yes)
    case 'protocol':
      return protocolGraph(e.protocol, yes, no)
    case 'host':
      return hostGraph(e.direction, e.address, yes, no)
    case 'port':
      return portGraph(e, yes, no)
  }
}

function protocolGraph(protocol: Extract<Expression, { kind: 'protocol' }>['protocol'], yes: Node, no: Node): Node {
  switch (protocol) {
    case 'ip':
      return isEtherType(0x800, yes, no)
    case 'ip6':
      return isEtherType(0x86dd, yes, no)
    case 'arp':
      return isEtherType(0x806, yes, no)
    case 'icmp':
      return isEtherType(0x800, test(IP_PROTOCOL, 'jeq', NUMBERS.icmp, yes, no), no)
    case 'icmp6':
      return isEtherType(0x86dd, ip6Protocol(NUMBERS.icmp6, yes, no), no)
    default: {
      const ip = isEtherType(0x800, test(IP_PROTOCOL, 'jeq', NUMBERS[protocol], yes, no), no)
      return isEtherType(0x86dd, ip6Protocol(NUMBERS[protocol], yes, no), ip)
    }
  }
}

/** Next header, looked for behind one fragment header too. */
function ip6Protocol(number: number, yes: Node, no: Node): Node {
  return test(IP6_NEXT, 'jeq', number, yes, test(IP6_NEXT, 'jeq', 44, test({ op: 'ldb', k: 54 }, 'jeq', number, yes, no), no))
}

function hostGraph(direction: Direction, address: number, yes: Node, no: Node): Node {
  const at = (src: number, dst: number) => addressAt(direction, src, dst, address, yes, no)
  const arp = isEtherType(0x806, at(28, 38), isEtherType(0x8035, at(28, 38), no))
  return isEtherType(0x800, at(26, 30), arp)
}

function addressAt(direction: Direction, src: number, dst: number, address: number, yes: Node, no: Node): Node {
  const source = (y: Node, n: Node) => test({ op: 'ld', k: src }, 'jeq', address, y, n)
  const destination = (y: Node, n: Node) => test({ op: 'ld', k: dst }, 'jeq', address, y, n)
  if (direction === 'src') return source(yes, no)
  return direction === 'dst' ? destination(yes, no) : either(source, destination, yes, no)
}

function portGraph(e: Extract<Expression, { kind: 'port' }>, yes: Node, no: Node): Node {
  const numbers = e.protocol === 'any' ? [NUMBERS.sctp, NUMBERS.tcp, NUMBERS.udp] : [NUMBERS[e.protocol]]
  const ports = (load: (k: number) => Load): Node => {
    const source = (y: Node, n: Node) => test(load(0), 'jeq', e.port, y, n)
    const destination = (y: Node, n: Node) => test(load(2), 'jeq', e.port, y, n)
    if (e.direction === 'src') return source(yes, no)
    return e.direction === 'dst' ? destination(yes, no) : either(source, destination, yes, no)
  }
  const anyOf = (load: Load, then: Node): Node => numbers.reduceRight<Node>((rest, n) => test(load, 'jeq', n, then, rest), no)
  const ip6 = anyOf(
    IP6_NEXT,
    ports((k) => ({ op: 'ldh', k: 54 + k })),
  )
  const ip4Ports = ports((k) => ({ op: 'ldh_ind', k: 14 + k, msh: true }))
  const ip4 = anyOf(IP_PROTOCOL, test(IP_FRAGMENT, 'jset', 0x1fff, no, ip4Ports))
  return isEtherType(0x86dd, ip6, isEtherType(0x800, ip4, no))
}

/** Nodes in order (every edge forward), then instructions with distances. */
function layOut(root: Node): ClassicResult {
  const order = inOrder(root)
  if (order.length === 0) return { insns: [{ op: 'ret', k: root === 'accept' ? SNAP_LENGTH : 0 }], diagnostics: [] }
  const keyed = order.map((n) => [n, nodeInsns(n)] as const)
  const start = new Map<Node, number>()
  let length = 0
  for (const [node, insns] of keyed) {
    start.set(node, length)
    length += insns
  }
  start.set('accept', length)
  start.set('reject', length + 1)
  const out: ClassicInsn[] = []
  for (const [node] of keyed) {
    if (node.load.msh) out.push({ op: 'ldxb_msh', k: 14 })
    out.push({ op: node.load.op, k: node.load.k })
    const next = out.length + 1
    const jt = (start.get(node.yes) ?? 0) - next
    const jf = (start.get(node.no) ?? 0) - next
    if (jt > 255 || jf > 255) return { diagnostics: [{ code: 'filter.too-long', severity: 'error', params: [], labels: [], fixes: [] }] }
    out.push({ op: node.op, k: node.k, jt, jf })
  }
  out.push({ op: 'ret', k: SNAP_LENGTH }, { op: 'ret', k: 0 })
  return { insns: out, diagnostics: [] }
}

const nodeInsns = (n: Test): number => (n.load.msh ? 3 : 2)

/** Reverse postorder of the graph: a node stands before all that it leads to. */
function inOrder(root: Node): Test[] {
  const seen = new Set<Node>()
  const out: Test[] = []
  const visit = (n: Node) => {
    if (typeof n === 'string' || seen.has(n)) return
    seen.add(n)
    visit(n.no)
    visit(n.yes)
    out.push(n)
  }
  visit(root)
  return out.reverse()
}

/** tcpdump's `-d` notation. */
export function printClassic(insns: readonly ClassicInsn[]): string {
  return insns
    .map((insn, i) => {
      const head = `(${String(i).padStart(3, '0')}) `
      const hex = (k: number) => `#0x${k.toString(16)}`
      switch (insn.op) {
        case 'ldh_ind':
          return `${head}${'ldh'.padEnd(8)} [x + ${insn.k}]`
        case 'ldxb_msh':
          return `${head}${'ldxb'.padEnd(8)} 4*([${insn.k}]&0xf)`
        case 'jeq':
        case 'jset':
          return `${head}${insn.op.padEnd(8)} ${hex(insn.k).padEnd(16)} jt ${i + 1 + insn.jt}\tjf ${i + 1 + insn.jf}`
        case 'ret':
          return `${head}${'ret'.padEnd(8)} #${insn.k}`
        default:
          return `${head}${insn.op.padEnd(8)} [${insn.k}]`
      }
    })
    .join('\n')
}

/** What classic BPF answers for a packet: bytes to keep, 0 = not taken. A load outside the packet ends with 0. */
export function runClassic(insns: readonly ClassicInsn[], packet: Uint8Array): number {
  let a = 0
  let x = 0
  const load = (at: number, size: number): boolean => {
    if (at + size > packet.length) return false
    a = 0
    for (let i = 0; i < size; i++) a = a * 256 + packet[at + i]
    return true
  }
  for (let pc = 0; pc < insns.length; pc++) {
    const insn = insns[pc]
    switch (insn.op) {
      case 'ld':
      case 'ldh':
      case 'ldb':
        if (!load(insn.k, insn.op === 'ld' ? 4 : insn.op === 'ldh' ? 2 : 1)) return 0
        break
      case 'ldh_ind':
        if (!load(x + insn.k, 2)) return 0
        break
      case 'ldxb_msh':
        if (insn.k >= packet.length) return 0
        x = 4 * (packet[insn.k] & 0xf)
        break
      case 'jeq':
        pc += a === insn.k ? insn.jt : insn.jf
        break
      case 'jset':
        pc += (a & insn.k) !== 0 ? insn.jt : insn.jf
        break
      case 'ret':
        return insn.k
    }
  }
  return 0
}
