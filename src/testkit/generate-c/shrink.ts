// The smallest C program that still shows what a large one showed: statements go in ever smaller pieces, blocks take the place of what is
// around them, expressions become constants or their own parts. By the tree's invariant no step makes behaviour undefined.
// In: a program and a judge. Out: a program that the judge still holds with, from which no single step can be taken.
import { type Interval, rangeOf, within } from './numbers.ts'
import type { CProgram } from './program.ts'
import { type Block, block, constant, type Expr, expr, type Hole, hole, type Node, type Part, PREC, type Stmt } from './tree.ts'

export function shrinkC(program: CProgram, holds: (candidate: CProgram) => boolean, most = 2000): CProgram {
  let best = program
  let left = most
  const attempt = (root: Block): boolean => {
    if (left-- <= 0) return false
    const candidate = unrooted(program, root)
    if (!holds(candidate)) return false
    best = candidate
    return true
  }
  let before = Number.POSITIVE_INFINITY
  while (count(rooted(best)) < before && left > 0) {
    before = count(rooted(best))
    dropStatements(() => rooted(best), attempt)
    unwrapStatements(() => rooted(best), attempt)
    simplifyExpressions(() => rooted(best), attempt)
  }
  return best
}

const rooted = (p: CProgram): Block => block([...p.declarations.items, { ...p.entry, keep: true }])
const unrooted = (p: CProgram, root: Block): CProgram => ({ ...p, declarations: block(root.items.slice(0, -1)), entry: root.items.at(-1)! })

type Path = readonly number[]
type Attempt = (root: Block) => boolean

function childrenOf(node: Node): readonly (Node | string)[] {
  switch (node.kind) {
    case 'block':
      return node.items
    case 'hole':
      return [node.expr]
    case 'expr':
    case 'stmt':
      return node.parts
  }
}

function count(node: Node | string): number {
  if (typeof node === 'string') return 0
  return childrenOf(node).reduce((sum, c) => sum + count(c), 1)
}

function at(root: Node, path: Path): Node | undefined {
  let node: Node | string | undefined = root
  for (const i of path) {
    if (node === undefined || typeof node === 'string') return undefined
    node = childrenOf(node)[i]
  }
  return typeof node === 'string' ? undefined : node
}

function replaced(node: Node, path: Path, by: Node): Node {
  if (path.length === 0) return by
  const [i, ...rest] = path
  const child = childrenOf(node)[i]
  if (typeof child === 'string') return node
  const inner = replaced(child, rest, by)
  switch (node.kind) {
    case 'block':
      return { ...node, items: node.items.with(i, inner as Stmt) }
    case 'hole':
      return { ...node, expr: inner as Expr }
    case 'expr':
    case 'stmt':
      return { ...node, parts: node.parts.with(i, inner as Part) }
  }
}

/** Paths of all nodes of a kind, outer ones first. */
function paths(root: Node, kind: Node['kind']): Path[] {
  const found: Path[] = []
  const walk = (node: Node | string, path: Path): void => {
    if (typeof node === 'string') return
    if (node.kind === kind) found.push(path)
    for (const [i, c] of childrenOf(node).entries()) walk(c, [...path, i])
  }
  walk(root, [])
  return found
}

function dropStatements(root: () => Block, attempt: Attempt): void {
  for (let p = 0; p < paths(root(), 'block').length; p++) {
    const path = paths(root(), 'block')[p]
    const items = (): readonly Stmt[] => (at(root(), path) as Block).items
    for (let size = Math.max(1, items().length >> 1); size >= 1; size >>= 1) {
      for (let from = items().length - size; from >= 0; from--) {
        const list = items()
        if (from + size > list.length || list.slice(from, from + size).some((s) => s.keep)) continue
        attempt(replaced(root(), path, block([...list.slice(0, from), ...list.slice(from + size)])) as Block)
      }
    }
  }
}

/** A statement gives way to the statements inside it. */
function unwrapStatements(root: () => Block, attempt: Attempt): void {
  for (let p = paths(root(), 'block').length - 1; p >= 0; p--) {
    const path = paths(root(), 'block')[p]
    const owner = path && (at(root(), path) as Block)
    if (!owner) continue
    for (let i = owner.items.length - 1; i >= 0; i--) {
      const items = (at(root(), path) as Block | undefined)?.items
      const item = items?.[i]
      if (!items || !item || item.keep) continue
      const inner = item.parts.flatMap((part) => (typeof part !== 'string' && part.kind === 'block' ? part.items : []))
      if (inner.length > 0) attempt(replaced(root(), path, block([...items.slice(0, i), ...inner, ...items.slice(i + 1)])) as Block)
    }
  }
}

function simplifyExpressions(root: () => Block, attempt: Attempt): void {
  for (let p = 0; p < paths(root(), 'hole').length; p++) {
    const path = paths(root(), 'hole')[p]
    const old = (at(root(), path) as Hole).expr
    for (const simpler of simplerForms(old)) {
      if (attempt(replaced(root(), path, hole(simpler, (at(root(), path) as Hole).min)) as Block)) break
    }
  }
}

/** Expressions of the same type with no value that the old one could not have. */
function simplerForms(e: Expr): Expr[] {
  if (e.parts.length === 1 && typeof e.parts[0] === 'string' && e.lo === e.hi && (e.lo === 0n || e.lo === 1n)) return []
  const forms: Expr[] = []
  for (const value of [0n, 1n, e.lo, e.hi]) if (value >= e.lo && value <= e.hi && !(e.lo === e.hi)) forms.push(constant(e.type, value))
  const parts = partsOf(e)
  for (const part of parts) {
    if (part.type.name === e.type.name && within(part, e)) forms.push(part)
    const value: Interval = within(part, rangeOf(e.type)) ? part : rangeOf(e.type)
    const isCast = e.parts.length === 2 && e.parts[0] === `(${e.type.name})`
    if (part.type.name !== e.type.name && within(value, e) && !e.type.bool && !isCast) {
      forms.push(expr(e.type, value, PREC.unary, `(${e.type.name})`, hole(part)))
    }
  }
  return forms
}

const partsOf = (e: Expr): Expr[] => e.parts.flatMap((p) => (typeof p !== 'string' && p.kind === 'hole' ? [p.expr] : []))
