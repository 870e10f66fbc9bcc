// Whether a checkpoint that proved safe makes the current state safe too: everything that the checkpoint relied upon holds here as well.
// Three strengths: NOT_EXACT as just said; RANGE_WITHIN where what is relied upon is not known yet, so every number counts;
// EXACT for "nothing changed since", which is an endless loop.
// Linux: states_equal(), func_states_equal(), regsafe(), stacksafe(), refsafe(), check_ids(), check_scalar_ids(), range_within().
import { markRegUnknown } from './domain/bounds.ts'
import {
  ADD_CONST,
  ALLOCATED_SLOTS,
  BTF,
  BTF_ID,
  baseType,
  CALLBACK_DEPTH,
  CALLSITE,
  COMPARED_WORDS,
  DYNPTR_TYPE,
  FIRST_SLOT,
  FRAMENO,
  ID,
  IRQ_CLASS,
  ITER_STATE,
  MAX_SLOTS,
  NOT_INIT,
  OFF,
  PRECISE,
  PTR_TO_ARENA,
  PTR_TO_BUF,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  PTR_TO_STACK,
  PTR_TO_TP_BUFFER,
  RANGE,
  REF_OBJ_ID,
  REG_WORDS,
  REGS,
  regAt,
  S32MAX,
  S32MIN,
  SCALAR_VALUE,
  SLOT_TYPE,
  SMAX_HI,
  SMIN_HI,
  STACK_DYNPTR,
  STACK_INVALID,
  STACK_IRQ_FLAG,
  STACK_ITER,
  STACK_MISC,
  STACK_SPILL,
  STACK_ZERO,
  slotAt,
  slotType,
  TYPE,
  U32MAX,
  U32MIN,
  UMAX_HI,
  UMIN_HI,
  VALUE_HI,
} from './domain/layout.ts'
import { tnumIn } from './domain/tnum.ts'
import { slt, ult } from './domain/wide.ts'
import type { Env, IdMap } from './env.ts'
import { frameInsnIdx, type State } from './state.ts'

export const NOT_EXACT = 0
export const EXACT = 1
export const RANGE_WITHIN = 2
export type ExactLevel = typeof NOT_EXACT | typeof EXACT | typeof RANGE_WITHIN

export function statesEqual(env: Env, old: State, cur: State, exact: ExactLevel): boolean {
  if (old.curframe !== cur.curframe || old.inSleepable !== cur.inSleepable) return false
  // What is safe where a branch was mispredicted need not be so elsewhere.
  if (old.speculative && !cur.speculative) return false
  if (old.told >= 0 && toldApart(old, cur)) return false
  const { idmap } = env
  idmap.tmpIdGen = env.idGen
  idmap.count = 0
  idmap.sameNumbers = env.exploreAluLimits
  if (!refsSafe(old, cur, idmap)) return false
  for (let i = 0; i <= old.curframe; i++) {
    if (old.words[old.at[i]! + CALLSITE] !== cur.words[cur.at[i]! + CALLSITE]) return false
    const unequal = unequalReg(old.words, old.at[i]!, cur.words, cur.at[i]!, env.aux.liveRegs[frameInsnIdx(old, i)]!, idmap, exact)
    if (unequal !== ALL_EQUAL) {
      if (i === old.curframe && unequal !== NO_REG) keepTold(old, unequal)
      return false
    }
    if (!stackSafe(old.words, old.at[i]!, cur.words, cur.at[i]!, idmap, exact)) return false
  }
  return true
}

function refsSafe(old: State, cur: State, idmap: IdMap): boolean {
  if (old.refs.length !== cur.refs.length || old.preemptLocks !== cur.preemptLocks || old.rcuLock !== cur.rcuLock) return false
  const a = old.locks
  const b = cur.locks
  if (a.count !== b.count || a.owner !== b.owner || !checkIds(a.irqId, b.irqId, idmap) || !checkIds(a.id, b.id, idmap)) return false
  for (let i = 0; i < old.refs.length; i++) {
    const ref = old.refs[i]!
    const other = cur.refs[i]!
    if (!checkIds(ref.id, other.id, idmap) || ref.kind !== other.kind || ref.owner !== other.owner) return false
  }
  return true
}

/** What unequalReg answers where no register is to blame. */
const ALL_EQUAL = -1
const NO_REG = -2

/** The first register in use that does not suit. */
function unequalReg(a: Int32Array, fa: number, b: Int32Array, fb: number, live: number, idmap: IdMap, exact: ExactLevel): number {
  if (a[fa + CALLBACK_DEPTH]! > b[fb + CALLBACK_DEPTH]!) return NO_REG
  for (let i = 0; i < REGS; i++) {
    if (live & (1 << i) && !regSafe(a, regAt(fa, i), b, regAt(fb, i), idmap, exact)) return i
  }
  return ALL_EQUAL
}

// ---- what told the last state apart ----
// Most comparisons fail, and at the same register as the one before. What it has to meet is kept in the checkpoint itself, so that the next
// state is told apart without a look at the checkpoint's words, of which there are too many for caches. Only what every strength asks for counts.

/** Numbers of 64 bits as far as they are below this; all larger ones are alike. */
const LARGE = (1 << 30) - 1
const clamped = (s: Int32Array, hi: number): number => (s[hi] !== 0 ? LARGE : Math.min(s[hi + 1]! >>> 0, LARGE))

/** A number that counts: bounds as clamped; any other register: its type and its fixed offset. */
function keepTold(old: State, reg: number): void {
  const s = old.words
  const r = regAt(old.at[old.curframe]!, reg)
  const type = s[r + TYPE]!
  const number = type === SCALAR_VALUE
  if (type === NOT_INIT || type === PTR_TO_ARENA || (number && s[r + PRECISE] === 0)) return
  old.told = reg
  old.toldLow = number ? clamped(s, r + UMIN_HI) : type
  old.toldHigh = number ? clamped(s, r + UMAX_HI) : s[r + OFF]!
  old.toldNumber = number
}

function toldApart(old: State, cur: State): boolean {
  const s = cur.words
  const r = regAt(cur.at[cur.curframe]!, old.told)
  const type = s[r + TYPE]!
  if (!old.toldNumber) return type !== old.toldLow || s[r + OFF] !== old.toldHigh
  return type !== SCALAR_VALUE || clamped(s, r + UMIN_HI) < old.toldLow || clamped(s, r + UMAX_HI) > old.toldHigh
}

// ---- ids ----

/** The same id in the checkpoint has to be the same id here, whatever its number. */
function checkIds(oldId: number, curId: number, idmap: IdMap): boolean {
  if ((oldId === 0) !== (curId === 0)) return false
  if (oldId === 0) return true
  const n = idmap.count
  for (let i = 0; i < n; i++) {
    if (idmap.old[i] === oldId) return idmap.cur[i] === curId
    if (idmap.cur[i] === curId) return false
  }
  if (n === idmap.old.length) return false
  idmap.old[n] = oldId
  idmap.cur[n] = curId
  idmap.count++
  return true
}

/** A number without an id here counts as one with an id of its own. */
const checkScalarIds = (oldId: number, curId: number, idmap: IdMap): boolean =>
  oldId === 0 || checkIds(oldId, curId || ++idmap.tmpIdGen, idmap)

// ---- registers ----

function sameWords(a: Int32Array, ra: number, b: Int32Array, rb: number, count: number): boolean {
  for (let w = 0; w < count; w++) if (a[ra + w] !== b[rb + w]) return false
  return true
}

/** The same in all but ids. */
export const regsSame = (a: Int32Array, ra: number, b: Int32Array, rb: number): boolean => sameWords(a, ra, b, rb, COMPARED_WORDS)

export const regsExact = (a: Int32Array, ra: number, b: Int32Array, rb: number, idmap: IdMap): boolean =>
  regsSame(a, ra, b, rb) && checkIds(a[ra + ID]!, b[rb + ID]!, idmap) && checkIds(a[ra + REF_OBJ_ID]!, b[rb + REF_OBJ_ID]!, idmap)

/** Every value that b may have is one that a may have. */
export function rangeWithin(a: Int32Array, ra: number, b: Int32Array, rb: number): boolean {
  return (
    !ultAcross(b, rb + UMIN_HI, a, ra + UMIN_HI) &&
    !ultAcross(a, ra + UMAX_HI, b, rb + UMAX_HI) &&
    !sltAcross(b, rb + SMIN_HI, a, ra + SMIN_HI) &&
    !sltAcross(a, ra + SMAX_HI, b, rb + SMAX_HI) &&
    a[ra + U32MIN]! >>> 0 <= b[rb + U32MIN]! >>> 0 &&
    a[ra + U32MAX]! >>> 0 >= b[rb + U32MAX]! >>> 0 &&
    a[ra + S32MIN]! <= b[rb + S32MIN]! &&
    a[ra + S32MAX]! >= b[rb + S32MAX]!
  )
}
const ultAcross = (a: Int32Array, x: number, b: Int32Array, y: number): boolean => ult(a[x]!, a[x + 1]!, b[y]!, b[y + 1]!)
const sltAcross = (a: Int32Array, x: number, b: Int32Array, y: number): boolean => slt(a[x]!, a[x + 1]!, b[y]!, b[y + 1]!)

/** At least as many bytes proven; "at or beyond the end" (negative) is comparable with itself only. */
const hasRange = (old: number, cur: number): boolean => (old < 0 || cur < 0 ? old === cur : old <= cur)

const valuesWithin = (a: Int32Array, ra: number, b: Int32Array, rb: number): boolean =>
  rangeWithin(a, ra, b, rb) && tnumIn(a, ra + VALUE_HI, b, rb + VALUE_HI)

function regSafe(a: Int32Array, ra: number, b: Int32Array, rb: number, idmap: IdMap, exact: ExactLevel): boolean {
  if (exact === EXACT) return regsExact(a, ra, b, rb, idmap)
  const type = a[ra + TYPE]!
  if (type === NOT_INIT && (exact === NOT_EXACT || b[rb + TYPE] === NOT_INIT)) return true
  if (type !== b[rb + TYPE]) return false
  switch (baseType(type)) {
    case SCALAR_VALUE: {
      if (idmap.sameNumbers) return regsSame(a, ra, b, rb) && checkScalarIds(a[ra + ID]!, b[rb + ID]!, idmap)
      if (a[ra + PRECISE] === 0 && exact === NOT_EXACT && !idmap.allPrecise) return true
      const oldId = a[ra + ID]!
      const curId = b[rb + ID]!
      // A number that was linked to nothing does not mind a link; one that was linked wants the same link.
      if (oldId !== 0 && ((oldId & ADD_CONST) !== 0) !== ((curId & ADD_CONST) !== 0)) return false
      if (oldId & ADD_CONST && a[ra + OFF] !== b[rb + OFF]) return false
      return checkScalarIds(oldId, curId, idmap) && valuesWithin(a, ra, b, rb)
    }
    case PTR_TO_MAP_KEY:
    case PTR_TO_MAP_VALUE:
    case PTR_TO_MEM:
    case PTR_TO_BUF:
    case PTR_TO_TP_BUFFER:
      return (
        sameWords(a, ra, b, rb, VALUE_HI) &&
        valuesWithin(a, ra, b, rb) &&
        checkIds(a[ra + ID]!, b[rb + ID]!, idmap) &&
        checkIds(a[ra + REF_OBJ_ID]!, b[rb + REF_OBJ_ID]!, idmap)
      )
    case PTR_TO_PACKET_META:
    case PTR_TO_PACKET:
      if (!hasRange(a[ra + RANGE]!, b[rb + RANGE]!) || a[ra + OFF] !== b[rb + OFF]) return false
      return checkIds(a[ra + ID]!, b[rb + ID]!, idmap) && valuesWithin(a, ra, b, rb)
    case PTR_TO_STACK:
      return regsExact(a, ra, b, rb, idmap) && a[ra + FRAMENO] === b[rb + FRAMENO]
    case PTR_TO_ARENA:
      return true
    default:
      return regsExact(a, ra, b, rb, idmap)
  }
}

// ---- stack ----

/** Stands for eight bytes of which nothing is known. */
const unbound = new Int32Array(REG_WORDS)
markRegUnknown(unbound, 0)

const ALL_SPILL = STACK_SPILL * 0x01010101
export const ALL_MISC = STACK_MISC * 0x01010101

function isAllMisc(s: Int32Array, slot: number, uninit: boolean): boolean {
  for (let i = 0; i < 8; i++) {
    const type = slotType(s, slot, i)
    if (type !== STACK_MISC && !(type === STACK_INVALID && uninit)) return false
  }
  return true
}

const isSpilledNumber = (s: Int32Array, slot: number): boolean => slotType(s, slot, 0) === STACK_SPILL && s[slot + TYPE] === SCALAR_VALUE

/** Objects of the kernel in a slot; how often an iterator was advanced does not count. */
function objectsEqual(a: Int32Array, sa: number, b: Int32Array, sb: number, type: number, idmap: IdMap): boolean {
  const same = (...words: readonly number[]): boolean => words.every((w) => a[sa + w] === b[sb + w])
  switch (type) {
    case STACK_DYNPTR:
      return same(DYNPTR_TYPE, FIRST_SLOT) && checkIds(a[sa + REF_OBJ_ID]!, b[sb + REF_OBJ_ID]!, idmap)
    case STACK_ITER:
      return same(BTF, BTF_ID, ITER_STATE) && checkIds(a[sa + REF_OBJ_ID]!, b[sb + REF_OBJ_ID]!, idmap)
    case STACK_IRQ_FLAG:
      return checkIds(a[sa + REF_OBJ_ID]!, b[sb + REF_OBJ_ID]!, idmap) && same(IRQ_CLASS)
    default:
      return false
  }
}

function stackSafe(a: Int32Array, fa: number, b: Int32Array, fb: number, idmap: IdMap, exact: ExactLevel): boolean {
  const oldSlots = a[fa + ALLOCATED_SLOTS]!
  const curSlots = b[fb + ALLOCATED_SLOTS]!
  for (let spi = 0; spi < oldSlots && spi < MAX_SLOTS; spi++) {
    const sa = slotAt(fa, spi)
    const sb = slotAt(fb, spi)
    const lo = a[sa + SLOT_TYPE]!
    const hi = a[sa + SLOT_TYPE + 1]!
    const spilled = lo === ALL_SPILL && hi === ALL_SPILL
    const exists = spi < curSlots
    if (exact === NOT_EXACT) {
      // Nothing but STACK_INVALID and STACK_MISC: nothing was relied upon.
      if (((lo | hi) & ~ALL_MISC) === 0 && (idmap.uninitStack || (lo | hi) === 0)) continue
      if (!exists) return false
      if (spilled && b[sb + SLOT_TYPE] === ALL_SPILL && b[sb + SLOT_TYPE + 1] === ALL_SPILL) {
        if (!regSafe(a, sa, b, sb, idmap, exact)) return false
        continue
      }
    } else if (!exists) return false
    if (!slotSafe(a, sa, b, sb, exists, idmap, exact, spilled)) return false
  }
  return true
}

function slotSafe(
  a: Int32Array,
  sa: number,
  b: Int32Array,
  sb: number,
  exists: boolean,
  idmap: IdMap,
  exact: ExactLevel,
  spilled: boolean,
): boolean {
  for (let i = 0; i < 8; i++) {
    const type = spilled ? STACK_SPILL : slotType(a, sa, i)
    if (exact !== NOT_EXACT && (!exists || type !== slotType(b, sb, i))) return false
    if (type === STACK_INVALID || (type === STACK_MISC && idmap.uninitStack)) continue
    if (!exists) return false
    // A number that fills the slot may stand against eight bytes of which nothing is known, and the other way round.
    if (i === 0 && type === STACK_MISC && isAllMisc(a, sa, false)) {
      if (isSpilledNumber(b, sb)) return regSafe(unbound, 0, b, sb, idmap, exact)
      if (isAllMisc(b, sb, false)) return true
    }
    if (spilled && a[sa + TYPE] === SCALAR_VALUE) {
      if (isSpilledNumber(b, sb)) return regSafe(a, sa, b, sb, idmap, exact)
      if (isAllMisc(b, sb, idmap.uninitStack)) return regSafe(a, sa, unbound, 0, idmap, exact)
    }
    const now = slotType(b, sb, i)
    // Who was safe with any byte is safe with a zero.
    if (type === STACK_MISC && now === STACK_ZERO) continue
    if (type !== now) return false
    if (i !== 7) continue
    if (type === STACK_SPILL) return regSafe(a, sa, b, sb, idmap, exact)
    if (type !== STACK_ZERO && type !== STACK_MISC && !objectsEqual(a, sa, b, sb, type, idmap)) return false
  }
  return true
}
