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
} as const satisfies MessageTable
