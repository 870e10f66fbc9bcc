// A table of a long array shows what is in it, not its zeros.
import { expect, it } from 'vitest'
import { defaultProject, startBuild } from './index.ts'

it('leaves zeros of a long array out, and shows a few where there is nothing else', () => {
  const work = startBuild(defaultProject, 1, () => 0)
  while (work.run() === 'more');
  const build = work.build()
  const rows = (tick: number): readonly string[] => {
    const [view] = build.userViews(tick).views
    return view.kind === 'table' ? view.rows.map((r) => r.key) : []
  }
  expect(rows(0)).toHaveLength(16)
  expect(rows(build.report.totalTicks - 1)).toEqual(['1', '6', '17'])
})
