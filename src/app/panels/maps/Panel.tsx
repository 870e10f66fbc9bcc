// Every map at the place on the timeline, as a table; rows that the last instruction changed are marked.
import type { MapView } from '../../../engine/index.ts'
import { useT } from '../../i18n/index.ts'
import { useSession } from '../../state/session.ts'
import { Chip } from '../../ui/Chip.tsx'
import section from '../Section.module.css'
import styles from './Panel.module.css'
import { hasChange, hiddenRows, isRing, isZero, orderMaps, rawText } from './select.ts'

export function MapsPanel() {
  const t = useT()
  const machine = useSession((s) => s.machine)
  if (!machine) return <p className={section.empty}>{t.maps.before}</p>
  const maps = orderMaps(machine.maps)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <div className={section.scroll} tabIndex={0} role="group" aria-label={t.panels.maps}>
      <p className={`${section.muted} ${styles.at}`}>
        {machine.packet < 0 ? t.maps.atRun(machine.activation + 1, machine.step) : t.maps.at(machine.packet + 1, machine.step)}
      </p>
      {maps.length === 0 && <p className={section.empty}>{t.maps.none}</p>}
      {maps.map((map) => (
        <MapTable key={map.name} map={map} />
      ))}
    </div>
  )
}

function MapTable({ map }: { readonly map: MapView }) {
  const t = useT()
  const hidden = hiddenRows(map)
  return (
    <section className={section.block} aria-label={map.name}>
      <header className={styles.header}>
        <h3 className={styles.name}>{map.name}</h3>
        <span className={section.muted}>{map.type}</span>
        {hasChange(map) && <Chip tone="info">{t.maps.changed}</Chip>}
        <span className={section.spacer} />
        <span className={section.muted}>
          {isRing(map) ? t.maps.records(map.entries, map.maxEntries) : t.maps.entries(map.entries, map.maxEntries)}
        </span>
      </header>
      {map.rows.length === 0 ? (
        <p className={section.empty}>{t.maps.empty}</p>
      ) : (
        <div>
          <table className={section.table}>
            <thead>
              <tr>
                <th>
                  {isRing(map) ? t.maps.record : t.maps.key} <span className={styles.type}>{map.keyType}</span>
                </th>
                {!isRing(map) && (
                  <th>
                    {t.maps.value} <span className={styles.type}>{map.valueType}</span>
                  </th>
                )}
                <th>{isRing(map) ? t.maps.bytes : t.maps.sizes(map.keySize, map.valueSize)}</th>
              </tr>
            </thead>
            <tbody>
              {map.rows.map((row, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a queue has no keys
                <tr key={i} className={row.changed ? section.changed : isZero(row.value) ? section.dim : undefined}>
                  <td className={styles.key}>
                    {isRing(map) ? i + 1 : row.keyText || row.key}
                    {row.changed && (
                      <span className={section.changedMark}>
                        <span aria-hidden="true"> •</span>
                        <span className="visuallyHidden"> {t.maps.changed}</span>
                      </span>
                    )}
                  </td>
                  {!isRing(map) && <td className={styles.value}>{row.valueText || row.value}</td>}
                  <td className={styles.raw}>{rawText(row)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {hidden > 0 && <p className={`${section.muted} ${styles.hidden}`}>{t.maps.hidden(hidden)}</p>}
    </section>
  )
}
