// An expression as conditions on bytes of an Ethernet frame. Tags (`vlan`, `mpls`, `pppoes`) move the place of everything that stands behind
// them in the text, so the tree is walked in the order of the text with the current places in hand. Order within a condition is the order of
// tests, which matters: a load outside the packet ends the whole filter. Reference: pcap-filter(7).
import type { Arithmetic, ArithmeticOp } from './arithmetic.ts'
import type { Direction, Expression } from './expression.ts'
import { type AluOp, type ClassicInsn, compute, type JumpOp } from './instruction.ts'
import { ETHERTYPES, IP_PROTOCOLS, LLC_SAPS, type Protocol } from './names.ts'

/** Loads into A (and X), then one comparison. */
export interface Test {
  readonly code: readonly ClassicInsn[]
  readonly op: JumpOp
  readonly by: 'k' | 'x'
  readonly k: number
}

export type Condition =
  | { readonly kind: 'test'; readonly test: Test }
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'not'; readonly of: Condition }

/** Why an expression is no condition: a code of diag and its parameters. */
export class NoCondition extends Error {
  readonly code: 'filter.load-of' | 'filter.mpls' | 'filter.too-deep' | 'filter.unsupported'
  readonly params: readonly string[]
  constructor(code: NoCondition['code'], params: readonly string[]) {
    super(code)
    this.code = code
    this.params = params
  }
}

/** Where things stand: start of the link header, its type field, its payload, and the network header behind the payload's start. */
interface Places {
  header: number
  type: number
  payload: number
  network: number
  isPpp: boolean
  labels: number
}

const ETHER_MTU = 1500
const SCRATCH_WORDS = 16
const PPP_TYPES: Readonly<Record<number, number>> = { 2048: 0x21, 34525: 0x57, 32923: 0x29, 24579: 0x27 }

export function conditionOf(expression: Expression): Condition {
  return walk(expression, { header: 0, type: 12, payload: 14, network: 0, isPpp: false, labels: 0 })
}

function walk(e: Expression, p: Places): Condition {
  switch (e.kind) {
    case 'and':
    case 'or': {
      const left = walk(e.left, p)
      return { kind: e.kind, left, right: walk(e.right, p) }
    }
    case 'not':
      return not(walk(e.of, p))
    case 'protocol':
      return protocol(e.protocol, p)
    case 'relation':
      return relation(e, p)
    case 'broadcast':
      return broadcast(e.protocol, p)
    case 'multicast':
      return multicast(e.protocol, p)
    case 'tag':
      return tag(e.tag, e.number, p)
    case 'address':
      return e.words.length === 1 ? address4(e, p) : address6(e, p)
    case 'mac':
      return byDirection(
        e.direction,
        () => bytes(p.header + 6, e.bytes),
        () => bytes(p.header, e.bytes),
      )
    case 'ports':
      return ports(e, p)
    case 'number-of':
      return e.over === 'ether' ? linkType(e.number, p) : ipProtocol(e.number, e.over, p)
  }
}

// Building blocks

const not = (of: Condition): Condition => ({ kind: 'not', of })
const all = (first: Condition, ...rest: readonly Condition[]): Condition =>
  rest.reduce((left, right) => ({ kind: 'and', left, right }), first)
const any = (first: Condition, ...rest: readonly Condition[]): Condition =>
  rest.reduce((left, right) => ({ kind: 'or', left, right }), first)

const SIZES = { 1: 'ldb', 2: 'ldh', 4: 'ld' } as const

function test(at: number, size: 1 | 2 | 4, op: JumpOp, k: number, mask?: number): Condition {
  const load: ClassicInsn = { op: SIZES[size], from: 'packet', k: at }
  const code: ClassicInsn[] = mask === undefined || mask === 0xffffffff ? [load] : [load, { op: 'and', by: 'k', k: mask }]
  return { kind: 'test', test: { code, op, by: 'k', k } }
}

const is = (at: number, size: 1 | 2 | 4, k: number, mask?: number): Condition => test(at, size, 'jeq', k, mask)

/** Bytes in a row, compared by words from the end. */
function bytes(at: number, wanted: readonly number[]): Condition {
  const tests: Condition[] = []
  let left = wanted.length
  for (const size of [4, 2, 1] as const) {
    while (left >= size) {
      left -= size
      tests.push(
        is(
          at + left,
          size,
          wanted.slice(left, left + size).reduce((n, b) => n * 256 + b, 0),
        ),
      )
    }
  }
  return all(tests[0], ...tests.slice(1))
}

function byDirection(direction: Direction, source: () => Condition, destination: () => Condition): Condition {
  switch (direction) {
    case 'src':
      return source()
    case 'dst':
      return destination()
    case 'either':
      return any(source(), destination())
    case 'both':
      return all(source(), destination())
  }
}

/** Offset of a byte of the network header. */
const net = (p: Places, offset: number): number => p.payload + p.network + offset

// Link

function linkType(type: number, p: Places): Condition {
  if (p.labels > 0) return behindLabels(type, p)
  if (p.isPpp) return is(p.type, 2, PPP_TYPES[type] ?? type)
  const isLength = not(test(p.type, 2, 'jgt', ETHER_MTU))
  const llc = p.payload
  const snap = (organisation: readonly number[]): Condition => bytes(llc, [0xaa, 0xaa, 3, ...organisation, type >> 8, type & 0xff])
  switch (type) {
    case ETHERTYPES.atalk:
      return any(all(isLength, snap([8, 0, 7])), is(p.type, 2, type))
    case ETHERTYPES.aarp:
      return any(all(isLength, snap([0, 0, 0])), is(p.type, 2, type))
    case LLC_SAPS.ipx:
      return any(
        is(p.type, 2, 0x8137),
        all(isLength, any(bytes(llc, [0xaa, 0xaa, 3, 0, 0, 0, 0x81, 0x37]), is(llc, 1, type), is(llc, 2, 0xffff))),
      )
    case LLC_SAPS.iso:
    case LLC_SAPS.netbeui:
    case 6:
      return all(isLength, is(llc, 2, (type << 8) | type))
    default:
      return type <= ETHER_MTU ? all(isLength, is(llc, 1, type)) : is(p.type, 2, type)
  }
}

/** Behind the last MPLS label nothing says what follows but the first nibble. */
function behindLabels(type: number, p: Places): Condition {
  const version = type === ETHERTYPES.ip ? 0x40 : type === ETHERTYPES.ip6 ? 0x60 : undefined
  if (version === undefined) throw new NoCondition('filter.mpls', [])
  return all(test(net(p, -2), 1, 'jset', 1), is(net(p, 0), 1, version, 0xf0))
}

function tag(kind: 'vlan' | 'mpls' | 'pppoed' | 'pppoes', number: number | undefined, p: Places): Condition {
  switch (kind) {
    case 'vlan': {
      const isTag = any(is(p.type, 2, 0x8100), is(p.type, 2, 0x88a8), is(p.type, 2, 0x9100))
      const found = number === undefined ? isTag : all(isTag, is(p.payload, 2, number, 0xfff))
      p.type += 4
      p.payload += 4
      return found
    }
    case 'mpls': {
      const isLabel = p.labels > 0 ? not(test(net(p, -2), 1, 'jset', 1)) : linkType(0x8847, p)
      const found = number === undefined ? isLabel : all(isLabel, is(net(p, 0), 4, (number << 12) >>> 0, 0xfffff000))
      p.network += 4
      p.labels++
      return found
    }
    case 'pppoed':
      return linkType(0x8863, p)
    case 'pppoes': {
      const isSession = linkType(0x8864, p)
      const found = number === undefined ? isSession : all(isSession, is(net(p, 0), 4, number, 0xffff))
      p.header = p.payload + p.network + 6
      p.type = p.header
      p.payload = p.header + 2
      p.network = 0
      p.isPpp = true
      return found
    }
  }
}

function broadcast(over: Protocol | undefined, p: Places): Condition {
  if (over === undefined || over === 'ether') return bytes(p.header, [255, 255, 255, 255, 255, 255])
  // Where the netmask is not known, only the two addresses that are broadcast in every network count.
  if (over === 'ip') return all(linkType(0x800, p), any(is(net(p, 16), 4, 0), is(net(p, 16), 4, 0xffffffff)))
  throw new NoCondition('filter.unsupported', [`${over} broadcast`])
}

function multicast(over: Protocol | undefined, p: Places): Condition {
  if (over === undefined || over === 'ether') return test(p.header, 1, 'jset', 1)
  if (over === 'ip') return all(linkType(0x800, p), test(net(p, 16), 1, 'jge', 224))
  if (over === 'ip6') return all(linkType(0x86dd, p), is(net(p, 24), 1, 255))
  throw new NoCondition('filter.unsupported', [`${over} multicast`])
}

// Protocols, addresses, ports

function protocol(name: Protocol, p: Places): Condition {
  const type = ETHERTYPES[name] ?? LLC_SAPS[name]
  if (type !== undefined) return linkType(type, p)
  const number = IP_PROTOCOLS[name]
  if (!number) throw new NoCondition('filter.unsupported', [name])
  return ipProtocol(number.number, number.over, p)
}

/** The protocol field; in IPv6 also behind one fragment header. */
function ipProtocol(number: number, over: 'ip' | 'ip6' | 'both', p: Places): Condition {
  const ip = (): Condition => all(linkType(0x800, p), is(net(p, 9), 1, number))
  const ip6 = (): Condition => all(linkType(0x86dd, p), any(is(net(p, 6), 1, number), all(is(net(p, 6), 1, 44), is(net(p, 40), 1, number))))
  if (over === 'ip') return ip()
  return over === 'ip6' ? ip6() : any(ip(), ip6())
}

interface AddressOf {
  readonly protocol: Protocol | undefined
  readonly direction: Direction
  readonly words: readonly number[]
  readonly masks: readonly number[]
}

function address4({ protocol: over, direction, words: [word], masks: [mask] }: AddressOf, p: Places): Condition {
  const within = (type: number, source: number, destination: number): Condition => {
    if (mask === 0) return linkType(type, p)
    return all(
      linkType(type, p),
      byDirection(
        direction,
        () => is(net(p, source), 4, word, mask),
        () => is(net(p, destination), 4, word, mask),
      ),
    )
  }
  if (over === 'arp') return within(0x806, 14, 24)
  if (over === 'rarp') return within(0x8035, 14, 24)
  const ip = within(0x800, 12, 16)
  return over === 'ip' || p.labels > 0 ? ip : any(ip, within(0x806, 14, 24), within(0x8035, 14, 24))
}

function address6({ direction, words, masks }: AddressOf, p: Places): Condition {
  if (masks[0] === 0) return linkType(0x86dd, p)
  const at = (offset: number): Condition => {
    const tests = words.flatMap((word, i) => (masks[i] === 0 ? [] : [is(net(p, offset + 4 * i), 4, word, masks[i])]))
    return all(tests[0], ...tests.slice(1))
  }
  return all(
    linkType(0x86dd, p),
    byDirection(
      direction,
      () => at(8),
      () => at(24),
    ),
  )
}

interface PortsOf {
  readonly protocols: readonly ('tcp' | 'udp' | 'sctp')[]
  readonly direction: Direction
  readonly low: number
  readonly high: number
}

function ports({ protocols, direction, low, high }: PortsOf, p: Places): Condition {
  const within = (load: (offset: number) => readonly ClassicInsn[]): Condition => {
    const one = (offset: number): Condition => {
      const compared = (op: JumpOp, k: number): Condition => ({ kind: 'test', test: { code: load(offset), op, by: 'k', k } })
      return low === high ? compared('jeq', low) : all(compared('jge', low), not(compared('jgt', high)))
    }
    return byDirection(
      direction,
      () => one(0),
      () => one(2),
    )
  }
  const isOneOf = (at: number): Condition => {
    const tests = protocols.map((name) => is(at, 1, IP_PROTOCOLS[name]?.number ?? 0))
    return any(tests[0], ...tests.slice(1))
  }
  const ip6 = all(
    linkType(0x86dd, p),
    isOneOf(net(p, 6)),
    within((offset) => [{ op: 'ldh', from: 'packet', k: net(p, 40 + offset) }]),
  )
  const ip4 = all(
    linkType(0x800, p),
    isOneOf(net(p, 9)),
    isWhole(p),
    within((offset) => [
      { op: 'ldx', from: 'header', k: net(p, 0) },
      { op: 'ldh', from: 'indexed', k: net(p, offset) },
    ]),
  )
  return any(ip6, ip4)
}

/** The first fragment, or no fragment at all: the only one with a transport header. */
const isWhole = (p: Places): Condition => not(test(net(p, 6), 2, 'jset', 0x1fff))

// Arithmetic

const JUMPS: Readonly<Record<'=' | '!=' | '<' | '<=' | '>' | '>=', readonly [op: JumpOp, negated: boolean]>> = {
  '=': ['jeq', false],
  '!=': ['jeq', true],
  '>': ['jgt', false],
  '<=': ['jgt', true],
  '>=': ['jge', false],
  '<': ['jge', true],
}
const ALU: Readonly<Record<ArithmeticOp, AluOp>> = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'div',
  '%': 'mod',
  '&': 'and',
  '|': 'or',
  '^': 'xor',
  '<<': 'lsh',
  '>>': 'rsh',
}

function relation(e: Extract<Expression, { kind: 'relation' }>, p: Places): Condition {
  const checks: Condition[] = []
  const left = folded(e.left)
  const right = folded(e.right)
  const [op, isNegated] = JUMPS[e.op]
  const code: ClassicInsn[] = []
  compile(left, 0)
  let by: 'k' | 'x' = 'k'
  let k = 0
  if (right.kind === 'number') k = right.value
  else {
    code.push({ op: 'st', k: 0 })
    compile(right, 1)
    code.push({ op: 'tax' }, { op: 'ld', from: 'memory', k: 0 })
    by = 'x'
  }
  const compared: Condition = { kind: 'test', test: { code, op, by, k } }
  const result = isNegated ? not(compared) : compared
  return checks.length === 0 ? result : all(checks[0], ...checks.slice(1), result)

  /** Leaves the value in A; scratch words below `free` are taken. */
  function compile(a: Arithmetic, free: number): void {
    if (free >= SCRATCH_WORDS) throw new NoCondition('filter.too-deep', [])
    switch (a.kind) {
      case 'number':
        code.push({ op: 'ld', from: 'immediate', k: a.value })
        return
      case 'length':
        code.push({ op: 'ld', from: 'length', k: 0 })
        return
      case 'negate':
        compile(a.of, free)
        code.push({ op: 'neg' })
        return
      case 'binary':
        compile(a.left, free)
        if (a.right.kind === 'number') {
          code.push({ op: ALU[a.op], by: 'k', k: a.right.value })
          return
        }
        code.push({ op: 'st', k: free })
        compile(a.right, free + 1)
        code.push({ op: 'tax' }, { op: 'ld', from: 'memory', k: free }, { op: ALU[a.op], by: 'x', k: 0 })
        return
      case 'load':
        load(a, free)
    }
  }

  function load({ protocol: of, index, size }: Extract<Arithmetic, { kind: 'load' }>, free: number): void {
    const isTransport = IP_PROTOCOLS[of] !== undefined && of !== 'icmp6' && of !== 'ah' && of !== 'esp'
    const base = of === 'ether' ? p.header : of === 'icmp6' ? net(p, 40) : net(p, 0)
    if (index.kind === 'number') {
      addCheck(of)
      if (isTransport) code.push({ op: 'ldx', from: 'header', k: net(p, 0) })
      code.push({ op: SIZES[size], from: isTransport ? 'indexed' : 'packet', k: (base + index.value) >>> 0 })
      return
    }
    compile(index, free)
    addCheck(of)
    if (isTransport) {
      code.push({ op: 'st', k: free }, { op: 'ldx', from: 'header', k: net(p, 0) }, { op: 'ld', from: 'memory', k: free })
      code.push({ op: 'add', by: 'x', k: 0 })
    }
    code.push({ op: 'tax' }, { op: SIZES[size], from: 'indexed', k: base })
  }

  function addCheck(of: Protocol): void {
    const number = IP_PROTOCOLS[of]
    if (of === 'ether') return
    if (of === 'icmp6') checks.push(ipProtocol(58, 'ip6', p))
    else if (ETHERTYPES[of] !== undefined && of !== 'aarp') checks.push(linkType(ETHERTYPES[of], p))
    else if (number && of !== 'ah' && of !== 'esp') checks.push(linkType(0x800, p), is(net(p, 9), 1, number.number), isWhole(p))
    else throw new NoCondition('filter.load-of', [of])
  }
}

/** Arithmetic of constants alone, worked out. */
function folded(a: Arithmetic): Arithmetic {
  switch (a.kind) {
    case 'number':
    case 'length':
      return a
    case 'load':
      return { ...a, index: folded(a.index) }
    case 'negate': {
      const of = folded(a.of)
      return of.kind === 'number' ? { kind: 'number', value: -of.value >>> 0 } : { kind: 'negate', of }
    }
    case 'binary': {
      const left = folded(a.left)
      const right = folded(a.right)
      const op = ALU[a.op]
      if (left.kind !== 'number' || right.kind !== 'number' || (right.value === 0 && (op === 'div' || op === 'mod')))
        return { ...a, left, right }
      return { kind: 'number', value: compute(op, left.value, right.value) }
    }
  }
}
