// The gallery: programs to start from, by what they do. Each is a whole project over the capture of the first visit.
import { defaultProject, type Project } from '../../engine/index.ts'
import { COUNT } from './count.ts'
import { FILTER } from './filter.ts'
import { REJECTED } from './rejected.ts'
import { STEER } from './steer.ts'
import type { Example } from './types.ts'
import { WATCH } from './watch.ts'

export type { Example } from './types.ts'

export const examples: readonly Example[] = [...COUNT, ...FILTER, ...STEER, ...WATCH, ...REJECTED]

/** An example as a project of its own. */
export function exampleProject({ id, source, maps = [] }: Example): Project {
  const path = `${id}.c`
  const program = /SEC\("xdp"\)\nint (\w+)/.exec(source)?.[1] ?? id
  const { scenario } = defaultProject
  return {
    ...defaultProject,
    files: [{ path, text: source }],
    build: { ...defaultProject.build, main: path },
    scenario: { ...scenario, attach: [{ ...scenario.attach[0], program }], maps, views: [] },
  }
}
