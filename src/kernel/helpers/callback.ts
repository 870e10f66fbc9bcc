// Helpers that call a function of the program back: bpf_loop() and bpf_for_each_map_elem(). Nothing here waits for the callback: it is a
// frame on the machine, and what goes on after it is a Continuation, so that a debugger can stop in it and a snapshot can be taken.
// Linux: kernel/bpf/bpf_iter.c, kernel/bpf/arraymap.c, kernel/bpf/hashtab.c.
import { type Continuation, callback, type HelperResult, type Machine } from '../../vm/index.ts'
import { DIRECT_HI } from '../address.ts'
import { E2BIG, EINVAL } from '../errno.ts'
import { mapLo } from '../kernel.ts'
import type { KernelMap } from '../maps/map.ts'
import { type HelperBody, mapArg, ret, retU32, u64 } from './body.ts'

const BPF_MAX_LOOPS = 8 * 1024 * 1024

/** What each turn needs: the function and its context. */
interface Turn extends Continuation {
  readonly fnLo: number
  readonly fnHi: number
  readonly ctxLo: number
  readonly ctxHi: number
  /** Turns that were begun. */
  readonly count: number
}

const callbackReturned = (m: Machine): boolean => (m.lo[0] | m.hi[0]) !== 0

interface LoopTurn extends Turn {
  readonly turns: number
}

export const loop: HelperBody = (_k, m) => {
  if (u64(m, 4) !== 0) return ret(m, -EINVAL)
  // Without flags the verifier writes the loop out in place of the call, with a 32-bit move of the error and the whole of r1.
  const turns = u64(m, 1)
  if (turns > BPF_MAX_LOOPS) return retU32(m, -E2BIG)
  const [fnLo, fnHi, ctxLo, ctxHi] = [m.lo[2], m.hi[2], m.lo[3], m.hi[3]]
  return nextTurn(m, { resume: loopResume, fnLo, fnHi, ctxLo, ctxHi, count: 0, turns })
}

function nextTurn(m: Machine, t: LoopTurn): HelperResult {
  if (t.count >= t.turns) return ret(m, t.count)
  const entered = callback(m, t.fnLo, t.fnHi, { ...t, count: t.count + 1 } as LoopTurn)
  setArg(m, 1, t.count, 0)
  setArg(m, 2, t.ctxLo, t.ctxHi)
  return entered
}

const loopResume = (m: Machine, c: Continuation): HelperResult => {
  const t = c as LoopTurn
  return callbackReturned(m) ? ret(m, t.count) : nextTurn(m, t)
}

interface WalkTurn extends Turn {
  readonly map: KernelMap
  /** Where the next turn goes on. */
  readonly cursor: number
}

export const forEachMapElem: HelperBody = (k, m) => {
  const map = mapArg(k, m, 1)
  if (!map) return 'stopped'
  if (u64(m, 4) !== 0 || !map.walk) return ret(m, -EINVAL)
  const [fnLo, fnHi, ctxLo, ctxHi] = [m.lo[2], m.hi[2], m.lo[3], m.hi[3]]
  return nextEntry(m, { resume: walkResume, fnLo, fnHi, ctxLo, ctxHi, count: 0, map, cursor: map.walk.first() })
}

function nextEntry(m: Machine, t: WalkTurn): HelperResult {
  const { map } = t
  const walk = map.walk!
  const entry = walk.entry(t.cursor)
  if (entry === 0) return ret(m, t.count)
  const entered = callback(m, t.fnLo, t.fnHi, { ...t, count: t.count + 1, cursor: walk.next(entry) } as WalkTurn)
  setArg(m, 1, mapLo(map), DIRECT_HI)
  setArg(m, 2, walk.key(entry), DIRECT_HI)
  setArg(m, 3, walk.value(entry), DIRECT_HI)
  setArg(m, 4, t.ctxLo, t.ctxHi)
  return entered
}

const walkResume = (m: Machine, c: Continuation): HelperResult => {
  const t = c as WalkTurn
  return callbackReturned(m) ? ret(m, t.count) : nextEntry(m, t)
}

function setArg(m: Machine, reg: number, lo: number, hi: number): void {
  m.lo[reg] = lo
  m.hi[reg] = hi
}
