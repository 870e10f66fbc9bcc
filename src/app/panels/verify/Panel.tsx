// What the verifier said and how it thought: the verdict with its explanation, states and log; the tree of paths; a log of the visitor's own.
import { lazy, Suspense } from 'react'
import type { ProgramReport } from '../../../engine/index.ts'
import { useT } from '../../i18n/index.ts'
import { focusSlot, shownProgram, useSession } from '../../state/session.ts'
import { shownSubject, useThinking, VERIFY_VIEWS } from '../../state/thinking.ts'
import section from '../Section.module.css'
import { WhyPanel } from '../why/Panel.tsx'
import { Log } from './Log.tsx'
import styles from './Panel.module.css'
import { States } from './States.tsx'

const PathsPanel = lazy(async () => ({ default: (await import('../paths/Panel.tsx')).PathsPanel }))
const OwnPanel = lazy(async () => ({ default: (await import('../own/Panel.tsx')).OwnPanel }))

export function VerifyPanel() {
  const t = useT()
  const view = useThinking((s) => s.view)
  const set = useThinking((s) => s.set)
  return (
    <div className={section.panel}>
      <div className={styles.views} role="group" aria-label={t.verify.viewsLabel}>
        {VERIFY_VIEWS.map((name) => (
          <button key={name} type="button" aria-pressed={view === name} onClick={() => set({ view: name })}>
            {t.verify.views[name]}
          </button>
        ))}
      </div>
      <Suspense fallback={<p className={section.empty}>{t.paths.working}</p>}>{view === 'own' ? <OwnPanel /> : <Shown />}</Suspense>
    </div>
  )
}

function Shown() {
  const t = useT()
  const program = useSession(shownProgram)
  const view = useThinking((s) => s.view)
  // The subject is read anew with every build and every other program.
  useSession((s) => s.report?.revision)
  useSession((s) => s.program)
  if (!program) return <p className={section.empty}>{t.verify.noProgram}</p>
  const subject = shownSubject()
  return view === 'paths' && subject ? <PathsPanel subject={subject} /> : <Verdict program={program} />
}

function Verdict({ program }: { readonly program: ProgramReport }) {
  const t = useT()
  const slot = useSession(focusSlot)
  const { verdict } = program
  return (
    <>
      {verdict.verdict === 'rejected' && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <div className={styles.rejected} tabIndex={0} role="group" aria-label={t.verdict.rejected}>
          <strong>{verdict.insn >= 0 ? t.verify.rejectedAt(verdict.insn) : t.verdict.rejected}</strong>
          <pre>{verdict.message}</pre>
          <WhyPanel />
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
    </>
  )
}
