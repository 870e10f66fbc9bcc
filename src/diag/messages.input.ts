// Texts about foreign input other than C: objects, captures, links, scenarios, assembly.
import type { MessageTable } from './messages.ts'

export const INPUT_MESSAGES = {
  'input.truncated': { en: '{0}: the data ends too early at byte {1}', ko: '{0}: 데이터가 {1}번째 바이트에서 끊겼습니다' },
  'elf.magic': { en: 'not an ELF file', ko: 'ELF 파일이 아닙니다' },
  'elf.class': { en: 'not a 64-bit ELF file', ko: '64비트 ELF 파일이 아닙니다' },
  'elf.byteOrder': { en: 'not a little-endian ELF file', ko: '리틀 엔디언 ELF 파일이 아닙니다' },
  'elf.machine': { en: 'not an eBPF object (ELF machine {0})', ko: 'eBPF 오브젝트가 아닙니다 (ELF machine {0})' },
  'elf.notRelocatable': { en: 'not a relocatable object (ELF type {0})', ko: '재배치 가능한 오브젝트가 아닙니다 (ELF type {0})' },
  'elf.truncated': { en: "ELF '{0}': the data ends too early at byte {1}", ko: "ELF '{0}': 데이터가 {1}번째 바이트에서 끊겼습니다" },
  'elf.symbol': {
    en: 'symbol {0} of the ELF symbol table is of an unknown kind',
    ko: 'ELF 심볼 테이블의 심볼 {0}은(는) 알 수 없는 종류입니다',
  },
  'elf.relocation': { en: "section '{0}': broken relocation at {1}", ko: "'{0}' 섹션: {1} 위치의 재배치가 잘못되었습니다" },
  'btf.invalid': { en: 'invalid BTF at byte {0}: {1}', ko: '{0}번째 바이트의 BTF가 잘못되었습니다: {1}' },
  'btf.ext': { en: 'invalid .BTF.ext at byte {0}', ko: '{0}번째 바이트의 .BTF.ext가 잘못되었습니다' },
  'loader.mapsWithoutBtf': { en: "section '.maps' needs BTF that describes it", ko: "'.maps' 섹션에는 그것을 설명하는 BTF가 필요합니다" },
  'loader.mapAttribute': { en: "map '{0}': '{1}' is not a valid attribute", ko: "맵 '{0}': '{1}' 속성이 올바르지 않습니다" },
  'loader.mapType': { en: "map '{0}': unknown map type {1}", ko: "맵 '{0}': 알 수 없는 맵 종류 {1}" },
  'loader.unsupported': { en: "'{0}': {1} is not modelled yet", ko: "'{0}': {1}은(는) 아직 지원하지 않습니다" },
  'loader.needsMap': {
    en: "program '{0}' needs map '{1}', which could not be read",
    ko: "프로그램 '{0}'에 필요한 맵 '{1}'을(를) 읽지 못했습니다",
  },
  'loader.function': { en: "function '{0}' does not fit into section '{1}'", ko: "함수 '{0}'이(가) '{1}' 섹션에 맞지 않습니다" },
  'loader.staticProgram': { en: "program '{0}' is static", ko: "프로그램 '{0}'이(가) static입니다" },
  'loader.section': {
    en: "program '{0}': section name '{1}' says no program type",
    ko: "프로그램 '{0}': 섹션 이름 '{1}'에서 프로그램 종류를 알 수 없습니다",
  },
  'loader.callSection': {
    en: "program '{0}' calls '{1}', which lies in section '{2}'; only functions without SEC() can be called",
    ko: "프로그램 '{0}'이(가) '{2}' 섹션의 '{1}'을(를) 호출합니다. SEC()가 없는 함수만 호출할 수 있습니다",
  },
  'loader.call': {
    en: "program '{0}': the call at instruction {1} of section '{2}' leads to no function",
    ko: "프로그램 '{0}': '{2}' 섹션 명령 {1}의 호출 대상 함수가 없습니다",
  },
  'loader.relocation': {
    en: "program '{0}': reference to '{1}' at instruction {2} is none to a map or to data",
    ko: "프로그램 '{0}': 명령 {2}의 '{1}' 참조가 맵도 데이터도 아닙니다",
  },
  'loader.extern': {
    en: "program '{0}' refers to '{1}', which no section defines",
    ko: "프로그램 '{0}'이(가) 어느 섹션에도 없는 '{1}'을(를) 참조합니다",
  },
  'loader.noProgram': {
    en: 'the object holds no program: no function with SEC()',
    ko: '오브젝트에 프로그램이 없습니다. SEC()가 붙은 함수가 없습니다',
  },
  'loader.tooLarge': { en: 'the programs of the object are too large together', ko: '오브젝트의 프로그램을 모두 합하면 너무 큽니다' },
} as const satisfies MessageTable
