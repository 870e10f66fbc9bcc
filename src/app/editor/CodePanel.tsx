// The code. Readable at once, in colours, on the editor's own lines; the editor takes its place when it has loaded. Monaco's own Korean must be loaded before Monaco.
import { Fragment, lazy, Suspense, useMemo } from 'react'
import { useT } from '../i18n/index.ts'
import { shownText, useDocument } from '../state/document.ts'
import { useUi } from '../state/ui.ts'
import { Boundary } from '../ui/Boundary.tsx'
import styles from './CodePanel.module.css'
import { FileTabs } from './FileTabs.tsx'
import { colourLines } from './plain.ts'

const LazyEditor = lazy(async () => {
  if (useUi.getState().language === 'ko') await import('monaco-editor/nls/lang/ko')
  const { Editor } = await import('./Editor.tsx')
  return { default: Editor }
})

export function CodePanel() {
  const t = useT()
  return (
    <section className={styles.panel} aria-label={t.panels.code} data-panel="code">
      <FileTabs />
      <div className={styles.text}>
        <Boundary fallback={() => <PlainCode />}>
          <Suspense fallback={<PlainCode />}>
            <LazyEditor />
          </Suspense>
        </Boundary>
      </div>
    </section>
  )
}

function PlainCode() {
  const t = useT()
  const text = useDocument(shownText)
  const lines = useMemo(() => colourLines(text), [text])
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <div className={styles.plain} tabIndex={0} role="group" aria-label={t.editor.loading}>
      <pre className={styles.numbers} aria-hidden="true">
        {lines.map((_, i) => i + 1).join('\n')}
      </pre>
      <pre className={styles.code}>
        {lines.map((line, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name and no state
          <Fragment key={at}>
            {line.map((word, i) =>
              word.kind === 'plain' ? (
                word.text
              ) : (
                // biome-ignore lint/suspicious/noArrayIndexKey: words have no other name and no state
                <span key={i} className={styles[word.kind]}>
                  {word.text}
                </span>
              ),
            )}
            {'\n'}
          </Fragment>
        ))}
      </pre>
    </div>
  )
}
