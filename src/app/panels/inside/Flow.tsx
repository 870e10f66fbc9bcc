// The graph of a program's blocks, with the block that the machine stands in; a block chosen is chosen in the bytecode too.
import { useEffect, useMemo, useRef, useState } from 'react'
import type { FlowView } from '../../../engine/index.ts'
import { useT } from '../../i18n/index.ts'
import { focusSlot, shownListing, shownPc, useSession } from '../../state/session.ts'
import { useAnswer } from '../../state/useAnswer.ts'
import section from '../Section.module.css'
import { blockLines, type DrawnGraph, layOut, MAX_BLOCKS } from './graph.ts'
import styles from './Panel.module.css'

export function Flow() {
  const t = useT()
  const program = useSession((s) => s.program)
  const listing = useSession(shownListing)
  const view = useAnswer('flow', { program })
  const texts = useMemo(
    () =>
      (view?.blocks ?? []).map((b) =>
        blockLines(listing.filter((r) => r.slot >= b.start && r.slot < b.end).map((r) => `${r.slot}: ${r.text}`)),
      ),
    [view, listing],
  )
  const [drawn, setDrawn] = useState<{ readonly of: FlowView; readonly graph: DrawnGraph } | undefined>(undefined)
  useEffect(() => {
    if (!view || view.blocks.length > MAX_BLOCKS) return
    let left = false
    void layOut(view, texts).then((graph) => {
      if (!left) setDrawn({ of: view, graph })
    })
    return () => {
      left = true
    }
  }, [view, texts])
  if (!view) return null
  if (view.blocks.length > MAX_BLOCKS) return <p className={section.empty}>{t.inside.tooLarge(view.blocks.length)}</p>
  if (!drawn || drawn.of.blocks.length !== texts.length) return <p className={section.empty}>{t.inside.drawing}</p>
  return <Graph graph={drawn.graph} view={drawn.of} texts={texts} />
}

interface Props {
  readonly graph: DrawnGraph
  readonly view: FlowView
  readonly texts: readonly (readonly string[])[]
}

function Graph({ graph, view, texts }: Props) {
  const t = useT()
  const pc = useSession(shownPc)
  const focus = useSession(focusSlot)
  const host = useRef<HTMLDivElement>(null)
  const blockOf = (slot: number) => view.blocks.findIndex((b) => slot >= b.start && slot < b.end)
  const current = blockOf(pc)
  const chosen = blockOf(focus)
  useEffect(() => {
    const block = graph.blocks[current >= 0 ? current : chosen]
    const view = host.current
    if (!block || !view) return
    view.scrollTo({ left: block.x + block.width / 2 - view.clientWidth / 2, top: block.y - view.clientHeight / 3 })
  }, [graph, current, chosen])
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <div ref={host} className={section.scroll} tabIndex={0} role="group" aria-label={t.inside.views.flow}>
      <div className={styles.ground} data-picture="" style={{ width: graph.width, height: graph.height }}>
        <svg className={styles.edges} width={graph.width} height={graph.height} aria-hidden="true">
          <defs>
            <marker id="flow-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse">
              <path d="M0 0 8 4 0 8z" />
            </marker>
          </defs>
          {graph.edges.map((e) => (
            <path
              key={`${e.from}.${e.to}.${e.kind}`}
              d={e.path}
              className={`${styles[e.kind]} ${e.loop ? styles.loop : ''}`}
              markerEnd="url(#flow-arrow)"
            />
          ))}
        </svg>
        {graph.blocks.map((b) => {
          const block = view.blocks[b.index]
          const leads = block.edges.map((e) => `${view.blocks[e.to].start}${e.loop ? ` (${t.inside.loop})` : ''}`).join(', ')
          const name = `${t.inside.block(block.start, block.end - 1)} ${t.inside.block_in(block.function)}`
          return (
            <button
              key={b.index}
              type="button"
              className={`${styles.block} ${b.index === current ? styles.current : ''}`}
              aria-pressed={b.index === chosen}
              aria-label={leads ? `${name}, ${t.inside.leads(leads)}` : name}
              style={{ left: b.x, top: b.y, width: b.width, height: b.height }}
              onClick={() => useSession.getState().set({ selection: { kind: 'insn', slot: block.start } })}
            >
              {texts[b.index].join('\n')}
            </button>
          )
        })}
      </div>
    </div>
  )
}
