// Derived views that several panels share: what is lit, and the page object for acting on it.
import { createContext, useContext, useMemo } from 'react'
import { useStore } from 'zustand'
import type { Page } from './boot.ts'
import { useDocument } from './document.ts'
import { type Related, relate, type Selection } from './relate.ts'
import { shownListing, shownPc, useSession } from './session.ts'

export const PageContext = createContext<Page | undefined>(undefined)

/** The page's engine, keeper and acts. */
export function usePage(): Page {
  const page = useContext(PageContext)
  if (!page) throw new Error('invariant: a panel outside of the page')
  return page
}

/** Everything that belongs to what is pointed at, else chosen, else next to run. */
export function useRelated(): Related {
  const hover = useSession((s) => s.hover)
  const selection = useSession((s) => s.selection)
  const pc = useSession(shownPc)
  const listing = useSession(shownListing)
  const layers = useSession((s) => s.machine?.layers) ?? NO_LAYERS
  return useMemo(() => {
    const now: Selection = hover.kind !== 'none' ? hover : selection.kind !== 'none' ? selection : { kind: 'insn', slot: pc }
    return relate(now, { listing, layers })
  }, [hover, selection, pc, listing, layers])
}

const NO_LAYERS: readonly [] = []

/** Undo and redo of changes to the scenario. */
export function useTemporal(): { readonly canUndo: boolean; readonly canRedo: boolean; undo(): void; redo(): void } {
  const { pastStates, futureStates, undo, redo } = useStore(useDocument.temporal)
  return { canUndo: pastStates.length > 0, canRedo: futureStates.length > 0, undo: () => undo(), redo: () => redo() }
}
