// Breakpoints on C lines and on instructions, their conditions, and watch expressions. They belong to the document and are saved with it.
import { create } from 'zustand'
import { useDocument } from './document.ts'
import type { Breakpoints, Condition } from './record.ts'

export type BreakpointPlace = { readonly kind: 'insn'; readonly slot: number } | { readonly kind: 'line'; readonly line: number }

const toggled = (list: readonly number[], x: number): readonly number[] =>
  list.includes(x) ? list.filter((y) => y !== x) : [...list, x].sort((a, b) => a - b)

const isAt = (place: BreakpointPlace, { kind, at }: Condition): boolean =>
  place.kind === kind && at === (place.kind === 'insn' ? place.slot : place.line)

/** A breakpoint that is taken off takes its condition along. */
export function withToggled(breakpoints: Breakpoints, place: BreakpointPlace): Breakpoints {
  const conditions = breakpoints.conditions?.filter((c) => !isAt(place, c))
  const rest = { ...breakpoints, ...(conditions && { conditions }) }
  return place.kind === 'insn'
    ? { ...rest, slots: toggled(breakpoints.slots, place.slot) }
    : { ...rest, lines: toggled(breakpoints.lines, place.line) }
}

/** An empty text takes the condition away. */
export function withCondition(breakpoints: Breakpoints, place: BreakpointPlace, text: string): Breakpoints {
  const others = (breakpoints.conditions ?? []).filter((c) => !isAt(place, c))
  const at = place.kind === 'insn' ? place.slot : place.line
  return { ...breakpoints, conditions: text.trim() === '' ? others : [...others, { kind: place.kind, at, text: text.trim() }] }
}

export const conditionOf = ({ conditions = [] }: Breakpoints, place: BreakpointPlace): string =>
  conditions.find((c) => isAt(place, c))?.text ?? ''

/** Conditions go with their lines when text above them comes or goes. */
export function withLines(breakpoints: Breakpoints, lines: readonly number[]): Breakpoints {
  const { conditions = [] } = breakpoints
  const before = breakpoints.lines
  if (conditions.length === 0) return { ...breakpoints, lines }
  const moved = conditions.flatMap((c) => {
    if (c.kind !== 'line') return [c]
    const at = before.length === lines.length ? lines[before.indexOf(c.at)] : lines.includes(c.at) ? c.at : undefined
    return at === undefined ? [] : [{ ...c, at }]
  })
  return { ...breakpoints, lines, conditions: moved }
}

/** Sets or takes off the breakpoint; answers whether it is set now. */
export function toggleBreakpoint(place: BreakpointPlace): boolean {
  const { breakpoints, setBreakpoints } = useDocument.getState()
  const next = withToggled(breakpoints, place)
  setBreakpoints(next)
  return place.kind === 'insn' ? next.slots.includes(place.slot) : next.lines.includes(place.line)
}

/** Asks the panel with watches and breakpoints to take the focus: for a new watch, or for the condition of a breakpoint. */
export interface DebugFocus {
  readonly on: 'watch' | BreakpointPlace | undefined
  readonly count: number
}

export const useDebugFocus = create<DebugFocus>()(() => ({ on: undefined, count: 0 }))
export const focusDebug = (on: DebugFocus['on']): void => useDebugFocus.setState((s) => ({ on, count: s.count + 1 }))
