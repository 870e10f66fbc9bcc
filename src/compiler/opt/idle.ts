// Which passes have nothing to do in a function as it stands. Passes come more than once, and by their second time most functions are as the
// same pass left them; a pass is a function of what it is given, so it need not be asked again.
// A function's shape is the list of all that a pass could change in it: instructions by identity, with those of their properties that are not
// read-only (a type holds this list against the IR's).
// Invariant: skipping gives the same code; the shape is compared whole, so no change goes unseen.
import type { Func, Instr, Term } from '../ir/index.ts'

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
    for (const i of block.instrs) addInstr(out, i)
    addTerm(out, block.term)
  }
  return out
}

type Writable<T> = { [K in keyof T]-?: Same<Pick<T, K>, Readonly<Pick<T, K>>> extends true ? never : K }[keyof T]
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
type WritableOf<N> = N extends unknown ? Writable<N> : never

function addInstr(out: unknown[], i: Instr): void {
  const { args } = i
  out.push(i, i.at, args.length)
  for (const a of args) out.push(a)
  switch (i.kind) {
    case 'phi':
      for (const b of i.from) out.push(b)
      return
    case 'bin':
      out.push(i.nsw, i.nuw)
      return
    case 'alloca':
    case 'load':
    case 'store':
    case 'memcpy':
    case 'memset':
      out.push(i.align)
      return
    default:
      i satisfies Record<Exclude<WritableOf<typeof i>, 'args' | 'at'>, never>
  }
}

function addTerm(out: unknown[], t: Term): void {
  out.push(t, t.at, t.args.length)
  for (const a of t.args) out.push(a)
  for (const b of t.to) out.push(b)
  if (t.kind === 'condbr') out.push(t.likely)
  else if (t.kind === 'switch') for (const value of t.cases) out.push(value)
  else t satisfies Record<Exclude<WritableOf<typeof t>, 'args' | 'at' | 'to'>, never>
}

const same = (a: readonly unknown[], b: readonly unknown[]): boolean => {
  if (a.length !== b.length) return false
  for (let k = 0; k < a.length; k++) if (a[k] !== b[k]) return false
  return true
}
