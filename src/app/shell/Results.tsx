// The panels that share one place: run, verify, maps, output.
import { lazy, Suspense } from 'react'
import { useT } from '../i18n/index.ts'
import { MapsPanel } from '../panels/maps/Panel.tsx'
import { OutputPanel } from '../panels/output/Panel.tsx'
import { countOf } from '../panels/output/select.ts'
import { RunPanel } from '../panels/run/Panel.tsx'
import section from '../panels/Section.module.css'
import { VerifyPanel } from '../panels/verify/Panel.tsx'
import { useSession } from '../state/session.ts'
import { TABS, type TabName, useUi } from '../state/ui.ts'
import { Boundary } from '../ui/Boundary.tsx'
import { type TabItem, Tabs, tabId, tabPanelId } from '../ui/Tabs.tsx'
import styles from './Layout.module.css'

// Loaded when they are first looked at.
const InsidePanel = lazy(async () => ({ default: (await import('../panels/inside/Panel.tsx')).InsidePanel }))
const WorldPanel = lazy(async () => ({ default: (await import('../panels/world/Panel.tsx')).WorldPanel }))

const NO_DIAGNOSTICS: readonly [] = []

export function ResultTabs() {
  const t = useT()
  const tab = useUi((s) => s.tab)
  const set = useUi((s) => s.set)
  const printed = useSession((s) => s.machine?.printk.length ?? 0)
  const diagnostics = useSession((s) => s.report?.diagnostics) ?? NO_DIAGNOSTICS
  const errors = countOf(diagnostics, 'error')
  const badge = errors > 0 ? String(errors) : printed > 0 ? String(printed) : undefined
  const items: readonly TabItem<TabName>[] = TABS.map((id) => ({
    id,
    label: t.panels[id],
    icon: id,
    ...(id === 'output' && badge ? { badge } : {}),
  }))
  return (
    <div className={styles.results}>
      <Tabs label={t.panels.switcher} items={items} current={tab} onChange={(id) => set({ tab: id })} />
      <ResultPanel tab={tab} className={styles.rest} />
    </div>
  )
}

export function ResultPanel({ tab, className }: { readonly tab: TabName; readonly className: string }) {
  const t = useT()
  return (
    <div className={className} role="tabpanel" id={tabPanelId(tab)} aria-labelledby={tabId(tab)} data-panel={tab} tabIndex={-1}>
      <Boundary key={tab} fallback={() => <p className={section.empty}>{t.banner.crashed}</p>}>
        <Suspense fallback={<p className={section.empty} />}>
          <Content tab={tab} />
        </Suspense>
      </Boundary>
    </div>
  )
}

function Content({ tab }: { readonly tab: TabName }) {
  switch (tab) {
    case 'run':
      return <RunPanel />
    case 'verify':
      return <VerifyPanel />
    case 'maps':
      return <MapsPanel />
    case 'output':
      return <OutputPanel />
    case 'inside':
      return <InsidePanel />
    case 'world':
      return <WorldPanel />
  }
}
