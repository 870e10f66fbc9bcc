// 실행을 자세히 들여다보는 화면의 한국어 문구.
import { grouped } from '../../i18n/grouped.ts'
import type { DebugTexts } from './texts.ts'

const count = (n: number): string => grouped(n)

export const debugKo: DebugTexts = {
  watch: {
    title: '조사식과 중단점',
    watches: '조사식',
    add: '조사할 식',
    addButton: '조사',
    hint: 'C처럼 씁니다: r0, counts[6].packets, pkt16[12], tcp.destination_port, *(u8 *)(r2 + 4), 프로그램의 변수, 10.0.0.1',
    remove: (text) => `조사식 빼기: ${text}`,
    next: (text) => `다음으로 바뀌는 곳: ${text}`,
    previous: (text) => `이전에 바뀐 곳: ${text}`,
    changed: '바뀜',
    absent: (what) => `여기에는 없음: ${what}`,
    unknown: (name) => `그런 이름이 없음: ${name}`,
    fault: (at) => `${count(at)}번째 글자부터 식이 아닙니다`,
    breakpoints: '중단점',
    none: '없음: F9로 걸고, Shift+F9로 조건을 붙입니다.',
    line: (line) => `${count(line)}번 줄`,
    insn: (slot) => `명령어 ${count(slot)}`,
    condition: (where) => `조건: ${where}`,
    always: '항상, 또는 조건',
    removeAt: (where) => `중단점 빼기: ${where}`,
    goTo: (where) => `보기: ${where}`,
  },
  arrows: {
    label: (slot) => `명령어 ${count(slot)}의 값이 온 곳`,
    kinds: {
      made: '만듦',
      moved: '복사',
      changed: '변경',
      narrowed: '비교',
      forgotten: '잊음',
      spilled: '스택에 저장',
      filled: '스택에서 읽음',
    },
    use: { read: '이 포인터로 읽음', write: '이 포인터로 씀', call: '인자로 호출', compare: '비교', other: '사용' },
  },
  wasm: {
    label: '명령어별 WebAssembly 코드',
    intro: (functions, lines) => `함수 ${count(functions)}개, ${count(lines)}줄. 이번 실행에 컴파일된 그대로입니다`,
    none: '이 프로그램에서 WebAssembly로 컴파일된 부분이 없습니다.',
    entering: '들어가고 나가고 넘겨주는 부분',
    function: (name) => `함수 ${name}`,
  },
  race: {
    intro:
      '같은 프로그램을 CPU 두 개에서 동시에 돌립니다. 점 하나가 순서 하나입니다. CPU 0이 먼저 몇 명령어, 다음에 CPU 1이 몇 명령어, 그 뒤에는 둘 다 끝까지 갑니다.',
    packet: (cpu) => `CPU ${count(cpu)}의 패킷`,
    packetNumber: (n, summary) => `${count(n)}번: ${summary}`,
    across: 'CPU 0이 먼저 실행하는 명령어 수',
    down: '다음에 CPU 1이 실행하는 명령어 수',
    grid: (same, other, deadlock) =>
      `순서 ${count(same)}가지는 차례로 돌린 것과 같고 ${count(other)}가지는 다릅니다${deadlock > 0 ? `. 교착 상태는 ${count(deadlock)}가지입니다` : ''}`,
    safe: '어느 순서로 돌려도 결과가 같습니다. 공유하는 값을 원자적 연산이나 락으로 지키고 있거나, 공유하는 값이 없습니다.',
    race: '경쟁 상태입니다. 순서에 따라 값을 잃거나 결과가 달라집니다.',
    kinds: { same: '차례로 돌린 것과 같음', other: '다름', deadlock: '교착 상태', fault: '오류' },
    working: '순서를 바꿔 가며 돌려 보는 중…',
    first: (n) => `CPU 0이 명령어 ${count(n)}개 실행`,
    after: (n) => `다음에 CPU 1이 명령어 ${count(n)}개 실행`,
    showWorst: '다른 순서 하나 보기',
    trace: '차례대로 일어난 일',
    cpu: (n) => `${count(n)}번 CPU`,
    spins: '락을 기다림',
    end: '맵에 남은 값',
    expected: '차례로 돌렸을 때',
    here: '이 순서',
    nothing: '둘 다 맵에 쓰지 않았습니다.',
    returned: (cpu, value) => `${count(cpu)}번 CPU의 반환값 ${value}`,
    more: (n) => `${count(n)}단계 더 있음`,
    needs: '이 프로그램이 처리할 패킷이 두 개 필요합니다.',
    unsupported: (what) => `시뮬레이션하지 않음: ${what}`,
  },
}
