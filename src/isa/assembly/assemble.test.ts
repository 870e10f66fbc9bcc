// The assembler's notations, directives and complaints.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toHex } from '../../base/index.ts'
import { makeSource, renderDiagnostics } from '../../diag/index.ts'
import { disassemble } from '../disassemble.ts'
import { type AssembleNames, assemble } from './assemble.ts'

const helpers: Readonly<Record<string, number>> = { bpf_map_lookup_elem: 1, bpf_ktime_get_ns: 5 }
const names: AssembleNames = {
  helper: (name) => helpers[name],
  mapType: (name) => ['array', 'hash'].includes(name),
  progType: (name) => ['xdp', 'socket_filter'].includes(name),
}

function listing(text: string): string[] {
  const { program, diagnostics } = assemble(makeSource('t.s', text), names)
  expect(diagnostics).toEqual([])
  return disassemble(program!.code).filter((line) => line !== '')
}

function complaints(text: string): string {
  const source = makeSource('t.s', text)
  const { program, diagnostics } = assemble(source, names)
  expect(program).toBeUndefined()
  return renderDiagnostics(diagnostics, () => source)
}

describe('notations', () => {
  test.each([
    ['r0 = 0', '(b7) r0 = 0'],
    ['w0 = -1', '(b4) w0 = -1'],
    ['r3 = 0xffffffff', '(b7) r3 = -1'],
    ['r1 s>>= r2', '(cf) r1 s>>= r2'],
    ['w1 s/= 3', '(34) w1 s/= 3'],
    ['r1 = -r1', '(87) r1 = -r1'],
    ['w1 = (s16)w2', '(bc) w1 = (s16)w2'],
    ['r1 = bswap64 r1', '(d7) r1 = bswap64 r1'],
    ['w2 = *(u32 *)(r1 + 4)', '(61) r2 = *(u32 *)(r1 +4)'],
    ['r2 = *(s8 *)(r1 - 4)', '(91) r2 = *(s8 *)(r1 -4)'],
    ['*(u16 *)(r10 - 2) = w1', '(6b) *(u16 *)(r10 -2) = r1'],
    ['*(u8*)(r10-2)=7', '(72) *(u8 *)(r10 -2) = 7'],
    ['lock *(u64 *)(r1 + 0) += r2', '(db) lock *(u64 *)(r1 +0) += r2'],
    ['w2 = atomic_fetch_or((u32 *)(r1 + 0), w2)', '(c3) r2 = atomic_fetch_or((u32 *)(r1 +0), r2)'],
    ['r0 = cmpxchg_64(r1 + 8, r0, r2)', '(db) r0 = atomic64_cmpxchg((u64 *)(r1 +8), r0, r2)'],
    ['w2 = xchg32_32(r1 + 0, w2)', '(c3) r2 = atomic_xchg((u32 *)(r1 +0), r2)'],
    ['w0 = load_acquire((u8 *)(r1 + 0))', '(d3) r0 = load_acquire((u8 *)(r1 +0))'],
    ['store_release((u64 *)(r1 + 8), r2)', '(db) store_release((u64 *)(r1 +8), r2)'],
    ['r1 = addr_space_cast(r2, 0x0, 0x1)', '(bf) r1 = addr_space_cast(r2, 0, 1)'],
    ['r0 = *(u16 *)skb[12]', '(28) r0 = *(u16 *)skb[12]'],
    ['r0 = *(u8 *)skb[r6 + 4]', '(50) r0 = *(u8 *)skb[r6 + 4]'],
    ['r0 = *(u8 *)skb[r6]', '(50) r0 = *(u8 *)skb[r6 + 0]'],
    ['r1 = 0x123456789 ll', '(18) r1 = 0x123456789'],
    ['r1 = -1ll', '(18) r1 = 0xffffffffffffffff'],
    ['if w1 s< -4 goto +3', '(c6) if w1 s< 0xfffffffc goto pc+3'],
    ['if r1 & 7 goto pc-1', '(45) if r1 & 0x7 goto pc-1'],
    ['gotol +70000', '(06) gotol pc+70000'],
    ['may_goto +2', '(e5) may_goto pc+2'],
    ['call 1', '(85) call unknown#1'],
    ['call bpf_ktime_get_ns', '(85) call unknown#5'],
    ['call bpf_ktime_get_ns#5', '(85) call unknown#5'],
    ['call bpf_rcu_read_lock#70000', '(85) call kernel-function#70000'],
    ['call unknown#9999', '(85) call unknown#9999'],
    ['call pc+2', '(85) call pc+2'],
    ['call -1', '(85) call unknown#-1'],
    ['.8byte 0x95', '(95) exit'],
  ])('%s', (text, expected) => {
    expect(listing(text)).toEqual([expected])
  })

  test('labels, local labels and comments', () => {
    const text = `// counts down
      r0 = 3            # start
    1: r0 -= 1; if r0 != 0 goto 1b
      /* two
         lines */ if r1 == r2 goto done
      goto 1f
    1:
    done: exit`
    expect(listing(text)).toEqual([
      '(b7) r0 = 3',
      '(17) r0 -= 1',
      '(55) if r0 != 0x0 goto pc-2',
      '(1d) if r1 == r2 goto pc+1',
      '(05) goto pc+0',
      '(95) exit',
    ])
  })

  test('a listing of the kernel, with states and source lines', () => {
    const log = `; int f(void) @ a.c:1
0: (b4) w0 = 2                        ; R0=2
1: (18) r1 = 0x5
3: (85) call bpf_map_lookup_elem#1    ; R0=map_value()
      4: 01........ (95) exit
`
    expect(listing(log)).toEqual(['(b4) w0 = 2', '(18) r1 = 0x5', '(85) call unknown#1', '(95) exit'])
  })

  test('a whole program', () => {
    const { program } = assemble(
      makeSource(
        'dir/count.s',
        `.type socket_filter
        .license "Dual MIT/GPL"
        .flags 8
        .map hits array 4 8 1
        .map seen hash 4 4 16 1
        r1 = map[hits] ll
        r2 = map[hits][0]+8 ll
        r3 = seen ll
        r4 = each ll
        call helper
        exit
        helper: r0 = 0; exit
        each: r0 = 1; exit`,
      ),
      names,
    )
    expect(program).toMatchObject({ name: 'count', type: 'socket_filter', license: 'Dual MIT/GPL', flags: 8 })
    expect(program!.maps).toMatchObject([
      { name: 'hits', type: 'array', keySize: 4, valueSize: 8, maxEntries: 1, flags: 0 },
      { name: 'seen', type: 'hash', keySize: 4, valueSize: 4, maxEntries: 16, flags: 1 },
    ])
    expect(program!.subprogs.map((s) => `${s.name}@${s.start}`)).toEqual(['count@0', 'helper@10', 'each@12'])
    expect(toHex(program!.code.subarray(0, 64))).toBe(
      '18510000000000000000000000000000' +
        '18620000000000000000000008000000' +
        '18530000010000000000000000000000' +
        '1844000005000000' +
        '0000000000000000',
    )
    expect(program!.spans.length).toBe(program!.code.length / 8)
  })
})

describe('complaints', () => {
  test('several in one go, each at its place', () => {
    expect(
      complaints(`r0 = 0
r16 = 1
w1 = r2
r1 = 99999999999
if r1 = 0 goto x
goto nowhere
call bpf_nothing
*(u64 *)(r10 - 99999) = 1
r1 = map[none] ll
a: exit
a: exit
.map m lru 4 4 4
.frobnicate
exit now
r0 = \``),
    ).toBe(`t.s:2:1: error: expected a register (r0 to r10, w0 to w10)
    2 | r16 = 1
      | ^~~
t.s:3:6: error: registers of different width: r is 64 bits, w is 32
    3 | w1 = r2
      |      ^~
t.s:4:6: error: 99999999999 is not in the range -2147483648 to 4294967295
    4 | r1 = 99999999999
      |      ^~~~~~~~~~~
t.s:5:7: error: expected a comparison
    5 | if r1 = 0 goto x
      |       ^
t.s:6:6: error: no label 'nowhere'
    6 | goto nowhere
      |      ^~~~~~~
t.s:7:6: error: no function 'bpf_nothing'
    7 | call bpf_nothing
      |      ^~~~~~~~~~~
t.s:8:14: error: -99999 is not in the range -32768 to 32767
    8 | *(u64 *)(r10 - 99999) = 1
      |              ^~~~~~~
t.s:9:10: error: no map 'none'
    9 | r1 = map[none] ll
      |          ^~~~
t.s:11:1: error: 'a' is defined twice
   11 | a: exit
      | ^
t.s:12:8: error: unknown map type 'lru'
   12 | .map m lru 4 4 4
      |        ^~~
t.s:13:1: error: unknown directive '.frobnicate'
   13 | .frobnicate
      | ^~~~~~~~~~~
t.s:14:6: error: expected the end of the statement
   14 | exit now
      |      ^~~
t.s:15:5: error: expected a value
   15 | r0 = \`
      |     ^
t.s:15:6: error: character '\`' means nothing here
   15 | r0 = \`
      |      ^`)
  })
})

describe('any text', () => {
  const words = fc.constantFrom(
    'r1',
    'w2',
    '=',
    '+=',
    's>>=',
    'if',
    'goto',
    '(',
    ')',
    '*',
    'u32',
    '[',
    ']',
    'map',
    'll',
    'call',
    'lock',
    '5',
    '-',
    '0xffffffffffffffffff',
    ':',
    '.map',
    '.8byte',
    '"',
    'skb',
    ',',
    '#',
    ';',
    '\n',
    '/*',
    'x',
    'exit',
  )
  test('is answered with a program or with diagnostics', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 80 }),
          fc.array(words, { maxLength: 40 }).map((w) => w.join(' ')),
        ),
        (text) => {
          const source = makeSource('t.s', text)
          const { program, diagnostics } = assemble(source, names)
          expect(program === undefined).toBe(diagnostics.length > 0)
          for (const d of diagnostics) {
            expect(d.at!.start).toBeLessThanOrEqual(d.at!.end)
            expect(d.at!.end).toBeLessThanOrEqual(text.length)
          }
          expect(renderDiagnostics(diagnostics, () => source, 'ko')).toBeTypeOf('string')
        },
      ),
      { numRuns: 500 },
    )
  })
  test('of great length is no great matter', () => {
    expect(assemble(makeSource('t.s', `r0 = ${'9'.repeat(100_000)}`)).diagnostics.length).toBe(1)
    expect(assemble(makeSource('t.s', '('.repeat(100_000))).diagnostics.length).toBe(1)
    expect(assemble(makeSource('t.s', 'r0 = 0;'.repeat(50_000))).program!.code.length).toBe(400_000)
  })
})
