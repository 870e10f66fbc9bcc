// A modal dialog on the browser's own <dialog>: focus is kept inside, Escape closes, focus goes back to where it was.
import { type ReactNode, useId, useLayoutEffect, useRef } from 'react'
import { useT } from '../i18n/index.ts'
import { IconButton } from './Button.tsx'
import styles from './Dialog.module.css'

interface Props {
  readonly title: string
  readonly onClose: () => void
  readonly children: ReactNode
}

export function Dialog({ title, onClose, children }: Props) {
  const t = useT()
  const ref = useRef<HTMLDialogElement>(null)
  const heading = useId()
  // While it still stands in the page: a dialog that is closed after it was taken out gives no focus back.
  useLayoutEffect(() => {
    const dialog = ref.current
    if (dialog && !dialog.open) dialog.showModal()
    return () => dialog?.close()
  }, [])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click on the backdrop is an extra; Escape and the button close it too
    <dialog
      ref={ref}
      className={styles.dialog}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => {
        if (event.target === ref.current) onClose()
      }}
    >
      <div className={styles.body}>
        <header className={styles.header}>
          <h2 id={heading}>{title}</h2>
          <IconButton icon="cross" label={t.close} onClick={onClose} />
        </header>
        {children}
      </div>
    </dialog>
  )
}
