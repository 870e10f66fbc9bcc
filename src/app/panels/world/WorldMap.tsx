// Hosts as cards, links as lines, hooks as rows with their counts, and a mark where the packet of the chosen entry is.
import { useMemo } from 'react'
import type { WorldEvent, WorldView } from '../../../engine/index.ts'
import { useT } from '../../i18n/index.ts'
import { useSession } from '../../state/session.ts'
import { Icon, type IconName } from '../../ui/Icon.tsx'
import section from '../Section.module.css'
import styles from './Panel.module.css'
import { CARD_WIDTH, type Card, type CardRow, drawWorld, eventTone, hostOf, spotOf } from './select.ts'

interface Props {
  readonly view: WorldView
  readonly event: WorldEvent | undefined
}

const ICONS: Readonly<Record<CardRow['kind'], IconName>> = { interface: 'link', pod: 'pod', process: 'run', hook: 'verify' }

export function WorldMap({ view, event }: Props) {
  const t = useT()
  const picture = useMemo(() => drawWorld(view), [view])
  const spot = event && spotOf(picture, view, event)
  const host = event && hostOf(view, event.node)
  return (
    <section className={section.block} aria-label={t.world.map}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <div className={styles.map} tabIndex={0} role="group" aria-label={t.world.map}>
        <div className={styles.ground} style={{ width: picture.width, height: picture.height }}>
          <svg className={styles.lines} width={picture.width} height={picture.height} aria-hidden="true">
            {picture.lines.map((line) => (
              <path key={line.path} d={line.path} />
            ))}
          </svg>
          {picture.cards.map((card) => (
            <HostCard key={card.name} card={card} lit={card.name === host} />
          ))}
          {spot && event && (
            <span className={`${styles.spot} ${styles[eventTone(event)]}`} style={{ left: spot.x, top: spot.y }} aria-hidden="true" />
          )}
        </div>
      </div>
    </section>
  )
}

function HostCard({ card, lit }: { readonly card: Card; readonly lit: boolean }) {
  return (
    <section
      className={`${styles.card} ${lit ? styles.lit : ''}`}
      style={{ left: card.x, top: card.y, width: CARD_WIDTH, height: card.height }}
      aria-label={card.name}
    >
      <h4 className={styles.host}>{card.name}</h4>
      <ul>
        {card.rows.map((row, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows of one picture, made anew with it
          <li key={i} className={styles.row}>
            <Icon name={ICONS[row.kind]} size={13} />
            {row.kind === 'hook' ? (
              <HookRow hook={row.hook} />
            ) : (
              <>
                <span className={styles.rowName}>{row.name}</span>
                <span className={styles.detail}>{row.detail}</span>
              </>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

function HookRow({ hook }: { readonly hook: WorldView['hooks'][number] }) {
  const t = useT()
  const program = useSession((s) => s.report?.programs[hook.program]?.name ?? '')
  const name = hook.place ? `${hook.name} ${hook.place}` : hook.name
  const counts = t.world.counts(hook.runs, hook.passed, hook.dropped)
  return (
    <button
      type="button"
      className={styles.hook}
      title={`${name}: ${program}. ${counts}`}
      aria-label={`${name}: ${program}. ${counts}`}
      disabled={hook.program < 0}
      onClick={() => useSession.getState().set({ program: hook.program })}
    >
      <span className={styles.rowName}>{name}</span>
      <span className={styles.detail}>
        {hook.runs === 0 ? program : hook.passed + hook.dropped === 0 ? `${hook.runs}×` : `${hook.passed} ✓ ${hook.dropped} ✕`}
      </span>
    </button>
  )
}
