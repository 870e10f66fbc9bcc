// Variables that are read before anything is put into them: clang's -Wuninitialized (no path sets it) and -Wsometimes-uninitialized (one
// branch of an `if` does not, and what follows always reads it). A walk over the typed tree that carries what is unset so far.
//
// Only scalars without an initialiser whose address nobody takes. Silent where it is not sure: behind loops and switches that set the
// variable, behind labels, in code that only some paths reach. Each variable is reported once.
import { label, type Place, type Sink, warning } from '../report.ts'
import { isScalar, isVolatile } from './ctypes.ts'
import type { LocalVariable, TBlock, TExpr, TFunction, TInit, TStmt } from './tree.ts'

/** No path has set it; `from` is the branch that was taken without setting it, where one ended otherwise. */
interface Unset {
  readonly kind: 'never' | 'sometimes'
  readonly from?: { readonly at: Place; readonly when: 'true' | 'false' }
}
type State = Map<LocalVariable, Unset>

interface Walk {
  readonly sink: Sink
  readonly neverReturns: (e: TExpr) => boolean
  /** Variables whose address is taken. */
  readonly escaped: ReadonlySet<LocalVariable>
  readonly reported: Set<LocalVariable>
  /** Absent: control does not come here. */
  state: State | undefined
}

export function warnUninitialised(sink: Sink, fn: TFunction, neverReturns: (e: TExpr) => boolean): void {
  const escaped = new Set<LocalVariable>()
  eachExpression(fn.body, (e) => {
    if (e.kind === 'address' && e.operand.kind === 'local') escaped.add(e.operand.variable)
  })
  const w: Walk = { sink, neverReturns, escaped, reported: new Set(), state: new Map() }
  block(w, fn.body)
}

function block(w: Walk, b: TBlock): void {
  for (const item of b.items) statement(w, item)
}

function statement(w: Walk, s: TStmt): void {
  if (!w.state && s.kind !== 'block' && s.kind !== 'label' && s.kind !== 'case' && s.kind !== 'default') return
  switch (s.kind) {
    case 'block':
      block(w, s)
      return
    case 'declare':
      declare(w, s.variable, s.init)
      return
    case 'expression':
      read(w, s.value)
      if (w.neverReturns(s.value)) w.state = undefined
      return
    case 'if':
      branch(w, s)
      return
    case 'while':
    case 'do':
    case 'for':
      loop(w, s)
      return
    case 'switch':
      read(w, s.value)
      apart(w, [s.body], () => statement(w, s.body))
      return
    case 'case':
    case 'default':
    case 'label':
      // Other paths come in here.
      w.state = new Map()
      statement(w, s.body)
      return
    case 'return':
      if (s.value) read(w, s.value)
      w.state = undefined
      return
    case 'goto':
    case 'break':
    case 'continue':
      w.state = undefined
      return
    case 'asm':
      for (const o of s.inputs) read(w, o.value)
      for (const o of s.outputs) {
        if (o.constraint.includes('+')) read(w, o.value)
        set(w, o.value)
      }
      if (s.labels.length > 0) w.state = new Map()
      return
    default:
  }
}

function declare(w: Walk, variable: LocalVariable, init: TInit | undefined): void {
  if (init) {
    const own = init.parts.length === 1 ? init.parts[0].value : undefined
    // `int x = x;`: what it is set to is itself.
    if (own?.kind === 'load' && own.operand.kind === 'local' && own.operand.variable === variable) {
      warning(w.sink, 'c.uninitialized-self', own.operand.at, [variable.name])
      w.reported.add(variable)
    }
    for (const p of init.parts) if (p.value) read(w, p.value)
    w.state?.delete(variable)
  } else if (isScalar(variable.type) && !isVolatile(variable.type) && !w.escaped.has(variable)) w.state?.set(variable, { kind: 'never' })
}

function branch(w: Walk, s: TStmt & { readonly kind: 'if' }): void {
  // Along a ladder in a loop, so that a long one costs no depth.
  const rungs: { readonly s: TStmt & { readonly kind: 'if' }; readonly before: State; readonly yes: State | undefined }[] = []
  let rung: TStmt | undefined = s
  while (rung?.kind === 'if' && w.state) {
    read(w, rung.condition)
    const before: State = w.state
    w.state = sure(before)
    statement(w, rung.yes)
    rungs.push({ s: rung, before, yes: w.state })
    w.state = rung.no?.kind === 'if' ? sure(before) : new Map(sure(before))
    rung = rung.no
  }
  if (rung) statement(w, rung)
  for (const { s: at, yes } of rungs.reverse()) w.state = join(yes, w.state, at.condition.at)
}

/** What is surely unset: what only one branch left unset is not asked about within another branch. */
const sure = (state: State): State => new Map([...state].filter(([, u]) => u.kind === 'never'))

function join(yes: State | undefined, no: State | undefined, at: Place): State | undefined {
  if (!yes || !no) {
    const left = yes ?? no
    const when = yes ? 'true' : 'false'
    return left && new Map([...left].map(([v, u]) => [v, u.from ? u : { ...u, from: { at, when } }]))
  }
  const met: State = new Map()
  for (const v of new Set([...yes.keys(), ...no.keys()])) {
    const [a, b] = [yes.get(v), no.get(v)]
    if (a && b) met.set(v, a.kind === 'never' && b.kind === 'never' ? { kind: 'never' } : a.kind === 'sometimes' ? a : b)
    else if (a) met.set(v, { kind: 'sometimes', from: a.from ?? { at, when: 'true' } })
    else if (b) met.set(v, { kind: 'sometimes', from: b.from ?? { at, when: 'false' } })
  }
  return met
}

function loop(w: Walk, s: TStmt & { readonly kind: 'while' | 'do' | 'for' }): void {
  if (s.kind === 'for') for (const item of s.init) statement(w, item)
  const parts: (TStmt | TExpr)[] = [s.body]
  if (s.condition) parts.push(s.condition)
  if (s.kind === 'for' && s.step) parts.push(s.step)
  apart(w, parts, () => {
    if (s.kind !== 'do' && s.condition) read(w, s.condition)
    statement(w, s.body)
  })
}

/** Runs a part that may be run any number of times: what it sets is not asked about within it and behind it. */
function apart(w: Walk, parts: readonly (TStmt | TExpr)[], run: () => void): void {
  if (!w.state) return
  const state = sure(w.state)
  for (const part of parts) {
    eachExpression(part, (e) => {
      const target = e.kind === 'assign' || e.kind === 'compound-assign' ? e.left : e.kind === 'step' ? e.operand : undefined
      if (target?.kind === 'local') state.delete(target.variable)
    })
    eachStatement(part, (t) => {
      if (t.kind === 'asm') for (const o of t.outputs) if (o.value.kind === 'local') state.delete(o.value.variable)
    })
  }
  w.state = new Map(state)
  run()
  for (const v of w.reported) state.delete(v)
  w.state = state
}

function set(w: Walk, target: TExpr): void {
  if (target.kind === 'local') w.state?.delete(target.variable)
  else read(w, target)
}

/** An expression is evaluated: what it reads is asked about, what it sets is set. */
function read(w: Walk, e: TExpr): void {
  switch (e.kind) {
    case 'load':
      if (e.operand.kind === 'local') use(w, e.operand.variable, e.operand.at)
      else read(w, e.operand)
      return
    case 'assign': {
      read(w, e.right)
      set(w, e.left)
      return
    }
    case 'compound-assign':
    case 'step': {
      if (e.kind === 'compound-assign') read(w, e.right)
      const target = e.kind === 'step' ? e.operand : e.left
      if (target.kind === 'local') use(w, target.variable, target.at)
      set(w, target)
      return
    }
    case 'conditional':
      read(w, e.condition)
      if (e.yes) maybe(w, e.yes)
      maybe(w, e.no)
      return
    case 'statements':
      block(w, e.body)
      if (e.result) read(w, e.result)
      return
    case 'arithmetic':
    case 'compare':
    case 'logical':
    case 'comma':
    case 'pointer-add': {
      // Along the left side in a loop, so that long chains cost no depth.
      const spine: Chained[] = []
      let at: TExpr = e
      for (; isChained(at); at = at.kind === 'pointer-add' ? at.pointer : at.left) spine.push(at)
      read(w, at)
      for (const link of spine.reverse()) {
        if (link.kind === 'logical') maybe(w, link.right)
        else read(w, link.kind === 'pointer-add' ? link.index : link.right)
      }
      return
    }
    default:
      for (const c of children(e)) read(w, c)
  }
}

type Chained = TExpr & { readonly kind: 'arithmetic' | 'compare' | 'logical' | 'comma' | 'pointer-add' }

function isChained(e: TExpr): e is Chained {
  return e.kind === 'arithmetic' || e.kind === 'compare' || e.kind === 'logical' || e.kind === 'comma' || e.kind === 'pointer-add'
}

/** Evaluated on some paths only: what it sets is not sure behind it. */
function maybe(w: Walk, e: TExpr): void {
  if (!w.state) return
  const before = sure(w.state)
  w.state = new Map(before)
  read(w, e)
  const after = w.state
  w.state = new Map([...before].filter(([v]) => !after || after.has(v)))
}

function use(w: Walk, variable: LocalVariable, at: Place): void {
  const unset = w.state?.get(variable)
  if (!unset || w.reported.has(variable)) return
  w.reported.add(variable)
  w.state?.delete(variable)
  const labels = [label(variable.at, 'c.note.initialize', [variable.name])]
  if (unset.kind === 'never') warning(w.sink, 'c.uninitialized', at, [variable.name], { labels })
  else if (unset.from)
    warning(w.sink, 'c.uninitialized-sometimes', unset.from.at, [variable.name, unset.from.when], {
      labels: [label(at, 'c.note.uninitialized-use'), ...labels],
    })
}

// --- walking ---

/** The expressions that an expression is made of, in order of evaluation. */
function children(e: TExpr): readonly TExpr[] {
  switch (e.kind) {
    case 'deref':
    case 'address':
    case 'load':
    case 'decay':
    case 'cast':
    case 'unary':
    case 'not':
    case 'step':
      return [e.operand]
    case 'member':
      return [e.base]
    case 'arithmetic':
    case 'compare':
    case 'logical':
    case 'pointer-diff':
    case 'comma':
    case 'assign':
    case 'compound-assign':
      return [e.left, e.right]
    case 'pointer-add':
      return [e.pointer, e.index]
    case 'conditional':
      return e.yes ? [e.condition, e.yes, e.no] : [e.condition, e.no]
    case 'call':
      return [e.callee, ...e.args]
    case 'builtin':
      return e.args
    case 'compound-literal':
      return e.init ? e.init.parts.flatMap((p) => p.value ?? []) : []
    default:
      return []
  }
}

const isExpression = (x: TStmt | TExpr): x is TExpr => 'type' in x

/** Every expression of a statement or expression, those within statement expressions too. Walks with a list, not the stack. */
function eachExpression(root: TStmt | TExpr, visit: (e: TExpr) => void): void {
  each(root, visit, () => undefined)
}

function eachStatement(root: TStmt | TExpr, visit: (s: TStmt) => void): void {
  each(root, () => undefined, visit)
}

function each(root: TStmt | TExpr, onExpression: (e: TExpr) => void, onStatement: (s: TStmt) => void): void {
  const work: (TStmt | TExpr)[] = [root]
  for (let x = work.pop(); x; x = work.pop()) {
    if (isExpression(x)) {
      onExpression(x)
      if (x.kind === 'statements') {
        work.push(x.body)
        if (x.result) work.push(x.result)
      } else work.push(...children(x))
      continue
    }
    onStatement(x)
    work.push(...parts(x))
  }
}

function parts(s: TStmt): readonly (TStmt | TExpr)[] {
  switch (s.kind) {
    case 'block':
      return s.items
    case 'declare':
      return s.init ? s.init.parts.flatMap((p) => p.value ?? []) : []
    case 'expression':
      return [s.value]
    case 'if':
      return s.no ? [s.condition, s.yes, s.no] : [s.condition, s.yes]
    case 'while':
    case 'do':
      return [s.condition, s.body]
    case 'for':
      return [...s.init, ...(s.condition ? [s.condition] : []), ...(s.step ? [s.step] : []), s.body]
    case 'switch':
      return [s.value, s.body]
    case 'case':
    case 'default':
    case 'label':
      return [s.body]
    case 'return':
      return s.value ? [s.value] : []
    case 'asm':
      return [...s.outputs, ...s.inputs].map((o) => o.value)
    default:
      return []
  }
}
