// Encoder, decoder and disassembler over the whole table. fixtures/kernel-text.txt holds instructions (hex) and what Linux 6.18 printed
// for them in a verifier log of level 2, good ones and ones that it refuses; helper names were left out.
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../base/index.ts'
import { makeSource } from '../diag/index.ts'
import { assemble } from './assembly/assemble.ts'
import { assemblyText } from './assembly/assembly-text.ts'
import { decode } from './decode.ts'
import { disassemble } from './disassemble.ts'
import { encode } from './encode.ts'
import type { Insn, Operand } from './insn.ts'
import { ALU_ROWS, ATOMIC_ROWS, CALL_ROWS, END_ROWS, IMM64_ROWS, JUMP_ROWS, KNOWN_OPCODES, SIZE_ROWS } from './opcodes.ts'

const operands: Operand[] = [
  { kind: 'reg', reg: 7 },
  { kind: 'imm', imm: -5 },
]
const widths = [32, 64] as const
const sizes = SIZE_ROWS.map((row) => row.bytes)

/** Each form of each row of the table. */
function everyInsn(): Insn[] {
  const out: Insn[] = [
    { kind: 'exit' },
    { kind: 'may_goto', off: -3 },
    { kind: 'goto', long: false, off: -2 },
    { kind: 'goto', long: true, off: 70_000 },
  ]
  for (const width of widths) {
    for (const { op } of ALU_ROWS) for (const src of operands) out.push({ kind: 'alu', op, width, dst: 3, src })
    for (const { op } of JUMP_ROWS) for (const src of operands) out.push({ kind: 'jump', op, width, dst: 3, src, off: 4 })
    out.push({ kind: 'neg', width, dst: 9 })
    for (const bits of [8, 16, 32] as const) if (bits < width) out.push({ kind: 'movsx', width, bits, dst: 1, src: 2 })
  }
  for (const { to } of END_ROWS) for (const bits of [16, 32, 64] as const) out.push({ kind: 'end', to, bits, dst: 4 })
  for (const size of sizes) {
    for (const signed of size < 8 ? [false, true] : [false]) out.push({ kind: 'load', size, signed, dst: 1, src: 2, off: -8 })
    for (const src of operands) out.push({ kind: 'store', size, dst: 10, off: -16, src })
    out.push({ kind: 'load_acquire', size, dst: 1, src: 2, off: 8 }, { kind: 'store_release', size, dst: 1, src: 2, off: 8 })
    if (size < 8)
      out.push({ kind: 'ld_abs', size: size as 1 | 2 | 4, imm: 12 }, { kind: 'ld_ind', size: size as 1 | 2 | 4, src: 6, imm: -4 })
    if (size >= 4) for (const { op } of ATOMIC_ROWS) out.push({ kind: 'atomic', op, size: size as 4 | 8, dst: 1, src: 2, off: 8 })
  }
  out.push({ kind: 'addr_space_cast', dst: 1, src: 2, dstSpace: 1, srcSpace: 0 })
  for (const { load, second } of IMM64_ROWS) out.push({ kind: 'ld_imm64', load, dst: 1, imm: -7, imm2: second ? 9 : 0 })
  for (const { target } of CALL_ROWS) out.push({ kind: 'call', target, imm: 5, off: 0 })
  out.push({ kind: 'call', target: 'kfunc', imm: 5, off: 2 })
  return out
}

const slots = fc.uint8Array({ minLength: 0, maxLength: 200 }).map((b) => b.subarray(0, b.length - (b.length % 8)))
/** Random slots that often are instructions: the opcode is a known one. */
const likelySlots = fc
  .array(
    fc.tuple(
      fc.constantFrom(...[...KNOWN_OPCODES.keys()].filter((op) => KNOWN_OPCODES[op])),
      fc.nat(0xab),
      fc.constantFrom(0, 1, 8, -4),
      fc.constantFrom(0, 1, 16, -1, 0xe1, 0x100),
    ),
  )
  .map((list) => {
    const code = new Uint8Array(list.length * 8)
    const view = new DataView(code.buffer)
    list.forEach(([opcode, regs, off, imm], i) => {
      code[i * 8] = opcode
      code[i * 8 + 1] = regs
      view.setInt16(i * 8 + 2, off, true)
      view.setInt32(i * 8 + 4, imm, true)
    })
    return code
  })

const bytesOfText = (text: string) => {
  const { program, diagnostics } = assemble(makeSource('t.s', text))
  expect(diagnostics).toEqual([])
  return toHex(program!.code)
}

describe('encode and decode', () => {
  test.each(everyInsn().map((insn) => [JSON.stringify(insn), insn] as const))('%s', (_, insn) => {
    expect(decode(encode([insn]))[0]).toEqual(insn)
  })
  test('no two instructions of the table have the same bytes', () => {
    const all = everyInsn().map((insn) => toHex(encode([insn])))
    expect(new Set(all).size).toBe(all.length)
  })
  test('nothing of any code is lost', () => {
    fc.assert(
      fc.property(fc.oneof(slots, likelySlots), (code) => {
        expect(toHex(encode(decode(code)))).toBe(toHex(code))
      }),
    )
  })
  test('one entry a slot', () => {
    fc.assert(
      fc.property(fc.oneof(slots, likelySlots), (code) => {
        expect(decode(code).length).toBe(code.length / 8)
      }),
    )
  })
  test('reserved fields that are set, and halves of a load, make an instruction invalid', () => {
    const kinds = (hex: string) => decode(fromHex(hex)!).map((i) => i?.kind)
    expect(kinds('9500000001000000')).toEqual(['invalid'])
    expect(kinds('0510000000000000')).toEqual(['invalid'])
    expect(kinds('1801000005000000')).toEqual(['invalid'])
    expect(kinds('18010000050000009500000000000000')).toEqual(['invalid', 'exit'])
    expect(kinds('18010000050000000000000001000000')).toEqual(['ld_imm64', undefined])
    expect(kinds('8d01000000000000')).toEqual(['invalid'])
  })
})

test('the opcodes that Linux 6.18 knows', () => {
  // Read off the kernel: those that it does not refuse as unknown, less the LDX modes that it refuses in other words.
  const known =
    '04 05 06 07 0c 0f 14 15 16 17 18 1c 1d 1e 1f 20 24 25 26 27 28 2c 2d 2e 2f 30 34 35 36 37 3c 3d 3e 3f 40 44 45 46 47 48 4c 4d 4e 4f 50 54 55 56 57 5c 5d 5e 5f 61 62 63 64 65 66 67 69 6a 6b 6c 6d 6e 6f 71 72 73 74 75 76 77 79 7a 7b 7c 7d 7e 7f 81 84 85 87 89 91 94 95 97 9c 9f a4 a5 a6 a7 ac ad ae af b4 b5 b6 b7 bc bd be bf c3 c4 c5 c6 c7 cb cc cd ce cf d3 d4 d5 d6 d7 db dc dd de e5'
  expect(
    [...KNOWN_OPCODES.keys()]
      .filter((op) => KNOWN_OPCODES[op])
      .map((op) => op.toString(16).padStart(2, '0'))
      .join(' '),
  ).toBe(known)
})

describe('disassemble', () => {
  const lines = readFileSync(`${import.meta.dirname}/fixtures/kernel-text.txt`, 'utf8')
    .trim()
    .split('\n')
  test(`${lines.length} texts of the kernel`, () => {
    const ours = lines.map((line) => {
      const hex = line.slice(0, line.indexOf(' '))
      return `${hex} ${disassemble(fromHex(hex)!)[0]}`
    })
    expect(ours).toEqual(lines)
  })
  test('names are the caller’s', () => {
    const code = encode([
      { kind: 'call', target: 'helper', imm: 1, off: 0 },
      { kind: 'call', target: 'kfunc', imm: 70, off: 0 },
      { kind: 'ld_imm64', load: 'map_idx', dst: 1, imm: 0, imm2: 0 },
    ])
    const names = {
      helper: (id: number) => (id === 1 ? 'bpf_map_lookup_elem' : undefined),
      kfunc: () => 'bpf_rcu_read_lock',
      imm64: () => 'map[m]',
    }
    expect(disassemble(code, names)).toEqual(['(85) call bpf_map_lookup_elem#1', '(85) call bpf_rcu_read_lock#70', '(18) r1 = map[m]', ''])
    expect(disassemble(code)).toEqual(['(85) call unknown#1', '(85) call kernel-function#70', '(18) r1 = 0x0', ''])
  })
  test('takes any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (code) => {
        expect(disassemble(code).length).toBe(Math.floor(code.length / 8))
      }),
    )
  })
})

describe('text and back', () => {
  test.each(everyInsn().map((insn) => [disassemble(encode([insn]))[0], insn] as const))('%s', (_, insn) => {
    const code = encode([insn])
    expect(bytesOfText(assemblyText(code))).toBe(toHex(code))
  })
  test('any code', () => {
    fc.assert(
      fc.property(fc.oneof(slots, likelySlots), (code) => {
        fc.pre(code.length > 0)
        expect(bytesOfText(assemblyText(code))).toBe(toHex(code))
      }),
    )
  })
})
