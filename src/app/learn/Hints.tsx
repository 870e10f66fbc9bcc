// Hints in three grades, one at a time; a solution after a try of one's own; what changed since the text last passed.
import { useEffect, useRef, useState } from 'react'
import type { Lesson } from '../../lessons/index.ts'
import { hintsOf, mainText, withFacts } from '../../worker/index.ts'
import { textOf, useDocument } from '../state/document.ts'
import { usePage } from '../state/hooks.ts'
import { recordOf, useLearn } from '../state/learn.ts'
import { useUi } from '../state/ui.ts'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import styles from './Lesson.module.css'
import { CodeBlock, Markdown } from './Markdown.tsx'
import { changedLines, hunks } from './select.ts'
import { useTexts } from './texts.ts'

export function Hints({ lesson }: { readonly lesson: Lesson }) {
  const t = useTexts()
  const page = usePage()
  const language = useUi((s) => s.language)
  const record = useLearn(recordOf)
  const [dialog, setDialog] = useState<'solution' | 'changed' | undefined>()
  const hints = hintsOf(lesson.texts[language])
  const shown = Math.min(record.hints, hints.length)
  const tried = record.tries > 0
  const newest = useRef<HTMLLIElement>(null)
  const asked = useRef(false)
  // The last one takes its button with it: the hint itself has the focus then, and is read out.
  useEffect(() => {
    if (shown > 0 && asked.current) newest.current?.focus()
    asked.current = false
  }, [shown])
  return (
    <section className={styles.hints} aria-label={t.hints.title}>
      <h3>{t.hints.title}</h3>
      <ol>
        {hints.slice(0, shown).map((hint, i) => (
          <li key={hint} ref={i === shown - 1 ? newest : undefined} tabIndex={-1}>
            <Markdown text={withFacts(hint, lesson.facts)} />
          </li>
        ))}
      </ol>
      <div className={styles.acts}>
        {shown < hints.length && (
          <Button
            onClick={() => {
              asked.current = true
              page.learning.showHint()
            }}
          >
            {t.hints.show(shown + 1)}
          </Button>
        )}
        <Button disabled={!tried} title={tried ? undefined : t.hints.after} onClick={() => setDialog('solution')}>
          {t.hints.solution}
        </Button>
        {record.passed.length > 0 && <Button onClick={() => setDialog('changed')}>{t.hints.changed}</Button>}
        <Button
          onClick={() => {
            page.learning.put('start')
            useUi.getState().tell(t.lesson.startedOver)
          }}
        >
          {t.lesson.startOver}
        </Button>
      </div>
      {!tried && <p className={styles.note}>{t.hints.after}</p>}
      {dialog === 'solution' && <Solution lesson={lesson} onClose={() => setDialog(undefined)} />}
      {dialog === 'changed' && <Changed lesson={lesson} onClose={() => setDialog(undefined)} />}
    </section>
  )
}

interface Props {
  readonly lesson: Lesson
  readonly onClose: () => void
}

function Solution({ lesson, onClose }: Props) {
  const t = useTexts()
  const page = usePage()
  const put = () => {
    page.learning.put('solution')
    onClose()
  }
  return (
    <Dialog title={t.hints.solution} onClose={onClose}>
      <p className={styles.note}>{t.hints.solutionNote}</p>
      <CodeBlock language="c" text={mainText(lesson, lesson.solution.files)} />
      <div className={`${styles.acts} ${styles.below}`}>
        <Button onClick={put}>{t.hints.put}</Button>
      </div>
    </Dialog>
  )
}

function Changed({ lesson, onClose }: Props) {
  const t = useTexts()
  const page = usePage()
  const now = useDocument(textOf)
  const passed = useLearn((s) => mainText(lesson, recordOf(s).passed))
  const lines = hunks(changedLines(passed, now))
  const signs = { same: ' ', gone: '-', new: '+' } as const
  return (
    <Dialog title={t.hints.changed} onClose={onClose}>
      {lines.length === 0 ? (
        <p>{t.hints.same}</p>
      ) : (
        <pre className={styles.diff}>
          {lines.map((line, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one comparison never move
            <span key={i} data-kind={line.kind}>
              {signs[line.kind]} {line.text}
            </span>
          ))}
        </pre>
      )}
      <div className={`${styles.acts} ${styles.below}`}>
        <Button
          disabled={lines.length === 0}
          onClick={() => {
            page.learning.put('passed')
            onClose()
          }}
        >
          {t.hints.putPassed}
        </Button>
      </div>
    </Dialog>
  )
}
