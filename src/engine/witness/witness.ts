// A witness: a concrete packet (and contents of maps) for which the refused instruction goes wrong. In: the program, the instructions of the
// refused path, and frames to begin with. The search follows the path: where a run leaves it, the bytes that the branch's operands come from
// are set so that it turns the other way (solved where the operand is the bytes themselves, tried out else); once the refused instruction is
// reached, what its operands come from is tried at its extremes and the packet is cut short. What goes wrong is judged by a run in which
// every access is checked. Resumable; seeded, so that one program has one witness.
import { fromHex, toHex } from '../../base/index.ts'
import { insnTable, type Program } from '../../isa/index.ts'
import { createKernel, loadProgram, runsPackets, saveKernel } from '../../kernel/index.ts'
import type { ScenarioMap } from '../project.ts'
import { kfuncNames } from '../run.ts'
import { frames } from './frames.ts'
import { type Machine, resetMachine, startWith, type Witness, type WitnessTask } from './machine.ts'
import { witnessOfState } from './state-witness.ts'
import { type Source, type TracedRun, type Turn, tracedRun } from './traced-run.ts'

export interface WitnessSearch {
  /** Works off some runs. */
  run(runs: number): 'more' | 'done'
  result(): Witness | undefined
}

interface Input {
  readonly packet: Uint8Array
  /** Key and value by map, in hex. */
  readonly maps: ReadonlyMap<string, ReadonlyMap<string, string>>
}

interface Candidate {
  readonly input: Input
  readonly run: TracedRun
  /** Instructions of the path that the run followed. */
  readonly followed: number
}

const MAX_RUNS = 3000
const QUEUE = 400
const NO_MAPS: Input['maps'] = new Map()
const MIN_FRAME = 14
const L3_TYPES = /^(?:socket_filter|cgroup_skb|lwt_|sk_skb)/

export function startWitness(task: WitnessTask): WitnessSearch {
  const { program, insn } = task
  const kernel = createKernel({ seed: 1, kfuncName: kfuncNames(task.kernel), engine: 'interp', verified: false })
  const loaded = loadProgram(kernel, program)
  let found: Witness | undefined
  let done = insn < 0
  if (!loaded.ok) return { run: () => 'done', result: () => undefined }
  const machine: Machine = { kernel, program: loaded.program, snapshot: saveKernel(kernel), task, table: insnTable(program.code), tries: 0 }
  const isPacket = runsPackets(program.type)
  const queue: Input[] = isPacket
    ? [...task.seeds, ...frames()].map((packet) => ({ packet, maps: NO_MAPS }))
    : [{ packet: new Uint8Array(0), maps: NO_MAPS }]
  const seen = new Set<string>()
  const random = generator(1)
  let best = -1
  return {
    run(runs) {
      for (let left = runs; left > 0 && !done; left--) {
        const input = queue.shift()
        if (!input || machine.tries >= MAX_RUNS) {
          found = witnessOfState(machine)
          done = true
          break
        }
        const name = keyOf(input)
        if (seen.has(name)) continue
        seen.add(name)
        const candidate = tryOut(machine, input)
        if (!candidate) continue
        found = judged(machine, candidate)
        if (found) {
          done = true
          break
        }
        // What gets further along the path is worked on first.
        const next = isPacket ? variants(candidate, task, random) : []
        if (candidate.followed > best) {
          best = candidate.followed
          queue.unshift(...next)
        } else if (candidate.followed === best) queue.push(...next)
        queue.length = Math.min(queue.length, QUEUE)
      }
      return done ? 'done' : 'more'
    },
    result: () => found,
  }
}

function tryOut(m: Machine, input: Input): Candidate | undefined {
  const { kernel, program, task } = m
  m.tries++
  resetMachine(m)
  for (const { name, entries } of mapsOf(input, task.program)) {
    const map = kernel.maps.find((k) => k.def.name === name)
    for (const { key, value } of entries) {
      const [keyBytes, valueBytes] = [fromHex(key), fromHex(value)]
      if (map && keyBytes && valueBytes) map.userUpdate(keyBytes, valueBytes, 0)
    }
  }
  const { type } = task.program
  const started = startWith(m, input.packet)
  if (!started.ok) return undefined
  const base = L3_TYPES.test(type) ? MIN_FRAME : 0
  const run = tracedRun(kernel, program, { table: m.table, refused: task.insn, base })
  return { input, run, followed: followedBy(run, task) }
}

/** Steps of the path that the run went along; one more than there are where it came to the refused instruction. */
function followedBy({ insns }: TracedRun, { path, insn }: WitnessTask): number {
  if (path.length === 0 || path[0] !== 0) return insns.includes(insn) ? Number.MAX_SAFE_INTEGER : 0
  let i = 0
  while (i < path.length && i < insns.length && path[i] === insns[i]) i++
  return i
}

function judged(m: Machine, { input, run }: Candidate): Witness | undefined {
  const { task } = m
  const base = { packetHex: toHex(input.packet), maps: mapsOf(input, task.program), tries: m.tries, registers: [] }
  const none = { address: '0', region: '', size: 0, access: 'none' } as const
  const reached = run.insns.includes(task.insn)
  switch (run.end.kind) {
    case 'fault': {
      const { fault } = run.end
      if (!reached && run.insns.length < 2) return undefined
      const { address, region, size, access, text, insn } = fault
      return { ...base, kind: 'fault', insn, text, address: address.toString(16), region, size, access }
    }
    case 'endless':
      // Many rounds are not endless ones: only a state that comes back says so.
      if (task.code !== 'infiniteLoop') return undefined
      return { ...base, ...none, kind: 'endless', insn: task.insn, text: '' }
    case 'exited': {
      if (task.code === 'reference' && reached && run.insns.at(-1) === task.insn)
        return { ...base, ...none, kind: 'leak', insn: task.insn, text: '' }
      const [, low, high] = /should have been in \[(-?\d+), (-?\d+)\]/.exec(task.message) ?? []
      const retval = run.end.retval | 0
      if (task.code === 'returnRange' && high !== undefined && (retval < Number(low) || retval > Number(high)))
        return { ...base, ...none, kind: 'answer', insn: task.insn, text: String(retval) }
      return undefined
    }
    default:
      return undefined
  }
}

/** Values as wide as their maps want them. */
const mapsOf = ({ maps }: Input, program: Program): ScenarioMap[] =>
  [...maps].map(([name, entries]) => {
    const width = 2 * (program.maps.find((m) => m.name === name)?.valueSize ?? 0)
    return { name, entries: [...entries].map(([key, value]) => ({ key, value: value.padEnd(width, '0').slice(0, width) })) }
  })

const keyOf = ({ packet, maps }: Input): string => `${toHex(packet)}|${JSON.stringify([...maps].map(([name, e]) => [name, ...e]))}`

// Variants of an input

const EXTREMES = [0xff, 0x80, 0x7f, 0x00, 0x01, 0x10, 0x40]
const LENGTHS = [14, 15, 20, 34, 35, 42, 54, 64, 100, 128, 256, 600, 1514]

function variants({ input, run, followed }: Candidate, task: WitnessTask, random: () => number): Input[] {
  const { insns, turns, operands, accessEnd } = run
  if (insns.includes(task.insn) && (followed >= task.path.length || task.path[0] !== 0)) {
    const cut = accessEnd > MIN_FRAME ? [accessEnd - 1, accessEnd - 2, accessEnd - 8].filter((n) => n >= MIN_FRAME) : []
    return [...cut.map((n) => withLength(input, n)), ...shaken(input, operands, random), ...LENGTHS.map((n) => withLength(input, n))]
  }
  // The branch at which the run left the path, else any that stands before the refused instruction.
  const left = turns.findLast((t) => t.at < followed) ?? turns.at(-1)
  if (!left) return LENGTHS.map((n) => withLength(input, n))
  return [...turned(input, left), ...shaken(input, left.sources, random)]
}

/** Inputs for which the operands of a branch are likely to compare otherwise. */
function turned(input: Input, turn: Turn): Input[] {
  const out: Input[] = []
  if (turn.leftOffset >= 0 || turn.rightOffset >= 0) {
    const end = Math.max(turn.leftOffset, turn.rightOffset)
    const other = Math.min(turn.leftOffset, turn.rightOffset)
    for (const n of [end, end + 1, end + 8, end + 64, other, other - 1, end - 1]) out.push(withLength(input, n))
  }
  if (turn.sources.some((s) => s.kind === 'length')) {
    const wanted = Number(turn.right)
    for (const n of [wanted, wanted + 1, wanted - 1, ...LENGTHS]) out.push(withLength(input, n))
  }
  for (const s of turn.sources) if (s.kind === 'lookup') out.push(withEntry(input, s.map, s.key))
  const bytes = turn.sources
    .filter((s) => s.kind === 'byte')
    .map((s) => s.offset)
    .sort((a, b) => a - b)
  if (bytes.length > 0 && bytes.length <= 8) {
    for (const wanted of [turn.right, turn.right + 1n, turn.right - 1n]) {
      for (const order of [bytes, [...bytes].reverse()]) {
        out.push(
          withBytes(
            input,
            order.map((offset, i) => [offset, Number((wanted >> BigInt(8 * i)) & 0xffn)]),
          ),
        )
      }
    }
  }
  return out
}

/** Inputs with other values at the sources. */
function shaken(input: Input, sources: readonly Source[], random: () => number): Input[] {
  const out: Input[] = []
  const bytes = sources.filter((s) => s.kind === 'byte').map((s) => s.offset)
  if (bytes.length > 0) {
    for (const value of EXTREMES)
      out.push(
        withBytes(
          input,
          bytes.map((offset) => [offset, value]),
        ),
      )
    for (const value of [0xff, 0x80, 0x7f]) for (const offset of bytes) out.push(withBytes(input, [[offset, value]]))
    for (let i = 0; i < 24; i++)
      out.push(
        withBytes(
          input,
          bytes.map((offset) => [offset, random() & 0xff]),
        ),
      )
  }
  const cells = sources.filter((s) => s.kind === 'cell')
  for (const value of cells.length > 0 ? EXTREMES : []) {
    let next = input
    for (const c of cells) next = withCell(next, c.map, c.key, c.offset, value)
    out.push(next)
  }
  for (const s of sources) if (s.kind === 'lookup') out.push(withEntry(input, s.map, s.key))
  if (sources.some((s) => s.kind === 'length')) for (const n of LENGTHS) out.push(withLength(input, n))
  return out
}

const MAX_FRAME = 1514

function withLength(input: Input, length: number): Input {
  const packet = new Uint8Array(Math.max(MIN_FRAME, Math.min(MAX_FRAME, length)))
  packet.set(input.packet.subarray(0, packet.length))
  return { ...input, packet }
}

function withBytes(input: Input, changes: readonly (readonly [number, number])[]): Input {
  const packet = input.packet.slice()
  for (const [offset, value] of changes) if (offset >= 0 && offset < packet.length) packet[offset] = value
  return { ...input, packet }
}

/** An entry that a lookup finds; the value is taken out again where there is one. */
function withEntry(input: Input, map: string, key: string): Input {
  const maps = new Map([...input.maps].map(([name, entries]) => [name, new Map(entries)] as const))
  const entries = maps.get(map) ?? new Map<string, string>()
  if (entries.has(key)) entries.delete(key)
  else entries.set(key, '')
  maps.set(map, entries)
  return { ...input, maps }
}

function withCell(input: Input, map: string, key: string, offset: number, value: number): Input {
  const maps = new Map([...input.maps].map(([name, entries]) => [name, new Map(entries)] as const))
  const entries = maps.get(map) ?? new Map<string, string>()
  const bytes = (entries.get(key) ?? '').padEnd((offset + 1) * 2, '0')
  entries.set(key, bytes.slice(0, offset * 2) + value.toString(16).padStart(2, '0') + bytes.slice(offset * 2 + 2))
  maps.set(map, entries)
  return { ...input, maps }
}

/** xorshift32. */
function generator(seed: number): () => number {
  let x = seed
  return () => {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    return x >>> 0
  }
}
