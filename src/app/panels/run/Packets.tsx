// The packets of the scenario in order, each with its verdict; choosing one puts the machine at its start. Above: where they come from.
import { useDeferredValue, useState } from 'react'
import type { PacketRow, Stimulus } from '../../../engine/index.ts'
import { pickCapture } from '../../files.ts'
import { useT } from '../../i18n/index.ts'
import { useDocument } from '../../state/document.ts'
import { usePage, useTemporal } from '../../state/hooks.ts'
import { useSession } from '../../state/session.ts'
import { Button, IconButton } from '../../ui/Button.tsx'
import { Chip } from '../../ui/Chip.tsx'
import { type ListRow, useRowHeight, VirtualList } from '../../ui/VirtualList.tsx'
import section from '../Section.module.css'
import styles from './Panel.module.css'
import { packetTone, shortSummary, timeText } from './select.ts'

const FIRST: readonly Stimulus[] = [{ kind: 'capture', name: 'first-steps' }]
const NO_PACKETS: readonly PacketRow[] = []

export function Packets() {
  const t = useT()
  const page = usePage()
  const packets = useSession((s) => s.report?.packets) ?? NO_PACKETS
  // A list that scrolls is much to draw: a drag along the timeline does not wait for it.
  const machine = useDeferredValue(useSession((s) => s.machine))
  // A second key goes on from the first one's packet, although the machine has not come there yet.
  const [wanted, setWanted] = useState({ packet: -1, before: machine })
  const current = wanted.packet >= 0 && wanted.before === machine ? wanted.packet : (machine?.packet ?? -1)
  const stimuli = useDocument((s) => s.scenario.stimuli)
  const setStimuli = useDocument((s) => s.setStimuli)
  const temporal = useTemporal()
  const rowHeight = useRowHeight()
  const isFirst = stimuli.length === 1 && stimuli[0].kind === 'capture'
  return (
    <section className={styles.packets} aria-label={t.run.packets}>
      <div className={section.bar}>
        <h3 className={section.heading}>{t.run.packets}</h3>
        <span className={`${section.muted} ${section.clip}`} title={t.run.source}>
          {sourceText(stimuli, t)}
        </span>
        <span className={section.spacer} />
        {temporal.canUndo && <IconButton icon="undo" label={t.run.undo} onClick={temporal.undo} />}
        {temporal.canRedo && <IconButton icon="redo" label={t.run.redo} onClick={temporal.redo} />}
        {!isFirst && (
          <Button kind="quiet" onClick={() => setStimuli(FIRST)}>
            {t.run.backToFirst}
          </Button>
        )}
        <Button kind="quiet" icon="file" onClick={() => pickCapture(page)}>
          {t.run.openCapture}
        </Button>
      </div>
      {packets.length === 0 ? (
        <p className={section.empty}>{t.run.noPackets}</p>
      ) : (
        <div className={styles.packetList} style={{ height: packets.length * rowHeight }}>
          <VirtualList
            label={t.run.packets}
            count={packets.length}
            active={current}
            follow={current}
            row={(i) => packetRow(packets[i], i === current, t)}
            onActive={(i) => {
              setWanted({ packet: i, before: machine })
              page.engine.go({ kind: 'packet', packet: i, step: 0 })
            }}
          />
        </div>
      )}
    </section>
  )
}

function sourceText(stimuli: readonly Stimulus[], t: ReturnType<typeof useT>): string {
  const own = stimuli.filter((s) => s.kind === 'packet').length
  const names = stimuli.flatMap((s) => (s.kind === 'pcap' ? [s.name] : s.kind === 'capture' ? [t.run.firstSteps] : []))
  return [...names, ...(own > 0 ? [t.run.handMade(own)] : [])].join(', ')
}

function packetRow(row: PacketRow, current: boolean, t: ReturnType<typeof useT>): ListRow {
  return {
    className: `${styles.packet} ${current ? styles.current : ''}`,
    label: `${t.run.chosen(row.index + 1)}: ${row.protocol}, ${row.summary}, ${t.run.bytes(row.sizeBytes)}, ${row.verdict || t.run.notRun}`,
    content: <Packet row={row} notRun={t.run.notRun} />,
  }
}

function Packet({ row, notRun }: { readonly row: PacketRow; readonly notRun: string }) {
  return (
    <>
      <span className={styles.index}>{row.index + 1}</span>
      <span className={styles.time}>{timeText(row.atNs)}</span>
      <span className={styles.protocol}>{row.protocol}</span>
      <span className={styles.summary} title={row.summary}>
        {shortSummary(row.summary)}
      </span>
      <span className={styles.size}>{row.sizeBytes}</span>
      <span className={styles.outcome}>
        <Chip tone={packetTone(row)} mark={row.verdict !== ''}>
          {row.verdict || notRun}
        </Chip>
      </span>
    </>
  )
}
