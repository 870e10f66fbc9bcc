// The page's texts in the language chosen.
import { useUi } from '../state/ui.ts'
import { en, type Messages } from './en.ts'
import { ko } from './ko.ts'

const TABLES = { en, ko } as const

export type { Messages } from './en.ts'

/** Texts for a component. */
export const useT = (): Messages => TABLES[useUi((s) => s.language)]

/** Texts outside of components. */
export const texts = (): Messages => TABLES[useUi.getState().language]
