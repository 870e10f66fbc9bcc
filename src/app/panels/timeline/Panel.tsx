// Where one is in the run, and every way to move: buttons for instructions, C lines, breakpoints and packet ends, and a slider over all steps.
import { memo, useMemo, useState } from 'react'
import { keysOf } from '../../commands.ts'
import { useT } from '../../i18n/index.ts'
import { usePage } from '../../state/hooks.ts'
import { useSession } from '../../state/session.ts'
import { IconButton } from '../../ui/Button.tsx'
import section from '../Section.module.css'
import styles from './Panel.module.css'
import { type Segment, segments } from './select.ts'

const NO_PACKETS: readonly [] = []

export function Timeline() {
  const t = useT()
  const { engine } = usePage()
  const machine = useSession((s) => s.machine)
  const packets = useSession((s) => s.report?.packets) ?? NO_PACKETS
  const totalTicks = useSession((s) => s.report?.totalTicks ?? 0)
  const idle = !machine || totalTicks === 0
  const tick = Math.min(machine?.tick ?? 0, totalTicks)
  // The thumb stays under the pointer, although the machine has not come there yet.
  const [wanted, setWanted] = useState({ tick: -1, before: machine })
  const thumb = wanted.tick >= 0 && wanted.before === machine ? wanted.tick : tick
  const runs = useSession((s) => s.report?.activations ?? 0)
  const position = !machine
    ? t.timeline.nothing
    : packets.length === 0
      ? t.timeline.ran(machine.activation + 1, runs, machine.step, machine.steps)
      : t.timeline.position(machine.packet + 1, packets.length, machine.step, machine.steps)
  const all = useMemo(() => segments(packets), [packets])
  const current = machine?.packet ?? -1
  const atStart = idle || tick <= 0
  const atEnd = idle || tick >= totalTicks
  return (
    <section className={styles.timeline} aria-label={t.timeline.label} data-panel="timeline">
      <Buttons idle={idle} atStart={atStart} atEnd={atEnd} />
      <div className={styles.track}>
        <div className={styles.segments} aria-hidden="true">
          {all.map((s) => (
            <SegmentMark key={s.index} segment={s} current={current >= s.index && current < s.index + s.count} />
          ))}
        </div>
        <input
          id="timeline-slider"
          className={styles.slider}
          type="range"
          min={0}
          max={Math.max(1, totalTicks)}
          value={thumb}
          disabled={idle}
          aria-label={t.timeline.slider}
          aria-valuetext={position}
          onChange={(e) => {
            const to = Number(e.target.value)
            setWanted({ tick: to, before: machine })
            engine.go({ kind: 'tick', tick: to })
          }}
        />
      </div>
      <output className={`${section.muted} ${styles.position}`}>{position}</output>
    </section>
  )
}

const machineNow = () => useSession.getState().machine

interface ButtonsProps {
  readonly idle: boolean
  readonly atStart: boolean
  readonly atEnd: boolean
}

const Buttons = memo(function Buttons({ idle, atStart, atEnd }: ButtonsProps) {
  const t = useT()
  const { engine } = usePage()
  return (
    <div className={styles.buttons} role="group" aria-label={t.help.groups.step}>
      <IconButton
        icon="start"
        label={t.timeline.start}
        disabled={idle}
        onClick={() => engine.go({ kind: 'packet', packet: machineNow()?.packet ?? 0, step: 0 })}
      />
      <IconButton
        icon="breakBack"
        label={t.timeline.breakBack}
        keys={keysOf('breakBack')}
        disabled={atStart}
        onClick={() => engine.goToBreakpoint(-1)}
      />
      <IconButton
        icon="lineBack"
        label={t.timeline.lineBack}
        keys={keysOf('lineBack')}
        disabled={atStart}
        onClick={() => engine.go({ kind: 'line', by: -1 })}
      />
      <IconButton
        icon="stepBack"
        label={t.timeline.stepBack}
        keys={keysOf('stepBack')}
        disabled={atStart}
        onClick={() => engine.go({ kind: 'insn', by: -1 })}
      />
      <IconButton
        icon="step"
        label={t.timeline.step}
        keys={keysOf('step')}
        disabled={atEnd}
        onClick={() => engine.go({ kind: 'insn', by: 1 })}
      />
      <IconButton
        icon="line"
        label={t.timeline.line}
        keys={keysOf('line')}
        disabled={atEnd}
        onClick={() => engine.go({ kind: 'line', by: 1 })}
      />
      <IconButton
        icon="breakNext"
        label={t.timeline.breakNext}
        keys={keysOf('breakNext')}
        disabled={atEnd}
        onClick={() => engine.goToBreakpoint(1)}
      />
      <IconButton
        icon="end"
        label={t.timeline.end}
        disabled={idle}
        onClick={() => engine.go({ kind: 'packet', packet: machineNow()?.packet ?? 0, step: machineNow()?.steps ?? 0 })}
      />
    </div>
  )
})

const SegmentMark = memo(function SegmentMark({ segment: s, current }: { readonly segment: Segment; readonly current: boolean }) {
  return (
    <span
      className={`${styles.segment} ${styles[s.fault ? 'fault' : s.outcome]} ${current ? styles.current : ''}`}
      style={{ flexBasis: `${s.width}%` }}
    >
      {s.count === 1 && <span>{s.index + 1}</span>}
    </span>
  )
})
