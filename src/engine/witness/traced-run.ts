// One checked run of a program that the verifier refused, with notes on which input each value comes from: bytes of the packet, its length,
// bytes of map values, whether a lookup found something. That is what a search needs to turn a branch the other way. In: a kernel with the
// program loaded and started. Out: the instructions that ran, the operands of each conditional jump and their sources, how it ended.
// Sources are an aid of the search alone; what goes wrong is said by the machine, which checks every access.
import { s64 } from '../../base/index.ts'
import {
  BPF_ALU,
  BPF_ALU64,
  BPF_CALL,
  BPF_JMP,
  BPF_LDX,
  BPF_MOV,
  BPF_ST,
  BPF_STX,
  BPF_X,
  bpfClass,
  bpfOp,
  bpfSize,
  type InsnTable,
} from '../../isa/index.ts'
import { describeAddress, type Kernel, type LoadedProgram, outcome, runInvocation, stepInvocation } from '../../kernel/index.ts'
import type { Fault } from '../../vm/index.ts'
import { isConditional } from '../explain/weakness.ts'

/** Where a value comes from. */
export type Source =
  | { readonly kind: 'byte'; readonly offset: number }
  | { readonly kind: 'length' }
  | { readonly kind: 'cell'; readonly map: string; readonly key: string; readonly offset: number }
  | { readonly kind: 'lookup'; readonly map: string; readonly key: string }

export interface Turn {
  /** Index in `insns`. */
  readonly at: number
  readonly left: bigint
  readonly right: bigint
  /** Packet offsets that the operands point to, where they do; -1 else. */
  readonly leftOffset: number
  readonly rightOffset: number
  readonly sources: readonly Source[]
}

export interface TracedRun {
  readonly insns: readonly number[]
  readonly turns: readonly Turn[]
  /** Of the registers that the refused instruction uses, when it ran last. */
  readonly operands: readonly Source[]
  /** Packet offset just behind the access that was refused; -1 where it was none. */
  readonly accessEnd: number
  readonly end:
    | { readonly kind: 'exited'; readonly retval: number }
    | { readonly kind: 'fault'; readonly fault: Fault }
    | { readonly kind: 'endless' }
    | { readonly kind: 'unsupported' }
}

const TRACED_STEPS = 6000
const MAX_SOURCES = 24
const ENDLESS = 2_000_000
const HELPERS = { lookup: 1, skbLoadBytes: 26 } as const
const SIZES: Readonly<Record<number, number>> = { 0: 4, 8: 2, 16: 1, 24: 8 }
type Set_ = ReadonlyMap<string, Source>
const NONE: Set_ = new Map()

export interface RunAids {
  readonly table: InsnTable
  /** The instruction that was refused. */
  readonly refused: number
  /** Where the data of the packet begins in the frame: 14 for programs that see the network header first. */
  readonly base: number
}

export function tracedRun(kernel: Kernel, program: LoadedProgram, { table, refused, base }: RunAids): TracedRun {
  const m = kernel.machine
  const regs: Set_[] = Array.from({ length: 11 }, () => NONE)
  const stack = new Map<number, Set_>()
  const insns: number[] = []
  const turns: Turn[] = []
  let operands: readonly Source[] = []
  let accessEnd = -1
  const address = (reg: number, off: number) => {
    const lo = (m.lo[reg] + off) | 0
    const place = describeAddress(kernel, m.hi[reg], lo)
    return { lo, place }
  }
  const sourcesAt = (reg: number, off: number, size: number): Set_ => {
    const { lo, place } = address(reg, off)
    if (place?.kind === 'packet') return join(...range(size).map((i) => byteAt(place.offset + i + base)))
    if (place?.kind === 'map value' && place.map && place.key) {
      const key = hexOf(place.key)
      return join(...range(size).map((i) => cellAt(place.map?.def.name ?? '', key, place.offset + i)))
    }
    if (place?.kind === 'ctx') return LENGTH
    return join(...range(size).map((i) => stack.get(lo + i) ?? NONE))
  }
  while (m.status === 'ready' && insns.length < TRACED_STEPS) {
    if (m.code !== program.code) break
    const pc = m.pc
    const op = table.opcode[pc]
    const cls = bpfClass(op)
    const dst = table.dst[pc]
    const src = table.src[pc]
    insns.push(pc)
    if (isConditional(table, pc)) {
      const isX = (op & BPF_X) !== 0
      const right = isX ? s64(m.hi[src], m.lo[src]) : BigInt(table.imm[pc])
      const offsetOf = (reg: number): number => {
        const { place } = address(reg, 0)
        return place?.kind === 'packet' ? place.offset + base : -1
      }
      turns.push({
        at: insns.length - 1,
        left: s64(m.hi[dst], m.lo[dst]),
        right,
        leftOffset: offsetOf(dst),
        rightOffset: isX ? offsetOf(src) : -1,
        sources: [...join(regs[dst], isX ? regs[src] : NONE).values()],
      })
    }
    if (pc === refused) {
      const used = cls === BPF_LDX ? [src] : cls === BPF_STX || cls === BPF_ST ? [dst] : cls === BPF_JMP ? [1, 2, 3, 4, 5] : [dst, src]
      operands = [...join(...used.map((r) => regs[r])).values()]
      const width = cls === BPF_JMP ? 1 : SIZES[bpfSize(op)]
      const { place } = address(used[0], cls === BPF_JMP ? 0 : table.off[pc])
      accessEnd = place?.kind === 'packet' ? place.offset + width + base : -1
    }
    let result: Set_ | undefined
    if (cls === BPF_LDX) result = sourcesAt(src, table.off[pc], SIZES[bpfSize(op)])
    else if (cls === BPF_ALU || cls === BPF_ALU64) {
      const other = (op & BPF_X) !== 0 ? regs[src] : NONE
      result = bpfOp(op) === BPF_MOV ? other : join(regs[dst], other)
    } else if (cls === BPF_STX || cls === BPF_ST) {
      const { lo, place } = address(dst, table.off[pc])
      const kept = cls === BPF_STX ? regs[src] : NONE
      if (place?.kind === 'stack') for (const i of range(SIZES[bpfSize(op)])) stack.set(lo + i, kept)
    } else if (cls === BPF_JMP && bpfOp(op) === BPF_CALL && src === 0) {
      result = called(table.imm[pc])
    }
    const isCall = cls === BPF_JMP && bpfOp(op) === BPF_CALL
    stepInvocation(kernel, 1)
    if (isCall && src === 0) regs[0] = result ?? NONE
    else if (result) regs[dst] = result
  }
  if (m.status === 'ready') runInvocation(kernel, ENDLESS)
  return { insns, turns, operands, accessEnd, end: endOf(kernel) }

  /** What a helper's answer, or what it writes, comes from. */
  function called(id: number): Set_ {
    if (id === HELPERS.lookup) {
      const { place } = address(1, 0)
      const key = readKey(place?.map?.def.keySize ?? 0)
      return place?.map && key !== undefined ? one({ kind: 'lookup', map: place.map.def.name, key }) : NONE
    }
    if (id === HELPERS.skbLoadBytes) {
      const { lo } = address(3, 0)
      const from = m.lo[2]
      for (const i of range(Math.min(512, m.lo[4] >>> 0))) stack.set(lo + i, byteAt(from + i + base))
    }
    return NONE
  }

  function readKey(size: number): string | undefined {
    const at = kernel.memory.at(m.hi[2], m.lo[2], size, 1)
    return at < 0 || size === 0 ? undefined : hexOf(kernel.memory.ram.read(at, size))
  }
}

function endOf(kernel: Kernel): TracedRun['end'] {
  const end = outcome(kernel)
  if (end.kind === 'fault' && end.fault) return { kind: 'fault', fault: end.fault }
  if (end.kind === 'exited') return { kind: 'exited', retval: end.retval }
  return { kind: end.kind === 'fuel' ? 'endless' : 'unsupported' }
}

const nameOf = (s: Source): string =>
  s.kind === 'byte'
    ? `b${s.offset}`
    : s.kind === 'length'
      ? 'l'
      : s.kind === 'cell'
        ? `c${s.map}/${s.key}/${s.offset}`
        : `k${s.map}/${s.key}`
const one = (s: Source): Set_ => new Map([[nameOf(s), s]])
const LENGTH = one({ kind: 'length' })
const byteAt = (offset: number): Set_ => one({ kind: 'byte', offset })
const cellAt = (map: string, key: string, offset: number): Set_ => one({ kind: 'cell', map, key, offset })
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i)
const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')

function join(...sets: readonly Set_[]): Set_ {
  const full = sets.filter((s) => s.size > 0)
  if (full.length <= 1) return full[0] ?? NONE
  const out = new Map<string, Source>()
  for (const set of full) for (const [name, source] of set) if (out.size < MAX_SOURCES) out.set(name, source)
  return out
}
