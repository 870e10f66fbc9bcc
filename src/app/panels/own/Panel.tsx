// A log of a real kernel or an object made by clang, in the same views as the page's own program: verdict, explanation, paths, log.
import { type ChangeEvent, useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { usePage } from '../../state/hooks.ts'
import { useThinking } from '../../state/thinking.ts'
import { useUi } from '../../state/ui.ts'
import { Button } from '../../ui/Button.tsx'
import { PathsPanel } from '../paths/Panel.tsx'
import section from '../Section.module.css'
import { Explained } from '../why/Panel.tsx'
import { OwnLog } from './OwnLog.tsx'
import styles from './Panel.module.css'
import { SAMPLE_LOG } from './select.ts'

export function OwnPanel() {
  const own = useThinking((s) => s.own)
  return own ? <Brought /> : <Bring />
}

function Bring() {
  const t = useT()
  const { thinker } = usePage()
  const [text, setText] = useState('')
  const open = async (name: string, log: string, bytes?: Uint8Array): Promise<void> => {
    const programs = await thinker.openOwn(name, log, bytes)
    if (programs === 0) useUi.getState().tell(t.own.noLog)
  }
  const pick = async (event: ChangeEvent<HTMLInputElement>): Promise<void> => {
    const file = event.target.files?.[0]
    if (!file) return
    const bytes = new Uint8Array(await file.arrayBuffer())
    const isElf = bytes[0] === 0x7f && bytes[1] === 0x45
    await open(file.name, isElf ? '' : new TextDecoder().decode(bytes), isElf ? bytes : undefined)
  }
  return (
    <div className={styles.bring}>
      <p>{t.own.intro}</p>
      <label className={styles.paste}>
        <span>{t.own.paste}</span>
        <textarea value={text} onChange={(e) => setText(e.target.value)} rows={10} spellCheck={false} placeholder={SAMPLE_LOG} />
      </label>
      <p className={styles.acts}>
        <Button onClick={() => void open('log', text)} disabled={text.trim() === ''}>
          {t.own.read}
        </Button>
        <Button onClick={() => setText(SAMPLE_LOG)}>{t.own.sample}</Button>
        <label className={styles.file}>
          {t.own.file}
          <input type="file" accept=".o,.txt,.log" onChange={(e) => void pick(e)} />
        </label>
      </p>
    </div>
  )
}

function Brought() {
  const t = useT()
  const own = useThinking((s) => s.own)
  const set = useThinking((s) => s.set)
  const [view, setView] = useState<'paths' | 'log'>('paths')
  if (!own) return null
  const shown = own.programs[own.program]
  const subject = { kind: 'own', opened: own.opened, program: own.program } as const
  return (
    <div className={section.panel}>
      <div className={section.bar}>
        <strong>{shown.kind === 'log' ? t.own.logOf(shown.name, shown.era) : shown.name}</strong>
        {own.programs.length > 1 && (
          <select
            className={section.select}
            aria-label={t.bytecode.program}
            value={own.program}
            onChange={(e) => set({ own: { ...own, program: Number(e.target.value) } })}
          >
            {own.programs.map((p, i) => (
              <option key={p.name} value={i}>
                {p.name}
              </option>
            ))}
          </select>
        )}
        <span className={section.spacer} />
        <Button onClick={() => set({ own: undefined })}>{t.own.another}</Button>
      </div>
      {shown.verdict === 'rejected' && (
        <div className={styles.rejected}>
          <pre>{shown.message}</pre>
          {shown.explanation && <Explained explanation={shown.explanation} report={shown.report} placed={false} />}
        </div>
      )}
      {shown.verdict !== 'rejected' && (
        <p className={styles.verdict}>
          {shown.verdict === 'none'
            ? t.own.noProgram
            : shown.verdict === 'unsupported'
              ? t.verdict.unsupportedFeature(shown.feature)
              : t.verdict.accepted}
        </p>
      )}
      {shown.verdict !== 'none' && (
        <>
          <div className={styles.views} role="group" aria-label={t.own.views}>
            {(['paths', 'log'] as const).map((v) => (
              <button key={v} type="button" aria-pressed={view === v} onClick={() => setView(v)}>
                {t.verify.views[v]}
              </button>
            ))}
          </div>
          {view === 'paths' ? <PathsPanel subject={subject} /> : <OwnLog subject={subject} total={shown.lines} />}
        </>
      )}
    </div>
  )
}
