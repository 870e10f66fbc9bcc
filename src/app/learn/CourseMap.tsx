// The course at a glance: tracks with their lessons, what is done, where to go on. Nothing here counts days or asks for more.
import { useEffect, useRef } from 'react'
import type { CourseRow } from '../../lessons/index.ts'
import { pick } from '../files.ts'
import type { Page as PageActs } from '../state/boot.ts'
import { usePage } from '../state/hooks.ts'
import { useLearn } from '../state/learn.ts'
import { useUi } from '../state/ui.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Popover, PopoverItem } from '../ui/Popover.tsx'
import styles from './CourseMap.module.css'
import { lessonFilesIn, ownId } from './lesson-file.ts'
import { Inline } from './Markdown.tsx'
import { resumeRow, rowState } from './select.ts'
import { type LearnTexts, useTexts } from './texts.ts'

export function CourseMap() {
  const t = useTexts()
  const page = usePage()
  const language = useUi((s) => s.language)
  const course = useLearn((s) => s.course)
  const progress = useLearn((s) => s.progress)
  const faults = useLearn((s) => s.faults)
  const workshop = useLearn((s) => s.workshop)
  const set = useLearn((s) => s.set)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  const lessons = course.filter((row) => row.kind === 'lesson')
  const challenges = course.filter((row) => row.kind === 'challenge')
  const tracks = [...new Set(lessons.map((row) => row.track))]
  const resume = resumeRow(course, progress)
  return (
    <main className={styles.page}>
      <header className={styles.head}>
        <h2 ref={heading} tabIndex={-1}>
          {t.map.title}
        </h2>
        <span className={styles.spacer} />
        <More />
        <IconButton icon="cross" label={t.map.close} onClick={() => page.learning.closeMap()} />
      </header>
      <p className={styles.intro}>{t.map.intro}</p>
      {faults.length > 0 && (
        <div role="alert" className={styles.faults}>
          <p>{t.map.faults}</p>
          <ul>
            {faults.slice(0, 10).map((fault) => (
              <li key={fault}>{fault}</li>
            ))}
          </ul>
        </div>
      )}
      {(workshop || resume) && (
        <div className={styles.ways}>
          {workshop && (
            <Button icon="left" onClick={() => set({ place: { kind: 'workshop', view: 'take' } })}>
              {t.workshop.toWorkshop}
            </Button>
          )}
          {resume && (
            <Button kind="strong" icon="right" onClick={() => void page.learning.open({ id: resume.id })}>
              {rowState(progress, resume.id) === 'begun' ? t.map.resume(resume.title[language]) : t.map.begin(resume.title[language])}
            </Button>
          )}
        </div>
      )}
      <div className={styles.tracks}>
        {tracks.map((track) => (
          <Track
            key={track}
            title={t.map.tracks[track] ?? t.map.own}
            label={t.map.track(track)}
            rows={lessons.filter((row) => row.track === track)}
          />
        ))}
        {challenges.length > 0 && <Track title={t.map.challenges} label={t.map.challengesIntro} rows={challenges} />}
      </div>
    </main>
  )
}

function Track({ title, label, rows }: { readonly title: string; readonly label: string; readonly rows: readonly CourseRow[] }) {
  const t = useTexts()
  const progress = useLearn((s) => s.progress)
  const done = rows.filter((row) => rowState(progress, row.id) === 'done').length
  return (
    <section className={styles.track} aria-label={title}>
      <h3>{title}</h3>
      <p className={styles.label}>
        {label}
        <span>{t.map.doneOf(done, rows.length)}</span>
      </p>
      <ol>
        {rows.map((row) => (
          <Row key={row.id} row={row} />
        ))}
      </ol>
    </section>
  )
}

function Row({ row }: { readonly row: CourseRow }) {
  const t = useTexts()
  const page = usePage()
  const language = useUi((s) => s.language)
  const progress = useLearn((s) => s.progress)
  const state = rowState(progress, row.id)
  const best = row.score && (progress[row.id]?.best[row.score.by] ?? 0)
  return (
    <li>
      <button type="button" className={styles.row} data-state={state} onClick={() => void page.learning.open({ id: row.id })}>
        <span className={styles.mark}>{state === 'done' && <Icon name="check" size={13} />}</span>
        <span className={styles.title}>
          {row.kind === 'lesson' && <span className={styles.number}>{row.order}</span>}
          <span>
            <Inline text={row.title[language]} />
          </span>
        </span>
        <span className={styles.side}>
          {state === 'done' && <span className="visuallyHidden">{t.map.done}</span>}
          {state === 'begun' && <em>{t.map.begun}</em>}
          {row.score ? (best ? t.map.best(best, row.score.par) : t.map.par(row.score.par)) : t.map.minutes(row.minutes)}
        </span>
      </button>
    </li>
  )
}

function openLessonFile(page: PageActs, t: LearnTexts): void {
  pick('.json', async (file) => {
    const files = lessonFilesIn(await file.text())
    if (files) await page.learning.open({ id: ownId(files), files })
    else useUi.getState().tell(t.author.notALesson(file.name))
  })
}

function More() {
  const t = useTexts()
  const page = usePage()
  const set = useLearn((s) => s.set)
  const workshop = useLearn((s) => s.workshop)
  const go = (view: 'build' | 'take' | 'grade') => () => set({ place: { kind: 'workshop', view } })
  const items: readonly (readonly [text: string, act: () => void])[] = [
    ...(workshop ? ([[workshop.title, go('take')]] as const) : []),
    [t.workshop.build, go('build')],
    [t.workshop.gradebook, go('grade')],
    [t.map.openFile, () => openLessonFile(page, t)],
    [t.map.author, () => set({ place: { kind: 'author' } })],
    [t.map.save, () => void import('./save.ts').then((s) => s.saveProgress())],
    [t.map.load, () => void import('./save.ts').then((s) => s.loadProgressFile(page, t))],
    [
      t.map.summary,
      () => {
        const { course, progress } = useLearn.getState()
        void import('./save.ts').then((s) => s.saveSummary(course, progress, '', useUi.getState().language))
      },
    ],
  ]
  return (
    <Popover label={t.map.more} icon="more" iconOnly>
      {(close) =>
        items.map(([text, act]) => (
          <PopoverItem
            key={text}
            onClick={() => {
              close()
              act()
            }}
          >
            {text}
          </PopoverItem>
        ))
      }
    </Popover>
  )
}
