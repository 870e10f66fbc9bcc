// Lane nearmiss: a sound program with one to three small faults of the kinds that people make: a register for another, a bound off by one, a
// check left out, another width or sign, a wrong offset. About a third is still accepted; the rest is refused for a reason of substance.
import { fromHex, toHex } from '../../base/index.ts'
import type { Insn, JumpOp, MemSize } from '../../isa/index.ts'
import { type Listing, readListing, without, writeListing } from '../listing.ts'
import { EDGES, type Random } from './random.ts'
import type { GeneratedRecord } from './record.ts'

type Mutation = (r: Random, list: readonly Listing[], at: number) => readonly Listing[] | undefined

const JUMPS: readonly JumpOp[] = ['jeq', 'jgt', 'jge', 'jset', 'jne', 'jsgt', 'jsge', 'jlt', 'jle', 'jslt', 'jsle']
const replaced = (list: readonly Listing[], at: number, insn: Insn): Listing[] =>
  list.map((entry, i) => (i === at ? { ...entry, insn } : entry))

const otherRegister: Mutation = (r, list, at) => {
  const { insn } = list[at]!
  const n = r.below(r.chance(90) ? 10 : 11)
  if ('src' in insn && typeof insn.src === 'number' && r.chance(50)) return replaced(list, at, { ...insn, src: n } as Insn)
  if ('src' in insn && typeof insn.src === 'object' && insn.src.kind === 'reg' && r.chance(50))
    return replaced(list, at, { ...insn, src: { kind: 'reg', reg: n } } as Insn)
  return 'dst' in insn ? replaced(list, at, { ...insn, dst: n }) : undefined
}

const otherNumber: Mutation = (r, list, at) => {
  const { insn } = list[at]!
  const near = (n: number): number => (r.chance(70) ? (n + r.pick([1, -1, 8, -8, 2, -4])) | 0 : r.pick(EDGES))
  if ((insn.kind === 'alu' || insn.kind === 'jump' || insn.kind === 'store') && insn.src.kind === 'imm') {
    return replaced(list, at, { ...insn, src: { kind: 'imm', imm: near(insn.src.imm) } })
  }
  return undefined
}

const otherPlace: Mutation = (r, list, at) => {
  const { insn } = list[at]!
  if (insn.kind !== 'load' && insn.kind !== 'store' && insn.kind !== 'atomic') return undefined
  return replaced(list, at, { ...insn, off: insn.off + r.pick([1, -1, 4, -4, 8, -8, 64]) })
}

const otherSize: Mutation = (r, list, at) => {
  const { insn } = list[at]!
  if (insn.kind === 'load') return replaced(list, at, { ...insn, size: r.pick<MemSize>([1, 2, 4, 8]), signed: insn.signed && r.chance(50) })
  if (insn.kind === 'store') return replaced(list, at, { ...insn, size: r.pick<MemSize>([1, 2, 4, 8]) })
  if (insn.kind === 'alu' || insn.kind === 'jump' || insn.kind === 'neg')
    return replaced(list, at, { ...insn, width: insn.width === 64 ? 32 : 64 })
  return undefined
}

const otherComparison: Mutation = (r, list, at) => {
  const { insn } = list[at]!
  return insn.kind === 'jump' ? replaced(list, at, { ...insn, op: r.pick(JUMPS) }) : undefined
}

const turnedAround: Mutation = (_r, list, at) => {
  const { insn } = list[at]!
  if (insn.kind !== 'jump' || insn.src.kind !== 'reg') return undefined
  return replaced(list, at, { ...insn, dst: insn.src.reg, src: { kind: 'reg', reg: insn.dst } })
}

const leftOut: Mutation = (_r, list, at) => without(list, at, 1)

const elsewhere: Mutation = (r, list, at) => {
  const entry = list[at]!
  if (entry.target < 0) return undefined
  const target = Math.max(0, Math.min(list.length - 1, entry.target + r.pick([1, -1, 2, -2])))
  return list.map((e, i) => (i === at ? { ...e, target } : e))
}

const swapped: Mutation = (_r, list, at) => {
  if (at + 1 >= list.length || list[at]!.target >= 0 || list[at + 1]!.target >= 0) return undefined
  return list.map((e, i) => (i === at ? list[at + 1]! : i === at + 1 ? list[at]! : e))
}

const added: Mutation = (r, list, at) => {
  const dst = r.below(10)
  const insn: Insn = r.pick<Insn>([
    { kind: 'alu', op: 'add', width: 64, dst, src: { kind: 'imm', imm: r.pick([1, 4, -4]) } },
    { kind: 'alu', op: 'mov', width: 32, dst, src: { kind: 'reg', reg: dst } },
    { kind: 'alu', op: 'mov', width: 64, dst, src: { kind: 'imm', imm: 0 } },
    { kind: 'alu', op: 'and', width: 64, dst, src: { kind: 'imm', imm: 7 } },
    { kind: 'store', size: 8, dst: 10, off: -8 * r.between(1, 12), src: { kind: 'reg', reg: dst } },
    { kind: 'alu', op: 'sub', width: 64, dst, src: { kind: 'reg', reg: r.below(10) } },
  ])
  const moved = list.map((e) => ({ ...e, target: e.target > at ? e.target + 1 : e.target }))
  return [...moved.slice(0, at), { insn, target: -1 }, ...moved.slice(at)]
}

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  otherRegister,
  otherRegister2: otherRegister,
  otherNumber,
  otherNumber2: otherNumber,
  otherPlace,
  otherSize,
  otherComparison,
  turnedAround,
  leftOut,
  leftOut2: leftOut,
  elsewhere,
  swapped,
  added,
}
const NAMES = Object.keys(MUTATIONS)
const TRIES = 12

/** The record with one to three faults put in. */
export function mutated(r: Random, record: GeneratedRecord, id: string): GeneratedRecord {
  let list: readonly Listing[] = readListing(fromHex(record.insns)!)
  const names: string[] = []
  const faults = r.pick([1, 1, 1, 2, 2, 3])
  for (let i = 0; i < TRIES && names.length < faults; i++) {
    const name = r.pick(NAMES)
    const next = list.length > 0 ? MUTATIONS[name]!(r, list, r.below(list.length)) : undefined
    if (!next || next.length === 0) continue
    list = next
    names.push(name.replace(/\d$/, ''))
  }
  const { run, ...rest } = record
  return { ...rest, id, lane: 'nearmiss', gen: names.join('+'), insns: toHex(writeListing(list)), ...(run ? { run } : {}) }
}
