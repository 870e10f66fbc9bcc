// Edits of the C text that were checked: they compile, Linux accepts the result, and packets that did no harm get the same answers.
import { fixText } from '../../../diag/index.ts'
import type { CheckedFix } from '../../../engine/index.ts'
import { useT } from '../../i18n/index.ts'
import { useDocument } from '../../state/document.ts'
import { usePage } from '../../state/hooks.ts'
import { shownSubject, useThinking } from '../../state/thinking.ts'
import { useUi } from '../../state/ui.ts'
import { Button } from '../../ui/Button.tsx'
import styles from './Panel.module.css'

const SIGNS: Readonly<Record<CheckedFix['diff'][number]['kind'], string>> = { same: ' ', added: '+', removed: '-', gap: '…' }

export function Fixes({ asked, onAsk }: { readonly asked: boolean; readonly onAsk: () => void }) {
  const t = useT()
  const { thinker } = usePage()
  const fixes = useThinking((s) => s.fixes)
  const find = (): void => {
    const subject = shownSubject()
    onAsk()
    if (subject) thinker.needFixes(subject)
  }
  if (!asked) return <Button onClick={find}>{t.why.findFixes}</Button>
  if (fixes === undefined) return <p role="status">{t.why.trying}</p>
  if (fixes.length === 0) return <p role="status">{t.why.noFix}</p>
  return (
    <section className={styles.fixes} aria-label={t.why.fixes}>
      {fixes.map((fix) => (
        <Fix key={fix.text} fix={fix} />
      ))}
    </section>
  )
}

function Fix({ fix }: { readonly fix: CheckedFix }) {
  const t = useT()
  const { engine } = usePage()
  const language = useUi((s) => s.language)
  const title = fix.names.map((name) => fixText(name, language)).join(t.why.andThen)
  const apply = (): void => {
    useDocument.getState().addStep()
    useDocument.getState().setText(fix.text)
    useDocument.getState().addStep()
    useUi.getState().tell(t.why.applied)
    engine.buildSoon()
  }
  return (
    <article className={styles.oneFix} aria-label={title}>
      <p className={styles.fixTitle}>
        <strong>{title}</strong>
        <span className={styles.checked}>✓ {fix.packets > 0 ? t.why.checkedPackets(fix.packets) : t.why.checked}</span>
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <div className={styles.diff} tabIndex={0} role="group" aria-label={t.why.diff}>
        {fix.diff.map((row) => (
          <div key={`${row.kind} ${row.line} ${row.text}`} data-kind={row.kind}>
            <span className={styles.no}>{row.line > 0 ? row.line : ''}</span>
            <span className={styles.diffSign}>{SIGNS[row.kind]}</span>
            <span>{row.text}</span>
          </div>
        ))}
      </div>
      <Button onClick={apply}>{t.why.apply}</Button>
    </article>
  )
}
