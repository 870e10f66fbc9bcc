// The page of a first visit that stands in index.html goes when this one, which shows the same, is drawn. To be the first child: what comes behind
// measures itself and must be seen for that.
import { useLayoutEffect } from 'react'

export function FirstLookEnds() {
  useLayoutEffect(() => document.getElementById('first')?.remove(), [])
  return null
}
