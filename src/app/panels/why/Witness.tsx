// A packet (with contents of maps) for which the refused access goes wrong, looked for when asked; one click puts it into the scenario.
import { useT } from '../../i18n/index.ts'
import { useDocument } from '../../state/document.ts'
import { usePage } from '../../state/hooks.ts'
import { shownSubject, useThinking } from '../../state/thinking.ts'
import { useUi } from '../../state/ui.ts'
import { Button } from '../../ui/Button.tsx'
import styles from './Panel.module.css'
import { faultKind, hexLines, isLoaded } from './select.ts'

export function Witness({ asked, onAsk }: { readonly asked: boolean; readonly onAsk: () => void }) {
  const t = useT()
  const { thinker, engine } = usePage()
  const witness = useThinking((s) => s.witness)
  const scenario = useDocument((s) => s.scenario)
  const find = (): void => {
    const subject = shownSubject()
    onAsk()
    if (subject) thinker.needWitness(subject)
  }
  if (!asked) return <Button onClick={find}>{t.why.findWitness}</Button>
  if (witness === undefined) return <p role="status">{t.why.searching}</p>
  if (witness === null) return <p role="status">{t.why.noWitness}</p>
  const load = (): void => {
    const { setStimuli } = useDocument.getState()
    useDocument.getState().setMaps(witness.maps)
    setStimuli([{ kind: 'packet', hex: witness.packetHex }])
    useUi.getState().tell(t.why.loaded)
    engine.buildSoon()
  }
  const isAbstract = witness.registers.length > 0
  return (
    <section className={styles.witness} aria-label={t.why.witness}>
      <p role="status">
        <strong>{isAbstract ? t.why.feared : t.why.crash[witness.kind]}</strong> {witness.kind === 'answer' ? witness.text : ''}
      </p>
      {witness.kind === 'fault' && (
        <p>
          <code>{witness.text}</code> <span className={styles.lineNo}>0x{witness.address}</span>
        </p>
      )}
      {witness.kind === 'fault' && <p className={styles.kernel}>{t.why.kernelWould[faultKind(witness)]}</p>}
      {isAbstract && (
        <p>
          {witness.registers.map((r) => (
            <code key={r.name} className={styles.given}>{`${r.name} = ${r.value}`}</code>
          ))}
        </p>
      )}
      {witness.packetHex !== '' && !isAbstract && (
        <>
          <p className={styles.label}>{t.why.packetOf(witness.packetHex.length / 2)}</p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
          <pre className={styles.hex} tabIndex={0}>
            {hexLines(witness.packetHex).join('\n')}
          </pre>
          {witness.maps.map((m) => (
            <p key={m.name}>
              <code>{`${m.name}: ${m.entries.map((e) => `${e.key} → ${e.value}`).join(', ')}`}</code>
            </p>
          ))}
          <Button onClick={load} disabled={isLoaded(witness.packetHex, scenario.stimuli)}>
            {isLoaded(witness.packetHex, scenario.stimuli) ? t.why.isLoaded : t.why.load}
          </Button>{' '}
          <Button
            icon="run"
            onClick={() => {
              if (!isLoaded(witness.packetHex, scenario.stimuli)) load()
              useUi.getState().showPanel('run')
              engine.runAnyway(true)
            }}
          >
            {t.run.anyway}
          </Button>
        </>
      )}
    </section>
  )
}
