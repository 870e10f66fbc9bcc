// Texts about foreign input other than C: objects, captures, links, scenarios, assembly.
import type { MessageTable } from './messages.ts'

export const INPUT_MESSAGES = {
  'input.truncated': { en: '{0}: the data ends too early at byte {1}', ko: '{0}: 데이터가 {1}번째 바이트에서 끊겼습니다' },
  'input.traffic': {
    en: '{0}, column {1}: {2} is expected here',
    ko: '{0} {1}열: 여기에는 다음이 와야 합니다: {2}',
  },
  'input.scenario': { en: 'the scenario does not fit together: {0}', ko: '시나리오가 서로 맞지 않습니다: {0}' },
  'input.limit': {
    en: 'the run was ended at a limit: {0}',
    ko: '한도에 도달해 실행을 끝냈습니다: {0}',
  },
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
  'loader.legacyMaps': {
    en: "maps in section 'maps': libbpf 1.0 and later refuse them and want them in '.maps'",
    ko: "'maps' 섹션의 맵: libbpf 1.0부터는 이런 맵을 거부하며 '.maps'에 두어야 합니다",
  },
  'loader.mapInner': {
    en: "map '{0}': Linux makes no map of maps without knowing what the maps in it are like (__array(values, ...))",
    ko: "맵 '{0}': 안에 들어갈 맵의 형태(__array(values, ...))가 없으면 Linux가 맵의 맵을 만들지 않습니다",
  },
  'loader.mapRepaired': {
    en: "map '{0}': {1} {2} is taken for {3}; Linux refuses it unless user space sets it before the load",
    ko: "맵 '{0}': {1} {2}을(를) {3}(으)로 봅니다. 사용자 공간에서 로드 전에 정하지 않으면 Linux가 거부합니다",
  },
  'loader.mapStatic': {
    en: "map '{0}' is static; libbpf takes global maps only",
    ko: "맵 '{0}'이(가) static입니다. libbpf는 전역 맵만 받습니다",
  },
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
  'loader.legacySection': {
    en: "program '{0}': section '{1}' is taken for {2}; libbpf 1.0 and later refuse such names",
    ko: "프로그램 '{0}': '{1}' 섹션을 {2}(으)로 봅니다. libbpf 1.0부터는 이런 이름을 거부합니다",
  },
  'loader.callSection': {
    en: "program '{0}' calls '{1}', which lies in section '{2}'; only functions without SEC() can be called",
    ko: "프로그램 '{0}'이(가) '{2}' 섹션의 '{1}'을(를) 호출합니다. SEC()가 없는 함수만 호출할 수 있습니다",
  },
  'loader.call': {
    en: "program '{0}': the call at instruction {1} of section '{2}' leads to no function",
    ko: "프로그램 '{0}': '{2}' 섹션 명령 {1}의 호출 대상 함수가 없습니다",
  },
  'loader.exceptionCallback': {
    en: "program '{0}': there is no global function '{1}' for its exceptions",
    ko: "프로그램 '{0}': 예외를 받을 전역 함수 '{1}'이(가) 없습니다",
  },
  'loader.relocation': {
    en: "program '{0}': reference to '{1}' at instruction {2} is none to a map or to data",
    ko: "프로그램 '{0}': 명령 {2}의 '{1}' 참조가 맵도 데이터도 아닙니다",
  },
  'loader.extern': {
    en: "program '{0}' refers to '{1}', which no section defines",
    ko: "프로그램 '{0}'이(가) 어느 섹션에도 없는 '{1}'을(를) 참조합니다",
  },
  'loader.externMissing': { en: "the kernel has no '{0}'", ko: "커널에 '{0}'이(가) 없습니다" },
  'loader.externType': {
    en: "'{0}' is declared with another type than the kernel's",
    ko: "'{0}'이(가) 커널과 다른 타입으로 선언되었습니다",
  },
  'loader.kconfig': {
    en: "'{0}': the type of this __kconfig variable does not take the option's value",
    ko: "'{0}': 이 __kconfig 변수의 타입에 옵션 값을 담을 수 없습니다",
  },
  'loader.core': {
    en: "program '{0}': the CO-RE relocation of {1} at instruction {2} is wrong: {3}",
    ko: "프로그램 '{0}': 명령 {2}의 CO-RE 재배치({1})가 잘못되었습니다: {3}",
  },
  'loader.noProgram': {
    en: 'the object holds no program: no function with SEC()',
    ko: '오브젝트에 프로그램이 없습니다. SEC()가 붙은 함수가 없습니다',
  },
  'loader.tooLarge': { en: 'the programs of the object are too large together', ko: '오브젝트의 프로그램을 모두 합하면 너무 큽니다' },
  'link.conflict': {
    en: "'{0}' is defined both in {1} and in {2}, and neither definition is weak",
    ko: "'{0}'이(가) {1}와(과) {2} 양쪽에 정의되어 있고 둘 다 weak가 아닙니다",
  },
  'link.type': {
    en: "'{0}' is declared in {1} and in {2} with different types",
    ko: "'{0}'의 타입 선언이 {1}와(과) {2}에서 다릅니다",
  },
  'link.section': {
    en: "the sections '{0}' of the files do not fit together",
    ko: "여러 파일의 '{0}' 섹션이 서로 맞지 않습니다",
  },
  'input.not-hex': { en: "'{0}' is not hexadecimal", ko: "'{0}' 문자열은 16진수가 아닙니다" },
  'input.not-base64': { en: '{0}: the capture is not base64', ko: '{0}: 캡처가 base64 형식이 아닙니다' },
  'input.unsupported': { en: '{0} is not modelled yet', ko: '{0}: 아직 지원하지 않습니다' },
  'input.map-refused': {
    en: "map '{0}': Linux refuses it or an entry (errno {1})",
    ko: "'{0}' 맵: Linux가 맵 또는 항목을 거부합니다(errno {1})",
  },
  'input.no-capture': { en: "there is no capture named '{0}'", ko: "'{0}' 캡처가 없습니다" },
  'asm.character': { en: "character '{0}' means nothing here", ko: "'{0}' 문자는 여기에 쓸 수 없습니다" },
  'asm.expected': { en: 'expected {0}', ko: '{0}이(가) 필요합니다' },
  'asm.expectedOneOf': { en: 'expected one of {0}', ko: '{0} 중 하나가 필요합니다' },
  'asm.expectedInsn': { en: 'expected an instruction', ko: '명령이 필요합니다' },
  'asm.expectedEnd': { en: 'expected the end of the statement', ko: '문장이 여기서 끝나야 합니다' },
  'asm.expectedRegister': { en: 'expected a register (r0 to r10, w0 to w10)', ko: '레지스터(r0~r10, w0~w10)가 필요합니다' },
  'asm.expectedNumber': { en: 'expected a number', ko: '숫자가 필요합니다' },
  'asm.expectedAssignment': { en: 'expected an assignment', ko: '대입 연산자가 필요합니다' },
  'asm.expectedValue': { en: 'expected a value', ko: '값이 필요합니다' },
  'asm.expectedMapName': { en: 'expected the name of a map', ko: '맵 이름이 필요합니다' },
  'asm.expectedComparison': { en: 'expected a comparison', ko: '비교 연산자가 필요합니다' },
  'asm.expectedName': { en: 'expected one name', ko: '이름이 하나 필요합니다' },
  'asm.width': { en: 'registers of different width: r is 64 bits, w is 32', ko: '레지스터 폭이 다릅니다. r은 64비트, w는 32비트입니다' },
  'asm.range': { en: '{0} is not in the range {1} to {2}', ko: '{0}은(는) {1}부터 {2}까지의 범위에 있지 않습니다' },
  'asm.label': { en: "no label '{0}'", ko: "'{0}' 레이블이 없습니다" },
  'asm.duplicateLabel': { en: "'{0}' is defined twice", ko: "'{0}'이(가) 두 번 정의되었습니다" },
  'asm.function': { en: "no function '{0}'", ko: "'{0}' 함수가 없습니다" },
  'asm.map': { en: "no map '{0}'", ko: "'{0}' 맵이 없습니다" },
  'asm.mapType': { en: "unknown map type '{0}'", ko: "알 수 없는 맵 종류 '{0}'" },
  'asm.progType': { en: "unknown program type '{0}'", ko: "알 수 없는 프로그램 종류 '{0}'" },
  'asm.directive': { en: "unknown directive '{0}'", ko: "알 수 없는 지시어 '{0}'" },
  'asm.data-slot': {
    en: 'data has to fill instructions of 8 bytes',
    ko: '데이터는 8바이트 명령을 꼭 채워야 합니다',
  },
  'asm.slot': { en: 'line of slot {0} stands at slot {1}', ko: '슬롯 {0}의 줄이 슬롯 {1}에 있습니다' },
  'asm.empty': { en: 'the text holds no instruction', ko: '텍스트에 명령이 없습니다' },
  'capture.magic': { en: 'this is neither a pcap nor a pcapng file', ko: 'pcap 파일도 pcapng 파일도 아닙니다' },
  'capture.truncated': {
    en: 'the capture ends in the middle of what begins at byte {0}; what came before is kept',
    ko: '캡처가 {0}번째 바이트에서 시작하는 부분 도중에 끝납니다. 그 앞까지는 읽었습니다',
  },
  'capture.length': {
    en: 'what begins at byte {0} has an impossible length of {1}',
    ko: '{0}번째 바이트에서 시작하는 부분의 길이 {1}이(가) 올바르지 않습니다',
  },
  'capture.byteOrder': {
    en: 'the section at byte {0} does not say its byte order',
    ko: '{0}번째 바이트의 섹션에서 바이트 순서를 알 수 없습니다',
  },
  'capture.block': { en: 'the block at byte {0} is too short', ko: '{0}번째 바이트의 블록이 너무 짧습니다' },
  'capture.interface': {
    en: 'the packet at byte {0} names interface {1}, which the capture does not describe',
    ko: '{0}번째 바이트의 패킷이 캡처에 없는 인터페이스 {1}을(를) 가리킵니다',
  },
  'capture.linkType': {
    en: 'packets of link type {0} are left out; only Ethernet (1) is read',
    ko: '링크 종류 {0}의 패킷은 뺐습니다. 이더넷(1)만 읽습니다',
  },
  'capture.tooMany': {
    en: 'the capture is too large; only its first {0} packets are read',
    ko: '캡처가 너무 큽니다. 처음 {0}개 패킷만 읽었습니다',
  },
  'capture.snapped': { en: '{0} packets were captured only in part', ko: '패킷 {0}개는 일부만 캡처되었습니다' },
} as const satisfies MessageTable
