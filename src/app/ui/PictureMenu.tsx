// Saves the piece of the page that it stands in as SVG or PNG. What draws pictures is loaded when one is asked for.
import { useRef } from 'react'
import { useT } from '../i18n/index.ts'
import { useUi } from '../state/ui.ts'
import { Icon } from './Icon.tsx'
import styles from './PictureMenu.module.css'

interface Props {
  /** Name of the file, without its ending. */
  readonly name: string
  /** What is drawn: the nearest one around the menu, or within it where `inside` is given. */
  readonly of: string
  readonly inside?: string
}

export function PictureMenu({ name, of, inside }: Props) {
  const t = useT().picture
  const here = useRef<HTMLSpanElement>(null)
  const save = (kind: 'svg' | 'png') => {
    const around = here.current?.closest(of)
    const target = inside ? around?.querySelector(inside) : around
    if (!target) return
    const { tell } = useUi.getState()
    import('./picture.ts')
      .then(({ savePicture }) => savePicture(target, name, kind))
      .then(
        () => tell(t.saved(`${name}.${kind}`)),
        () => tell(t.failed),
      )
  }
  return (
    <span ref={here} className={styles.picture} data-no-picture="">
      {(['svg', 'png'] as const).map((kind) => (
        <button key={kind} type="button" aria-label={t.as(kind.toUpperCase())} title={t.as(kind.toUpperCase())} onClick={() => save(kind)}>
          {kind === 'svg' && <Icon name="picture" size={14} />}
          {kind.toUpperCase()}
        </button>
      ))}
    </span>
  )
}
