// What goes wrong in a run, as values. A verified program never gets here; one that runs unverified, or a defect of ours, does.
// `text` is a sentence for people; `kind` and the numbers let a page say it in its own words.
import type { Memory, Region } from './memory.ts'

export type FaultKind =
  /** Address in the first page: a null pointer, perhaps with an offset. */
  | 'null-pointer'
  /** Near a region, but not within what is accessible of it. */
  | 'out-of-bounds'
  /** No region there at all. */
  | 'wild-pointer'
  | 'read-only'
  /** The context has no such field, or not at this size, or may not be written. */
  | 'bad-context-access'
  /** More than 8 frames, or more than 512 bytes below r10. */
  | 'stack-overflow'
  | 'bad-instruction'
  /** Control leaves the program. */
  | 'bad-jump'
  /** Waits for what never comes. */
  | 'deadlock'
  /** A helper was given what it cannot take. */
  | 'bad-argument'

export interface Fault {
  readonly kind: FaultKind
  /** Of the access; 0 where there is none. */
  readonly address: bigint
  readonly size: number
  readonly access: 'read' | 'write' | 'none'
  /** Kind of the region it is in or nearest to; empty where none. */
  readonly region: string
  /** Of the access in it; 0 where there is none. */
  readonly offset: number
  /** Slot of the instruction. */
  readonly insn: number
  readonly text: string
}

const NEAR = 65536

/** The fault of an access that found no region. */
export function accessFault(memory: Memory, insn: number, hi: number, lo: number, size: number, write: boolean): Fault {
  const address = (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0)
  const access = write ? 'write' : 'read'
  const what = `${access} of ${size} byte${size === 1 ? '' : 's'}`
  const base = { address, size, access, insn } as const
  if (address < 4096n) {
    return { ...base, kind: 'null-pointer', region: '', offset: 0, text: `${what} at ${hexAddress(address)}: a null pointer` }
  }
  const r = nearby(memory, hi, lo)
  if (!r) return { ...base, kind: 'wild-pointer', region: '', offset: 0, text: `${what} at ${hexAddress(address)}: no memory there` }
  const offset = (lo - r.baseLo) | 0
  const place = r.label(offset)
  const at = `${place.name} ${place.offset < 0 ? '-' : '+'}${Math.abs(place.offset)}`
  const near = { ...base, region: r.kind, offset } as const
  if (r.port) return { ...near, kind: 'bad-context-access', text: `${what} at ${at}: no such access to the context` }
  const inside = offset >= r.from && offset + size <= r.to && (r.stride === 0 || (offset % r.stride) + size <= r.elem)
  if (inside) return { ...near, kind: 'read-only', text: `${what} at ${at}: not writable` }
  return { ...near, kind: 'out-of-bounds', text: `${what} at ${at}: out of bounds` }
}

/** The region that an address most likely was meant for. */
function nearby(memory: Memory, hi: number, lo: number): Region | undefined {
  const below = memory.nearest(hi, lo)
  const past = (lo - below.baseLo - below.to) | 0
  if (below.baseHi === hi && below.to > 0 && past < NEAR) return below
  // The nearest open one above: a stack frame that is closed has nothing to say.
  return memory.list().find((r) => r.baseHi === hi && r.to > 0 && r.baseLo >>> 0 > lo >>> 0 && (r.baseLo - lo) >>> 0 < NEAR)
}

const hexAddress = (a: bigint): string => `0x${a.toString(16)}`
