// A list box of rows of one height, of which only the visible are in the document. Arrow, page, home and end keys move the active row.
// In: how many rows, a row by index, which one is active. The active row belongs to the caller, so that panels can follow the machine.
// Invariant: `aria-activedescendant` names a row that exists; the caller's `active` may be -1 (none).
import {
  isValidElement,
  type KeyboardEvent,
  memo,
  type ReactNode,
  type RefObject,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import { flushSync } from 'react-dom'
import { useUi } from '../state/ui.ts'
import { centred, drawnRows, isSeen, nearest, type Rows, type View } from './rows.ts'
import styles from './VirtualList.module.css'

/** Pixels; as `--row` of the page. */
export const useRowHeight = (): number => useUi((s) => (s.large ? 32 : 24))

/** What a list is taken for until it has been measured, so that rows stand there at once. */
const FIRST_VIEW: View = { top: 0, height: 800 }

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
  const { first, last, scrollTo, onScroll } = useView(host, { count, rowHeight }, follow)
  useEffect(() => onRange?.(first, Math.max(0, last)), [onRange, first, last])

  const go = (event: KeyboardEvent, target: number) => {
    event.preventDefault()
    const index = Math.max(0, Math.min(count - 1, target))
    if (count === 0) return
    onActive(index)
    scrollTo(index)
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
  const shown = active >= first && active <= last
  return (
    // biome-ignore lint/a11y/useKeyWithMouseEvents: pointing only lights up; the active row does the same for keys
    <div
      ref={host}
      className={styles.list}
      role="listbox"
      tabIndex={0}
      aria-label={label}
      aria-activedescendant={shown ? `${id}-${active}` : undefined}
      onScroll={onScroll}
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
      <div role="presentation" className={wide ? styles.wide : undefined} style={{ height: count * rowHeight, position: 'relative' }}>
        {Array.from({ length: last - first + 1 }, (_, i) => {
          const index = first + i
          const { className = '', label: name, content, heading = false } = row(index)
          return (
            <Line
              key={index}
              id={id}
              index={index}
              start={index * rowHeight}
              count={count}
              active={index === active}
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

/** The rows that are drawn. Nothing here asks the browser where the list stands: that would have it lay out the page in the middle of a change. */
function useView(host: RefObject<HTMLDivElement | null>, rows: Rows, follow: number) {
  const { count, rowHeight } = rows
  const [view, setView] = useState(FIRST_VIEW)
  const [isMeasured, setMeasured] = useState(false)
  const [followed, setFollowed] = useState('')
  /** How far the list is scrolled; the view keeps what it was when other rows came to be drawn. */
  const scrolled = useRef(0)
  const wish = `${follow}/${count}/${rowHeight}/${isMeasured}`
  if (wish !== followed) {
    setFollowed(wish)
    const now = { top: scrolled.current, height: view.height }
    const isThere = isMeasured && follow >= 0 && follow < count
    if (isThere && !isSeen(rows, now, follow)) setView({ ...now, top: centred(rows, now, follow) })
  }
  useLayoutEffect(() => {
    if (!host.current || view.top === scrolled.current) return
    scrolled.current = view.top
    host.current.scrollTop = view.top
  }, [host, view])
  useEffect(() => {
    const list = host.current
    if (!list) return
    const observer = new ResizeObserver(() => {
      scrolled.current = list.scrollTop
      setView({ top: list.scrollTop, height: list.clientHeight })
      setMeasured(list.clientHeight > 0)
    })
    observer.observe(list)
    return () => observer.disconnect()
  }, [host])
  const drawn = drawnRows(rows, view)
  return {
    ...drawn,
    scrollTo: (index: number) => {
      const now = { top: scrolled.current, height: view.height }
      setView({ ...now, top: nearest(rows, now, index) })
    },
    onScroll: () => {
      scrolled.current = host.current?.scrollTop ?? 0
      const now = { top: scrolled.current, height: view.height }
      const next = drawnRows(rows, now)
      // At once, or the rows would come a frame later than their place.
      if (next.first !== drawn.first || next.last !== drawn.last) flushSync(() => setView(now))
    },
  }
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
