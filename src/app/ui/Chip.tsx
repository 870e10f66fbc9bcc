// A short word with a mark: the answer to one question (accepted, dropped, TCP). The mark's shape and the word carry the meaning, colour helps.
import type { ReactNode } from 'react'
import styles from './Chip.module.css'
import { Icon, type IconName } from './Icon.tsx'

export type Tone = 'good' | 'bad' | 'warn' | 'unknown' | 'info' | 'plain'

const MARKS: Readonly<Record<Tone, IconName | undefined>> = {
  good: 'check',
  bad: 'cross',
  warn: 'warning',
  unknown: 'question',
  info: undefined,
  plain: undefined,
}

export function Chip({ tone, children, mark = true }: { readonly tone: Tone; readonly children: ReactNode; readonly mark?: boolean }) {
  const icon = mark ? MARKS[tone] : undefined
  return (
    <span className={`${styles.chip} ${styles[tone]}`}>
      {icon && <Icon name={icon} size={13} />}
      {children}
    </span>
  )
}
