// The program on two CPUs: a grid of schedules by what they end in, and one schedule turn by turn with what it leaves in the maps.
import { useEffect, useState } from 'react'
import type { RaceGrid, RaceKind, RaceRun } from '../../../engine/index.ts'
import { usePage } from '../../state/hooks.ts'
import { useSession } from '../../state/session.ts'
import { useAnswer } from '../../state/useAnswer.ts'
import { Button } from '../../ui/Button.tsx'
import { Chip } from '../../ui/Chip.tsx'
import { PictureMenu } from '../../ui/PictureMenu.tsx'
import { shortSummary } from '../run/select.ts'
import section from '../Section.module.css'
import styles from './Race.module.css'
import { longestRun, worstOf } from './race.ts'
import { useTexts } from './texts.ts'

const TONES = { same: 'good', other: 'bad', deadlock: 'warn', fault: 'warn' } as const

export function Race() {
  const t = useTexts().race
  const program = useSession((s) => s.program)
  const packets = useSession((s) => s.report?.packets)
  const [picked, setPicked] = useState<readonly [number, number] | undefined>(undefined)
  const count = packets?.length ?? 0
  const longest = longestRun(packets ?? [])
  const chosen = picked ?? [longest, longest]
  const pair = [Math.min(chosen[0], count - 1), Math.min(chosen[1], count - 1)] as const
  const grid = useAnswer('raceGrid', count > 0 ? { program, packets: pair } : undefined)
  if (!packets || count === 0) return <p className={section.empty}>{t.needs}</p>
  const isCurrent = grid && grid.packets[0] === pair[0] && grid.packets[1] === pair[1] && grid.program === program
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <div className={`${section.scroll} ${styles.race}`} tabIndex={0} role="group" aria-label={t.trace} data-picture="">
      <p className={styles.intro}>{t.intro}</p>
      <div className={styles.choices}>
        {([0, 1] as const).map((cpu) => (
          <label key={cpu}>
            <span>{t.packet(cpu)}</span>
            <select
              className={section.select}
              value={pair[cpu]}
              onChange={(event) => {
                const packet = Number(event.target.value)
                setPicked(cpu === 0 ? [packet, pair[1]] : [pair[0], packet])
              }}
            >
              {packets.slice(0, 200).map((p) => (
                <option key={p.index} value={p.index}>
                  {t.packetNumber(p.index + 1, shortSummary(p.summary))}
                </option>
              ))}
            </select>
          </label>
        ))}
      </div>
      {!isCurrent ? (
        <p className={section.empty} role="status">
          {t.working}
        </p>
      ) : grid.unsupported !== '' ? (
        <p className={section.empty}>{t.unsupported(grid.unsupported)}</p>
      ) : (
        <Schedules key={`${grid.revision} ${pair.join()}`} grid={grid} />
      )}
    </div>
  )
}

function Schedules({ grid }: { readonly grid: RaceGrid }) {
  const t = useTexts().race
  const { engine } = usePage()
  const worst = worstOf(grid)
  const [at, setAt] = useState(worst ?? { column: 0, row: 0 })
  const [run, setRun] = useState<RaceRun | undefined>(undefined)
  const { counts } = grid
  const isRace = counts.other + counts.deadlock + counts.fault > 0
  const first = grid.across[at.column] ?? 0
  const after = grid.down[at.row] ?? 0
  useEffect(() => {
    let left = false
    const { revision, program, packets } = grid
    engine.call('raceRun', { revision, program, packets, first, after }).then(
      (answer) => {
        if (!left) setRun(answer.run)
      },
      () => undefined,
    )
    return () => {
      left = true
    }
  }, [engine, grid, first, after])
  return (
    <>
      <p className={styles.verdict} role="status">
        <strong data-race={isRace}>{isRace ? t.race : t.safe}</strong>
        <span className={section.muted}>{t.grid(counts.same, counts.other, counts.deadlock)}</span>
        <PictureMenu name="race" of="[data-picture]" />
      </p>
      <div className={styles.map}>
        <Picture grid={grid} at={at} onChoose={setAt} />
        <div className={styles.sliders}>
          <Slide label={t.first(first)} most={grid.across.length - 1} value={at.column} onChange={(column) => setAt({ ...at, column })} />
          <Slide label={t.after(after)} most={grid.down.length - 1} value={at.row} onChange={(row) => setAt({ ...at, row })} />
          {worst && <Button onClick={() => setAt(worst)}>{t.showWorst}</Button>}
          <ul className={styles.legend}>
            {(['same', 'other', 'deadlock', 'fault'] as const)
              .filter((kind) => counts[kind] > 0)
              .map((kind) => (
                <li key={kind}>
                  <span className={styles.swatch} data-kind={kind} aria-hidden="true" /> {t.kinds[kind]}
                </li>
              ))}
          </ul>
        </div>
      </div>
      {run && run.first === first && run.after === after && <Run run={run} />}
    </>
  )
}

interface SlideProps {
  readonly label: string
  readonly most: number
  readonly value: number
  readonly onChange: (value: number) => void
}

function Slide({ label, most, value, onChange }: SlideProps) {
  return (
    <label className={styles.slide}>
      <span>{label}</span>
      <input
        type="range"
        min={0}
        max={most}
        value={value}
        aria-valuetext={label}
        onChange={(event) => onChange(Number(event.target.value))}
      />
    </label>
  )
}

const CELL = 5

interface PictureProps {
  readonly grid: RaceGrid
  readonly at: { readonly column: number; readonly row: number }
  readonly onChoose: (at: { readonly column: number; readonly row: number }) => void
}

/** The sliders beside it do the same for the keyboard and are what screen readers are told of. */
function Picture({ grid, at, onChoose }: PictureProps) {
  const t = useTexts().race
  const width = grid.across.length * CELL
  const height = grid.down.length * CELL
  const path = (kind: RaceKind): string =>
    grid.cells
      .flatMap((row, y) => row.flatMap((k, x) => (k === kind ? [`M${x * CELL} ${y * CELL}h${CELL - 1}v${CELL - 1}h${1 - CELL}z`] : [])))
      .join('')
  return (
    <figure className={styles.figure} aria-hidden="true">
      <figcaption>{t.across} →</figcaption>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/noSvgWithoutTitle: the sliders do the same from the keyboard and for screen readers */}
      <svg
        viewBox={`-1 -1 ${width + 2} ${height + 2}`}
        onClick={(event) => {
          const box = event.currentTarget.getBoundingClientRect()
          const column = Math.floor(((event.clientX - box.left) / box.width) * grid.across.length)
          const row = Math.floor(((event.clientY - box.top) / box.height) * grid.down.length)
          onChoose({ column: Math.min(grid.across.length - 1, column), row: Math.min(grid.down.length - 1, row) })
        }}
      >
        {(['same', 'other', 'deadlock', 'fault'] as const).map((kind) => (
          <path key={kind} className={styles.cell} data-kind={kind} d={path(kind)} />
        ))}
        <rect className={styles.chosen} x={at.column * CELL - 0.5} y={at.row * CELL - 0.5} width={CELL} height={CELL} />
      </svg>
      <figcaption>↓ {t.down}</figcaption>
    </figure>
  )
}

function Run({ run }: { readonly run: RaceRun }) {
  const t = useTexts().race
  return (
    <>
      <h4 className={styles.heading}>
        {t.end} <Chip tone={TONES[run.kind]}>{t.kinds[run.kind]}</Chip>
      </h4>
      <p className={styles.returned}>{run.returned.map((value, cpu) => t.returned(cpu, value)).join(', ')}</p>
      {run.rows.length === 0 ? (
        <p className={styles.returned}>{t.nothing}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <div className={styles.scroll} tabIndex={0} role="group" aria-label={t.end}>
          <table className={section.table}>
            <thead>
              <tr>
                <td />
                <th>{t.expected}</th>
                <th>{t.here}</th>
              </tr>
            </thead>
            <tbody>
              {run.rows.map((row) => (
                <tr key={`${row.map} ${row.key}`} className={row.expected === row.here ? undefined : section.changed}>
                  <th scope="row">{`${row.map}[${row.key}]`}</th>
                  <td>{row.expected}</td>
                  <td>{row.here}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <h4 className={styles.heading}>{t.trace}</h4>
      <div className={styles.scroll}>
        <table className={`${section.table} ${styles.trace}`}>
          <thead>
            <tr>
              <th>{t.cpu(0)}</th>
              <th>{t.cpu(1)}</th>
            </tr>
          </thead>
          <tbody>
            {run.steps.map((step, i) => {
              const text = step.spins ? t.spins : step.did
              const cell = (
                <button
                  type="button"
                  disabled={step.slot < 0}
                  onClick={() => useSession.getState().set({ selection: { kind: 'insn', slot: step.slot } })}
                >
                  {step.slot >= 0 && <span className={styles.slot}>{step.slot}</span>} {text}
                </button>
              )
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: a turn is its place
                <tr key={i} data-cpu={step.cpu} data-shared={step.shared ? '' : undefined}>
                  <td>{step.cpu === 0 && cell}</td>
                  <td>{step.cpu === 1 && cell}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
      {run.total > run.steps.length && <p className={styles.returned}>{t.more(run.total - run.steps.length)}</p>}
    </>
  )
}
