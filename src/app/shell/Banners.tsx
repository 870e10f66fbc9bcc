// What must not be missed: whose document this is, that nothing is saved, that a start failed, that the engine broke. Each with its way out.
import type { ReactNode } from 'react'
import type { LinkFault } from '../../engine/index.ts'
import type { Messages } from '../i18n/index.ts'
import { useT } from '../i18n/index.ts'
import { changeToNewBuild } from '../offline/register.ts'
import { useDocument } from '../state/document.ts'
import { usePage } from '../state/hooks.ts'
import { useSession } from '../state/session.ts'
import { useUi } from '../state/ui.ts'
import { Button } from '../ui/Button.tsx'
import { Icon, type IconName } from '../ui/Icon.tsx'
import styles from './Banners.module.css'

export function Banners() {
  return (
    <div className={styles.banners}>
      <PhaseBanner />
      <LinkBanner />
      <SavingBanner />
      <NewBuildBanner />
    </div>
  )
}

interface BannerProps {
  readonly tone: 'info' | 'warn' | 'bad'
  readonly icon: IconName
  readonly children: ReactNode
  readonly acts?: ReactNode
}

function Banner({ tone, icon, children, acts }: BannerProps) {
  return (
    <div className={`${styles.banner} ${styles[tone]}`} role={tone === 'info' ? 'status' : 'alert'}>
      <Icon name={icon} />
      <p>{children}</p>
      <div className={styles.acts}>{acts}</div>
    </div>
  )
}

function PhaseBanner() {
  const t = useT()
  const page = usePage()
  const phase = useSession((s) => s.phase)
  const defect = useSession((s) => s.defect)
  if (phase === 'safe') {
    return (
      <Banner
        tone="warn"
        icon="warning"
        acts={
          <>
            <Button onClick={page.buildNow}>{t.banner.buildNow}</Button>
            <Button onClick={() => void page.startOver()}>{t.banner.startOver}</Button>
          </>
        }
      >
        {t.banner.safe}
      </Banner>
    )
  }
  if (phase === 'halted') {
    return (
      <Banner tone="bad" icon="warning" acts={<Button onClick={page.buildNow}>{t.banner.again}</Button>}>
        {t.banner.halted}
      </Banner>
    )
  }
  if (defect === '') return null
  return (
    <Banner tone="bad" icon="warning" acts={<Button onClick={page.buildNow}>{t.banner.again}</Button>}>
      {t.banner.defect(defect.split('\n')[0])}
    </Banner>
  )
}

function LinkBanner() {
  const t = useT()
  const page = usePage()
  const link = useSession((s) => s.link)
  const setSession = useSession((s) => s.set)
  const isLink = useDocument((s) => s.origin.kind === 'link')
  if (link.kind === 'opening') {
    return (
      <Banner tone="info" icon="link">
        {t.link.opening}
      </Banner>
    )
  }
  if (link.kind === 'bad') {
    return (
      <Banner
        tone="bad"
        icon="link"
        acts={
          <Button onClick={() => setSession({ link: isLink ? { kind: 'open', draft: false } : { kind: 'none' } })}>{t.link.dismiss}</Button>
        }
      >
        {faultText(link.code, link.params, t)}
      </Banner>
    )
  }
  if (!isLink) return null
  return (
    <Banner
      tone="info"
      icon="link"
      acts={
        <>
          {link.kind === 'open' && link.draft && <Button onClick={() => void page.restoreDraft()}>{t.link.restore}</Button>}
          <Button onClick={() => void page.keepLinkAsMine().then(() => useUi.getState().tell(t.link.kept))}>{t.link.keep}</Button>
          <Button onClick={() => void page.backToMyWork()}>{t.link.back}</Button>
        </>
      }
    >
      <strong>{t.link.shared}</strong> {t.link.stopped}
    </Banner>
  )
}

export function faultText(code: LinkFault, params: readonly string[], t: Messages): string {
  const text = t.link.bad[code]
  return typeof text === 'function' ? text(params[0] ?? '') : text
}

function SavingBanner() {
  const t = useT()
  const page = usePage()
  const saving = useSession((s) => s.saving)
  const damaged = useSession((s) => s.damaged)
  const setSession = useSession((s) => s.set)
  const setUi = useUi((s) => s.set)
  if (saving === 'memory' || saving === 'failed') {
    return (
      <Banner tone="bad" icon="warning">
        {t.banner[saving]}
      </Banner>
    )
  }
  if (saving === 'elsewhere') {
    return (
      <Banner tone="warn" icon="warning" acts={<Button onClick={() => void page.takeOver()}>{t.banner.takeOver}</Button>}>
        {t.banner.elsewhere}
      </Banner>
    )
  }
  if (!damaged) return null
  return (
    <Banner
      tone="warn"
      icon="warning"
      acts={
        <>
          <Button onClick={() => setUi({ dialog: 'earlier' })}>{t.header.earlier}</Button>
          <Button onClick={() => setSession({ damaged: false })}>{t.close}</Button>
        </>
      }
    >
      {t.banner.damaged}
    </Banner>
  )
}

function NewBuildBanner() {
  const t = useT()
  const { saving } = usePage()
  if (!useSession((s) => s.newBuild)) return null
  return (
    <Banner tone="info" icon="file" acts={<Button onClick={() => void changeToNewBuild(saving.flush)}>{t.banner.reload}</Button>}>
      {t.banner.newBuild}
    </Banner>
  )
}
