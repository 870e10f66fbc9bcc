// The lanes: which generator makes the records of which, and how many of a hundred each gets unless told otherwise.
import { fromHex } from '../../base/index.ts'
import { readRecord } from '../../engine/index.ts'
import type { Program } from '../../isa/index.ts'
import { ctxSketch } from './ctx.ts'
import { frontierSketch } from './frontier/index.ts'
import { helperSketch } from './helper-args.ts'
import { leakSketch } from './leaks.ts'
import { loopSketch } from './loops.ts'
import { mutated } from './mutate.ts'
import { noiseSketch } from './noise.ts'
import { type Random, seeded } from './random.ts'
import { type GeneratedRecord, toRecord, withCode } from './record.ts'
import { typedSketch } from './typed/index.ts'

type Make = (id: string, r: Random) => GeneratedRecord

const typed: Make = (id, r) => toRecord(id, 'typed', typedSketch(r))

const LANES: Readonly<Record<string, { readonly share: number; readonly make: Make }>> = {
  typed: { share: 12, make: typed },
  nearmiss: { share: 25, make: (id, r) => mutated(r, r.chance(80) ? typed(id, r) : toRecord(id, '', frontierSketch(r)), id) },
  loops: { share: 1, make: (id, r) => toRecord(id, 'loops', loopSketch(r)) },
  frontier: { share: 35, make: (id, r) => toRecord(id, 'frontier', frontierSketch(r)) },
  helpers: { share: 15, make: (id, r) => toRecord(id, 'helpers', helperSketch(r)) },
  ctx: { share: 8, make: (id, r) => toRecord(id, 'ctx', ctxSketch(r)) },
  leaks: { share: 4, make: (id, r) => toRecord(id, 'leaks', leakSketch(r)) },
  noise: {
    share: 7,
    make: (id, r) => {
      const { code, ...sketch } = noiseSketch(r)
      return withCode(id, 'noise', sketch, code)
    },
  },
}

export const laneNames: readonly string[] = Object.keys(LANES)
export const laneShare = (lane: string): number => LANES[lane]?.share ?? 0

/** Record number `index` of a lane under a seed: always the same. */
export function generate(lane: string, seed: number, index: number): GeneratedRecord {
  return LANES[lane]!.make(`${lane}-s${seed}-${index}`, seeded(Math.imul(seed, 0x9e3779b1) + Math.imul(index, 0x85ebca77)))
}

/** The program of a record with its maps named m0, m1, ..., and its packet: for looking into, where Linux is not asked. */
export function namedProgram(record: GeneratedRecord): { readonly program: Program; readonly packet: Uint8Array } {
  const read = readRecord({ ...record, maps: record.maps.map((map, i) => ({ ...map, name: `m${i}` })) })
  if (!read.ok) throw new Error(`${record.id}: ${read.error}`)
  return { program: read.record.program, packet: fromHex(record.run?.data ?? '') ?? new Uint8Array(0) }
}
