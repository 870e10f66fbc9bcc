// Texts of what the compiler says. English follows clang's wording where clang has the message.
import type { MessageTable } from './messages.ts'

export const COMPILER_MESSAGES = {
  'c.expected': { en: "expected '{0}'", ko: "'{0}' 기호가 필요합니다" },
} as const satisfies MessageTable
