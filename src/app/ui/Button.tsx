// Buttons of three weights. An icon button carries its name as label and tooltip, and its shortcut where it has one.
import type { ReactNode } from 'react'
import styles from './Button.module.css'
import { Icon, type IconName } from './Icon.tsx'

interface Props {
  readonly onClick: () => void
  readonly children: ReactNode
  readonly kind?: 'plain' | 'quiet' | 'strong'
  readonly icon?: IconName
  readonly title?: string
  readonly disabled?: boolean
  readonly pressed?: boolean
}

export function Button({ onClick, children, kind = 'plain', icon, title, disabled, pressed }: Props) {
  return (
    <button
      type="button"
      className={`${styles.button} ${styles[kind]}`}
      onClick={() => onClick()}
      title={title}
      disabled={disabled}
      aria-pressed={pressed}
    >
      {icon && <Icon name={icon} />}
      <span>{children}</span>
    </button>
  )
}

interface IconProps {
  readonly icon: IconName
  readonly label: string
  readonly onClick: () => void
  readonly keys?: string
  readonly pressed?: boolean
  readonly disabled?: boolean
}

export function IconButton({ icon, label, onClick, keys, disabled, pressed }: IconProps) {
  return (
    <button
      type="button"
      className={`${styles.button} ${styles.quiet} ${styles.icon}`}
      onClick={() => onClick()}
      aria-label={label}
      aria-pressed={pressed}
      title={keys ? `${label} (${keys})` : label}
      disabled={disabled}
    >
      <Icon name={icon} />
    </button>
  )
}
