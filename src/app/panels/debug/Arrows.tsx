// Arrows in the listing: to the chosen instruction from those that made, carried and compared the values it works on. Of a rejected program they are those of
// the refused instruction, which the explanation knows; of others the verifier's path there is asked for.
import { useEffect, useMemo, useState } from 'react'
import { createPortal } from 'react-dom'
import type { StepView } from '../../../engine/index.ts'
import { usePage } from '../../state/hooks.ts'
import { focusSlot, useSession } from '../../state/session.ts'
import { type BytecodeRow, indexOfSlot } from '../bytecode/select.ts'
import styles from './Arrows.module.css'
import { type Arrow, actOf, arrowsTo, usedRegisters } from './select.ts'
import { useTexts } from './texts.ts'

interface Props {
  readonly rows: readonly BytecodeRow[]
  readonly rowHeight: number
  /** Slot of the refused instruction, -1 where none. */
  readonly rejected: number
  /** For every instruction that is chosen, not only for the refused one. */
  readonly all: boolean
}

/** Where the arrows are put into words. */
const WORDS = 'arrow-words'
const STEP = 9
const EDGE = 12

export function Arrows({ rows, rowHeight, rejected, all }: Props) {
  const t = useTexts().arrows
  const slot = useSession(focusSlot)
  const explained = useExplained(rejected)
  const asked = useAsked(all && slot !== rejected ? slot : -1)
  const arrows = slot === rejected ? explained : all ? asked : NONE
  const target = indexOfSlot(rows, slot)
  const drawn = useMemo(
    () => arrows.flatMap((a, rank) => (indexOfSlot(rows, a.from) >= 0 ? [{ ...a, rank, row: indexOfSlot(rows, a.from) }] : [])),
    [arrows, rows],
  )
  if (drawn.length === 0 || target < 0) return null
  const middle = (row: number): number => (row + 0.5) * rowHeight
  const row = rows[target]
  // A list box holds rows alone, so what the arrows say stands behind it.
  const words = document.getElementById(WORDS)
  const use = actOf(row.kind === 'insn' ? row.row.text : '')
  const said = drawn.map((a) => `${a.from} ${t.kinds[a.kind]} ${a.register}`).join(', ')
  return (
    <div className={styles.arrows} aria-hidden="true">
      {words &&
        createPortal(<span className="visuallyHidden">{`${t.label(slot)} (${t.use[use.kind]} ${use.register}): ${said}`}</span>, words)}
      <svg className={styles.drawing} width="1" height={rows.length * rowHeight} aria-hidden="true">
        <defs>
          <marker id="cause-arrow" viewBox="0 0 8 8" refX="1" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse">
            <path d="M8 0 0 4l8 4z" />
          </marker>
        </defs>
        {drawn.map((a) => {
          const x = -(EDGE + (a.rank + 1) * STEP)
          return (
            <path
              key={a.from}
              className={styles.path}
              data-kind={a.kind}
              d={`M${-EDGE} ${middle(a.row)}H${x}V${middle(target)}H${-EDGE}`}
              markerEnd="url(#cause-arrow)"
            />
          )
        })}
      </svg>
      {drawn.map((a) => (
        <span key={a.from} className={styles.tag} data-kind={a.kind} style={{ top: a.row * rowHeight }}>
          {t.kinds[a.kind]} {a.register.toLowerCase()}
        </span>
      ))}
    </div>
  )
}

const NONE: readonly Arrow[] = []

function useExplained(rejected: number): readonly Arrow[] {
  const { engine } = usePage()
  const key = useSession((s) => `${s.report?.revision}/${s.program}`)
  const causes = useSession((s) =>
    s.explanation && `${s.explanation.revision}/${s.explanation.program}` === key ? s.explanation.explanation?.causes : undefined,
  )
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` is what the request is about
  useEffect(() => {
    if (rejected >= 0) engine.needExplanation()
  }, [engine, rejected, key])
  return useMemo(() => (causes ? arrowsTo(rejected, causes) : NONE), [causes, rejected])
}

/** Of the registers that the instruction works on: what it writes came about otherwise. */
function causesOf(step: StepView) {
  const used = usedRegisters(step.text)
  return step.origins.filter((o) => used.has(o.register)).flatMap((o) => o.causes)
}

/** Of the verifier's first visit to an instruction. */
function useAsked(slot: number): readonly Arrow[] {
  const { engine } = usePage()
  const revision = useSession((s) => s.report?.revision)
  const program = useSession((s) => s.program)
  const [found, setFound] = useState<{ readonly slot: number; readonly arrows: readonly Arrow[] }>({ slot: -1, arrows: NONE })
  useEffect(() => {
    if (slot < 0 || revision === undefined) return
    let left = false
    const subject = { kind: 'build', revision, program } as const
    const ask = async () => {
      const { step: at } = await engine.call('visitOf', { subject, insn: slot, from: -1, by: 1 })
      const { step } = at >= 0 ? await engine.call('step', { subject, step: at }) : { step: undefined }
      if (!left) setFound({ slot, arrows: step ? arrowsTo(slot, causesOf(step)) : NONE })
    }
    // A newer build asks anew.
    ask().catch(() => undefined)
    return () => {
      left = true
    }
  }, [engine, slot, revision, program])
  return found.slot === slot ? found.arrows : NONE
}
