// What the engine answers to the project of a first visit. The page is built with it, so that verdict and packets stand there before the worker
// has loaded; the worker's own answer then takes its place.
import { loadKernelBtf } from '../abi/index.ts'
import { startBuildWith } from './build.ts'
import { defaultProject } from './default-project.ts'
import { loadNetwork } from './load-network.ts'
import type { BuildReport, MachineView } from './views.ts'

export interface FirstAnswer {
  readonly report: BuildReport
  /** The machine before the first instruction of the first packet. */
  readonly machine: MachineView
}

/** No worker has this revision: what is asked of it waits for the worker's first answer. */
export const FIRST_REVISION = 0

/** `now`: milliseconds, monotonic. */
export async function firstAnswer(now: () => number): Promise<FirstAnswer> {
  const work = startBuildWith(defaultProject, FIRST_REVISION, now, await loadKernelBtf(), await loadNetwork())
  while (work.run() !== 'done');
  const build = work.build()
  return { report: build.report, machine: build.move(0, { kind: 'packet', packet: 0, step: 0 }) }
}
