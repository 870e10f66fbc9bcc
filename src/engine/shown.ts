// What user space shows of a run: the views of a scenario, and the records that programs handed out, at a tick.
import type { KernelBtf } from '../abi/index.ts'
import type { Btf } from '../btf/index.ts'
import type { Processes } from '../kernel/index.ts'
import type { Observer, UserRecord } from './observe.ts'
import type { Project, ScenarioView } from './project.ts'
import { compileInput } from './project-input.ts'
import { runAt, seek, type Timeline } from './timeline.ts'
import type { Opened } from './toolchain.ts'
import { type UserView, userViews } from './user-views.ts'
import { viewTypes } from './view-types.ts'

export interface Show {
  readonly views: (timeline: Timeline, tick: number) => readonly UserView[]
  readonly records: (timeline: Timeline, tick: number) => readonly UserRecord[]
}

/** Shows the views of a scenario at a tick. */
export function shownBy(shown: Shown | undefined, project: Project, opened: Opened, kernel: KernelBtf | undefined): Show | undefined {
  if (!shown || shown.views.length === 0) return undefined
  const { observer, views, processes } = shown
  let types: { readonly btf: Btf | undefined } | undefined
  const goTo = (timeline: Timeline, tick: number) => {
    const run = runAt(timeline, tick)
    const { firstTick, activation } = timeline.runs[run]
    seek(timeline, run, Math.max(0, tick - firstTick))
    return activation
  }
  return {
    views(timeline, tick) {
      const { hook, kernel: running } = goTo(timeline, tick)
      const { units, settings } = compileInput(project, kernel)
      types ??= { btf: viewTypes(opened, units, settings, views) }
      const symbol = (address: bigint, pid: number) => processes?.symbol(hook.node, address, pid)
      return userViews({ views, kernel: running, btf: types.btf, records: observer.records(), samples: observer.samples(), symbol })
    },
    records(timeline, tick) {
      goTo(timeline, tick)
      return observer.records()
    },
  }
}

/** What user space needs to show of a run. */
export interface Shown {
  readonly observer: Observer
  readonly views: readonly ScenarioView[]
  readonly processes: Processes | undefined
}

/** Maps whose records are taken, and maps that are followed over time. */
export function watchedMaps(views: readonly ScenarioView[]): [ReadonlySet<string>, ReadonlySet<string>] {
  const of = (...kinds: readonly ScenarioView['kind'][]) => new Set(views.flatMap((v) => (kinds.includes(v.kind) ? [v.map] : [])))
  return [of('log', 'tree'), of('series')]
}
