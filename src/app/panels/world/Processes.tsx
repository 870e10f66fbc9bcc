// Processes as a tree at the chosen place of the log.
import type { WorldEvent } from '../../../engine/index.ts'
import { useT } from '../../i18n/index.ts'
import section from '../Section.module.css'
import styles from './Panel.module.css'
import { processTree } from './select.ts'

export function Processes({ events, at }: { readonly events: readonly WorldEvent[]; readonly at: number }) {
  const t = useT()
  const rows = processTree(events, at)
  if (rows.length === 0) return null
  return (
    <section className={section.block} aria-label={t.world.processes}>
      <div className={section.bar}>
        <h3 className={section.heading}>{t.world.processes}</h3>
      </div>
      <ul className={styles.processes}>
        {rows.map((row) => (
          <li key={row.pid} style={{ paddingLeft: 10 + row.depth * 18 }} className={row.end === '' ? '' : styles.ended}>
            <code>{row.comm}</code> <span className={section.muted}>{row.pid}</span>{' '}
            <span className={row.end === 'killed' ? styles.bad : section.muted}>{row.end === '' ? '' : t.world.process[row.end]}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
