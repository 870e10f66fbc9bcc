// One function: parameters to stack slots, the body, one exit.
// The blocks that nothing leads to (code behind a return) are dropped at the end.
import { type Alloca, addBlock, type Func, makeBuilder, removeUnreachable, undef } from '../ir/index.ts'
import { siteOf } from '../report.ts'
import { alignOf, asFunction, ladder, type TFunction, type TStmt } from '../sema/index.ts'
import { bytesOf, enter, isRecord, type L, type Lowering, mark } from './state.ts'
import { blockItems, declare, statement } from './statements.ts'
import { returnsRecord } from './symbols.ts'

export function lowerFunction(lowering: Lowering, fn: Func, definition: TFunction): void {
  const b = makeBuilder(fn)
  const { symbol, body } = definition
  const type = asFunction(symbol.type)
  const record = type !== undefined && returnsRecord(type)
  b.at = siteOf(body.at)
  const single = symbol.naked || (countReturns(body) <= 1 && endsInReturn(body))
  let exitSlot: Alloca | undefined
  if (!single && fn.ret !== 'void' && type) exitSlot = b.alloca(Math.max(1, bytesOf(type.ret)), Math.max(1, alignOf(type.ret)))
  const l: L = {
    ...lowering,
    fn,
    b,
    definition,
    locals: new Map(),
    scopes: [],
    breaks: [],
    continues: [],
    labels: new Map(),
    cases: new Map(),
    defaults: [],
    result: record ? fn.params[0] : undefined,
    exit: single ? undefined : { block: addBlock(fn, 'exit'), slot: exitSlot },
    hasLabels: definition.labels.length > 0,
    preserve: 0,
  }
  if (symbol.naked) {
    for (const item of body.items) statement(l, item)
    b.unreachable()
    removeUnreachable(fn)
    return
  }
  for (const [i, param] of definition.params.entries()) {
    const value = fn.params[i + (record ? 1 : 0)]
    if (isRecord(param.type)) {
      // The caller passes the address of a copy of its own.
      const slot = declare(l, param, param.at)
      b.memcpy(slot, value, bytesOf(param.type), slot.align)
    } else {
      const slot = declare(l, param, param.at)
      b.store(slot, value, slot.align)
    }
  }
  // The entry block holds the slots; nothing may jump to it.
  const start = addBlock(fn, 'body')
  b.at = siteOf(body.at)
  enter(l, start)
  blockItems(l, body)
  mark(l, body.closeAt)
  if (l.exit) {
    enter(l, l.exit.block)
    mark(l, body.closeAt)
    b.ret(l.exit.slot ? b.load(fn.ret, l.exit.slot, l.exit.slot.align) : undefined)
  } else if (!b.terminated()) {
    if (fn.ret === 'void') b.ret()
    else b.ret(undef(fn.ret))
  }
  removeUnreachable(fn)
}

function countReturns(s: TStmt): number {
  switch (s.kind) {
    case 'return':
      return 1
    case 'block':
      return s.items.reduce((n, item) => n + countReturns(item), 0)
    case 'if':
      return ladder(s).reduce((n, part) => n + countReturns(part), 0)
    case 'while':
    case 'do':
    case 'for':
    case 'switch':
    case 'case':
    case 'default':
    case 'label':
      return countReturns(s.body)
    default:
      return 0
  }
}

/** The last statement is the return: control does not reach the closing brace otherwise. */
function endsInReturn(s: TStmt): boolean {
  if (s.kind === 'block') return s.items.length > 0 && endsInReturn(s.items[s.items.length - 1])
  return s.kind === 'return'
}
