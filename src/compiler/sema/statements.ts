// Statements (C11 6.8): conditions, loops, switch and its cases, labels and goto, return, inline assembly.
import { never } from '../../base/index.ts'
import { error, label, type Place, warning } from '../report.ts'
import type { AsmOperand, CompoundStmt, Expr, Stmt } from '../syntax/index.ts'
import { promote, rvalue } from './build-expr.ts'
import { type Context, innermost, isError, type OpenFunction, type OpenSwitch, popScope, pushScope } from './context.ts'
import { condition, convert } from './convert.ts'
import { integerOf, isInteger, isScalar, isVoid, sizeOf, wrap } from './ctypes.ts'
import { foldedNumber } from './folding.ts'
import { quoteType } from './print-type.ts'
import { checkIf, checkReturned, checkSequence, checkSwitch } from './suspicious.ts'
import type { TAsmOperand, TBlock, TCase, TExpr, TLabel, TStmt } from './tree.ts'
import { noteSet } from './usage.ts'

/** A block; `result` is the value of its last statement, for statement expressions. */
export function block(cx: Context, b: CompoundStmt): { readonly block: TBlock; readonly result: TExpr | undefined } {
  const scope = pushScope(cx)
  const items: TStmt[] = []
  let result: TExpr | undefined
  for (const [i, item] of b.items.entries()) {
    let last = i === lastValue(b) ? bareStatement(item) : item
    // The last expression is not an item: its value is the block's. Labels before it are.
    while (cx.fn && last.kind === 'label' && labelled(last).kind === 'expression' && i === lastValue(b)) {
      const body: Stmt = { kind: 'empty', attributes: [], at: last.at }
      items.push(labeledStatement(cx, cx.fn, { ...last, body }))
      last = last.body
    }
    if (last.kind === 'expression' && i === lastValue(b)) {
      withIgnored(cx, item, () => {
        result = rvalue(cx.rules.expression(cx, last.value))
      })
    } else items.push(...statements(cx, item))
  }
  popScope(cx)
  return { block: { kind: 'block', scope, items, at: b.openAt, closeAt: b.closeAt }, result }
}

/** The statement behind its labels. */
function labelled(s: Stmt): Stmt {
  let at = s
  while (at.kind === 'label') at = at.body
  return at
}

const bareStatement = (s: Stmt): Stmt => (s.kind === 'ignoring' ? s.body : s)

/** Runs `body` with the warnings silenced that a statement silences. */
function withIgnored(cx: Context, s: Stmt, body: () => void): void {
  const before = cx.sink.ignored
  if (s.kind === 'ignoring') cx.sink.ignored = s.ignored
  body()
  cx.sink.ignored = before
}

/** Index of the last item that is not just a `;`. */
function lastValue(b: CompoundStmt): number {
  let last = b.items.length - 1
  while (last >= 0 && b.items[last].kind === 'empty') last--
  return last
}

/** A function's body: its parameters' scope is the caller's. */
export function bodyBlock(cx: Context, b: CompoundStmt): TBlock {
  const scope = innermost(cx).id
  checkSequence(cx, b.items)
  return { kind: 'block', scope, items: b.items.flatMap((item) => statements(cx, item)), at: b.openAt, closeAt: b.closeAt }
}

/** One statement; a declaration makes one for each variable. */
function statements(cx: Context, s: Stmt): TStmt[] {
  if (s.kind === 'ignoring') {
    let items: TStmt[] = []
    withIgnored(cx, s, () => {
      items = statements(cx, s.body)
    })
    return items
  }
  if (s.kind !== 'declare') return [statement(cx, s)]
  if (s.declaration.kind === 'static-assert') {
    cx.rules.staticAssert(cx, s.declaration)
    return []
  }
  return cx.rules.localDeclaration(cx, s.declaration)
}

function statement(cx: Context, s: Stmt): TStmt {
  const { fn } = cx
  if (!fn) return { kind: 'empty', at: s.at }
  switch (s.kind) {
    case 'compound': {
      const scope = pushScope(cx)
      checkSequence(cx, s.items)
      const items = s.items.flatMap((item) => statements(cx, item))
      popScope(cx)
      return { kind: 'block', scope, items, at: s.openAt, closeAt: s.closeAt }
    }
    case 'declare': {
      const items = statements(cx, s)
      return items.length === 1 ? items[0] : { kind: 'block', items, at: s.at, closeAt: s.at }
    }
    case 'expression':
      return expressionStatement(cx, s.value)
    case 'ignoring': {
      const items = statements(cx, s)
      return items.length === 1 ? items[0] : { kind: 'block', items, at: s.at, closeAt: s.at }
    }
    case 'empty':
      return { kind: 'empty', at: s.at }
    case 'if':
      return ifStatement(cx, s)
    case 'while': {
      const c = controlling(cx, s.condition)
      return { kind: 'while', condition: c, body: loopBody(cx, fn, s.body), pragma: s.pragma, at: s.at }
    }
    case 'do': {
      const body = loopBody(cx, fn, s.body)
      return { kind: 'do', condition: controlling(cx, s.condition), body, pragma: s.pragma, at: s.at }
    }
    case 'for': {
      const scope = pushScope(cx)
      const init = s.init ? statements(cx, s.init) : []
      const c = s.condition && controlling(cx, s.condition)
      const step = s.step && discarded(cx, s.step)
      const body = loopBody(cx, fn, s.body)
      popScope(cx)
      return { kind: 'for', scope, init, condition: c, step, body, pragma: s.pragma, at: s.at }
    }
    case 'switch':
      return switchStatement(cx, fn, s)
    case 'case':
    case 'default':
    case 'label':
      return labeledStatement(cx, fn, s)
    case 'local-labels':
      for (const { name, at } of s.names) {
        const own: TLabel = { name, at, definedAt: undefined, scopes: [], used: false }
        innermost(cx).labels.set(name, own)
        fn.localLabels.push(own)
      }
      return { kind: 'empty', at: s.at }
    case 'goto':
      return { kind: 'goto', label: findLabel(cx, fn, s.label.name, s.label.at, true), at: s.at }
    case 'goto-computed':
      error(cx.sink, 'c.computed-goto', s.at)
      return { kind: 'empty', at: s.at }
    case 'break':
      if (fn.breakables === 0) error(cx.sink, 'c.stray-break', s.at)
      return fn.breakables === 0 ? { kind: 'empty', at: s.at } : { kind: 'break', at: s.at }
    case 'continue':
      if (fn.loops === 0) error(cx.sink, 'c.stray-continue', s.at)
      return fn.loops === 0 ? { kind: 'empty', at: s.at } : { kind: 'continue', at: s.at }
    case 'return':
      return returnStatement(cx, fn, s.value, s.at)
    case 'asm':
      return asmStatement(cx, fn, s)
    default:
      return never(s)
  }
}

/** Along the `else if`s in a loop, so that a long ladder costs no depth. */
function ifStatement(cx: Context, s: Stmt & { readonly kind: 'if' }): TStmt {
  const rungs: { readonly condition: TExpr; readonly yes: TStmt; readonly at: Place }[] = []
  let last: Stmt | undefined = s
  while (last?.kind === 'if') {
    checkIf(cx, last)
    rungs.push({ condition: controlling(cx, last.condition), yes: scoped(cx, last.yes), at: last.at })
    last = last.no
  }
  let out = last && scoped(cx, last)
  for (const rung of rungs.reverse()) out = { kind: 'if', ...rung, no: out }
  return out ?? { kind: 'empty', at: s.at }
}

function scoped(cx: Context, s: Stmt): TStmt {
  pushScope(cx)
  const out = statement(cx, s)
  popScope(cx)
  return out
}

function loopBody(cx: Context, fn: OpenFunction, s: Stmt): TStmt {
  fn.loops++
  fn.breakables++
  const body = scoped(cx, s)
  fn.loops--
  fn.breakables--
  return body
}

/** A condition, with clang's warning about `=` where `==` was meant. */
function controlling(cx: Context, e: Expr): TExpr {
  if (e.kind === 'assign' && e.op === '=') {
    warning(cx.sink, 'c.assign-condition', e.opAt, [], {
      fixes: e.opAt.site ? [] : [{ code: 'c.fix.compare', params: [], at: e.opAt, text: '==' }],
    })
  }
  return condition(cx, rvalue(cx.rules.expression(cx, e)))
}

function expressionStatement(cx: Context, e: Expr): TStmt {
  return { kind: 'expression', value: discarded(cx, e), at: e.at }
}

/** An expression whose value is not used. */
function discarded(cx: Context, e: Expr): TExpr {
  const value = cx.rules.expression(cx, e)
  warnUnused(cx, e, value)
  noteSet(cx, value)
  // A volatile object that is named is read.
  return value.lvalue && !isError(value) && isScalar(value.type) ? rvalue(value) : value
}

const COMPARISON_WORDS: Readonly<Record<string, string>> = { '==': 'equality', '!=': 'inequality' }

/** clang's -Wunused-value, for what is plainly a computation. */
function warnUnused(cx: Context, e: Expr, value: TExpr): void {
  if (isError(value) || isVoid(value.type) || e.at.site) return
  let inner = e
  while (inner.kind === 'paren') inner = inner.inner
  if (inner.kind === 'binary' && inner.op !== '&&' && inner.op !== '||') {
    const comparison = ['==', '!=', '<', '>', '<=', '>='].includes(inner.op)
    if (comparison) warning(cx.sink, 'c.unused-comparison', inner.opAt, [COMPARISON_WORDS[inner.op] ?? 'relational'])
    else warning(cx.sink, 'c.unused-value', inner.opAt)
  } else if (inner.kind === 'name' || inner.kind === 'number' || inner.kind === 'member' || inner.kind === 'index') {
    if (!(value.lvalue && value.type.kind === 'qualified' && value.type.volatile)) warning(cx.sink, 'c.unused-value', inner.at)
  }
}

// --- switch ---

function switchStatement(cx: Context, fn: OpenFunction, s: Stmt & { readonly kind: 'switch' }): TStmt {
  const asked = rvalue(cx.rules.expression(cx, s.value))
  let value = asked
  if (!isError(value)) {
    if (isInteger(value.type)) value = promote(value)
    if (sizeOf(value.type) === 16) error(cx.sink, 'c.no-int128', s.value.at)
    else if (!isInteger(value.type)) error(cx.sink, 'c.switch-not-integer', s.value.at, [quoteType(value.type)])
  }
  const open: OpenSwitch = { cases: [], single: new Map(), ranges: [], type: value.type, hasDefault: false }
  fn.switches.push(open)
  fn.breakables++
  const body = scoped(cx, s.body)
  fn.breakables--
  fn.switches.pop()
  if (!isError(value)) checkSwitch(cx, asked, s, open.cases, open.hasDefault)
  return { kind: 'switch', value, cases: open.cases, hasDefault: open.hasDefault, body, at: s.at }
}

type Labeled = Extract<Stmt, { readonly kind: 'case' | 'default' | 'label' }>
type Head =
  | { readonly kind: 'case'; readonly case: TCase }
  | { readonly kind: 'default' }
  | { readonly kind: 'label'; readonly label: TLabel }

/** A row of labels becomes a flat list in which only the last has a body, so that a long one costs no depth. */
function labeledStatement(cx: Context, fn: OpenFunction, s: Labeled): TStmt {
  const items: TStmt[] = []
  let last: Stmt = s
  while (last.kind === 'case' || last.kind === 'default' || last.kind === 'label') {
    const { at, body }: Labeled = last
    const head =
      last.kind === 'case' ? caseLabel(cx, fn, last) : last.kind === 'default' ? defaultLabel(cx, fn, last) : namedLabel(cx, fn, last)
    last = body
    if (head) items.push({ ...head, body: { kind: 'empty', at: body.at }, at })
  }
  const body = statement(cx, last)
  const innermost = items.pop()
  if (innermost?.kind !== 'case' && innermost?.kind !== 'default' && innermost?.kind !== 'label') return body
  items.push({ ...innermost, body })
  return items.length === 1 ? items[0] : { kind: 'block', items, at: s.at, closeAt: s.at }
}

/** Undefined after a fault, here and below: the statement stands without the label. */
function caseLabel(cx: Context, fn: OpenFunction, s: Stmt & { readonly kind: 'case' }): Head | undefined {
  const open = fn.switches[fn.switches.length - 1]
  const bound = (e: Expr): bigint | undefined => {
    const value = rvalue(cx.rules.expression(cx, e))
    if (isError(value)) return undefined
    const number = isInteger(value.type) ? foldedNumber(value) : undefined
    if (number === undefined) {
      error(cx.sink, 'c.case-not-constant', e.at)
      return undefined
    }
    const int = integerOf(open?.type ?? value.type)
    return int ? wrap(int, number) : number
  }
  const low = bound(s.low)
  const high = s.high ? bound(s.high) : low
  if (!open) {
    error(cx.sink, 'c.stray-case', s.at, ['case'])
    return undefined
  }
  if (low === undefined || high === undefined || high < low) {
    if (low !== undefined && high !== undefined) warning(cx.sink, 'c.empty-case-range', s.at)
    return undefined
  }
  const made: TCase = { low, high, at: s.low.at }
  const before = sameCase(open, low, high)
  if (before) error(cx.sink, 'c.duplicate-case', s.low.at, [String(low)], { labels: [label(before.at, 'c.note.previous-case')] })
  else {
    open.cases.push(made)
    if (low === high) open.single.set(low, made)
    else open.ranges.push(made)
  }
  return { kind: 'case', case: made }
}

/** A case that has a value of the range already. */
function sameCase(open: OpenSwitch, low: bigint, high: bigint): TCase | undefined {
  const meets = (c: TCase): boolean => low <= c.high && c.low <= high
  return low === high ? (open.single.get(low) ?? open.ranges.find(meets)) : open.cases.find(meets)
}

function defaultLabel(cx: Context, fn: OpenFunction, s: Stmt & { readonly kind: 'default' }): Head | undefined {
  const open = fn.switches[fn.switches.length - 1]
  if (!open) {
    error(cx.sink, 'c.stray-case', s.at, ['default'])
    return undefined
  }
  if (open.hasDefault) error(cx.sink, 'c.two-defaults', s.at)
  open.hasDefault = true
  return { kind: 'default' }
}

// --- labels ---

function findLabel(cx: Context, fn: OpenFunction, name: string, at: Place, used: boolean): TLabel {
  let found = cx.scopes.findLast((s) => s.labels.has(name))?.labels.get(name) ?? fn.labels.get(name)
  if (!found) {
    found = { name, at, definedAt: undefined, scopes: [], used: false }
    fn.labels.set(name, found)
  }
  found.used ||= used
  return found
}

function namedLabel(cx: Context, fn: OpenFunction, s: Stmt & { readonly kind: 'label' }): Head {
  const found = findLabel(cx, fn, s.label.name, s.label.at, false)
  if (found.definedAt)
    error(cx.sink, 'c.label-twice', s.label.at, [s.label.name], { labels: [label(found.definedAt, 'c.note.previous-definition')] })
  found.definedAt = s.label.at
  found.scopes = cx.scopes.map((scope) => scope.id)
  return { kind: 'label', label: found }
}

// --- return ---

function returnStatement(cx: Context, fn: OpenFunction, e: Expr | undefined, at: Place): TStmt {
  const { ret } = fn
  const { name } = fn.symbol
  if (!e) {
    if (!isVoid(ret)) error(cx.sink, 'c.return-value-missing', at, [name])
    return { kind: 'return', value: undefined, at }
  }
  const value = rvalue(cx.rules.expression(cx, e))
  if (isError(value)) return { kind: 'return', value: undefined, at }
  checkReturned(cx, value)
  if (isVoid(ret)) {
    if (!isVoid(value.type)) error(cx.sink, 'c.return-value-void', at, [name])
    return { kind: 'return', value, at }
  }
  const converted = convert(cx, value, ret, { kind: 'returning' }, e.at)
  return { kind: 'return', value: isError(converted) ? undefined : converted, at }
}

// --- asm ---

function asmStatement(cx: Context, fn: OpenFunction, s: Stmt & { readonly kind: 'asm' }): TStmt {
  const outputs = s.outputs.map((o) => asmOperand(cx, o, true))
  const inputs = s.inputs.map((o) => asmOperand(cx, o, false))
  const known = [...outputs, ...inputs].filter((o) => o !== undefined)
  if (known.length < outputs.length + inputs.length) return { kind: 'empty', at: s.at }
  return {
    kind: 'asm',
    template: s.template,
    outputs: outputs.filter((o) => o !== undefined),
    inputs: inputs.filter((o) => o !== undefined),
    clobbers: s.clobbers,
    labels: s.labels.map((l) => findLabel(cx, fn, l.name, l.at, true)),
    at: s.at,
  }
}

function asmOperand(cx: Context, o: AsmOperand, output: boolean): TAsmOperand | undefined {
  const value = cx.rules.expression(cx, o.value)
  if (isError(value)) return undefined
  if (output && !value.lvalue) {
    error(cx.sink, 'c.asm-output', o.value.at)
    return undefined
  }
  const memory = /[moV]/.test(o.constraint) && !/[rigXp]/.test(o.constraint)
  if (!isScalar(rvalue(value).type) && !memory) {
    error(cx.sink, 'c.asm-operand', o.value.at)
    return undefined
  }
  return { name: o.name, constraint: o.constraint, value: output || memory ? value : rvalue(value) }
}

/** Whether control can leave a function's body at its end. */
export function fallsOff(body: TStmt, isNoReturn: (e: TExpr) => boolean): boolean {
  return flow(body, isNoReturn).through
}

interface Flow {
  /** Control can go on behind the statement. */
  readonly through: boolean
  /** A break out of it is reached (for the nearest loop or switch). */
  readonly breaks: boolean
}

function flow(s: TStmt, dead: (e: TExpr) => boolean): Flow {
  switch (s.kind) {
    case 'block': {
      let through = true
      let breaks = false
      for (const item of s.items) {
        if (!through && !reenters(item)) continue
        const f = flow(item, dead)
        ;({ through } = f)
        breaks ||= f.breaks
      }
      return { through, breaks }
    }
    case 'expression':
      return { through: !dead(s.value), breaks: false }
    case 'if': {
      let [through, breaks] = [false, false]
      let rung: TStmt | undefined = s
      while (rung?.kind === 'if') {
        const known = rung.condition.kind === 'const' ? rung.condition.value !== 0n : undefined
        if (known !== false) {
          const yes = flow(rung.yes, dead)
          through ||= yes.through
          breaks ||= yes.breaks
        }
        if (known) return { through, breaks }
        rung = rung.no
      }
      const no = rung ? flow(rung, dead) : { through: true, breaks: false }
      return { through: through || no.through, breaks: breaks || no.breaks }
    }
    case 'while':
    case 'do':
    case 'for': {
      const forever = s.condition === undefined || (s.condition.kind === 'const' && s.condition.value !== 0n)
      const body = flow(s.body, dead)
      return { through: !forever || body.breaks, breaks: false }
    }
    case 'switch': {
      const body = flow(s.body, dead)
      return { through: body.through || body.breaks || !s.hasDefault, breaks: false }
    }
    case 'case':
    case 'default':
    case 'label':
      return flow(s.body, dead)
    case 'break':
      return { through: false, breaks: true }
    case 'goto':
    case 'continue':
    case 'return':
      return { through: false, breaks: false }
    default:
      return { through: true, breaks: false }
  }
}

/** The statements of an `else if` ladder. */
export function ladder(s: TStmt): TStmt[] {
  const out: TStmt[] = []
  let rung: TStmt | undefined = s
  for (; rung?.kind === 'if'; rung = rung.no) out.push(rung.yes)
  if (rung) out.push(rung)
  return out
}

/** A statement that a jump can reach from elsewhere. */
function reenters(s: TStmt): boolean {
  switch (s.kind) {
    case 'case':
    case 'default':
      return true
    case 'label':
      return s.label.used || reenters(s.body)
    case 'block':
      return s.items.some(reenters)
    case 'if':
      return ladder(s).some(reenters)
    case 'while':
    case 'do':
    case 'for':
      return reenters(s.body)
    default:
      return false
  }
}
