// One instruction executed with notes for people: which bytes it read and wrote, and what it did in one line that needs no language:
// `r2 = *(u8 *)(packet +23) = 6`. In: a kernel that stands before an instruction. Accesses of helpers are noted by the memory itself.

import { helperById } from '../abi/index.ts'
import {
  BPF_ATOMIC,
  BPF_CALL,
  BPF_EXIT,
  BPF_JA,
  BPF_JCOND,
  BPF_JMP,
  BPF_JMP32,
  BPF_LDX,
  BPF_MEM,
  BPF_MEMSX,
  BPF_ST,
  BPF_STX,
  BPF_X,
  bpfClass,
  bpfMode,
  bpfOp,
  bpfSize,
  type InsnTable,
  insnTable,
  insnText,
} from '../isa/index.ts'
import { type Kernel, stepInvocation } from '../kernel/index.ts'
import type { Access } from '../vm/index.ts'
import { describePlace, valueText } from './describe.ts'
import type { MachineView } from './views.ts'

export interface StepTrace {
  readonly accesses: readonly Access[]
  readonly did: string
  readonly branch: MachineView['branch']
}

/** Bytes by the two size bits of an opcode: W, H, B, DW. */
const SIZES: Readonly<Record<number, number>> = { 0: 4, 8: 2, 16: 1, 24: 8 }

const tables = new WeakMap<Uint8Array, InsnTable>()
function tableOf(kernel: Kernel): InsnTable {
  const { bytes } = kernel.machine.code
  let t = tables.get(bytes)
  if (!t) {
    t = insnTable(bytes)
    tables.set(bytes, t)
  }
  return t
}

/** Executes one instruction and notes its accesses. */
export function traceStep(kernel: Kernel, withText: boolean): StepTrace {
  const { machine: m, memory } = kernel
  const t = tableOf(kernel)
  const pc = m.pc
  const own = ownAccess(kernel, t, pc)
  const place = withText && own ? describePlace(kernel, own.hi, own.lo) : ''
  const before = withText ? [Int32Array.from(m.lo.subarray(0, 11)), Int32Array.from(m.hi.subarray(0, 11))] : []
  memory.trace = []
  stepInvocation(kernel, 1)
  const accesses = own ? [own, ...memory.trace] : memory.trace
  memory.trace = undefined
  if (!withText) return { accesses, did: '', branch: '' }
  return { accesses, did: sentence(kernel, t, pc, place, before), branch: isConditional(t, pc) ? branchOf(t, pc, m.pc) : '' }
}

/** Whether the instruction compares before it jumps: JEQ to JSLE and JSET, 64 or 32 bits wide. */
function isConditional(t: InsnTable, pc: number): boolean {
  const cls = bpfClass(t.opcode[pc])
  if (cls !== BPF_JMP && cls !== BPF_JMP32) return false
  const op = bpfOp(t.opcode[pc])
  return op !== BPF_JA && op !== BPF_CALL && op !== BPF_EXIT && op !== BPF_JCOND
}

function branchOf(t: InsnTable, pc: number, next: number): MachineView['branch'] {
  return t.off[pc] !== 0 && next === pc + 1 + t.off[pc] ? 'taken' : 'not taken'
}

/** The access that a load, store or atomic at `pc` is about to make. */
function ownAccess(kernel: Kernel, t: InsnTable, pc: number): Access | undefined {
  const { lo, hi } = kernel.machine
  const op = t.opcode[pc]
  const cls = bpfClass(op)
  const mode = bpfMode(op)
  if (cls === BPF_LDX && (mode === BPF_MEM || mode === BPF_MEMSX)) return at('read', t.src[pc], t, pc, lo, hi)
  if ((cls === BPF_STX || cls === BPF_ST) && mode === BPF_MEM) return at('write', t.dst[pc], t, pc, lo, hi)
  // Load-acquire (0x100) reads through src, all other atomics go through dst.
  if (cls === BPF_STX && mode === BPF_ATOMIC)
    return t.imm[pc] === 0x100 ? at('read', t.src[pc], t, pc, lo, hi) : at('write', t.dst[pc], t, pc, lo, hi)
  return undefined
}

function at(kind: Access['kind'], reg: number, t: InsnTable, pc: number, lo: Int32Array, hi: Int32Array): Access {
  const low = (lo[reg] >>> 0) + t.off[pc]
  const carry = low < 0 ? -1 : low > 0xffffffff ? 1 : 0
  return { kind, hi: (hi[reg] + carry) | 0, lo: low | 0, size: SIZES[bpfSize(t.opcode[pc])] }
}

function sentence(kernel: Kernel, t: InsnTable, pc: number, place: string, [lo, hi]: readonly Int32Array[]): string {
  const { machine: m } = kernel
  const text = insnText(t, pc, { helper: (id) => helperById(id)?.name })
  const shown = place === '' ? text : text.replace(/\(r\d+ [+-]\d+\)/, `(${place})`)
  if (isConditional(t, pc)) {
    const compared = (t.opcode[pc] & BPF_X) === 0 ? [t.dst[pc]] : [t.dst[pc], t.src[pc]]
    return `${shown}    ${compared.map((r) => `r${r} = ${valueText(kernel, m.hi[r], m.lo[r])}`).join(', ')}`
  }
  const changed = [...Array(10).keys()].filter((r) => m.lo[r] !== lo[r] || m.hi[r] !== hi[r])
  const target = bpfClass(t.opcode[pc]) === BPF_STX || bpfClass(t.opcode[pc]) === BPF_ST ? undefined : changed[0]
  return target === undefined ? shown : `${shown}    r${target} = ${valueText(kernel, m.hi[target], m.lo[target])}`
}
