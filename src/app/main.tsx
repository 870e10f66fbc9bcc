// The page's entry: styles, then the stores are filled from storage or from the link, then React draws. A fault on the way still shows the code.
import './styles/tokens.css'
import './styles/base.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './App.tsx'
import { Broken } from './shell/Broken.tsx'
import { bootPage } from './state/boot.ts'
import { Boundary } from './ui/Boundary.tsx'

const host = document.getElementById('root')
if (host) {
  const root = createRoot(host)
  bootPage().then(
    (page) =>
      root.render(
        <StrictMode>
          <Boundary fallback={(error) => <Broken error={error} />}>
            <App page={page} />
          </Boundary>
        </StrictMode>,
      ),
    (error: unknown) => root.render(<Broken error={error instanceof Error ? error : new Error(String(error))} />),
  )
}
