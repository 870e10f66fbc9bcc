// Drops instructions whose value nobody needs: marks from those with effects, backwards. Phis that only feed each other go too.
//
// Debug records keep nothing alive; one that loses its value says that the variable is unknown from there.
import { type Func, hasSideEffect, type Instr, isInstr, removeUnreachable, undef, type Value } from '../ir/index.ts'

export function dce(fn: Func): void {
  removeUnreachable(fn)
  const needed = new Set<Instr>()
  const work: Instr[] = []
  const need = (v: Value): void => {
    if (!isInstr(v) || needed.has(v)) return
    needed.add(v)
    work.push(v)
  }
  for (const block of fn.blocks) {
    for (const i of block.instrs) if (hasSideEffect(i) && i.kind !== 'dbg' && i.kind !== 'lifetime') need(i)
    block.term.args.forEach(need)
  }
  for (let i = work.pop(); i; i = work.pop()) i.args.forEach(need)
  for (const block of fn.blocks) {
    block.instrs = block.instrs.filter((i) => {
      if (i.kind === 'lifetime') return needed.has(i.args[0] as Instr)
      if (i.kind !== 'dbg') return needed.has(i)
      if (isInstr(i.args[0]) && !needed.has(i.args[0])) i.args[0] = undef(i.args[0].type)
      return true
    })
  }
}
