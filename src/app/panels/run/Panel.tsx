// The run: which packets came and what became of them, and the machine at the place on the timeline.
import { useT } from '../../i18n/index.ts'
import { usePage } from '../../state/hooks.ts'
import { useSession } from '../../state/session.ts'
import { Button } from '../../ui/Button.tsx'
import section from '../Section.module.css'
import { Machine } from './Machine.tsx'
import { Packets } from './Packets.tsx'
import styles from './Panel.module.css'

export function RunPanel() {
  const t = useT()
  const notRun = useSession((s) => s.report?.notRun)
  const ranAnyway = useSession((s) => s.report?.anyway)
  const machine = useSession((s) => s.machine)
  const anyway = useSession((s) => s.anyway)
  const { engine } = usePage()
  return (
    <div className={section.panel}>
      <Packets />
      {notRun !== undefined && notRun !== '' && (
        <p className={styles.notRun}>
          <strong>{t.run.notRun}.</strong> {t.run.notRunWhy[notRun]}{' '}
          {notRun === 'rejected' && !anyway && <Button onClick={() => engine.runAnyway(true)}>{t.run.anyway}</Button>}
        </p>
      )}
      {ranAnyway && (
        <p className={styles.notRun} role="status">
          {t.run.ranAnyway} <Button onClick={() => engine.runAnyway(false)}>{t.run.anywayOff}</Button>
        </p>
      )}
      {machine ? <Machine machine={machine} /> : notRun === '' ? null : <span className={section.spacer} />}
    </div>
  )
}
