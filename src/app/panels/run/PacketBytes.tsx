// The packet as bytes and as protocol layers. Pointing at a byte lights its field, pointing at a field lights its bytes. Bytes that the
// program read are underlined, written ones are boxed, those of the last instruction are filled; the same stands below in words.
import { memo, useMemo, useState } from 'react'
import type { MachineView } from '../../../engine/index.ts'
import { useT } from '../../i18n/index.ts'
import { useRelated } from '../../state/hooks.ts'
import { NO_SELECTION } from '../../state/relate.ts'
import { useSession } from '../../state/session.ts'
import { Button } from '../../ui/Button.tsx'
import { PictureMenu } from '../../ui/PictureMenu.tsx'
import section from '../Section.module.css'
import { Layers } from './Layers.tsx'
import styles from './Panel.module.css'
import { asciiOf, BYTES_PER_ROW, type ByteCell, byteRows, markText } from './select.ts'

/** Rows shown at first, and with each press on "more". */
const ROWS = 96

type Props = Pick<MachineView, 'packet' | 'packetHex' | 'packetMarks' | 'packetTouched' | 'layers'>

export const PacketBytes = memo(function PacketBytes({ packet, packetHex, packetMarks, packetTouched, layers }: Props) {
  const t = useT()
  const set = useSession((s) => s.set)
  const { bytes } = useRelated()
  const [shown, setShown] = useState(ROWS)
  const rows = useMemo(
    () => byteRows({ hex: packetHex, marks: packetMarks, touched: packetTouched, layers }),
    [packetHex, packetMarks, packetTouched, layers],
  )
  const lit = (cell: ByteCell) => bytes !== undefined && cell.offset >= bytes.offset && cell.offset < bytes.offset + bytes.size
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
            <pre className={styles.grid} onMouseLeave={() => set({ hover: NO_SELECTION })}>
              {rows.slice(0, shown).map((row) => (
                <div key={row.offset} className={styles.byteRow}>
                  <span className={styles.byteOffset}>{row.offset.toString(16).padStart(4, '0')}</span>
                  {row.cells.map((cell) => (
                    // biome-ignore lint/a11y/noStaticElementInteractions: as above
                    <span
                      key={cell.offset}
                      className={byteClass(cell, lit(cell))}
                      onMouseEnter={() => set({ hover: { kind: 'bytes', offset: cell.offset, size: 1 } })}
                    >
                      {cell.hex}
                    </span>
                  ))}
                  <span className={styles.ascii} style={{ gridColumn: 18 }}>
                    {asciiOf(row)}
                  </span>
                </div>
              ))}
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

function byteClass(cell: ByteCell, lit: boolean): string {
  const classes = [styles.byte, cell.layer >= 0 ? styles[`layer${cell.layer % 4}`] : '']
  if (cell.touched === 'read') classes.push(styles.wasRead)
  if (cell.touched === 'write') classes.push(styles.wasWritten)
  if (cell.now === 'read') classes.push(styles.nowRead)
  if (cell.now === 'write') classes.push(styles.nowWrite)
  if (lit) classes.push(styles.litByte)
  return classes.filter(Boolean).join(' ')
}
