// The lines of a log that was brought, pulled by windows.
import { useCallback, useEffect, useRef, useState } from 'react'
import type { LogLine } from '../../../engine/index.ts'
import type { Subject } from '../../../worker/index.ts'
import { useT } from '../../i18n/index.ts'
import { LOG_PAGE } from '../../state/engine.ts'
import { usePage } from '../../state/hooks.ts'
import { VirtualList } from '../../ui/VirtualList.tsx'
import { LogText } from '../verify/LogText.tsx'

export function OwnLog({ subject, total }: { readonly subject: Subject; readonly total: number }) {
  const t = useT()
  const { engine } = usePage()
  const [pages, setPages] = useState<Readonly<Record<number, readonly LogLine[]>>>({})
  const [active, setActive] = useState(-1)
  const asked = useRef(new Set<number>())
  const key = `${subject.kind === 'own' ? subject.opened : 0}/${subject.program}`
  // biome-ignore lint/correctness/useExhaustiveDependencies: another log begins anew
  useEffect(() => {
    asked.current = new Set()
    setPages({})
    setActive(-1)
  }, [key])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the subject's name stands for it
  const onRange = useCallback(
    (first: number, last: number) => {
      for (let page = Math.floor(first / LOG_PAGE); page <= Math.floor(last / LOG_PAGE); page++) {
        if (asked.current.has(page)) continue
        asked.current.add(page)
        void engine
          .call('ownLog', { subject, from: page * LOG_PAGE, count: LOG_PAGE })
          .then((window) => setPages((old) => ({ ...old, [page]: window.lines })))
          .catch(() => asked.current.delete(page))
      }
    },
    [engine, key],
  )
  return (
    <VirtualList
      label={t.verify.log}
      count={total}
      active={active}
      follow={active}
      wide
      onRange={onRange}
      onActive={setActive}
      row={(i) => {
        const line = pages[Math.floor(i / LOG_PAGE)]?.[i % LOG_PAGE]
        return { content: line ? <LogText text={line.text} kind={line.kind} /> : '' }
      }}
    />
  )
}
