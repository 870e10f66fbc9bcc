// Inline assembly: GNU's operands to the IR's numbered results and inputs. The empty template is the compiler's barrier.
//
//   outputs   results of the asm, stored behind it; `+` ones are inputs too; memory ones are addresses
//   inputs    registers, literals and symbols to stand in the text, addresses
//   labels    successors of an asm goto
import { type AsmOperand, addBlock, type Block, constant, signed, undef, type Value } from '../ir/index.ts'
import { error, type Place } from '../report.ts'
import { integerOf, putBits, sizeOf, type TAsmOperand, type TExpr, type TLabel, type TStmt } from '../sema/index.ts'
import { access, address, pointerOf, resize } from './memory.ts'
import { bytesOf, irType, isWide, type L, mark } from './state.ts'

type AsmStmt = TStmt & { readonly kind: 'asm' }

export function asmStatement(l: L, s: AsmStmt, blockOf: (label: TLabel) => Block): void {
  for (const o of [...s.outputs, ...s.inputs]) if (isWide(o.value.type)) error(l.sink, 'c.no-int128', o.value.at)
  const clobbersMemory = s.clobbers.includes('memory') || [...s.outputs, ...s.inputs].some(isMemory)
  const results = s.outputs.filter((o) => !isMemory(o))
  if (s.template.trim() === '' && s.labels.length === 0) {
    barrier(l, s, results, clobbersMemory)
    return
  }
  if (s.labels.length > 0 && results.length > 0) {
    error(l.sink, 'c.asm-goto', s.at)
    return
  }
  const clobbers = s.clobbers.flatMap((c) => /^[rw](\d)$/.exec(c)?.slice(1).map(Number) ?? [])
  const args: Value[] = []
  const operands: AsmOperand[] = []
  const input = (v: Value): number => args.push(v) - 1
  const places = results.map((o) => access(l, o.value))
  for (const o of s.outputs) {
    const result = results.indexOf(o)
    if (result < 0) operands.push({ kind: 'mem', arg: input(pointerOf(l, address(l, o.value))) })
    else if (o.constraint.includes('+')) operands.push({ kind: 'inout', result, arg: input(wide(l, places[result].load(), o.value)) })
    else operands.push({ kind: 'out', result })
  }
  for (const o of s.inputs) {
    const same = /^\d+$/.exec(o.constraint)
    const tied = same ? operands[Number(same[0])] : undefined
    if (tied?.kind === 'out') {
      const arg = input(operandValue(l, o.value))
      operands[Number(same?.[0])] = { kind: 'inout', result: tied.result, arg }
      operands.push({ kind: 'inout', result: tied.result, arg })
    } else if (isMemory(o)) operands.push({ kind: 'mem', arg: input(pointerOf(l, address(l, o.value))) })
    else operands.push({ kind: inputKind(o.constraint), arg: input(operandValue(l, o.value)) })
  }
  for (const k of s.labels.keys()) operands.push({ kind: 'label', to: k + 1 })
  const template = numbered(s)
  mark(l, s.at)
  if (s.labels.length > 0) {
    if (clobbersMemory) barrierOnly(l, true)
    const next = addBlock(l.fn, 'asm.next')
    l.b.asmgoto({ args, to: [next, ...s.labels.map(blockOf)], template, operands, clobbers })
    l.b.block = next
    return
  }
  const type = results.length > 0 ? 'i64' : 'void'
  const asm = l.b.asm({ type, args, template, operands, tied: -1, clobbersMemory, clobbers })
  for (const [k, place] of places.entries()) place.store(narrow(l, k === 0 ? asm : l.b.asmout(asm, k), results[k].value))
}

/** The template with operands by number alone. */
function numbered(s: AsmStmt): string {
  const names = [...s.outputs, ...s.inputs].map((o) => o.name)
  const labels = s.labels.map((label) => label.name)
  return s.template
    .replace(/%%|%([a-zA-Z]?)\[(\w+)\]/g, (text, modifier: string | undefined, name: string | undefined) => {
      if (name === undefined) return text
      const operand = modifier === 'l' ? -1 : names.indexOf(name)
      const index = operand >= 0 ? operand : labels.includes(name) ? names.length + labels.indexOf(name) : -1
      return index < 0 ? text : `%${modifier === 'l' ? '' : modifier}${index}`
    })
    .replace(/%l(?=\d)/g, '%')
}

const isMemory = (o: TAsmOperand): boolean => /[moV]/.test(o.constraint) && !/[rigXp]/.test(o.constraint)

/** What may stand for an input: a register, a literal, or either. */
function inputKind(constraint: string): 'in' | 'imm' | 'either' {
  const literal = /[ingsX]/.test(constraint)
  return !literal ? 'in' : /[rgwX]/.test(constraint) ? 'either' : 'imm'
}

/** A value to be put into a register or the text: integers of 32 or 64 bits, literals of 64. */
function operandValue(l: L, e: TExpr): Value {
  const known = literalBits(e)
  if (known !== undefined) return constant('i64', known)
  return wide(l, l.rules.value(l, e), e)
}

function wide(l: L, v: Value, e: TExpr): Value {
  const int = integerOf(e.type)
  const value = int && int.size < 4 ? resize(l, v, 'i32', int.signed) : v
  return value.kind === 'const' && value.type === 'i32' ? constant('i64', signed(value)) : value
}

/** The result, 64 bits of a register, as what the output's type holds. */
function narrow(l: L, v: Value, e: TExpr): Value {
  const type = irType(e.type)
  return type === 'ptr' ? l.b.cast('inttoptr', 'ptr', v) : resize(l, v, type, false)
}

/** A number that the source fixes: a helper's, or what is read from a compound literal of literals,
 * which is how raw instructions are written in C (`*(long *)&(struct bpf_insn){...}`). */
function literalBits(e: TExpr): bigint | undefined {
  if (e.kind === 'const') return e.value
  if (e.kind === 'load' && e.operand.kind === 'global' && !e.operand.variable.written) return e.operand.variable.value
  if (e.kind !== 'load' || e.operand.kind !== 'deref') return undefined
  let pointer = e.operand.operand
  while (pointer.kind === 'cast') pointer = pointer.operand
  const literal = pointer.kind === 'address' || pointer.kind === 'decay' ? pointer.operand : undefined
  if (literal?.kind !== 'compound-literal' || !literal.init) return undefined
  const bytes = new Uint8Array(literal.init.size)
  for (const part of literal.init.parts) {
    if (!part.value) continue
    if (part.value.kind !== 'const') return undefined
    putBits(bytes, part.offBits, part.widthBits ?? 8 * (sizeOf(part.type) ?? 0), part.value.value)
  }
  const size = bytesOf(e.type)
  if (size > bytes.length || size > 8) return undefined
  return bytes.subarray(0, size).reduceRight((n, byte) => (n << 8n) | BigInt(byte), 0n)
}

/** BPF_LD_ABS and BPF_LD_IND: the packet of the context in r6, an offset, the bytes in host order in r0; a short packet ends the program. */
export function packetLoad(l: L, size: 1 | 2 | 4, [skb, offset]: readonly TExpr[], at: Place): Value {
  const args = [l.rules.value(l, skb), operandValue(l, offset)]
  mark(l, at)
  return l.b.asm({
    type: 'i64',
    args,
    template: `r6 = %1; r0 = *(u${8 * size} *)skb[%2]; %0 = r0`,
    operands: [
      { kind: 'out', result: 0 },
      { kind: 'in', arg: 0 },
      { kind: 'either', arg: 1 },
    ],
    tied: -1,
    clobbersMemory: false,
    clobbers: [0, 1, 2, 3, 4, 5, 6],
  })
}

const BARRIER = { template: '', operands: [], clobbers: [] } as const

/** Nothing but a fence for the compiler. */
export function barrierOnly(l: L, clobbersMemory: boolean): void {
  l.b.asm({ type: 'void', args: [], ...BARRIER, tied: -1, clobbersMemory })
}

/** Each output becomes a value that nothing is known of; inputs are values that must exist. */
function barrier(l: L, s: AsmStmt, results: readonly TAsmOperand[], clobbersMemory: boolean): void {
  const made = results.length > 0 || s.inputs.length > 0
  if (!made || clobbersMemory) barrierOnly(l, clobbersMemory)
  for (const [i, o] of results.entries()) {
    const place = access(l, o.value)
    const index = s.outputs.indexOf(o)
    const matching = s.inputs.find((input) => input.constraint === String(index))
    const before = o.constraint.includes('+') ? place.load() : matching ? l.rules.value(l, matching.value) : undef(irType(o.value.type))
    mark(l, s.at)
    place.store(l.b.asm({ type: before.type, args: [before], ...BARRIER, tied: 0, clobbersMemory: clobbersMemory && i === 0 }))
  }
  for (const input of s.inputs) {
    if (/^\d+$/.test(input.constraint) || isMemory(input)) continue
    const v = l.rules.value(l, input.value)
    if (v.kind === 'const' || v.kind === 'global' || v.kind === 'func') keepSymbol(l, v)
    else l.b.asm({ type: v.type, args: [v], ...BARRIER, tied: 0, clobbersMemory: false })
  }
}

/** A symbol that an empty template speaks of stays in the object; code is not made of it. */
function keepSymbol(l: L, v: Value): void {
  if (v.kind === 'const') return
  l.b.asm({ type: 'void', args: [v], ...BARRIER, tied: -1, clobbersMemory: false })
}
