// The check that was too weak, by name: which comparison on the refused path should have ruled the access out and why it did not. In: the
// path as states and what was refused. Out: a code with parameters for the texts of diag (src/diag/messages.weakness.ts) and the place.
// Invariant: a comparison is only named where the verifier's own states before and after it show what it proved.
import type { RejectionCode, WeaknessCode } from '../../diag/index.ts'
import {
  BPF_ALU,
  BPF_ALU64,
  BPF_CALL,
  BPF_EXIT,
  BPF_JA,
  BPF_JEQ,
  BPF_JMP,
  BPF_JMP32,
  BPF_JNE,
  BPF_LDX,
  BPF_ST,
  BPF_STX,
  BPF_X,
  bpfClass,
  bpfOp,
  type InsnTable,
  type Program,
} from '../../isa/index.ts'
import type { StateView, ValueView } from '../../verifier/index.ts'
import { type Cause, causesOf } from './causes.ts'

export interface Weakness {
  readonly code: WeaknessCode
  readonly params: readonly string[]
  /** The comparison, or the call that made its proof void; -1 where there is none. */
  readonly insn: number
}

/** What was refused, and the way there. */
export interface Scene {
  readonly program: Program
  readonly table: InsnTable
  readonly path: readonly StateView[]
  readonly message: string
  readonly code: RejectionCode
  readonly reg: number
}

type Finder = (scene: Scene) => Weakness | undefined

/** Which kinds of rejection a check could have prevented, and how to look for it. */
const FINDERS: Partial<Record<RejectionCode, Finder>> = {
  packetUnchecked: packetCheck,
  packetShort: packetCheck,
  packetOther: packetCheck,
  packetHelper: packetCheck,
  packetVariable: packetCheck,
  packetForgotten: lostProof,
  maybeNull: nullCheck,
  globalArgument: nullCheck,
  mapBeyond: range,
  mapBelow: range,
  memoryBeyond: range,
  stackVariable: range,
  stackBounds: range,
  negativeIndex: range,
  negativeSize: range,
  unboundedSize: range,
  unboundedAccess: range,
  unboundedMin: addend,
  valueOutOfBounds: addend,
  zeroSize: range,
  reference: release,
  returnRange: range,
}

export function findWeakness(scene: Scene): Weakness | undefined {
  return scene.path.length === 0 ? undefined : FINDERS[scene.code]?.(scene)
}

// Packets

function packetCheck(scene: Scene): Weakness | undefined {
  const { path, message, table } = scene
  const [, off, size, r] = /off=(-?\d+) size=(\d+), R(\d+)/.exec(message) ?? []
  const used = path.at(-1)?.regs[Number(r)]
  if (!used || size === undefined) return undefined
  const needed = String(Number(off) + Number(size))
  let other: Weakness | undefined
  for (let i = path.length - 2; i >= 0; i--) {
    const check = endComparison(path[i], table)
    if (!check) continue
    const before = path[i].regs[check.pointer]
    const after = path[i + 1].regs[check.pointer]
    const text = conditionText(scene, path[i].insn)
    const { insn } = path[i]
    if (before.id === used.id) {
      const proven = after.range
      if (scene.code === 'packetVariable') return { code: 'tooFar', params: [text, String(used.umax + BigInt(used.off))], insn }
      if (proven === 0 || proven <= before.range) return { code: 'wrongArm', params: [text], insn }
      return { code: 'short', params: [text, String(proven), needed], insn }
    }
    if (after.range > before.range || before.id !== 0)
      other ??= { code: 'otherPointer', params: [text, name(scene, check.pointer, insn), name(scene, Number(r))], insn }
  }
  return other ?? { code: 'absent', params: [], insn: -1 }
}

/** A comparison of a packet pointer with the packet's end: which register is the pointer. */
function endComparison(state: StateView, table: InsnTable): { readonly pointer: number } | undefined {
  const { insn, regs } = state
  if (!isConditional(table, insn) || (table.opcode[insn] & BPF_X) === 0) return undefined
  const dst = table.dst[insn]
  const src = table.src[insn]
  if (regs[src].kind === 'pkt_end' && regs[dst].kind === 'pkt') return { pointer: dst }
  return regs[dst].kind === 'pkt_end' && regs[src].kind === 'pkt' ? { pointer: src } : undefined
}

function lostProof(scene: Scene): Weakness | undefined {
  const { path, table, reg } = scene
  const lost = causesOf(path, table, reg).find((c) => c.kind === 'forgotten')
  if (!lost) return undefined
  const at = path.findLastIndex((s) => s.step === lost.step)
  const check = path.slice(0, at).findLast((s) => endComparison(s, table))
  return { code: 'lost', params: [check ? conditionText(scene, check.insn) : '', String(lost.insn)], insn: check?.insn ?? lost.insn }
}

// NULL

function nullCheck(scene: Scene): Weakness | undefined {
  const { path, table } = scene
  const culprit = path.at(-1)?.regs[scene.reg]
  if (!culprit) return undefined
  for (let i = path.length - 2; i >= 0; i--) {
    const { insn, regs } = path[i]
    if (!isConditional(table, insn) || (table.opcode[insn] & BPF_X) !== 0 || table.imm[insn] !== 0) continue
    const op = bpfOp(table.opcode[insn])
    const checked = regs[table.dst[insn]]
    if ((op !== BPF_JEQ && op !== BPF_JNE) || !checked.kind.endsWith('_or_null')) continue
    if (checked.id === culprit.id) continue
    return { code: 'otherCopy', params: [conditionText(scene, insn), name(scene, scene.reg)], insn }
  }
  return { code: 'absent', params: [], insn: -1 }
}

// Ranges of numbers

/** Kinds in which a length may be at fault although the message names the pointer. */
const SIZED: readonly RejectionCode[] = ['mapBeyond', 'mapBelow', 'memoryBeyond', 'stackBounds', 'zeroSize']

/** The register whose value is at fault: the one that the message names, the length where the pointer itself is fixed, else the operand. */
export function culpritOf({ path, table, reg, code }: Pick<Scene, 'path' | 'table' | 'reg' | 'code'>): number {
  const last = path.at(-1)
  if (!last) return reg
  if (reg < 0) return operandOf(table, last, code)
  const value = last.regs[reg]
  const next = last.regs[reg + 1]
  const isFixed = value && value.kind !== 'scalar' && value.varOff.mask === 0n
  return SIZED.includes(code) && isCallAt(table, last.insn) && isFixed && next?.kind === 'scalar' && reg < 5 ? reg + 1 : reg
}

/** Kinds whose message names no register although one operand of the instruction is at fault. */
const OPERANDS: readonly RejectionCode[] = [
  'unboundedMin',
  'valueOutOfBounds',
  'spillSize',
  'contextAccess',
  'misaligned',
  'beyondStruct',
  'packetWrite',
  'samePlace',
]

function operandOf(table: InsnTable, { insn, regs }: StateView, code: RejectionCode): number {
  if (!OPERANDS.includes(code) || insn >= table.length) return -1
  const dst = table.dst[insn]
  const src = table.src[insn]
  switch (bpfClass(table.opcode[insn])) {
    case BPF_ALU:
    case BPF_ALU64:
      return (table.opcode[insn] & BPF_X) === 0 ? -1 : regs[dst].kind === 'scalar' ? dst : src
    case BPF_LDX:
      return src
    case BPF_STX:
    case BPF_ST:
      return code === 'spillSize' ? src : dst
    default:
      return -1
  }
}

function range(scene: Scene): Weakness | undefined {
  const { path, table, message } = scene
  const reg = scene.code === 'returnRange' ? 0 : culpritOf(scene)
  const value = path.at(-1)?.regs[reg]
  if (!value) return undefined
  const isScalar = value.kind === 'scalar'
  if (value.varOff.mask === 0n) return undefined
  const causes = causesOf(path, table, reg)
  const check = causes.findLast((c) => c.kind === 'narrowed' && isConditional(table, c.insn))
  const limits = allowed(message, value, isScalar)
  const now = rangeOf(value, scene.code)
  if (check) {
    const text = conditionText(scene, check.insn)
    const isHalf = now.low < 0n && (limits === undefined || now.high <= limits.high)
    if (isHalf) return { code: 'oneSided', params: [text, String(now.low), String(now.high)], insn: check.insn }
    if (limits)
      return { code: 'wide', params: [text, String(now.low), String(now.high), String(limits.low), String(limits.high)], insn: check.insn }
    return { code: 'open', params: [text, ...shown(now)], insn: check.insn }
  }
  const stray = otherNumber(scene, causes)
  if (stray !== undefined) return { code: 'otherValue', params: [conditionText(scene, stray), name(scene, reg)], insn: stray }
  return limits
    ? { code: 'absentRange', params: [...shown(now), String(limits.low), String(limits.high)], insn: -1 }
    : { code: 'absent', params: [], insn: -1 }
}

/** The number that is added to a pointer at the place of the rejection. */
function addend(scene: Scene): Weakness | undefined {
  const { path, table } = scene
  const value = path.at(-1)?.regs[culpritOf(scene)]
  if (!value) return undefined
  const check = causesOf(path, table, culpritOf(scene)).findLast((c) => c.kind === 'narrowed' && isConditional(table, c.insn))
  if (!check) return { code: 'absent', params: [], insn: -1 }
  return { code: 'oneSided', params: [conditionText(scene, check.insn), String(value.smin), String(value.smax)], insn: check.insn }
}

/** A comparison of a number with a constant on the path that says nothing of the value at fault, although both are worked out from one place. */
function otherNumber({ path, table }: Scene, causes: readonly Cause[]): number | undefined {
  const made = new Set(causes.filter((c) => c.kind === 'made' || c.kind === 'filled').map((c) => c.insn))
  for (let i = path.length - 2; i >= 0; i--) {
    const { insn, regs } = path[i]
    if (!isConditional(table, insn)) continue
    const dst = table.dst[insn]
    if (regs[dst].kind !== 'scalar' || regs[dst].varOff.mask === 0n) continue
    if (causesOf(path.slice(0, i + 1), table, dst).some((c) => made.has(c.insn))) return insn
  }
  return undefined
}

interface Range {
  readonly low: bigint
  readonly high: bigint
}

function rangeOf(v: ValueView, code: RejectionCode): Range {
  const isSigned = v.smin < 0n && (v.umax > 0xffff_ffffn || code === 'negativeSize' || code === 'negativeIndex')
  return isSigned ? { low: v.smin, high: v.smax } : { low: v.umin, high: v.umax }
}

const U32 = 0xffff_ffffn
const shown = (r: Range): readonly string[] => [String(r.low), r.high > U32 ? '2^64-1' : String(r.high)]

/** Which values would have been in order, read off the message. */
function allowed(message: string, value: ValueView, isScalar: boolean): Range | undefined {
  const returns = /should have been in \[(-?\d+), (-?\d+)\]/.exec(message)
  if (returns) return { low: BigInt(returns[1]), high: BigInt(returns[2]) }
  const memory = /(?:value|key|mem)_size=(\d+) off=(-?\d+) size=(\d+)/.exec(message)
  if (memory) {
    const [total, off, size] = memory.slice(1).map(BigInt)
    if (isScalar) return { low: 0n, high: total - off }
    const fixed = off - (off < 0n ? value.smin : value.umax)
    return { low: -fixed > 0n ? -fixed : 0n, high: total - size - fixed }
  }
  if (/invalid zero-sized read/.test(message)) return { low: 1n, high: value.umax }
  return undefined
}

// References

/** The path ends where what it holds is not given back. */
function release(scene: Scene): Weakness | undefined {
  const { path, table } = scene
  const branch = path.findLast((s, i) => i < path.length - 1 && isConditional(table, s.insn))
  return branch && { code: 'thisArm', params: [conditionText(scene, branch.insn)], insn: branch.insn }
}

// Texts

export function isConditional(table: InsnTable, insn: number): boolean {
  const cls = bpfClass(table.opcode[insn])
  if (cls !== BPF_JMP && cls !== BPF_JMP32) return false
  const op = bpfOp(table.opcode[insn])
  return op !== BPF_JA && op !== BPF_CALL && op !== BPF_EXIT
}

export const isCallAt = (table: InsnTable, insn: number): boolean =>
  bpfClass(table.opcode[insn]) === BPF_JMP && bpfOp(table.opcode[insn]) === BPF_CALL

/** The C line of a comparison, or the instruction where none is known. */
function conditionText({ program }: Scene, insn: number): string {
  const line = program.lines.findLast((l) => l.insn <= insn)
  return line ? line.text.trim() : `insn ${insn}`
}

/** "R2 (`ip`)". */
export function nameOf(program: Program, reg: number, insn: number): string {
  const names = program.vars.filter((v) => v.from <= insn && insn < v.to && v.place.kind === 'reg' && v.place.reg === reg)
  const name = [...new Set(names.map((v) => v.name))].join(', ')
  return name === '' ? `R${reg}` : `R${reg} (${name})`
}

const name = ({ program, path }: Scene, reg: number, insn = path.at(-1)?.insn ?? 0): string => nameOf(program, reg, insn)
