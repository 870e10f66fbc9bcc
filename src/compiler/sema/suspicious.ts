// What is right C and rarely meant: clang's warnings of -Wall about precedence, comparisons that are always the same, things compared with or
// assigned to themselves, enumerators that a switch forgets. Texts and places are clang's. Out: warnings; the tree is not changed.
import { error, type Place, warning } from '../report.ts'
import type { BinaryExpr, Expr, Stmt, TypeName } from '../syntax/index.ts'
import { isConst } from './build-expr.ts'
import type { Context } from './context.ts'
import { asPointer, canonical, integerOf, isVoid, unqualified } from './ctypes.ts'
import { quoteType } from './print-type.ts'
import type { TCase, TExpr } from './tree.ts'
import type { CType } from './types.ts'

const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '>', '<=', '>='])
const isComparison = (e: Expr): boolean => e.kind === 'binary' && COMPARISONS.has(e.op)
const inMacro = (at: Place): boolean => at.site !== undefined

/** A binary operator with its operands' values. */
export function checkBinary(cx: Context, e: BinaryExpr, left: TExpr, right: TExpr): void {
  if (cx.unevaluated > 0 || inMacro(e.opAt)) return
  precedence(cx, e)
  chained(cx, e)
  if (COMPARISONS.has(e.op)) {
    if (sameVariable(left, right)) {
      const always = e.op === '==' || e.op === '<=' || e.op === '>='
      warning(cx.sink, 'c.self-comparison', e.opAt, [String(always)])
    }
    outOfRange(cx, e, left, right)
    if (isString(e.left) || isString(e.right)) warning(cx.sink, 'c.string-comparison', e.opAt)
  }
  if ((e.op === '&&' || e.op === '||') && isConst(right) && right.value > 1n && e.right.kind === 'number') {
    warning(cx.sink, 'c.logical-constant', e.opAt, [e.op])
  }
}

/** `1 < x < 3` compares a truth with 3. */
function chained(cx: Context, e: BinaryExpr): void {
  const { left } = e
  if (left.kind !== 'binary' || !RELATIONAL.has(e.op) || !RELATIONAL.has(left.op)) return
  error(cx.sink, 'c.chained-comparison', e.opAt, [`X ${left.op} Y ${e.op} Z`])
}

const RELATIONAL: ReadonlySet<string> = new Set(['<', '>', '<=', '>='])

const isString = (e: Expr): boolean => e.kind === 'string' || (e.kind === 'paren' && isString(e.inner))

/** Operators that bind otherwise than they look. */
function precedence(cx: Context, e: BinaryExpr): void {
  const { op, left, right } = e
  if (op === '||') {
    for (const side of [left, right]) {
      if (side.kind === 'binary' && side.op === '&&' && side.right.kind !== 'string') warning(cx.sink, 'c.and-within-or', side.opAt)
    }
  } else if (op === '&' || op === '|' || op === '^') {
    for (const side of [left, right]) {
      if (side.kind === 'binary' && isComparison(side) && !(isComparison(left) && isComparison(right))) {
        warning(cx.sink, 'c.lower-precedence', e.opAt, [op, side.op])
      }
    }
  } else if (op === '<<' || op === '>>') {
    for (const side of [left, right]) {
      if (side.kind === 'binary' && (side.op === '+' || side.op === '-')) warning(cx.sink, 'c.shift-precedence', side.opAt, [op, side.op])
    }
  } else if (COMPARISONS.has(op) && left.kind === 'unary' && left.op === '!' && !isBoolean(right)) {
    warning(cx.sink, 'c.not-of-left', left.at)
  }
}

const isBoolean = (e: Expr): boolean =>
  (e.kind === 'unary' && e.op === '!') ||
  isComparison(e) ||
  (e.kind === 'binary' && (e.op === '&&' || e.op === '||')) ||
  (e.kind === 'paren' && isBoolean(e.inner))

function sameVariable(a: TExpr, b: TExpr): boolean {
  if (a.kind !== 'load' || b.kind !== 'load') return false
  const [x, y] = [a.operand, b.operand]
  const variable = x.kind === 'local' || x.kind === 'global' ? x.variable : undefined
  return variable !== undefined && (y.kind === 'local' || y.kind === 'global') && y.variable === variable && !isMarked(x.type)
}

const isMarked = (t: CType): boolean => t.kind === 'qualified' && t.volatile

/** A comparison with a constant that the other side's type cannot hold. */
function outOfRange(cx: Context, e: BinaryExpr, left: TExpr, right: TExpr): void {
  const swapped = isConst(left)
  const [value, bound] = swapped ? [right, left] : [left, right]
  const type = integerOf(value.type)
  const other = integerOf(bound.type)
  if (isConst(bound) && !isConst(value) && isTruth(value) && (bound.value < 0n || bound.value > 1n)) {
    const op = swapped ? (SWAPPED[e.op] ?? e.op) : e.op
    const always = op === '!=' || (bound.value > 1n ? op === '<' || op === '<=' : op === '>' || op === '>=')
    warning(cx.sink, 'c.comparison-boolean', e.opAt, [String(bound.value), String(always)])
    return
  }
  if (!isConst(bound) || isConst(value) || !type || !other || type.name === '_Bool' || type.size >= other.size) return
  const bits = BigInt(8 * type.size)
  const [low, high] = type.signed ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] : [0n, (1n << bits) - 1n]
  if (bound.value >= low && bound.value <= high) return
  // Compared as unsigned, a negative value becomes a large one.
  if (type.signed && !other.signed) return
  const above = bound.value > high
  const op = swapped ? (SWAPPED[e.op] ?? e.op) : e.op
  const always = op === '!=' || (above ? op === '<' || op === '<=' : op === '>' || op === '>=')
  warning(cx.sink, 'c.comparison-out-of-range', e.opAt, [
    String(bound.value),
    quoteType(value.kind === 'load' ? value.operand.type : value.type),
    String(always),
  ])
}

const isTruth = (e: TExpr): boolean => e.kind === 'compare' || e.kind === 'logical' || e.kind === 'not'

const SWAPPED: Readonly<Record<string, string>> = { '<': '>', '>': '<', '<=': '>=', '>=': '<=' }

/** `a = a`, and `a =+ 1`. */
export function checkAssignment(cx: Context, left: TExpr, right: TExpr, opAt: Place, written: Expr): void {
  if (cx.unevaluated > 0 || inMacro(opAt)) return
  if (written.kind === 'unary' && (written.op === '+' || written.op === '-') && written.at.start === opAt.end) {
    const { operand } = written
    if (operand.at.start > written.at.start + 1) warning(cx.sink, 'c.compound-meant', opAt, [written.op])
  }
  if (sameVariable({ ...left, kind: 'load', operand: left } as TExpr, right)) {
    warning(cx.sink, 'c.self-assign', opAt, [quoteType(unqualified(left.type))])
  }
}

/** `return &local`: what it points to is gone when the caller sees it. */
export function checkReturned(cx: Context, value: TExpr): void {
  let at = value
  while (at.kind === 'cast') at = at.operand
  if ((at.kind !== 'address' && at.kind !== 'decay') || !asPointer(value.type)) return
  let object = at.operand
  while (object.kind === 'member') object = object.base
  if (object.kind === 'local') warning(cx.sink, 'c.return-local', object.at, [object.variable.name])
}

/** Of a switch over an enumeration: values that are none of its, and enumerators without a case. */
export function checkSwitch(
  cx: Context,
  value: TExpr,
  s: Stmt & { readonly kind: 'switch' },
  cases: readonly TCase[],
  hasDefault: boolean,
): void {
  const { at } = s.value
  const type = canonical(value.type)
  if (value.kind === 'compare' || value.kind === 'logical' || value.kind === 'not') warning(cx.sink, 'c.switch-boolean', s.at)
  if (type.kind !== 'enum' || inMacro(at)) return
  for (const c of cases) {
    if (c.low === c.high && !type.members.some((m) => m.value === c.low))
      warning(cx.sink, 'c.case-not-enumerator', c.at, [quoteType(unqualified(value.type))])
  }
  if (hasDefault) return
  const missing = type.members.filter(
    (m, k) => !cases.some((c) => m.value >= c.low && m.value <= c.high) && type.members.findIndex((o) => o.value === m.value) === k,
  )
  const names = missing.map((m) => `'${m.name}'`)
  if (names.length === 1) warning(cx.sink, 'c.switch-enumerator', at, names)
  else if (names.length === 2) warning(cx.sink, 'c.switch-enumerators', at, [names.join(' and ')])
  else if (names.length === 3) warning(cx.sink, 'c.switch-enumerators', at, [`${names[0]}, ${names[1]}, and ${names[2]}`])
  else if (names.length > 3) warning(cx.sink, 'c.switch-many', at, [String(names.length), names.slice(0, 3).join(', ')])
}

/** `if (c);` and an `else` that may be thought to belong to another `if`. */
export function checkIf(cx: Context, s: Stmt & { readonly kind: 'if' }): void {
  const { yes, condition } = s
  if (yes.kind === 'if' && !s.no && yes.elseAt && !inMacro(yes.elseAt)) warning(cx.sink, 'c.dangling-else', yes.elseAt)
  const gap = yes.at.start - condition.at.end
  if (yes.kind === 'empty' && yes.attributes.length === 0 && !s.no && !inMacro(yes.at) && yes.at.file === condition.at.file && gap < 4) {
    warning(cx.sink, 'c.empty-if', yes.at)
  }
}

const BY_SIZE: ReadonlySet<string> = new Set(['memset', 'memcpy', 'memmove', 'memcmp', 'bzero'])

/** `memset(p, 0, sizeof(p))`: the size of the pointer, not of what it points to. */
export function checkPointerSize(cx: Context, name: string, written: readonly Expr[], pointers: readonly TExpr[]): void {
  const size = written[2]
  if (cx.unevaluated > 0 || !BY_SIZE.has(name.replace('__builtin_', '')) || size?.kind !== 'sizeof' || size.what !== 'sizeof') return
  const measured = inside(size.operand)
  for (const [k, pointer] of pointers.entries()) {
    if (measured?.kind !== 'name' || inside(written[k])?.kind !== 'name' || nameOf(written[k]) !== measured.name || inMacro(size.at))
      continue
    const to = asPointer(pointer.type)?.to
    if (pointer.kind !== 'load' || !to || isVoid(to)) continue
    warning(cx.sink, 'c.size-of-pointer', measured.at, [name, quoteType(to), quoteType(pointer.type)])
  }
}

const inside = (e: Expr | TypeName | undefined): Expr | undefined =>
  e === undefined || e.kind === 'type-name' ? undefined : e.kind === 'paren' ? inside(e.inner) : e

const nameOf = (e: Expr): string | undefined => {
  const inner = inside(e)
  return inner?.kind === 'name' ? inner.name : undefined
}

/** A loop with `;` for a body and a block behind it that was to be the body. */
export function checkSequence(cx: Context, items: readonly Stmt[]): void {
  for (const [k, loop] of items.entries()) {
    if ((loop.kind !== 'for' && loop.kind !== 'while') || loop.body.kind !== 'empty' || loop.body.attributes.length > 0) continue
    if (items[k + 1]?.kind === 'compound' && !inMacro(loop.body.at)) warning(cx.sink, 'c.empty-loop', loop.body.at, [loop.kind])
  }
}
