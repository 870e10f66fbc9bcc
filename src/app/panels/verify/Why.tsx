// A rejection in plain words: what Linux could not prove, what usually helps, and the instructions that the value at fault came from.
import { lazy, Suspense, useEffect } from 'react'
import type { CauseView, Explanation } from '../../../engine/index.ts'
import { useT } from '../../i18n/index.ts'
import { usePage } from '../../state/hooks.ts'
import { revealLine } from '../../state/reveal.ts'
import { useSession } from '../../state/session.ts'
import styles from './Panel.module.css'

// Only a rejection needs these texts.
const WhyText = lazy(async () => ({ default: (await import('./WhyText.tsx')).WhyText }))

export function Why() {
  const { engine } = usePage()
  const revision = useSession((s) => s.report?.revision)
  const program = useSession((s) => s.program)
  const answer = useSession((s) => s.explanation)
  // biome-ignore lint/correctness/useExhaustiveDependencies: they are what the request is about
  useEffect(() => engine.needExplanation(), [engine, revision, program])
  const explanation = answer?.revision === revision && answer?.program === program ? answer?.explanation : undefined
  if (!explanation) return null
  return (
    <div className={styles.why}>
      <Suspense fallback={null}>
        <WhyText explanation={explanation} />
      </Suspense>
      <Causes explanation={explanation} />
    </div>
  )
}

function Causes({ explanation }: { readonly explanation: Explanation }) {
  const t = useT()
  const set = useSession((s) => s.set)
  if (explanation.causes.length === 0) return null
  const show = (cause: CauseView) => {
    set({ selection: { kind: 'insn', slot: cause.insn } })
    revealLine(cause.line, 1, false)
  }
  return (
    <ol className={styles.causes} aria-label={t.verify.causes}>
      {explanation.causes.map((cause) => (
        <li key={`${cause.insn} ${cause.register}`}>
          <button type="button" className={styles.cause} data-kind={cause.kind} onClick={() => show(cause)}>
            <span className={styles.causeKind}>{t.verify.cause[cause.kind]}</span>
            <span className={styles.causeText}>
              {cause.line > 0 && <span className={styles.causeLine}>{t.verify.causeLine(cause.line)}</span>}
              <code>{`${cause.insn}: ${cause.text}`}</code>
              <code className={styles.causeValue}>{`${cause.register}=${cause.believed}`}</code>
            </span>
          </button>
        </li>
      ))}
    </ol>
  )
}
