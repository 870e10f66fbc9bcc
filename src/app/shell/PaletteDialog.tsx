// The command palette: everything that the page can do, found by typing. A combobox over a listbox after the ARIA pattern.
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import type { ExampleRow } from '../../worker/index.ts'
import { useT } from '../i18n/index.ts'
import { useDocument } from '../state/document.ts'
import { usePage } from '../state/hooks.ts'
import { useUi } from '../state/ui.ts'
import { Dialog } from '../ui/Dialog.tsx'
import styles from './PaletteDialog.module.css'
import { searchPalette } from './palette.ts'
import { paletteItems } from './palette-items.ts'

const optionId = (index: number): string => `palette-${index}`

export function PaletteDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useT()
  const page = usePage()
  const language = useUi((s) => s.language)
  const files = useDocument((s) => s.files)
  const [examples, setExamples] = useState<readonly ExampleRow[]>([])
  const [wanted, setWanted] = useState('')
  const [at, setAt] = useState(0)
  useEffect(() => {
    void page.engine.call('examples', {}).then(setExamples, () => undefined)
  }, [page])
  const input = useRef<HTMLInputElement>(null)
  // The dialog is open by now and has given the focus to its first button.
  useEffect(() => input.current?.focus(), [])
  const items = useMemo(() => paletteItems({ page, t, language, files, examples }), [page, t, language, files, examples])
  const found = useMemo(() => searchPalette(items, wanted), [items, wanted])
  const current = Math.min(at, found.length - 1)
  const choose = (index: number) => {
    const item = found[index]
    if (!item) return
    onClose()
    // The dialog gives the focus back first; then the act may take it.
    setTimeout(() => item.run())
  }
  const onKey = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key]
    if (by !== undefined && found.length > 0) {
      const next = Math.abs(by) === 1 ? (current + by + found.length) % found.length : Math.max(0, Math.min(found.length - 1, current + by))
      setAt(next)
      document.getElementById(optionId(next))?.scrollIntoView({ block: 'nearest' })
    } else if (event.key === 'Enter' && !event.nativeEvent.isComposing) choose(current)
    else return
    event.preventDefault()
  }
  return (
    <Dialog title={t.palette.title} onClose={onClose}>
      <input
        ref={input}
        className={styles.input}
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found.length > 0 ? optionId(current) : undefined}
        aria-label={t.palette.placeholder}
        placeholder={t.palette.placeholder}
        spellCheck={false}
        autoComplete="off"
        value={wanted}
        onChange={(event) => {
          setWanted(event.target.value)
          setAt(0)
        }}
        onKeyDown={onKey}
      />
      <div id="palette-list" role="listbox" aria-label={t.palette.title} className={styles.list}>
        {found.map((item, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys go to the combobox, which points at the option
          <div
            key={item.id}
            id={optionId(i)}
            role="option"
            aria-selected={i === current}
            className={styles.option}
            onClick={() => choose(i)}
          >
            <span className={styles.kind}>{item.kind}</span>
            <span className={styles.label}>{item.label}</span>
            {item.keys && <kbd>{item.keys}</kbd>}
          </div>
        ))}
      </div>
      {found.length === 0 && <p className={styles.none}>{t.palette.none}</p>}
    </Dialog>
  )
}
