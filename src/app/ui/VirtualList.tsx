// A list box of rows of one height, of which only the visible are in the document. Arrow, page, home and end keys move the active row.
// In: how many rows, a row by index, which one is active. The active row belongs to the caller, so that panels can follow the machine.
// Invariant: `aria-activedescendant` names a row that exists; the caller's `active` may be -1 (none).
import { useVirtualizer } from '@tanstack/react-virtual'
import { isValidElement, type KeyboardEvent, memo, type ReactNode, useEffect, useId, useRef } from 'react'
import { useUi } from '../state/ui.ts'
import styles from './VirtualList.module.css'

/** Pixels; as `--row` of the page. */
export const useRowHeight = (): number => useUi((s) => (s.large ? 32 : 24))

/** Pixels that a list is taken for until it has been measured, so that rows stand there at once. */
const FIRST_RECT = { width: 0, height: 800 }

export interface ListRow {
  readonly className?: string
  readonly label?: string
  readonly content: ReactNode
  /** Headings between rows cannot be chosen. */
  readonly heading?: boolean
}

interface Props {
  readonly label: string
  readonly count: number
  readonly row: (index: number) => ListRow
  readonly active: number
  readonly onActive: (index: number) => void
  readonly onHover?: (index: number) => void
  readonly onKey?: (event: KeyboardEvent, index: number) => void
  readonly onDoubleClick?: (index: number) => void
  /** Scrolled into view when it changes, without becoming active. */
  readonly follow?: number
  /** Told which rows are on the page. */
  readonly onRange?: (first: number, last: number) => void
  /** Drawn over the rows, which scroll with it; given the height of a row. */
  readonly overlay?: (rowHeight: number) => ReactNode
  /** Rows may be wider than the list. */
  readonly wide?: boolean
}

export function VirtualList({
  label,
  count,
  row,
  active,
  onActive,
  onHover,
  onKey,
  onDoubleClick,
  follow = -1,
  onRange,
  overlay,
  wide = false,
}: Props) {
  const host = useRef<HTMLDivElement>(null)
  const id = useId()
  const rowHeight = useRowHeight()
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => host.current,
    estimateSize: () => rowHeight,
    overscan: 10,
    initialRect: FIRST_RECT,
  })
  useEffect(() => {
    if (rowHeight > 0) virtual.measure()
  }, [virtual, rowHeight])
  const items = virtual.getVirtualItems()
  const first = items[0]?.index ?? 0
  const last = items.at(-1)?.index ?? 0
  useEffect(() => onRange?.(first, last), [onRange, first, last])
  useEffect(() => {
    const view = host.current
    if (!view || follow < 0 || follow >= count) return
    const top = follow * rowHeight
    const isSeen = top >= view.scrollTop && top + rowHeight <= view.scrollTop + view.clientHeight
    if (!isSeen) virtual.scrollToIndex(follow, { align: 'center' })
  }, [virtual, follow, count, rowHeight])

  const go = (event: KeyboardEvent, target: number) => {
    event.preventDefault()
    const index = Math.max(0, Math.min(count - 1, target))
    if (count === 0) return
    onActive(index)
    virtual.scrollToIndex(index, { align: 'auto' })
  }
  const page = Math.max(1, last - first - 20)
  const keys: Readonly<Record<string, number>> = {
    ArrowDown: active + 1,
    ArrowUp: active - 1,
    PageDown: active + page,
    PageUp: active - page,
    Home: 0,
    End: count - 1,
  }
  const shown = items.some((item) => item.index === active)
  return (
    // biome-ignore lint/a11y/useKeyWithMouseEvents: pointing only lights up; the active row does the same for keys
    <div
      ref={host}
      className={styles.list}
      role="listbox"
      tabIndex={0}
      aria-label={label}
      aria-activedescendant={shown ? `${id}-${active}` : undefined}
      onMouseLeave={() => onHover?.(-1)}
      onMouseOver={(event) => {
        const line = lineOf(event.target)
        if (line && !line.contains(event.relatedTarget as Node | null)) onHover?.(isHeading(line) ? -1 : indexOf(line))
      }}
      onClick={(event) => {
        const line = lineOf(event.target)
        if (line && !isHeading(line)) onActive(indexOf(line))
      }}
      onDoubleClick={(event) => {
        const line = lineOf(event.target)
        if (line && !isHeading(line)) onDoubleClick?.(indexOf(line))
      }}
      onKeyDown={(event) => {
        const target = keys[event.key]
        if (target !== undefined && !event.altKey && !event.ctrlKey && !event.metaKey) go(event, target)
        else onKey?.(event, active)
      }}
    >
      <div role="presentation" className={wide ? styles.wide : undefined} style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {items.map((item) => {
          const { className = '', label: name, content, heading = false } = row(item.index)
          return (
            <Line
              key={item.key}
              id={id}
              index={item.index}
              start={item.start}
              count={count}
              active={item.index === active}
              className={className}
              name={name}
              content={content}
              heading={heading}
            />
          )
        })}
        {overlay?.(rowHeight)}
      </div>
    </div>
  )
}

interface LineProps {
  readonly id: string
  readonly index: number
  readonly start: number
  readonly count: number
  readonly active: boolean
  readonly className: string
  readonly name: string | undefined
  readonly content: ReactNode
  readonly heading: boolean
}

/** Drawn again only when something of it has changed: a list is drawn with every step of the machine. */
const Line = memo(function Line({ id, index, start, count, active, className, name, content, heading }: LineProps) {
  return (
    <div
      id={`${id}-${index}`}
      data-index={index}
      role={heading ? 'presentation' : 'option'}
      aria-selected={heading ? undefined : active}
      aria-posinset={heading ? undefined : index + 1}
      aria-setsize={heading ? undefined : count}
      aria-label={name}
      className={`${styles.row} ${active ? styles.active : ''} ${className}`}
      style={{ transform: `translateY(${start}px)` }}
    >
      {content}
    </div>
  )
}, isSameLine)

function isSameLine({ content: before, ...a }: LineProps, { content: now, ...b }: LineProps): boolean {
  return isSameContent(before, now) && isShallowSame(a, b)
}

/** An element of the same component with the same properties draws the same. */
function isSameContent(a: ReactNode, b: ReactNode): boolean {
  if (Object.is(a, b)) return true
  if (!isValidElement(a) || !isValidElement(b) || a.type !== b.type || a.key !== b.key) return false
  return isShallowSame(a.props as Readonly<Record<string, unknown>>, b.props as Readonly<Record<string, unknown>>)
}

function isShallowSame<T extends object>(a: T, b: T): boolean {
  const names = Object.keys(a) as (keyof T)[]
  return names.length === Object.keys(b).length && names.every((name) => Object.is(a[name], b[name]))
}

const lineOf = (target: EventTarget): HTMLElement | null => (target as Element).closest<HTMLElement>('[data-index]')
const indexOf = (line: HTMLElement): number => Number(line.dataset['index'])
const isHeading = (line: HTMLElement): boolean => line.role !== 'option'
