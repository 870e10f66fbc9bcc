// Runs of programs over simulated time: a lane for each hook, a bar for each stretch of time. Zoomed with buttons, moved along with arrow keys;
// a click goes to the first run of a stretch.
import { useState } from 'react'
import type { WorldView } from '../../../engine/index.ts'
import { useT } from '../../i18n/index.ts'
import { usePage } from '../../state/hooks.ts'
import { useSession } from '../../state/session.ts'
import { useAnswer } from '../../state/useAnswer.ts'
import { IconButton } from '../../ui/Button.tsx'
import section from '../Section.module.css'
import { barsOf, type Span, timeIn, zoomed } from './lanes.ts'
import styles from './Panel.module.css'
import { timeText } from './select.ts'

const BINS = 120

export function Lanes({ view }: { readonly view: WorldView }) {
  const t = useT()
  const { engine } = usePage()
  const [wanted, setWanted] = useState<Span | undefined>(undefined)
  const nowNs = useSession((s) => s.machine?.atNs ?? 0)
  const whole: Span = { fromNs: 0, toNs: Math.max(1, view.endNs + 1) }
  const span = wanted && wanted.toNs <= whole.toNs ? wanted : whole
  const lanes = useAnswer('lanes', { ...span, bins: BINS })
  if (view.hooks.length === 0 || !lanes) return null
  const zoom = (by: number) => setWanted(zoomed(span, whole, by, nowNs))
  return (
    <section className={section.block} aria-label={t.world.lanes}>
      <div className={section.bar}>
        <h3 className={section.heading}>{t.world.lanes}</h3>
        <span className={section.muted}>
          {timeText(span.fromNs)} – {timeText(span.toNs)}
        </span>
        <span className={section.spacer} />
        <IconButton icon="minus" label={t.world.zoomOut} onClick={() => zoom(2)} disabled={span.toNs - span.fromNs >= whole.toNs} />
        <IconButton icon="plus" label={t.world.zoomIn} onClick={() => zoom(0.5)} disabled={span.toNs - span.fromNs <= BINS} />
      </div>
      <div className={styles.lanes}>
        {lanes.lanes.map((lane) => {
          const hook = view.hooks[lane.hook]
          if (!hook) return null
          const name = `${hook.node} ${hook.name} ${hook.place}`.trim()
          const { runs } = lane
          return (
            <div key={lane.hook} className={styles.lane}>
              <span className={styles.laneName} title={name}>
                {name}
              </span>
              {/* biome-ignore lint/a11y/useKeyWithClickEvents: by keyboard the same runs are reached from the log below */}
              <svg
                viewBox={`0 0 ${BINS} 20`}
                preserveAspectRatio="none"
                className={styles.laneBars}
                role="img"
                aria-label={t.world.counts(
                  runs.reduce((a, b) => a + b, 0),
                  lane.passed.reduce((a, b) => a + b, 0),
                  lane.dropped.reduce((a, b) => a + b, 0),
                )}
                onClick={(event) => {
                  const box = event.currentTarget.getBoundingClientRect()
                  const bin = Math.floor(((event.clientX - box.left) / box.width) * BINS)
                  const first = lane.first.slice(Math.max(0, bin)).find((run) => run >= 0)
                  if (first !== undefined) engine.go({ kind: 'activation', activation: first, step: 0 })
                }}
              >
                {barsOf(lane, BINS).map((bar) => (
                  <rect key={`${bar.x}.${bar.tone}`} x={bar.x} y={bar.y} width={0.86} height={bar.height} className={styles[bar.tone]} />
                ))}
                <line x1={timeIn(span, nowNs) * BINS} x2={timeIn(span, nowNs) * BINS} y1={0} y2={20} className={styles.now} />
              </svg>
            </div>
          )
        })}
      </div>
    </section>
  )
}
