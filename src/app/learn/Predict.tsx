// A prediction: the learner answers first, then the page builds the program and shows what is so. Going on without a guess is always possible.
import { useEffect, useId, useRef, useState } from 'react'
import type { Lesson, Prediction } from '../../lessons/index.ts'
import { type Ending, mainText, sectionOf, splitAnswer, withFacts } from '../../worker/index.ts'
import { usePage } from '../state/hooks.ts'
import { recordOf, useLearn } from '../state/learn.ts'
import type { Guess } from '../state/progress.ts'
import { useSession } from '../state/session.ts'
import { useUi } from '../state/ui.ts'
import { Button } from '../ui/Button.tsx'
import styles from './Lesson.module.css'
import { CodeBlock, Markdown } from './Markdown.tsx'
import { type LearnTexts, useTexts } from './texts.ts'

export function Predict({ lesson, id }: { readonly lesson: Lesson; readonly id: string }) {
  const t = useTexts()
  const language = useUi((s) => s.language)
  const prediction = lesson.predictions.find((p) => p.id === id)
  const guess = useLearn((s) => recordOf(s).guesses[id])
  const ending = useLearn((s) => (prediction ? s.endings[prediction.on] : undefined))
  const section = sectionOf(lesson.texts[language], `predict-${id}`)
  const answer = useRef<HTMLDivElement>(null)
  const asked = useRef(false)
  // The form with the focus is gone then: the answer takes it, so that the next Tab goes on from there.
  useEffect(() => {
    if (guess && asked.current) answer.current?.focus({ preventScroll: true })
    asked.current = guess === undefined
  }, [guess])
  if (!prediction || !section) return null
  const { before, after } = splitAnswer(withFacts(section.body, lesson.facts))
  return (
    <section className={styles.predict} aria-label={t.predict.title}>
      <Markdown text={before} />
      {prediction.on.startsWith('predict/') && <Program text={lesson.predict[`${prediction.on.slice(8).split(':')[0]}.c`] ?? ''} />}
      {!guess && <Ask lesson={lesson} prediction={prediction} />}
      <div ref={answer} role="status" className={styles.answer} tabIndex={guess ? -1 : undefined}>
        {guess && (
          <>
            {ending && <p className={guess.right ? styles.right : styles.off}>{judgement(prediction, guess, ending, t)}</p>}
            <Markdown text={after} />
          </>
        )}
      </div>
    </section>
  )
}

function Program({ text }: { readonly text: string }) {
  const t = useTexts()
  return (
    <details className={styles.program}>
      <summary>{t.predict.program}</summary>
      <CodeBlock language="c" text={text} />
    </details>
  )
}

function Ask({ lesson, prediction }: { readonly lesson: Lesson; readonly prediction: Prediction }) {
  const t = useTexts()
  const page = usePage()
  const name = useId()
  const form = useRef<HTMLFormElement>(null)
  const cursorLine = useSession((s) => s.cursorLine)
  const held = useSession((s) => s.phase === 'held')
  const [answer, setAnswer] = useState('')
  const [line, setLine] = useState('')
  const asksLine = prediction.line > 0 && answer === 'rejected'
  const lines = mainText(lesson, lesson.start.files).split('\n').length + 20
  const label = (option: string) =>
    prediction.asks !== 'verdict' ? option : option === 'accepted' ? t.predict.accepted : t.predict.rejected
  return (
    <form
      ref={form}
      className={styles.ask}
      onSubmit={(event) => {
        event.preventDefault()
        if (answer !== '') void page.learning.guess(prediction.id, answer, asksLine ? Number(line) || 0 : 0)
      }}
    >
      <fieldset>
        <legend>
          {prediction.asks === 'packet'
            ? t.predict.packet(prediction.packet + 1)
            : prediction.asks === 'figure'
              ? t.predict.number
              : t.predict.title}
        </legend>
        {prediction.options.map((option) => (
          <label key={option}>
            <input type="radio" name={name} value={option} checked={answer === option} onChange={() => setAnswer(option)} />
            {label(option)}
          </label>
        ))}
      </fieldset>
      {asksLine && (
        <span className={styles.lineAsk}>
          <label>
            {t.predict.line}
            <input type="number" min={1} max={lines} value={line} onChange={(event) => setLine(event.target.value)} />
          </label>
          {prediction.on === 'start' && (
            <Button kind="quiet" onClick={() => setLine(String(cursorLine))}>
              {t.predict.cursor}
            </Button>
          )}
        </span>
      )}
      <span className={styles.acts}>
        <button type="submit" className={styles.submit} disabled={answer === ''}>
          {t.predict.answer}
        </button>
        {held && prediction.on === 'start' && (
          <Button
            kind="quiet"
            onClick={() => {
              form.current?.querySelector('input')?.focus()
              page.learning.skip()
            }}
          >
            {t.predict.skip}
          </Button>
        )}
      </span>
    </form>
  )
}

function judgement(p: Prediction, guess: Guess, ending: Ending, t: LearnTexts): string {
  const { predict } = t
  const truth =
    p.asks === 'packet'
      ? predict.truthPacket(ending.packets[p.packet] ?? '')
      : p.asks === 'figure'
        ? predict.truthNumber(p.answer)
        : ending.verdict === 'accepted'
          ? predict.truthAccepted
          : predict.truthRejected(ending.line, ending.message.split('\n')[0])
  if (guess.right) return predict.right
  const { answer } = guess
  if (p.asks === 'verdict' && answer === ending.verdict) return predict.wrongLine(guess.line, ending.line)
  return predict.wrong(answer === 'accepted' || answer === 'rejected' ? predict.said[answer] : answer, truth)
}
