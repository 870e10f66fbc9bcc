// The WebAssembly that the program is compiled to, below the instruction that each piece of it came from. Choosing a line chooses its instruction everywhere.
import { useMemo, useState } from 'react'
import { NO_SELECTION } from '../../state/relate.ts'
import { focusSlot, shownListing, useSession } from '../../state/session.ts'
import { useAnswer } from '../../state/useAnswer.ts'
import { type ListRow, VirtualList } from '../../ui/VirtualList.tsx'
import section from '../Section.module.css'
import { type WasmRow, wasmRows } from './select.ts'
import { useTexts } from './texts.ts'
import styles from './Wasm.module.css'

export function Wasm() {
  const t = useTexts().wasm
  const program = useSession((s) => s.program)
  const listing = useSession(shownListing)
  const view = useAnswer('wasm', { program })
  const slot = useSession(focusSlot)
  const [active, setActive] = useState(-1)
  const rows = useMemo(() => (view ? wasmRows(view, listing, t) : []), [view, listing, t])
  const follow = useMemo(() => rows.findIndex((r) => r.kind === 'insn' && r.slot === slot), [rows, slot])
  if (!view) return null
  if (view.functions.length === 0) return <p className={section.empty}>{t.none}</p>
  const shown = rows[active]
  const isActive = shown !== undefined && shown.slot === slot
  return (
    <>
      <p className={`${section.bar} ${section.muted}`}>{t.intro(view.functions.length, view.lines)}</p>
      <VirtualList
        label={t.label}
        count={rows.length}
        row={(i) => listRow(rows[i], slot)}
        active={isActive ? active : follow}
        follow={isActive ? -1 : follow}
        onActive={(i) => {
          setActive(i)
          const row = rows[i]
          useSession.getState().set({ selection: row && row.slot >= 0 ? { kind: 'insn', slot: row.slot } : NO_SELECTION })
        }}
        wide
      />
    </>
  )
}

function listRow(row: WasmRow, slot: number): ListRow {
  const here = row.slot >= 0 && row.slot === slot ? styles.here : ''
  if (row.kind === 'line')
    return {
      className: `${styles.line} ${here}`,
      content: <span style={{ paddingLeft: `${3 + row.depth * 1.5}ch` }}>{row.text}</span>,
    }
  return { heading: true, className: `${styles[row.kind]} ${here}`, content: row.text }
}
