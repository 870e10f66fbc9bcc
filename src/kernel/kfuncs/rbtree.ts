// Red-black trees of objects (bpf_rb_root, bpf_rb_node), with Linux's shapes, as programs may walk them: rb_insert_color() and rb_erase() are the
// textbook's (Cormen et al., chapter 13), and so is this.
//
//   node   +0 parent | colour in bit 0 (1 = black)   +8 right   +16 left   +24 owner          root   +0 node   +8 leftmost
//
// Where a new node goes is asked of the program's `less`, node by node, as a callback on the machine.
// Linux: lib/rbtree.c, __bpf_rbtree_add() in kernel/bpf/helpers.c.
import { type Continuation, callback, type HelperResult, type Machine } from '../../vm/index.ts'
import { DIRECT_HI } from '../address.ts'
import { EINVAL } from '../errno.ts'
import { type HelperBody, ret, ret64 } from '../helpers/body.ts'
import type { Kernel } from '../kernel.ts'
import { dropObject, pointerAt, putPointer, TREE_OWNER } from './objects.ts'

const PARENT = 0
const RIGHT = 8
const LEFT = 16
const LEFTMOST = 8
const BLACK = 1

const parentOf = (k: Kernel, n: number): number => pointerAt(k, n + PARENT) & ~3
const isRed = (k: Kernel, n: number): boolean => n !== 0 && (pointerAt(k, n + PARENT) & BLACK) === 0
const isBlack = (k: Kernel, n: number): boolean => !isRed(k, n)
const setParent = (k: Kernel, n: number, parent: number): void => putPointer(k, n + PARENT, parent | (pointerAt(k, n + PARENT) & BLACK))
const paint = (k: Kernel, n: number, black: boolean): void => putPointer(k, n + PARENT, parentOf(k, n) | (black ? BLACK : 0))

/** Puts `to` where `from` hangs. */
function replaceChild(k: Kernel, root: number, parent: number, from: number, to: number): void {
  if (parent === 0) putPointer(k, root, to)
  else putPointer(k, parent + (pointerAt(k, parent + LEFT) === from ? LEFT : RIGHT), to)
}

/** The child on the `other` side comes up, the node goes down to `side`. */
function rotate(k: Kernel, root: number, node: number, side: number): void {
  const other = side === LEFT ? RIGHT : LEFT
  const child = pointerAt(k, node + other)
  const moved = pointerAt(k, child + side)
  const parent = parentOf(k, node)
  putPointer(k, node + other, moved)
  if (moved !== 0) setParent(k, moved, node)
  putPointer(k, child + side, node)
  replaceChild(k, root, parent, node, child)
  setParent(k, child, parent)
  setParent(k, node, child)
}

function afterInsert(k: Kernel, root: number, start: number): void {
  let node = start
  for (let parent = parentOf(k, node); isRed(k, parent); parent = parentOf(k, node)) {
    const grand = parentOf(k, parent)
    const side = pointerAt(k, grand + LEFT) === parent ? LEFT : RIGHT
    const other = side === LEFT ? RIGHT : LEFT
    const uncle = pointerAt(k, grand + other)
    if (isRed(k, uncle)) {
      paint(k, parent, true)
      paint(k, uncle, true)
      paint(k, grand, false)
      node = grand
      continue
    }
    if (pointerAt(k, parent + other) === node) {
      node = parent
      rotate(k, root, node, side)
      parent = parentOf(k, node)
    }
    paint(k, parent, true)
    paint(k, grand, false)
    rotate(k, root, grand, other)
  }
  paint(k, pointerAt(k, root), true)
}

function erase(k: Kernel, root: number, node: number): void {
  let parent = parentOf(k, node)
  let black = isBlack(k, node)
  let child: number
  const [left, right] = [pointerAt(k, node + LEFT), pointerAt(k, node + RIGHT)]
  if (left !== 0 && right !== 0) {
    let next = right
    while (pointerAt(k, next + LEFT) !== 0) next = pointerAt(k, next + LEFT)
    const nextBlack = isBlack(k, next)
    child = pointerAt(k, next + RIGHT)
    const above = parentOf(k, next)
    if (above !== node) {
      putPointer(k, above + LEFT, child)
      if (child !== 0) setParent(k, child, above)
      putPointer(k, next + RIGHT, right)
      setParent(k, right, next)
    }
    putPointer(k, next + LEFT, left)
    setParent(k, left, next)
    replaceChild(k, root, parent, node, next)
    setParent(k, next, parent)
    paint(k, next, black)
    parent = above === node ? next : above
    black = nextBlack
  } else {
    child = left === 0 ? right : left
    replaceChild(k, root, parent, node, child)
    if (child !== 0) setParent(k, child, parent)
  }
  if (black) afterErase(k, root, child, parent)
}

function afterErase(k: Kernel, root: number, start: number, above: number): void {
  let node = start
  let parent = above
  while (parent !== 0 && isBlack(k, node)) {
    const side = pointerAt(k, parent + LEFT) === node ? LEFT : RIGHT
    const other = side === LEFT ? RIGHT : LEFT
    let sibling = pointerAt(k, parent + other)
    if (isRed(k, sibling)) {
      paint(k, sibling, true)
      paint(k, parent, false)
      rotate(k, root, parent, side)
      sibling = pointerAt(k, parent + other)
    }
    if (isBlack(k, pointerAt(k, sibling + LEFT)) && isBlack(k, pointerAt(k, sibling + RIGHT))) {
      paint(k, sibling, false)
      node = parent
      parent = parentOf(k, node)
      continue
    }
    if (isBlack(k, pointerAt(k, sibling + other))) {
      paint(k, pointerAt(k, sibling + side), true)
      paint(k, sibling, false)
      rotate(k, root, sibling, other)
      sibling = pointerAt(k, parent + other)
    }
    paint(k, sibling, isBlack(k, parent))
    paint(k, parent, true)
    paint(k, pointerAt(k, sibling + other), true)
    rotate(k, root, parent, side)
    node = pointerAt(k, root)
    break
  }
  if (node !== 0) paint(k, node, true)
}

interface Search extends Continuation {
  readonly k: Kernel
  readonly root: number
  readonly node: number
  readonly hi: number
  readonly fnLo: number
  readonly fnHi: number
  /** The node that was asked about last, and whether the way led left all along. */
  readonly at: number
  readonly leftmost: boolean
}

/** (root, node, less, meta, offset): -EINVAL where it is in a tree already; then the reference is given up. */
export const rbtreeAdd: HelperBody = (k, m) => {
  const [root, node] = [m.lo[1], m.lo[2]]
  if (pointerAt(k, node + TREE_OWNER) !== 0) {
    dropObject(k, k.memory.nearest(DIRECT_HI, node).baseLo)
    return ret(m, -EINVAL)
  }
  const first = pointerAt(k, root)
  const search: Search = { resume: asked, k, root, node, hi: m.hi[2], fnLo: m.lo[3], fnHi: m.hi[3], at: first, leftmost: true }
  return first === 0 ? insert(m, search, 0, LEFT) : ask(m, search)
}

function ask(m: Machine, s: Search): HelperResult {
  const entered = callback(m, s.fnLo, s.fnHi, s)
  m.lo[1] = s.node
  m.hi[1] = s.hi
  m.lo[2] = s.at
  m.hi[2] = DIRECT_HI
  return entered
}

const asked = (m: Machine, c: Continuation): HelperResult => {
  const s = c as Search
  const isLess = (m.lo[0] & 0xff) !== 0
  const side = isLess ? LEFT : RIGHT
  const leftmost = s.leftmost && isLess
  const next = pointerAt(s.k, s.at + side)
  return next === 0 ? insert(m, { ...s, leftmost }, s.at, side) : ask(m, { ...s, at: next, leftmost })
}

function insert(m: Machine, s: Search, parent: number, side: number): undefined {
  const { k, root, node } = s
  putPointer(k, node + PARENT, parent)
  putPointer(k, node + LEFT, 0)
  putPointer(k, node + RIGHT, 0)
  if (parent === 0) putPointer(k, root, node)
  else putPointer(k, parent + side, node)
  if (s.leftmost) putPointer(k, root + LEFTMOST, node)
  afterInsert(k, root, node)
  putPointer(k, node + TREE_OWNER, root)
  return ret(m, 0)
}

const retPointer = (m: Machine, lo: number): undefined => ret64(m, lo, lo === 0 ? 0 : DIRECT_HI)

/** (root, node): the node, which is no longer in the tree; NULL where it was not in this one. */
export const rbtreeRemove: HelperBody = (k, m) => {
  const [root, node] = [m.lo[1], m.lo[2]]
  if (pointerAt(k, node + TREE_OWNER) !== root) return ret(m, 0)
  if (pointerAt(k, root + LEFTMOST) === node) putPointer(k, root + LEFTMOST, successor(k, node))
  erase(k, root, node)
  putPointer(k, node + PARENT, node)
  putPointer(k, node + TREE_OWNER, 0)
  return retPointer(m, node)
}

function successor(k: Kernel, node: number): number {
  let n = pointerAt(k, node + RIGHT)
  if (n !== 0) {
    while (pointerAt(k, n + LEFT) !== 0) n = pointerAt(k, n + LEFT)
    return n
  }
  let from = node
  for (n = parentOf(k, node); n !== 0 && pointerAt(k, n + RIGHT) === from; n = parentOf(k, n)) from = n
  return n
}

export const rbtreeFirst: HelperBody = (k, m) => retPointer(m, pointerAt(k, m.lo[1] + LEFTMOST))
export const rbtreeRoot: HelperBody = (k, m) => retPointer(m, pointerAt(k, m.lo[1]))

/** (root, node): NULL where the node is not in this tree. */
const childOf =
  (side: number): HelperBody =>
  (k, m) =>
    retPointer(m, pointerAt(k, m.lo[2] + TREE_OWNER) === m.lo[1] ? pointerAt(k, m.lo[2] + side) : 0)

export const rbtreeLeft: HelperBody = childOf(LEFT)
export const rbtreeRight: HelperBody = childOf(RIGHT)
