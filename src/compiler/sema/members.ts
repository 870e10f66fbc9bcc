// Members of records (C11 6.5.2.3): `.` and `->`, through anonymous members, with what is wrong about them.
import { error, type Place } from '../report.ts'
import { nearestOf } from '../spelling.ts'
import type { MemberExpr } from '../syntax/index.ts'
import { rvalue } from './build-expr.ts'
import { type Context, errorExpr, isError } from './context.ts'
import { asPointer, asRecord, INT, isFunction, isPointer, qualifiersOf, qualify, unqualified } from './ctypes.ts'
import { incompleteNote } from './operators.ts'
import { quoteType } from './print-type.ts'
import type { TExpr } from './tree.ts'
import type { Field, RecordType } from './types.ts'

/** What a pointer points to. */
export function deref(pointer: TExpr, at: Place): TExpr {
  const to = asPointer(pointer.type)?.to ?? INT
  if (pointer.kind === 'address') return { ...pointer.operand, at }
  return { kind: 'deref', operand: pointer, type: to, at, lvalue: !isFunction(to) }
}

/** `base.name` and `base->name`. */
export function memberExpression(cx: Context, e: MemberExpr, inner: TExpr): TExpr {
  if (isError(inner)) return errorExpr(e.at)
  const arrow = e.arrow
  let base = arrow ? rvalue(inner) : inner
  if (arrow) {
    const to = asPointer(base.type)?.to
    if (!to) {
      const code = asRecord(base.type) ? 'c.member-use-dot' : 'c.member-not-pointer'
      error(cx.sink, code, e.opAt, [quoteType(base.type)], accessFix(e, '->', '.', code === 'c.member-use-dot'))
      return errorExpr(e.at)
    }
    base = deref(base, base.at)
  } else if (isPointer(inner.type)) {
    error(cx.sink, 'c.member-use-arrow', e.opAt, [quoteType(inner.type)], accessFix(e, '.', '->', true))
    return errorExpr(e.at)
  }
  const record = asRecord(base.type)
  if (!record) {
    error(cx.sink, 'c.member-not-record', e.opAt, [quoteType(base.type)])
    return errorExpr(e.at)
  }
  if (!record.complete) {
    error(cx.sink, 'c.member-incomplete-record', e.opAt, [quoteType(base.type)], incompleteNote(cx, base.type))
    return errorExpr(e.at)
  }
  const path = findMember(record, e.name)
  if (!path) {
    const near = nearestOf(memberNames(record), e.name)
    const fixes = near && !e.opAt.site ? [{ code: 'c.fix.replace' as const, params: [near], at: e.opAt, text: near }] : []
    error(cx.sink, near ? 'c.no-member-near' : 'c.no-member', e.opAt, [e.name, quoteType(unqualified(base.type)), near ?? ''], { fixes })
    return errorExpr(e.at)
  }
  return memberPath(base, path, e.at)
}

function accessFix(e: MemberExpr, from: string, to: string, wanted: boolean) {
  if (!wanted || e.opAt.site) return {}
  const start = e.opAt.start - from.length
  return { fixes: [{ code: 'c.fix.replace' as const, params: [to], at: { file: e.opAt.file, start, end: e.opAt.start }, text: to }] }
}

/** Fields from the outermost to the named one, through anonymous members; undefined where there is none. */
export function findMember(record: RecordType, name: string): { readonly record: RecordType; readonly field: Field }[] | undefined {
  for (const field of record.fields) {
    if (field.name === name) return [{ record, field }]
    const inner = field.name === undefined ? asRecord(field.type) : undefined
    const rest = inner && findMember(inner, name)
    if (rest) return [{ record, field }, ...rest]
  }
  return undefined
}

function memberNames(record: RecordType): string[] {
  return record.fields.flatMap((f) => {
    const inner = f.name === undefined ? asRecord(f.type) : undefined
    return inner ? memberNames(inner) : [f.name ?? '']
  })
}

function memberPath(base: TExpr, path: readonly { readonly record: RecordType; readonly field: Field }[], at: Place): TExpr {
  let e = base
  for (const { record, field } of path) {
    const q = qualifiersOf(e.type)
    e = {
      kind: 'member',
      base: e,
      record,
      field,
      type: qualify(field.type, { ...q, restrict: false, atomic: false }),
      at,
      lvalue: e.lvalue,
    }
  }
  return e
}
