// What is left when the page itself broke: the code, readable, and the way to start again.
import { useT } from '../i18n/index.ts'
import { textOf, useDocument } from '../state/document.ts'
import { Button } from '../ui/Button.tsx'
import styles from './Broken.module.css'

export function Broken({ error }: { readonly error: Error }) {
  const t = useT()
  const text = useDocument(textOf)
  return (
    <main className={styles.broken}>
      <h1>Beeyard</h1>
      <p role="alert">{t.banner.defect(error.message)}</p>
      <p>
        <Button kind="strong" onClick={() => location.reload()}>
          {t.banner.reload}
        </Button>
      </p>
      <pre>{text}</pre>
    </main>
  )
}
