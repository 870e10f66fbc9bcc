// Saves own work by itself: 300 ms after the last change and at once when the page is hidden or left. A document that came by a link is
// never saved as own work; edits made on it lie in a draft under the link, so that a reload can bring them back.
import type { ProjectFile } from '../../engine/index.ts'
import type { Box } from './box.ts'
import { toWork, useDocument } from './document.ts'
import { viewOf } from './engine.ts'
import type { Keeper } from './keeper.ts'
import { writeSetting } from './prefs.ts'
import { readWorkRecord, type Work } from './record.ts'
import { useSession } from './session.ts'
import { useUi } from './ui.ts'

const PAUSE_MS = 300
const DRAFT = 'draft'

export interface Saving {
  flush(): Promise<void>
  /** Saves nothing until resumed; used while another document is being put in place. */
  pause(): void
  resume(): void
}

export function startSaving(keeper: Keeper, box: Box, saveLesson: (files: readonly ProjectFile[]) => Promise<void>): Saving {
  let timer: ReturnType<typeof setTimeout> | undefined
  let paused = false
  let dirty = false

  const flush = async (): Promise<void> => {
    clearTimeout(timer)
    if (!dirty || paused) return
    dirty = false
    useDocument.getState().addStep()
    const state = useDocument.getState()
    const work = workNow()
    if (state.origin.kind === 'own') {
      if (box.lasting) writeSetting('own', 'yes')
      await keeper.save(work)
    } else if (state.origin.kind === 'lesson') await saveLesson(state.files)
    else if (state.edited) await saveDraft(box, state.origin.fragment, work)
  }
  const soon = () => {
    if (paused) return
    // A second tab saves nothing that was not edited there.
    if (useSession.getState().saving === 'elsewhere' && !useDocument.getState().edited) return
    dirty = true
    clearTimeout(timer)
    timer = setTimeout(() => void flush(), PAUSE_MS)
  }

  const edited = () => {
    soon()
    const { saving, set } = useSession.getState()
    if (dirty && saving === 'saved' && useDocument.getState().origin.kind === 'own') set({ saving: 'saving' })
  }

  useDocument.subscribe((s) => [s.files, s.scenario, s.breakpoints, s.origin] as const, edited, { equalityFn: sameList })
  useSession.subscribe((s) => [s.machine?.packet, s.machine?.step, s.cursorLine] as const, soon, { equalityFn: sameList })
  addEventListener('pagehide', () => void flush())
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') void flush()
  })
  return {
    flush,
    pause() {
      paused = true
    },
    resume() {
      paused = false
      dirty = false
    },
  }
}

/** The document with where one is looking. */
export function workNow(): Work {
  return toWork(useDocument.getState(), { ...viewOf(), panels: [useUi.getState().tab] })
}

const sameList = (a: readonly unknown[], b: readonly unknown[]): boolean => a.every((x, i) => x === b[i])

async function saveDraft(box: Box, fragment: string, work: Work): Promise<void> {
  try {
    await box.set(DRAFT, { fragment, record: { ...work, format: 1, stamp: 'draft', savedAt: Date.now() } })
  } catch {
    useSession.getState().set({ saving: 'failed' })
  }
}

/** Edits made earlier under the same link. */
export async function readDraft(box: Box, fragment: string): Promise<Work | undefined> {
  try {
    const value = (await box.get(DRAFT)) as { readonly fragment?: unknown; readonly record?: unknown } | undefined
    return value?.fragment === fragment ? readWorkRecord(value.record) : undefined
  } catch {
    return undefined
  }
}
