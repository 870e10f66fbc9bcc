// Texts about foreign input other than C: objects, captures, links, scenarios, assembly.
import type { MessageTable } from './messages.ts'

export const INPUT_MESSAGES = {
  'input.truncated': { en: '{0}: the data ends too early at byte {1}', ko: '{0}: 데이터가 {1}번째 바이트에서 끊겼습니다' },
} as const satisfies MessageTable
