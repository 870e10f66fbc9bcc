// What compiler and program said: problems as a list that leads to the place, lines of bpf_printk up to the place on the timeline, times.
import { useMemo } from 'react'
import type { Diagnostic } from '../../../diag/index.ts'
import { useT } from '../../i18n/index.ts'
import { useDocument } from '../../state/document.ts'
import { revealLine } from '../../state/reveal.ts'
import { useSession } from '../../state/session.ts'
import { useUi } from '../../state/ui.ts'
import { Icon } from '../../ui/Icon.tsx'
import { VirtualList } from '../../ui/VirtualList.tsx'
import section from '../Section.module.css'
import styles from './Panel.module.css'
import { problems } from './select.ts'

const NO_DIAGNOSTICS: readonly Diagnostic[] = []
const NO_LINES: readonly string[] = []

export function OutputPanel() {
  const t = useT()
  const ms = useSession((s) => s.report?.ms)
  const printk = useSession((s) => s.machine?.printk) ?? NO_LINES
  return (
    <div className={section.panel}>
      <Problems />
      <section className={styles.printk} aria-label={t.output.printk}>
        <div className={section.bar}>
          <h3 className={section.heading}>{t.output.printk}</h3>
          <span className={section.muted}>{printk.length > 0 && t.output.lines(printk.length)}</span>
        </div>
        {printk.length === 0 ? (
          <p className={section.empty}>{t.output.noPrintk}</p>
        ) : (
          <VirtualList
            label={t.output.printk}
            count={printk.length}
            active={printk.length - 1}
            follow={printk.length - 1}
            row={(i) => ({ className: styles.line, content: printk[i] })}
            onActive={() => {}}
            wide
          />
        )}
      </section>
      {ms && (
        <p className={`${section.muted} ${styles.times}`}>
          <span>{t.output.times}:</span>
          <span>
            {t.output.compile} {t.output.ms(ms.compile)}
          </span>
          <span>
            {t.output.verify} {t.output.ms(ms.verify)}
          </span>
          <span>
            {t.output.run} {t.output.ms(ms.run)}
          </span>
        </p>
      )}
    </div>
  )
}

function Problems() {
  const t = useT()
  const language = useUi((s) => s.language)
  const diagnostics = useSession((s) => s.report?.diagnostics) ?? NO_DIAGNOSTICS
  const files = useDocument((s) => s.files)
  const build = useDocument((s) => s.build)
  const list = useMemo(() => {
    return problems(diagnostics, files, build.main, language)
  }, [diagnostics, files, build, language])
  return (
    <section className={styles.problems} aria-label={t.output.problems}>
      <div className={section.bar}>
        <h3 className={section.heading}>{t.output.problems}</h3>
        <span className={section.muted}>{list.length > 0 && list.length}</span>
      </div>
      {list.length === 0 ? (
        <p className={section.empty}>{t.output.noProblems}</p>
      ) : (
        <ul className={styles.list}>
          {list.map((p, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a list that is made anew with each build
            <li key={i}>
              <button
                type="button"
                className={styles.problem}
                disabled={p.line === 0}
                onClick={() => revealLine(p.line, p.column, true, p.file || build.main)}
              >
                <span className={styles[p.severity]}>
                  <Icon name={p.severity === 'error' ? 'cross' : 'warning'} size={14} /> {t.output[p.severity]}
                </span>
                <span className={styles.text}>{p.text}</span>
                <span className={section.muted}>
                  {[p.file, p.line > 0 ? t.output.at(p.line, p.column) : ''].filter(Boolean).join(' · ')}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
