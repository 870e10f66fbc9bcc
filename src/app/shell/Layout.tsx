// Where the panels stand. Wide: code, bytecode, tabs side by side. Medium: code over bytecode, tabs beside. Narrow: one panel and a switcher.
// Sizes are remembered per layout and can be changed with the arrow keys on a separator.
import { type ReactNode, useEffect, useRef } from 'react'
import { Group, type GroupImperativeHandle, Panel, Separator, useDefaultLayout } from 'react-resizable-panels'
import { CodePanel } from '../editor/CodePanel.tsx'
import { useT } from '../i18n/index.ts'
import { BytecodePanel } from '../panels/bytecode/Panel.tsx'
import { useLearn } from '../state/learn.ts'
import { settingStorage } from '../state/prefs.ts'
import { type NarrowPanel, PANELS, type PresetName, useUi } from '../state/ui.ts'
import { type TabItem, Tabs } from '../ui/Tabs.tsx'
import styles from './Layout.module.css'
import { ResultPanel, ResultTabs } from './Results.tsx'
import type { Width } from './useWidth.ts'

export function Layout({ width, lesson }: { readonly width: Width; readonly lesson?: ReactNode }) {
  switch (width) {
    case 'wide':
      return <Wide />
    case 'medium':
      return <Medium />
    case 'narrow':
      return <Narrow lesson={lesson} />
  }
}

function Wide() {
  const t = useT()
  const { defaultLayout, onLayoutChanged } = useDefaultLayout({ id: 'layout-wide', storage: settingStorage })
  const group = usePresetSizes(WIDE_SIZES)
  return (
    <Group
      className={styles.group}
      orientation="horizontal"
      groupRef={group}
      defaultLayout={defaultLayout}
      onLayoutChanged={onLayoutChanged}
    >
      <Panel id="code" defaultSize="39%" minSize="260px">
        <CodePanel />
      </Panel>
      <Line between={`${t.panels.code} | ${t.panels.bytecode}`} />
      <Panel id="bytecode" defaultSize="23%" minSize="220px" collapsible collapsedSize="0%">
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
  const group = usePresetSizes(MEDIUM_SIZES)
  return (
    <Group
      className={styles.group}
      orientation="horizontal"
      groupRef={group}
      defaultLayout={across.defaultLayout}
      onLayoutChanged={across.onLayoutChanged}
    >
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

type Sizes = Readonly<Record<PresetName, Readonly<Record<string, number>>>>

/** Percentages of the width. */
const WIDE_SIZES: Sizes = {
  write: { code: 62, bytecode: 0, results: 38 },
  verify: { code: 34, bytecode: 24, results: 42 },
  run: { code: 33, bytecode: 21, results: 46 },
  present: { code: 52, bytecode: 0, results: 48 },
}
const MEDIUM_SIZES: Sizes = {
  write: { left: 64, results: 36 },
  verify: { left: 46, results: 54 },
  run: { left: 44, results: 56 },
  present: { left: 52, results: 48 },
}

/** Gives a group the sizes of a preset when one is chosen. */
function usePresetSizes(sizes: Sizes) {
  const group = useRef<GroupImperativeHandle>(null)
  const preset = useUi((s) => s.preset)
  useEffect(() => {
    if (preset) group.current?.setLayout(sizes[preset.name])
  }, [preset, sizes])
  return group
}

function Narrow({ lesson }: { readonly lesson: ReactNode }) {
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
      {current === 'lesson' && (
        <div className={styles.one} role="tabpanel" id="panel-lesson" aria-labelledby="tab-lesson">
          {lesson}
        </div>
      )}
      {current !== 'code' && current !== 'bytecode' && current !== 'lesson' && <ResultPanel tab={current} className={styles.one} />}
    </main>
  )
}

export function Switcher() {
  const t = useT()
  const current = useUi((s) => s.narrowPanel)
  const showPanel = useUi((s) => s.showPanel)
  const learns = useLearn((s) => s.place.kind === 'lesson')
  const panels: readonly TabItem<NarrowPanel>[] = PANELS.map((id) => ({ id, label: t.panels[id], icon: id }))
  const items = learns ? [{ id: 'lesson', label: t.panels.lesson, icon: 'file' } as const, ...panels] : panels
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
