// What lies inside the program: the graph of its blocks, the compiler's passes, its types. One at a time.
import { lazy, Suspense, useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { shownProgram, useSession } from '../../state/session.ts'
import { Button } from '../../ui/Button.tsx'
import { PictureMenu } from '../../ui/PictureMenu.tsx'
import section from '../Section.module.css'
import { Flow } from './Flow.tsx'
import styles from './Panel.module.css'
import { Passes } from './Passes.tsx'
import { Types } from './Types.tsx'

const VIEWS = ['flow', 'passes', 'wasm', 'race', 'types'] as const

const Wasm = lazy(async () => ({ default: (await import('../debug/Wasm.tsx')).Wasm }))
const Race = lazy(async () => ({ default: (await import('../debug/Race.tsx')).Race }))

export function InsidePanel() {
  const t = useT()
  const program = useSession(shownProgram)
  const [view, setView] = useState<(typeof VIEWS)[number]>('flow')
  if (!program) return <p className={section.empty}>{t.inside.noProgram}</p>
  return (
    <div className={section.panel}>
      <div className={`${section.bar} ${styles.views}`} role="group" aria-label={t.inside.choose}>
        {VIEWS.map((v) => (
          <Button key={v} kind="quiet" pressed={v === view} onClick={() => setView(v)}>
            {t.inside.views[v]}
          </Button>
        ))}
        {view === 'flow' && <PictureMenu name="graph" of={`.${section.panel}`} inside="[data-picture]" />}
      </div>
      <Suspense>
        <Content view={view} />
      </Suspense>
    </div>
  )
}

function Content({ view }: { readonly view: (typeof VIEWS)[number] }) {
  switch (view) {
    case 'flow':
      return <Flow />
    case 'passes':
      return <Passes />
    case 'wasm':
      return <Wasm />
    case 'race':
      return <Race />
    case 'types':
      return <Types />
  }
}
