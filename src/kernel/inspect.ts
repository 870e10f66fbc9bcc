// What a debugger asks of a kernel that stands still: which place an address is, which frames are open, what lies on a frame's stack and
// which of it was ever written. Reads only.
import { callSite, MAX_BPF_STACK, type Place } from '../vm/index.ts'
import type { Kernel } from './kernel.ts'
import { mapAt } from './kernel.ts'
import type { KernelMap } from './maps/map.ts'

export interface AddressPlace extends Place {
  /** Kind of the region: 'stack', 'ctx', 'packet', 'map value', 'map key', 'ringbuf', 'sock', 'map' (the map itself). */
  readonly kind: string
  /** For a map value or the map itself. */
  readonly map?: KernelMap
  /** Key of the value and CPU that it is for. */
  readonly key?: Uint8Array
  readonly cpu?: number
}

/** An address just past the end of something still belongs to it. */
const NEAR = 65536

export function describeAddress(k: Kernel, hi: number, lo: number): AddressPlace | undefined {
  const map = mapAt(k, lo, hi)
  if (map) return { kind: 'map', name: map.def.name || `map${map.id}`, offset: 0, map }
  const r = k.memory.nearest(hi, lo)
  const offset = (lo - r.baseLo) >>> 0
  if (r.kind === 'none' || r.to === 0 || offset > r.to + NEAR) return undefined
  const place = { kind: r.kind, ...r.label(offset) }
  if (r.kind !== 'map value') return place
  for (const m of k.maps) {
    const at = m.locate(r.baseLo + offset)
    if (at) return { ...place, map: m, key: at.key, cpu: at.cpu, offset: at.offset }
  }
  return place
}

export interface FrameView {
  /** Slot that the frame stands at: the next instruction, or for callers the call that they wait for. */
  readonly at: number
  /** Whether a helper called this function back. */
  readonly isCallback: boolean
}

/** Open frames, the outermost first. */
export function callStack(k: Kernel): FrameView[] {
  const m = k.machine
  const out: FrameView[] = []
  for (let depth = 0; depth <= m.depth; depth++) {
    const at = depth === m.depth ? m.pc : callSite(m, depth)
    out.push({ at, isCallback: depth > 0 && m.continuations[depth] !== undefined })
  }
  return out
}

export interface StackBytes {
  /** 512 bytes, the lowest address first: r10 points behind the last. */
  readonly bytes: Uint8Array
  /** 1 for each byte that was written since the frame opened. */
  readonly written: Uint8Array
}

export function stackFrame(k: Kernel, depth: number): StackBytes {
  const r = k.machine.stack[depth]
  const { ram } = k.memory
  return {
    bytes: ram.read(r.baseLo, MAX_BPF_STACK),
    written: ram.read(r.baseLo + r.shadow, MAX_BPF_STACK).map((b) => (b === 0 ? 0 : 1)),
  }
}
