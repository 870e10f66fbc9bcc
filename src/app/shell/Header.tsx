// Name, file, state of saving, share, language, theme, help. On a narrow page language and theme move into the menu.
import { commandHint, keysOf } from '../commands.ts'
import { exportPcap, pickCapture, pickFile, saveProject, saveSource } from '../files.ts'
import { useT } from '../i18n/index.ts'
import { useDocument } from '../state/document.ts'
import { usePage } from '../state/hooks.ts'
import { useSession } from '../state/session.ts'
import { useUi } from '../state/ui.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { Popover, PopoverItem } from '../ui/Popover.tsx'
import styles from './Header.module.css'
import { Presets } from './Presets.tsx'
import { LanguageSwitch, ThemeSwitch } from './Switches.tsx'

export function Header({ narrow }: { readonly narrow: boolean }) {
  const t = useT()
  const page = usePage()
  const setUi = useUi((s) => s.set)
  const main = useDocument((s) => s.build.main)
  const own = useDocument((s) => s.origin.kind === 'own')
  return (
    <header className={styles.header}>
      <h1 className={styles.name}>
        <Logo />
        Beeyard
        {!narrow && <span className={styles.tagline}>{t.header.tagline}</span>}
      </h1>
      <span className={styles.file}>{main}</span>
      {own && !narrow && <Saved />}
      <span className={styles.spacer} />
      {!narrow && (
        <>
          <Button icon="verify" onClick={() => void page.learning.showMap()}>
            {t.header.lessons}
          </Button>
          <Button icon="code" onClick={() => setUi({ dialog: 'examples' })}>
            {t.header.examples}
          </Button>
        </>
      )}
      <Popover label={t.header.file} icon="file" iconOnly={narrow}>
        {(close) => (
          <FileItems
            onChoose={(act) => {
              close()
              act()
            }}
          />
        )}
      </Popover>
      {narrow ? (
        <Popover label={t.header.menu} icon="menu" iconOnly>
          {(close) => (
            <div className={styles.menu}>
              <PopoverItem
                icon="verify"
                onClick={() => {
                  close()
                  void page.learning.showMap()
                }}
              >
                {t.header.lessons}
              </PopoverItem>
              <PopoverItem icon="code" onClick={() => setUi({ dialog: 'examples' })}>
                {t.header.examples}
              </PopoverItem>
              <LanguageSwitch />
              <ThemeSwitch />
              <PopoverItem onClick={() => setUi({ dialog: 'help' })}>{t.header.help}</PopoverItem>
            </div>
          )}
        </Popover>
      ) : (
        <>
          <IconButton icon="search" label={t.palette.title} keys={keysOf('palette')} onClick={() => setUi({ dialog: 'palette' })} />
          <Presets />
          <LanguageSwitch />
          <ThemeSwitch />
          <IconButton icon="question" label={t.header.help} keys="?" onClick={() => setUi({ dialog: 'help' })} />
        </>
      )}
      <Button kind="strong" icon="share" title={commandHint(t.header.shareHint, 'share')} onClick={() => setUi({ dialog: 'share' })}>
        {t.header.share}
      </Button>
    </header>
  )
}

function FileItems({ onChoose }: { readonly onChoose: (act: () => void) => void }) {
  const t = useT()
  const page = usePage()
  const setUi = useUi((s) => s.set)
  const items: readonly (readonly [text: string, act: () => void])[] = [
    [t.header.lessons, () => void page.learning.showMap()],
    [t.header.examples, () => setUi({ dialog: 'examples' })],
    [t.header.openC, () => pickFile(page)],
    [t.header.openCapture, () => pickCapture(page)],
    [t.header.saveC, saveSource],
    [t.header.saveProject, saveProject],
    [t.header.exportPcap, () => void exportPcap(page)],
    [t.header.earlier, () => setUi({ dialog: 'earlier' })],
    [t.header.startOver, () => void page.startOver()],
  ]
  return (
    <>
      {items.map(([text, act]) => (
        <PopoverItem key={text} onClick={() => onChoose(act)}>
          {text}
        </PopoverItem>
      ))}
    </>
  )
}

function Saved() {
  const t = useT()
  const status = useSession((s) => s.saving)
  return <span className={`${styles.saved} ${status === 'memory' || status === 'failed' ? styles.unsaved : ''}`}>{t.saving[status]}</span>
}

function Logo() {
  return (
    <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true" focusable="false">
      <path d="M16 1.8 28.3 8.9v14.2L16 30.2 3.7 23.1V8.9z" fill="#f0a818" stroke="#8a5a00" strokeWidth="1.6" strokeLinejoin="round" />
      <path d="M9.4 12.2h13.2M7.6 16h16.8M9.4 19.8h13.2" stroke="#3a2600" strokeWidth="2.4" strokeLinecap="round" />
    </svg>
  )
}
