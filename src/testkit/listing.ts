// A program as a list of instructions whose jumps, calls and function addresses name their targets by index, so that instructions can be
// taken out and put in. What leads out of the program keeps its distance.
import { decode, encode, type Insn, insnSlots } from '../isa/index.ts'

export interface Listing {
  readonly insn: Insn
  /** Index in the list; -1 = none. */
  readonly target: number
}

export function readListing(code: Uint8Array): Listing[] {
  const indexOf = new Map<number, number>()
  const insns: { readonly insn: Insn; readonly slot: number }[] = []
  for (const [slot, insn] of decode(code).entries()) {
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

/** Takes out `count` instructions from `from` on; jumps to them go to what follows. */
export function without(listing: readonly Listing[], from: number, count: number): Listing[] {
  const moved = (target: number) => (target < from ? target : Math.max(from, target - count))
  return listing
    .filter((_, i) => i < from || i >= from + count)
    .map((entry) => ({ ...entry, target: entry.target < 0 ? -1 : moved(entry.target) }))
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
