// The page in a frame of another page: the verdict, the panels that were asked for side by side (one at a time where it is narrow), the
// timeline where a run is shown, and the way to the whole page. A lesson comes with its text. Saves nothing but what was learned.
import { lazy, Suspense, useState } from 'react'
import { CodePanel } from '../editor/CodePanel.tsx'
import { useT } from '../i18n/index.ts'
import { BytecodePanel } from '../panels/bytecode/Panel.tsx'
import { Timeline } from '../panels/timeline/Panel.tsx'
import { useLearn } from '../state/learn.ts'
import { type NarrowPanel, type PanelName, useUi } from '../state/ui.ts'
import { Tabs } from '../ui/Tabs.tsx'
import styles from './EmbedPage.module.css'
import { type Embed, wholeAddress } from './embed.ts'
import { ResultPanel } from './Results.tsx'
import { useWidth } from './useWidth.ts'
import { VerdictStrip } from './VerdictStrip.tsx'

const LessonColumn = lazy(() => import('../learn/LessonColumn.tsx').then((m) => ({ default: m.LessonColumn })))

export function EmbedPage({ embed }: { readonly embed: Embed }) {
  const t = useT()
  const narrow = useWidth() === 'narrow'
  const lesson = useLearn((s) => s.lesson?.id)
  const learns = lesson !== undefined && !embed.follows
  const [chosen, setCurrent] = useState<NarrowPanel>()
  const tab = useUi((s) => s.tab)
  const own: readonly PanelName[] = embed.follows ? ['code', tab] : embed.panels
  const panels: readonly NarrowPanel[] = learns ? ['lesson', ...own] : own
  const current = chosen ?? panels[0]
  const shown = narrow ? [current] : panels
  return (
    <div className={styles.page}>
      <VerdictStrip />
      {narrow && panels.length > 1 && (
        <Tabs
          label={t.panels.switcher}
          items={panels.map((id) => ({ id, label: t.panels[id], icon: id === 'lesson' ? 'file' : id }))}
          current={current}
          onChange={setCurrent}
        />
      )}
      <main className={styles.panels}>
        {shown.map((panel) => (
          <div key={panel} className={panel === 'lesson' ? styles.lesson : styles.panel}>
            {panel === 'lesson' ? (
              <Suspense>
                <LessonColumn key={lesson} />
              </Suspense>
            ) : (
              <One panel={panel} />
            )}
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
