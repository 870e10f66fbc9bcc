// Files dragged onto the page. The veil says what may be dropped; leaving the page or dropping takes it away.
import { useEffect, useState } from 'react'
import { openFile } from '../files.ts'
import { useT } from '../i18n/index.ts'
import { usePage } from '../state/hooks.ts'
import styles from './DropZone.module.css'

export function DropZone() {
  const t = useT()
  const page = usePage()
  const [over, setOver] = useState(false)
  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false
    const onOver = (event: DragEvent) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      setOver(true)
    }
    const onLeave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false)
    }
    const onDrop = (event: DragEvent) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      event.stopPropagation()
      setOver(false)
      const [file] = event.dataTransfer?.files ?? []
      if (file) void openFile(page, file)
    }
    // Capturing, so that the editor does not take the file for text.
    addEventListener('dragover', onOver, true)
    addEventListener('dragleave', onLeave, true)
    addEventListener('drop', onDrop, true)
    return () => {
      removeEventListener('dragover', onOver, true)
      removeEventListener('dragleave', onLeave, true)
      removeEventListener('drop', onDrop, true)
    }
  }, [page])
  return over ? <div className={styles.veil}>{t.files.drop}</div> : null
}
