// Which passes have nothing to do in a function as it stands. Passes come more than once, and by their second time most functions are as the
// same pass left them; a pass is a function of what it is given, so it need not be asked again.
// A function's shape is the list of all that a pass could change in it: instructions by identity, with those of their properties that are not
// read-only (a type holds this list against the IR's).
// Invariant: skipping gives the same code; the shape is compared whole, so no change goes unseen.
import type { Func, Instr, Module, Term } from '../ir/index.ts'

type Run = (fn: Func) => void

interface Idle {
  /** Brought up to date in place: lists of this length, made anew after each pass, are what a large function would pay most for. */
  readonly shape: unknown[]
  readonly passes: Set<Run>
  /** Nothing was found wrong with this shape, in these surroundings. */
  sound?: readonly unknown[]
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
  if (!idle) ledger.idle.set(fn, (idle = { shape: [], passes: new Set() }))
  if ((idle.shape.length === 0 || ledger.stale) && changed(idle, fn)) forget(idle)
  if (idle.passes.has(run)) return
  run(fn)
  if (changed(idle, fn)) forget(idle)
  else idle.passes.add(run)
}

function forget(idle: Idle): void {
  idle.passes.clear()
  delete idle.sound
}

/** The functions that may not be as they were when they were last found sound: what a validator has to look at. */
export function uncheckedIn(module: Module, ledger: Ledger): readonly Func[] {
  if (ledger.stale) return module.funcs
  const around = surroundings(module)
  return module.funcs.filter((fn) => !same(ledger.idle.get(fn)?.sound ?? [], around))
}

/** Remembers that every function is sound as it stands. */
export function markSound(module: Module, ledger: Ledger): void {
  if (ledger.stale) return
  const around = surroundings(module)
  for (const fn of module.funcs) {
    const idle = ledger.idle.get(fn)
    if (idle) idle.sound = around
  }
}

/** What there is besides a function that may be wrong with it: what it may name, and how functions are called. */
const surroundings = ({ funcs, globals }: Module): readonly unknown[] => [...globals, ...funcs.flatMap((f) => [f, f.ret, ...f.params])]

/** Whether the function is other than the list says, which then says what it is. */
function changed({ shape }: Idle, fn: Func): boolean {
  const list: List = { shape, at: 0, changed: false }
  for (const block of fn.blocks) {
    put(list, block)
    put(list, block.loop)
    for (const i of block.instrs) addInstr(list, i)
    addTerm(list, block.term)
  }
  if (list.at < shape.length) {
    shape.length = list.at
    return true
  }
  return list.changed
}

interface List {
  readonly shape: unknown[]
  at: number
  changed: boolean
}

function put(list: List, what: unknown): void {
  const at = list.at++
  if (at < list.shape.length && list.shape[at] === what) return
  list.shape[at] = what
  list.changed = true
}

type Writable<T> = { [K in keyof T]-?: Same<Pick<T, K>, Readonly<Pick<T, K>>> extends true ? never : K }[keyof T]
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
type WritableOf<N> = N extends unknown ? Writable<N> : never

function addInstr(list: List, i: Instr): void {
  const { args } = i
  put(list, i)
  put(list, i.at)
  put(list, args.length)
  for (const a of args) put(list, a)
  switch (i.kind) {
    case 'phi':
      for (const b of i.from) put(list, b)
      return
    case 'bin':
      put(list, i.nsw)
      put(list, i.nuw)
      return
    case 'alloca':
    case 'load':
    case 'store':
    case 'memcpy':
    case 'memset':
      put(list, i.align)
      return
    default:
      i satisfies Record<Exclude<WritableOf<typeof i>, 'args' | 'at'>, never>
  }
}

function addTerm(list: List, t: Term): void {
  put(list, t)
  put(list, t.at)
  put(list, t.args.length)
  for (const a of t.args) put(list, a)
  for (const b of t.to) put(list, b)
  if (t.kind === 'condbr') put(list, t.likely)
  else if (t.kind === 'switch') for (const value of t.cases) put(list, value)
  else t satisfies Record<Exclude<WritableOf<typeof t>, 'args' | 'at' | 'to'>, never>
}

const same = (a: readonly unknown[], b: readonly unknown[]): boolean => a.length === b.length && a.every((x, k) => x === b[k])
