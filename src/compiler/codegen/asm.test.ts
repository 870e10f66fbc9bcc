// Inline assembly from C to slots: operands, labels, symbols, registers that it takes, and what is wrong with its text.
import { describe, expect, it } from 'vitest'
import { makeSource } from '../../diag/index.ts'
import { disassemble } from '../../isa/index.ts'
import { compile } from '../index.ts'

const input = (text: string) => ({ main: makeSource('a.c', text), include: () => undefined, includeDirs: [], defines: {}, cpu: 3 as const })

/** The instructions of one section, and its relocations as `slot: symbol`. */
function code(text: string, section = 'xdp'): string[] {
  const { object, diagnostics } = compile(input(text), { check: true })
  expect(diagnostics.filter((d) => d.severity === 'error')).toEqual([])
  const found = object!.sections.find((s) => s.name === section)!
  const relocations = found.relocations.map((r) => {
    const symbol = object!.symbols[r.symbol]
    return `${r.offset / 8}: ${symbol.kind === 'section' ? object!.sections[symbol.section!].name : symbol.name}`
  })
  return [...disassemble(found.data).filter((line) => line !== ''), ...relocations]
}

const faults = (text: string): string[] => compile(input(text)).diagnostics.flatMap((d) => (d.severity === 'error' ? [d.code] : []))

const PROGRAM = '__attribute__((section("xdp"))) int entry(void *ctx)'
const NAKED = `__attribute__((section("xdp"), naked)) int entry(void *ctx)`

describe('naked functions', () => {
  it('are their assembly and nothing else', () => {
    expect(
      code(`struct { int (*type)[1]; } map __attribute__((section(".maps")));
        static __attribute__((naked, noinline, used)) int sub(void) { asm volatile("r0 = 7; exit;" ::: "r0"); }
        static long (*const helper)(void) = (void *)5;
        struct insn { unsigned char code; unsigned char dst : 4; unsigned char src : 4; short off; int imm; };
        ${NAKED} { asm volatile("r1 = %[map] ll; call %[helper]; if r0 == 0 goto l_%=; call sub; 1: r0 += %[n]; if r0 < 9 goto 1b;"
          ".8byte %[raw]; l_%=: exit" : : [map]"i"(&map), [helper]"i"(helper), [n]"i"(sizeof(long)),
          [raw]"i"(*(long *)&((struct insn){ .code = 0xb7, .dst = 3, .imm = -1 })) : "r0", "memory"); }`),
    ).toEqual([
      '(18) r1 = 0x0',
      '(85) call unknown#5',
      '(15) if r0 == 0x0 goto pc+4',
      '(85) call pc-1',
      '(07) r0 += 8',
      '(a5) if r0 < 0x9 goto pc-2',
      '(b7) r3 = -1',
      '(95) exit',
      '0: map',
      '4: .text',
    ])
  })
})

describe('operands', () => {
  it('are registers of their own, results stored one by one', () => {
    expect(
      code(`${PROGRAM} { unsigned a = 1, b; asm volatile("%[b] = %[a]; %w[a] += %[c]; %[b] *= %[d]"
        : [a]"+r"(a), [b]"=r"(b) : [c]"ri"(7), [d]"r"(ctx)); return a - b; }`),
    ).toEqual(['(b4) w0 = 1', '(bf) r2 = r0', '(04) w0 += 7', '(2f) r2 *= r1', '(1c) w0 -= w2', '(95) exit'])
  })

  it('may be memory, and what is clobbered is kept elsewhere', () => {
    const lines = code(
      `${PROGRAM} { long a = 5; asm volatile("r1 = 3; *(u64 *)%0 += r1; r6 = 0" : "+m"(a) : : "r1", "r6"); return a + *(int *)ctx; }`.replace(
        '*(u64 *)%0 += r1',
        'lock *(u64 *)%0 += r1',
      ),
    )
    expect(lines).toContain('(db) lock *(u64 *)(r10 -8) += r1')
    expect(lines).not.toContain('(bf) r6 = r1')
  })

  it('may be more than there are registers for', () => {
    const many = (n: number) =>
      `${PROGRAM} { long ${Array.from({ length: n }, (_, k) => `v${k} = ((long *)ctx)[${k}]`).join(', ')};
        asm volatile("r0 = r0" : ${Array.from({ length: n }, (_, k) => `"+r"(v${k})`).join(', ')}); return ${Array.from({ length: n }, (_, k) => `v${k}`).join(' + ')}; }`
    expect(code(many(10)).at(-1)).toBe('(95) exit')
    expect(faults(many(11))).toEqual(['c.bpf.asm-registers'])
  })
})

describe('asm goto', () => {
  it('leads to its labels', () => {
    expect(
      code(`${PROGRAM} { long n = 0; for (;;) { n++; asm goto("if %[n] > 5 goto %l[out]; may_goto %l[out]" : : [n]"r"(n) : "memory" : out); }
        out: return n; }`),
    ).toEqual([
      '(b7) r1 = 0',
      '(07) r1 += 1',
      '(25) if r1 > 0x5 goto pc+2',
      '(e5) may_goto pc+1',
      '(05) goto pc-4',
      '(bc) w0 = w1',
      '(95) exit',
    ])
  })
})

describe('faults', () => {
  it.each([
    ['asm volatile("r1 <> 2");', 'asm.expectedAssignment'],
    ['asm volatile("goto nowhere");', 'asm.label'],
    ['asm volatile(".byte 1");', 'asm.data-slot'],
    ['asm volatile("r1 = %0" : : "i"(ctx));', 'c.bpf.asm-immediate'],
  ])('%s', (statement, fault) => {
    expect(faults(`${PROGRAM} { ${statement} return 0; }`)).toEqual([fault])
  })
})

it('LLVM intrinsics for loads from the packet are the instructions of that name', () => {
  const lines = code(`unsigned long long load_byte(void *skb, unsigned long long off) asm("llvm.bpf.load.byte");
    unsigned long long load_word(void *skb, unsigned long long off) asm("llvm.bpf.load.word");
    ${PROGRAM} { return load_word(ctx, load_byte(ctx, 14) + 1); }`)
  expect(lines.filter((line) => line.includes('skb') || line.includes('r6'))).toEqual([
    '(bf) r6 = r7',
    '(30) r0 = *(u8 *)skb[14]',
    '(bf) r6 = r7',
    expect.stringMatching(/^\(40\) r0 = \*\(u32 \*\)skb\[r\d \+ 0\]$/),
  ])
})
