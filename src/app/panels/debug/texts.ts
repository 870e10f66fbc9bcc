// Texts of watches, breakpoints, races, WebAssembly and arrows in the language chosen; a table of its own, loaded with the first of them.
import { useUi } from '../../state/ui.ts'
import { debugEn } from './texts.en.ts'
import { debugKo } from './texts.ko.ts'

export type DebugTexts = typeof debugEn
const TABLES = { en: debugEn, ko: debugKo as DebugTexts }

export const useTexts = (): DebugTexts => TABLES[useUi((s) => s.language)]
