// The registers as the verifier knew them before one instruction, visit by visit.
import { useEffect, useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { usePage } from '../../state/hooks.ts'
import { useSession } from '../../state/session.ts'
import { IconButton } from '../../ui/Button.tsx'
import section from '../Section.module.css'
import { Picture } from '../value/Picture.tsx'
import styles from './Panel.module.css'
import { RegisterButton } from './RegisterButton.tsx'
import { stateRows } from './select.ts'

const NO_CAUSES: readonly [] = []

export function States({ slot }: { readonly slot: number }) {
  const t = useT()
  const { engine } = usePage()
  const visits = useSession((s) => s.visits)
  const revision = useSession((s) => s.report?.revision)
  const program = useSession((s) => s.program)
  const [chosen, setChosen] = useState({ slot: -1, visit: 0 })
  const [register, setRegister] = useState(-1)
  // The states are asked for whenever another instruction, program or build is looked at.
  // biome-ignore lint/correctness/useExhaustiveDependencies: they are what the request is about
  useEffect(() => engine.needVisits(), [engine, slot, revision, program])

  if (slot < 0) return <p className={`${section.empty} ${section.block}`}>{t.verify.pick}</p>
  const here = visits?.insn === slot && visits.revision === revision ? visits : undefined
  const count = here?.states.length ?? 0
  const visit = chosen.slot === slot ? Math.min(chosen.visit, Math.max(0, count - 1)) : Math.max(0, count - 1)
  const state = here?.states[visit]
  const rows = state ? stateRows(state, t.verify) : []
  const open = state?.regs[register]
  return (
    <section className={`${section.block} ${styles.states}`} aria-label={t.verify.states}>
      <header>
        <h3 className={section.heading}>{t.verify.states}</h3>
        <span className={`${section.muted} ${section.clip}`}>{t.verify.statesAt(slot)}</span>
        <span className={section.spacer} />
        {here && here.total > 0 && (
          <span className={styles.visits}>
            <IconButton
              icon="left"
              label={t.verify.previousVisit}
              disabled={visit <= 0}
              onClick={() => setChosen({ slot, visit: visit - 1 })}
            />
            <span className={styles.visit}>
              {t.verify.visit(visit + 1, here.total)}
              {here.total > count && `, ${t.verify.onlyFirst(count)}`}
            </span>
            <IconButton
              icon="right"
              label={t.verify.nextVisit}
              disabled={visit >= count - 1}
              onClick={() => setChosen({ slot, visit: visit + 1 })}
            />
          </span>
        )}
      </header>
      {here && here.total === 0 && <p className={section.empty}>{t.verify.neverVisited}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <div className={styles.stateScroll} tabIndex={0} role="group" aria-label={t.verify.statesAt(slot)}>
        {rows.length > 0 && (
          <table className={section.table}>
            <thead>
              <tr>
                <th>{t.verify.register}</th>
                <th>{t.verify.type}</th>
                <th>{t.verify.range}</th>
                <th>{t.verify.bits}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.name} title={row.text}>
                  <td>
                    <RegisterButton name={row.name} register={register} onOpen={setRegister} />
                  </td>
                  <td className={styles.kind}>{row.kind}</td>
                  <td>{row.range}</td>
                  <td>
                    {row.bits}
                    {row.precise && <em className={styles.precise}> {t.verify.precise}</em>}
                  </td>
                </tr>
              ))}
              {state?.stack.map((s) => (
                <tr key={s.offset}>
                  <td>fp{s.offset}</td>
                  <td colSpan={3}>{s.text}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {open && open.kind !== 'none' && <Picture name={`R${register}`} value={open} causes={NO_CAUSES} onCause={() => undefined} />}
      </div>
    </section>
  )
}
