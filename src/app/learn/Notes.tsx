// What a teacher wrote for herself about a lesson of the workshop; seen while a second window shows the audience the rest.
import { useLearn } from '../state/learn.ts'
import { useUi } from '../state/ui.ts'
import styles from './Lesson.module.css'
import { Markdown } from './Markdown.tsx'
import { useTexts } from './texts.ts'

export function NotesOn({ lesson }: { readonly lesson: string }) {
  const notes = useLearn((s) => s.workshop?.items.find((item) => item.kind === 'lesson' && item.id === lesson)?.notes) ?? ''
  return <Notes text={notes} />
}

export function Notes({ text }: { readonly text: string }) {
  const t = useTexts()
  const leads = useUi((s) => s.leads)
  if (!leads || text === '') return null
  return (
    <section className={styles.notes} aria-label={t.workshop.notes}>
      <h3>{t.workshop.notes}</h3>
      <Markdown text={text} />
    </section>
  )
}
