// The types that the program brings, found by name; a struct with its places, holes and padding.
import { useState } from 'react'
import type { TypeRow } from '../../../engine/index.ts'
import { useT } from '../../i18n/index.ts'
import { useSession } from '../../state/session.ts'
import { useAnswer } from '../../state/useAnswer.ts'
import { Chip } from '../../ui/Chip.tsx'
import section from '../Section.module.css'
import styles from './Panel.module.css'

export function Types() {
  const t = useT()
  const program = useSession((s) => s.program)
  const view = useAnswer('types', { program })
  const [wanted, setWanted] = useState('')
  if (!view) return null
  if (view.types.length === 0) return <p className={section.empty}>{t.inside.noTypes}</p>
  const found = view.types.filter((type) => type.name.toLowerCase().includes(wanted.trim().toLowerCase()))
  return (
    <>
      <div className={section.bar}>
        <input
          className={styles.filter}
          type="search"
          placeholder={t.inside.typesFilter}
          aria-label={t.inside.typesFilter}
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
        />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <div className={section.scroll} tabIndex={0} role="group" aria-label={t.inside.views.types}>
        {found.map((type) => (
          <Type key={type.id} type={type} />
        ))}
      </div>
    </>
  )
}

function Type({ type }: { readonly type: TypeRow }) {
  const t = useT()
  const holes = type.layout.filter((l) => l.kind === 'hole').length
  const bytes = (bits: number) => (bits % 8 === 0 ? t.inside.size(bits / 8) : t.inside.bits(bits))
  return (
    <details className={styles.type}>
      <summary>
        <code>
          {type.kind} {type.name}
        </code>
        <span className={section.muted}>{t.inside.size(type.sizeBytes)}</span>
        {holes > 0 && <Chip tone="warn">{t.inside.holes(holes)}</Chip>}
      </summary>
      {type.layout.length === 0 ? (
        <pre className={styles.definition}>{type.text}</pre>
      ) : (
        <table className={section.table}>
          <thead>
            <tr>
              <th>{t.inside.offset}</th>
              <th>{t.inside.sizeHead}</th>
              <th>{t.inside.member}</th>
            </tr>
          </thead>
          <tbody>
            {type.layout.map((row, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows of one type, which never changes
              <tr key={i} className={row.kind === 'hole' ? styles.hole : undefined}>
                <td className={section.number}>{row.offBits % 8 === 0 ? row.offBits / 8 : `${row.offBits >> 3}:${row.offBits & 7}`}</td>
                <td className={section.number}>
                  {row.kind === 'bits' || row.sizeBits % 8 ? t.inside.bits(row.sizeBits) : row.sizeBits / 8}
                </td>
                <td style={{ paddingLeft: 8 + row.depth * 16 }}>
                  {row.kind === 'hole' ? t.inside.hole(bytes(row.sizeBits)) : `${row.type} ${row.name}`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </details>
  )
}
