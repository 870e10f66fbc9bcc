// Inline assembly: GNU's operands to the IR's one result and numbered inputs.
// The empty template is the compiler's barrier and takes any number of outputs; real assembly has one result at most here.
import { undef, type Value } from '../ir/index.ts'
import { error } from '../report.ts'
import type { TAsmOperand, TStmt } from '../sema/index.ts'
import { access, address, loadFrom, pointerOf } from './memory.ts'
import { irType, type L, mark } from './state.ts'

type AsmStmt = TStmt & { readonly kind: 'asm' }

export function asmStatement(l: L, s: AsmStmt): void {
  const clobbersMemory = s.clobbers.includes('memory') || [...s.outputs, ...s.inputs].some(isMemory)
  const clobbers = s.clobbers.flatMap((c) => /^[rw](\d+)$/.exec(c)?.slice(1).map(Number) ?? [])
  const results = s.outputs.filter((o) => !isMemory(o))
  if (s.template.trim() === '') {
    barrier(l, s, results, clobbersMemory)
    return
  }
  if (results.length > 1) {
    error(l.sink, 'c.bpf.asm', s.at, [s.template])
    return
  }
  const [result] = results
  const args: Value[] = []
  /** What each GNU operand is called in the IR's template. */
  const names: string[] = []
  let tied = -1
  for (const o of s.outputs) {
    if (isMemory(o)) {
      names.push(`$${args.length + 1}`)
      args.push(pointerOf(l, address(l, o.value)))
    } else {
      names.push('$0')
      if (o.constraint.includes('+')) {
        tied = args.length
        args.push(loadFrom(l, o.value))
      }
    }
  }
  for (const o of s.inputs) {
    const same = /^\d+$/.exec(o.constraint)
    if (same && s.outputs[Number(same[0])] === result && tied < 0) {
      tied = args.length
      names.push('$0')
      args.push(l.rules.value(l, o.value))
    } else if (o.value.kind === 'const' && /[in]/.test(o.constraint) && fitsImmediate(o.value.value))
      names.push(String(BigInt.asIntN(64, o.value.value)))
    else {
      names.push(`$${args.length + 1}`)
      args.push(isMemory(o) ? pointerOf(l, address(l, o.value)) : l.rules.value(l, o.value))
    }
  }
  const all = [...s.outputs, ...s.inputs]
  const template = s.template.replace(
    /%%|%=|%[a-zA-Z]?\[(\w+)\]|%([a-zA-Z]?)(\d+)/g,
    (text, byName?: string, modifier?: string, number?: string) => {
      if (text === '%%') return '%'
      if (text === '%=') return String(l.fn.nextId)
      const index = byName !== undefined ? all.findIndex((o) => o.name === byName) : Number(number)
      const to = names[index] ?? text
      // %w0 is the 32-bit name of the register.
      return (modifier === 'w' || text.startsWith('%w[')) && to.startsWith('$') ? `w${to}` : to
    },
  )
  mark(l, s.at)
  const target = result && access(l, result.value)
  const value = l.b.asm({ type: result ? irType(result.value.type) : 'void', args, template, tied, clobbersMemory, clobbers })
  if (target) target.store(value)
}

const fitsImmediate = (v: bigint): boolean => BigInt.asIntN(32, v) === BigInt.asIntN(64, v)
const isMemory = (o: TAsmOperand): boolean => /m/.test(o.constraint) && !/[rig]/.test(o.constraint)

/** Each output becomes a value that nothing is known of; inputs are values that must exist. */
function barrier(l: L, s: AsmStmt, results: readonly TAsmOperand[], clobbersMemory: boolean): void {
  const made = results.length > 0 || s.inputs.length > 0
  if (!made || clobbersMemory) l.b.asm({ type: 'void', args: [], template: '', tied: -1, clobbersMemory, clobbers: [] })
  for (const [i, o] of results.entries()) {
    const place = access(l, o.value)
    const index = s.outputs.indexOf(o)
    const matching = s.inputs.find((input) => input.constraint === String(index))
    const before = o.constraint.includes('+') ? place.load() : matching ? l.rules.value(l, matching.value) : undef(irType(o.value.type))
    mark(l, s.at)
    place.store(
      l.b.asm({ type: before.type, args: [before], template: '', tied: 0, clobbersMemory: clobbersMemory && i === 0, clobbers: [] }),
    )
  }
  for (const input of s.inputs) {
    if (/^\d+$/.test(input.constraint) || isMemory(input)) continue
    const v = l.rules.value(l, input.value)
    if (v.kind !== 'const') l.b.asm({ type: v.type, args: [v], template: '', tied: 0, clobbersMemory: false, clobbers: [] })
  }
}
