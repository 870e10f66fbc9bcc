// What was tried, and the check that was too weak, by name. A module of its own with the texts that only a rejection needs.
import { rejectionText, weaknessText } from '../../../diag/index.ts'
import type { Explanation } from '../../../engine/index.ts'
import { useT } from '../../i18n/index.ts'
import { revealLine } from '../../state/reveal.ts'
import { useSession } from '../../state/session.ts'
import { useUi } from '../../state/ui.ts'
import styles from './Panel.module.css'

/** `placed`: its lines are lines of the editor. */
export function WhyText({ explanation, placed }: { readonly explanation: Explanation; readonly placed: boolean }) {
  const t = useT()
  const language = useUi((s) => s.language)
  const set = useSession((s) => s.set)
  const { code, params, weakness, tried } = explanation
  return (
    <>
      {tried && tried.source !== '' && (
        <p className={styles.tried}>
          <span className={styles.label}>{t.why.tried}</span>
          {tried.line > 0 && <span className={styles.lineNo}>{t.verify.causeLine(tried.line)}</span>}
          <code>{tried.source}</code>
        </p>
      )}
      <p>{rejectionText(code, 'what', params, language)}</p>
      {weakness && (
        <p className={styles.weak}>
          <span aria-hidden="true">▲ </span>
          {weaknessText(weakness.code, weakness.params, language)}
          {weakness.line > 0 && placed && (
            <button
              type="button"
              className={styles.goto}
              onClick={() => {
                set({ selection: { kind: 'insn', slot: weakness.insn } })
                revealLine(weakness.line, 1, false)
              }}
            >
              {t.why.goTo(weakness.line)}
            </button>
          )}
        </p>
      )}
      <p className={styles.fix}>{rejectionText(code, 'fix', params, language)}</p>
    </>
  )
}
