// A teacher opens a workshop and many hand-ins; every piece of work is run again and stands in a table that can be saved as CSV.
import { useState } from 'react'
import type { GradeRow, HandIn, Workshop } from '../../lessons/index.ts'
import { gradesCsv, passedChecks, readHandIn, readWorkshop } from '../../worker/index.ts'
import { download } from '../files.ts'
import type { Page as WholePage } from '../state/boot.ts'
import { usePage } from '../state/hooks.ts'
import { useLearn } from '../state/learn.ts'
import { useUi } from '../state/ui.ts'
import { Button } from '../ui/Button.tsx'
import { Chip } from '../ui/Chip.tsx'
import { Page } from './Page.tsx'
import { regrade } from './regrade.ts'
import { useTexts } from './texts.ts'
import styles from './Workshop.module.css'

export function Gradebook() {
  const t = useTexts()
  const page = usePage()
  const [workshop, setWorkshop] = useState<Workshop | undefined>(useLearn.getState().workshop)
  const [handIns, setHandIns] = useState<readonly HandIn[]>([])
  const [bad, setBad] = useState<readonly string[]>([])
  const [links, setLinks] = useState('')
  const [rows, setRows] = useState<readonly GradeRow[]>([])
  const [status, setStatus] = useState('')
  const [running, setRunning] = useState(false)

  const take = async (pieces: readonly { readonly name: string; readonly text: string }[]) => {
    const found = await Promise.all(pieces.map(({ text }) => readPiece(page, text)))
    const workshops = found.flatMap((f) => (f?.kind === 'workshop' ? [f.workshop] : []))
    if (workshops.length > 0) setWorkshop(workshops[workshops.length - 1])
    setHandIns((old) => [...old, ...found.flatMap((f) => (f?.kind === 'handin' ? [f.handIn] : []))])
    setBad((old) => [...old, ...pieces.flatMap(({ name }, i) => (found[i] ? [] : [name]))])
  }
  const run = async () => {
    if (!workshop) return
    setRunning(true)
    const begin = performance.now()
    setRows(await regrade(workshop, handIns, (done, all) => setStatus(t.grades.running(done, all))))
    setStatus(t.grades.done(((performance.now() - begin) / 1000).toFixed(1)))
    setRunning(false)
  }
  return (
    <Page title={t.grades.title}>
      <p className={styles.intro}>{t.grades.intro}</p>
      <div className={styles.acts}>
        <label className={styles.files}>
          {t.grades.addFiles}
          <input
            type="file"
            multiple
            accept=".json,.txt"
            onChange={(e) =>
              void Promise.all([...(e.target.files ?? [])].map(async (f) => ({ name: f.name, text: await f.text() }))).then(take)
            }
          />
        </label>
        <label className={styles.field}>
          {t.grades.paste}
          <textarea rows={2} spellCheck={false} value={links} onChange={(e) => setLinks(e.target.value)} />
        </label>
        <Button
          disabled={links.trim() === ''}
          onClick={() => {
            const lines = links.split(/\s+/).filter(Boolean)
            void take(lines.map((text) => ({ name: text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text, text })))
            setLinks('')
          }}
        >
          {t.grades.add}
        </Button>
      </div>
      <p>{workshop ? t.grades.loaded(workshop.title, handIns.length) : t.grades.none}</p>
      {bad.length > 0 && <p className={styles.fault}>{t.grades.unreadable(bad.join(', '))}</p>}
      <div className={styles.acts}>
        <Button kind="strong" icon="run" disabled={!workshop || handIns.length === 0 || running} onClick={() => void run()}>
          {t.grades.run}
        </Button>
        <Button
          icon="file"
          disabled={rows.length === 0}
          onClick={() =>
            download(
              'grades.csv',
              'text/csv',
              // Spreadsheets take a file without this mark for one in an old code page, and names for rubbish.
              `\ufeff${gradesCsv(rows, (ms) => new Date(ms).toISOString())}`,
            )
          }
        >
          {t.grades.csv}
        </Button>
        <Button
          kind="quiet"
          disabled={handIns.length === 0 || running}
          onClick={() => {
            setHandIns([])
            setRows([])
            setBad([])
            setStatus('')
          }}
        >
          {t.grades.clear}
        </Button>
        <span role="status" className={styles.status}>
          {status}
        </span>
      </div>
      {rows.length > 0 && (
        <>
          <Overview rows={rows} />
          <h3 className={styles.part}>{t.grades.pieces}</h3>
          <Table rows={rows} />
        </>
      )}
    </Page>
  )
}

/** Characters of a link that stand for it. */
const SHOWN = 40

type Piece = { readonly kind: 'workshop'; readonly workshop: Workshop } | { readonly kind: 'handin'; readonly handIn: HandIn }

/** A link, a packed line or the JSON of a file. */
async function readPiece(page: WholePage, text: string): Promise<Piece | undefined> {
  const json = text.trimStart().startsWith('{')
    ? parse(text)
    : await page.engine.call('unpack', { text }).then((u) => (u.ok ? u.json : undefined))
  const handIn = readHandIn(json)
  if (handIn.ok) return { kind: 'handin', handIn: handIn.handIn }
  const workshop = readWorkshop(json)
  return workshop.ok ? { kind: 'workshop', workshop: workshop.workshop } : undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A learner a row, a lesson a column: who is how far at one look. */
function Overview({ rows }: { readonly rows: readonly GradeRow[] }) {
  const t = useTexts()
  const language = useUi((s) => s.language)
  const course = useLearn((s) => s.course)
  const lessons = [...new Set(rows.map((row) => row.lesson))]
  // Rows come learner by learner, each with all lessons.
  const learners = rows.flatMap((_, i) => (i % lessons.length === 0 ? [rows.slice(i, i + lessons.length)] : []))
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a table that scrolls sideways must be reachable by keyboard
    <div className={styles.tableBox} tabIndex={0} role="region" aria-label={t.grades.overview}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t.grades.columns.name}</th>
            <th scope="col">{t.grades.columns.done}</th>
            {lessons.map((id) => (
              <th key={id} scope="col">
                {course.find((r) => r.id === id)?.title[language] ?? id}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {learners.map((own, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two learners may have one name
            <tr key={i}>
              <th scope="row">{own[0].name}</th>
              <td>{t.map.doneOf(own.filter((row) => row.grade?.passed).length, own.length)}</td>
              {own.map((row) => (
                <td key={row.lesson}>
                  <Result row={row} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Result({ row }: { readonly row: GradeRow }) {
  const t = useTexts()
  const { passed, all } = passedChecks(row.grade)
  if (!row.grade) return <Chip tone="plain">{row.at > 0 ? t.grades.otherWorkshop : t.grades.missing}</Chip>
  return (
    <Chip tone={row.grade.passed ? 'good' : row.claims ? 'warn' : 'bad'}>
      {passed}/{all}
    </Chip>
  )
}

function Table({ rows }: { readonly rows: readonly GradeRow[] }) {
  const t = useTexts()
  const language = useUi((s) => s.language)
  const course = useLearn((s) => s.course)
  const { columns } = t.grades
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a table that scrolls sideways must be reachable by keyboard
    <div className={styles.tableBox} tabIndex={0} role="region" aria-label={t.grades.title}>
      <table className={styles.table}>
        <thead>
          <tr>
            {(['name', 'lesson', 'checks', 'instructions', 'steps', 'like', 'time'] as const).map((name) => (
              <th key={name} scope="col" className={name === 'instructions' || name === 'steps' ? styles.number : undefined}>
                {columns[name]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => {
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: two learners may have one name
              <tr key={i}>
                <th scope="row">{row.name}</th>
                <td>{course.find((r) => r.id === row.lesson)?.title[language] ?? row.lesson}</td>
                <td>
                  <Result row={row} /> {row.claims && row.grade && !row.grade.passed && <Chip tone="warn">{t.grades.forged}</Chip>}
                </td>
                <td className={styles.number}>{row.grade?.instructions || ''}</td>
                <td className={styles.number}>{row.grade?.steps.toLocaleString(language) ?? ''}</td>
                <td>{row.similarity >= 0.5 && `${Math.round(row.similarity * 100)}% ${row.like}`}</td>
                <td>{row.at > 0 && new Date(row.at).toLocaleString(language)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
