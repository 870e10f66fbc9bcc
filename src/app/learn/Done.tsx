// How far the learner is, and what comes next once everything passes. Said once, quietly.
import { useEffect, useRef } from 'react'
import type { Lesson } from '../../lessons/index.ts'
import { usePage } from '../state/hooks.ts'
import { recordOf, useLearn } from '../state/learn.ts'
import { useUi } from '../state/ui.ts'
import { Button } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import styles from './Lesson.module.css'
import { isOf, nextRow } from './select.ts'
import { useTexts } from './texts.ts'

export function Done({ lesson }: { readonly lesson: Lesson }) {
  const t = useTexts()
  const page = usePage()
  const language = useUi((s) => s.language)
  const course = useLearn((s) => s.course)
  const grade = useLearn((s) => s.grade)
  const tried = useLearn((s) => recordOf(s).tries > 0)
  const best = useLearn((s) => recordOf(s).best)
  const done = grade?.checks.filter((c) => c.passed).length ?? 0
  const visible = grade?.checks.every((c) => c.passed) === true
  const failed = visible && grade?.hidden.some((h) => !h.passed)
  const workshop = useLearn((s) => s.workshop)
  const next = nextRow(course, lesson.id, workshop)
  const { score } = lesson
  const passed = grade?.passed === true
  const place = useRef<HTMLElement>(null)
  const failedBefore = useRef(false)
  // Shown where it happens: whoever types looks at the editor and not at the end of the text.
  useEffect(() => {
    if (passed && failedBefore.current) place.current?.scrollIntoView({ block: 'nearest' })
    if (grade) failedBefore.current = !passed
  }, [passed, grade])
  return (
    <section ref={place} className={styles.done} data-passed={passed} role="status">
      {grade?.passed ? (
        <>
          <p className={styles.right}>
            <Icon name="check" /> {t.lesson.done}
          </p>
          <p className={styles.note}>{t.lesson.figures(grade.instructions, grade.steps)}</p>
          {score && best[score.by] > 0 && <p className={styles.note}>{t.map.best(best[score.by], score.par)}</p>}
          <div className={styles.acts}>
            {next ? (
              <Button kind="strong" icon="right" onClick={() => void page.learning.open({ id: next.id })}>
                {t.lesson.next(next.title[language])}
              </Button>
            ) : isOf(workshop, lesson.id) ? (
              <Button kind="strong" icon="right" onClick={() => useLearn.getState().set({ place: { kind: 'workshop', view: 'take' } })}>
                {t.workshop.toHandIn}
              </Button>
            ) : (
              <Button onClick={() => void page.learning.showMap()}>{t.lesson.toMap}</Button>
            )}
          </div>
        </>
      ) : (
        <p className={styles.note}>
          {t.lesson.steps(done, lesson.checks.length)}
          {lesson.hidden.length > 0 && ` ${t.lesson.hidden(lesson.hidden.length)}`}
        </p>
      )}
      {failed && tried && (
        <>
          <p className={styles.off}>{t.lesson.hiddenFailed}</p>
          {lesson.kind === 'lesson' && <Arrives lesson={lesson} failed={grade?.hidden.flatMap((h) => (h.passed ? [] : [h.id])) ?? []} />}
        </>
      )}
    </section>
  )
}

/** The packets and maps of the first further run that fails, for whoever does not come upon them. */
function Arrives({ lesson, failed }: { readonly lesson: Lesson; readonly failed: readonly string[] }) {
  const t = useTexts()
  const run = lesson.hidden.find((h) => failed.includes(h.id))
  if (!run) return null
  return (
    <details className={styles.more}>
      <summary>{t.lesson.hiddenShow}</summary>
      {run.packets.length === 0 ? (
        <p>{t.lesson.hiddenOther}</p>
      ) : (
        <ol>
          {run.packets.map((words, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the same packet may come twice
            <li key={i}>{words}</li>
          ))}
        </ol>
      )}
      {run.contents.length > 0 && (
        <>
          <p>{t.lesson.hiddenMaps}</p>
          <ul>
            {run.contents.map((words) => (
              <li key={words}>{words}</li>
            ))}
          </ul>
        </>
      )}
    </details>
  )
}
