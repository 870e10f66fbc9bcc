// The palette's list, made of what stands elsewhere: commands with keys, what the menus do, files, examples, presets, language and theme.
import type { ProjectFile } from '../../engine/index.ts'
import type { ExampleRow } from '../../worker/index.ts'
import { COMMANDS, firstKey } from '../commands.ts'
import { exportPcap, pickCapture, pickFile, saveProject, saveSource } from '../files.ts'
import type { Messages } from '../i18n/index.ts'
import type { Page } from '../state/boot.ts'
import { useDocument } from '../state/document.ts'
import { useEditorActs } from '../state/editor-acts.ts'
import { type Language, useUi } from '../state/ui.ts'
import { showToAudience } from './Presets.tsx'
import type { PaletteItem } from './palette.ts'

interface Source {
  readonly page: Page
  readonly t: Messages
  readonly language: Language
  readonly files: readonly ProjectFile[]
  readonly examples: readonly ExampleRow[]
}

export function paletteItems({ page, t, language, files, examples }: Source): readonly PaletteItem[] {
  const { set } = useUi.getState()
  const { kinds } = t.palette
  const act = (id: string, label: string, run: () => void): PaletteItem => ({ id, label, kind: kinds.command, keys: '', run })
  return [
    ...COMMANDS.filter((c) => c.id !== 'palette').map(
      (c): PaletteItem => ({ id: c.id, label: c.label(t), kind: kinds.command, keys: firstKey(c), run: () => c.run(page) }),
    ),
    act('examples', t.header.examples, () => set({ dialog: 'examples' })),
    act('open', t.header.openC, () => pickFile(page)),
    act('capture', t.header.openCapture, () => pickCapture(page)),
    act('save', t.header.saveC, saveSource),
    act('save-project', t.header.saveProject, saveProject),
    act('pcap', t.header.exportPcap, () => void exportPcap(page)),
    act('share-dialog', `${t.header.share}…`, () => set({ dialog: 'share' })),
    act('earlier', t.header.earlier, () => set({ dialog: 'earlier' })),
    act('start-over', t.header.startOver, () => void page.startOver()),
    act('second-window', t.presets.second, showToAudience),
    act('editor', t.palette.editor, () => useEditorActs.getState().palette()),
    ...files.map(
      ({ path }): PaletteItem => ({
        id: `file.${path}`,
        label: path,
        kind: kinds.file,
        keys: '',
        run: () => {
          useDocument.getState().show(path)
          useUi.getState().showPanel('code')
          useEditorActs.getState().focus()
        },
      }),
    ),
    ...examples.map(
      (e): PaletteItem => ({
        id: `example.${e.id}`,
        label: e.title[language],
        kind: kinds.example,
        keys: '',
        run: () => void openExample(page, e.id),
      }),
    ),
    act('en', 'English', () => set({ language: 'en' })),
    act('ko', '한국어', () => set({ language: 'ko' })),
    ...(['system', 'light', 'dark'] as const).map((theme) =>
      act(`theme.${theme}`, `${t.header.theme}: ${t.header.themes[theme]}`, () => set({ theme })),
    ),
  ]
}

/** Opens an example; the present work goes among the earlier versions. */
export async function openExample(page: Page, id: string): Promise<void> {
  const { project } = await page.engine.call('example', { id })
  if (project) await page.openEarlier({ project, steps: [], breakpoints: { lines: [], slots: [] } })
}
