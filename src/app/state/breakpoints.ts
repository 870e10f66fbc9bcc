// Breakpoints on C lines and on instructions: on and off. They belong to the document and are saved with it.
import { useDocument } from './document.ts'
import type { Breakpoints } from './record.ts'

export type BreakpointPlace = { readonly kind: 'insn'; readonly slot: number } | { readonly kind: 'line'; readonly line: number }

const toggled = (list: readonly number[], x: number): readonly number[] =>
  list.includes(x) ? list.filter((y) => y !== x) : [...list, x].sort((a, b) => a - b)

export function withToggled(breakpoints: Breakpoints, place: BreakpointPlace): Breakpoints {
  return place.kind === 'insn'
    ? { ...breakpoints, slots: toggled(breakpoints.slots, place.slot) }
    : { ...breakpoints, lines: toggled(breakpoints.lines, place.line) }
}

/** Sets or takes off the breakpoint; answers whether it is set now. */
export function toggleBreakpoint(place: BreakpointPlace): boolean {
  const { breakpoints, setBreakpoints } = useDocument.getState()
  const next = withToggled(breakpoints, place)
  setBreakpoints(next)
  return place.kind === 'insn' ? next.slots.includes(place.slot) : next.lines.includes(place.line)
}
