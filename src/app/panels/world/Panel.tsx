// The world of the scenario: hosts, pods, links and hooks as a map with the packet of the chosen entry on it, the world's log, processes.
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { usePage } from '../../state/hooks.ts'
import { useSession } from '../../state/session.ts'
import { useAnswer } from '../../state/useAnswer.ts'
import section from '../Section.module.css'
import { Events } from './Events.tsx'
import { Lanes } from './Lanes.tsx'
import styles from './Panel.module.css'
import { Processes } from './Processes.tsx'
import { UserViews } from './UserViews.tsx'
import { WorldMap } from './WorldMap.tsx'

/** Entries of the log that the panel holds; worlds are bounded, so that most are whole within it. */
const MAX_EVENTS = 5000

export function WorldPanel() {
  const t = useT()
  const { engine } = usePage()
  const view = useAnswer('world', {})
  const log = useAnswer('events', { from: 0, count: MAX_EVENTS })
  const machine = useSession((s) => s.machine)
  const [chosen, setChosen] = useState({ event: -1, before: machine })
  if (!view || view.nodes.length === 0) return <p className={section.empty}>{t.world.none}</p>
  // An entry stays chosen until the machine has moved, and then while it stands at the start of the run that the entry comes from.
  const isThere = chosen.before === machine || (machine?.step === 0 && log?.runs[chosen.event] === machine.activation)
  const at = chosen.event >= 0 && isThere ? chosen.event : (machine?.event ?? -1)
  const choose = (event: number) => {
    setChosen({ event, before: machine })
    engine.go({ kind: 'event', event })
  }
  const events = log?.events ?? []
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <div className={section.scroll} tabIndex={0} role="group" aria-label={t.panels.world}>
      {view.stopped !== '' && <p className={styles.stopped}>{t.world.stopped(view.stopped)}</p>}
      <WorldMap view={view} event={events[at]} />
      <UserViews />
      <Lanes view={view} />
      <Events events={events} total={log?.total ?? 0} at={at} onChoose={choose} />
      <Processes events={events} at={at < 0 ? events.length - 1 : at} />
    </div>
  )
}
