// Texts about what processes are told to do.
import type { MessageTable } from './messages.ts'

export const ACT_MESSAGES = {
  'acts.verb': { en: "'{0}' is nothing that a process can be told to do", ko: "'{0}'은(는) 프로세스에 시킬 수 있는 동작이 아닙니다" },
  'acts.argument': { en: "'{0}' cannot be read as {1}", ko: "'{0}'을(를) {1}(으)로 읽을 수 없습니다" },
  'acts.missing': { en: '{0} is missing', ko: '{0}이(가) 빠졌습니다' },
  'acts.extra': { en: "'{0}' is one word too many", ko: "'{0}'은(는) 필요 없는 단어입니다" },
  'acts.quote': { en: 'the text that begins with {0} has no end', ko: '{0}(으)로 시작한 문자열이 끝나지 않았습니다' },
  'acts.block': {
    en: "'{0}' has no block: braces come in pairs, behind acts that hold others",
    ko: "'{0}'에는 블록이 없습니다. 중괄호는 다른 동작을 담는 동작 뒤에 짝을 이루어 써야 합니다",
  },
  'acts.syscall': { en: "Linux has no system call '{0}'", ko: "Linux에는 '{0}' 시스템 콜이 없습니다" },
  'acts.depth': { en: 'blocks are too many or too deep', ko: '블록이 너무 많거나 너무 깊습니다' },
} as const satisfies MessageTable
