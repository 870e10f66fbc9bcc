// The link, to be copied by hand or again, with its length judged, and the file as the way out when it is too long.
import { useEffect, useRef, useState } from 'react'
import { saveProject } from '../files.ts'
import { useT } from '../i18n/index.ts'
import { linkSize, makeLink, toClipboard } from '../share.ts'
import { usePage } from '../state/hooks.ts'
import { Button } from '../ui/Button.tsx'
import { Chip } from '../ui/Chip.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import styles from './Dialogs.module.css'
import { EmbedCode } from './EmbedCode.tsx'

export function ShareDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useT()
  const page = usePage()
  const [address, setAddress] = useState('')
  const [failed, setFailed] = useState(false)
  const [copied, setCopied] = useState<boolean | undefined>(undefined)
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    makeLink(page)
      .then(async (made) => {
        setAddress(made)
        setCopied(await toClipboard(made))
      })
      .catch(() => setFailed(true))
  }, [page])
  const size = linkSize(address.length)
  const copy = async () => {
    const done = await toClipboard(address)
    setCopied(done)
    if (!done) field.current?.select()
  }
  return (
    <Dialog title={t.share.title} onClose={onClose}>
      {failed ? (
        <p>{t.share.failed}</p>
      ) : (
        <>
          <label className={styles.label} htmlFor="share-link">
            {t.share.link}
          </label>
          <div className={styles.row}>
            <input
              id="share-link"
              ref={field}
              className={styles.link}
              readOnly
              value={address || t.share.making}
              onFocus={(e) => e.target.select()}
            />
            <Button kind="strong" disabled={address === ''} onClick={() => void copy()}>
              {t.share.copy}
            </Button>
          </div>
          <p className={styles.size} role="status">
            {copied === true && <strong>{t.share.copied(address.length)}</strong>}
            {copied === false && t.share.notCopied}
          </p>
          {address !== '' && (
            <p className={styles.size}>
              <Chip tone={size === 'good' ? 'good' : 'warn'}>{t.share.length(address.length)}</Chip> {t.share[size]}
            </p>
          )}
          <p className={styles.note}>{t.share.holds}</p>
          {address !== '' && <EmbedCode address={address} />}
          {size !== 'good' && <Button onClick={saveProject}>{t.share.saveProject}</Button>}
        </>
      )}
    </Dialog>
  )
}
