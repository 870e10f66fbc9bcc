// Which passes have nothing to do in a function as it stands. Passes come more than once, and by their second time most functions are as the
// same pass left them; a pass is a function of what it is given, so it need not be asked again.
// A function's shape is the list of all that a pass could read or change in it: instructions by identity, with their operands and properties.
// Invariant: skipping gives the same code; the shape is compared whole, so no change goes unseen.
import type { Block, Func } from '../ir/index.ts'

type Run = (fn: Func) => void

interface Idle {
  readonly shape: readonly unknown[]
  readonly passes: Set<Run>
}

/** Owned by one optimisation of a module. */
export interface Ledger {
  readonly idle: Map<Func, Idle>
  /** Functions that something else may have changed since. */
  stale: boolean
}

export const makeLedger = (): Ledger => ({ idle: new Map(), stale: false })

/** Runs a pass over a function unless it is known to leave it as it is. */
export function runUnlessIdle(ledger: Ledger, fn: Func, run: Run): void {
  let idle = ledger.idle.get(fn)
  if (!idle || ledger.stale) {
    const shape = shapeOf(fn)
    if (!idle || !same(idle.shape, shape)) idle = enter(ledger, fn, shape)
  }
  if (idle.passes.has(run)) return
  run(fn)
  const after = shapeOf(fn)
  if (same(idle.shape, after)) idle.passes.add(run)
  else enter(ledger, fn, after)
}

function enter(ledger: Ledger, fn: Func, shape: readonly unknown[]): Idle {
  const idle = { shape, passes: new Set<Run>() }
  ledger.idle.set(fn, idle)
  return idle
}

function shapeOf(fn: Func): unknown[] {
  const out: unknown[] = []
  for (const block of fn.blocks) {
    out.push(block, block.loop)
    for (const i of block.instrs) addNode(out, i)
    addNode(out, block.term)
  }
  return out
}

function addNode(out: unknown[], node: Block['instrs'][number] | Block['term']): void {
  out.push(node)
  const record = node as unknown as Readonly<Record<string, unknown>>
  for (const key in record) {
    // These never change while the node is the same.
    if (key === 'id' || key === 'kind') continue
    const value = record[key]
    out.push(value)
    if (Array.isArray(value)) for (const element of value) out.push(element)
  }
}

function same(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false
  // An array is another object after a `map` that changed nothing; its elements stand behind it.
  for (let k = 0; k < a.length; k++) if (a[k] !== b[k] && !(Array.isArray(a[k]) && Array.isArray(b[k]))) return false
  return true
}
