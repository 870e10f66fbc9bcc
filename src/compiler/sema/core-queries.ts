// The builtins of CO-RE (clang's BPFPreserveDIType family): questions about types that the loader answers again for the running kernel.
// In: the call. Out: a `builtin` node that carries relocation kind, root type, access string and the answer by the source's own types.
// Reference: Linux's enum bpf_core_relo_kind; libbpf's bpf_core_read.h for the second arguments.
import { error } from '../report.ts'
import type { CallExpr, Expr } from '../syntax/index.ts'
import { isConst, rvalue } from './build-expr.ts'
import { type Context, errorExpr, isError, lookup, unevaluated } from './context.ts'
import { asPointer, canonical, integerOf, isPointer, sizeOf, UINT, ULONG, unqualified, VOID } from './ctypes.ts'
import type { CoreQuery, TExpr } from './tree.ts'
import type { CType, Field } from './types.ts'

const FIELD_BYTE_OFFSET = 0
const FIELD_BYTE_SIZE = 1
const FIELD_EXISTS = 2
const FIELD_SIGNED = 3
const FIELD_LSHIFT_U64 = 4
const FIELD_RSHIFT_U64 = 5
const TYPE_ID_LOCAL = 6
const TYPE_ID_TARGET = 7
const TYPE_EXISTS = 8
const TYPE_SIZE = 9
const ENUMVAL_EXISTS = 10
const ENUMVAL_VALUE = 11
const TYPE_MATCHES = 12

export function coreBuiltin(cx: Context, name: string, e: CallExpr, visit: (e: Expr) => TExpr): TExpr {
  const first = e.args[0]
  if (!first) {
    error(cx.sink, 'c.too-few-arguments', e.closeAt, ['1', '0'])
    return errorExpr(e.at)
  }
  if (name === '__builtin_preserve_access_index') {
    const inner = rvalue(visit(first))
    if (isError(inner)) return inner
    return { kind: 'builtin', name, args: [inner], type: inner.type, at: e.at, lvalue: false }
  }
  cx.coreOperand = true
  const operand = unevaluated(cx, () => visit(first))
  cx.coreOperand = false
  const which = e.args[1] ? rvalue(visit(e.args[1])) : undefined
  if (isError(operand) || !which || isError(which) || !isConst(which)) {
    if (!isError(operand) && !(which && isError(which))) error(cx.sink, 'c.core-constant', e.at)
    return errorExpr(e.at)
  }
  const query = ask(cx, name, operand, first, Number(which.value))
  if (!query) {
    error(cx.sink, 'c.core-operand', first.at)
    return errorExpr(e.at)
  }
  const type = name === '__builtin_preserve_field_info' || name === '__builtin_preserve_type_info' ? UINT : ULONG
  return { kind: 'builtin', name, args: [], type, at: e.at, lvalue: false, core: query }
}

function ask(cx: Context, name: string, operand: TExpr, syntax: Expr, which: number): CoreQuery | undefined {
  switch (name) {
    case '__builtin_preserve_field_info':
      return fieldQuery(operand, which)
    case '__builtin_preserve_type_info': {
      const root = namedPointee(operand)
      if (!root) return undefined
      if (which === 1) return { relo: TYPE_SIZE, root, access: '0', value: BigInt(sizeOf(root) ?? 0) }
      return { relo: which === 2 ? TYPE_MATCHES : TYPE_EXISTS, root, access: '0', value: 1n }
    }
    case '__builtin_btf_type_id': {
      const root = namedPointee(operand) ?? unqualified(operand.type)
      return { relo: which === 0 ? TYPE_ID_LOCAL : TYPE_ID_TARGET, root, access: '0', value: 0n }
    }
    case '__builtin_preserve_enum_value':
      return enumQuery(cx, operand, syntax, which)
    default:
      return undefined
  }
}

/** `*(typeof(T) *)0`: the type asked about. */
function namedPointee(operand: TExpr): CType | undefined {
  if (operand.kind === 'deref') return unqualified(operand.type)
  return isPointer(operand.type) ? unqualified(asPointer(operand.type)?.to ?? VOID) : undefined
}

/** `*(typeof(enum T) *)VALUE`: the enumerator is the number that was cast. */
function enumQuery(cx: Context, operand: TExpr, syntax: Expr, which: number): CoreQuery | undefined {
  const root = namedPointee(operand)
  const c = root && canonical(root)
  if (!root || c?.kind !== 'enum' || operand.kind !== 'deref' || !isConst(operand.operand)) return undefined
  const name = enumeratorName(syntax)
  const known = name === undefined ? undefined : lookup(cx, name)
  const wanted = known?.kind === 'enumerator' ? known.value : operand.operand.value
  const index = c.members.findIndex((m) =>
    name === undefined ? BigInt.asUintN(64, m.value) === BigInt.asUintN(64, wanted) : m.name === name,
  )
  if (index < 0) return undefined
  const value = c.members[index].value
  return which === 1
    ? { relo: ENUMVAL_VALUE, root, access: String(index), value }
    : { relo: ENUMVAL_EXISTS, root, access: String(index), value: 1n }
}

function enumeratorName(e: Expr): string | undefined {
  let inner = e
  for (;;) {
    if (inner.kind === 'paren') inner = inner.inner
    else if (inner.kind === 'cast' || inner.kind === 'unary') inner = inner.operand
    else return inner.kind === 'name' ? inner.name : undefined
  }
}

/** Kinds by bpf_core_read.h's second argument, which are the relocation's own numbers. */
function fieldQuery(operand: TExpr, which: number): CoreQuery | undefined {
  const path = accessPath(operand, true)
  if (!path?.field) return undefined
  const { root, access, field, offBytes } = path
  // What is asked about may be an element of the field.
  const size = sizeOf(operand.type) ?? 0
  const make = (relo: number, value: number): CoreQuery => ({ relo, root, access, value: BigInt(value) })
  const unit = bitFieldUnit(field, offBytes)
  switch (which) {
    case FIELD_BYTE_OFFSET:
      return make(which, unit ? unit.offset : offBytes)
    case FIELD_BYTE_SIZE:
      return make(which, unit ? unit.size : size)
    case FIELD_EXISTS:
      return make(which, 1)
    case FIELD_SIGNED:
      return make(which, integerOf(field.type)?.signed ? 1 : 0)
    case FIELD_LSHIFT_U64:
      return make(which, unit ? 64 - unit.bit - (field.widthBits ?? 0) : 64 - size * 8)
    case FIELD_RSHIFT_U64:
      return make(which, 64 - (field.widthBits ?? size * 8))
    default:
      return undefined
  }
}

/** Where a bit-field's storage unit lies: aligned to its type's size. */
function bitFieldUnit(
  field: Field,
  offBytes: number,
): { readonly offset: number; readonly size: number; readonly bit: number } | undefined {
  if (field.widthBits === undefined) return undefined
  const size = sizeOf(field.type) ?? 8
  const recordBase = offBytes - Math.floor(field.offBits / 8)
  const offset = Math.floor(Math.floor(field.offBits / 8) / size) * size
  return { offset: recordBase + offset, size, bit: field.offBits - offset * 8 }
}

export interface AccessPath {
  /** The expression that the accesses start from: a pointer's target. */
  readonly base: TExpr
  readonly root: CType
  readonly access: string
  readonly field: Field | undefined
  readonly offBytes: number
}

/** Members and constant subscripts from an object that a pointer points to: the root's type and the indices, "0:1:2".
 * With `objects`, from a variable too: its address need not be taken to ask where a member lies. */
export function accessPath(e: TExpr, objects = false): AccessPath | undefined {
  const indices: number[] = []
  let field: Field | undefined
  let offBytes = 0
  let inner = e
  for (;;) {
    if (inner.kind === 'member') {
      const wanted = inner.field
      const index = inner.record.fields.indexOf(wanted)
      indices.unshift(index)
      field ??= wanted
      offBytes += Math.floor(wanted.offBits / 8)
      inner = inner.base
    } else if (inner.kind === 'deref') {
      const pointer = inner.operand
      // a.b[2]: the subscript of an array member is part of the path.
      if (pointer.kind === 'pointer-add' && pointer.pointer.kind === 'decay' && isConst(pointer.index)) {
        const index = Number(pointer.subtract ? -pointer.index.value : pointer.index.value)
        indices.unshift(index)
        offBytes += index * pointer.scale
        inner = pointer.pointer.operand
      } else if (pointer.kind === 'decay') {
        indices.unshift(0)
        inner = pointer.operand
      } else if (pointer.kind === 'pointer-add' && isConst(pointer.index) && !pointer.subtract) {
        indices.unshift(Number(pointer.index.value))
        offBytes += Number(pointer.index.value) * pointer.scale
        return { base: pointer.pointer, root: unqualified(inner.type), access: indices.join(':'), field, offBytes }
      } else {
        indices.unshift(0)
        return { base: pointer, root: unqualified(inner.type), access: indices.join(':'), field, offBytes }
      }
    } else if (objects && (inner.kind === 'global' || inner.kind === 'local' || inner.kind === 'compound-literal')) {
      indices.unshift(0)
      return { base: inner, root: unqualified(inner.type), access: indices.join(':'), field, offBytes }
    } else return undefined
  }
}
