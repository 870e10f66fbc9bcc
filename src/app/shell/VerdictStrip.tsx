// The strip that answers first: compiled or not, accepted or not in Linux's words, packets passed and dropped. Each answer leads to its panel.
import { memo, useEffect, useRef } from 'react'
import { useT } from '../i18n/index.ts'
import { keepSame } from '../state/keep.ts'
import { revealLine } from '../state/reveal.ts'
import { useSession } from '../state/session.ts'
import { useUi } from '../state/ui.ts'
import { Chip } from '../ui/Chip.tsx'
import { type Answers, answers, type CompileAnswer, type RunAnswer, type VerifyAnswer } from './select.ts'
import styles from './VerdictStrip.module.css'

export function VerdictStrip() {
  const t = useT()
  const phase = useSession((s) => s.phase)
  const report = useSession((s) => s.report)
  const fresh = useSession((s) => s.fresh)
  // A pause in typing changes what the strip says of itself, not what was answered.
  const before = useRef<Answers>(undefined)
  const all = keepSame(before.current, answers(phase, report))
  useEffect(() => {
    before.current = all
  })
  const stale = phase === 'building' || (report !== undefined && !fresh)
  return (
    <section className={`${styles.strip} ${stale ? styles.stale : ''}`} aria-label={t.verdict.label}>
      <div className={styles.answers} role="status" aria-live="polite" aria-busy={stale}>
        <Compile answer={all.compile} />
        <Verify answer={all.verify} />
        <Run answer={all.run} />
      </div>
      <span className={styles.activity} aria-hidden="true">
        {stale && t.verdict.building}
      </span>
    </section>
  )
}

const Compile = memo(function Compile({ answer }: { readonly answer: CompileAnswer }) {
  const t = useT()
  const showPanel = useUi((s) => s.showPanel)
  switch (answer.kind) {
    case 'waiting':
      return (
        <span className={styles.answer}>
          <Chip tone="plain">{waitingText(answer.phase, t)}</Chip>
        </span>
      )
    case 'errors':
      return (
        <button type="button" className={styles.answer} onClick={() => showPanel('output')}>
          <Chip tone="bad">{t.verdict.errors(answer.errors)}</Chip>
          {answer.warnings > 0 && <Chip tone="warn">{t.verdict.warnings(answer.warnings)}</Chip>}
        </button>
      )
    case 'empty':
      return (
        <span className={styles.answer}>
          <Chip tone="plain">{t.verdict.noProgram}</Chip>
        </span>
      )
    case 'compiled':
      return (
        <button
          type="button"
          className={`${styles.answer} ${answer.warnings === 0 ? styles.extra : ''}`}
          onClick={() => showPanel(answer.warnings > 0 ? 'output' : 'bytecode')}
        >
          <span className={`${styles.words} ${styles.extra}`}>{t.verdict.compiled(answer.insns)}</span>
          {answer.warnings > 0 && <Chip tone="warn">{t.verdict.warnings(answer.warnings)}</Chip>}
        </button>
      )
  }
})

const Verify = memo(function Verify({ answer }: { readonly answer: VerifyAnswer }) {
  const t = useT()
  const showPanel = useUi((s) => s.showPanel)
  switch (answer.kind) {
    case 'none':
      return null
    case 'accepted':
      return (
        <button type="button" className={styles.answer} onClick={() => showPanel('verify')}>
          <Chip tone="good">{t.verdict.accepted}</Chip>
          <span className={`${styles.words} ${styles.extra}`}>{t.verdict.processed(answer.processed)}</span>
        </button>
      )
    case 'rejected':
      return (
        <button
          type="button"
          className={`${styles.answer} ${styles.wide}`}
          onClick={() => {
            showPanel('verify')
            revealLine(answer.line, 1, false)
          }}
        >
          <Chip tone="bad">{t.verdict.rejected}</Chip>
          <code className={styles.message} title={answer.message}>
            {answer.message}
          </code>
          {answer.line > 0 && <span className={styles.words}>{t.verdict.atLine(answer.line)}</span>}
        </button>
      )
    case 'unsupported':
      return (
        <button type="button" className={`${styles.answer} ${styles.wide}`} onClick={() => showPanel('verify')}>
          <Chip tone="unknown">{t.verdict.unsupported}</Chip>
          <span className={styles.message} title={answer.feature}>
            {answer.feature}
          </span>
        </button>
      )
  }
})

const Run = memo(function Run({ answer }: { readonly answer: RunAnswer }) {
  const t = useT()
  const showPanel = useUi((s) => s.showPanel)
  if (answer.kind === 'none') return null
  return (
    <button type="button" className={styles.answer} onClick={() => showPanel('run')}>
      {answer.kind === 'not-run' ? (
        <span className={styles.words}>{t.verdict.notRun}</span>
      ) : answer.packets === 0 && answer.runs > 0 ? (
        <span className={`${styles.words} ${styles.extra}`}>{t.verdict.runs(answer.runs)}</span>
      ) : (
        <>
          <span className={`${styles.words} ${styles.extra}`}>{t.verdict.packets(answer.packets)}</span>
          <Chip tone="good">{t.verdict.passed(answer.passed)}</Chip>
          <Chip tone={answer.dropped > 0 ? 'bad' : 'plain'}>{t.verdict.dropped(answer.dropped)}</Chip>
          {answer.other > 0 && <Chip tone="plain">{t.verdict.other(answer.other)}</Chip>}
        </>
      )}
    </button>
  )
})

function waitingText(phase: Extract<CompileAnswer, { kind: 'waiting' }>['phase'], t: ReturnType<typeof useT>): string {
  if (phase === 'safe') return t.verdict.safe
  if (phase === 'held') return t.verdict.held
  if (phase === 'halted') return t.verdict.halted
  return phase === 'building' ? t.verdict.building : t.verdict.starting
}
