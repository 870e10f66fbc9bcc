// The check that was too weak, in plain words. src/engine/explain/weakness.ts says which it is and what the parameters are; {0} is the C line
// of the comparison where there is one.
import type { MessageTable } from './messages.ts'

export const WEAKNESS_MESSAGES = {
  short: {
    en: 'This check is too weak: “{0}” proves {1} bytes of the packet, and this access ends at byte {2}.',
    ko: '검사가 약합니다. “{0}”이(가) 증명하는 패킷은 {1}바이트인데, 이 접근은 {2}바이트에서 끝납니다.',
  },
  otherPointer: {
    en: 'This check looks at another pointer: “{0}” compares {1}, the access goes through {2}. Linux keeps a proof for the pointer that was compared and its copies, not for one that was worked out a second time.',
    ko: '검사한 포인터가 다릅니다. “{0}”은(는) {1}을(를) 비교하지만 접근은 {2}로 합니다. Linux는 비교한 포인터와 그 복사본의 증명만 기억하며, 따로 다시 계산한 포인터에는 적용하지 않습니다.',
  },
  wrongArm: {
    en: 'The access stands on the wrong side of the check: on this branch of “{0}” the packet was not shown to be long enough.',
    ko: '접근이 검사의 반대쪽에 있습니다. “{0}”의 이 분기에서는 패킷이 충분히 길다는 것이 증명되지 않았습니다.',
  },
  tooFar: {
    en: 'The check “{0}” proves nothing here: the offset may reach {1}, and beyond 65535 Linux does not trust the comparison.',
    ko: '검사 “{0}”은(는) 여기서 아무것도 증명하지 못합니다. 오프셋이 {1}까지 될 수 있는데, 65535를 넘으면 Linux는 비교를 믿지 않습니다.',
  },
  lost: {
    en: 'The check “{0}” was made, but the call at instruction {1} came after it and made its proof void.',
    ko: '검사 “{0}”은(는) 있었지만, 그 뒤 명령어 {1}의 호출로 증명이 무효가 되었습니다.',
  },
  otherCopy: {
    en: 'The check “{0}” is about another pointer; {1} was not compared with NULL.',
    ko: '검사 “{0}”은(는) 다른 포인터를 확인한 것입니다. {1}은(는) NULL과 비교하지 않았습니다.',
  },
  wide: {
    en: 'This check is too weak: after “{0}” the value lies in {1} … {2}, and only {3} … {4} is in order.',
    ko: '검사가 약합니다. “{0}” 뒤에 값은 {1} … {2}인데, 허용되는 것은 {3} … {4}뿐입니다.',
  },
  oneSided: {
    en: 'This check covers one side only: after “{0}” the value lies in {1} … {2}, so it may still be negative.',
    ko: '검사가 한쪽만 막습니다. “{0}” 뒤에 값은 {1} … {2}이므로 아직 음수일 수 있습니다.',
  },
  open: {
    en: 'This check is too weak: after “{0}” the value may still be anything in {1} … {2}.',
    ko: '검사가 약합니다. “{0}” 뒤에도 값은 {1} … {2} 가운데 무엇이든 될 수 있습니다.',
  },
  otherValue: {
    en: 'The check “{0}” bounds another value than the one that is used, {1}. Linux keeps no relation between two variables.',
    ko: '검사 “{0}”은(는) 실제로 쓰는 {1}이(가) 아닌 다른 값을 제한합니다. Linux는 두 변수 사이의 관계를 기억하지 않습니다.',
  },
  absentRange: {
    en: 'No check on this path bounds the value: it may be {0} … {1}, and only {2} … {3} is in order.',
    ko: '이 경로에는 값을 제한하는 검사가 없습니다. 값은 {0} … {1}일 수 있는데, 허용되는 것은 {2} … {3}뿐입니다.',
  },
  absent: {
    en: 'No check on this path is about it.',
    ko: '이 경로에는 이를 확인하는 검사가 없습니다.',
  },
  thisArm: {
    en: 'The path that was refused goes by “{0}” and ends without giving it back.',
    ko: '거부된 경로는 “{0}”을(를) 지나, 돌려주지 않고 끝납니다.',
  },
} as const satisfies MessageTable
