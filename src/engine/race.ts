// One program on several CPUs at once, in many orders of turns: what a map holds at the end of each. An update that is not atomic loses something in one
// of them. In: a verified program, the packet that every CPU is given, the maps' first contents. Out: one end for each order that was tried.
import type { KernelBtf } from '../abi/index.ts'
import { fromHex, toHex } from '../base/index.ts'
import type { Program } from '../isa/index.ts'
import { createKernel, interleave, type Lane, loadProgram, restoreKernel, saveKernel } from '../kernel/index.ts'
import type { ScenarioMap } from './project.ts'
import { kfuncNames } from './run.ts'
import { addMaps, fillMaps } from './world-run.ts'

export interface RaceTask {
  readonly program: Program
  readonly packet: Uint8Array
  readonly cpus: number
  readonly maps: readonly ScenarioMap[]
  readonly map: string
  /** Hex. */
  readonly key: string
  readonly kernel?: KernelBtf | undefined
}

export interface RaceEnd {
  /** Instructions that the CPUs take in turn, before they go on to their ends. */
  readonly turns: readonly number[]
  /** Value under the key in hex; empty where there is none. */
  readonly value: string
  /** Why not every CPU came to its end: "deadlock", a fault, what is not modelled. */
  readonly trouble: string
}

/** Orders that are tried: each CPU is stopped everywhere, at most so many. */
const MAX_ORDERS = 400
const WHOLE = 1_000_000

/** Orders are tried one by one, so that whoever waits can look up meanwhile. */
export interface RaceWork {
  run(): 'more' | 'done'
  /** None where the program cannot run so. */
  ends(): readonly RaceEnd[]
}

function startRace(task: RaceTask): RaceWork {
  const steps = inSteps(task)
  const ends: RaceEnd[] = []
  let done = false
  return {
    run() {
      const next = done ? undefined : steps.next()
      if (next && !next.done) ends.push(next.value)
      else done = true
      return done ? 'done' : 'more'
    },
    ends: () => ends,
  }
}

const NONE: RaceWork = { run: () => 'done', ends: () => [] }

/** Races of one build, each begun once. */
export function keepRaces(
  task: (cpus: number, map: string, key: string) => RaceTask | undefined,
): (cpus: number, map: string, key: string) => RaceWork {
  const kept = new Map<string, RaceWork>()
  return (cpus, map, key) => {
    const name = `${cpus}/${map}/${key}`
    const known = kept.get(name)
    if (known) return known
    const found = task(cpus, map, key)
    const work = found ? startRace(found) : NONE
    kept.set(name, work)
    return work
  }
}

function* inSteps({ program, packet, cpus, maps, map: name, key, kernel: types }: RaceTask): Generator<RaceEnd, void> {
  const kernel = createKernel({ seed: 1, cpus, verified: true, kfuncName: kfuncNames(types) })
  if (addMaps(kernel, program)) return
  const loaded = loadProgram(kernel, program)
  if (!loaded.ok || fillMaps([kernel], maps)) return
  const kind = program.type === 'xdp' ? 'xdp' : 'skb'
  const lanes = Array.from({ length: cpus }, (): Lane => ({ program: loaded.program, context: { kind, packet: packet.slice() } }))
  const before = saveKernel(kernel)
  let last = 0
  const end = (turns: readonly number[]): RaceEnd => {
    restoreKernel(kernel, before)
    const { outcomes, steps, isDeadlock, unsupported } = interleave(kernel, lanes, turns)
    const fault = outcomes.find((o) => o.kind !== 'exited')
    const trouble = unsupported ?? (isDeadlock ? 'deadlock' : (fault?.fault?.text ?? fault?.unsupported ?? fault?.kind ?? ''))
    const value = kernel.maps.find((m) => m.def.name === name)?.userLookup(fromHex(key) ?? new Uint8Array(0))
    last = steps[0]
    return { turns, value: value ? toHex(value) : '', trouble }
  }
  yield end(new Array<number>(cpus).fill(WHOLE))
  const alone = last
  // The first CPU stops after n instructions, the others run so far as m; then all go on.
  const stride = Math.max(1, Math.ceil((alone + 1) / Math.sqrt(MAX_ORDERS)))
  for (let n = 0; n <= alone; n++) yield end([n, ...new Array<number>(cpus - 1).fill(WHOLE)])
  for (let n = 0; n <= alone; n += stride) for (let m = 0; m <= alone; m += stride) yield end([n, ...new Array<number>(cpus - 1).fill(m)])
}
