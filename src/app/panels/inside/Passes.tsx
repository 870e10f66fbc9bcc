// The compiler's passes in their order; the program after the chosen one, with the lines that it made marked.
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useAnswer } from '../../state/useAnswer.ts'
import { type ListRow, VirtualList } from '../../ui/VirtualList.tsx'
import section from '../Section.module.css'
import styles from './Panel.module.css'

const MAX_LINES = 2000

export function Passes() {
  const t = useT()
  const list = useAnswer('passes', {})
  const [wanted, setWanted] = useState(0)
  const [line, setLine] = useState(-1)
  const index = Math.min(wanted, (list?.passes.length ?? 1) - 1)
  const window = useAnswer('pass', list && list.passes.length > 0 ? { index, from: 0, count: MAX_LINES } : undefined)
  if (!list || list.passes.length === 0) return null
  const changed = list.passes.filter((p) => p.changed).length
  const row = (i: number): ListRow => {
    const { text, fresh } = window?.lines[i] ?? { text: '', fresh: false }
    return { className: fresh ? styles.fresh : undefined, content: <span className={styles.ir}>{text}</span> }
  }
  return (
    <>
      <div className={section.bar}>
        <label>
          {t.inside.pass}{' '}
          <select
            className={section.select}
            value={index}
            onChange={(event) => {
              setWanted(Number(event.target.value))
              setLine(-1)
            }}
          >
            {list.passes.map((pass, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a pass may come twice; its place is its name
              <option key={i} value={i}>
                {`${i + 1}. ${pass.name}${pass.changed || i === 0 ? '' : ` (${t.inside.unchanged})`}`}
              </option>
            ))}
          </select>
        </label>
        <span className={section.muted}>{t.inside.changedIn(changed, list.passes.length)}</span>
      </div>
      <VirtualList label={t.inside.passText} count={window?.lines.length ?? 0} row={row} active={line} onActive={setLine} wide />
    </>
  )
}
