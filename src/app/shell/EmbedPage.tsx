// The page in a frame of another page: the verdict, the panels that were asked for side by side (one at a time where it is narrow), the
// timeline where a run is shown, and the way to the whole page. Saves nothing.
import { useState } from 'react'
import { CodePanel } from '../editor/CodePanel.tsx'
import { useT } from '../i18n/index.ts'
import { BytecodePanel } from '../panels/bytecode/Panel.tsx'
import { Timeline } from '../panels/timeline/Panel.tsx'
import { type PanelName, useUi } from '../state/ui.ts'
import { Tabs } from '../ui/Tabs.tsx'
import styles from './EmbedPage.module.css'
import { type Embed, wholeAddress } from './embed.ts'
import { ResultPanel } from './Results.tsx'
import { useWidth } from './useWidth.ts'
import { VerdictStrip } from './VerdictStrip.tsx'

export function EmbedPage({ embed }: { readonly embed: Embed }) {
  const t = useT()
  const narrow = useWidth() === 'narrow'
  const [current, setCurrent] = useState(embed.panels[0])
  const tab = useUi((s) => s.tab)
  const panels = embed.follows ? (['code', tab] as const) : embed.panels
  const shown = narrow ? [current] : panels
  return (
    <div className={styles.page}>
      <VerdictStrip />
      {narrow && embed.panels.length > 1 && (
        <Tabs
          label={t.panels.switcher}
          items={embed.panels.map((id) => ({ id, label: t.panels[id], icon: id }))}
          current={current}
          onChange={setCurrent}
        />
      )}
      <main className={styles.panels}>
        {shown.map((panel) => (
          <div key={panel} className={styles.panel}>
            <One panel={panel} />
          </div>
        ))}
      </main>
      {embed.panels.includes('run') && <Timeline />}
      <footer className={styles.footer}>
        <a
          href={wholeAddress(location.href)}
          target="_blank"
          rel="noopener noreferrer"
          onClick={(event) => {
            event.currentTarget.href = wholeAddress(location.href)
          }}
        >
          {t.embed.open}
        </a>
      </footer>
    </div>
  )
}

function One({ panel }: { readonly panel: PanelName }) {
  switch (panel) {
    case 'code':
      return <CodePanel />
    case 'bytecode':
      return <BytecodePanel />
    default:
      return <ResultPanel tab={panel} className={styles.fill} />
  }
}
