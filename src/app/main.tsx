// The page's entry: styles, then the stores are filled from storage or from the link, then React draws. A fault on the way still shows the code.
import './styles/tokens.css'
import './styles/base.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './App.tsx'
import { featuresTried } from './editor/later.ts'
import { FirstLookEnds } from './first/FirstLook.tsx'
import { resetIfAsked, startOffline } from './offline/register.ts'
import { Broken } from './shell/Broken.tsx'
import { bootPage } from './state/boot.ts'
import { useSession } from './state/session.ts'
import { Boundary } from './ui/Boundary.tsx'

const LONGEST_WAIT_MS = 30_000

const host = document.getElementById('root')
if (host && !(await resetIfAsked())) {
  const root = createRoot(host)
  bootPage().then(
    (page) => {
      root.render(
        <StrictMode>
          <Boundary fallback={(error) => <Broken error={error} />}>
            <FirstLookEnds />
            <App page={page} />
          </Boundary>
        </StrictMode>,
      )
      afterFirstLook(() => void featuresTried(LONGEST_WAIT_MS).then(startOffline))
    },
    (error: unknown) => root.render(<Broken error={error instanceof Error ? error : new Error(String(error))} />),
  )
}

/** Once the first build is there; the editor and its features come before the files are kept, so that keeping them takes nothing from these. */
function afterFirstLook(act: () => void): void {
  const isThere = () => useSession.getState().report !== undefined
  if (isThere()) {
    act()
    return
  }
  const stop = useSession.subscribe(() => {
    if (!isThere()) return
    stop()
    setTimeout(act, 1500)
  })
}
