// Judges a project by a lesson's checks: builds and runs it as the page does and compares. Pure: same project, same result.

import { never } from '../base/index.ts'
import { type Build, type Project, startBuild } from '../engine/index.ts'
import type { Check, CheckResult, Lesson } from './types.ts'

/** One result a check, in the lesson's order. */
export function grade(lesson: Lesson, project: Project): CheckResult[] {
  const work = startBuild(project, 0, () => 0)
  while (work.run() === 'more');
  const build = work.build()
  return lesson.checks.map((check) => {
    const found = judge(check, build, project)
    return { check, passed: found === '', found }
  })
}

/** Empty where the check passes, else what was found instead. */
function judge(check: Check, build: Build, project: Project): string {
  const { report } = build
  const program = report.programs[report.attached] ?? report.programs[0]
  const packet = (index: number) => report.packets[index]
  switch (check.kind) {
    case 'compiles':
      return program ? '' : 'errors'
    case 'accepted':
      return program?.verdict.verdict === 'accepted' ? '' : (program?.verdict.message ?? 'errors')
    case 'rejected':
      return program?.verdict.verdict === 'rejected' && program.verdict.message.includes(check.message)
        ? ''
        : (program?.verdict.verdict ?? 'errors')
    case 'verdict':
      return packet(check.packet)?.verdict === check.verdict ? '' : packet(check.packet)?.verdict || 'nothing ran'
    case 'map-value': {
      if (report.packets.length === 0 || report.notRun !== '') return 'nothing ran'
      const end = build.move(0, { kind: 'tick', tick: report.totalTicks })
      const row = end.maps.find((m) => m.name === check.map)?.rows.find((r) => r.key === check.key)
      return row?.value === check.value ? '' : (row?.value ?? 'no entry')
    }
    case 'instructions-at-most':
      return program && program.insnCount <= check.count ? '' : String(program?.insnCount ?? 'errors')
    case 'source-has':
      return project.files.some((f) => f.text.includes(check.text)) ? '' : 'missing'
    default:
      return never(check)
  }
}
