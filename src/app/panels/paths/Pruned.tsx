// Why a path could end: the earlier state beside this one, register by register and slot by slot, each with the reason in words.
import type { PrunedView } from '../../../engine/index.ts'
import { useT } from '../../i18n/index.ts'
import section from '../Section.module.css'
import styles from './Panel.module.css'

export function Pruned({ pruned, onStep }: { readonly pruned: PrunedView; readonly onStep: (step: number) => void }) {
  const t = useT()
  return (
    <div className={styles.pruned}>
      <p>
        {pruned.strict ? t.paths.prunedLoop : t.paths.prunedWhy}{' '}
        <button type="button" className={styles.other} onClick={() => onStep(pruned.coveredBy)}>
          {t.paths.toCover(pruned.coveredBy + 1)}
        </button>
      </p>
      <table className={section.table}>
        <caption className="visuallyHidden">{t.paths.compared}</caption>
        <thead>
          <tr>
            <th>{t.paths.place}</th>
            <th>{t.paths.why}</th>
            <th>{t.paths.earlier}</th>
            <th>{t.paths.now}</th>
          </tr>
        </thead>
        <tbody>
          {pruned.parts.map((part) => (
            <tr key={`${part.frame} ${part.place}`} data-same={part.why === 'same' ? '' : undefined}>
              <td>{part.frame > 0 ? `${part.frame}: ${part.place}` : part.place}</td>
              <td className={styles.reason}>{t.paths.reason[part.why]}</td>
              <td className={styles.wrapped}>{part.old || '–'}</td>
              <td className={styles.wrapped}>{part.new || '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
