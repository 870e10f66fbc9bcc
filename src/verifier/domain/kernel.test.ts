// Every operation gives what the kernel's log said it gives, to the letter.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { BPF_ALU, BPF_END, BPF_JMP32, BPF_MOV, BPF_TO_LE, BPF_X, bpfClass, bpfOp, bpfSrc } from '../../isa/index.ts'
import { type LogNames, regText } from '../log/reg-text.ts'
import { scalarAlu, scalarEnd } from './alu.ts'
import { boundsSanityCheck, boundsSync, markRegConst } from './bounds.ts'
import { isScalarBranchTaken, regSetMinMax } from './branch.ts'
import { coerceRegToSizeSx, coerceSubregToSizeSx, zext32To64 } from './coerce.ts'
import { copyReg } from './layout.ts'
import { nth, readScalar } from './testing.ts'

const lines = readFileSync(`${import.meta.dirname}/../fixtures/domain/operations.txt`, 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
const NAMES: LogNames = { maps: [], typeName: () => '' }
const LEFT = nth(0)
const show = (s: Int32Array, r: number): string => regText(s, r, 0, NAMES)

/** Puts the right operand in place; answers where it is. */
function readRight(s: Int32Array, text: string, imm: number): number {
  if (text === 'same') return LEFT
  if (text === '') markRegConst(s, nth(1), imm, false)
  else readScalar(s, nth(1), text)
  return nth(1)
}

function alu(s: Int32Array, opcode: number, off: number, imm: number, src: number): void {
  const op = bpfOp(opcode)
  const alu32 = bpfClass(opcode) === BPF_ALU
  if (op === BPF_END) scalarEnd(s, LEFT, !alu32 || bpfSrc(opcode) !== BPF_TO_LE, imm)
  else if (op !== BPF_MOV) scalarAlu(s, LEFT, s, src, op, alu32)
  else if (bpfSrc(opcode) !== BPF_X) markRegConst(s, LEFT, imm, alu32)
  else {
    copyReg(s, LEFT, s, src)
    if (!alu32) {
      if (off !== 0) coerceRegToSizeSx(s, LEFT, off / 8)
      return
    }
    if (off !== 0) coerceSubregToSizeSx(s, LEFT, off / 8)
    zext32To64(s, LEFT)
    boundsSync(s, LEFT)
  }
}

function aluLine(fields: readonly string[]): string {
  const s = new Int32Array(nth(2))
  const [, opcode, off, imm, before, right] = fields
  readScalar(s, LEFT, before!)
  alu(s, parseInt(opcode!, 16), Number(off), Number(imm), readRight(s, right!, Number(imm)))
  boundsSanityCheck(s, LEFT, 'alu')
  return [...fields.slice(0, 6), show(s, LEFT)].join('|')
}

function jumpLine(fields: readonly string[]): string {
  const s = new Int32Array(nth(2))
  const [, code, imm, left, right] = fields
  const opcode = parseInt(code!, 16)
  const j32 = bpfClass(opcode) === BPF_JMP32
  readScalar(s, LEFT, left!)
  const src = readRight(s, right!, Number(imm))
  const way = isScalarBranchTaken(s, LEFT, s, src, bpfOp(opcode), j32)
  if (way >= 0) return [...fields.slice(0, 5), `way${way}`, '', ''].join('|')
  const taken = s.slice()
  regSetMinMax(taken, LEFT, taken, src, s, LEFT, s, src, bpfOp(opcode), j32)
  // The first contradiction is kept in the fixture; each check forgets the bounds that contradict.
  const violation = [
    boundsSanityCheck(taken, LEFT, 'true_reg1'),
    boundsSanityCheck(taken, src, 'true_reg2'),
    boundsSanityCheck(s, LEFT, 'false_reg1'),
    boundsSanityCheck(s, src, 'false_reg2'),
  ].find((text) => text !== undefined)
  const both = (t: Int32Array): string => show(t, LEFT) + (right === '' || right === 'same' ? '' : `~${show(t, src)}`)
  return [...fields.slice(0, 5), 'both', both(s), both(taken), ...(violation ? [violation] : [])].join('|')
}

test('operations on numbers equal the kernel', () => {
  const wrong = lines.flatMap((line) => {
    const fields = line.split('|')
    const got = fields[0] === 'A' ? aluLine(fields) : jumpLine(fields)
    return got === line ? [] : [{ line, got }]
  })
  expect(lines.length).toBeGreaterThan(2000)
  expect(wrong).toEqual([])
})

test('what the log says of a number is all that is known', () => {
  const s = new Int32Array(nth(1))
  for (const line of lines) {
    const text = line.split('|')[line.startsWith('A') ? 4 : 3]!
    readScalar(s, 0, text)
    expect(show(s, 0)).toBe(text)
  }
})
