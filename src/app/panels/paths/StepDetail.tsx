// One step of the walk: where it stands, what it did, the state before it, and why the path ended where it was pruned.

import type { StepView } from '../../../engine/index.ts'
import type { Subject } from '../../../worker/index.ts'
import { useT } from '../../i18n/index.ts'
import { usePage } from '../../state/hooks.ts'
import { revealLine } from '../../state/reveal.ts'
import { useThinking } from '../../state/thinking.ts'
import { IconButton } from '../../ui/Button.tsx'
import section from '../Section.module.css'
import { Picture } from '../value/Picture.tsx'
import { RegisterButton } from '../verify/RegisterButton.tsx'
import { stateRows } from '../verify/select.ts'
import styles from './Panel.module.css'
import { Pruned } from './Pruned.tsx'

export function StepDetail({ subject }: { readonly subject: Subject }) {
  const t = useT()
  const { thinker } = usePage()
  const step = useThinking((s) => s.step)
  const total = useThinking((s) => s.summary?.steps ?? 0)
  if (!step) return <p className={`${section.muted} ${styles.hint}`}>{t.paths.pick}</p>
  const go = (to: number): void => {
    thinker.go(subject, to)
    if (step.line > 0) revealLine(step.line, 1, false)
  }
  return (
    <section className={styles.step} aria-label={t.paths.step}>
      <header className={styles.stepBar}>
        <IconButton icon="left" label={t.paths.back} disabled={step.parent < 0} onClick={() => go(step.parent)} />
        <IconButton icon="right" label={t.paths.forward} disabled={step.next < 0} onClick={() => go(step.next)} />
        {step.otherWay >= 0 && (
          <button type="button" className={styles.other} onClick={() => go(step.otherWay)}>
            {t.paths.otherWay}
          </button>
        )}
        <span className={section.muted}>{t.paths.stepOf(step.step + 1, total)}</span>
        <span className={section.spacer} />
        <button type="button" className={styles.other} onClick={() => thinker.goToVisit(subject, step.insn, -1)}>
          {t.verify.previousVisit}
        </button>
        <button type="button" className={styles.other} onClick={() => thinker.goToVisit(subject, step.insn, 1)}>
          {t.verify.nextVisit}
        </button>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <div className={styles.stepBody} tabIndex={0} role="group" aria-label={t.paths.stepOf(step.step + 1, total)}>
        <p className={styles.now}>
          {step.frames.length > 1 && <span className={styles.frames}>{step.frames.join(' › ')}</span>}
          <code>{`${step.insn}: ${step.text}`}</code>
          {step.line > 0 && <span className={section.muted}>{t.verify.causeLine(step.line)}</span>}
        </p>
        {step.pruned ? <Pruned pruned={step.pruned} onStep={go} /> : <Changes step={step} />}
        <Registers step={step} onStep={go} />
      </div>
    </section>
  )
}

function Changes({ step }: { readonly step: StepView }) {
  const t = useT()
  if (step.changed.length === 0) return <p className={section.muted}>{t.paths.unchanged}</p>
  return (
    <ul className={styles.changes} aria-label={t.paths.changes}>
      {step.changed.map((c) => (
        <li key={c.place}>
          <code className={styles.place}>{c.place}</code>
          <code className={styles.old}>{c.before || '–'}</code>
          <span aria-hidden="true">→</span>
          <code className={styles.new}>{c.after || '–'}</code>
        </li>
      ))}
    </ul>
  )
}

function Registers({ step, onStep }: { readonly step: StepView; readonly onStep: (step: number) => void }) {
  const t = useT()
  const register = useThinking((s) => s.register)
  const set = useThinking((s) => s.set)
  const { state } = step
  if (!state) return null
  const rows = stateRows(state, t.verify)
  const open = state.regs[register]?.kind === 'none' ? undefined : state.regs[register]
  return (
    <>
      <table className={section.table}>
        <caption className="visuallyHidden">{t.verify.states}</caption>
        <thead>
          <tr>
            <th>{t.verify.register}</th>
            <th>{t.verify.type}</th>
            <th>{t.verify.range}</th>
            <th>{t.verify.bits}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            return (
              <tr key={row.name}>
                <td>
                  <RegisterButton name={row.name} register={register} onOpen={(i) => set({ register: i })} />
                </td>
                <td>{row.kind}</td>
                <td>{row.range}</td>
                <td>{row.bits}</td>
              </tr>
            )
          })}
          {state.stack.map((s) => (
            <tr key={s.offset}>
              <td>fp{s.offset}</td>
              <td colSpan={3}>{s.text}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {open && (
        <Picture
          name={`R${register}`}
          value={open}
          causes={step.origins.find((o) => o.register === register)?.causes ?? []}
          onCause={(at) => onStep(at)}
        />
      )}
    </>
  )
}
