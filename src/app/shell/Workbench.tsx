// Verdict, panels and timeline, with a lesson beside them where one is open; or a whole screen of the lessons in their place. The workbench stays
// alive behind such a screen: the editor keeps its undo and its place.
import { lazy, Suspense, useEffect } from 'react'
import { Timeline } from '../panels/timeline/Panel.tsx'
import { useLearn } from '../state/learn.ts'
import { useUi } from '../state/ui.ts'
import { Layout, Switcher } from './Layout.tsx'
import type { Width } from './useWidth.ts'
import { VerdictStrip } from './VerdictStrip.tsx'
import styles from './Workbench.module.css'

const LessonColumn = lazy(() => import('../learn/LessonColumn.tsx').then((m) => ({ default: m.LessonColumn })))
const Screens = lazy(() => import('../learn/Screens.tsx').then((m) => ({ default: m.Screens })))

export function Workbench({ width }: { readonly width: Width }) {
  const place = useLearn((s) => s.place.kind)
  const narrow = width === 'narrow'
  const learns = place === 'lesson'
  const reads = useUi((s) => s.narrowPanel === 'lesson') && narrow
  const isFull = place !== 'none' && !learns
  const lessonId = useLearn((s) => s.lesson?.id)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another lesson is shown from its text on
  useEffect(() => {
    if (learns) useUi.getState().set({ narrowPanel: 'lesson' })
    else if (useUi.getState().narrowPanel === 'lesson') useUi.getState().set({ narrowPanel: 'code' })
  }, [learns, lessonId])
  const lesson = (
    <Suspense>
      <LessonColumn />
    </Suspense>
  )
  return (
    <>
      <div className={styles.bench} hidden={isFull}>
        {learns && !narrow && <div className={styles.lesson}>{lesson}</div>}
        <div className={styles.work}>
          <VerdictStrip />
          <Layout width={learns && width === 'wide' ? 'medium' : width} lesson={learns ? lesson : undefined} />
          {!reads && <Timeline />}
          {narrow && <Switcher />}
        </div>
      </div>
      {isFull && (
        <Suspense>
          <Screens />
        </Suspense>
      )}
    </>
  )
}
