// r0 to r10: value in hex and in decimal, what it points to, the C variable, what the verifier believed; what the last instruction changed is marked.
import { memo } from 'react'
import type { RegisterView } from '../../../engine/index.ts'
import { useT } from '../../i18n/index.ts'
import section from '../Section.module.css'
import styles from './Panel.module.css'
import { splitZeros } from './select.ts'

export const Registers = memo(function Registers({ registers }: { readonly registers: readonly RegisterView[] }) {
  const t = useT()
  return (
    <section className={styles.part} aria-label={t.run.registers}>
      <h3 className={styles.partHeading}>{t.run.registers}</h3>
      <div className={styles.tableScroll}>
        <table className={`${section.table} ${styles.registers}`}>
          <thead>
            <tr>
              <th>{t.run.name}</th>
              <th>{t.run.hex}</th>
              <th>{t.run.value}</th>
              <th>{t.run.variable}</th>
              <th>{t.run.believed}</th>
            </tr>
          </thead>
          <tbody>
            {registers.map((r) => (
              <Row key={r.name} register={r} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
})

const Row = memo(function Row({ register: r }: { readonly register: RegisterView }) {
  const t = useT()
  const [zeros, digits] = splitZeros(r.hex)
  const decimal = r.signed === r.unsigned ? r.unsigned : `${r.unsigned} (${r.signed})`
  return (
    <tr className={r.changed ? section.changed : r.unset ? section.dim : undefined}>
      <th scope="row" className={styles.registerName}>
        {r.name}
        {r.changed && (
          <span className={section.changedMark} title={t.run.changed}>
            <span aria-hidden="true"> •</span>
            <span className="visuallyHidden"> {t.run.changed}</span>
          </span>
        )}
      </th>
      {r.unset ? (
        <td colSpan={3} className={styles.unset}>
          {t.run.unset}
        </td>
      ) : (
        <>
          <td>
            <span className={styles.zeros}>{zeros}</span>
            {digits}
          </td>
          <td title={`${t.run.signed} ${r.signed}, ${t.run.unsigned} ${r.unsigned}`}>
            {r.pointsTo !== '' ? <span className={styles.pointer}>→ {r.pointsTo}</span> : decimal}
          </td>
          <td className={styles.variable}>{r.variable}</td>
        </>
      )}
      <td className={styles.believed} title={r.believed}>
        {r.believed}
      </td>
    </tr>
  )
})
