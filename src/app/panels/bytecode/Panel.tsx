// The listing: slot, instruction, C line; hover and cursor light up the other panels; a click or F9 sets a breakpoint.
import { lazy, Suspense, useMemo } from 'react'
import type { ListingRow } from '../../../engine/index.ts'
import { useT } from '../../i18n/index.ts'
import { toggleBreakpoint } from '../../state/breakpoints.ts'
import { useDocument } from '../../state/document.ts'
import { useRelated } from '../../state/hooks.ts'
import { NO_SELECTION } from '../../state/relate.ts'
import { shownListing, shownPc, shownProgram, useSession } from '../../state/session.ts'
import { useThinking } from '../../state/thinking.ts'
import { IconButton } from '../../ui/Button.tsx'
import { type ListRow, VirtualList } from '../../ui/VirtualList.tsx'
import { heatLevels } from '../paths/select.ts'
import section from '../Section.module.css'
import styles from './Panel.module.css'
import { type BytecodeRow, bytecodeRows, flagsOf, indexOfSlot, type Marks, type RowFlags, spacedBytes, tokens } from './select.ts'

const Arrows = lazy(async () => ({ default: (await import('../debug/Arrows.tsx')).Arrows }))

export function BytecodePanel() {
  const t = useT()
  const programs = useSession((s) => s.report?.programs)
  const program = useSession((s) => s.program)
  const held = useSession((s) => s.phase === 'held')
  const shown = useSession(shownProgram)
  const listing = useSession(shownListing)
  const pc = useSession(shownPc)
  const selection = useSession((s) => s.selection)
  const set = useSession((s) => s.set)
  const slots = useDocument((s) => s.breakpoints.slots)
  const lines = useDocument((s) => s.breakpoints.lines)
  const related = useRelated()
  const heat = useHeat()
  const arrows = useThinking((s) => s.arrows)
  const rejected = shown?.verdict.verdict === 'rejected' ? shown.verdict.insn : -1
  const rows = useMemo(() => bytecodeRows(listing), [listing])
  const marks: Marks = useMemo(
    () => ({
      pc,
      rejected: shown?.verdict.verdict === 'rejected' ? shown.verdict.insn : -1,
      lit: new Set(related.slots),
      breakpoints: new Set([
        ...slots,
        ...rows.flatMap((r) => (r.kind === 'insn' && r.firstOfLine && lines.includes(r.row.line) ? [r.row.slot] : [])),
      ]),
    }),
    [pc, shown, related, slots, lines, rows],
  )
  const active = selection.kind === 'insn' ? indexOfSlot(rows, selection.slot) : indexOfSlot(rows, pc)
  const follow = indexOfSlot(rows, selection.kind === 'none' ? (pc >= 0 ? pc : marks.rejected) : (related.slots[0] ?? -1))
  const activeRow = rows[active]

  return (
    <section className={section.panel} aria-label={t.bytecode.label}>
      <div className={section.bar}>
        <h2>{t.panels.bytecode}</h2>
        {programs && programs.length > 1 && (
          <select
            className={section.select}
            aria-label={t.bytecode.program}
            value={program}
            onChange={(e) => set({ program: Number(e.target.value), selection: NO_SELECTION })}
          >
            {programs.map((p, i) => (
              <option key={p.name} value={i}>
                {p.name}
              </option>
            ))}
          </select>
        )}
        <span className={`${section.muted} ${section.clip}`}>
          {shown && `${shown.section || shown.name} · ${t.bytecode.insns(shown.insnCount)}`}
        </span>
        <span className={section.spacer} />
        <IconButton
          icon="arrows"
          label={t.bytecode.arrows}
          pressed={arrows}
          onClick={() => useThinking.getState().set({ arrows: !arrows })}
        />
      </div>
      {rows.length === 0 ? (
        <p className={section.empty}>{programs ? t.bytecode.empty : held ? t.bytecode.held : t.bytecode.waiting}</p>
      ) : (
        <VirtualList
          label={t.bytecode.label}
          count={rows.length}
          active={active}
          follow={follow}
          overlay={
            arrows || rejected >= 0
              ? (rowHeight) => (
                  <Suspense>
                    <Arrows rows={rows} rowHeight={rowHeight} rejected={rejected} all={arrows} />
                  </Suspense>
                )
              : undefined
          }
          row={(i) => listRow(rows[i], marks, heat, t)}
          onActive={(i) => {
            const row = rows[i]
            if (row.kind === 'insn') set({ selection: { kind: 'insn', slot: row.row.slot } })
          }}
          onHover={(i) => {
            const row = rows[i]
            set({ hover: row?.kind === 'insn' ? { kind: 'insn', slot: row.row.slot } : NO_SELECTION })
          }}
        />
      )}
      <p id="arrow-words" className="visuallyHidden" />
      {activeRow?.kind === 'insn' && (
        <p className={styles.detail}>
          <span className={styles.bytes}>{spacedBytes(activeRow.row.bytes)}</span>
          {activeRow.row.line > 0 && <span>{t.bytecode.line(activeRow.row.line)}</span>}
          {activeRow.row.target >= 0 && <span>{t.bytecode.jumpsTo(activeRow.row.target)}</span>}
        </p>
      )}
    </section>
  )
}

interface Heat {
  readonly visits: readonly number[]
  readonly levels: readonly number[]
}

/** Visits of the verifier, while they are asked for and about the shown program. */
function useHeat(): Heat | undefined {
  const isOn = useThinking((s) => s.heat)
  const visits = useThinking((s) => s.summary?.heat)
  const key = useThinking((s) => s.key)
  const shown = useSession((s) => `build/${s.report?.revision}/${s.program}`)
  return useMemo(() => (isOn && visits && key === shown ? { visits, levels: heatLevels(visits) } : undefined), [isOn, visits, key, shown])
}

function listRow(row: BytecodeRow, marks: Marks, heat: Heat | undefined, t: ReturnType<typeof useT>): ListRow {
  if (row.kind === 'label') return { heading: true, className: styles.label, content: `${row.text}:` }
  const { slot, text, line } = row.row
  const flags = flagsOf(slot, marks)
  const said = [
    t.bytecode.row(slot, text),
    line > 0 ? t.bytecode.line(line) : '',
    flags.pc ? t.bytecode.next : '',
    flags.rejected ? t.bytecode.rejectedHere : '',
    flags.breakpoint ? t.bytecode.breakpoint : '',
    heat ? t.paths.visits(heat.visits[slot] ?? 0) : '',
  ]
  return {
    className: [styles.row, flags.lit && styles.lit, flags.pc && styles.pc, flags.rejected && styles.rejected].filter(Boolean).join(' '),
    label: said.filter(Boolean).join(', '),
    content: (
      <RowContent
        row={row.row}
        firstOfLine={row.firstOfLine}
        {...flags}
        {...(heat ? { visits: heat.visits[slot] ?? 0, level: heat.levels[slot] ?? 0 } : {})}
      />
    ),
  }
}

interface RowProps extends RowFlags {
  readonly row: ListingRow
  readonly firstOfLine: boolean
  /** Of the verifier, where they are shown: how many, and how hot that is from 0 to 5. */
  readonly visits?: number
  readonly level?: number
}

function RowContent({ row, firstOfLine, pc, rejected, breakpoint, visits, level = 0 }: RowProps) {
  const { slot, text, line } = row
  return (
    <>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/noStaticElementInteractions: F9 does the same from the keyboard */}
      <span
        className={styles.gutter}
        onClick={(event) => {
          event.stopPropagation()
          const { lines, slots } = useDocument.getState().breakpoints
          const byLine = firstOfLine && lines.includes(line) && !slots.includes(slot)
          toggleBreakpoint(byLine ? { kind: 'line', line } : { kind: 'insn', slot })
        }}
      >
        <span className={breakpoint ? styles.dot : styles.noDot} />
      </span>
      {visits !== undefined && (
        <span className={styles.heat} data-level={level}>
          {visits}
        </span>
      )}
      <span className={styles.mark}>{rejected ? '✗' : pc ? '▶' : ''}</span>
      <span className={styles.slot}>{slot}</span>
      <span className={styles.text}>
        {tokens(text).map((token, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one fixed text
          <span key={i} className={styles[token.kind]}>
            {token.text}
          </span>
        ))}
      </span>
      <span className={styles.line}>{firstOfLine ? line : ''}</span>
    </>
  )
}
