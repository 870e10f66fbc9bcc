// The lanes: which generator makes the records of which, and how many of a hundred each gets unless told otherwise.
import { ctxSketch } from './ctx.ts'
import { frontierSketch } from './frontier/index.ts'
import { helperSketch } from './helper-args.ts'
import { noiseSketch } from './noise.ts'
import { type Random, seeded } from './random.ts'
import { type GeneratedRecord, toRecord, withCode } from './record.ts'

type Make = (id: string, r: Random) => GeneratedRecord

const LANES: Readonly<Record<string, { readonly share: number; readonly make: Make }>> = {
  frontier: { share: 40, make: (id, r) => toRecord(id, 'frontier', frontierSketch(r)) },
  helpers: { share: 15, make: (id, r) => toRecord(id, 'helpers', helperSketch(r)) },
  ctx: { share: 8, make: (id, r) => toRecord(id, 'ctx', ctxSketch(r)) },
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
