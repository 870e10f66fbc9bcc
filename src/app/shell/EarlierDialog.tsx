// Versions that were put aside, newest first: open one, or save as text what could not be read.
import { useEffect, useState } from 'react'
import { download } from '../files.ts'
import { useT } from '../i18n/index.ts'
import { usePage } from '../state/hooks.ts'
import type { Earlier } from '../state/keeper.ts'
import { useUi } from '../state/ui.ts'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import styles from './Dialogs.module.css'

export function EarlierDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useT()
  const page = usePage()
  const language = useUi((s) => s.language)
  const [list, setList] = useState<readonly Earlier[] | undefined>(undefined)
  useEffect(() => {
    void page.keeper.earlier().then(setList)
  }, [page])
  const time = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })
  return (
    <Dialog title={t.earlier.title} onClose={onClose}>
      <p className={styles.note}>{t.earlier.explain}</p>
      {list?.length === 0 && <p>{t.earlier.none}</p>}
      <ul className={styles.earlier}>
        {list?.map((entry) => (
          <li key={entry.id}>
            <span className={styles.when}>{time.format(entry.savedAt)}</span>
            <span className={styles.what}>
              {t.earlier.why[entry.why]}
              {entry.record && <code> {entry.record.project.build.main}</code>}
            </span>
            {entry.record ? (
              <Button
                onClick={() => {
                  const { record } = entry
                  onClose()
                  if (record) void page.openEarlier(record)
                }}
              >
                {t.earlier.open}
              </Button>
            ) : (
              <Button onClick={() => download('damaged-work.txt', 'text/plain', entry.raw ?? '')}>{t.earlier.saveRaw}</Button>
            )}
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
