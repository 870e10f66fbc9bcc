// A scenario as a world that can be run: programs loaded into kernels with the maps' first contents, stimuli as events. A single host whose packets
// arrive at one program is run as a test run would; everything else is a network of hosts and pods (`network-run.ts`).
// In: verified programs, where they attach, and the scenario. Out: the world, or what stands in the way.
import { fromHex } from '../base/index.ts'
import type { Program } from '../isa/index.ts'
import {
  addMap,
  createKernel,
  createSingleWorld,
  type Kernel,
  loadProgram,
  type Processes,
  type ProcessPlan,
  runsPackets,
  type World,
} from '../kernel/index.ts'
import type { Arrival } from './arrivals.ts'
import type { Attachment, Scenario, ScenarioMap } from './project.ts'
import { kfuncNames, outcomeOf, type RunSettings } from './run.ts'
import { fillProgArrays } from './tail-calls.ts'

/** From so many events on, compiling programs pays. */
const COMPILED_FROM = 64

export type WorldResult =
  | {
      readonly ok: true
      readonly world: World
      readonly faults: readonly string[]
      /** Where processes take part: what is wrong in their acts, and what user space knows of them. */
      readonly acts?: ProcessPlan['faults']
      readonly processes?: Processes
    }
  | { readonly ok: false; readonly errno: number; readonly unsupported: string; readonly badMap: string }

export type Failure = Extract<WorldResult, { ok: false }>

/** A program and where the scenario attaches it. */
export interface ChosenProgram {
  readonly program: Program
  readonly at: Attachment
}

/** Whether the scenario is the smallest world: one host without a network, one program, and nothing but packets. */
export function isSingle({ nodes, links = [], stimuli }: Scenario, chosen: readonly ChosenProgram[]): boolean {
  if (chosen.length !== 1 || !runsPackets(chosen[0].program.type) || links.length > 0 || nodes.length > 1) return false
  const [host] = nodes
  const isBare = !host || (host.kind === 'host' && !host.rules && !host.routes && !host.servers && host.forwards === undefined)
  const hasPlainInterfaces = host?.kind !== 'host' || host.interfaces.every((i) => typeof i === 'string')
  const packetsOnly = stimuli.every(
    (s) => s.kind !== 'request' && s.kind !== 'change' && s.kind !== 'acts' && s.kind !== 'map' && s.kind !== 'batch',
  )
  return isBare && hasPlainInterfaces && packetsOnly
}

/**
 * Loads the program into a fresh kernel, with the programs that it tail-calls and the initial map contents of the scenario.
 * `verified`: false for one that the verifier refused, whose every access is checked.
 */
export function createSingleRun(
  program: Program,
  arrivals: readonly Arrival[],
  scenario: Pick<Scenario, 'seed' | 'maps'> & Partial<Pick<Scenario, 'attach'>>,
  { targets = [], kernel: types, verified = true }: Pick<RunSettings, 'targets' | 'kernel'> & { readonly verified?: boolean } = {},
): WorldResult {
  const engine = arrivals.length < COMPILED_FROM ? 'interp' : 'jit'
  const kernel = createKernel({ seed: scenario.seed, kfuncName: kfuncNames(types), engine, verified })
  const refused = addMaps(kernel, program)
  if (refused) return refused
  const loaded = loadProgram(kernel, program)
  if (!loaded.ok) return failed({ errno: loaded.errno, unsupported: loaded.unsupported ?? '' })
  const unfilled = fillProgArrays(kernel, program, targets)
  if (unfilled !== '') return failed({ unsupported: unfilled })
  const unfit = fillMaps([kernel], scenario.maps)
  if (unfit) return unfit
  const { type } = program
  const [place] = scenario.attach ?? []
  const world = createSingleWorld({
    kernel,
    program: loaded.program,
    node: place?.node || 'host',
    interface: place?.interface || 'eth0',
    arrivals,
    meaning: (retval) => meaningOf(type, retval),
  })
  return { ok: true, world, faults: [] }
}

export function addMaps(kernel: Kernel, program: Program): Failure | undefined {
  for (const def of program.maps) {
    const added = addMap(kernel, def, program.btf)
    if (!added.map) return failed({ errno: added.errno, unsupported: added.unsupported ?? '', badMap: def.name })
  }
  return undefined
}

const XDP_TX = 3
const XDP_REDIRECT = 4
const TC_ACT_REDIRECT = 7

function meaningOf(type: string, retval: number): 'passed' | 'dropped' | 'redirected' {
  if (type === 'xdp' && (retval === XDP_TX || retval === XDP_REDIRECT)) return 'redirected'
  if (type.startsWith('sched_') && retval === TC_ACT_REDIRECT) return 'redirected'
  return outcomeOf(type, retval) === 'dropped' ? 'dropped' : 'passed'
}

/** Whether something of a scenario is told to processes. */
export const hasProcesses = ({ nodes, stimuli }: Scenario): boolean =>
  nodes.some((n) => n.kind === 'process') || stimuli.some((s) => s.kind === 'acts')

/** Puts the first contents into the maps of all kernels that have them. */
export function fillMaps(kernels: readonly Kernel[], maps: readonly ScenarioMap[]): Failure | undefined {
  for (const { name, entries } of maps) {
    const found = kernels.flatMap((k) => k.maps.filter((m) => m.def.name === name).slice(0, 1))
    // A map that no program uses any more: user space fills it and nobody looks.
    for (const map of found) {
      for (const { key, value } of entries) {
        const keyBytes = fromHex(key)
        const valueBytes = fromHex(value)
        const fits = keyBytes?.length === map.def.keySize && valueBytes?.length === map.def.valueSize
        const errno = keyBytes && valueBytes && fits ? map.userUpdate(keyBytes, valueBytes, 0) : -EINVAL
        if (errno < 0) return failed({ errno: -errno, badMap: name })
      }
    }
  }
  return undefined
}

const EINVAL = 22

export const failed = (why: Partial<Failure>): Failure => ({ errno: 0, unsupported: '', badMap: '', ...why, ok: false })
