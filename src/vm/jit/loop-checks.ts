// Checks in innermost loops that call nothing. A call of the host in such a loop would cost it the registers of the real machine, even if it never
// happened. So the cells that the loop's places compare with are filled before it, by the values that its pointers begin with; what is elsewhere
// is left to the interpreter.
//
// A value belongs to the register that it came from: at the head of the loop each register to itself, later what was moved or added to.
import type { Code } from '../code.ts'
import { MAX_SLOTS, type Places } from './body.ts'
import { accessAt, covers, type Extent, extentsIn, hull } from './checks.ts'
import { type FunctionCode, isRepeatable, OP_LD_IMM64 } from './functions.ts'
import { innermostLoops } from './graph.ts'
import { isBytes, NUMBER, step } from './kinds.ts'
import { mayWrite } from './known.ts'

export interface LoopCheck {
  /** Register that the value comes from. */
  readonly root: number
  readonly extent: Extent
  readonly slot: number
}

export interface LoopChecks {
  /** By head: what is to be known before the loop. */
  readonly heads: ReadonlyMap<number, readonly LoopCheck[]>
  /** By node and slot of the instruction. */
  readonly places: ReadonlyMap<number, ReadonlyMap<number, LoopCheck>>
}

const REGS = 11
const NONE = -1
const MOV64_REG = 0xbf
const OWN = Array.from({ length: REGS }, (_, r) => r)

export function loopChecks(
  code: Code,
  f: FunctionCode,
  kinds: readonly Uint8Array[],
  ahead: readonly (readonly (Extent | undefined)[])[],
  module: Places,
): LoopChecks {
  const heads = new Map<number, LoopCheck[]>()
  const places = new Map<number, Map<number, LoopCheck>>()
  for (const [head, body] of innermostLoops(f.graph)) {
    if ([...body].some((n) => n >= f.blocks.length || !isRepeatable(code, f.blocks[n]))) continue
    const wanted: Wanted[] = []
    const roots = rootsOf(code, f, head, body, kinds)
    for (const node of body) {
      const { start, end } = f.blocks[node]
      const extents = extentsIn(code, start, end, ahead[node])
      follow(code, f, node, roots.get(node)!, kinds[node], (pc, root, kind) => {
        const own = accessAt(code, pc)
        const extent = own && extents[pc - start]
        if (extent && root !== NONE && isBytes(kind)) wanted.push({ node, pc, root, extent: hull(extent, own.extent) })
      })
    }
    const checks = widest(wanted, module)
    heads.set(head, checks)
    for (const { node, pc, root, extent } of wanted) {
      const check = checks.find((c) => c.root === root && covers(c.extent, extent))
      if (!check) continue
      const found = places.get(node) ?? new Map<number, LoopCheck>()
      places.set(node, found.set(pc, check))
    }
  }
  return { heads, places }
}

interface Wanted {
  readonly node: number
  readonly pc: number
  readonly root: number
  readonly extent: Extent
}

/** One check for each extent that lies within no other. */
function widest(wanted: readonly Wanted[], module: Places): LoopCheck[] {
  const checks: LoopCheck[] = []
  for (const [i, { root, extent }] of wanted.entries()) {
    const isLess = wanted.some((w, j) => w.root === root && covers(w.extent, extent) && (!covers(extent, w.extent) || j < i))
    if (!isLess && module.slots < MAX_SLOTS) checks.push({ root, extent, slot: module.slots++ })
  }
  return checks
}

/** Roots of registers at the start of each node of a loop. */
function rootsOf(
  code: Code,
  f: FunctionCode,
  head: number,
  body: ReadonlySet<number>,
  kinds: readonly Uint8Array[],
): Map<number, number[]> {
  const { succ, order } = f.graph
  const roots = new Map<number, number[]>([[head, OWN]])
  for (const node of [...body].sort((a, b) => order[a] - order[b])) {
    const behind = follow(code, f, node, roots.get(node)!, kinds[node])
    for (const { to } of succ[node]) {
      if (to === head || !body.has(to)) continue
      const before = roots.get(to)
      roots.set(to, before ? before.map((root, r) => (root === behind[r] ? root : NONE)) : behind)
    }
  }
  return roots
}

/** Roots at the end of a node; tells for each of its instructions the root and kind of the register that it accesses memory through. */
function follow(
  code: Code,
  f: FunctionCode,
  node: number,
  start: readonly number[],
  kindsBefore: Uint8Array,
  tell?: (pc: number, root: number, kind: number) => void,
): number[] {
  const roots = [...start]
  const kinds = kindsBefore.slice()
  const block = f.blocks[node]
  for (let pc = block.start; pc < block.end; pc += code.opcode[pc] === OP_LD_IMM64 ? 2 : 1) {
    const op = code.opcode[pc]
    const d = code.dst[pc]
    const s = code.src[pc]
    const found = tell && accessAt(code, pc)
    if (found && found.base < REGS) tell(pc, roots[found.base], kinds[found.base])
    if (op === MOV64_REG && code.off[pc] === 0) roots[d] = roots[s]
    else if ((op & 0x07) === 0x07 && ((op & 0xf0) === 0x00 || (op & 0xf0) === 0x10)) {
      if (kinds[d] === NUMBER && s < REGS) roots[d] = roots[s]
    } else for (let r = 0; r < REGS; r++) if (mayWrite(code, pc, r)) roots[r] = NONE
    step(code, pc, kinds)
  }
  return roots
}
