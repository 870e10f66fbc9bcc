// The verifier's log as Linux prints it. Only the windows on the page are pulled from the worker; a line that is about an instruction chooses it.
import { useCallback, useEffect, useState } from 'react'
import type { LogLine } from '../../../engine/index.ts'
import { useT } from '../../i18n/index.ts'
import { LOG_PAGE } from '../../state/engine.ts'
import { usePage, useRelated } from '../../state/hooks.ts'
import { NO_SELECTION } from '../../state/relate.ts'
import { shownProgram, useSession } from '../../state/session.ts'
import { useUi } from '../../state/ui.ts'
import { Button, IconButton } from '../../ui/Button.tsx'
import { VirtualList } from '../../ui/VirtualList.tsx'
import section from '../Section.module.css'
import { LineWords, LogText } from './LogText.tsx'
import styles from './Panel.module.css'

const KINDS: Readonly<Record<LogLine['kind'], string>> = {
  insn: styles.insnLine,
  state: styles.stateLine,
  source: styles.sourceLine,
  message: styles.messageLine,
  other: styles.otherLine,
}

export function Log() {
  const t = useT()
  const { engine } = usePage()
  const level = useUi((s) => s.logLevel)
  const setUi = useUi((s) => s.set)
  const log = useSession((s) => s.log)
  const revision = useSession((s) => s.report?.revision)
  const program = useSession((s) => s.program)
  const set = useSession((s) => s.set)
  const related = useRelated()
  const [active, setActive] = useState(-1)
  const [tail, setTail] = useState(false)
  const verdict = useSession((s) => shownProgram(s)?.verdict.verdict)
  const rejected = verdict === 'rejected'
  // Of an accepted program level 1 has the statistics alone, which stand below in words.
  const isQuiet = log.total === 0 || (log.total === 1 && level === 1 && verdict === 'accepted')
  // Why a program was rejected stands at the end.
  const follow = tail || (rejected && active < 0) ? log.total - 1 : -1
  // The first window says how long the log is. Both are asked for again for another build, program or level.
  // biome-ignore lint/correctness/useExhaustiveDependencies: they are what the request is about
  useEffect(() => {
    engine.needLog(level, 0)
    setActive(-1)
    setTail(false)
  }, [engine, level, revision, program])
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new build makes old windows void
  const onRange = useCallback(
    (first: number, last: number) => {
      for (let page = Math.floor(first / LOG_PAGE); page <= Math.floor(last / LOG_PAGE); page++) engine.needLog(level, page)
    },
    [engine, level, revision, program],
  )
  const line = (i: number): LogLine | undefined => log.pages[Math.floor(i / LOG_PAGE)]?.[i % LOG_PAGE]
  const lit = new Set(related.slots)
  return (
    <section className={styles.log} aria-label={t.verify.log}>
      <div className={section.bar}>
        <h3 className={section.heading}>{t.verify.log}</h3>
        <span className={section.muted}>{log.total >= 0 && t.verify.lines(log.total)}</span>
        <span className={section.spacer} />
        <fieldset className={styles.levels}>
          <legend className="visuallyHidden">{t.verify.logLevel}</legend>
          {([1, 2] as const).map((n) => (
            <label key={n} title={n === 1 ? t.verify.level1Hint : t.verify.level2Hint}>
              <input type="radio" name="log-level" checked={level === n} onChange={() => setUi({ logLevel: n })} />
              <span>
                {n} {n === 1 ? t.verify.level1 : t.verify.level2}
              </span>
            </label>
          ))}
        </fieldset>
        <IconButton icon="down" label={t.verify.logTail} disabled={log.total <= 0} onClick={() => setTail(true)} />
      </div>
      {isQuiet ? (
        <div className={section.empty}>
          <p>{t.verify.emptyLog}</p>
          {level === 1 && (
            <p className={styles.showAll}>
              <Button onClick={() => setUi({ logLevel: 2 })}>{t.verify.showAll}</Button>
            </p>
          )}
        </div>
      ) : (
        <VirtualList
          label={t.verify.log}
          count={Math.max(0, log.total)}
          active={active}
          follow={follow}
          wide
          onRange={onRange}
          row={(i) => {
            const text = line(i)
            const isLit = text && text.insn >= 0 && lit.has(text.insn)
            return {
              className: `${styles.line} ${text ? KINDS[text.kind] : ''} ${isLit ? styles.lit : ''}`,
              content: text ? <LogText text={text.text} kind={text.kind} /> : '',
            }
          }}
          onActive={(i) => {
            setActive(i)
            setTail(false)
            const slot = line(i)?.insn ?? -1
            if (slot >= 0) set({ selection: { kind: 'insn', slot } })
          }}
          onHover={(i) => {
            const slot = i < 0 ? -1 : (line(i)?.insn ?? -1)
            set({ hover: slot >= 0 ? { kind: 'insn', slot } : NO_SELECTION })
          }}
        />
      )}
      <LineWords line={active < 0 ? undefined : line(active)} />
    </section>
  )
}
