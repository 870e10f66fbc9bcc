// The page as a whole: header, verdict, panels, timeline, and what floats above them.
import { lazy, Suspense, useEffect } from 'react'
import { tinykeys } from 'tinykeys'
import styles from './App.module.css'
import { COMMANDS } from './commands.ts'
import { useT } from './i18n/index.ts'
import { Banners } from './shell/Banners.tsx'
import { DropZone } from './shell/DropZone.tsx'
import { EmbedPage } from './shell/EmbedPage.tsx'
import { readEmbed } from './shell/embed.ts'
import { Header } from './shell/Header.tsx'
import { Note } from './shell/Note.tsx'
import { PaletteDialog } from './shell/PaletteDialog.tsx'
import { useWidth } from './shell/useWidth.ts'
import { Workbench } from './shell/Workbench.tsx'
import type { Page } from './state/boot.ts'
import { PageContext } from './state/hooks.ts'
import { useUi } from './state/ui.ts'
import { useDark } from './state/useDark.ts'

// Loaded when they are first opened; the palette is not, since one types on while it opens.
const EarlierDialog = lazy(async () => ({ default: (await import('./shell/EarlierDialog.tsx')).EarlierDialog }))
const ExamplesDialog = lazy(async () => ({ default: (await import('./shell/ExamplesDialog.tsx')).ExamplesDialog }))
const HelpDialog = lazy(async () => ({ default: (await import('./shell/HelpDialog.tsx')).HelpDialog }))
const ShareDialog = lazy(async () => ({ default: (await import('./share/ShareDialog.tsx')).ShareDialog }))

const embed = readEmbed(location.search)

export function App({ page }: { readonly page: Page }) {
  const t = useT()
  const width = useWidth()
  const language = useUi((s) => s.language)
  const dark = useDark()
  const dialog = useUi((s) => s.dialog)
  const set = useUi((s) => s.set)
  useEffect(() => {
    document.documentElement.lang = language
    document.title = t.title
  }, [language, t])
  useEffect(() => {
    document.documentElement.dataset['theme'] = dark ? 'dark' : 'light'
  }, [dark])
  const large = useUi((s) => s.large)
  useEffect(() => {
    document.documentElement.dataset['size'] = large ? 'large' : 'normal'
  }, [large])
  useEffect(() => tinykeys(window, bindings(page), { capture: true }), [page])
  const close = () => set({ dialog: undefined })
  return (
    <PageContext value={page}>
      {embed ? (
        <EmbedPage embed={embed} />
      ) : (
        <div className={styles.page}>
          <Header narrow={width === 'narrow'} />
          <Banners />
          <Workbench width={width} />
        </div>
      )}
      <Suspense>
        {dialog === 'help' && <HelpDialog onClose={close} />}
        {dialog === 'share' && <ShareDialog onClose={close} />}
        {dialog === 'earlier' && <EarlierDialog onClose={close} />}
        {dialog === 'palette' && <PaletteDialog onClose={close} />}
        {dialog === 'examples' && <ExamplesDialog onClose={close} />}
      </Suspense>
      <DropZone />
      <Note />
    </PageContext>
  )
}

/** The page's keys come before the editor's, which has other uses for some of them. */
function bindings(page: Page): Record<string, (event: KeyboardEvent) => void> {
  const out: Record<string, (event: KeyboardEvent) => void> = {}
  for (const command of COMMANDS) {
    for (const keys of command.keys) {
      out[keys] = (event) => {
        if (event.isComposing || document.querySelector('dialog[open]')) return
        if (command.singleKey && (!useUi.getState().singleKeys || isTyping(event.target))) return
        event.preventDefault()
        event.stopPropagation()
        command.run(page)
      }
    }
  }
  return out
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.closest('input:not([type=range]), textarea, select, .monaco-editor') !== null)
