// The texts on rejections, apart from the diagnostics: they are only needed once Linux has said no, so a page can load them then.

import { FIX_MESSAGES } from './messages.fix.ts'
import { REJECTION_MESSAGES } from './messages.rejection.ts'
import { fillIn, type Language } from './messages.ts'
import { WEAKNESS_MESSAGES } from './messages.weakness.ts'

type Key = keyof typeof REJECTION_MESSAGES
/** What kind of rejection it is: 'packetShort', 'maybeNull', ... */
export type RejectionCode = Key extends `reject.${infer Code}.${'what' | 'fix'}` ? Code : never

export const REJECTION_CODES = Object.keys(REJECTION_MESSAGES)
  .filter((key) => key.endsWith('.what'))
  .map((key) => key.slice('reject.'.length, -'.what'.length)) as readonly RejectionCode[]

/** What Linux could not prove ('what') or what usually helps ('fix'), in a language. */
export function rejectionText(code: RejectionCode, part: 'what' | 'fix', params: readonly string[], language: Language): string {
  return fillIn(REJECTION_MESSAGES[`reject.${code}.${part}`][language], params)
}

/** How the check that should have helped fell short. */
export type WeaknessCode = keyof typeof WEAKNESS_MESSAGES

export const weaknessText = (code: WeaknessCode, params: readonly string[], language: Language): string =>
  fillIn(WEAKNESS_MESSAGES[code][language], params)

/** What a checked fix does. */
export type FixCode = keyof typeof FIX_MESSAGES

export const fixText = (code: FixCode, language: Language): string => FIX_MESSAGES[code][language]
