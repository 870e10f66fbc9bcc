// The smallest program that still shows what a large one showed: instructions are taken out in ever smaller pieces with jumps mended, then
// constants go toward 0 and flags and map contents away. `holds` says whether a candidate still shows it; it may ask the kernel.
import { fromHex, toHex } from '../base/index.ts'
import type { Insn } from '../isa/index.ts'
import type { GeneratedRecord } from './generate/record.ts'
import { type Listing, readListing, without, writeListing } from './listing.ts'

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
