// The short message about the last act. It stays long enough to be read, is announced politely, and takes no focus.
import { useEffect, useState } from 'react'
import { useUi } from '../state/ui.ts'
import styles from './Note.module.css'

const STAYS_MS = 6000

export function Note() {
  const note = useUi((s) => s.note)
  const [gone, setGone] = useState(0)
  useEffect(() => {
    if (!note) return
    const timer = setTimeout(() => setGone(note.at), note.act ? 2 * STAYS_MS : STAYS_MS)
    return () => clearTimeout(timer)
  }, [note])
  const shown = note && note.at !== gone
  return (
    <div className={styles.place} role="status" aria-live="polite">
      {shown && (
        <div className={styles.note} key={note.at}>
          {note.text}
          {note.act && (
            <button
              type="button"
              className={styles.act}
              onClick={() => {
                note.act?.run()
                setGone(note.at)
              }}
            >
              {note.act.label}
            </button>
          )}
        </div>
      )}
    </div>
  )
}
