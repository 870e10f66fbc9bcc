// The smallest program that still shows what a large one showed: instructions are taken out in ever smaller pieces with jumps mended, then
// constants go toward 0 and flags and map contents away. `holds` says whether a candidate still shows it; it may ask the kernel.
import { fromHex, toHex } from '../base/index.ts'
import { decode, encode, type Insn, insnSlots } from '../isa/index.ts'
import type { GeneratedRecord } from './generate/record.ts'

/** Instructions with targets as indexes into the list; -1 = none (or outside, which stays as it is). */
export interface Listing {
  readonly insn: Insn
  readonly target: number
}

export function readListing(code: Uint8Array): Listing[] {
  const slots = decode(code)
  const indexOf = new Map<number, number>()
  const insns: { readonly insn: Insn; readonly slot: number }[] = []
  for (const [slot, insn] of slots.entries()) {
    if (!insn) continue
    indexOf.set(slot, insns.length)
    insns.push({ insn, slot })
  }
  return insns.map(({ insn, slot }) => {
    const distance = distanceOf(insn)
    return { insn, target: distance === undefined ? -1 : (indexOf.get(slot + 1 + distance) ?? -1) }
  })
}

export function writeListing(listing: readonly Listing[]): Uint8Array {
  const slots: number[] = []
  let slot = 0
  for (const { insn } of listing) {
    slots.push(slot)
    slot += insnSlots(insn)
  }
  slots.push(slot)
  return encode(listing.map(({ insn, target }, i) => (target < 0 ? insn : withDistance(insn, slots[target]! - slots[i]! - 1))))
}

/** Slots from the next instruction to where a jump, call or function address leads. */
function distanceOf(insn: Insn): number | undefined {
  switch (insn.kind) {
    case 'goto':
    case 'jump':
    case 'may_goto':
      return insn.off
    case 'call':
      return insn.target === 'subprog' ? insn.imm : undefined
    case 'ld_imm64':
      return insn.load === 'func' ? insn.imm : undefined
    default:
      return undefined
  }
}

function withDistance(insn: Insn, distance: number): Insn {
  switch (insn.kind) {
    case 'goto':
    case 'jump':
    case 'may_goto':
      return { ...insn, off: distance }
    case 'call':
    case 'ld_imm64':
      return { ...insn, imm: distance }
    default:
      return insn
  }
}

/** Takes out `count` instructions from `from` on; jumps to them go to what follows. */
export function without(listing: readonly Listing[], from: number, count: number): Listing[] {
  const moved = (target: number) => (target < from ? target : Math.max(from, target - count))
  return listing
    .filter((_, i) => i < from || i >= from + count)
    .map((entry) => ({ ...entry, target: entry.target < 0 ? -1 : moved(entry.target) }))
}

export async function shrink(record: GeneratedRecord, holds: (candidate: GeneratedRecord) => Promise<boolean>): Promise<GeneratedRecord> {
  let best = record
  const attempt = async (candidate: GeneratedRecord): Promise<boolean> => {
    if (candidate.insns.length === 0 || !(await holds(candidate))) return false
    best = candidate
    return true
  }
  const listing = () => readListing(fromHex(best.insns)!)
  const withListing = (list: readonly Listing[]): GeneratedRecord => ({ ...best, insns: toHex(writeListing(list)) })

  let shorter = true
  while (shorter) {
    shorter = false
    for (let count = Math.max(1, listing().length >> 1); count >= 1; count >>= 1) {
      for (let from = listing().length - count; from >= 0; from--) {
        const list = listing()
        if (from + count <= list.length && (await attempt(withListing(without(list, from, count))))) shorter = true
      }
    }
  }
  for (let i = 0; i < listing().length; i++) {
    for (const simpler of simplerForms(listing()[i]!.insn)) {
      const list = listing()
      if (await attempt(withListing(list.map((entry, k) => (k === i ? { ...entry, insn: simpler } : entry))))) break
    }
  }
  if (best.flags !== 0) await attempt({ ...best, flags: 0 })
  for (let i = best.maps.length - 1; i >= 0; i--) {
    if (best.maps[i]!.init?.length) await attempt({ ...best, maps: best.maps.map((m, k) => (k === i ? { ...m, init: [] } : m)) })
    if (i === best.maps.length - 1) await attempt({ ...best, maps: best.maps.slice(0, i) })
  }
  if (best.run) {
    const { run: _, ...rest } = best
    await attempt(rest)
  }
  return best
}

/** Other numbers in the same instruction, the simplest first. */
function simplerForms(insn: Insn): Insn[] {
  const numbers = (n: number): number[] => [0, 1, 2, 4, 8].filter((x) => Math.abs(x) < Math.abs(n))
  if ((insn.kind === 'alu' || insn.kind === 'jump' || insn.kind === 'store') && insn.src.kind === 'imm') {
    return numbers(insn.src.imm).map((imm): Insn => ({ ...insn, src: { kind: 'imm', imm } }))
  }
  return []
}
