// The picture of a world: where each host stands, which lines run between them, where a packet is now, and what an entry of the log says.
// In: windows of the worker. Out: plain places in pixels and texts. Pure.
//
// Hosts stand in columns by their distance from the first one along links; a column holds its hosts one below the other:
//
//   ┌ client ────┐        ┌ lb ────────────┐        ┌ real-1 ──────┐
//   │ eth0       │ ────── │ eth0   xdp ... │ ────── │ eth0         │
//   └────────────┘        │ pod web        │        └──────────────┘
import type { WorldEvent, WorldView } from '../../../engine/index.ts'

export const CARD_WIDTH = 256
const GAP_X = 72
const GAP_Y = 28
const HEAD = 30
const ROW = 26
const EDGE = 16

export type CardRow =
  | { readonly kind: 'interface'; readonly name: string; readonly detail: string }
  | { readonly kind: 'pod'; readonly name: string; readonly detail: string }
  | { readonly kind: 'process'; readonly name: string; readonly detail: string }
  | { readonly kind: 'hook'; readonly hook: WorldView['hooks'][number]; readonly index: number }

export interface Card {
  readonly name: string
  readonly x: number
  readonly y: number
  readonly height: number
  readonly rows: readonly CardRow[]
}

export interface Line {
  readonly from: string
  readonly to: string
  readonly path: string
}

export interface Picture {
  readonly width: number
  readonly height: number
  readonly cards: readonly Card[]
  readonly lines: readonly Line[]
}

export function drawWorld(view: WorldView): Picture {
  const hosts = view.nodes.filter((n) => n.kind === 'host')
  const column = columns(
    hosts.map((h) => h.name),
    view.links.map((l) => [hostOf(view, l.a.node), hostOf(view, l.b.node)] as const),
  )
  const below = new Map<number, number>()
  const cards = hosts.map((host): Card => {
    const rows = rowsOf(view, host.name)
    const at = column.get(host.name) ?? 0
    const y = below.get(at) ?? EDGE
    const height = HEAD + rows.length * ROW + 8
    below.set(at, y + height + GAP_Y)
    return { name: host.name, x: EDGE + at * (CARD_WIDTH + GAP_X), y, height, rows }
  })
  const lines = view.links.flatMap(({ a, b }): Line[] => {
    const from = anchor(cards, view, a)
    const to = anchor(cards, view, b)
    return from && to ? [{ from: a.node, to: b.node, path: curve(from, to) }] : []
  })
  const width = Math.max(...cards.map((c) => c.x + CARD_WIDTH), 0) + EDGE
  const height = Math.max(...cards.map((c) => c.y + c.height), 0) + EDGE
  return { width, height, cards, lines }
}

/** Host that a pod or process is on, or the host itself. */
export function hostOf(view: Pick<WorldView, 'nodes'>, node: string): string {
  let name = node
  for (let depth = 0; depth < 4; depth++) {
    const on = view.nodes.find((n) => n.name === name)?.on
    if (!on) break
    name = on
  }
  return name
}

function rowsOf(view: WorldView, host: string): CardRow[] {
  const here = view.nodes.filter((n) => n.kind !== 'host' && hostOf(view, n.name) === host)
  const node = view.nodes.find((n) => n.name === host)
  return [
    ...(node?.interfaces ?? []).map((i): CardRow => ({ kind: 'interface', name: i.name, detail: i.addresses[0] ?? '' })),
    ...here.flatMap((n): CardRow[] =>
      n.kind === 'pod'
        ? [{ kind: 'pod', name: n.name, detail: n.interfaces.find((i) => i.name !== 'lo')?.addresses[0] ?? '' }]
        : n.kind === 'process'
          ? [{ kind: 'process', name: n.name, detail: n.on === host ? '' : n.on }]
          : [],
    ),
    ...view.hooks.flatMap((hook, index): CardRow[] => (hostOf(view, hook.node) === host ? [{ kind: 'hook', hook, index }] : [])),
  ]
}

/** Distance of each host from the first; hosts that no link reaches follow behind. */
function columns(hosts: readonly string[], links: readonly (readonly [string, string])[]): Map<string, number> {
  const at = new Map<string, number>()
  for (const first of hosts) {
    if (at.has(first)) continue
    at.set(first, at.size === 0 ? 0 : Math.max(...at.values()) + 1)
    const queue = [first]
    for (let host = queue.shift(); host !== undefined; host = queue.shift()) {
      const next = (at.get(host) ?? 0) + 1
      for (const [a, b] of links) {
        const other = a === host ? b : b === host ? a : undefined
        if (other === undefined || at.has(other)) continue
        at.set(other, next)
        queue.push(other)
      }
    }
  }
  return at
}

interface Point {
  readonly left: number
  readonly right: number
  readonly y: number
}

/** Where a link meets a card: beside its interface. */
function anchor(cards: readonly Card[], view: WorldView, place: { readonly node: string; readonly interface: string }): Point | undefined {
  const card = cards.find((c) => c.name === hostOf(view, place.node))
  if (!card) return undefined
  const row = card.rows.findIndex((r) => r.kind !== 'hook' && (r.name === place.interface || r.name === place.node))
  return { left: card.x, right: card.x + CARD_WIDTH, y: card.y + HEAD + (Math.max(0, row) + 0.5) * ROW }
}

function curve(a: Point, b: Point): string {
  const [from, to] = a.left <= b.left ? [a, b] : [b, a]
  if (from.left === to.left) {
    const out = from.right + GAP_X / 3
    return `M${from.right} ${from.y}C${out} ${from.y} ${out} ${to.y} ${to.right} ${to.y}`
  }
  const middle = (from.right + to.left) / 2
  return `M${from.right} ${from.y}C${middle} ${from.y} ${middle} ${to.y} ${to.left} ${to.y}`
}

/** Where the packet (or process) of an entry stands in the picture; undefined where it is nowhere. */
export function spotOf(picture: Picture, view: WorldView, event: WorldEvent): { readonly x: number; readonly y: number } | undefined {
  const card = picture.cards.find((c) => c.name === hostOf(view, event.node))
  if (!card) return undefined
  const place = event.kind === 'packet' ? event.place : ''
  const names = event.kind === 'packet' && event.node !== card.name ? [event.node, place] : [place]
  const row = card.rows.findIndex((r) => names.includes(r.kind === 'hook' ? r.hook.place : r.name))
  return { x: card.x + 7, y: card.y + HEAD + (row >= 0 ? (row + 0.5) * ROW : -HEAD / 2) }
}

/** Milliseconds with as many digits as tell entries apart. */
export const timeText = (atNs: number): string => `${(atNs / 1e6).toFixed(3)} ms`

/** Tone of an entry: what ended badly, what went well. */
export function eventTone(event: WorldEvent): 'good' | 'bad' | 'plain' {
  switch (event.kind) {
    case 'packet':
      return event.what === 'dropped' ? 'bad' : event.what === 'delivered' || event.what === 'answered' ? 'good' : 'plain'
    case 'syscall':
      return event.result < 0 ? 'bad' : 'plain'
    case 'process':
      return event.what === 'killed' ? 'bad' : 'plain'
    case 'map':
    case 'note':
      return 'plain'
  }
}

export interface ProcessRow {
  readonly pid: number
  readonly comm: string
  readonly node: string
  readonly depth: number
  /** How it ended; empty while it runs. */
  readonly end: 'exit' | 'killed' | ''
}

/** Processes as a tree, as the log up to an entry tells. */
export function processTree(events: readonly WorldEvent[], upTo: number): ProcessRow[] {
  interface Known {
    comm: string
    node: string
    ppid: number
    end: ProcessRow['end']
  }
  const known = new Map<number, Known>()
  for (const event of events.slice(0, upTo + 1)) {
    if (event.kind !== 'process' || event.what === 'switch') continue
    const old = known.get(event.pid)
    const end = event.what === 'exit' || event.what === 'killed' ? event.what : (old?.end ?? '')
    known.set(event.pid, { comm: event.comm, node: event.node, ppid: old?.ppid ?? event.ppid, end })
  }
  const rows: ProcessRow[] = []
  const seen = new Set<number>()
  const add = (pid: number, depth: number) => {
    const p = known.get(pid)
    if (!p || seen.has(pid)) return
    seen.add(pid)
    rows.push({ pid, comm: p.comm, node: p.node, depth, end: p.end })
    for (const [child, { ppid }] of known) if (ppid === pid) add(child, depth + 1)
  }
  for (const [pid, { ppid }] of known) if (!known.has(ppid) || ppid === pid) add(pid, 0)
  for (const pid of known.keys()) add(pid, 0)
  return rows
}
