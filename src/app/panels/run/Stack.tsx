// The stack in slots of eight bytes below r10, with the names of the variables that live there.
import { memo } from 'react'
import type { StackSlotView } from '../../../engine/index.ts'
import { useT } from '../../i18n/index.ts'
import section from '../Section.module.css'
import styles from './Panel.module.css'
import { pairs } from './select.ts'

export const Stack = memo(function Stack({ slots }: { readonly slots: readonly StackSlotView[] }) {
  const t = useT()
  return (
    <section className={styles.part} aria-label={t.run.stack}>
      <h3 className={styles.partHeading}>{t.run.stack}</h3>
      {slots.length === 0 ? (
        <p className={`${section.muted} ${styles.quiet}`}>{t.run.stackEmpty}</p>
      ) : (
        <div className={styles.tableScroll}>
          <table className={section.table}>
            <tbody>
              {slots.map((slot) => (
                <Row key={slot.offset} slot={slot} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
})

const Row = memo(function Row({ slot }: { readonly slot: StackSlotView }) {
  const t = useT()
  return (
    <tr className={slot.changed ? section.changed : undefined}>
      <th scope="row" className={styles.registerName}>
        fp{slot.offset}
        {slot.changed && (
          <span className={section.changedMark}>
            <span aria-hidden="true"> •</span>
            <span className="visuallyHidden"> {t.run.changed}</span>
          </span>
        )}
      </th>
      <td>{pairs(slot.bytes).join(' ')}</td>
      <td className={styles.variable}>{slot.name}</td>
      <td className={styles.believed}>{slot.believed}</td>
    </tr>
  )
})
