// The protocol layers of the packet with their fields. Each layer can be folded; pointing at a field lights its bytes.
import { memo } from 'react'
import type { LayerView } from '../../../engine/index.ts'
import { useT } from '../../i18n/index.ts'
import { useRelated } from '../../state/hooks.ts'
import { NO_SELECTION } from '../../state/relate.ts'
import { useSession } from '../../state/session.ts'
import styles from './Panel.module.css'

export const Layers = memo(function Layers({ layers }: { readonly layers: readonly LayerView[] }) {
  const t = useT()
  const set = useSession((s) => s.set)
  const { field } = useRelated()
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: pointing only lights up the bytes
    <div className={styles.layers} onMouseLeave={() => set({ hover: NO_SELECTION })}>
      <h4 className="visuallyHidden">{t.run.layers}</h4>
      {layers.map((layer, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: layers have no identity but their place
        <details key={n} open>
          {/* biome-ignore lint/a11y/noStaticElementInteractions: a summary is interactive; pointing only lights up bytes */}
          <summary
            className={`${styles.layerName} ${styles[`layer${n % 4}`]}`}
            onMouseEnter={() => set({ hover: { kind: 'layer', layer: n, field: -1 } })}
          >
            {layer.name} <span className={styles.layerSize}>{t.run.bytes(layer.size)}</span>
          </summary>
          <dl className={styles.fields}>
            {layer.fields.map((f, i) => (
              // biome-ignore lint/a11y/noStaticElementInteractions: as above
              <div
                key={f.name}
                className={field?.layer === n && field.field === i ? styles.litField : undefined}
                onMouseEnter={() => set({ hover: { kind: 'layer', layer: n, field: i } })}
              >
                <dt>{f.name}</dt>
                <dd>{f.value}</dd>
              </div>
            ))}
          </dl>
        </details>
      ))}
    </div>
  )
})
