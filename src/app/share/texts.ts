// The texts of the share dialog in the language chosen; a table of its own, so that they load with the dialog.
import { useUi } from '../state/ui.ts'
import { shareEn } from './texts.en.ts'
import { shareKo } from './texts.ko.ts'

export type ShareTexts = typeof shareEn
const TABLES = { en: shareEn, ko: shareKo as ShareTexts }

export const useTexts = (): ShareTexts => TABLES[useUi((s) => s.language)]
