// The gallery: programs to start from, by what they do, with a search. Opening one puts the present work among the earlier versions.
import { useEffect, useState } from 'react'
import type { ExampleRow } from '../../worker/index.ts'
import { useT } from '../i18n/index.ts'
import { usePage } from '../state/hooks.ts'
import { useUi } from '../state/ui.ts'
import { Dialog } from '../ui/Dialog.tsx'
import styles from './Dialogs.module.css'
import { groupExamples } from './examples.ts'
import { openExample } from './palette-items.ts'

export function ExamplesDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useT()
  const page = usePage()
  const language = useUi((s) => s.language)
  const [rows, setRows] = useState<readonly ExampleRow[]>([])
  const [wanted, setWanted] = useState('')
  useEffect(() => {
    void page.engine.call('examples', {}).then(setRows)
  }, [page])
  const open = async (id: string) => {
    onClose()
    await openExample(page, id)
  }
  const groups = groupExamples(rows, wanted, language)
  return (
    <Dialog title={t.examples.title} onClose={onClose}>
      <p className={styles.note}>{t.examples.note}</p>
      <input
        className={styles.search}
        type="search"
        placeholder={t.examples.search}
        aria-label={t.examples.search}
        value={wanted}
        onChange={(event) => setWanted(event.target.value)}
      />
      {rows.length > 0 && groups.length === 0 && <p className={styles.note}>{t.examples.none}</p>}
      {groups.map(({ group, examples }) => (
        <section key={group} aria-label={t.examples.groups[group]}>
          <h3 className={styles.group}>{t.examples.groups[group]}</h3>
          <ul className={styles.examples}>
            {examples.map((example) => (
              <li key={example.id}>
                <button type="button" onClick={() => void open(example.id)}>
                  <strong>{example.title[language]}</strong>
                  <span>{example.about[language]}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </Dialog>
  )
}
