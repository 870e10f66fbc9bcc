// Everything that leaves the page: the link with its length judged, a line to go with it, a QR code, code to embed, and files.
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { download, saveProject } from '../files.ts'
import { useT } from '../i18n/index.ts'
import dialogs from '../shell/Dialogs.module.css'
import { mainName } from '../state/engine.ts'
import { usePage } from '../state/hooks.ts'
import { useSession } from '../state/session.ts'
import { useUi } from '../state/ui.ts'
import { Button } from '../ui/Button.tsx'
import { Chip } from '../ui/Chip.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { EmbedCode } from './EmbedCode.tsx'
import { saveFolder, savePage } from './files-out.ts'
import { linkSize, makeLink, toClipboard } from './link.ts'
import { DENSE, qrPicture, qrSvg } from './qr.ts'
import styles from './ShareDialog.module.css'
import { summaryLine } from './summary.ts'
import { useTexts } from './texts.ts'

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
          <label className={dialogs.label} htmlFor="share-link">
            {t.share.link}
          </label>
          <div className={dialogs.row}>
            <input
              id="share-link"
              ref={field}
              className={dialogs.link}
              readOnly
              value={address || t.share.making}
              onFocus={(e) => e.target.select()}
            />
            <Button kind="strong" disabled={address === ''} onClick={() => void copy()}>
              {t.share.copy}
            </Button>
          </div>
          <p className={dialogs.size} role="status">
            {copied === true && <strong>{t.share.copied(address.length)}</strong>}
            {copied === false && t.share.notCopied}
          </p>
          {address !== '' && (
            <p className={dialogs.size}>
              <Chip tone={size === 'good' ? 'good' : 'warn'}>{t.share.length(address.length)}</Chip> {t.share[size]}
            </p>
          )}
          <p className={dialogs.note}>{t.share.holds}</p>
          {address !== '' && (
            <>
              <Preview address={address} />
              <Qr address={address} />
              <EmbedCode address={address} />
            </>
          )}
        </>
      )}
      <Files />
    </Dialog>
  )
}

function Preview({ address }: { readonly address: string }) {
  const words = useTexts()
  const report = useSession((s) => s.report)
  const program = useSession((s) => s.program)
  const [line, setLine] = useState(() => summaryLine(report, program, mainName(), words.says))
  const copy = async () => {
    if (await toClipboard(`${line}\n${address}`)) useUi.getState().tell(words.copiedBoth)
  }
  return (
    <>
      <label className={dialogs.label} htmlFor="share-line">
        {words.preview}
      </label>
      <div className={dialogs.row}>
        <input id="share-line" className={dialogs.link} value={line} onChange={(e) => setLine(e.target.value)} />
        <Button onClick={() => void copy()}>{words.copyBoth}</Button>
      </div>
    </>
  )
}

function Qr({ address }: { readonly address: string }) {
  const words = useTexts().qr
  const [open, setOpen] = useState(false)
  const picture = open ? qrPicture(address) : undefined
  return (
    <details className={dialogs.more} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{words.title}</summary>
      {open && !picture && <p>{words.tooLong}</p>}
      {picture && (
        <div className={styles.qr}>
          <svg viewBox={`0 0 ${picture.size} ${picture.size}`} role="img" aria-label={words.label} shapeRendering="crispEdges">
            <path className={styles.light} d={`M0 0h${picture.size}v${picture.size}H0z`} />
            <path className={styles.dark} d={picture.path} />
          </svg>
          <div>
            {picture.modules >= DENSE && <p className={dialogs.note}>{words.dense(picture.modules)}</p>}
            <Button onClick={() => download(`${mainName().replace(/\.\w+$/, '')}-qr.svg`, 'image/svg+xml', qrSvg(picture))}>
              {words.save}
            </Button>
          </div>
        </div>
      )}
    </details>
  )
}

/** Of the file as the build writes it, for people who count megabytes. */
const PAGE_MEGABYTES = '3'

function Files() {
  const t = useTexts()
  const page = usePage()
  const compiles = useSession((s) => (s.report?.programs.length ?? 0) > 0)
  const [said, setSaid] = useState('')
  const make = async (act: () => Promise<string | undefined>, failure: string) => {
    setSaid(t.files.making)
    const name = await act().catch(() => undefined)
    setSaid(name === undefined ? failure : t.files.made(name))
  }
  return (
    <section className={dialogs.more} aria-labelledby="share-files">
      <h3 id="share-files" className={styles.heading}>
        {t.files.title}
      </h3>
      <Row hint={compiles ? t.files.folderHint : t.files.noFolder}>
        <Button icon="file" disabled={!compiles} onClick={() => void make(() => saveFolder(page), t.files.noFolder)}>
          {t.files.folder}
        </Button>
      </Row>
      <Row hint={t.files.pageHint(PAGE_MEGABYTES)}>
        <Button icon="file" onClick={() => void make(() => savePage(page), t.files.noPage)}>
          {t.files.page}
        </Button>
      </Row>
      <Row hint={t.files.projectHint}>
        <Button icon="file" onClick={saveProject}>
          {t.files.project}
        </Button>
      </Row>
      <p role="status" className={dialogs.size}>
        {said}
      </p>
    </section>
  )
}

function Row({ children, hint }: { readonly children: ReactNode; readonly hint: string }) {
  return (
    <div className={styles.file}>
      {children}
      <p>{hint}</p>
    </div>
  )
}
