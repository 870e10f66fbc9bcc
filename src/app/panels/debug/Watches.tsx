// Watch expressions with their values where the machine stands, and breakpoints with their conditions. In: the document's lists. Values are the worker's.
import { type KeyboardEvent, memo, useEffect, useRef, useState } from 'react'
import type { WatchRow } from '../../../engine/index.ts'
import { type BreakpointPlace, conditionOf, toggleBreakpoint, useDebugFocus, withCondition } from '../../state/breakpoints.ts'
import { useDocument } from '../../state/document.ts'
import { usePage } from '../../state/hooks.ts'
import { revealLine } from '../../state/reveal.ts'
import { useSession } from '../../state/session.ts'
import { useAnswer } from '../../state/useAnswer.ts'
import { Button, IconButton } from '../../ui/Button.tsx'
import section from '../Section.module.css'
import { changedTexts, rowText } from './select.ts'
import { type DebugTexts, useTexts } from './texts.ts'
import styles from './Watches.module.css'

const NO_TEXTS: readonly string[] = []

export const Watches = memo(function Watches() {
  const t = useTexts().watch
  const breakpoints = useDocument((s) => s.breakpoints)
  const focus = useDebugFocus()
  const count = (breakpoints.watches?.length ?? 0) + breakpoints.lines.length + breakpoints.slots.length
  const [open, setOpen] = useState(() => count > 0 || focus.on !== undefined)
  useEffect(() => {
    if (focus.count > 0) setOpen(true)
  }, [focus.count])
  return (
    <details className={styles.watches} open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {t.title} {count > 0 && <span className={section.muted}>{count}</span>}
      </summary>
      {open && (
        <>
          <WatchList />
          <BreakpointList />
        </>
      )}
    </details>
  )
})

function WatchList() {
  const t = useTexts().watch
  const { engine } = usePage()
  const tick = useSession((s) => s.machine?.tick ?? -1)
  const breakpoints = useDocument((s) => s.breakpoints)
  const texts = breakpoints.watches ?? NO_TEXTS
  const view = useAnswer('watch', tick >= 0 && texts.length > 0 ? { tick, texts } : undefined)
  const changed = useChanged(view)
  const [wanted, setWanted] = useState('')
  const input = useRef<HTMLInputElement>(null)
  const focus = useDebugFocus()
  useEffect(() => {
    if (focus.on === 'watch' && focus.count > 0) input.current?.focus()
  }, [focus])
  const put = (watches: readonly string[]) => useDocument.getState().setBreakpoints({ ...breakpoints, watches })
  const add = () => {
    const text = wanted.trim()
    if (text !== '' && !texts.includes(text)) put([...texts, text])
    setWanted('')
  }
  return (
    <section aria-label={t.watches}>
      {texts.length > 0 && (
        <ul className={styles.list}>
          {texts.map((text) => (
            <li key={text} className={changed.has(text) ? styles.changed : undefined}>
              <code className={styles.text}>{text}</code>
              <Value row={view?.rows.find((r) => r.text === text)} changed={changed.has(text)} t={t} />
              <IconButton icon="lineBack" label={t.previous(text)} onClick={() => engine.go({ kind: 'change', by: -1, text })} />
              <IconButton icon="line" label={t.next(text)} onClick={() => engine.go({ kind: 'change', by: 1, text })} />
              <IconButton icon="cross" label={t.remove(text)} onClick={() => put(texts.filter((x) => x !== text))} />
            </li>
          ))}
        </ul>
      )}
      <div className={styles.add}>
        <input
          ref={input}
          className={styles.input}
          aria-label={t.add}
          aria-describedby="watch-hint"
          placeholder={t.add}
          spellCheck={false}
          maxLength={500}
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
          onKeyDown={(event) => onEnter(event, add)}
        />
        <Button onClick={add} disabled={wanted.trim() === ''}>
          {t.addButton}
        </Button>
      </div>
      <p id="watch-hint" className={styles.hint}>
        {t.hint}
      </p>
    </section>
  )
}

function onEnter(event: KeyboardEvent, act: () => void): void {
  if (event.key !== 'Enter' || event.nativeEvent.isComposing) return
  event.preventDefault()
  act()
}

/** What the last step of the machine changed. */
function useChanged(view: { readonly tick: number; readonly rows: readonly WatchRow[] } | undefined): ReadonlySet<string> {
  const before = useRef<typeof view>(undefined)
  const [changed, setChanged] = useState<ReadonlySet<string>>(new Set())
  useEffect(() => {
    if (!view) return
    setChanged(changedTexts(before.current, view))
    before.current = view
  }, [view])
  return changed
}

function Value({ row, changed, t }: { readonly row: WatchRow | undefined; readonly changed: boolean; readonly t: DebugTexts['watch'] }) {
  if (!row) return <output className={styles.value} />
  const isValue = row.kind === 'number' || row.kind === 'text'
  return (
    <output className={`${styles.value} ${isValue ? '' : styles.nothing}`}>
      {rowText(row, t)}
      {row.kind === 'number' && row.hex.length > 1 && <span className={styles.hex}>0x{row.hex}</span>}
      {changed && <span className="visuallyHidden"> {t.changed}</span>}
    </output>
  )
}

function BreakpointList() {
  const t = useTexts().watch
  const breakpoints = useDocument((s) => s.breakpoints)
  const places: readonly BreakpointPlace[] = [
    ...breakpoints.lines.map((line) => ({ kind: 'line', line }) as const),
    ...breakpoints.slots.map((slot) => ({ kind: 'insn', slot }) as const),
  ]
  return (
    <section aria-label={t.breakpoints} className={styles.breakpoints}>
      <h4>{t.breakpoints}</h4>
      {places.length === 0 ? (
        <p className={styles.hint}>{t.none}</p>
      ) : (
        <ul className={styles.list}>
          {places.map((place) => (
            <BreakpointRow key={place.kind === 'line' ? `l${place.line}` : `s${place.slot}`} place={place} />
          ))}
        </ul>
      )}
    </section>
  )
}

function BreakpointRow({ place }: { readonly place: BreakpointPlace }) {
  const t = useTexts().watch
  const saved = useDocument((s) => conditionOf(s.breakpoints, place))
  const [text, setText] = useState(saved)
  const input = useRef<HTMLInputElement>(null)
  const focus = useDebugFocus()
  const where = place.kind === 'line' ? t.line(place.line) : t.insn(place.slot)
  const isMeant = focus.on !== undefined && focus.on !== 'watch' && JSON.stringify(focus.on) === JSON.stringify(place)
  // biome-ignore lint/correctness/useExhaustiveDependencies: each request counts, the same place twice as well
  useEffect(() => {
    if (isMeant) input.current?.focus()
  }, [isMeant, focus.count])
  const save = () => {
    const { breakpoints, setBreakpoints } = useDocument.getState()
    if (text.trim() !== conditionOf(breakpoints, place)) setBreakpoints(withCondition(breakpoints, place, text))
  }
  const fault = useAnswer('watch', saved === '' ? undefined : { tick: 0, texts: [saved] })?.rows[0]
  const isBad = fault?.text === saved && (fault.kind === 'fault' || fault.kind === 'unknown')
  return (
    <li>
      <button type="button" className={styles.where} aria-label={t.goTo(where)} onClick={() => show(place)}>
        {where}
      </button>
      <input
        ref={input}
        className={styles.input}
        aria-label={t.condition(where)}
        aria-invalid={isBad}
        placeholder={t.always}
        spellCheck={false}
        maxLength={500}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onBlur={save}
        onKeyDown={(event) => onEnter(event, save)}
      />
      <IconButton icon="cross" label={t.removeAt(where)} onClick={() => toggleBreakpoint(place)} />
      {isBad && fault && (
        <p className={styles.fault} role="status">
          {rowText(fault, t)}
        </p>
      )}
    </li>
  )
}

function show(place: BreakpointPlace): void {
  if (place.kind === 'line') revealLine(place.line, 1, false)
  else useSession.getState().set({ selection: { kind: 'insn', slot: place.slot } })
}
