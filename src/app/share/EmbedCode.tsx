// In the share dialog: HTML that shows this work in a frame of another page, with the panels that are chosen.
import { useState } from 'react'
import { useT } from '../i18n/index.ts'
import styles from '../shell/Dialogs.module.css'
import { embedCode } from '../shell/embed.ts'
import { mainName } from '../state/engine.ts'
import { PANELS, type PanelName, useUi } from '../state/ui.ts'
import { Button } from '../ui/Button.tsx'
import { toClipboard } from './link.ts'
import { useTexts } from './texts.ts'

export function EmbedCode({ address }: { readonly address: string }) {
  const t = useT()
  const words = useTexts().embed
  const [panels, setPanels] = useState<readonly PanelName[]>(['code', 'run'])
  const [readOnly, setReadOnly] = useState(false)
  const html = embedCode(address, { panels, readOnly }, words.frame(mainName()))
  const copy = async () => {
    if (await toClipboard(html)) useUi.getState().tell(words.copied)
  }
  const toggle = (panel: PanelName) => setPanels(PANELS.filter((p) => (p === panel) !== panels.includes(p)))
  return (
    <details className={styles.more}>
      <summary>{words.title}</summary>
      <fieldset className={styles.choices}>
        <legend>{words.panels}</legend>
        {PANELS.map((panel) => (
          <label key={panel}>
            <input type="checkbox" checked={panels.includes(panel)} onChange={() => toggle(panel)} /> {t.panels[panel]}
          </label>
        ))}
        <label>
          <input type="checkbox" checked={readOnly} onChange={(event) => setReadOnly(event.target.checked)} /> {words.readOnly}
        </label>
      </fieldset>
      <label className={styles.label} htmlFor="embed-code">
        {words.code}
      </label>
      <div className={styles.row}>
        <input id="embed-code" className={styles.link} readOnly value={html} onFocus={(event) => event.target.select()} />
        <Button onClick={() => void copy()}>{words.copy}</Button>
      </div>
    </details>
  )
}
