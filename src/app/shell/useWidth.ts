// How wide the page is, in the three steps that the layout knows.
import { useSyncExternalStore } from 'react'

export type Width = 'narrow' | 'medium' | 'wide'

const narrow = matchMedia('(max-width: 767px)')
const wide = matchMedia('(min-width: 1200px)')

function subscribe(handler: () => void): () => void {
  narrow.addEventListener('change', handler)
  wide.addEventListener('change', handler)
  return () => {
    narrow.removeEventListener('change', handler)
    wide.removeEventListener('change', handler)
  }
}

const width = (): Width => (narrow.matches ? 'narrow' : wide.matches ? 'wide' : 'medium')

export const useWidth = (): Width => useSyncExternalStore(subscribe, width, width)
