// What the verifier said (its log, pulled in windows) and what it believed (its states before the chosen instruction).
import { useT } from '../../i18n/index.ts'
import { focusSlot, shownProgram, useSession } from '../../state/session.ts'
import section from '../Section.module.css'
import { Log } from './Log.tsx'
import styles from './Panel.module.css'
import { States } from './States.tsx'
import { Why } from './Why.tsx'

export function VerifyPanel() {
  const t = useT()
  const program = useSession(shownProgram)
  const slot = useSession(focusSlot)
  if (!program) return <p className={section.empty}>{t.verify.noProgram}</p>
  const { verdict } = program
  return (
    <div className={section.panel}>
      {verdict.verdict === 'rejected' && (
        <div className={styles.rejected}>
          <strong>{verdict.insn >= 0 ? t.verify.rejectedAt(verdict.insn) : t.verdict.rejected}</strong>
          <pre>{verdict.message}</pre>
          <Why />
        </div>
      )}
      {verdict.verdict === 'unsupported' && (
        <p className={styles.unsupported}>{t.verdict.unsupportedFeature(verdict.feature ?? verdict.message)}</p>
      )}
      <States slot={slot} />
      <Log />
      <p className={`${section.muted} ${styles.stats}`}>
        {t.verify.stats(verdict.processed, verdict.totalStates, verdict.peakStates, verdict.stackDepth)}
      </p>
    </div>
  )
}
