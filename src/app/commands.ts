// Everything that has a key: one table for the page's shortcuts, the editor's command list and the help. Keys are written as tinykeys reads
// them; `$mod` is Command on a Mac and Control elsewhere. Acts only call stores and the engine.
import type { Messages } from './i18n/index.ts'
import { texts } from './i18n/index.ts'
import { copyLink } from './share/link.ts'
import type { Page } from './state/boot.ts'
import { type BreakpointPlace, focusDebug, toggleBreakpoint } from './state/breakpoints.ts'
import { useDocument } from './state/document.ts'
import { useEditorActs } from './state/editor-acts.ts'
import { useLearn } from './state/learn.ts'
import { focusLesson } from './state/lesson-focus.ts'
import { NO_SELECTION } from './state/relate.ts'
import { useSession } from './state/session.ts'
import { PANELS, PRESETS, useUi } from './state/ui.ts'

export type CommandGroup = 'edit' | 'step' | 'page'

export interface Command {
  readonly id: string
  readonly group: CommandGroup
  readonly keys: readonly string[]
  readonly label: (t: Messages) => string
  readonly run: (page: Page) => void
  /** A single character, which the visitor may turn off and which never works while typing. */
  readonly singleKey?: boolean
}

export const COMMANDS: readonly Command[] = [
  { id: 'build', group: 'edit', keys: ['$mod+Enter'], label: (t) => t.commands.build, run: (page) => void page.engine.build() },
  { id: 'share', group: 'page', keys: ['$mod+KeyS'], label: (t) => t.commands.share, run: (page) => void copyLink(page) },
  {
    id: 'palette',
    group: 'page',
    keys: ['$mod+KeyK', 'F1', '$mod+Shift+KeyP'],
    label: (t) => t.commands.palette,
    run: () => useUi.getState().set({ dialog: 'palette' }),
  },
  { id: 'nextProblem', group: 'edit', keys: ['F8'], label: (t) => t.commands.nextProblem, run: () => useEditorActs.getState().problem(1) },
  {
    id: 'previousProblem',
    group: 'edit',
    keys: ['Shift+F8'],
    label: (t) => t.commands.previousProblem,
    run: () => useEditorActs.getState().problem(-1),
  },
  { id: 'breakpoint', group: 'step', keys: ['F9'], label: (t) => t.commands.breakpoint, run: breakpointHere },
  { id: 'condition', group: 'step', keys: ['Shift+F9'], label: (t) => t.commands.condition, run: conditionHere },
  {
    id: 'watch',
    group: 'step',
    keys: ['Alt+KeyW'],
    label: (t) => t.commands.watch,
    run: () => {
      useUi.getState().showPanel('run')
      focusDebug('watch')
    },
  },
  {
    id: 'anyway',
    group: 'step',
    keys: [],
    label: (t) => (useSession.getState().anyway ? t.run.anywayOff : t.run.anyway),
    run: (page) => page.engine.runAnyway(!useSession.getState().anyway),
  },
  { id: 'line', group: 'step', keys: ['F10'], label: (t) => t.commands.line, run: (page) => page.engine.go({ kind: 'line', by: 1 }) },
  {
    id: 'lineBack',
    group: 'step',
    keys: ['Shift+F10'],
    label: (t) => t.commands.lineBack,
    run: (page) => page.engine.go({ kind: 'line', by: -1 }),
  },
  { id: 'step', group: 'step', keys: ['F11'], label: (t) => t.commands.step, run: (page) => page.engine.go({ kind: 'insn', by: 1 }) },
  {
    id: 'stepBack',
    group: 'step',
    keys: ['Shift+F11'],
    label: (t) => t.commands.stepBack,
    run: (page) => page.engine.go({ kind: 'insn', by: -1 }),
  },
  { id: 'breakNext', group: 'step', keys: ['Alt+F10'], label: (t) => t.commands.breakNext, run: (page) => page.engine.goToBreakpoint(1) },
  {
    id: 'breakBack',
    group: 'step',
    keys: ['Alt+Shift+F10'],
    label: (t) => t.commands.breakBack,
    run: (page) => page.engine.goToBreakpoint(-1),
  },
  { id: 'packetNext', group: 'step', keys: ['Alt+F11'], label: (t) => t.commands.packetNext, run: (page) => goPacket(page, 1) },
  { id: 'packetBack', group: 'step', keys: ['Alt+Shift+F11'], label: (t) => t.commands.packetBack, run: (page) => goPacket(page, -1) },
  ...PANELS.map(
    (panel, i): Command => ({
      id: `panel.${panel}`,
      group: 'page',
      keys: [`Alt+Digit${i + 1}`],
      label: (t) => t.commands.panel(t.panels[panel]),
      run: () => goToPanel(panel),
    }),
  ),
  {
    id: 'panel.timeline',
    group: 'page',
    keys: [`Alt+Digit${PANELS.length + 1}`],
    label: (t) => t.commands.panel(t.panels.timeline),
    run: () => document.getElementById('timeline-slider')?.focus(),
  },
  { id: 'lesson', group: 'page', keys: ['Alt+KeyL'], label: (t) => t.commands.lesson, run: goToLesson },
  ...PRESETS.map(
    (preset): Command => ({
      id: `preset.${preset}`,
      group: 'page',
      keys: [],
      label: (t) => t.presets.use(t.presets[preset]),
      run: () => useUi.getState().arrange(preset),
    }),
  ),
  {
    id: 'help',
    group: 'page',
    keys: ['Shift+?', '?'],
    label: (t) => t.commands.help,
    run: () => useUi.getState().set({ dialog: 'help' }),
    singleKey: true,
  },
]

function goToPanel(panel: (typeof PANELS)[number]): void {
  useUi.getState().showPanel(panel)
  if (panel === 'code') {
    setTimeout(() => useEditorActs.getState().focus())
    return
  }
  // The panel is drawn first, then its list (or itself) takes the focus.
  setTimeout(() => {
    const host = document.querySelector<HTMLElement>(`[data-panel="${panel}"]`)
    const target = host?.querySelector<HTMLElement>('[role="listbox"], [tabindex="0"]')
    ;(target ?? host)?.focus()
  })
}

/** To the lesson beside the workbench, where one was in it; without one, to the map of the lessons. */
function goToLesson(page: Page): void {
  if (useLearn.getState().place.kind !== 'lesson') return void page.learning.showMap()
  useUi.getState().set({ narrowPanel: 'lesson' })
  setTimeout(focusLesson)
}

function goPacket(page: Page, by: 1 | -1): void {
  const { machine, report } = useSession.getState()
  const packet = (machine?.packet ?? -1) + by
  if (report && packet >= 0 && packet < report.packets.length) page.engine.go({ kind: 'packet', packet, step: 0 })
}

/** The chosen instruction, else the cursor's line. */
function placeHere(): BreakpointPlace {
  const { selection, cursorLine } = useSession.getState()
  return selection.kind === 'insn' && !useEditorActs.getState().hasFocus()
    ? { kind: 'insn', slot: selection.slot }
    : { kind: 'line', line: cursorLine }
}

function breakpointHere(): void {
  const place = placeHere()
  const t = texts().editor
  const on = toggleBreakpoint(place)
  if (place.kind === 'line') useUi.getState().tell(on ? t.breakpointOn(place.line) : t.breakpointOff(place.line))
  useSession.getState().set({ hover: NO_SELECTION })
}

/** A breakpoint where there is none, and the focus to its condition. */
function conditionHere(): void {
  const place = placeHere()
  const { lines, slots } = useDocument.getState().breakpoints
  if (place.kind === 'insn' ? !slots.includes(place.slot) : !lines.includes(place.line)) toggleBreakpoint(place)
  useUi.getState().showPanel('run')
  focusDebug(place)
}

const isMac = typeof navigator !== 'undefined' && /Mac|iP(hone|ad)/.test(navigator.platform ?? '')

const NAMES: Readonly<Record<string, string>> = isMac ? { $mod: '⌘', Shift: '⇧', Alt: '⌥', Enter: '↩' } : { $mod: 'Ctrl' }

/** A key combination as it stands on the keyboard. */
export function keyText(keys: string): string {
  if (keys === 'Shift+?') return '?'
  return keys
    .split('+')
    .map((k) => NAMES[k] ?? k.replace(/^(Key|Digit)/, ''))
    .join(isMac ? ' ' : '+')
}

export const keysOf = (id: string): string => firstKey(COMMANDS.find((c) => c.id === id))

/** The first key combination of a command as it stands on the keyboard; empty where it has none. */
export const firstKey = (command: Command | undefined): string => keyText(command?.keys[0] ?? '')

/** A hint with the key behind it. */
export const commandHint = (hint: string, id: string): string => `${hint} (${keysOf(id)})`
