// A teacher puts a workshop together: items in order, texts, programs, notes, further hidden runs, times. It is kept as a draft on this machine and handed out
// as a link, a QR code or a file.

import { useEffect, useRef, useState } from 'react'
import { encode } from 'uqr'
import type { Workshop, WorkshopItem } from '../../lessons/index.ts'
import { readWorkshop } from '../../worker/index.ts'
import { download, pick } from '../files.ts'
import { addressOf, toClipboard } from '../share/link.ts'
import { mainName, projectToShare } from '../state/engine.ts'
import { usePage } from '../state/hooks.ts'
import { useLearn } from '../state/learn.ts'
import { readSetting, writeSetting } from '../state/prefs.ts'
import { useUi } from '../state/ui.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { Page } from './Page.tsx'
import { useTexts } from './texts.ts'
import styles from './Workshop.module.css'
import { fromTime, move, readRuns, toTime, withItem, withoutItem } from './workshop.ts'

const DRAFT = 'workshop-draft'
const EMPTY: Workshop = { version: 1, title: '', items: [], from: 0, until: 0 }
/** Characters that a phone still reads off a projector. */
const QR_LIMIT = 1000

export function WorkshopBuild() {
  const t = useTexts()
  const page = usePage()
  const [workshop, setWorkshop] = useState(readDraft)
  const [link, setLink] = useState('')
  useEffect(() => {
    writeSetting(DRAFT, JSON.stringify(workshop))
    let live = true
    void page.engine.call('pack', { kind: 'workshop', value: workshop }).then(({ text }) => live && setLink(addressOf(text)))
    return () => {
      live = false
    }
  }, [workshop, page])
  const change = (part: Partial<Workshop>) => setWorkshop({ ...workshop, ...part })
  const list = useRef<HTMLOListElement>(null)
  const wanted = useRef<{ readonly item: number; readonly button: number } | undefined>(undefined)
  // The focus goes along with an item that moves, and to the next one where it went.
  useEffect(() => {
    if (!wanted.current) return
    const { item, button } = wanted.current
    wanted.current = undefined
    const at = Math.min(item, workshop.items.length - 1)
    list.current?.children[at]?.querySelectorAll<HTMLElement>('[data-order] button')[button]?.focus()
  }, [workshop.items])
  const place = (items: readonly WorkshopItem[], item: number, button: number) => {
    wanted.current = { item, button }
    change({ items })
  }
  // The fields of items keep what is typed into them, so another workshop has fields of its own.
  const [round, setRound] = useState(0)
  const take = (next: Workshop) => {
    setWorkshop(next)
    setRound(round + 1)
  }
  const copy = async () => {
    if (await toClipboard(link)) useUi.getState().tell(t.workshop.copied(link.length))
  }
  return (
    <Page title={t.workshop.build}>
      <p className={styles.intro}>{t.workshop.intro}</p>
      <label className={styles.field}>
        {t.workshop.title}
        <input value={workshop.title} maxLength={200} onChange={(e) => change({ title: e.target.value })} />
      </label>
      <ol key={round} ref={list} className={styles.items}>
        {workshop.items.map((item, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: items have no names of their own
          <li key={i} className={styles.item}>
            <Item
              key={item.kind === 'lesson' ? item.id : ''}
              item={item}
              onChange={(next) => change({ items: withItem(workshop.items, i, next) })}
            />
            <span className={styles.order} data-order>
              <IconButton
                icon="up"
                label={t.workshop.up}
                disabled={i === 0}
                onClick={() => place(move(workshop.items, i, -1), i - 1, i === 1 ? 1 : 0)}
              />
              <IconButton
                icon="down"
                label={t.workshop.down}
                disabled={i === workshop.items.length - 1}
                onClick={() => place(move(workshop.items, i, 1), i + 1, i === workshop.items.length - 2 ? 0 : 1)}
              />
              <IconButton icon="cross" label={t.workshop.remove} onClick={() => place(withoutItem(workshop.items, i), i, 2)} />
            </span>
          </li>
        ))}
      </ol>
      <AddItem onAdd={(item) => change({ items: [...workshop.items, item] })} />
      <div className={styles.times}>
        {(['from', 'until'] as const).map((name) => (
          <label key={name} className={styles.field}>
            {t.workshop[name]}
            <input type="datetime-local" value={fromTime(workshop[name])} onChange={(e) => change({ [name]: toTime(e.target.value) })} />
          </label>
        ))}
      </div>
      <div className={styles.acts}>
        <Button kind="strong" icon="share" onClick={() => void copy()}>
          {t.workshop.copyLink}
        </Button>
        <Button
          icon="file"
          onClick={() => download('workshop.beeyard.json', 'application/json', `${JSON.stringify(workshop, undefined, 1)}\n`)}
        >
          {t.workshop.saveFile}
        </Button>
        <Button
          kind="quiet"
          onClick={() =>
            pick('.json', async (file) => {
              const read = readFile(await file.text())
              if (read) take(read)
              else useUi.getState().tell(t.workshop.notAWorkshop(file.name))
            })
          }
        >
          {t.workshop.openFile}
        </Button>
        <Button kind="quiet" disabled={workshop.items.length === 0 && workshop.title === ''} onClick={() => take(EMPTY)}>
          {t.workshop.startNew}
        </Button>
      </div>
      <p className={styles.intro}>{t.workshop.notSecret}</p>
      <details>
        <summary>{t.workshop.qr}</summary>
        {link.length <= QR_LIMIT ? <Qr text={link} label={t.workshop.qr} /> : <p>{t.workshop.qrTooLong(link.length)}</p>}
      </details>
    </Page>
  )
}

const readDraft = (): Workshop => readFile(readSetting(DRAFT) ?? '') ?? EMPTY

function readFile(text: string): Workshop | undefined {
  try {
    const read = readWorkshop(JSON.parse(text))
    return read.ok ? read.workshop : undefined
  } catch {
    return undefined
  }
}

function Item({ item, onChange }: { readonly item: WorkshopItem; readonly onChange: (item: WorkshopItem) => void }) {
  const t = useTexts()
  const language = useUi((s) => s.language)
  const course = useLearn((s) => s.course)
  const [hidden, setHidden] = useState(() =>
    item.kind === 'lesson' && item.hidden.length > 0 ? JSON.stringify(item.hidden, undefined, 1) : '',
  )
  const runs = readRuns(hidden)
  const notes = (
    <label className={styles.field}>
      {t.workshop.notes}
      <textarea rows={2} value={item.notes} onChange={(e) => onChange({ ...item, notes: e.target.value })} />
    </label>
  )
  if (item.kind !== 'lesson') {
    return (
      <div className={styles.body}>
        <label className={styles.field}>
          {t.workshop.heading}
          <input value={item.title} onChange={(e) => onChange({ ...item, title: e.target.value })} />
        </label>
        <label className={styles.field}>
          {t.workshop.text}
          <textarea rows={4} value={item.body} onChange={(e) => onChange({ ...item, body: e.target.value })} />
        </label>
        {item.kind === 'snippet' && (
          <p className={styles.intro}>{t.workshop.files(item.project.files.map((file) => file.path).join(', '))}</p>
        )}
        {notes}
      </div>
    )
  }
  return (
    <div className={styles.body}>
      <strong>{course.find((row) => row.id === item.id)?.title[language] ?? t.workshop.unknown(item.id)}</strong>
      <details>
        <summary>{t.workshop.more}</summary>
        {notes}
        <label className={styles.field}>
          {t.workshop.hidden}
          <textarea
            rows={4}
            spellCheck={false}
            value={hidden}
            onChange={(e) => {
              setHidden(e.target.value)
              const next = readRuns(e.target.value)
              if (next) onChange({ ...item, hidden: next })
            }}
          />
        </label>
        {!runs && <p className={styles.fault}>{t.workshop.hiddenFault(t.workshop.notJson)}</p>}
      </details>
    </div>
  )
}

function AddItem({ onAdd }: { readonly onAdd: (item: WorkshopItem) => void }) {
  const t = useTexts()
  const language = useUi((s) => s.language)
  const course = useLearn((s) => s.course)
  const [id, setId] = useState('')
  const groups = [
    ...t.map.tracks.map((name, track) => ({ name, rows: course.filter((row) => row.kind === 'lesson' && row.track === track) })),
    { name: t.map.challenges, rows: course.filter((row) => row.kind === 'challenge') },
  ].filter((group) => group.rows.length > 0)
  return (
    <div className={styles.acts}>
      <select aria-label={t.workshop.choose} value={id} onChange={(e) => setId(e.target.value)}>
        <option value="">{t.workshop.choose}</option>
        {groups.map((group) => (
          <optgroup key={group.name} label={group.name}>
            {group.rows.map((row) => (
              <option key={row.id} value={row.id}>
                {row.title[language]}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
      <Button icon="plus" disabled={id === ''} onClick={() => onAdd({ kind: 'lesson', id, notes: '', hidden: [] })}>
        {t.workshop.addLesson}
      </Button>
      <Button icon="plus" onClick={() => onAdd({ kind: 'text', title: '', body: '', notes: '' })}>
        {t.workshop.addText}
      </Button>
      <Button
        icon="plus"
        onClick={() => {
          const project = projectToShare([useUi.getState().tab])
          onAdd({ kind: 'snippet', title: mainName(), body: '', notes: '', project })
        }}
      >
        {t.workshop.addSnippet}
      </Button>
    </div>
  )
}

/** Dark on white with a quiet zone in every theme, or cameras do not read it. */
function Qr({ text, label }: { readonly text: string; readonly label: string }) {
  const { data, size } = encode(text, { ecc: 'L', border: 4 })
  const path = data.flatMap((row, y) => row.flatMap((on, x) => (on ? [`M${x} ${y}h1v1h-1z`] : []))).join('')
  return (
    <svg className={styles.qr} viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  )
}
