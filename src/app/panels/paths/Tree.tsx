// The tree of explored paths. Only rows on the page are in the document, and only their windows are pulled from the worker. Up and down go from
// row to row, left and right one step back and forth along the path, Enter takes the other way of a branch.
import { useCallback, useEffect, useState } from 'react'
import type { PathRow } from '../../../engine/index.ts'
import type { Subject } from '../../../worker/index.ts'
import { useT } from '../../i18n/index.ts'
import { usePage } from '../../state/hooks.ts'
import { keyOf, PATH_PAGE, useThinking } from '../../state/thinking.ts'
import { type ListRow, VirtualList } from '../../ui/VirtualList.tsx'
import styles from './Panel.module.css'
import { rowShape } from './select.ts'

const INDENT_PX = 11

export function Tree({ subject }: { readonly subject: Subject }) {
  const t = useT()
  const { thinker } = usePage()
  const total = useThinking((s) => s.total)
  const pages = useThinking((s) => s.pages)
  const step = useThinking((s) => s.step)
  const at = useThinking((s) => s.at)
  const key = keyOf(subject)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the subject's name stands for it
  const onRange = useCallback(
    (first: number, last: number) => {
      for (let page = Math.floor(first / PATH_PAGE); page <= Math.floor(last / PATH_PAGE); page++) thinker.needRows(subject, page)
    },
    [thinker, key],
  )
  const rowAt = (i: number): PathRow | undefined => pages[Math.floor(i / PATH_PAGE)]?.[i % PATH_PAGE]
  // A row that was chosen before its window has come is gone to when it comes.
  const [wanted, setWanted] = useState(-1)
  const first = wanted < 0 ? undefined : rowAt(wanted)?.first
  // biome-ignore lint/correctness/useExhaustiveDependencies: the subject's name stands for it
  useEffect(() => {
    if (first === undefined) return
    setWanted(-1)
    thinker.go(subject, first)
  }, [thinker, key, first])
  const active = at < 0 ? -1 : (step?.row ?? -1)
  return (
    <div className={styles.tree}>
      <VirtualList
        label={t.paths.tree}
        count={Math.max(0, total)}
        active={active}
        follow={active}
        onRange={onRange}
        row={(i) => listRow(rowAt(i), t)}
        onActive={(i) => {
          const row = rowAt(i)
          if (row) {
            setWanted(-1)
            thinker.go(subject, row.first)
          } else {
            setWanted(i)
            thinker.needRows(subject, Math.floor(i / PATH_PAGE))
          }
        }}
        onKey={(event) => {
          const to =
            event.key === 'ArrowRight'
              ? step?.next
              : event.key === 'ArrowLeft'
                ? step?.parent
                : event.key === 'Enter'
                  ? step?.otherWay
                  : undefined
          if (to === undefined) return
          event.preventDefault()
          if (to >= 0) thinker.go(subject, to)
        }}
      />
    </div>
  )
}

function listRow(row: PathRow | undefined, t: ReturnType<typeof useT>): ListRow {
  if (!row) return { content: '' }
  const { indent, deeper, sign, slots, lines } = rowShape(row)
  return {
    className: styles.row,
    label: [
      t.paths.row(slots, row.last - row.first + 1),
      lines && t.verify.causeLine(Number.parseInt(lines, 10)),
      row.text,
      t.paths.end[row.end],
    ]
      .filter(Boolean)
      .join(', '),
    content: (
      <>
        <span className={styles.indent} style={{ width: indent * INDENT_PX }} />
        {deeper > 0 && <span className={styles.deeper}>{deeper}</span>}
        <span className={styles.sign} data-end={row.end}>
          {sign}
        </span>
        <span className={styles.slots}>{slots}</span>
        {row.frame > 0 && <span className={styles.func}>{row.func}</span>}
        <code className={styles.text}>{row.text}</code>
        <span className={styles.end} data-end={row.end}>
          {t.paths.end[row.end]}
        </span>
        <span className={styles.lines}>{lines}</span>
      </>
    ),
  }
}
