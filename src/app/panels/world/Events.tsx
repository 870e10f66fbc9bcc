// The world's log, an entry a line; choosing one shows it on the map and takes the machine to the run that belongs to it.
import type { WorldEvent } from '../../../engine/index.ts'
import { useT } from '../../i18n/index.ts'
import { type ListRow, useRowHeight, VirtualList } from '../../ui/VirtualList.tsx'
import section from '../Section.module.css'
import { eventText } from './event-text.ts'
import styles from './Panel.module.css'
import { eventTone, timeText } from './select.ts'

interface Props {
  readonly events: readonly WorldEvent[]
  readonly total: number
  readonly at: number
  readonly onChoose: (event: number) => void
}

export function Events({ events, total, at, onChoose }: Props) {
  const t = useT()
  const rowHeight = useRowHeight()
  const row = (index: number): ListRow => {
    const event = events[index]
    const text = eventText(event, t.world)
    return {
      label: `${timeText(event.atNs)} ${event.node}: ${text}`,
      content: (
        <>
          <span className={styles.time}>{timeText(event.atNs)}</span>
          <span className={styles.node}>{event.node}</span>
          <span className={`${styles.what} ${styles[eventTone(event)]}`}>{text}</span>
        </>
      ),
    }
  }
  return (
    <section className={section.block} aria-label={t.world.log}>
      <div className={section.bar}>
        <h3 className={section.heading}>{t.world.log}</h3>
        <span className={section.muted}>{t.world.entries(total)}</span>
        {total > events.length && <span className={section.muted}>{t.world.firstOnly(events.length)}</span>}
      </div>
      {events.length === 0 ? (
        <p className={section.empty}>{t.world.quiet}</p>
      ) : (
        <div className={styles.events} style={{ height: Math.min(12, events.length) * rowHeight }}>
          <VirtualList label={t.world.log} count={events.length} row={row} active={at} follow={at} onActive={onChoose} />
        </div>
      )}
    </section>
  )
}
