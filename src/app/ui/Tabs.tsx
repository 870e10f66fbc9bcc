// Tabs after the ARIA pattern: arrows move between them, one is in the tab order. `fill` stretches them over the width (bottom switcher).
import type { KeyboardEvent } from 'react'
import { Icon, type IconName } from './Icon.tsx'
import styles from './Tabs.module.css'

export interface TabItem<T extends string> {
  readonly id: T
  readonly label: string
  readonly icon?: IconName
  readonly badge?: string
}

interface Props<T extends string> {
  readonly label: string
  readonly items: readonly TabItem<T>[]
  readonly current: T
  readonly onChange: (id: T) => void
  readonly fill?: boolean
}

export const tabPanelId = (id: string): string => `panel-${id}`
export const tabId = (id: string): string => `tab-${id}`

export function Tabs<T extends string>({ label, items, current, onChange, fill = false }: Props<T>) {
  const move = (event: KeyboardEvent, by: number) => {
    event.preventDefault()
    const at = items.findIndex((item) => item.id === current)
    const next = items[(at + by + items.length) % items.length]
    onChange(next.id)
    document.getElementById(tabId(next.id))?.focus()
  }
  return (
    <div
      role="tablist"
      aria-label={label}
      className={`${styles.tabs} ${fill ? styles.fill : ''}`}
      onKeyDown={(event) => {
        if (event.key === 'ArrowRight') move(event, 1)
        else if (event.key === 'ArrowLeft') move(event, -1)
      }}
    >
      {items.map((item) => (
        <button
          key={item.id}
          id={tabId(item.id)}
          type="button"
          role="tab"
          className={styles.tab}
          aria-selected={item.id === current}
          aria-controls={item.id === current ? tabPanelId(item.id) : undefined}
          tabIndex={item.id === current ? 0 : -1}
          onClick={() => onChange(item.id)}
        >
          {item.icon && <Icon name={item.icon} />}
          <span>{item.label}</span>
          {item.badge && <span className={styles.badge}>{item.badge}</span>}
        </button>
      ))}
    </div>
  )
}
