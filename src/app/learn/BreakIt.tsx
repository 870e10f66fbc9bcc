// The break switch: takes one check out of the text in the editor and puts it back. The text behind the switch is shown once it was tried.
import { useState } from 'react'
import type { Lesson } from '../../lessons/index.ts'
import { sectionOf, splitAnswer, withFacts } from '../../worker/index.ts'
import { usePage } from '../state/hooks.ts'
import { useLearn } from '../state/learn.ts'
import { useUi } from '../state/ui.ts'
import { Button } from '../ui/Button.tsx'
import styles from './Lesson.module.css'
import { Inline, Markdown } from './Markdown.tsx'
import { useTexts } from './texts.ts'

export function BreakIt({ lesson, id }: { readonly lesson: Lesson; readonly id: string }) {
  const t = useTexts()
  const page = usePage()
  const language = useUi((s) => s.language)
  const out = useLearn((s) => s.broken?.id === id)
  const other = useLearn((s) => s.broken !== undefined && s.broken.id !== id)
  const [tried, setTried] = useState(out)
  const section = sectionOf(lesson.texts[language], `break-${id}`)
  if (!section) return null
  const { before, after } = splitAnswer(withFacts(section.body, lesson.facts))
  const act = () => {
    setTried(true)
    if (out) page.learning.putBack()
    else page.learning.takeOut(id)
  }
  return (
    <section className={styles.break} aria-label={section.heading}>
      <h4>
        <Inline text={section.heading} />
      </h4>
      <Markdown text={before} />
      <div className={styles.acts}>
        <Button icon={out ? 'undo' : 'cross'} pressed={out} disabled={other} onClick={act}>
          {out ? t.breaks.off : t.breaks.on}
        </Button>
      </div>
      <div role="status" className={styles.answer}>
        {out && <p className={styles.off}>{t.breaks.isOut}</p>}
        {tried && <Markdown text={after} />}
      </div>
    </section>
  )
}
