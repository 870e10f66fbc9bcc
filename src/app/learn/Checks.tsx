// The checks of a step as a list that ticks live; each says in words what is checked and, while it fails, what is there instead.
import type { Lesson } from '../../lessons/index.ts'
import { checkText } from '../../worker/index.ts'
import { recordOf, useLearn } from '../state/learn.ts'
import { useUi } from '../state/ui.ts'
import { Icon } from '../ui/Icon.tsx'
import styles from './Lesson.module.css'
import { Inline } from './Markdown.tsx'
import { useTexts } from './texts.ts'

export function Checks({ lesson, ids }: { readonly lesson: Lesson; readonly ids: readonly string[] }) {
  const t = useTexts()
  const language = useUi((s) => s.language)
  const grade = useLearn((s) => s.grade)
  const tried = useLearn((s) => recordOf(s).tries > 0)
  const checks = lesson.checks.filter((c) => ids.includes(c.id))
  if (checks.length === 0) return null
  return (
    <ul className={styles.checks}>
      {checks.map((check) => {
        const result = grade?.checks.find((c) => c.id === check.id)
        const passed = result?.passed === true
        const found = tried && result && !passed ? result.found : ''
        return (
          <li key={check.id} data-passed={passed}>
            <span className={styles.tick} role="img" aria-label={passed ? t.lesson.passed : t.lesson.open}>
              {passed && <Icon name="check" size={13} />}
            </span>
            <span>
              <Inline text={checkText(check)[language]} />
              {found !== '' && <small className={styles.found}>{t.lesson.found(found)}</small>}
            </span>
          </li>
        )
      })}
    </ul>
  )
}
