// Statements to blocks: loops, switch, jumps out of scopes with their cleanups, variables that begin and cease to be.
import { never } from '../../base/index.ts'
import { type Alloca, addBlock, type Block, constant, type DebugVar, type Value } from '../ir/index.ts'
import type { Place } from '../report.ts'
import {
  isVoid,
  type LocalVariable,
  printType,
  type ScopeId,
  type TBlock,
  type TCase,
  type TExpr,
  type TLabel,
  type TStmt,
} from '../sema/index.ts'
import { asmStatement } from './asm.ts'
import { bytesOf, enter, isRecord, type JumpTarget, type L, mark } from './state.ts'
import { functionValue } from './symbols.ts'

/** The items of a block in a scope of its own; `result` is worked out before the scope is left. */
export function blockItems(l: L, b: TBlock, result?: () => void): void {
  openScope(l, b.scope)
  for (const item of b.items) statement(l, item)
  result?.()
  mark(l, b.closeAt)
  closeScope(l)
}

function openScope(l: L, id: ScopeId | undefined): void {
  l.scopes.push({ id, cleanups: [], slots: [] })
}

function closeScope(l: L): void {
  leaveTo(l, l.scopes.length - 1)
  l.scopes.pop()
}

/** What leaving scopes needs, from the innermost to the one at `depth`; they stay open for the code that follows. */
function leaveTo(l: L, depth: number): void {
  if (l.b.terminated()) return
  for (let i = l.scopes.length - 1; i >= depth; i--) {
    const scope = l.scopes[i]
    for (const c of [...scope.cleanups].reverse()) {
      mark(l, c.at)
      l.b.call(resultOf(l, c.fn), functionValue(l, c.fn), [c.slot])
    }
    for (const slot of scope.slots) l.b.lifetime(slot, false)
  }
}

const resultOf = (l: L, fn: Parameters<typeof functionValue>[1]) => functionValue(l, fn).ret

/** Ends the current block with a jump out of scopes; what follows is not reached. */
function jump(l: L, to: Block, depth: number): void {
  leaveTo(l, depth)
  if (!l.b.terminated()) l.b.br(to)
  l.b.block = addBlock(l.fn, 'after.jump')
}

export function statement(l: L, s: TStmt): void {
  mark(l, s.at)
  switch (s.kind) {
    case 'block':
      blockItems(l, s)
      return
    case 'declare':
      declare(l, s.variable, s.at)
      if (s.init) {
        const slot = l.locals.get(s.variable)
        if (slot) l.rules.initialise(l, { ptr: slot, off: 0, align: slot.align }, s.variable.type, s.init)
      }
      return
    case 'expression':
      l.rules.discard(l, s.value)
      return
    case 'empty':
      return
    case 'if':
      ifStatement(l, s)
      return
    case 'while': {
      const condition = addBlock(l.fn, 'while.cond', s.pragma)
      const body = addBlock(l.fn, 'while.body')
      const end = addBlock(l.fn, 'while.end')
      enter(l, condition)
      l.rules.branch(l, s.condition, body, end)
      l.b.block = body
      loopBody(l, s.body, end, condition)
      enterLoop(l, condition)
      l.b.block = end
      return
    }
    case 'do': {
      const body = addBlock(l.fn, 'do.body', s.pragma)
      const condition = addBlock(l.fn, 'do.cond')
      const end = addBlock(l.fn, 'do.end')
      enter(l, body)
      loopBody(l, s.body, end, condition)
      enter(l, condition)
      mark(l, s.condition.at)
      l.rules.branch(l, s.condition, body, end)
      l.b.block = end
      return
    }
    case 'for':
      forStatement(l, s)
      return
    case 'switch':
      switchStatement(l, s)
      return
    case 'case': {
      enter(l, blockOfCase(l, s.case))
      statement(l, s.body)
      return
    }
    case 'default': {
      const block = l.defaults[l.defaults.length - 1]
      if (block) enter(l, block)
      statement(l, s.body)
      return
    }
    case 'label':
      enter(l, blockOfLabel(l, s.label))
      statement(l, s.body)
      return
    case 'goto': {
      jump(l, blockOfLabel(l, s.label), scopesKept(l, s.label))
      return
    }
    case 'break':
    case 'continue': {
      const targets: readonly JumpTarget[] = s.kind === 'break' ? l.breaks : l.continues
      const target = targets[targets.length - 1]
      jump(l, target.to, target.depth)
      return
    }
    case 'return':
      returnStatement(l, s.value, s.at)
      return
    case 'asm':
      asmStatement(l, s, (label) => edgeToLabel(l, label))
      return
    default:
      never(s)
  }
}

/** Back to the loop's start from the end of its body. */
function enterLoop(l: L, to: Block): void {
  if (!l.b.terminated()) l.b.br(to)
}

function loopBody(l: L, body: TStmt, end: Block, next: Block): void {
  l.breaks.push({ to: end, depth: l.scopes.length })
  l.continues.push({ to: next, depth: l.scopes.length })
  statement(l, body)
  l.breaks.pop()
  l.continues.pop()
}

function ifStatement(l: L, s: TStmt & { readonly kind: 'if' }): void {
  // An else-if ladder in a loop, so that a long one costs no depth.
  const end = addBlock(l.fn, 'if.end')
  let current: (TStmt & { readonly kind: 'if' }) | undefined = s
  while (current) {
    const yes = addBlock(l.fn, 'if.then')
    const no: Block = current.no ? addBlock(l.fn, 'if.else') : end
    mark(l, current.at)
    l.rules.branch(l, current.condition, yes, no)
    l.b.block = yes
    statement(l, current.yes)
    if (!l.b.terminated()) l.b.br(end)
    const rest: TStmt | undefined = current.no
    if (rest) l.b.block = no
    current = rest?.kind === 'if' ? rest : undefined
    if (rest && !current) {
      statement(l, rest)
      if (!l.b.terminated()) l.b.br(end)
    }
  }
  l.b.block = end
}

function forStatement(l: L, s: TStmt & { readonly kind: 'for' }): void {
  openScope(l, s.scope)
  for (const item of s.init) statement(l, item)
  const condition = addBlock(l.fn, 'for.cond', s.pragma)
  const body = addBlock(l.fn, 'for.body')
  const step = addBlock(l.fn, 'for.inc')
  const end = addBlock(l.fn, 'for.end')
  enter(l, condition)
  if (s.condition) {
    mark(l, s.condition.at)
    l.rules.branch(l, s.condition, body, end)
  } else l.b.br(body)
  l.b.block = body
  loopBody(l, s.body, end, step)
  enter(l, step)
  if (s.step) {
    mark(l, s.step.at)
    l.rules.discard(l, s.step)
  }
  enterLoop(l, condition)
  l.b.block = end
  closeScope(l)
}

// --- switch ---

/** Ranges longer than this are compared instead of listed. */
const MAX_LISTED_RANGE = 64n

function switchStatement(l: L, s: TStmt & { readonly kind: 'switch' }): void {
  const v = l.rules.value(l, s.value)
  const end = addBlock(l.fn, 'switch.end')
  const otherwise = s.hasDefault ? addBlock(l.fn, 'switch.default') : end
  const listed: { value: bigint; to: Block }[] = []
  for (const c of s.cases) {
    const to = blockOfCase(l, c)
    if (c.high - c.low < MAX_LISTED_RANGE) for (let x = c.low; x <= c.high; x++) listed.push({ value: x, to })
    else rangeCase(l, v, c, to, s.value)
  }
  mark(l, s.at)
  l.b.switch(v, otherwise, listed)
  l.b.block = addBlock(l.fn, 'switch.body')
  l.defaults.push(s.hasDefault ? otherwise : undefined)
  l.breaks.push({ to: end, depth: l.scopes.length })
  statement(l, s.body)
  l.breaks.pop()
  l.defaults.pop()
  enter(l, end)
}

/** low <= v <= high as one unsigned comparison, before the rest of the cases. */
function rangeCase(l: L, v: Value, c: TCase, to: Block, e: TExpr): void {
  const next = addBlock(l.fn, 'switch.next')
  mark(l, e.at)
  const distance = l.b.bin('sub', v, constant(v.type, c.low))
  l.b.condbr(l.b.cmp('ule', distance, constant(v.type, c.high - c.low)), to, next)
  l.b.block = next
}

function blockOfCase(l: L, c: TCase): Block {
  let block = l.cases.get(c)
  if (!block) {
    block = addBlock(l.fn, 'switch.case')
    l.cases.set(c, block)
  }
  return block
}

// --- labels ---

function blockOfLabel(l: L, label: TLabel): Block {
  let block = l.labels.get(label)
  if (!block) {
    block = addBlock(l.fn, label.name)
    l.labels.set(label, block)
  }
  return block
}

/** How many of the open scopes are still open at the label. */
function scopesKept(l: L, label: TLabel): number {
  const left = l.scopes.findIndex((scope) => scope.id && !label.scopes.includes(scope.id))
  return left < 0 ? l.scopes.length : left
}

/** A block that leaves the scopes that a jump to the label leaves, and goes there. */
function edgeToLabel(l: L, label: TLabel): Block {
  const from = l.b.block
  const edge = addBlock(l.fn, `to.${label.name}`)
  l.b.block = edge
  leaveTo(l, scopesKept(l, label))
  l.b.br(blockOfLabel(l, label))
  l.b.block = from
  return edge
}

// --- variables ---

const debugVar = (v: LocalVariable): DebugVar => ({
  name: v.name,
  ctype: printType(v.type),
  size: bytesOf(v.type),
  ...(v.param !== undefined && { param: v.param }),
})

/** The variable's stack memory, made once however often its scope is entered. */
export function declare(l: L, v: LocalVariable, place: Place): Alloca {
  let slot = l.locals.get(v)
  if (!slot) {
    mark(l, place)
    slot = l.b.alloca(Math.max(1, bytesOf(v.type)), Math.max(1, v.align), v.name === '' ? undefined : debugVar(v))
    l.locals.set(v, slot)
  }
  const scope = l.scopes[l.scopes.length - 1]
  if (scope && !l.hasLabels && l.defaults.length === 0) {
    l.b.lifetime(slot, true)
    scope.slots.push(slot)
  }
  if (scope && v.cleanup) scope.cleanups.push({ fn: v.cleanup, slot, at: v.at })
  return slot
}

function returnStatement(l: L, e: TExpr | undefined, place: Place): void {
  const { ret } = l.fn
  let v: Value | undefined
  if (e) {
    if (isRecord(e.type) && l.result) l.rules.into(l, e, { ptr: l.result, off: 0, align: 8 })
    else if (isVoid(e.type)) l.rules.discard(l, e)
    else v = l.rules.value(l, e)
  }
  mark(l, place)
  if (l.exit) {
    if (v && l.exit.slot) l.b.store(l.exit.slot, v, l.exit.slot.align)
    jump(l, l.exit.block, 0)
    return
  }
  leaveTo(l, 0)
  if (!l.b.terminated()) l.b.ret(ret === 'void' ? undefined : (v ?? { kind: 'undef', type: ret }))
  l.b.block = addBlock(l.fn, 'after.return')
}
