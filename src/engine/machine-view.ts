// The machine at one tick as plain data for the page: registers with what they point to, which C variable they hold and what the verifier
// believed; stack, packet with layers and marks, maps decoded by BTF, printk. In: the timeline and the tables of the build.
// The run is replayed from its first step with the trace on, so that all bytes touched so far are known.
import { s64, toHex, u64 } from '../base/index.ts'
import { type Btf, formatValue, typeName } from '../btf/index.ts'
import type { Program } from '../isa/index.ts'
import { callStack, type Kernel, type KernelMap, logged, packetBytes, stackFrame } from '../kernel/index.ts'
import { dissect } from '../packet/index.ts'
import type { StateView } from '../verifier/index.ts'
import type { Access } from '../vm/index.ts'
import { matchingState, stackBelief } from './belief.ts'
import { describePlace } from './describe.ts'
import { dumpMap, isOpaque } from './map-dump.ts'
import { verdictName } from './run.ts'
import { traceStep } from './step-trace.ts'
import { kernelOf, runAt, runningProgram, seek, type Timeline } from './timeline.ts'
import type { ByteMark, MachineView, MapRowView, MapView, RegisterView, StackSlotView } from './views.ts'
import { subjectOf } from './world-view.ts'

/** Tables of a build that a view needs. */
export interface ViewTables {
  readonly revision: number
  /** Types that a program brings. */
  readonly btf: (program: Program) => Btf | undefined
  /** Index of a program in the report. */
  readonly indexOf: (program: Program) => number
  /** Source line of each slot of a program. */
  readonly lines: (program: Program) => Int32Array
  /** What the verifier believed at a slot of a program, on each visit. */
  readonly states: (program: Program, slot: number) => readonly StateView[]
  /** Row of the packet that a run is on; -1 = none. */
  readonly packetOf: (run: number) => number
}

/** The part of a run of more steps that lies further back than this is not traced: its touched bytes are not marked. */
const MAX_TRACED_STEPS = 100_000
const MAX_MAP_ROWS = 256
/** Rows of an array that are shown although they are zero. */
const ZERO_ROWS = 16
const MAX_PRINTK = 200
const FRAME_BYTES = 512
const NO_BYTES = new Uint8Array(0)

export function machineView(t: Timeline, tables: ViewTables, tick: number): MachineView {
  const run = runAt(t, tick)
  const { firstTick, steps, result, activation } = t.runs[run]
  const { kernel, hook } = activation
  const step = Math.max(0, Math.min(tick - firstTick, steps))
  seek(t, run, 0)
  const before = kernel.maps.map(rowsByKey)
  const replayed = replay(t, run, step)
  const isOver = step === steps
  const pc = isOver ? -1 : kernel.machine.pc
  const program = runningProgram(t)
  const btf = tables.btf(activation.program.program)
  const state = pc < 0 ? undefined : matchingState(tables.states(program, pc), kernel.machine.lo, kernel.machine.hi)
  const bytes = activation.packet ? packetBytes(kernel) : NO_BYTES
  return {
    revision: tables.revision,
    tick: firstTick + step,
    packet: tables.packetOf(run),
    activation: run,
    event: activation.event,
    hook: hook.name,
    node: hook.node,
    place: hook.place,
    programName: activation.program.program.name,
    subject: subjectOf(activation),
    cpu: activation.cpu,
    atNs: activation.atNs,
    step,
    steps,
    program: tables.indexOf(program),
    pc,
    line: pc < 0 ? 0 : tables.lines(program)[pc],
    frames: frameNames(kernel, program),
    registers: registers(kernel, program, pc, state, replayed),
    stack: stackSlots(kernel, program, pc, state, replayed.last),
    packetHex: toHex(bytes),
    packetMarks: packetMarks(kernel, replayed.last),
    packetTouched: mergeMarks(packetMarks(kernel, replayed.all)),
    layers: activation.packet ? dissect(bytes).layers : [],
    maps: kernel.maps.flatMap((map, i) => (isOpaque(map.def.type) ? [] : [mapView(map, before[i], btf)])),
    printk: logged(kernel.printk).slice(-MAX_PRINTK),
    did: replayed.did,
    branch: replayed.branch,
    verdict: isOver && result.fault === '' && result.unsupported === '' ? verdictName(activation.program.program.type, result.retval) : '',
    fault: isOver ? result.fault || result.unsupported : '',
  }
}

interface Replayed {
  readonly all: readonly Access[]
  /** Of the instruction just executed. */
  readonly last: readonly Access[]
  readonly did: string
  readonly branch: MachineView['branch']
  /** Registers before that instruction. */
  readonly lo: Int32Array
  readonly hi: Int32Array
}

/** Goes from the run's first step to `step`, tracing. */
function replay(t: Timeline, run: number, step: number): Replayed {
  const kernel = kernelOf(t, run)
  const m = kernel.machine
  if (step > MAX_TRACED_STEPS) seek(t, run, step - MAX_TRACED_STEPS)
  const all: Access[] = []
  while (m.steps < step - 1 && m.status === 'ready') all.push(...traceStep(kernel, false).accesses)
  const lo = m.lo.slice(0, 11)
  const hi = m.hi.slice(0, 11)
  if (step === 0) return { all, last: [], did: '', branch: '', lo, hi }
  const { accesses, did, branch } = traceStep(kernel, true)
  return { all: [...all, ...accesses], last: accesses, did, branch, lo, hi }
}

function registers(kernel: Kernel, program: Program, pc: number, state: StateView | undefined, before: Replayed): RegisterView[] {
  const { lo, hi } = kernel.machine
  return Array.from({ length: 11 }, (_, r) => {
    const believed = state?.regs[r]
    const readable = believed === undefined || believed.kind !== 'none'
    return {
      name: `r${r}`,
      hex: u64(hi[r], lo[r]).toString(16).padStart(16, '0'),
      signed: String(s64(hi[r], lo[r])),
      unsigned: String(u64(hi[r], lo[r])),
      pointsTo: describePlace(kernel, hi[r], lo[r]),
      variable: variablesAt(program, pc, (place) => place.kind === 'reg' && place.reg === r),
      changed: before.did !== '' && (lo[r] !== before.lo[r] || hi[r] !== before.hi[r]),
      unset: !readable && lo[r] === 0 && hi[r] === 0,
      believed: believed && readable ? believed.text : '',
    }
  })
}

type VarPlace = Program['vars'][number]['place']

function variablesAt(program: Program, pc: number, isHere: (place: VarPlace) => boolean): string {
  const names = program.vars.filter((v) => v.from <= pc && pc < v.to && isHere(v.place)).map((v) => v.name)
  return [...new Set(names)].join(', ')
}

function stackSlots(kernel: Kernel, program: Program, pc: number, state: StateView | undefined, last: readonly Access[]): StackSlotView[] {
  const { depth, stack } = kernel.machine
  const region = stack[depth]
  const { bytes, written } = stackFrame(kernel, depth)
  const out: StackSlotView[] = []
  for (let at = FRAME_BYTES - 8; at >= 0; at -= 8) {
    const offset = at - FRAME_BYTES
    const inSlot = (place: VarPlace) => place.kind === 'stack' && place.offset < offset + 8 && place.offset + place.size > offset
    const isWritten = written.subarray(at, at + 8).includes(1)
    const believed = stackBelief(state, offset)
    if (!isWritten && believed === '') continue
    const text = Array.from({ length: 8 }, (_, i) => (written[at + i] ? toHex(bytes.subarray(at + i, at + i + 1)) : '..')).join('')
    const changed = last.some((a) => a.kind === 'write' && a.hi === region.baseHi && overlaps((a.lo - region.baseLo) | 0, a.size, at, 8))
    out.push({ offset, bytes: text, name: variablesAt(program, pc, inSlot), believed, changed })
  }
  return out
}

const overlaps = (a: number, aSize: number, b: number, bSize: number): boolean => a < b + bSize && b < a + aSize

/** Accesses that lie in the packet, counted from its first byte now. */
function packetMarks(kernel: Kernel, accesses: readonly Access[]): ByteMark[] {
  const { region, meta, end } = kernel.packet
  const out: ByteMark[] = []
  for (const a of accesses) {
    const offset = ((a.lo - region.baseLo) | 0) - meta
    if (a.hi === region.baseHi && offset >= 0 && offset + a.size <= end - meta) out.push({ offset, size: a.size, access: a.kind })
  }
  return out
}

/** The same bytes with each range once, in order; writes and reads apart. */
function mergeMarks(marks: readonly ByteMark[]): ByteMark[] {
  const out: ByteMark[] = []
  for (const access of ['read', 'write'] as const) {
    const sorted = marks.filter((m) => m.access === access).sort((a, b) => a.offset - b.offset)
    let current: { offset: number; size: number; access: 'read' | 'write' } | undefined
    for (const m of sorted) {
      if (current && m.offset <= current.offset + current.size) current.size = Math.max(current.size, m.offset + m.size - current.offset)
      else {
        current = { ...m }
        out.push(current)
      }
    }
  }
  return out
}

function frameNames(kernel: Kernel, program: Program): string[] {
  const nameAt = (slot: number) => program.subprogs.findLast((f) => f.start <= slot)?.name ?? program.name
  return callStack(kernel).map((frame) => nameAt(frame.at))
}

const rowsByKey = (map: KernelMap): ReadonlyMap<string, string> =>
  isOpaque(map.def.type) || map.def.type === 'ringbuf' ? new Map() : new Map(dumpMap(map))

function mapView(map: KernelMap, before: ReadonlyMap<string, string>, btf: Btf | undefined): MapView {
  const { def } = map
  const isArray = def.type.includes('array')
  const isRing = def.type === 'ringbuf'
  const all = dumpMap(map)
  const rows: MapRowView[] = []
  for (const [i, [key, value]] of all.entries()) {
    const changed = isRing || before.get(key) !== value
    if (isArray && i >= ZERO_ROWS && !changed && /^0*$/.test(value)) continue
    if (rows.length >= MAX_MAP_ROWS) break
    rows.push({ key, value, keyText: text(btf, def.keyTypeId, key), valueText: isRing ? '' : text(btf, def.valueTypeId, value), changed })
  }
  return {
    name: def.name,
    type: def.type,
    keySize: def.keySize,
    valueSize: def.valueSize,
    maxEntries: def.maxEntries,
    entries: all.length,
    rows,
    keyType: btf && def.keyTypeId ? typeName(btf, def.keyTypeId) : '',
    valueType: btf && def.valueTypeId ? typeName(btf, def.valueTypeId) : '',
  }
}

function text(btf: Btf | undefined, id: number, hex: string): string {
  if (hex === '' || hex === 'discarded' || hex === 'busy') return hex
  const bytes = Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16))
  return btf && id !== 0 ? formatValue(btf, id, bytes) : plain(bytes, hex)
}

/** Without a type: a number where the size is that of one, else hex. */
function plain(bytes: Uint8Array, hex: string): string {
  if (![1, 2, 4, 8].includes(bytes.length)) return hex
  let n = 0n
  for (let i = bytes.length - 1; i >= 0; i--) n = (n << 8n) | BigInt(bytes[i])
  return String(n)
}
