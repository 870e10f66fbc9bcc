// Is what the verifier believed true of what happens? An accepted program runs step by step on the simulated kernel; along the verifier's own
// walk, each register's value has to lie in the belief of the step that the machine is at: numbers within all bounds and known bits, pointers
// to the thing, frame and offset believed, packet bounds really there, spilled values likewise.
//
// Where the walk was pruned, the step that it was equal to is looked for: one in which every register fits. There may be none, since numbers
// that were never needed precisely may differ; then only pointers that are about to be used are held against the beliefs of the instruction,
// until all fits again. A run that faults is an escape too: the verifier said that it could not.
import { decode, type Insn, type Program } from '../isa/index.ts'
import {
  createKernel,
  describeAddress,
  isXdp,
  type Kernel,
  loadProgram,
  outcome,
  packetBytes,
  runInvocation,
  stackFrame,
  startInvocation,
} from '../kernel/index.ts'
import type { StateView, StepTable, ValueView } from '../verifier/index.ts'

export interface Beliefs {
  /** What was believed before each step that was taken; pruned ones have none. */
  readonly states: readonly StateView[]
  readonly steps: StepTable
}

export interface Followed {
  /** Instructions executed, and how many of them in full view of one step of the walk. */
  readonly executed: number
  readonly followed: number
  /** What no belief contains; absent where all is well. */
  readonly escape?: string
  /** Why the run could not be made or went on for too long. */
  readonly unsupported?: string
}

const MAX_STEPS = 20_000
const STACK_FRAME = 512

export function follow(program: Program, packet: Uint8Array, beliefs: Beliefs): Followed {
  const kernel = createKernel()
  const loaded = loadProgram(kernel, program)
  if (!loaded.ok) return { executed: 0, followed: 0, unsupported: loaded.unsupported ?? `errno ${loaded.errno}` }
  const started = startInvocation(kernel, loaded.program, packet, kernel.nowNs)
  if (!started.ok) return { executed: 0, followed: 0, unsupported: started.unsupported }
  const insns = decode(program.code)
  const { next, at } = indexOf(beliefs)
  const wrongIn = (state: StateView): string => misfit(kernel, program, state)
  let followed = 0
  let from = -1
  let here: readonly StateView[] = (next.get(-1) ?? []).filter((state) => state.insn === 0)
  for (let executed = 0; ; executed++) {
    const { machine } = kernel
    if (machine.status === 'fault') return { executed, followed, escape: `fault at ${machine.fault!.insn}: ${machine.fault!.text}` }
    if (machine.status === 'unsupported') return { executed, followed, unsupported: machine.feature }
    if (machine.status === 'exited') return { executed, followed, ...badResult(kernel) }
    if (executed >= MAX_STEPS) return { executed, followed, unsupported: 'a run that does not end' }
    const { pc } = machine
    let now = here.filter((state) => wrongIn(state) === '')
    // Both ways of a jump over nothing lead here, and one of them may have been pruned at once.
    const mayBePruned = here.length === 0 || leadsToOne(insns[from])
    if (!mayBePruned && now.length === 0) return { executed, followed, escape: `${pc}: ${wrongIn(here[0]!)}` }
    if (mayBePruned && now.length === 0) {
      const all = at.get(pc) ?? []
      if (all.length === 0) return { executed, followed, escape: `${pc}: the verifier never came here` }
      // In a function the callers' frames would have to fit too, and states show the innermost one only.
      now = machine.depth === 0 ? all.filter((state) => wrongIn(state) === '') : []
      const used = pointerUsed(insns[pc])
      const wrong = now.length > 0 || used < 0 ? [] : all.map((state) => misfitRegister(kernel, program, state, used, true))
      if (wrong.length > 0 && !wrong.includes('')) return { executed, followed, escape: `${pc}: no belief fits, ${wrong[0]}` }
    }
    if (now.length > 0) followed++
    from = pc
    runInvocation(kernel, 1)
    const after = machine.pc
    const steps = now.flatMap((state) => next.get(state.step) ?? [])
    // Where a walk forks on a number, its other half begins at the same instruction.
    const forked = steps.filter((state) => state.insn === pc).flatMap((state) => next.get(state.step) ?? [])
    here = [...steps, ...forked].filter((state) => state.insn === after)
  }
}

/** States by the step before and by instruction. */
function indexOf({ states, steps }: Beliefs): { next: Map<number, StateView[]>; at: Map<number, StateView[]> } {
  const next = new Map<number, StateView[]>()
  const at = new Map<number, StateView[]>()
  const add = (map: Map<number, StateView[]>, key: number, state: StateView) => {
    const list = map.get(key)
    if (list) list.push(state)
    else map.set(key, [state])
  }
  for (const state of states) {
    add(next, steps.parent[state.step]!, state)
    add(at, state.insn, state)
  }
  return { next, at }
}

const leadsToOne = (insn: Insn | undefined): boolean => insn?.kind === 'jump' && insn.off === 0

/** The register whose memory an instruction goes through; -1 = none. */
function pointerUsed(insn: Insn | undefined): number {
  if (insn?.kind === 'load' || insn?.kind === 'load_acquire') return insn.src
  if (insn?.kind === 'store' || insn?.kind === 'atomic' || insn?.kind === 'store_release') return insn.dst
  return -1
}

/** A run that ended has a packet that a test run could give back. */
function badResult(kernel: Kernel): { escape?: string } {
  return outcome(kernel).kind === 'exited' && packetBytes(kernel).length >= 0 ? {} : { escape: 'the end is no end' }
}

/** What of a state is not true now; '' where all is. */
function misfit(kernel: Kernel, program: Program, state: StateView): string {
  for (let reg = 0; reg <= 10; reg++) {
    const text = misfitRegister(kernel, program, state, reg, false)
    if (text !== '') return text
  }
  const { bytes } = stackFrame(kernel, kernel.machine.depth)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  for (const { offset, text, value } of state.stack) {
    const at = STACK_FRAME + offset
    if (value) {
      // Only the lowest bytes were spilled: of these, 32-bit bounds are all that is claimed.
      const others = text.length - value.text.length
      if (others > 0) {
        if (others === 4 && value.kind === 'scalar' && !isLowWithin(value, view.getInt32(at, true)))
          return `fp${offset} has other low bytes than ${text}`
        continue
      }
      const wrong = misfitValue(kernel, program, value, view.getInt32(at + 4, true), view.getInt32(at, true))
      if (wrong !== '') return `fp${offset} ${wrong}`
      continue
    }
    // The first letter is the byte at the highest address.
    for (let i = 0; i < text.length && text.length === 8; i++) {
      if (text[i] === '0' && bytes[at + 7 - i] !== 0) return `fp${offset} is ${text}, byte ${7 - i} is ${bytes[at + 7 - i]}`
    }
  }
  return ''
}

function misfitRegister(kernel: Kernel, program: Program, state: StateView, reg: number, pointersOnly: boolean): string {
  const view = state.regs[reg]!
  if (pointersOnly && view.kind === 'scalar') return `r${reg} is a number`
  const wrong = misfitValue(kernel, program, view, kernel.machine.hi[reg]!, kernel.machine.lo[reg]!)
  return wrong === '' ? '' : `r${reg} ${wrong}`
}

const MASK = 0xffffffffffffffffn
const u64 = (hi: number, lo: number): bigint => (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0)
const hex = (n: bigint): string => `0x${(n & MASK).toString(16)}`

function misfitValue(kernel: Kernel, program: Program, view: ValueView, hi: number, lo: number): string {
  if (view.kind === 'none') return ''
  const value = u64(hi, lo)
  if (view.kind === 'scalar') return isWithin(view, value) ? '' : `is ${hex(value)}, believed ${view.text}`
  if (view.kind.endsWith('_or_null') && value === 0n) return ''
  const origin = originOf(kernel, program, view, value)
  if (origin === undefined) return ''
  if (typeof origin === 'string') return `${origin}, believed ${view.text}`
  const moved = BigInt.asIntN(64, value - origin - BigInt(view.off))
  if (!isWithin(view, BigInt.asUintN(64, moved))) return `is ${moved + BigInt(view.off)} from its origin, believed ${view.text}`
  // A range below 0 says that the pointer is at or past the end.
  if (view.kind !== 'pkt' || view.range <= 0) return ''
  const { packet } = kernel
  const end = origin + BigInt(packet.end - packet.data)
  return value - BigInt(view.off) + BigInt(view.range) <= end ? '' : `has not the ${view.range} bytes proven, believed ${view.text}`
}

/** Within all bounds and known bits. For pointers: of the part that varies. */
function isWithin(v: ValueView, value: bigint): boolean {
  const signed = BigInt.asIntN(64, value)
  if ((value & ~v.varOff.mask & MASK) !== (v.varOff.value & MASK)) return false
  if (signed < v.smin || signed > v.smax || value < v.umin || value > v.umax) return false
  return isLowWithin(v, Number(BigInt.asIntN(32, value)))
}

const isLowWithin = (v: ValueView, low: number): boolean =>
  low >= v.s32min && low <= v.s32max && low >>> 0 >= v.u32min && low >>> 0 <= v.u32max

/** Address that a pointer's offset counts from; a text where it points to something else; undefined where that cannot be told. */
function originOf(kernel: Kernel, program: Program, view: ValueView, value: bigint): bigint | string | undefined {
  const { machine, packet } = kernel
  const hi = Number(BigInt.asIntN(32, value >> 32n))
  const lo = Number(BigInt.asIntN(32, value))
  switch (view.kind.replace('_or_null', '')) {
    case 'fp': {
      const frame = Number(/^fp\[(\d+)\]/.exec(view.text)?.[1] ?? machine.depth)
      return u64(machine.hi[10]!, machine.lo[10]!) + BigInt(STACK_FRAME * (machine.depth - frame))
    }
    case 'pkt':
      return u64(packet.region.baseHi, packet.region.baseLo + packet.data)
    case 'pkt_meta':
      return u64(packet.region.baseHi, packet.region.baseLo + packet.meta)
    case 'pkt_end':
      return u64(packet.region.baseHi, packet.region.baseLo + packet.end)
    case 'ctx': {
      const region = isXdp(program.type) ? kernel.xdpRegion : kernel.skbRegion
      return u64(region.baseHi, region.baseLo)
    }
    case 'map_ptr': {
      const place = describeAddress(kernel, hi, lo)
      return place?.kind === 'map' && isMap(view, place.map?.def.name) ? value : `is ${place?.name ?? hex(value)}`
    }
    case 'map_value': {
      // Where the offset varies, the place itself says in which value it is; a pointer just past a value would be taken for the next one.
      const fixed = view.varOff.mask === 0n ? BigInt(view.off) + BigInt.asIntN(64, view.varOff.value) : 0n
      const base = BigInt.asUintN(64, value - fixed)
      const place = describeAddress(kernel, Number(BigInt.asIntN(32, base >> 32n)), Number(BigInt.asIntN(32, base)))
      if (view.varOff.mask !== 0n && (place?.kind !== 'map value' || place.offset >= (place.map?.def.valueSize ?? 0))) return undefined
      if (place?.kind !== 'map value' || !isMap(view, place.map?.def.name)) return `is ${place?.name ?? hex(value)}`
      return base - BigInt(place.offset)
    }
    default:
      return undefined
  }
}

const isMap = (view: ValueView, name: string | undefined): boolean => view.map === undefined || view.map === name
