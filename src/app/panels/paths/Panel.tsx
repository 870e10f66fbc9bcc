// How the verifier went through a program: the budget, the tree of paths, one step as in a debugger, loops round by round.
import { useEffect } from 'react'
import type { Subject } from '../../../worker/index.ts'
import { useT } from '../../i18n/index.ts'
import { usePage } from '../../state/hooks.ts'
import { keyOf, useThinking } from '../../state/thinking.ts'
import { PictureMenu } from '../../ui/PictureMenu.tsx'
import section from '../Section.module.css'
import { Loops } from './Loops.tsx'
import styles from './Panel.module.css'
import { StepDetail } from './StepDetail.tsx'
import { usedPart } from './select.ts'
import { Tree } from './Tree.tsx'

export function PathsPanel({ subject }: { readonly subject: Subject }) {
  const t = useT()
  const { thinker } = usePage()
  const key = keyOf(subject)
  const isShown = useThinking((s) => s.key === key)
  const summary = useThinking((s) => s.summary)
  // The subject is asked for by its name; a new object with the same name asks for nothing.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` says it all
  useEffect(() => thinker.need(subject), [thinker, key])
  if (!isShown || !summary) return <p className={section.empty}>{t.paths.working}</p>
  if (summary.steps === 0) return <p className={section.empty}>{t.paths.none}</p>
  return (
    <div className={styles.paths} data-picture="">
      <Budget />
      <Tree subject={subject} />
      <StepDetail subject={subject} />
      {summary.loops.length > 0 && <Loops subject={subject} />}
    </div>
  )
}

function Budget() {
  const t = useT()
  const summary = useThinking((s) => s.summary)
  const heat = useThinking((s) => s.heat)
  const set = useThinking((s) => s.set)
  if (!summary) return null
  const part = usedPart(summary)
  return (
    <div className={styles.budget}>
      <div
        className={styles.meter}
        role="meter"
        aria-valuemin={0}
        aria-valuemax={summary.limit}
        aria-valuenow={Math.min(summary.processed, summary.limit)}
        aria-label={t.paths.budget}
      >
        <span data-full={part > 0.8 ? '' : undefined} style={{ width: `max(2px, ${part * 100}%)` }} />
      </div>
      <p className={styles.figures}>
        <span>{t.paths.processed(summary.processed, summary.limit)}</span>
        <span>{t.paths.ends(summary.ends.exit, summary.ends.pruned)}</span>
        <label>
          <input type="checkbox" checked={heat} onChange={(e) => set({ heat: e.target.checked })} /> {t.paths.heat}
        </label>
        <PictureMenu name="paths" of="[data-picture]" />
      </p>
    </div>
  )
}
