// How the page looks to this visitor: language, theme, open panel, switches. Remembered in localStorage; never part of the work.
import { create } from 'zustand'
import { readSetting, writeSetting } from './prefs.ts'

export type Language = 'en' | 'ko'
export type Theme = 'system' | 'light' | 'dark'
export const PANELS = ['code', 'bytecode', 'run', 'verify', 'maps', 'output', 'world', 'inside'] as const
export type PanelName = (typeof PANELS)[number]
/** What a narrow page may show: a panel, or the lesson that is open. */
export type NarrowPanel = PanelName | 'lesson'
/** Panels that share one place on a wide page. */
export const TABS = ['run', 'verify', 'maps', 'output', 'world', 'inside'] as const
export type TabName = (typeof TABS)[number]
export type DialogName = 'help' | 'share' | 'earlier' | 'examples' | 'palette'
/** Ways to arrange the page at once. */
export const PRESETS = ['write', 'verify', 'run', 'present'] as const
export type PresetName = (typeof PRESETS)[number]

/** What a note offers to do about it ("Undo"). */
export interface NoteAct {
  readonly label: string
  readonly run: () => void
}

export interface UiState {
  readonly language: Language
  readonly theme: Theme
  readonly tab: TabName
  /** The one panel that a narrow page shows. */
  readonly narrowPanel: NarrowPanel
  readonly logLevel: 1 | 2
  /** The arrangement that was chosen last, and the how-manieth choice it was. */
  readonly preset: { readonly name: PresetName; readonly at: number } | undefined
  /** Large type, for a projector. */
  readonly large: boolean
  /** Whether single characters (`?`) are shortcuts; WCAG 2.1.4 asks for a switch. */
  readonly singleKeys: boolean
  /** Whether a second window shows an audience what is on the page. */
  readonly leads: boolean
  readonly dialog: DialogName | undefined
  /** A short message about the last act ("link copied"), for eye and screen reader. */
  readonly note: { readonly text: string; readonly at: number; readonly act?: NoteAct } | undefined
  set(change: Partial<Pick<UiState, 'language' | 'theme' | 'tab' | 'narrowPanel' | 'logLevel' | 'singleKeys' | 'dialog'>>): void
  showPanel(panel: NarrowPanel): void
  arrange(name: PresetName): void
  tell(text: string, act?: NoteAct): void
}

export const useUi = create<UiState>()((set, get) => ({
  language: oneOf(['en', 'ko'], readSetting('language')) ?? (navigatorLanguage().startsWith('ko') ? 'ko' : 'en'),
  theme: oneOf(['system', 'light', 'dark'], readSetting('theme')) ?? 'system',
  tab: oneOf(TABS, readSetting('tab')) ?? 'run',
  narrowPanel: 'code',
  logLevel: readSetting('logLevel') === '2' ? 2 : 1,
  preset: undefined,
  large: readSetting('large') === 'on',
  singleKeys: readSetting('singleKeys') !== 'off',
  leads: false,
  dialog: undefined,
  note: undefined,
  set(change) {
    set(change)
    for (const name of ['language', 'theme', 'tab'] as const) if (change[name] !== undefined) writeSetting(name, change[name])
    if (change.logLevel !== undefined) writeSetting('logLevel', String(change.logLevel))
    if (change.singleKeys !== undefined) writeSetting('singleKeys', change.singleKeys ? 'on' : 'off')
  },
  showPanel(panel) {
    const tab = oneOf(TABS, panel)
    get().set(tab ? { tab, narrowPanel: panel } : { narrowPanel: panel })
  },
  arrange(name) {
    const large = name === 'present'
    writeSetting('large', large ? 'on' : undefined)
    set({ large, preset: { name, at: (get().preset?.at ?? 0) + 1 } })
    if (name === 'verify') get().showPanel('verify')
    else get().showPanel(name === 'write' ? 'code' : 'run')
  },
  tell(text, act) {
    set({ note: { text, at: (get().note?.at ?? 0) + 1, ...(act && { act }) } })
  },
}))

function oneOf<T extends string>(values: readonly T[], value: string | undefined): T | undefined {
  return values.find((v) => v === value)
}

function navigatorLanguage(): string {
  return typeof navigator === 'undefined' ? 'en' : (navigator.language ?? 'en').toLowerCase()
}
