// Simplifies instructions one by one by rules (rules/*.ts), until none applies. What a rule leaves unused is for dce.
//
// Needs SSA. Gives literals on the right, one literal per chain, comparisons of the narrowest values, loads of constants folded.
// Rules must not turn a checked pointer or a bounded value into another one that the verifier cannot connect with it.
import { countUses, type Draft, type Func, type Instr, isInstr, isKind, replaceValues, reversePostOrder, type Value } from '../ir/index.ts'
import { BIN_RULES, PTRADD_RULES } from './rules/arithmetic.ts'
import { CALL_RULES } from './rules/calls.ts'
import { BSWAP_RULES, CAST_RULES, SELECT_RULES } from './rules/casts.ts'
import { CMP_RULES } from './rules/comparisons.ts'
import { LOAD_RULES } from './rules/memory.ts'
import type { Context, Rule } from './rules/rule.ts'

const MAX_ROUNDS = 16

export function simplify(fn: Func): void {
  for (let round = 0; round < MAX_ROUNDS; round++) if (!sweep(fn)) return
}

function sweep(fn: Func): boolean {
  const counts = countUses(fn)
  let compared: Set<Value> | undefined
  const replacement = new Map<Value, Value>()
  const resolve = (v: Value): Value => {
    let at = v
    for (let next = replacement.get(at); next; next = replacement.get(at)) at = next
    return at
  }
  let changed = false
  for (const block of reversePostOrder(fn)) {
    const out: Instr[] = []
    let near: Instr['at']
    const context: Context = {
      make: (draft: Draft) => {
        const made: Instr = { ...draft, id: fn.nextId++, ...(near && { at: near }) }
        out.push(made)
        return made
      },
      once: (v) => counts.get(v) === 1,
      compared: (v) => (compared ??= comparedIn(fn, resolve)).has(v),
    }
    for (const i of block.instrs) {
      if (i.kind !== 'phi') for (let k = 0; k < i.args.length; k++) i.args[k] = resolve(i.args[k])
      near = i.at
      const better = improve(i, context)
      if (better === undefined) {
        out.push(i)
        continue
      }
      changed = true
      replacement.set(i, better)
      // A new value lives as long as the old one, is used as often and compared like it.
      if (compared?.has(i)) compared.add(better)
      if (isInstr(better) && !counts.has(better)) counts.set(better, counts.get(i) ?? 0)
    }
    block.instrs = out
    block.term.args = block.term.args.map(resolve)
  }
  replaceValues(fn, replacement)
  return changed
}

/** Values that comparisons look at, directly or through casts. That of something with 0 is most often of a flag, and bounds nothing. */
function comparedIn(fn: Func, resolve: (v: Value) => Value): Set<Value> {
  const found = new Set<Value>()
  const work: Value[] = []
  for (const block of fn.blocks) {
    for (const i of block.instrs) {
      if (!isKind(i, 'cmp')) continue
      const [, b] = i.args
      if ((i.pred !== 'eq' && i.pred !== 'ne') || b.kind !== 'const' || b.value !== 0n) work.push(...i.args)
    }
  }
  for (let next = work.pop(); next; next = work.pop()) {
    const v = resolve(next)
    if (v.kind === 'const' || found.has(v)) continue
    found.add(v)
    if (isKind(v, 'cast')) work.push(v.args[0])
  }
  return found
}

function improve(i: Instr, c: Context): Value | undefined {
  switch (i.kind) {
    case 'bin':
      return first(BIN_RULES, i, c)
    case 'ptradd':
      return first(PTRADD_RULES, i, c)
    case 'cast':
      return first(CAST_RULES, i, c)
    case 'bswap':
      return first(BSWAP_RULES, i, c)
    case 'select':
      return first(SELECT_RULES, i, c)
    case 'cmp':
      return first(CMP_RULES, i, c)
    case 'load':
      return first(LOAD_RULES, i, c)
    case 'call':
      return first(CALL_RULES, i, c)
    default:
      return undefined
  }
}

function first<K extends Instr['kind']>(rules: readonly Rule<K>[], i: Extract<Instr, { kind: K }>, c: Context): Value | undefined {
  for (const rule of rules) {
    const better = rule.apply(i, c)
    if (better !== undefined) return better
  }
  return undefined
}
