// Turns selects into branches, since the machine has none: `x = c ? a : b` becomes a jump around an empty block and a phi.
//
// Selects in a row on one condition share the jump. Layout later makes `r = a; if c goto +1; r = b` of it.
import {
  type Block,
  type Func,
  type Instr,
  isInstr,
  type Phi,
  renamePhiEntry,
  replaceValues,
  type Select,
  type Value,
} from '../ir/index.ts'

export function lowerSelect(fn: Func): void {
  const replacement = new Map<Value, Value>()
  for (let k = 0; k < fn.blocks.length; k++) {
    const block = fn.blocks[k]
    const at = block.instrs.findIndex((i) => i.kind === 'select')
    if (at < 0) continue
    const first = block.instrs[at] as Select
    const run: Select[] = [first]
    const members = new Set<Value>(run)
    let end = at + 1
    for (; end < block.instrs.length; end++) {
      const next = block.instrs[end]
      if (next.kind !== 'select' || next.args[0] !== first.args[0] || next.args.some((a) => isInstr(a) && members.has(a))) break
      run.push(next)
      members.add(next)
    }
    const join: Block = { id: fn.nextId++, hint: 'select.end', instrs: [], term: block.term }
    const other: Block = { id: fn.nextId++, hint: 'select.false', instrs: [], term: { kind: 'br', args: [], to: [join] } }
    for (const to of new Set(join.term.to)) renamePhiEntry(to, block, join)
    for (const s of run) {
      const phi: Phi = {
        kind: 'phi',
        type: s.type,
        id: fn.nextId++,
        args: [s.args[1], s.args[2]],
        from: [block, other],
        ...(s.at && { at: s.at }),
      }
      join.instrs.push(phi)
      replacement.set(s, phi)
    }
    join.instrs.push(...block.instrs.slice(end))
    block.instrs = block.instrs.slice(0, at) as Instr[]
    block.term = { kind: 'condbr', args: [first.args[0]], to: [join, other], ...(first.at && { at: first.at }) }
    other.term.at = first.at
    fn.blocks.splice(k + 1, 0, other, join)
  }
  replaceValues(fn, replacement)
}
