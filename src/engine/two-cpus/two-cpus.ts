// A program on two CPUs at once: which schedules end otherwise than one after the other, and what happens in one of them turn by turn.
// In: a build's program and two packets. Out: a grid of schedules (CPU 0 first runs n instructions, then CPU 1 m, then both to their ends), and the trace of
// one. Each schedule begins from the same kernel with the scenario's first contents of maps. A schedule is "the same" when maps and results are those of
// either order of running one after the other; a program that asks for time may differ for that alone.
import type { Btf } from '../../btf/index.ts'
import { formatValue } from '../../btf/index.ts'
import type { Program } from '../../isa/index.ts'
import {
  createKernel,
  type Interleaved,
  interleave,
  type Kernel,
  type KernelSnapshot,
  type Lane,
  loadProgram,
  restoreKernel,
  runsPackets,
  saveKernel,
} from '../../kernel/index.ts'
import type { BuildParts } from '../build.ts'
import { dumpMap, isOpaque } from '../map-dump.ts'
import { kfuncNames, verdictName } from '../run.ts'
import { traceStep } from '../step-trace.ts'
import { fillProgArrays, tailCallTargets } from '../tail-calls.ts'
import type { Work } from '../thinking/work.ts'
import { addMaps, fillMaps } from '../world-run.ts'

export type RaceKind = 'same' | 'other' | 'deadlock' | 'fault'

export interface RaceGrid {
  readonly revision: number
  readonly program: number
  /** Rows of the scenario's packets for CPU 0 and CPU 1. */
  readonly packets: readonly [number, number]
  /** Instructions of CPU 0, of CPU 1, at which schedules were tried. */
  readonly across: readonly number[]
  readonly down: readonly number[]
  /** By row, then column. */
  readonly cells: readonly (readonly RaceKind[])[]
  readonly counts: Readonly<Record<RaceKind, number>>
  /** Why nothing was tried; empty otherwise. */
  readonly unsupported: string
}

export interface RaceStep {
  readonly cpu: number
  readonly slot: number
  readonly line: number
  /** What it did, in words that need no language. */
  readonly did: string
  /** It waits for a lock and has not moved. */
  readonly spins: boolean
  /** It touched memory that both share. */
  readonly shared: boolean
}

export interface RaceRow {
  readonly map: string
  readonly key: string
  readonly expected: string
  readonly here: string
}

export interface RaceRun {
  readonly revision: number
  readonly program: number
  readonly first: number
  readonly after: number
  readonly kind: RaceKind
  readonly steps: readonly RaceStep[]
  /** Of all, of which `steps` holds the first. */
  readonly total: number
  /** Rows of maps that were written by somebody, with what one after the other leaves. */
  readonly rows: readonly RaceRow[]
  readonly returned: readonly string[]
}

const MAX_SIDE = 32
const MAX_STEPS = 600
const MAX_ROWS = 40
const RUNS_A_SLICE = 12
/** Longest run of one CPU that is looked at. */
const MAX_RUN = 20_000

interface Setup {
  readonly kernel: Kernel
  readonly before: KernelSnapshot
  readonly lanes: readonly [Lane, Lane]
  readonly lengths: readonly [number, number]
  /** Ends of both orders of one after the other. */
  readonly orders: readonly [End, End]
  readonly initial: ReadonlyMap<string, string>
}

/** Maps' contents by "map key", and what was returned. */
interface End {
  readonly contents: ReadonlyMap<string, string>
  readonly text: string
}

function setUp(parts: BuildParts, index: number, packets: readonly [number, number]): Setup | string {
  const program = parts.programs[index]
  if (!program || !runsPackets(program.type)) return program ? `program type ${program.type}` : 'no program'
  const frames = packets.map((row) => parts.arrivals[row]?.data)
  if (!frames[0] || !frames[1]) return 'no packet'
  const { scenario } = parts.project
  const kernel = createKernel({ seed: scenario.seed, kfuncName: kfuncNames(parts.kernel), cpus: 2, verified: true })
  const refused = addMaps(kernel, program)
  if (refused) return refused.unsupported || refused.badMap
  const loaded = loadProgram(kernel, program)
  if (!loaded.ok) return loaded.unsupported ?? `errno ${loaded.errno}`
  const unfilled = fillProgArrays(kernel, program, tailCallTargets(program, parts.programs))
  if (unfilled !== '') return unfilled
  const unfit = fillMaps([kernel], scenario.maps)
  if (unfit) return unfit.badMap
  const lane = (packet: Uint8Array): Lane => ({
    program: loaded.program,
    context: program.type === 'xdp' ? { kind: 'xdp', packet } : { kind: 'skb', packet },
  })
  const lanes = [lane(frames[0]), lane(frames[1])] as const
  const before = saveKernel(kernel)
  const initial = contentsOf(kernel)
  const order = (schedule: readonly number[]): { readonly end: End; readonly ran: Interleaved } => {
    restoreKernel(kernel, before)
    const ran = interleave(kernel, lanes, schedule)
    return { end: endOf(kernel, ran), ran }
  }
  const ab = order([MAX_RUN])
  if (ab.ran.unsupported) return ab.ran.unsupported
  const feature = ab.ran.outcomes.find((o) => o.kind === 'unsupported')?.unsupported
  if (feature !== undefined) return feature
  const ba = order([0, MAX_RUN])
  return { kernel, before, lanes, lengths: [ab.ran.steps[0], ab.ran.steps[1]], orders: [ab.end, ba.end], initial }
}

function contentsOf(kernel: Kernel): Map<string, string> {
  const out = new Map<string, string>()
  for (const map of kernel.maps) {
    if (isOpaque(map.def.type)) continue
    // Records of a ring buffer have no key: their place is one.
    for (const [i, [key, value]] of dumpMap(map).entries()) out.set(`${map.def.name} ${key === '' ? `#${i}` : key}`, value)
  }
  return out
}

function endOf(kernel: Kernel, ran: Interleaved): End {
  const contents = contentsOf(kernel)
  const returned = ran.outcomes.map((o) => `${o.kind} ${o.retval}`).join(', ')
  return { contents, text: `${[...contents].map(([k, v]) => `${k}=${v}`).join('\n')}\n${returned}` }
}

function kindOf(s: Setup, ran: Interleaved): RaceKind {
  if (ran.isDeadlock) return 'deadlock'
  if (ran.outcomes.some((o) => o.kind === 'fault')) return 'fault'
  const { text } = endOf(s.kernel, ran)
  return s.orders.some((o) => o.text === text) ? 'same' : 'other'
}

/** Places from 0 to `length`, all of them where they are few. */
function places(length: number): number[] {
  const all = length + 1
  if (all <= MAX_SIDE) return Array.from({ length: all }, (_, i) => i)
  return [...new Set(Array.from({ length: MAX_SIDE }, (_, i) => Math.round((i * length) / (MAX_SIDE - 1))))]
}

export function startRaceGrid(parts: BuildParts, revision: number, program: number, packets: readonly [number, number]): Work<RaceGrid> {
  const s = setUp(parts, program, packets)
  const counts: Record<RaceKind, number> = { same: 0, other: 0, deadlock: 0, fault: 0 }
  const base = { revision, program, packets }
  if (typeof s === 'string') {
    const none = { ...base, across: [], down: [], cells: [], counts, unsupported: s }
    return { run: () => 'done', result: () => none }
  }
  const across = places(s.lengths[0])
  const down = places(s.lengths[1])
  const cells: RaceKind[][] = down.map(() => [])
  let next = 0
  const total = across.length * down.length
  return {
    run() {
      for (let i = 0; i < RUNS_A_SLICE && next < total; i++, next++) {
        const row = Math.floor(next / across.length)
        restoreKernel(s.kernel, s.before)
        const kind = kindOf(s, interleave(s.kernel, s.lanes, [across[next % across.length], down[row]]))
        cells[row].push(kind)
        counts[kind]++
      }
      return next < total ? 'more' : 'done'
    },
    result: () => ({ ...base, across, down, cells, counts, unsupported: '' }),
  }
}

/** One schedule, instruction by instruction. Undefined where nothing can be run. */
export function raceRun(
  parts: BuildParts,
  revision: number,
  index: number,
  packets: readonly [number, number],
  first: number,
  after: number,
): RaceRun | undefined {
  const s = setUp(parts, index, packets)
  if (typeof s === 'string') return undefined
  const { kernel } = s
  const program = parts.programs[index]
  const tables = parts.tables()
  const lines = tables.lines(program)
  const steps: RaceStep[] = []
  let total = 0
  restoreKernel(kernel, s.before)
  const ran = interleave(kernel, s.lanes, [first, after], true, (cpu) => {
    const slot = kernel.machine.pc
    const own = kernel.machine.code === s.lanes[0].program.code
    const { did, accesses } = traceStep(kernel, total < MAX_STEPS)
    if (total++ >= MAX_STEPS) return
    const spins = kernel.machine.status === 'ready' && kernel.machine.pc === slot && kernel.waiting[cpu] !== 0
    const shared = accesses.some((a) => kernel.memory.nearest(a.hi, a.lo).kind === 'map value')
    steps.push({ cpu, slot: own ? slot : -1, line: own ? lines[slot] : 0, did, spins, shared })
  })
  const end = endOf(kernel, ran)
  const returned = ran.outcomes.map((o) =>
    o.kind === 'exited' ? verdictName(program.type, o.retval) : o.kind === 'fuel' ? '…' : (o.fault?.text ?? ''),
  )
  const kind = kindOf(s, ran)
  const rows = rowsOf(s, end, kind, program, tables.btf(program))
  return { revision, program: index, first, after, kind, steps, total, rows, returned }
}

/** What differs from the first contents in either end; beside the order that this schedule is nearest to. */
function rowsOf(s: Setup, end: End, kind: RaceKind, program: Program, btf: Btf | undefined): RaceRow[] {
  const expected = (kind === 'same' && s.orders.find((o) => o.text === end.text)) || s.orders[0]
  const out: RaceRow[] = []
  for (const key of new Set([...expected.contents.keys(), ...end.contents.keys()])) {
    const [before, wanted, here] = [s.initial.get(key), expected.contents.get(key), end.contents.get(key)]
    if (before === wanted && before === here) continue
    const [map, ...rest] = key.split(' ')
    const def = program.maps.find((m) => m.name === map)
    const text = (id: number | undefined, hex: string | undefined): string => valueText(btf, id ?? 0, hex)
    const keyText = rest[0].startsWith('#') ? rest[0] : text(def?.keyTypeId, rest[0])
    out.push({ map, key: keyText, expected: text(def?.valueTypeId, wanted), here: text(def?.valueTypeId, here) })
    if (out.length >= MAX_ROWS) break
  }
  return out
}

function valueText(btf: Btf | undefined, type: number, hex: string | undefined): string {
  if (hex === undefined) return '–'
  const bytes = Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16))
  if (btf && type !== 0) return formatValue(btf, type, bytes)
  if (bytes.length > 8) return hex
  return String([...bytes].reduceRight((n, byte) => (n << 8n) | BigInt(byte), 0n))
}
