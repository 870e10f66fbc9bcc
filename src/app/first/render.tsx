// The page of a first visit as HTML, for the build: the same components over the same answer. Runs in Node, where
// none of the page's acts can be called.

import { answer } from 'virtual:first-answer'
import { renderToString } from 'react-dom/server'
import { App } from '../App.tsx'
import type { Page } from '../state/boot.ts'
import { useSession } from '../state/session.ts'
import { type Language, useUi } from '../state/ui.ts'

export function render(language: Language): string {
  // What is drawn in Node is a store's first state.
  Object.assign(useUi.getInitialState(), { language })
  Object.assign(useSession.getInitialState(), answer, { phase: 'ready', fresh: true })
  return renderToString(<App page={{} as Page} />)
}
