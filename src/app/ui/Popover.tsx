// A button that opens a small panel below it. Plain disclosure: the panel's buttons are ordinary buttons in tab order; Escape and a click
// elsewhere close it, and choosing one closes it too.
import { type ReactNode, useEffect, useRef, useState } from 'react'
import buttonStyles from './Button.module.css'
import { Icon, type IconName } from './Icon.tsx'
import styles from './Popover.module.css'

interface Props {
  readonly label: string
  readonly icon?: IconName
  /** Show the icon alone; the label is then the accessible name. */
  readonly iconOnly?: boolean
  readonly children: (close: () => void) => ReactNode
}

export function Popover({ label, icon, iconOnly = false, children }: Props) {
  const [open, setOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (!open) return
    const onPointer = (event: PointerEvent) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false)
    }
    addEventListener('pointerdown', onPointer)
    return () => removeEventListener('pointerdown', onPointer)
  }, [open])
  const close = () => {
    setOpen(false)
    button.current?.focus()
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only listens for Escape from the button and the panel inside
    <div
      ref={root}
      className={styles.root}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && open) {
          event.stopPropagation()
          close()
        }
      }}
      onBlur={(event) => {
        if (event.relatedTarget instanceof Node && !root.current?.contains(event.relatedTarget)) setOpen(false)
      }}
    >
      <button
        ref={button}
        type="button"
        className={`${buttonStyles.button} ${buttonStyles.quiet} ${iconOnly ? buttonStyles.icon : ''}`}
        aria-expanded={open}
        aria-label={iconOnly ? label : undefined}
        title={iconOnly ? label : undefined}
        onClick={() => setOpen(!open)}
      >
        {icon && <Icon name={icon} />}
        {!iconOnly && <span>{label}</span>}
        {!iconOnly && <Icon name="down" size={12} />}
      </button>
      {open && <div className={styles.panel}>{children(close)}</div>}
    </div>
  )
}

export function PopoverItem({
  onClick,
  children,
  icon,
}: {
  readonly onClick: () => void
  readonly children: ReactNode
  readonly icon?: IconName
}) {
  return (
    <button type="button" className={styles.item} onClick={() => onClick()}>
      <span className={styles.itemIcon}>{icon && <Icon name={icon} />}</span>
      {children}
    </button>
  )
}
