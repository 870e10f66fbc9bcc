// Asks the editor to show a place in the code. The editor listens; a request made before it is loaded is kept for it.
import { create } from 'zustand'
import { useDocument } from './document.ts'

export interface RevealState {
  readonly line: number
  readonly column: number
  /** Counts requests, so that the same place can be asked for twice. */
  readonly count: number
  /** Whether the cursor goes there too and the editor takes the focus; else the place is only scrolled into view. */
  readonly focus: boolean
}

export const useReveal = create<RevealState>()(() => ({ line: 0, column: 1, count: 0, focus: false }))

/** In the main file unless another one is named. */
export function revealLine(line: number, column = 1, focus = true, path = useDocument.getState().build.main): void {
  if (line <= 0) return
  useDocument.getState().show(path)
  useReveal.setState((s) => ({ line, column, focus, count: s.count + 1 }))
}
