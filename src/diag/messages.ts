// The texts of all diagnostics, in both languages. A code without a text in each language is a type error.
// A parameter is written {0}, {1}, ... A layer adds its codes in a table of its own and joins it here.
import { ACT_MESSAGES } from './messages.acts.ts'
import { COMPILER_MESSAGES } from './messages.compiler.ts'
import { FILTER_MESSAGES } from './messages.filter.ts'
import { INPUT_MESSAGES } from './messages.input.ts'

export type Language = 'en' | 'ko'
export type MessageTable = Readonly<Record<string, Readonly<Record<Language, string>>>>

const MESSAGES = { ...ACT_MESSAGES, ...COMPILER_MESSAGES, ...FILTER_MESSAGES, ...INPUT_MESSAGES } as const satisfies MessageTable

export type DiagCode = keyof typeof MESSAGES
export const DIAG_CODES = Object.keys(MESSAGES) as readonly DiagCode[]

/** The text of a code in a language, parameters filled in. */
export function formatMessage(code: DiagCode, params: readonly string[], language: Language): string {
  return fillIn(MESSAGES[code][language], params)
}

/** {0}, {1}, ... replaced by the parameters. */
export const fillIn = (text: string, params: readonly string[]): string => text.replace(/\{(\d)\}/g, (_, i) => params[Number(i)] ?? '')
