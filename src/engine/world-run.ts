// A scenario as a world that can be run: programs loaded into kernels with the maps' first contents, stimuli as events. Today's one kind is the
// single host whose packets arrive at one program.
// In: verified programs and the scenario. Out: the world, or the map or feature that stands in the way.
import { fromHex } from '../base/index.ts'
import type { Program } from '../isa/index.ts'
import { addMap, createKernel, createSingleWorld, type Kernel, loadProgram, type World } from '../kernel/index.ts'
import type { Arrival } from './arrivals.ts'
import type { Scenario, ScenarioMap } from './project.ts'
import { kfuncNames, outcomeOf, type RunSettings } from './run.ts'
import { fillProgArrays } from './tail-calls.ts'

/** From so many packets on, compiling programs pays. */
const COMPILED_FROM = 64

export type WorldResult =
  | { readonly ok: true; readonly world: World }
  | { readonly ok: false; readonly errno: number; readonly unsupported: string; readonly badMap: string }

type Failure = Extract<WorldResult, { ok: false }>

/** Loads the program into a fresh kernel, with the programs that it tail-calls and the initial map contents of the scenario. */
export function createSingleRun(
  program: Program,
  arrivals: readonly Arrival[],
  scenario: Pick<Scenario, 'seed' | 'maps'> & Partial<Pick<Scenario, 'attach'>>,
  { targets = [], kernel: types }: Pick<RunSettings, 'targets' | 'kernel'> = {},
): WorldResult {
  const engine = arrivals.length < COMPILED_FROM ? 'interp' : 'jit'
  const kernel = createKernel({ seed: scenario.seed, kfuncName: kfuncNames(types), engine, verified: true })
  for (const def of program.maps) {
    const added = addMap(kernel, def, program.btf)
    if (!added.map) return failed({ errno: added.errno, unsupported: added.unsupported ?? '', badMap: def.name })
  }
  const loaded = loadProgram(kernel, program)
  if (!loaded.ok) return failed({ errno: loaded.errno, unsupported: loaded.unsupported ?? '' })
  const unfilled = fillProgArrays(kernel, program, targets)
  if (unfilled !== '') return failed({ unsupported: unfilled })
  const refused = fillMaps(kernel, scenario.maps)
  if (refused) return refused
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
  return { ok: true, world }
}

const XDP_TX = 3
const XDP_REDIRECT = 4
const TC_ACT_REDIRECT = 7

function meaningOf(type: string, retval: number): 'passed' | 'dropped' | 'redirected' {
  if (type === 'xdp' && (retval === XDP_TX || retval === XDP_REDIRECT)) return 'redirected'
  if (type.startsWith('sched_') && retval === TC_ACT_REDIRECT) return 'redirected'
  return outcomeOf(type, retval) === 'dropped' ? 'dropped' : 'passed'
}

/** Puts the first contents into the maps of a kernel. */
function fillMaps(kernel: Kernel, maps: readonly ScenarioMap[]): Failure | undefined {
  for (const { name, entries } of maps) {
    const map = kernel.maps.find((m) => m.def.name === name)
    // A map that no program uses any more: user space fills it and nobody looks.
    if (!map) continue
    for (const { key, value } of entries) {
      const keyBytes = fromHex(key)
      const valueBytes = fromHex(value)
      const fits = keyBytes?.length === map.def.keySize && valueBytes?.length === map.def.valueSize
      const errno = keyBytes && valueBytes && fits ? map.userUpdate(keyBytes, valueBytes, 0) : -22
      if (errno < 0) return failed({ errno: -errno, badMap: name })
    }
  }
  return undefined
}

const failed = (why: Partial<Failure>): Failure => ({ errno: 0, unsupported: '', badMap: '', ...why, ok: false })
