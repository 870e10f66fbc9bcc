// The checks of a step as a list that ticks live; each says in words what is checked and, while it fails, what is there instead.
import type { Check, Grade, Lesson } from '../../lessons/index.ts'
import { checkText, foundText } from '../../worker/index.ts'
import { problems } from '../panels/output/select.ts'
import { useDocument } from '../state/document.ts'
import { recordOf, useLearn } from '../state/learn.ts'
import { useSession } from '../state/session.ts'
import { useUi } from '../state/ui.ts'
import { Icon } from '../ui/Icon.tsx'
import styles from './Lesson.module.css'
import { Inline } from './Markdown.tsx'
import { foundOf } from './select.ts'
import { useTexts } from './texts.ts'

export function Checks({ lesson, ids }: { readonly lesson: Lesson; readonly ids: readonly string[] }) {
  const grade = useLearn((s) => s.grade)
  const tried = useLearn((s) => recordOf(s).tries > 0)
  return <CheckList checks={lesson.checks.filter((c) => ids.includes(c.id))} grade={grade} found={tried} />
}

interface ListProps {
  readonly checks: readonly Check[]
  readonly grade: Grade | undefined
  /** Whether what is there instead is said. */
  readonly found: boolean
}

export function CheckList({ checks, grade, found: tried }: ListProps) {
  const t = useTexts()
  const language = useUi((s) => s.language)
  const error = useFirstError()
  if (checks.length === 0) return null
  return (
    <ul className={styles.checks}>
      {checks.map((check) => {
        const result = grade?.checks.find((c) => c.id === check.id)
        const passed = result?.passed === true
        const found = tried && grade ? foundOf(grade, check.id) : ''
        return (
          <li key={check.id} data-passed={passed}>
            <span className={styles.tick} role="img" aria-label={passed ? t.lesson.passed : t.lesson.open}>
              {passed && <Icon name="check" size={13} />}
            </span>
            <span>
              <Inline text={checkText(check)[language]} />
              {found !== '' && (
                <small className={styles.found}>
                  {t.lesson.found(found === 'errors' ? (error ?? foundText(check, found)[language]) : foundText(check, found)[language])}
                </small>
              )}
            </span>
          </li>
        )
      })}
    </ul>
  )
}

/** Where and why the text does not compile. */
function useFirstError(): string | undefined {
  const t = useTexts()
  const language = useUi((s) => s.language)
  const diagnostics = useSession((s) => s.report?.diagnostics)
  const { files, build } = useDocument.getState()
  const [first] = diagnostics?.some((d) => d.severity === 'error') ? problems(diagnostics, files, build.main, language) : []
  return first && t.lesson.atLine(first.line, first.text)
}
