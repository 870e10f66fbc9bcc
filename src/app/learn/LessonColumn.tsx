// A lesson beside the workbench: its text in steps, each with its checks, which tick by themselves while one works.
import { useEffect, useLayoutEffect, useRef } from 'react'
import type { Lesson } from '../../lessons/index.ts'
import { sectionOf, withFacts } from '../../worker/index.ts'
import { usePage } from '../state/hooks.ts'
import { recordOf, useLearn } from '../state/learn.ts'
import { rememberLessonFocus } from '../state/lesson-focus.ts'
import { useUi } from '../state/ui.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { BreakIt } from './BreakIt.tsx'
import { Checks } from './Checks.tsx'
import { Done } from './Done.tsx'
import { Hints } from './Hints.tsx'
import styles from './Lesson.module.css'
import { Inline, Markdown } from './Markdown.tsx'
import { NotesOn } from './Notes.tsx'
import { PlayIt } from './PlayIt.tsx'
import { Predict } from './Predict.tsx'
import { isOf, stepState } from './select.ts'
import { useTexts } from './texts.ts'

export function LessonColumn() {
  const lesson = useLearn((s) => s.lesson)
  return lesson ? <Column key={lesson.id} lesson={lesson} /> : null
}

function Column({ lesson }: { readonly lesson: Lesson }) {
  const t = useTexts()
  const page = usePage()
  const language = useUi((s) => s.language)
  const heading = useRef<HTMLHeadingElement>(null)
  const text = lesson.texts[language]
  const column = useRef<HTMLElement>(null)
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  // The browser's own event: React hears none while it takes a dialog away, which gives the focus back.
  useEffect(() => {
    const place = column.current
    const remember = ({ target }: FocusEvent) => rememberLessonFocus(target)
    place?.addEventListener('focusin', remember)
    return () => place?.removeEventListener('focusin', remember)
  }, [])
  useLayoutEffect(() => {
    if (column.current) column.current.scrollTop = readScroll(lesson.id)
  }, [lesson.id])
  const place = lesson.kind === 'challenge' ? t.lesson.challenge : t.lesson.place(lesson.track, lesson.order)
  return (
    <aside
      ref={column}
      className={styles.column}
      aria-label={t.lesson.label}
      data-panel="lesson"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      onScroll={(event) => writeScroll(lesson.id, event.currentTarget.scrollTop)}
    >
      <nav className={styles.bar}>
        <Back lesson={lesson.id} />
        <span className={styles.spacer} />
        <IconButton icon="cross" label={t.lesson.leave} onClick={() => void page.backToMyWork()} />
      </nav>
      <header className={styles.head}>
        <p className={styles.place}>
          {place} · {t.map.minutes(lesson.minutes)}
        </p>
        <h2 ref={heading} tabIndex={-1}>
          <Inline text={text.title} />
        </h2>
      </header>
      <NotesOn lesson={lesson.id} />
      <Markdown text={withFacts(text.intro, lesson.facts)} />
      <ol className={styles.steps}>
        {lesson.steps.map((step) => (
          <StepCard key={step.id} lesson={lesson} id={step.id} />
        ))}
      </ol>
      <Done lesson={lesson} />
      <Hints lesson={lesson} />
      <Real lesson={lesson} />
    </aside>
  )
}

/** To the workshop that the lesson belongs to, else to the course. */
function Back({ lesson }: { readonly lesson: string }) {
  const t = useTexts()
  const page = usePage()
  const workshop = useLearn((s) => s.workshop)
  const set = useLearn((s) => s.set)
  return isOf(workshop, lesson) ? (
    <Button icon="left" kind="quiet" onClick={() => set({ place: { kind: 'workshop', view: 'take' } })}>
      {t.workshop.toWorkshop}
    </Button>
  ) : (
    <Button icon="left" kind="quiet" onClick={() => void page.learning.showMap()}>
      {t.lesson.back}
    </Button>
  )
}

const scrollKey = (id: string): string => `beeyard.scroll.${id}`

/** How far the text was read in this tab: a reload, a way back, or another panel on a phone comes back to it. */
function readScroll(id: string): number {
  try {
    return Number(sessionStorage.getItem(scrollKey(id))) || 0
  } catch {
    return 0
  }
}

function writeScroll(id: string, top: number): void {
  try {
    sessionStorage.setItem(scrollKey(id), String(Math.round(top)))
  } catch {
    // Without storage it begins at the top.
  }
}

function StepCard({ lesson, id }: { readonly lesson: Lesson; readonly id: string }) {
  const t = useTexts()
  const language = useUi((s) => s.language)
  const grade = useLearn((s) => s.grade)
  const record = useLearn(recordOf)
  const section = sectionOf(lesson.texts[language], id)
  const step = lesson.steps.find((s) => s.id === id)
  if (!section || !step) return null
  const state = stepState(lesson, id, grade, record)
  return (
    <li className={styles.step} data-state={state}>
      <h3>
        <span className={styles.mark}>{state === 'passed' && <Icon name="check" size={14} />}</span>
        <Inline text={section.heading} />
        {state === 'passed' && <span className="visuallyHidden">{t.lesson.passed}</span>}
      </h3>
      <Markdown text={withFacts(section.body, lesson.facts)} />
      {step.predict.map((id) => (
        <Predict key={id} lesson={lesson} id={id} />
      ))}
      <Checks lesson={lesson} ids={step.checks} />
      {step.breaks.map((id) => (
        <BreakIt key={id} lesson={lesson} id={id} />
      ))}
      {step.plays.map((id) => (
        <PlayIt key={id} lesson={lesson} id={id} />
      ))}
    </li>
  )
}

function Real({ lesson }: { readonly lesson: Lesson }) {
  const t = useTexts()
  const page = usePage()
  const language = useUi((s) => s.language)
  const body = sectionOf(lesson.texts[language], 'real')?.body ?? ''
  if (body === '') return null
  return (
    <details className={styles.details}>
      <summary>{t.lesson.real}</summary>
      <Markdown text={withFacts(body, lesson.facts)} />
      <div className={`${styles.acts} ${styles.below}`}>
        <Button icon="file" onClick={() => void import('./save.ts').then(({ saveFolder }) => saveFolder(page, lesson))}>
          {t.lesson.export}
        </Button>
      </div>
    </details>
  )
}
