// Classic BPF: its instructions as data, tcpdump's `-d` notation for them, and what they answer for a packet.
// Reference: Linux Documentation/networking/filter.rst; "The BSD Packet Filter" (McCanne and Jacobson, 1993).

export type AluOp = 'add' | 'sub' | 'mul' | 'div' | 'mod' | 'and' | 'or' | 'xor' | 'lsh' | 'rsh'
export type JumpOp = 'jeq' | 'jgt' | 'jge' | 'jset'

/** One classic instruction. A is the accumulator, X the index, M the 16 words of scratch; `jt` and `jf` count from the next instruction. */
export type ClassicInsn =
  /** A = word, halfword or byte at k ('packet'), or at X + k ('indexed'). */
  | { readonly op: 'ld' | 'ldh' | 'ldb'; readonly from: 'packet' | 'indexed'; readonly k: number }
  | { readonly op: 'ld'; readonly from: 'length' | 'immediate' | 'memory'; readonly k: number }
  /** X = k, M[k], or ('header') 4 * (packet[k] & 0xf): the length of an IPv4 header. */
  | { readonly op: 'ldx'; readonly from: 'immediate' | 'memory' | 'header'; readonly k: number }
  | { readonly op: 'st'; readonly k: number }
  | { readonly op: AluOp; readonly by: 'k' | 'x'; readonly k: number }
  | { readonly op: 'neg' | 'tax' }
  | { readonly op: JumpOp; readonly by: 'k' | 'x'; readonly k: number; readonly jt: number; readonly jf: number }
  | { readonly op: 'ret'; readonly k: number }

const hex = (k: number): string => `#0x${(k >>> 0).toString(16)}`

/** tcpdump's `-d` notation, a line an instruction. */
export const printClassic = (insns: readonly ClassicInsn[]): string =>
  insns.map((insn, i) => `(${String(i).padStart(3, '0')}) ${printOne(insn, i)}`.trimEnd()).join('\n')

function printOne(insn: ClassicInsn, at: number): string {
  const line = (name: string, operand: string): string => `${name.padEnd(8)} ${operand}`
  switch (insn.op) {
    case 'ld':
    case 'ldh':
    case 'ldb':
      return line(
        insn.op,
        { packet: `[${insn.k}]`, indexed: `[x + ${insn.k}]`, length: '#pktlen', immediate: hex(insn.k), memory: `M[${insn.k}]` }[insn.from],
      )
    case 'ldx':
      if (insn.from === 'header') return line('ldxb', `4*([${insn.k}]&0xf)`)
      return line('ldx', insn.from === 'memory' ? `M[${insn.k}]` : hex(insn.k))
    case 'st':
      return line('st', `M[${insn.k}]`)
    case 'neg':
    case 'tax':
      return line(insn.op, '')
    case 'jeq':
    case 'jgt':
    case 'jge':
    case 'jset':
      return `${line(insn.op, (insn.by === 'x' ? 'x' : hex(insn.k)).padEnd(16))} jt ${at + 1 + insn.jt}\tjf ${at + 1 + insn.jf}`
    case 'ret':
      return line('ret', `#${insn.k}`)
    default:
      return line(
        insn.op,
        insn.by === 'x'
          ? 'x'
          : isShift(insn.op) || insn.op === 'div' || insn.op === 'mod' || insn.op === 'mul'
            ? `#${insn.k}`
            : hex(insn.k),
      )
  }
}

const isShift = (op: string): boolean => op === 'lsh' || op === 'rsh'

/** What a filter answers for a packet: bytes to keep, 0 = not taken. A load outside the packet, or a division by 0, ends with 0. */
export function runClassic(insns: readonly ClassicInsn[], packet: Uint8Array): number {
  let a = 0
  let x = 0
  const memory = new Uint32Array(16)
  for (let pc = 0; pc < insns.length; pc++) {
    const insn = insns[pc]
    switch (insn.op) {
      case 'ld':
      case 'ldh':
      case 'ldb': {
        if (insn.from === 'length') a = packet.length
        else if (insn.from === 'immediate') a = insn.k >>> 0
        else if (insn.from === 'memory') a = memory[insn.k]
        else {
          const at = insn.from === 'indexed' ? (x + insn.k) >>> 0 : insn.k >>> 0
          const size = insn.op === 'ld' ? 4 : insn.op === 'ldh' ? 2 : 1
          if (at + size > packet.length) return 0
          a = 0
          for (let i = 0; i < size; i++) a = a * 256 + packet[at + i]
        }
        break
      }
      case 'ldx':
        if (insn.from === 'header') {
          if (insn.k >= packet.length) return 0
          x = 4 * (packet[insn.k] & 0xf)
        } else x = insn.from === 'memory' ? memory[insn.k] : insn.k >>> 0
        break
      case 'st':
        memory[insn.k] = a
        break
      case 'neg':
        a = -a >>> 0
        break
      case 'tax':
        x = a
        break
      case 'jeq':
      case 'jgt':
      case 'jge':
      case 'jset':
        pc += compare(insn.op, a, insn.by === 'x' ? x : insn.k >>> 0) ? insn.jt : insn.jf
        break
      case 'ret':
        return insn.k
      default: {
        const by = insn.by === 'x' ? x : insn.k >>> 0
        if (by === 0 && (insn.op === 'div' || insn.op === 'mod')) return 0
        a = compute(insn.op, a, by)
      }
    }
  }
  return 0
}

export function compare(op: JumpOp, a: number, by: number): boolean {
  switch (op) {
    case 'jeq':
      return a === by
    case 'jgt':
      return a > by
    case 'jge':
      return a >= by
    case 'jset':
      return (a & by) !== 0
  }
}

/** Arithmetic of 32-bit words without a sign; a shift by 32 or more leaves nothing. `by` is not 0 in a division. */
export function compute(op: AluOp, a: number, by: number): number {
  switch (op) {
    case 'add':
      return (a + by) >>> 0
    case 'sub':
      return (a - by) >>> 0
    case 'mul':
      return Math.imul(a, by) >>> 0
    case 'div':
      return Math.floor(a / by)
    case 'mod':
      return a % by
    case 'and':
      return (a & by) >>> 0
    case 'or':
      return (a | by) >>> 0
    case 'xor':
      return (a ^ by) >>> 0
    case 'lsh':
      return by > 31 ? 0 : (a << by) >>> 0
    case 'rsh':
      return by > 31 ? 0 : a >>> by
  }
}
