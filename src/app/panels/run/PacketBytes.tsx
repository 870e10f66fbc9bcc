// The packet as bytes and as protocol layers. Pointing at a byte lights its field, pointing at a field lights its bytes. Bytes that the
// program read are underlined, written ones are boxed, those of the last instruction are filled; the same stands below in words.
import { type MouseEvent, memo, useEffect, useMemo, useRef, useState } from 'react'
import type { MachineView } from '../../../engine/index.ts'
import { useT } from '../../i18n/index.ts'
import { useRelated } from '../../state/hooks.ts'
import { keepSame } from '../../state/keep.ts'
import { NO_SELECTION } from '../../state/relate.ts'
import { useSession } from '../../state/session.ts'
import { Button } from '../../ui/Button.tsx'
import { PictureMenu } from '../../ui/PictureMenu.tsx'
import section from '../Section.module.css'
import { Layers } from './Layers.tsx'
import styles from './Panel.module.css'
import { BYTES_PER_ROW, type ByteRow, type ByteRun, byteRows, markText } from './select.ts'

/** Rows shown at first, and with each press on "more". */
const ROWS = 96
/** Rows that most panels have room for. Those behind them are laid out and painted when one scrolls to them. */
const SEEN_ROWS = 16

type Props = Pick<MachineView, 'packet' | 'packetHex' | 'packetMarks' | 'packetTouched' | 'layers'>

export const PacketBytes = memo(function PacketBytes({ packet, packetHex, packetMarks, packetTouched, layers }: Props) {
  const t = useT()
  const set = useSession((s) => s.set)
  const { bytes } = useRelated()
  const [shown, setShown] = useState(ROWS)
  const fresh = useMemo(
    () => byteRows({ hex: packetHex, marks: packetMarks, touched: packetTouched, layers, lit: bytes }),
    [packetHex, packetMarks, packetTouched, layers, bytes],
  )
  const before = useRef<readonly ByteRow[]>(undefined)
  const rows = keepSame(before.current, fresh)
  useEffect(() => {
    before.current = rows
  })
  const read = markText(packetMarks, 'read')
  const written = markText(packetMarks, 'write')
  return (
    <section className={`${styles.part} ${styles.packetPart}`} data-picture="" aria-label={t.run.packet}>
      <h3 className={styles.partHeading}>
        {t.run.packet} <span className={section.muted}>{t.run.bytes(packetHex.length / 2)}</span>
        <PictureMenu name={`packet-${packet + 1}`} of="[data-picture]" />
      </h3>
      {rows.length === 0 ? (
        <p className={`${section.muted} ${styles.quiet}`}>{t.run.packetEmpty}</p>
      ) : (
        <div className={styles.packetColumns}>
          <div className={styles.hex}>
            <pre className={styles.grid} onMouseMove={(event) => pointAt(byteAt(event))} onMouseLeave={() => set({ hover: NO_SELECTION })}>
              {rows.slice(0, Math.min(SEEN_ROWS, shown)).map((row) => (
                <Row key={row.offset} row={row} />
              ))}
              {rows.length > SEEN_ROWS && shown > SEEN_ROWS && (
                <div className={styles.far} style={{ containIntrinsicHeight: `${ROW_PX * (Math.min(rows.length, shown) - SEEN_ROWS)}px` }}>
                  {rows.slice(SEEN_ROWS, shown).map((row) => (
                    <Row key={row.offset} row={row} />
                  ))}
                </div>
              )}
            </pre>
            {rows.length > shown && (
              <Button kind="quiet" icon="down" onClick={() => setShown(shown + ROWS)}>
                {t.run.more((rows.length - shown) * BYTES_PER_ROW)}
              </Button>
            )}
            <p className={`${section.muted} ${styles.marks}`}>
              {read && (
                <span>
                  <span className={`${styles.byte} ${styles.nowRead}`}>{t.run.read}</span> {read}
                </span>
              )}
              {written && (
                <span>
                  <span className={`${styles.byte} ${styles.nowWrite}`}>{t.run.written}</span> {written}
                </span>
              )}
            </p>
          </div>
          <Layers layers={layers} />
        </div>
      )}
    </section>
  )
})

const Row = memo(function Row({ row: { offset, size, runs, ascii } }: { readonly row: ByteRow }) {
  return (
    <div className={styles.byteRow} data-offset={offset} data-size={size}>
      {`${offset.toString(16).padStart(4, '0')} `}
      {runs.map((run) => (
        <span key={run.offset} className={runClass(run)}>
          {run.text}
        </span>
      ))}
      <span className={styles.ascii} style={size < BYTES_PER_ROW ? { marginLeft: `${(BYTES_PER_ROW - size) * BYTE_CH}ch` } : undefined}>
        {ascii}
      </span>
    </div>
  )
})

function runClass({ layer, touched, now, lit }: ByteRun): string {
  const classes = [styles.bytes, layer >= 0 ? styles[`layer${layer % 4}`] : '']
  if (touched === 'read') classes.push(styles.wasRead)
  if (touched === 'write') classes.push(styles.wasWritten)
  if (now === 'read') classes.push(styles.nowRead)
  if (now === 'write') classes.push(styles.nowWrite)
  if (lit) classes.push(styles.litByte)
  return classes.filter(Boolean).join(' ')
}

/** Widths of a row in characters and its height in pixels, as the styles have them. */
const ROW_CH = 65.8
const ROW_PX = 20
const OFFSET_CH = 4.6
const BYTE_CH = 2.75

/** Offset of the byte under the pointer, -1 beside them. */
function byteAt({ target, clientX }: MouseEvent): number {
  const row = (target as Element).closest<HTMLElement>('[data-offset]')
  if (!row) return -1
  const { left, width } = row.getBoundingClientRect()
  const at = Math.floor((((clientX - left) / width) * ROW_CH - OFFSET_CH) / BYTE_CH)
  return at >= 0 && at < Number(row.dataset['size']) ? Number(row.dataset['offset']) + at : -1
}

function pointAt(offset: number): void {
  const { hover, set } = useSession.getState()
  if (offset < 0) {
    if (hover.kind !== 'none') set({ hover: NO_SELECTION })
  } else if (hover.kind !== 'bytes' || hover.offset !== offset) set({ hover: { kind: 'bytes', offset, size: 1 } })
}
