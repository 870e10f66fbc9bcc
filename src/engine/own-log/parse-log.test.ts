import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { verify } from '../../verifier/index.ts'
import { openC } from '../toolchain.ts'
import { explainLog } from './open-log.ts'
import { parseLog } from './parse-log.ts'
import { parseState, parseValue } from './parse-state.ts'

const catalogue = join(import.meta.dirname, '../fixtures/catalogue')
const openText = (name: string, text: string) => openC(name, text, { include: () => undefined, includeDirs: [], cpu: 3, defines: {} })

test('values of every age', () => {
  const old = parseValue('inv(id=3,umax_value=255,var_off=(0x0; 0xff))')
  const young = parseValue('scalar(id=3,smin=0,smax=umax=255,var_off=(0x0; 0xff))')
  for (const v of [old, young]) expect(v).toMatchObject({ kind: 'scalar', id: 3, umin: 0n, umax: 255n, smin: 0n, smax: 255n, u32max: 255 })
  expect(parseValue('invP-5')).toMatchObject({ kind: 'scalar', smin: -5n, smax: -5n, precise: true })
  expect(parseValue('pkt(id=2,off=14,r=34,umax_value=60,var_off=(0x0; 0x3c))')).toMatchObject({
    kind: 'pkt',
    off: 14,
    range: 34,
    umax: 60n,
  })
  expect(parseValue('map_value_or_null(id=1,map=counts,ks=4,vs=8)')).toMatchObject({ kind: 'map_value_or_null', map: 'counts' })
  expect(parseValue('fp-8')).toMatchObject({ kind: 'fp', off: -8 })
})

test('a state with marks of liveness, slots and references', () => {
  const state = parseState(' R0_w=inv2 R1=ctx(id=0,off=0,imm=0) R10=fp0 fp-8_w=mmmm???? refs=2')
  expect([...(state?.regs.keys() ?? [])]).toEqual([0, 1, 10])
  expect(state?.stack.get(-8)).toBe('mmmm????')
  expect(parseState('invalid access to packet')).toBeUndefined()
})

test.each([1, 2])('our own log at level %i reads back as what it was made from', (level) => {
  const name = '31-map-index-equal.c'
  const [program] = openText(name, readFileSync(join(catalogue, name), 'utf8')).programs
  const result = verify(program, { logLevel: level, record: true })
  const log = parseLog(result.log)
  expect(log.message).toBe(result.message)
  expect(log.insn).toBe(result.insn)
  expect(log.era).toBe('6.x')
  if (level === 2) {
    expect([...log.steps.insn]).toEqual([...result.steps.insn])
    expect([...log.steps.parent]).toEqual([...result.steps.parent])
  }
  // What the log shows of the program is the program.
  for (const slot of new Set(log.steps.insn)) {
    if (program.code[slot * 8] === 0x18 || program.code[slot * 8] === 0) continue
    expect(log.program.code.subarray(slot * 8, slot * 8 + 8)).toEqual(program.code.subarray(slot * 8, slot * 8 + 8))
  }
})

test('a log with prefixes of a loader', () => {
  const text = `libbpf: prog 'prog': BPF program load failed: Permission denied
libbpf: prog 'prog': -- BEGIN PROG LOAD LOG --
0: R1=ctx() R10=fp0
; return *(int *)ctx->data; @ a.c:7
0: (61) r1 = *(u32 *)(r1 +0)          ; R1_w=pkt(r=0)
1: (61) r0 = *(u32 *)(r1 +0)
invalid access to packet, off=0 size=4, R1(id=0,off=0,r=0)
R1 offset is outside of the packet
processed 2 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
-- END PROG LOAD LOG --
libbpf: prog 'prog': failed to load: -13`
  const { parsed, explanation } = explainLog(text)
  expect(parsed.steps.count).toBe(2)
  expect(explanation).toMatchObject({ code: 'packetUnchecked', tried: { insn: 1, line: 7, source: 'return *(int *)ctx->data;' } })
})

test('any text is read without an exception', () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom(
      '0: (61) r1 = *(u32 *)(r1 +0) ; R1=',
      'from 1 to 99: safe',
      '7: safe',
      'from 0 to 0: R1=scalar(',
      '; @ x:',
      '0: R0=inv( R1',
    ),
    fc.tuple(fc.nat(99), fc.nat(255), fc.string()).map(([n, op, s]) => `${n}: (${op.toString(16).padStart(2, '0')}) ${s}`),
    fc.string().map((s) => `0: R1=${s}`),
  )
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), (lines) => void explainLog(lines.join('\n'))),
    { numRuns: 300 },
  )
})
