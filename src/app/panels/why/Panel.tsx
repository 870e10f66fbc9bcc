// A rejection, explained: what was tried, the check that was too weak, how the value came about; a witness, checked fixes, and the same in the
// shape of Linux 7.3.
import { lazy, Suspense, useEffect, useState } from 'react'
import type { CauseView, Explanation } from '../../../engine/index.ts'
import { useT } from '../../i18n/index.ts'
import { usePage } from '../../state/hooks.ts'
import { revealLine } from '../../state/reveal.ts'
import { useSession } from '../../state/session.ts'
import styles from './Panel.module.css'

// Only a rejection needs these texts.
const WhyText = lazy(async () => ({ default: (await import('./Weakness.tsx')).WhyText }))
const Fixes = lazy(async () => ({ default: (await import('./Fixes.tsx')).Fixes }))
const Witness = lazy(async () => ({ default: (await import('./Witness.tsx')).Witness }))

/** Of the program that the page shows. */
export function WhyPanel() {
  const { engine } = usePage()
  const revision = useSession((s) => s.report?.revision)
  const program = useSession((s) => s.program)
  const answer = useSession((s) => s.explanation)
  const [asked, setAsked] = useState({ key: '', witness: false, fixes: false })
  const key = `${revision}/${program}`
  const now = asked.key === key ? asked : { key, witness: false, fixes: false }
  // biome-ignore lint/correctness/useExhaustiveDependencies: they are what the request is about
  useEffect(() => engine.needExplanation(), [engine, revision, program])
  const isCurrent = answer?.revision === revision && answer?.program === program
  if (!isCurrent || !answer?.explanation) return null
  return (
    <>
      <Explained explanation={answer.explanation} report={answer.report ?? []} placed />
      <Suspense fallback={null}>
        <div className={styles.acts}>
          <Fixes asked={now.fixes} onAsk={() => setAsked({ ...now, fixes: true })} />
          <Witness asked={now.witness} onAsk={() => setAsked({ ...now, witness: true })} />
        </div>
      </Suspense>
    </>
  )
}

interface Props {
  readonly explanation: Explanation
  readonly report: readonly string[]
  /** Its lines are lines of the editor. */
  readonly placed: boolean
}

export function Explained({ explanation, report, placed }: Props) {
  const t = useT()
  const [isReport, setReport] = useState(false)
  return (
    <div className={styles.why}>
      {report.length > 0 && (
        <label className={styles.shape}>
          <input type="checkbox" checked={isReport} onChange={(e) => setReport(e.target.checked)} /> {t.why.shape73}
        </label>
      )}
      {isReport ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <pre className={styles.report} tabIndex={0}>
          {report.join('\n')}
        </pre>
      ) : (
        <>
          <Suspense fallback={null}>
            <WhyText explanation={explanation} placed={placed} />
          </Suspense>
          <Causes explanation={explanation} placed={placed} />
        </>
      )}
    </div>
  )
}

function Causes({ explanation, placed }: Pick<Props, 'explanation' | 'placed'>) {
  const t = useT()
  const set = useSession((s) => s.set)
  if (explanation.causes.length === 0) return null
  const show = (cause: CauseView) => {
    if (!placed) return
    set({ selection: { kind: 'insn', slot: cause.insn } })
    revealLine(cause.line, 1, false)
  }
  return (
    <ol className={styles.causes} aria-label={t.verify.causes}>
      {explanation.causes.map((cause) => (
        <li key={`${cause.insn} ${cause.register} ${cause.kind}`}>
          <button type="button" className={styles.cause} data-kind={cause.kind} onClick={() => show(cause)}>
            <span className={styles.causeKind}>{t.verify.cause[cause.kind]}</span>
            <span className={styles.causeText}>
              {cause.line > 0 && <span className={styles.lineNo}>{t.verify.causeLine(cause.line)}</span>}
              <code>{`${cause.insn}: ${cause.text}`}</code>
              <code className={styles.causeValue}>{`${cause.register}=${cause.believed}`}</code>
            </span>
          </button>
        </li>
      ))}
    </ol>
  )
}
