// What user space shows of the scenario at the place on the time line: tables, histograms, logs, trees, values over time, flame graphs.
import { useId } from 'react'
import type { UserView } from '../../../engine/index.ts'
import { useT } from '../../i18n/index.ts'
import { useSession } from '../../state/session.ts'
import { useAnswer } from '../../state/useAnswer.ts'
import section from '../Section.module.css'
import { chartOf, flameBoxes } from './charts.ts'
import { timeText } from './select.ts'
import styles from './UserViews.module.css'

const MAX_ROWS = 200

export function UserViews() {
  const tick = useSession((s) => s.machine?.tick ?? 0)
  const answer = useAnswer('userViews', { tick })
  return (
    <>
      {answer?.views.map((view, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: views stand in the scenario's order, which does not change within a build
        <View key={i} view={view} />
      ))}
    </>
  )
}

function View({ view }: { readonly view: UserView }) {
  const heading = useId()
  return (
    <section className={section.block} aria-labelledby={heading}>
      <div className={section.bar}>
        <h3 id={heading} className={section.heading}>
          {view.title}
        </h3>
      </div>
      {view.fault === '' ? <Content view={view} /> : <Fault text={view.fault} />}
    </section>
  )
}

/** The engine names the map that is not there; anything else is said as it is. */
function Fault({ text }: { readonly text: string }) {
  const t = useT()
  const [, map] = /^no map (.+)$/.exec(text) ?? []
  return <p className={section.empty}>{map === undefined ? text : t.world.noMap(map)}</p>
}

function Content({ view }: { readonly view: UserView }) {
  const t = useT()
  switch (view.kind) {
    case 'table':
      return (
        <table className={section.table}>
          <tbody>
            {view.rows.slice(0, MAX_ROWS).map((row) => (
              <tr key={row.key}>
                <th scope="row" className={styles.key}>
                  {row.key}
                </th>
                <td>{row.value}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )
    case 'histogram':
      return <Histogram view={view} />
    case 'log':
      return view.lines.length === 0 ? (
        <p className={section.empty}>{t.world.quiet}</p>
      ) : (
        <ul className={styles.log}>
          {view.lines.slice(-MAX_ROWS).map((line, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines of one answer, which has no other order
            <li key={i}>
              <span className={section.muted}>{timeText(line.atNs)}</span> {line.text}
            </li>
          ))}
        </ul>
      )
    case 'tree':
      return (
        <ul className={styles.log}>
          {view.rows.map((row) => (
            <li key={row.id} style={{ paddingLeft: 10 + row.depth * 18 }}>
              {row.label} <span className={section.muted}>{row.id}</span>
            </li>
          ))}
        </ul>
      )
    case 'series':
      return <Series view={view} />
    case 'flame':
      return <Flame view={view} />
  }
}

function Histogram({ view }: { readonly view: Extract<UserView, { kind: 'histogram' }> }) {
  return view.groups.map(({ key, bars }) => {
    const most = Math.max(1, ...bars.map((b) => b.count))
    return (
      <table key={key} className={`${section.table} ${styles.histogram}`}>
        {key !== '' && <caption>{key}</caption>}
        <tbody>
          {bars.map((bar) => (
            <tr key={bar.label}>
              <th scope="row" className={styles.key}>
                {bar.label} {view.unit}
              </th>
              <td className={section.number}>{bar.count.toLocaleString()}</td>
              <td className={styles.barCell}>
                <span className={styles.bar} style={{ width: `${(100 * bar.count) / most}%` }} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    )
  })
}

function Series({ view }: { readonly view: Extract<UserView, { kind: 'series' }> }) {
  const t = useT()
  const chart = chartOf(view.lines)
  return (
    <figure className={styles.figure}>
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" className={styles.chart} role="img" aria-label={t.world.chart(chart.most)}>
        {chart.lines.map((line, i) => (
          <path key={line.key} d={line.path} className={styles[`line${i % 4}`]} />
        ))}
      </svg>
      <figcaption className={section.muted}>
        {chart.lines.map((line, i) => (
          <span key={line.key} className={styles.legend}>
            <i className={styles[`swatch${i % 4}`]} aria-hidden="true" /> {line.key || view.title}: {line.last.toLocaleString()}
          </span>
        ))}
      </figcaption>
    </figure>
  )
}

function Flame({ view }: { readonly view: Extract<UserView, { kind: 'flame' }> }) {
  const t = useT()
  const boxes = flameBoxes(view.stacks)
  const rows = Math.max(0, ...boxes.map((b) => b.depth + 1))
  return (
    <ul className={styles.flame} style={{ height: rows * 22 }} aria-label={view.title}>
      {boxes.map((b) => (
        <li
          key={`${b.depth}.${b.left}.${b.name}`}
          title={t.world.share(b.name, b.count, b.share)}
          style={{ left: `${100 * b.left}%`, width: `${100 * b.share}%`, top: (rows - 1 - b.depth) * 22 }}
        >
          {b.name}
        </li>
      ))}
    </ul>
  )
}
