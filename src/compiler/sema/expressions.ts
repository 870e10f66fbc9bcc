// Expressions to typed expressions (C11 6.5): names, unary operators, selections; the rest is in literals, members, operators and calls.
// Left-deep chains of binary operators are walked in a loop, so that a long sum costs no depth.
import { never } from '../../base/index.ts'
import { error, label, type Place, warning } from '../report.ts'
import type {
  BinaryExpr,
  CommaExpr,
  CompoundLiteralExpr,
  Expr,
  GenericExpr,
  OffsetofExpr,
  SizeofExpr,
  TypeName,
  UnaryExpr,
} from '../syntax/index.ts'
import {
  cast,
  commonType,
  conditional,
  constant,
  constantAddress,
  isConst,
  isNullConstant,
  logicalNot,
  pointerAdd,
  promote,
  rvalue,
  unary,
} from './build-expr.ts'
import { callExpression } from './calls.ts'
import { compatible, composite, sameUnqualified } from './compatible.ts'
import { type Context, errorExpr, isError, lookup, markWritten, unevaluated } from './context.ts'
import { condition, noFloat } from './convert.ts'
import {
  alignOf,
  asArray,
  asPointer,
  asRecord,
  canonical,
  INT,
  isComplete,
  isFloat,
  isFunction,
  isInteger,
  isPointer,
  isScalar,
  isVoid,
  pointerTo,
  qualifiersOf,
  qualify,
  sizeOf,
  ULONG,
  unqualified,
  VOID,
} from './ctypes.ts'
import { charLiteral, functionName, numberLiteral, stringLiteral, stringSymbol } from './literals.ts'
import { deref, findMember, memberExpression } from './members.ts'
import { undeclared } from './names.ts'
import { assignExpression, binaryOperation, incompleteNote, stepExpression } from './operators.ts'
import { printType, quoteType } from './print-type.ts'
import { checkAssignment, checkBinary } from './suspicious.ts'
import type { GlobalSymbol, TExpr } from './tree.ts'
import type { CType } from './types.ts'
import { noteUse } from './usage.ts'

/** Any expression; an lvalue stays one. */
export function expression(cx: Context, e: Expr): TExpr {
  switch (e.kind) {
    case 'name':
      return nameExpression(cx, e.name, e.at)
    case 'number':
      return numberLiteral(cx, e.text, e.at)
    case 'char':
      return charLiteral(cx, e.text, e.at)
    case 'string':
      return stringLiteral(cx, e)
    case 'paren':
      return expression(cx, e.inner)
    case 'generic':
      return genericSelection(cx, e)
    case 'statements': {
      if (!cx.fn) {
        error(cx.sink, 'c.statement-expression-outside', e.at)
        return errorExpr(e.at)
      }
      const { block, result } = cx.rules.block(cx, e.body)
      return { kind: 'statements', body: block, result, type: result?.type ?? VOID, at: e.at, lvalue: false }
    }
    case 'index':
      return indexExpression(cx, cx.coreOperand ? subscripted(cx, e.base) : value(cx, e.base), value(cx, e.index), e.at)
    case 'call':
      return callExpression(cx, e, (inner) => expression(cx, inner))
    case 'member':
      return memberExpression(cx, e, expression(cx, e.base))
    case 'postfix':
      return stepExpression(cx, e.op, false, expression(cx, e.operand), e.at)
    case 'unary':
      return unaryExpression(cx, e)
    case 'sizeof':
      return sizeofExpression(cx, e)
    case 'cast':
      return castExpression(cx, cx.rules.typeName(cx, e.type), value(cx, e.operand), e.at)
    case 'compound-literal':
      return compoundLiteral(cx, e)
    case 'binary':
    case 'comma':
      return chain(cx, e)
    case 'conditional':
      return conditionalExpression(cx, e.condition, e.yes, e.no, e.at)
    case 'assign': {
      const [left, right] = [expression(cx, e.left), value(cx, e.right)]
      if (e.op === '=') checkAssignment(cx, left, right, e.opAt, e.right)
      return assignExpression(cx, e.op, left, right, e.opAt, e.at)
    }
    case 'offsetof':
      return offsetofExpression(cx, e)
    case 'types-compatible': {
      const same = sameUnqualified(cx.rules.typeName(cx, e.left), cx.rules.typeName(cx, e.right))
      return constant(same ? 1n : 0n, INT, e.at)
    }
    case 'choose': {
      // Decided here and now: no question is left to the optimiser.
      const c = unevaluated(cx, () => value(cx, e.condition))
      if (isError(c)) return c
      if (!isConst(c)) {
        error(cx.sink, 'c.not-constant', c.at)
        return errorExpr(e.at)
      }
      return expression(cx, c.value !== 0n ? e.yes : e.no)
    }
    case 'va-arg':
      error(cx.sink, 'c.variadic-function', e.at)
      return errorExpr(e.at)
    case 'label-address':
      error(cx.sink, 'c.computed-goto', e.at)
      return errorExpr(e.at)
    case 'error':
      return errorExpr(e.at)
    default:
      return never(e)
  }
}

/** An expression's value. */
export const value = (cx: Context, e: Expr): TExpr => rvalue(expression(cx, e))

/** Binary operators and commas along the left side, from the innermost outwards. */
function chain(cx: Context, e: BinaryExpr | CommaExpr): TExpr {
  const spine: (BinaryExpr | CommaExpr)[] = []
  let first: Expr = e
  while (first.kind === 'binary' || first.kind === 'comma') {
    spine.push(first)
    first = first.left
  }
  let left = expression(cx, first)
  for (const node of spine.reverse()) {
    if (node.kind === 'comma') {
      const right = value(cx, node.right)
      left = isError(left) ? left : { kind: 'comma', left: rvalueUnlessVoid(left), right, type: right.type, at: node.at, lvalue: false }
    } else {
      const [l, r] = [rvalue(left), value(cx, node.right)]
      checkBinary(cx, node, l, r)
      left = binaryOperation(cx, node.op, l, r, node.opAt, node.at)
    }
  }
  return left
}

const rvalueUnlessVoid = (e: TExpr): TExpr => (isVoid(e.type) ? e : rvalue(e))

// --- primary expressions ---

function nameExpression(cx: Context, name: string, at: Place): TExpr {
  if (name === '__func__') return functionName(cx, at)
  const symbol = lookup(cx, name)
  if (!symbol) {
    undeclared(cx, name, at, false)
    return errorExpr(at)
  }
  noteUse(cx, symbol)
  switch (symbol.kind) {
    case 'local':
      return { kind: 'local', variable: symbol, type: symbol.type, at, lvalue: true }
    case 'global':
      return { kind: 'global', variable: symbol, type: symbol.type, at, lvalue: true }
    case 'function':
      return { kind: 'function', fn: symbol, type: symbol.type, at, lvalue: false }
    case 'enumerator':
      return constant(symbol.value, symbol.type, at)
    case 'typedef':
      error(cx.sink, 'c.unexpected-type-name', at, [name])
      return errorExpr(at)
    default:
      return never(symbol)
  }
}

/** The first association whose type is that of the controlling expression, lvalue conversion applied. */
function genericSelection(cx: Context, e: GenericExpr): TExpr {
  const control = unevaluated(cx, () => value(cx, e.control))
  let chosen: GenericExpr['associations'][number] | undefined
  for (const a of e.associations) {
    if (a.type && compatible(unqualified(cx.rules.typeName(cx, a.type)), unqualified(control.type)) && !chosen?.type) chosen = a
    else if (!a.type && !chosen) chosen = a
  }
  if (isError(control)) return control
  if (chosen) return expression(cx, chosen.value)
  error(cx.sink, 'c.generic-no-match', e.control.at, [quoteType(control.type)])
  return errorExpr(e.at)
}

// --- postfix ---

/** a[b] is *(a + b), whichever of them is the pointer. */
/** An array as a pointer to its first element, whatever is known of its address. */
function subscripted(cx: Context, e: Expr): TExpr {
  const array = expression(cx, e)
  const element = array.lvalue ? asArray(array.type)?.element : undefined
  return element ? { kind: 'decay', operand: array, type: pointerTo(element), at: array.at, lvalue: false } : rvalue(array)
}

function indexExpression(cx: Context, base: TExpr, index: TExpr, at: Place): TExpr {
  if (isError(base) || isError(index)) return errorExpr(at)
  const [pointer, offset] = isPointer(base.type) ? [base, index] : [index, base]
  const to = asPointer(pointer.type)?.to
  if (!to) {
    error(cx.sink, 'c.subscript-not-array', at)
    return errorExpr(at)
  }
  if (!isInteger(offset.type)) {
    error(cx.sink, 'c.subscript-not-integer', offset.at)
    return errorExpr(at)
  }
  if (isFunction(to) || (!isVoid(to) && sizeOf(to) === undefined)) {
    error(cx.sink, 'c.subscript-incomplete', at, [quoteType(to)], incompleteNote(cx, to))
    return errorExpr(at)
  }
  checkBounds(cx, pointer, offset, at)
  return deref(pointerAdd(pointer, offset, false, pointer.type, at), at)
}

/** clang's -Warray-bounds for constant subscripts of arrays of known size. */
function checkBounds(cx: Context, pointer: TExpr, index: TExpr, at: Place): void {
  if (pointer.kind !== 'decay' || !isConst(index) || cx.unevaluated > 0) return
  const { operand } = pointer
  const count = asArray(operand.type)?.count
  if (count === undefined || (operand.kind === 'member' && count <= 1)) return
  const declared =
    operand.kind === 'local' || operand.kind === 'global'
      ? label(operand.variable.at, 'c.note.array-declared', [operand.variable.name])
      : undefined
  const more = { labels: declared ? [declared] : [] }
  if (index.value < 0n) warning(cx.sink, 'c.index-before', at, [String(index.value)], more)
  else if (index.value >= BigInt(count)) warning(cx.sink, 'c.index-past', at, [String(index.value), quoteType(operand.type)], more)
}

// --- unary ---

function unaryExpression(cx: Context, e: UnaryExpr): TExpr {
  switch (e.op) {
    case '&':
      return addressOf(cx, expression(cx, e.operand), e.at)
    case '*': {
      const pointer = value(cx, e.operand)
      if (isError(pointer)) return errorExpr(e.at)
      const to = asPointer(pointer.type)?.to
      if (!to) {
        error(cx.sink, 'c.deref-not-pointer', e.at, [printType(pointer.type)])
        return errorExpr(e.at)
      }
      return deref(pointer, e.at)
    }
    case '++':
    case '--':
      return stepExpression(cx, e.op, true, expression(cx, e.operand), e.at)
    case '!': {
      const operand = condition(cx, value(cx, e.operand))
      return isError(operand) ? errorExpr(e.at) : logicalNot(operand, e.at)
    }
    case '__extension__':
      return expression(cx, e.operand)
    case '__real__':
    case '__imag__':
      return noFloat(cx, e.at)
    case '+':
    case '-':
    case '~': {
      const operand = value(cx, e.operand)
      if (isError(operand)) return errorExpr(e.at)
      if (isFloat(operand.type)) return noFloat(cx, e.at)
      if (!isInteger(operand.type)) {
        error(cx.sink, 'c.bad-unary', e.at, [quoteType(operand.type)])
        return errorExpr(e.at)
      }
      const promoted = promote(operand)
      return e.op === '+' ? { ...promoted, at: e.at } : unary(e.op, promoted, promoted.type, e.at)
    }
    default:
      return never(e.op)
  }
}

function addressOf(cx: Context, operand: TExpr, at: Place): TExpr {
  if (isError(operand)) return errorExpr(at)
  if (!operand.lvalue && operand.kind !== 'function' && !isFunction(operand.type)) {
    error(cx.sink, 'c.address-of-value', at, [quoteType(operand.type)])
    return errorExpr(at)
  }
  if (operand.kind === 'member' && operand.field.widthBits !== undefined) {
    error(cx.sink, 'c.address-of-bitfield', at)
    return errorExpr(at)
  }
  if (operand.kind === 'global') markWritten(cx, operand.variable)
  const known = constantAddress(operand)
  if (known !== undefined) return constant(known, pointerTo(operand.type), at)
  if (operand.kind === 'deref') return { ...operand.operand, type: pointerTo(operand.type), at }
  return { kind: 'address', operand, type: pointerTo(operand.type), at, lvalue: false }
}

function sizeofExpression(cx: Context, e: SizeofExpr): TExpr {
  const { operand } = e
  let type: CType
  if (operand.kind === 'type-name') type = cx.rules.typeName(cx, operand as TypeName)
  else {
    const inner = unevaluated(cx, () => expression(cx, operand as Expr))
    if (isError(inner)) return inner
    if (inner.kind === 'member' && inner.field.widthBits !== undefined) {
      error(cx.sink, 'c.sizeof-bitfield', e.at, [e.what])
      return errorExpr(e.at)
    }
    ;({ type } = inner)
    if (e.what === 'alignof' && (inner.kind === 'global' || inner.kind === 'local') && inner.variable.align) {
      return constant(BigInt(inner.variable.align), ULONG, e.at)
    }
  }
  const size = sizeOf(type)
  if (size === undefined) {
    error(cx.sink, 'c.sizeof-incomplete', e.at, [e.what, quoteType(type)], incompleteNote(cx, type))
    return errorExpr(e.at)
  }
  return constant(BigInt(e.what === 'sizeof' ? size : alignOf(type)), ULONG, e.at)
}

function castExpression(cx: Context, type: CType, operand: TExpr, at: Place): TExpr {
  if (isError(operand)) return errorExpr(at)
  if (isVoid(type)) return { kind: 'cast', operand, type: VOID, at, lvalue: false }
  if (isFloat(type) || isFloat(operand.type)) return noFloat(cx, at)
  const record = asRecord(type)
  if (record) {
    if (record === asRecord(operand.type)) return operand
    const member = record.tag === 'union' && record.fields.find((f) => sameUnqualified(f.type, operand.type))
    error(cx.sink, member ? 'c.cast-to-union' : 'c.cast-to-record', at, [quoteType(type)])
    return errorExpr(at)
  }
  if (!isScalar(type) || !isScalar(operand.type)) {
    error(cx.sink, 'c.bad-cast', at, [quoteType(operand.type), quoteType(type)])
    return errorExpr(at)
  }
  const size = sizeOf(type) ?? 8
  if (
    isPointer(operand.type) &&
    isInteger(type) &&
    size < 8 &&
    canonical(type).kind === 'int' &&
    !isConst(operand) &&
    size > 1 &&
    cx.unevaluated === 0
  ) {
    warning(cx.sink, 'c.pointer-to-smaller', at, [quoteType(type), quoteType(operand.type)])
  }
  return cast(operand, type, at)
}

function conditionalExpression(cx: Context, c: Expr, yesExpr: Expr | undefined, noExpr: Expr, at: Place): TExpr {
  const cond = condition(cx, value(cx, c))
  const yes = yesExpr ? value(cx, yesExpr) : cond
  const no = value(cx, noExpr)
  if (isError(cond) || isError(yes) || isError(no)) return errorExpr(at)
  const type = conditionalType(cx, yes, no, at)
  if (!type) return errorExpr(at)
  const scalar = isScalar(type)
  const right = scalar ? cast(no, type) : no
  // `a ?: b` evaluates `a` once: its value serves as the condition and, converted, as the result.
  if (!yesExpr) return conditional(cond, undefined, right, type, at)
  return conditional(cond, scalar ? cast(yes, type) : yes, right, type, at)
}

function conditionalType(cx: Context, yes: TExpr, no: TExpr, at: Place): CType | undefined {
  if (isFloat(yes.type) || isFloat(no.type)) {
    noFloat(cx, at)
    return undefined
  }
  const common = commonType(yes, no)
  if (common) {
    const same = canonical(yes.type)
    return same === canonical(no.type) && same.kind === 'enum' ? yes.type : common
  }
  if (isVoid(yes.type) || isVoid(no.type)) return VOID
  const record = asRecord(yes.type)
  if (record && record === asRecord(no.type)) return unqualified(yes.type)
  if (isPointer(yes.type) && isNullConstant(no)) return yes.type
  if (isPointer(no.type) && isNullConstant(yes)) return no.type
  const a = asPointer(yes.type)?.to
  const b = asPointer(no.type)?.to
  if (a && b) {
    const p = qualifiersOf(a)
    const q = qualifiersOf(b)
    const both = { const: p.const || q.const, volatile: p.volatile || q.volatile, restrict: false, atomic: p.atomic && q.atomic }
    if (sameUnqualified(a, b)) return pointerTo(qualify(composite(a, b), both))
    if (isVoid(a) || isVoid(b)) return pointerTo(qualify(VOID, both))
    warning(cx.sink, 'c.conditional-pointers', at, [quoteType(yes.type), quoteType(no.type)])
    return pointerTo(qualify(VOID, both))
  }
  if ((a && isInteger(no.type)) || (b && isInteger(yes.type))) {
    error(cx.sink, 'c.conditional-pointer-integer', at, [quoteType(yes.type), quoteType(no.type)])
    return undefined
  }
  error(cx.sink, 'c.conditional-types', at, [quoteType(yes.type), quoteType(no.type)])
  return undefined
}

function offsetofExpression(cx: Context, e: OffsetofExpr): TExpr {
  let type = cx.rules.typeName(cx, e.type)
  let offset: TExpr = constant(0n, ULONG, e.at)
  const add = (bytes: TExpr): void => {
    const wide = cast(bytes, ULONG)
    if (isConst(offset) && isConst(wide)) offset = constant(offset.value + wide.value, ULONG, e.at)
    else offset = { kind: 'arithmetic', op: '+', left: offset, right: wide, type: ULONG, at: e.at, lvalue: false }
  }
  for (const d of e.path) {
    if (d.kind === 'field') {
      const record = asRecord(type)
      const path = record?.complete ? findMember(record, d.name) : undefined
      if (!path) {
        if (record && !record.complete) error(cx.sink, 'c.offsetof-incomplete', e.at, [quoteType(type)], incompleteNote(cx, type))
        else error(cx.sink, record ? 'c.no-member' : 'c.offsetof-type', d.at, record ? [d.name, quoteType(type)] : [quoteType(type)])
        return errorExpr(e.at)
      }
      for (const { field } of path) {
        if (field.widthBits !== undefined) {
          error(cx.sink, 'c.offsetof-bitfield', d.at, [d.name])
          return errorExpr(e.at)
        }
        add(constant(BigInt(field.offBits / 8), ULONG, d.at))
        type = field.type
      }
    } else {
      const element = asArray(type)?.element
      const index = value(cx, d.low)
      if (!element || !isInteger(index.type) || isError(index)) {
        if (!isError(index)) error(cx.sink, 'c.offsetof-type', d.at, [quoteType(type)])
        return errorExpr(e.at)
      }
      const scale = constant(BigInt(sizeOf(element) ?? 1), ULONG, d.at)
      const wide = cast(index, ULONG)
      add(
        isConst(wide)
          ? constant(wide.value * BigInt(sizeOf(element) ?? 1), ULONG, d.at)
          : { kind: 'arithmetic', op: '*', left: wide, right: scale, type: ULONG, at: d.at, lvalue: false },
      )
      type = element
    }
  }
  return offset
}

/** (type){...}: an object of its own, static outside of functions. */
function compoundLiteral(cx: Context, e: CompoundLiteralExpr): TExpr {
  const declared = cx.rules.typeName(cx, e.type)
  const made = cx.rules.initializer(cx, declared, e.init, e.at)
  if (!made) return errorExpr(e.at)
  if (!isComplete(made.type)) {
    error(cx.sink, 'c.incomplete-variable', e.at, [quoteType(made.type)], incompleteNote(cx, made.type))
    return errorExpr(e.at)
  }
  if (cx.fn) {
    return {
      kind: 'compound-literal',
      variable: {
        kind: 'local',
        name: '.compoundliteral',
        at: e.at,
        param: undefined,
        cleanup: undefined,
        align: alignOf(made.type),
        type: made.type,
      },
      init: made.init,
      type: made.type,
      at: e.at,
      lvalue: true,
    }
  }
  const data = cx.rules.staticData(cx, made.init)
  if (!data) return errorExpr(e.at)
  const variable: GlobalSymbol = {
    ...stringSymbol(cx, made.type, data.bytes, e.at),
    name: cx.literals === 0 ? '.compoundliteral' : `.compoundliteral.${cx.literals}`,
    data,
    isString: false,
  }
  cx.literals++
  cx.globals.push(variable)
  return { kind: 'compound-literal', variable, init: undefined, type: made.type, at: e.at, lvalue: true }
}
