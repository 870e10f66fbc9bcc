// A switch that makes more happen in the lesson's world: an attack, another pod, a server that leaves. The workbench runs the changed world, and the
// panels show it at its end. What came of it stands under the switch; the lesson's own checks go on as before.
import { useEffect, useRef } from 'react'
import type { Lesson } from '../../lessons/index.ts'
import { sectionOf, splitAnswer, withFacts } from '../../worker/index.ts'
import { usePage } from '../state/hooks.ts'
import { useLearn } from '../state/learn.ts'
import { useSession } from '../state/session.ts'
import { useUi } from '../state/ui.ts'
import { Button } from '../ui/Button.tsx'
import { CheckList } from './Checks.tsx'
import styles from './Lesson.module.css'
import { Inline, Markdown } from './Markdown.tsx'
import { useTexts } from './texts.ts'

export function PlayIt({ lesson, id }: { readonly lesson: Lesson; readonly id: string }) {
  const t = useTexts()
  const page = usePage()
  const language = useUi((s) => s.language)
  const play = useLearn((s) => (s.play?.id === id ? s.play : undefined))
  const on = play !== undefined
  const broken = useLearn((s) => s.broken !== undefined)
  useShowEnd(on)
  const section = sectionOf(lesson.texts[language], `play-${id}`)
  const found = lesson.plays.find((p) => p.id === id)
  if (!section || !found) return null
  const { before, after } = splitAnswer(withFacts(section.body, lesson.facts))
  const act = () => {
    page.learning.play(on ? undefined : id)
    if (!on) useUi.getState().set({ tab: (found.scenario.nodes?.length ?? 0) > 1 ? 'world' : 'run' })
  }
  return (
    <section className={styles.play} aria-label={section.heading}>
      <h4>
        <Inline text={section.heading} />
      </h4>
      <Markdown text={before} />
      <div className={styles.acts}>
        <Button icon={on ? 'undo' : 'run'} pressed={on} disabled={broken} onClick={act}>
          {on ? t.plays.off : t.plays.on}
        </Button>
      </div>
      <div role="status" className={styles.answer}>
        {on && (
          <>
            <p className={styles.note}>{play.grade ? t.plays.isOn : t.plays.running}</p>
            <CheckList checks={found.checks} grade={play.grade} found />
            {play.grade && (play.grade.passed ? <Markdown text={after} /> : <p className={styles.off}>{t.plays.notYet}</p>)}
          </>
        )}
      </div>
    </section>
  )
}

/** A run of the changed world is shown at its end, where the tables and logs of user space are full, and further ones as long as one has not gone elsewhere. */
function useShowEnd(on: boolean): void {
  const { engine } = usePage()
  const report = useSession((s) => s.report)
  const waits = useRef(false)
  const before = useRef(report)
  useEffect(() => {
    waits.current = on
  }, [on])
  useEffect(() => {
    const last = before.current
    if (report === last) return
    before.current = report
    const { machine } = useSession.getState()
    const atEnd = on && machine !== undefined && last !== undefined && machine.tick >= last.totalTicks
    if ((!waits.current && !atEnd) || !report) return
    waits.current = false
    engine.go({ kind: 'tick', tick: report.totalTicks })
  }, [on, report, engine])
}
