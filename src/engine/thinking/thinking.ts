// What the page asks about a verification: the tree of paths by windows, one step with its state and how it came about, loops as tables, heat.
// In: a program and a recorded result (or the steps and states of a log). Out: plain data. States are rebuilt one at a time.
import { helperById } from '../../abi/index.ts'
import { type InsnTable, insnTable, insnText, type Program } from '../../isa/index.ts'
import { explainPrune, type StateView, type StepTable, stateAtStep, type VerifyResult } from '../../verifier/index.ts'
import { causesOf } from '../explain/causes.ts'
import { linesBySlot } from '../listing.ts'
import type { LoopView, PathRow, PathWindow, PrunedView, StepView, ThinkingView } from './views.ts'
import { pathTo, rowEnd, type Walk, walkOf } from './walk.ts'

export interface Thinking {
  summary(): ThinkingView
  rows(from: number, count: number): PathWindow
  /** One step: the state before it, what it did to the state, why it was pruned. */
  step(step: number): StepView | undefined
  /** Rounds of a loop. */
  loop(head: number, from: number, count: number): LoopView
  /** The row in which an instruction is visited next after (or before) a step; -1 where none. */
  find(insn: number, from: number, by: 1 | -1): number
}

/** Where states come from. */
export interface StateSource {
  readonly stateAt: (step: number) => StateView | undefined
  readonly prunedAt: (step: number) => PrunedView | undefined
}

const COMPLEXITY_LIMIT = 1_000_000
const LOOKED_BACK = 400
const MAX_COLUMNS = 6

export const sourceOf = (result: VerifyResult): StateSource => ({
  stateAt: (step) => stateAtStep(result, step),
  prunedAt(step) {
    const found = explainPrune(result, step)
    return found && { coveredBy: found.coveredBy, strict: found.strict, old: found.old, parts: found.parts }
  },
})

export function thinkingOf(program: Program, steps: StepTable, source: StateSource, mainFile: string, processed: number): Thinking {
  const table = insnTable(program.code)
  const walk = walkOf(steps, table)
  const lines = linesBySlot(program, mainFile)
  const text = (slot: number): string => (slot < table.length ? insnText(table, slot, { helper: (id) => helperById(id)?.name }) : '')
  const rowView = (row: number): PathRow => {
    const first = walk.rows.first[row]
    const last = walk.rows.last[row]
    const [a, b] = [steps.insn[first], steps.insn[last]]
    const before = steps.parent[first]
    const end = rowEnd(walk, row)
    return {
      row,
      first,
      last,
      depth: walk.rows.depth[row],
      frame: walk.frames[row],
      func: program.subprogs.findLast((s) => s.start <= a)?.name ?? '',
      firstInsn: a,
      lastInsn: b,
      firstLine: lines[a] ?? 0,
      lastLine: lines[b] ?? 0,
      text: text(end === 'pruned' || end === 'loop' ? a : b),
      from: before >= 0 && before !== first - 1 ? walk.rowOf[before] : -1,
      way: before < 0 ? 'start' : wayTaken(table, steps.insn[before], a),
      end,
      cover: steps.cover[last] ?? -1,
    }
  }
  return {
    summary: () => ({
      steps: steps.count,
      rows: walk.rows.count,
      processed,
      limit: COMPLEXITY_LIMIT,
      ends: walk.ends,
      heat: [...walk.heat],
      loops: walk.loops.map((l) => ({ head: l.head, from: l.from, rounds: l.visits.length, line: lines[l.head] ?? 0, text: text(l.head) })),
      rejectedAt: steps.kind.lastIndexOf(3),
    }),
    rows(from, count) {
      const start = Math.max(0, Math.min(Math.trunc(from), walk.rows.count))
      const end = Math.min(walk.rows.count, start + Math.max(0, Math.min(count, 1000)))
      return { total: walk.rows.count, from: start, rows: Array.from({ length: end - start }, (_, i) => rowView(start + i)) }
    },
    step: (step) => (step < 0 || step >= steps.count ? undefined : stepView(step)),
    loop: (head, from, count) => loopView(walk, source, head, from, count),
    find(insn, from, by) {
      for (let i = from + by; i >= 0 && i < steps.count; i += by) if (steps.insn[i] === insn) return i
      return -1
    },
  }

  function stepView(step: number): StepView {
    const insn = steps.insn[step]
    const state = source.stateAt(step)
    const kind = steps.kind[step]
    const isPruned = kind === 2 || kind === 5
    const parent = steps.parent[step]
    const next = isPruned ? -1 : followedBy(steps, step)
    const after = next >= 0 ? source.stateAt(next) : undefined
    const pruned = isPruned ? source.prunedAt(step) : undefined
    return {
      step,
      row: walk.rowOf[step],
      insn,
      line: lines[insn] ?? 0,
      text: text(insn),
      parent,
      next,
      otherWay: kind === 4 ? otherWayOf(steps, step, next) : -1,
      frames: frameNames(program, steps, step, walk),
      state,
      changed: state && after ? changesOf(state, after) : [],
      origins: state ? originsOf(steps, source, table, step, state) : [],
      ...(pruned ? { pruned } : {}),
    }
  }
}

const wayTaken = (table: InsnTable, before: number, now: number): PathRow['way'] =>
  (table.opcode[before] & 7) < 5 || (table.opcode[before] & 0xf0) === 0x80 ? 'next' : now === before + 1 ? 'fell' : 'jumped'

/** The step that goes on from this one right away. */
const followedBy = ({ parent, count }: StepTable, step: number): number => (step + 1 < count && parent[step + 1] === step ? step + 1 : -1)

/** The step that takes up the way that was put by here. */
function otherWayOf({ parent, count }: StepTable, step: number, next: number): number {
  for (let i = Math.max(next, step) + 1; i < count; i++) if (parent[i] === step && i !== next) return i
  return -1
}

function changesOf(before: StateView, after: StateView): StepView['changed'] {
  if (before.frame !== after.frame) return []
  const regs = after.regs.flatMap((v, i) =>
    v.text === before.regs[i].text ? [] : [{ place: `R${i}`, before: before.regs[i].text, after: v.text }],
  )
  const old = new Map(before.stack.map((s) => [s.offset, s.text]))
  const slots = after.stack.flatMap((s) =>
    old.get(s.offset) === s.text ? [] : [{ place: `fp${s.offset}`, before: old.get(s.offset) ?? '', after: s.text }],
  )
  return [...regs, ...slots]
}

/** For each register the instructions that it owes its value to, the last first. */
function originsOf(steps: StepTable, source: StateSource, table: InsnTable, step: number, state: StateView): StepView['origins'] {
  const path = pathTo(steps, step, LOOKED_BACK)
  const states: StateView[] = []
  for (const at of path) {
    const found = source.stateAt(at)
    if (found) states.push({ ...found, step: at })
  }
  return state.regs.flatMap((v, reg) => {
    if (v.kind === 'none' || reg === 10) return []
    const causes = causesOf(states, table, reg).map(({ step, insn, kind, reg, believed }) => ({
      step,
      insn,
      kind,
      register: `R${reg}`,
      believed,
    }))
    return [{ register: reg, causes: causes.reverse() }]
  })
}

/** Names of the open functions, the outermost first. */
function frameNames(program: Program, steps: StepTable, step: number, walk: Walk): readonly string[] {
  const names: string[] = []
  let wanted = walk.frames[walk.rowOf[step]]
  for (let at = step; at >= 0; at = steps.parent[at]) {
    const frame = walk.frames[walk.rowOf[at]]
    if (frame > wanted || (names.length > 0 && frame === wanted + 1)) continue
    if (frame <= wanted) {
      names.push(program.subprogs.findLast((s) => s.start <= steps.insn[at])?.name ?? '')
      wanted = frame - 1
      if (wanted < 0) break
    }
  }
  return names.reverse()
}

function loopView(walk: Walk, source: StateSource, head: number, from: number, count: number): LoopView {
  const loop = walk.loops.find((l) => l.head === head)
  const visits = loop ? loop.visits : new Int32Array(0)
  const start = Math.max(0, Math.min(Math.trunc(from), visits.length))
  const shown = [...visits.subarray(start, start + Math.max(0, Math.min(count, 200)))]
  const states = shown.map((step) => source.stateAt(step))
  const places = new Map<string, Set<string>>()
  for (const state of states) {
    for (const [i, v] of (state?.regs ?? []).entries()) if (v.kind !== 'none') note(places, `R${i}`, v.text)
    for (const s of state?.stack ?? []) note(places, `fp${s.offset}`, s.text)
  }
  const columns = [...places]
    .filter(([, texts]) => texts.size > 1)
    .map(([place]) => place)
    .slice(0, MAX_COLUMNS)
  const rounds = shown.map((step, i) => ({ round: start + i, step, cells: columns.map((place) => cellOf(states[i], place)) }))
  return { head, total: visits.length, from: start, columns, rounds }
}

function note(places: Map<string, Set<string>>, place: string, text: string): void {
  const texts = places.get(place) ?? new Set<string>()
  texts.add(text)
  places.set(place, texts)
}

function cellOf(state: StateView | undefined, place: string): string {
  if (!state) return ''
  if (place.startsWith('R')) return state.regs[Number(place.slice(1))]?.text ?? ''
  return state.stack.find((s) => `fp${s.offset}` === place)?.text ?? ''
}
