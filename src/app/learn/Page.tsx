// The frame of the teachers' screens: a heading that takes the focus, and the way back to the course.
import { type ReactNode, useEffect, useRef } from 'react'
import { usePage } from '../state/hooks.ts'
import { Button } from '../ui/Button.tsx'
import styles from './CourseMap.module.css'
import { useTexts } from './texts.ts'

export function Page({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const t = useTexts()
  const page = usePage()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  return (
    <main className={styles.page}>
      <header className={styles.head}>
        <Button icon="left" kind="quiet" onClick={() => void page.learning.showMap()}>
          {t.workshop.back}
        </Button>
        <h2 ref={heading} tabIndex={-1}>
          {title}
        </h2>
      </header>
      {children}
    </main>
  )
}
