// Lays out the stack frame: every slot gets an offset from r10. Aligned first, so that no room is lost between slots.
//
//   r10 ->  +-----------+  0
//           | slot      |  -8
//           | slot      |  -16 ...   down to -512
import type { MFunc } from './mir.ts'

/** Linux: MAX_BPF_STACK. */
export const MAX_STACK = 512

/** Sets the slots' offsets; gives the bytes used. */
export function layoutFrame(f: MFunc): number {
  let depth = 0
  const slots = f.slots.toSorted((a, b) => Math.min(b.align, 8) - Math.min(a.align, 8) || a.id - b.id)
  for (const slot of slots) {
    const align = Math.max(1, Math.min(slot.align, 8))
    depth = Math.ceil((depth + slot.size) / align) * align
    slot.offset = -depth
  }
  return depth
}
