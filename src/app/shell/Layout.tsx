// Where the panels stand. Wide: code, bytecode, tabs side by side. Medium: code over bytecode, tabs beside. Narrow: one panel and a switcher.
// Sizes are remembered per layout and can be changed with the arrow keys on a separator.
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels'
import { CodePanel } from '../editor/CodePanel.tsx'
import { useT } from '../i18n/index.ts'
import { BytecodePanel } from '../panels/bytecode/Panel.tsx'
import { settingStorage } from '../state/prefs.ts'
import { PANELS, useUi } from '../state/ui.ts'
import { type TabItem, Tabs } from '../ui/Tabs.tsx'
import styles from './Layout.module.css'
import { ResultPanel, ResultTabs } from './Results.tsx'
import type { Width } from './useWidth.ts'

export function Layout({ width }: { readonly width: Width }) {
  switch (width) {
    case 'wide':
      return <Wide />
    case 'medium':
      return <Medium />
    case 'narrow':
      return <Narrow />
  }
}

function Wide() {
  const t = useT()
  const { defaultLayout, onLayoutChanged } = useDefaultLayout({ id: 'layout-wide', storage: settingStorage })
  return (
    <Group className={styles.group} orientation="horizontal" defaultLayout={defaultLayout} onLayoutChanged={onLayoutChanged}>
      <Panel id="code" defaultSize="39%" minSize="260px">
        <CodePanel />
      </Panel>
      <Line between={`${t.panels.code} | ${t.panels.bytecode}`} />
      <Panel id="bytecode" defaultSize="23%" minSize="220px">
        <Bytecode />
      </Panel>
      <Line between={`${t.panels.bytecode} | ${t.panels.run}`} />
      <Panel id="results" defaultSize="38%" minSize="320px">
        <ResultTabs />
      </Panel>
    </Group>
  )
}

function Medium() {
  const t = useT()
  const across = useDefaultLayout({ id: 'layout-medium', storage: settingStorage })
  const down = useDefaultLayout({ id: 'layout-medium-left', storage: settingStorage })
  return (
    <Group className={styles.group} orientation="horizontal" defaultLayout={across.defaultLayout} onLayoutChanged={across.onLayoutChanged}>
      <Panel id="left" defaultSize="50%" minSize="280px">
        <Group orientation="vertical" defaultLayout={down.defaultLayout} onLayoutChanged={down.onLayoutChanged}>
          <Panel id="code" defaultSize="58%" minSize="120px">
            <CodePanel />
          </Panel>
          <Line between={`${t.panels.code} | ${t.panels.bytecode}`} flat />
          <Panel id="bytecode" defaultSize="42%" minSize="100px">
            <Bytecode />
          </Panel>
        </Group>
      </Panel>
      <Line between={`${t.panels.code} | ${t.panels.run}`} />
      <Panel id="results" defaultSize="50%" minSize="320px">
        <ResultTabs />
      </Panel>
    </Group>
  )
}

function Narrow() {
  const current = useUi((s) => s.narrowPanel)
  return (
    <main className={styles.narrow}>
      {/* The editor stays alive behind the other panels: its undo and its place are not lost by looking at the run. */}
      <div className={styles.one} hidden={current !== 'code'} role="tabpanel" id="panel-code" aria-labelledby="tab-code">
        <CodePanel />
      </div>
      {current === 'bytecode' && (
        <div className={styles.one} role="tabpanel" id="panel-bytecode" aria-labelledby="tab-bytecode">
          <Bytecode />
        </div>
      )}
      {current !== 'code' && current !== 'bytecode' && <ResultPanel tab={current} className={styles.one} />}
    </main>
  )
}

export function Switcher() {
  const t = useT()
  const current = useUi((s) => s.narrowPanel)
  const showPanel = useUi((s) => s.showPanel)
  const items: readonly TabItem<(typeof PANELS)[number]>[] = PANELS.map((id) => ({ id, label: t.panels[id], icon: id }))
  return <Tabs label={t.panels.switcher} items={items} current={current} onChange={showPanel} fill />
}

function Bytecode() {
  return (
    <div className={styles.fill} data-panel="bytecode" tabIndex={-1}>
      <BytecodePanel />
    </div>
  )
}

function Line({ between, flat = false }: { readonly between: string; readonly flat?: boolean }) {
  const t = useT()
  return <Separator className={flat ? styles.flat : styles.line} aria-label={t.panels.resize(between)} />
}
