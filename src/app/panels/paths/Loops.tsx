// Loops as tables: one row for each time that the verifier came to a loop's head, one column for each register or slot that changes.
import { useState } from 'react'
import type { Subject } from '../../../worker/index.ts'
import { useT } from '../../i18n/index.ts'
import { usePage } from '../../state/hooks.ts'
import { useThinking } from '../../state/thinking.ts'
import { IconButton } from '../../ui/Button.tsx'
import section from '../Section.module.css'
import styles from './Panel.module.css'

const PAGE = 60

export function Loops({ subject }: { readonly subject: Subject }) {
  const t = useT()
  const { thinker } = usePage()
  const summary = useThinking((s) => s.summary)
  const loop = useThinking((s) => s.loop)
  const [open, setOpen] = useState(-1)
  if (!summary) return null
  const show = (head: number): void => {
    setOpen(head === open ? -1 : head)
    if (head !== open) thinker.needLoop(subject, head, 0)
  }
  const shown = loop && loop.head === open ? loop : undefined
  return (
    <section className={styles.loops} aria-label={t.paths.loops}>
      <h3 className={section.heading}>{t.paths.loops}</h3>
      <ul className={styles.loopList}>
        {summary.loops.slice(0, 20).map((l) => (
          <li key={l.head}>
            <button type="button" className={styles.loop} aria-expanded={l.head === open} onClick={() => show(l.head)}>
              <code>{`${l.head}: ${l.text}`}</code>
              <span className={section.muted}>{l.line > 0 && t.verify.causeLine(l.line)}</span>
              <span>{t.paths.rounds(l.rounds)}</span>
            </button>
          </li>
        ))}
      </ul>
      {shown && (
        <div className={styles.rounds}>
          <div className={section.bar}>
            <span className={section.muted}>{t.paths.roundsShown(shown.from + 1, shown.from + shown.rounds.length, shown.total)}</span>
            <span className={section.spacer} />
            <IconButton
              icon="left"
              label={t.paths.roundsBack}
              disabled={shown.from === 0}
              onClick={() => thinker.needLoop(subject, open, Math.max(0, shown.from - PAGE))}
            />
            <IconButton
              icon="right"
              label={t.paths.roundsNext}
              disabled={shown.from + shown.rounds.length >= shown.total}
              onClick={() => thinker.needLoop(subject, open, shown.from + PAGE)}
            />
          </div>
          <table className={section.table}>
            <caption className="visuallyHidden">{t.paths.loops}</caption>
            <thead>
              <tr>
                <th>{t.paths.round}</th>
                {shown.columns.map((c) => (
                  <th key={c}>{c}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.rounds.map((r) => (
                <tr key={r.step}>
                  <td>
                    <button type="button" className={styles.register} onClick={() => thinker.go(subject, r.step)}>
                      {r.round + 1}
                    </button>
                  </td>
                  {r.cells.map((cell, i) => (
                    <td key={shown.columns[i]}>{cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}
