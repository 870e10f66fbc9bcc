// The files of a new lesson: small, whole and true, to be changed piece by piece. A test examines them like any other lesson.
import type { LessonFiles } from './read-lesson.ts'

const source = (verdict: string): string => `#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	return ${verdict};
}

char LICENSE[] SEC("license") = "GPL";
`

export function newLesson(id: string): LessonFiles {
  const json = {
    format: 1,
    id,
    kind: 'lesson',
    track: 9,
    order: 1,
    minutes: 5,
    main: 'prog.c',
    program: 'prog',
    packets: ['tcp 10.0.0.1:40000 > 10.0.0.2:80 syn'],
    steps: [
      { id: 'guess', predict: ['first'] },
      { id: 'drop', checks: ['dropped'] },
    ],
    checks: [{ id: 'dropped', kind: 'verdict', packet: 0, verdict: 'XDP_DROP' }],
    hidden: [
      {
        id: 'other',
        packets: ['arp 10.0.0.1 > 10.0.0.2'],
        checks: [{ id: 'arp', kind: 'verdict', packet: 0, verdict: 'XDP_DROP' }],
      },
    ],
    predict: [{ id: 'first', on: 'start', asks: 'packet', packet: 0, options: ['XDP_PASS', 'XDP_DROP'], answer: 'XDP_PASS' }],
    breaks: [],
    wrong: { 'aborted.c': 'dropped' },
    facts: { 'solution.instructions': 2 },
  }
  return {
    'lesson.json': `${JSON.stringify(json, undefined, 2)}\n`,
    'start/prog.c': source('XDP_PASS'),
    'solution/prog.c': source('XDP_DROP'),
    'wrong/aborted.c': source('XDP_ABORTED'),
    'en.md': `# A new lesson

What this lesson is about, and why.

## Look first {#guess}

What there is to see.

## Your guess {#predict-first}

What happens to the packet?

---

The program says \`XDP_PASS\`, so it goes on.

## Drop it {#drop}

What to do. The solution has {{solution.instructions}} instructions.

## Hints {#hints}

### 1

A question that helps to think.

### 2

A pointer at the place.

### 3

\`\`\`c solution
return XDP_DROP;
\`\`\`

## On a real machine {#real}

What differs there.
`,
    'ko.md': `# 새 레슨

이 레슨에서 배울 것과 그 이유를 적습니다.

## 먼저 살펴보기 {#guess}

무엇을 볼지 적습니다.

## 예측 {#predict-first}

이 패킷은 어떻게 될까요?

---

프로그램이 \`XDP_PASS\`를 반환하므로 계속 올라갑니다.

## 버리기 {#drop}

할 일을 적습니다. 모범 답안은 명령어 {{solution.instructions}}개입니다.

## 힌트 {#hints}

### 1

생각을 돕는 질문을 적습니다.

### 2

어디를 볼지 알려 줍니다.

### 3

\`\`\`c solution
return XDP_DROP;
\`\`\`

## 실제 Linux에서는 {#real}

무엇이 다른지 적습니다.
`,
  }
}
