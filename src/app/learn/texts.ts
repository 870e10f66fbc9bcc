// The texts of the lessons' screens in the language chosen; a table of its own, so that they load with the screens.
import { useUi } from '../state/ui.ts'
import { learnEn } from './texts.en.ts'
import { learnKo } from './texts.ko.ts'

export type LearnTexts = typeof learnEn
const TABLES = { en: learnEn, ko: learnKo as LearnTexts }

export const useTexts = (): LearnTexts => TABLES[useUi((s) => s.language)]
