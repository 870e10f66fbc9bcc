// Drops instructions that put into a register what it holds already (a literal, another register, a spilled value), and those whose
// result nobody reads. After allocation; a forward data flow on what each register is known to hold.
import { liveOut, walkBack } from './liveness.ts'
import { ALLOCATABLE, asmDefs, copySource, defOf, type MBlock, type MFunc, type MInsn, type MOp, REG_FP } from './mir.ts'
import { keyOf, predecessors } from './thread-blocks.ts'

export function dropRedundant(f: MFunc): void {
  dropRepeated(f)
  for (let changed = true; changed; ) changed = dropUnread(f)
}

/** What each register holds: a text that is equal for equal values; absent = not known. */
type Known = Map<number, string>

/** What is known before and after each block, and a way to step through one. */
interface Flow {
  readonly before: (b: MBlock) => Known
  readonly transfer: (known: Known, i: MInsn) => void
}

function knownValues(f: MFunc): Flow {
  const preds = predecessors(f)
  const after = new Map<MBlock, Known>()
  let serial = 0
  const names = new Map<MInsn, string>()
  const fresh: Fresh = (known, key, i) => {
    let name = names.get(i)
    if (name === undefined) names.set(i, (name = `v${serial++}`))
    else for (const [k, v] of known) if (v === name) known.delete(k)
    known.set(key, name)
    return name
  }
  const before = (b: MBlock): Known => {
    if (b === f.blocks[0]) return new Map()
    const list = preds.get(b)!.map((p) => after.get(p))
    const known = list.filter((k) => k !== undefined)
    if (known.length === 0) return new Map()
    const met: Known = new Map()
    for (const [r, v] of known[0]) if (known.every((k) => k.get(r) === v)) met.set(r, v)
    return met
  }
  // Always from the first block to the last: what is found hangs on the order.
  const waiting = new Set(f.blocks)
  while (waiting.size > 0) {
    for (const b of f.blocks) {
      if (!waiting.delete(b)) continue
      const known = before(b)
      for (const i of b.insns) transfer(known, i, fresh)
      const old = after.get(b)
      if (old && old.size === known.size && [...known].every(([r, v]) => old.get(r) === v)) continue
      after.set(b, known)
      for (const to of b.term.to) waiting.add(to)
    }
  }
  return { before, transfer: (known, i) => transfer(known, i, fresh) }
}

function dropRepeated(f: MFunc): void {
  const flow = knownValues(f)
  for (const b of f.blocks) {
    const known = flow.before(b)
    b.insns = b.insns.filter((i) => {
      const repeated = i.kind === 'op' && isRepeat(known, i)
      flow.transfer(known, i)
      return !repeated
    })
  }
}

/** Whether instructions would change nothing at the end of a block: a question that stays good while code is only moved. */
export function repeatsAtEnd(f: MFunc): (b: MBlock, ops: readonly MOp[]) => boolean {
  const flow = knownValues(f)
  return (b, ops) => {
    const known = flow.before(b)
    for (const i of b.insns) flow.transfer(known, i)
    return ops.every((i) => isRepeat(known, i))
  }
}

/** The value that the instruction puts into a register, where that can be told by a text. */
function contentOf(known: Known, i: MOp): string | undefined {
  const { insn } = i
  const src = copySource(i)
  if (src >= 0) return src === REG_FP ? 'fp' : known.get(src)
  if (insn.kind === 'alu' && insn.op === 'mov' && insn.src.kind === 'imm' && !i.core) {
    return `#${BigInt.asUintN(64, insn.width === 64 ? BigInt(insn.src.imm) : BigInt.asUintN(32, BigInt(insn.src.imm)))}`
  }
  if (insn.kind === 'ld_imm64') return keyOf({ ...i, insn: { ...insn, dst: 0 } })
  if (insn.kind === 'load' && i.slot?.spill) return known.get(slotKey(i.slot.id))
  return undefined
}

/** Spill slots have keys beside the registers. */
const slotKey = (id: number): number => 16 + id

function isRepeat(known: Known, i: MOp): boolean {
  const d = defOf(i.insn)
  if (copySource(i) === d && d >= 0) return true
  const value = d >= 0 && d < ALLOCATABLE ? contentOf(known, i) : undefined
  return value !== undefined && known.get(d) === value
}

/** Puts the instruction's own name for its value there; what had it from an earlier time round a loop holds something else now. */
type Fresh = (known: Known, key: number, i: MInsn) => string

function transfer(known: Known, i: MInsn, fresh: Fresh): void {
  if (i.kind === 'dbg') return
  if (i.kind === 'asm') {
    for (const d of [...asmDefs(i), ...i.clobbers]) known.delete(d)
    return
  }
  const { insn } = i
  if (insn.kind === 'call') {
    for (let r = 0; r <= 5; r++) known.delete(r)
    fresh(known, 0, i)
    return
  }
  if (insn.kind === 'store' && i.slot?.spill && insn.src.kind === 'reg') {
    known.set(slotKey(i.slot.id), known.get(insn.src.reg) ?? fresh(known, insn.src.reg, i))
    return
  }
  const d = defOf(insn)
  if (d < 0) return
  const src = copySource(i)
  if (src >= 0 && src !== REG_FP && !known.has(src)) fresh(known, src, i)
  const value = contentOf(known, i)
  if (value !== undefined) {
    known.set(d, value)
    return
  }
  const name = fresh(known, d, i)
  if (insn.kind === 'load' && i.slot?.spill) known.set(slotKey(i.slot.id), name)
}

/** Drops computations of registers that are not read afterwards; true if there were any. */
function dropUnread(f: MFunc): boolean {
  const out = liveOut(f)
  let changed = false
  for (const [k, b] of f.blocks.entries()) {
    const dead = new Set<MInsn>()
    walkBack(b, out(k), (i, live) => {
      if (i.kind !== 'op' || !isComputation(i)) return
      const d = defOf(i.insn)
      if (d >= 0 && !live.has(d)) dead.add(i)
    })
    if (dead.size === 0) continue
    b.insns = b.insns.filter((i) => !dead.has(i))
    changed = true
  }
  return changed
}

function isComputation(i: MOp): boolean {
  switch (i.insn.kind) {
    case 'alu':
    case 'neg':
    case 'movsx':
    case 'end':
    case 'ld_imm64':
      return true
    case 'load':
      return i.spill === 'load'
    default:
      return false
  }
}
