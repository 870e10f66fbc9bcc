// Which stack slots may still be read, found while the program is walked. For each call chain (call sites and the innermost function) there is
// an instance with, for each instruction and each frame of the chain, four sets of 64 slots:
//
//   mayRead       what some walked state read here (only grows)        mustWrite      what every walked state wrote here (only shrinks)
//   liveBefore    may be read from here on                             mustWriteAcc   written from here on for sure, within the function
//
//   liveBefore(i)   = (union of liveBefore(s) minus mustWrite(i)) plus mayRead(i)         over the successors s of i
//   mustWriteAcc(i) = intersection of mustWriteAcc(s) plus mustWrite(i)
//
// Marks are gathered as instructions are checked and spread to a fixpoint when a path ends; what a callee's first instruction then knows about
// the frames above becomes marks of the call. Checkpoints with no path left open are complete, which is when questions are asked.
// Linux 6.18: kernel/bpf/liveness.c; its lines in the log are made here.
import { CALLSITE, FRAME_SUBPROG } from '../domain/layout.ts'
import { stackMaskText } from '../log/state-text.ts'
import type { Flow } from './flow.ts'

// Words of one instruction's sets; low slots first.
const MAY_READ = 0
const MUST_WRITE = 2
const MUST_WRITE_ACC = 4
const LIVE_BEFORE = 6
const INSN_WORDS = 8

interface Instance {
  /** Call sites from the outermost frame on, then the first instruction of the innermost function. */
  readonly callsites: readonly number[]
  readonly start: number
  readonly subprog: number
  readonly insnCount: number
  readonly outer: Instance | null
  /** Instances one frame deeper by call site and first instruction. */
  readonly inner: Map<number, Instance>
  /** Sets by frame, made when first needed. */
  readonly frames: (Int32Array | null)[]
  /** Instructions whose mustWrite has been set. */
  readonly written: Uint8Array
  /** By frame, a bit for each place in postorder: instructions whose marks, or whose successors' sets, changed since their own were found. */
  readonly stale: (Int32Array | null)[]
  updated: boolean
  mustWriteDropped: boolean
}

export interface StackLiveness {
  readonly flow: Flow
  /** First instructions of the subprograms, then the length of the code. */
  readonly starts: readonly number[]
  /** Set where lines are wanted: shows one, with its newline. */
  readonly log: ((line: string) => void) | undefined
  readonly isPrunePoint: (insn: number) => boolean
  /** Whether the call at an instruction is of a helper or kfunc that calls back. */
  readonly callsCallback: (insn: number) => boolean
  readonly roots: Map<number, Instance>
  /** Instance of the state that is walked; null after a change of frames. */
  current: Instance | null
  /** Writes of the instruction at `writeInsn`, two words a frame; `wrote` tells whether there are any. */
  readonly writes: Int32Array
  wrote: boolean
  writeInsn: number
  // What queryInit was asked about.
  readonly queried: Instance[]
  queryFrame: number
  queryInsn: number
}

/** A state as far as call chains go: its words, where each frame starts, the innermost frame. */
export interface Chain {
  readonly words: Int32Array
  readonly at: ArrayLike<number>
  readonly curframe: number
  readonly insnIdx: number
}

export function newStackLiveness(parts: Pick<StackLiveness, 'flow' | 'starts' | 'log' | 'isPrunePoint' | 'callsCallback'>): StackLiveness {
  return {
    flow: parts.flow,
    starts: parts.starts,
    log: parts.log,
    isPrunePoint: parts.isPrunePoint,
    callsCallback: parts.callsCallback,
    roots: new Map(),
    current: null,
    writes: new Int32Array(16),
    wrote: false,
    writeInsn: 0,
    queried: [],
    queryFrame: 0,
    queryInsn: 0,
  }
}

// ---- instances ----

function lookupInstance(l: StackLiveness, chain: Chain, frame: number): Instance {
  const { words, at } = chain
  const main = words[at[0]! + FRAME_SUBPROG]!
  let found: Instance = l.roots.get(main) ?? newInstance(l, main, null, 0)
  l.roots.set(main, found)
  for (let i = 1; i <= frame; i++) {
    const callsite = words[at[i]! + CALLSITE]!
    const subprog = words[at[i]! + FRAME_SUBPROG]!
    const key = callsite * l.starts.length + subprog
    const inner: Instance = found.inner.get(key) ?? newInstance(l, subprog, found, callsite)
    found.inner.set(key, inner)
    found = inner
  }
  return found
}

function newInstance(l: StackLiveness, subprog: number, outer: Instance | null, callsite: number): Instance {
  const start = l.starts[subprog]!
  const insnCount = l.starts[subprog + 1]! - start
  const callsites = outer ? [...outer.callsites.slice(0, -1), callsite, start] : [start]
  const frames = new Array<Int32Array | null>(callsites.length).fill(null)
  return {
    callsites,
    start,
    subprog,
    insnCount,
    outer,
    inner: new Map(),
    frames,
    written: new Uint8Array(insnCount),
    stale: new Array<Int32Array | null>(callsites.length).fill(null),
    updated: false,
    mustWriteDropped: false,
  }
}

function framesSets(instance: Instance, frame: number): Int32Array {
  return (instance.frames[frame] ??= new Int32Array(instance.insnCount * INSN_WORDS))
}

/** The sets of an instruction have to be found again. */
function makeStale(l: StackLiveness, instance: Instance, frame: number, insn: number): void {
  const stale = (instance.stale[frame] ??= new Int32Array((instance.insnCount + 31) >> 5))
  const place = l.flow.place[insn]!
  if (place >= 0) stale[place >> 5]! |= 1 << (place & 31)
}

const ensureCurrent = (l: StackLiveness, chain: Chain): Instance => (l.current ??= lookupInstance(l, chain, chain.curframe))

/** The state that is walked changed its frames. Linux: bpf_reset_live_stack_callchain(). */
export function resetCallchain(l: StackLiveness): void {
  l.current = null
}

// ---- gathering ----

/** Slots of `frame` (two words of bits) may be read at `insn`. Linux: bpf_mark_stack_read(). */
export function markStackRead(l: StackLiveness, chain: Chain, frame: number, insn: number, lo: number, hi: number): void {
  addRead(l, ensureCurrent(l, chain), frame, insn, lo, hi)
}
function addRead(l: StackLiveness, instance: Instance, frame: number, insn: number, lo: number, hi: number): void {
  const sets = framesSets(instance, frame)
  const at = (insn - instance.start) * INSN_WORDS
  const newLo = sets[at + MAY_READ]! | lo
  const newHi = sets[at + MAY_READ + 1]! | hi
  if (newLo === sets[at + MAY_READ] && newHi === sets[at + MAY_READ + 1]) return
  makeStale(l, instance, frame, insn)
  if (((newLo & ~sets[at + LIVE_BEFORE]!) | (newHi & ~sets[at + LIVE_BEFORE + 1]!)) !== 0) instance.updated = true
  sets[at + MAY_READ] = newLo
  sets[at + MAY_READ + 1] = newHi
}

/** Before each instruction: no writes yet. Linux: bpf_reset_stack_write_marks(). */
export function resetWriteMarks(l: StackLiveness, chain: Chain, insn: number): void {
  ensureCurrent(l, chain)
  clearWrites(l, insn)
}
function clearWrites(l: StackLiveness, insn: number): void {
  l.writeInsn = insn
  if (!l.wrote) return
  l.writes.fill(0)
  l.wrote = false
}

/** The instruction that is being checked writes all of these slots. Linux: bpf_mark_stack_write(). */
export function markStackWrite(l: StackLiveness, frame: number, lo: number, hi: number): void {
  l.wrote = true
  l.writes[2 * frame]! |= lo
  l.writes[2 * frame + 1]! |= hi
}

/** After each instruction that was checked. Linux: bpf_commit_stack_write_marks(). */
export function commitWriteMarks(l: StackLiveness): void {
  if (l.current) commitTo(l, l.current)
}
function commitTo(l: StackLiveness, instance: Instance): void {
  const insn = l.writeInsn - instance.start
  const before = instance.written[insn] !== 0
  instance.written[insn] = 1
  if (!l.wrote && !before) return
  for (let frame = 0; frame < instance.frames.length; frame++) {
    let lo = l.writes[2 * frame]!
    let hi = l.writes[2 * frame + 1]!
    const none = (lo | hi) === 0
    if (none && (!before || !instance.frames[frame])) continue
    const sets = framesSets(instance, frame)
    const at = insn * INSN_WORDS + MUST_WRITE
    const oldLo = sets[at]!
    const oldHi = sets[at + 1]!
    if (before) {
      lo &= oldLo
      hi &= oldHi
    }
    if (lo === oldLo && hi === oldHi) continue
    sets[at] = lo
    sets[at + 1] = hi
    makeStale(l, instance, frame, l.writeInsn)
    instance.updated = true
    if (((oldLo & ~lo) | (oldHi & ~hi)) !== 0) instance.mustWriteDropped = true
  }
}

// ---- spreading ----

/** When a path ended or a subprogram returned: spreads the marks of every function of the chain. Linux: bpf_update_live_stack(). */
export function updateLiveStack(l: StackLiveness, chain: Chain): void {
  l.current = null
  for (let frame = chain.curframe; frame >= 0; frame--) {
    const instance = lookupInstance(l, chain, frame)
    if (!instance.updated) continue
    updateInstance(l, instance)
    instance.updated = false
    instance.mustWriteDropped = false
  }
}

function updateInstance(l: StackLiveness, instance: Instance): void {
  // Sets of sure writes that shrank may have to shrink further down the line too.
  if (instance.mustWriteDropped) {
    for (const [frame, sets] of instance.frames.entries()) {
      if (!sets) continue
      for (let at = MUST_WRITE_ACC; at < sets.length; at += INSN_WORDS) sets[at] = sets[at + 1] = 0
      for (let i = 0; i < instance.insnCount; i++) makeStale(l, instance, frame, instance.start + i)
    }
  }
  let rounds = 0
  let changed = true
  while (changed) {
    rounds++
    changed = false
    for (let frame = 0; frame < instance.frames.length; frame++) if (sweep(l, instance, frame)) changed = true
  }
  l.log?.(`(${instance.callsites.join(',')}) live stack update done in ${rounds} iterations\n`)
  if (instance.outer) passOutwards(l, instance, instance.outer)
}

/**
 * One round through a function in postorder, over what is stale: what is not would be found as it stands. Where a round begins and what it
 * sees decides which of several fixpoints is met, so the order is Linux's.
 */
function sweep(l: StackLiveness, instance: Instance, frame: number): boolean {
  const sets = instance.frames[frame]
  const stale = instance.stale[frame]
  if (!sets || !stale) return false
  const { postorder, postorderStart, before, beforeStart } = l.flow
  const from = postorderStart[instance.subprog]!
  let changed = false
  for (let k = 0; k < stale.length; k++) {
    let ahead = stale[k]!
    while (ahead !== 0) {
      const bit = ahead & -ahead
      stale[k]! &= ~bit
      const insn = postorder[from + k * 32 + 31 - Math.clz32(bit)]!
      if (updateInsn(l, instance, sets, frame, insn)) {
        changed = true
        for (let i = beforeStart[insn]!; i < beforeStart[insn + 1]!; i++) makeStale(l, instance, frame, before[i]!)
      }
      // Those before `bit` wait for the next round.
      ahead = stale[k]! & ~(bit | (bit - 1))
    }
  }
  return changed
}

function updateInsn(l: StackLiveness, instance: Instance, sets: Int32Array, frame: number, insn: number): boolean {
  const fall = l.flow.next[insn]!
  const jump = l.flow.target[insn]!
  if (fall < 0 && jump < 0) return false
  const at = (insn - instance.start) * INSN_WORDS
  const a = ((fall < 0 ? jump : fall) - instance.start) * INSN_WORDS
  const b = ((jump < 0 ? fall : jump) - instance.start) * INSN_WORDS
  const wroteLo = sets[at + MUST_WRITE]!
  const wroteHi = sets[at + MUST_WRITE + 1]!
  const readLo = sets[at + MAY_READ]!
  const readHi = sets[at + MAY_READ + 1]!
  const accLo = (sets[a + MUST_WRITE_ACC]! & sets[b + MUST_WRITE_ACC]!) | wroteLo
  const accHi = (sets[a + MUST_WRITE_ACC + 1]! & sets[b + MUST_WRITE_ACC + 1]!) | wroteHi
  const liveLo = ((sets[a + LIVE_BEFORE]! | sets[b + LIVE_BEFORE]!) & ~wroteLo) | readLo
  const liveHi = ((sets[a + LIVE_BEFORE + 1]! | sets[b + LIVE_BEFORE + 1]!) & ~wroteHi) | readHi
  const liveChanges = liveLo !== sets[at + LIVE_BEFORE] || liveHi !== sets[at + LIVE_BEFORE + 1]
  const accChanges = accLo !== sets[at + MUST_WRITE_ACC] || accHi !== sets[at + MUST_WRITE_ACC + 1]
  if (!liveChanges && !accChanges) return false
  if (l.log && ((readLo | readHi | wroteLo | wroteHi) !== 0 || insn === instance.start || l.isPrunePoint(insn))) {
    const head = `(${instance.callsites.join(',')}) frame ${frame} insn ${insn} `
    if (liveChanges) l.log(head + changeText('live', sets, at + LIVE_BEFORE, liveLo, liveHi))
    if (accChanges) l.log(head + changeText('written', sets, at + MUST_WRITE_ACC, accLo, accHi))
  }
  sets[at + LIVE_BEFORE] = liveLo
  sets[at + LIVE_BEFORE + 1] = liveHi
  sets[at + MUST_WRITE_ACC] = accLo
  sets[at + MUST_WRITE_ACC + 1] = accHi
  return true
}

function changeText(name: string, sets: Int32Array, old: number, lo: number, hi: number): string {
  const onesLo = lo & ~sets[old]!
  const onesHi = hi & ~sets[old + 1]!
  const zerosLo = sets[old]! & ~lo
  const zerosHi = sets[old + 1]! & ~hi
  const ones = (onesLo | onesHi) === 0 ? '' : `+${name} ${stackMaskText(onesLo, onesHi)} `
  const zeros = (zerosLo | zerosHi) === 0 ? '' : `-${name} ${stackMaskText(zerosLo, zerosHi)}`
  return `${ones}${zeros}\n`
}

/** What the function knows of the frames above at its start becomes marks of the call. */
function passOutwards(l: StackLiveness, instance: Instance, outer: Instance): void {
  const callsite = instance.callsites[instance.callsites.length - 2]!
  clearWrites(l, callsite)
  for (let frame = 0; frame < outer.frames.length; frame++) {
    const sets = instance.frames[frame]
    if (!sets) continue
    markStackWrite(l, frame, sets[MUST_WRITE_ACC]!, sets[MUST_WRITE_ACC + 1]!)
    addRead(l, outer, frame, callsite, sets[LIVE_BEFORE]!, sets[LIVE_BEFORE + 1]!)
  }
  commitTo(l, outer)
}

// ---- asking ----

/** Prepares questions about a checkpoint. Linux: bpf_live_stack_query_init(). */
export function queryInit(l: StackLiveness, chain: Chain): void {
  for (let frame = 0; frame <= chain.curframe; frame++) l.queried[frame] = lookupInstance(l, chain, frame)
  l.queryFrame = chain.curframe
  l.queryInsn = chain.insnIdx
}

/** Whether slot `spi` of `frame` may be read from the checkpoint on. Linux: bpf_stack_slot_alive(). */
export function isSlotAlive(l: StackLiveness, frame: number, spi: number): boolean {
  const innermost = l.queried[l.queryFrame]!
  if (liveBefore(innermost, l.queryInsn, frame, spi)) return true
  for (let i = frame; i < l.queryFrame; i++) {
    const callsite = innermost.callsites[i]!
    // A call that calls back may come again; of any other one what follows counts.
    if (liveBefore(l.queried[i]!, l.callsCallback(callsite) ? callsite : callsite + 1, frame, spi)) return true
  }
  return false
}

function liveBefore(instance: Instance, insn: number, frame: number, spi: number): boolean {
  const sets = instance.frames[frame]
  if (!sets) return false
  return (sets[(insn - instance.start) * INSN_WORDS + LIVE_BEFORE + (spi >> 5)]! & (1 << (spi & 31))) !== 0
}
