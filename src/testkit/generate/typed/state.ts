// What the typed generator knows while it writes: the kind of every register and stack slot on the path that it is on. It emits only acts
// that are legal in that state, so its programs are accepted by construction; they are for comparing what programs do.
// A Writer is changed in place; `Knowledge` is copied where paths part and met where they join.
import { ctxAccess } from '../../../abi/index.ts'
import { EDGES, type Random } from '../random.ts'
import type { MapSketch } from '../record.ts'

export type Kind =
  | { readonly is: 'none' }
  /** A number; `max` bounds it (unsigned) where that is known. */
  | { readonly is: 'num'; readonly max: number }
  | { readonly is: 'ctx' }
  /** A packet pointer; how much is proven from `off` 0 on stands in `Knowledge.proven`, by base. */
  | { readonly is: 'pkt'; readonly base: number; readonly off: number }
  | { readonly is: 'value'; readonly map: number; readonly off: number }
  /** Bytes of the caller's stack, handed to a function; `size` of them are initialised. */
  | { readonly is: 'buffer'; readonly size: number }

export interface Knowledge {
  readonly regs: Kind[]
  /** 8-byte slots by offset below r10 (8, 16, ...): initialised bytes or a spilled pointer or number. */
  readonly slots: Map<number, Kind>
  /** Bytes proven from each packet base; index = base. */
  readonly proven: number[]
}

export interface Writer {
  readonly r: Random
  readonly type: string
  readonly maps: MapSketch[]
  readonly lines: string[]
  /** Functions still to be written: their label and what r1 to r5 hold. */
  readonly subs: { readonly label: string; readonly args: readonly Kind[] }[]
  know: Knowledge
  /** Registers that acts may not touch. */
  readonly locked: Set<number>
  labels: number
  /** Nesting of branches and loops. */
  depth: number
  /** Depth of calls; 0 = the program itself. */
  frame: number
  /** Where to go when something is not there: leaves the function. */
  out: string
}

export const NONE: Kind = { is: 'none' }
export const num = (max = Number.POSITIVE_INFINITY): Kind => ({ is: 'num', max })

export const emit = (w: Writer, line: string): void => {
  w.lines.push(line)
}
export const label = (w: Writer, name: string): string => `${name}${w.labels++}`

export const copyKnowledge = (k: Knowledge): Knowledge => ({ regs: [...k.regs], slots: new Map(k.slots), proven: [...k.proven] })

/** What holds on both of two paths. */
export function meet(a: Knowledge, b: Knowledge): Knowledge {
  const slots = new Map<number, Kind>()
  for (const [at, kind] of a.slots) {
    const other = b.slots.get(at)
    if (other) slots.set(at, meetKinds(kind, other))
  }
  const proven = Array.from({ length: Math.max(a.proven.length, b.proven.length) }, (_, i) => Math.min(a.proven[i] ?? 0, b.proven[i] ?? 0))
  return { regs: a.regs.map((kind, i) => meetKinds(kind, b.regs[i]!)), slots, proven }
}

function meetKinds(a: Kind, b: Kind): Kind {
  if (a.is === 'num' && b.is === 'num') return num(Math.max(a.max, b.max))
  return JSON.stringify(a) === JSON.stringify(b) ? a : NONE
}

// ---- choosing registers ----

const ALL = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]

/** A register that may be overwritten, other than those given. */
export function target(w: Writer, ...not: readonly number[]): number {
  return w.r.pick(ALL.filter((i) => !w.locked.has(i) && !not.includes(i)))
}

export function having(w: Writer, is: Kind['is']): number | undefined {
  const fit = ALL.filter((i) => w.know.regs[i]!.is === is)
  return fit.length > 0 ? w.r.pick(fit) : undefined
}

export function set(w: Writer, reg: number, kind: Kind): void {
  w.know.regs[reg] = kind
}

/** A register with a number in it that may be changed; made where there is none. */
export function number(w: Writer, ...not: readonly number[]): number {
  const fit = ALL.filter((i) => w.know.regs[i]!.is === 'num' && !w.locked.has(i) && !not.includes(i))
  if (fit.length > 0 && w.r.chance(90)) return w.r.pick(fit)
  const reg = target(w, ...not)
  source(w, reg)
  return reg
}

/** Puts a number into a register, from wherever numbers come. */
export function source(w: Writer, reg: number): void {
  const { r, know } = w
  const context = having(w, 'ctx')
  const slots = [...know.slots].filter(([, kind]) => kind.is === 'num')
  if (context !== undefined && r.chance(40)) {
    emit(w, `r${reg} = *(u32 *)(r${context} + ${scalarField(w)})`)
    set(w, reg, num(0xffffffff))
  } else if (slots.length > 0 && r.chance(50)) {
    const size = r.pick(['u8', 'u16', 'u32', 'u64', 's8', 's16', 's32'])
    const bytes = Number(size.slice(1)) / 8
    emit(w, `r${reg} = *(${size} *)(r10 - ${r.pick(slots)[0] - bytes * r.below(8 / bytes)})`)
    set(w, reg, num())
  } else if (r.chance(20)) {
    const hex = Array.from({ length: 8 }, () => r.byte().toString(16).padStart(2, '0')).join('')
    emit(w, `r${reg} = 0x${hex} ll`)
    set(w, reg, num())
  } else {
    emit(w, r.chance(70) ? `r${reg} = ${r.pick(EDGES)}` : `w${reg} = ${r.pick(EDGES)}`)
    set(w, reg, num())
  }
}

/** Offset of a field that holds a plain number and does not differ from machine to machine. */
function scalarField(w: Writer): number {
  const { type, r } = w
  const fields = type === 'xdp' ? [12, 16] : [0, 4, 8, 12, 16, 20, 24, 28, 40, 48, 52, 56, 60, 64]
  const usable = fields.filter((at) => ctxAccess(type, at, 4)?.kind === 'scalar')
  return r.pick(usable)
}

/** Takes the bound of a number: afterwards it is at most `mask`. */
export function bound(w: Writer, reg: number, mask: number): void {
  emit(w, `${w.r.chance(75) ? 'r' : 'w'}${reg} &= ${mask}`)
  set(w, reg, num(mask))
}

/** What a call of a helper or function leaves behind. */
export function afterCall(w: Writer, result: Kind): void {
  for (let i = 1; i <= 5; i++) set(w, i, NONE)
  set(w, 0, result)
}

/** Packet pointers are void. */
export function forgetPacket(w: Writer): void {
  const { regs, slots } = w.know
  for (const i of ALL) if (regs[i]!.is === 'pkt') regs[i] = NONE
  for (const [at, kind] of slots) if (kind.is === 'pkt') slots.set(at, NONE)
}
