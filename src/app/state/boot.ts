// Brings the page up: own work from storage or a link from the address, then the first build. A marker says while this is under way; a start
// that finds the marker of another knows that it never finished and shows the code without building it (safe mode).
// Invariant: a link never overwrites own work; what was on the page before `keepLinkAsMine` lies in the earlier versions.
import { answer as firstAnswer } from 'virtual:first-answer'
import type { LinkResult } from '../../engine/index.ts'
import { type Client, createClient, defaultProject, spawnWorker } from '../../worker/index.ts'
import { givenFile } from '../share/given.ts'
import { readEmbed } from '../shell/embed.ts'
import { trustedWorkerUrl } from '../trusted.ts'
import { type Box, memoryBox, openBox } from './box.ts'
import { type Origin, textOf, useDocument } from './document.ts'
import { createEngine, type Engine } from './engine.ts'
import { readFollow } from './follow-address.ts'
import { createKeeper, type Keeper } from './keeper.ts'
import { createLearning, type Learning, useLearn } from './learn.ts'
import { readSetting, writeSetting } from './prefs.ts'
import type { Work } from './record.ts'
import { readDraft, type Saving, startSaving, workNow } from './saving.ts'
import { useSession } from './session.ts'
import { createTabLock } from './tabs.ts'
import { createThinker, type Thinker } from './thinking.ts'
import { TABS, useUi } from './ui.ts'

export interface Page {
  readonly engine: Engine
  readonly keeper: Keeper
  readonly saving: Saving
  readonly learning: Learning
  /** How the verifier thinks, asked of the worker piece by piece. */
  readonly thinker: Thinker
  readonly box: Box
  /** Leaves safe mode, or tries again after a halt. */
  buildNow(): void
  backToMyWork(): Promise<void>
  keepLinkAsMine(): Promise<void>
  restoreDraft(): Promise<void>
  openEarlier(work: Work): Promise<void>
  startOver(): Promise<void>
  takeOver(): Promise<void>
}

const MARKER = 'starting'
const NEW_WORK: Work = { project: defaultProject, steps: [], breakpoints: { lines: [], slots: [] } }

export async function bootPage(): Promise<Page> {
  const session = () => useSession.getState()
  const safe = readSetting(MARKER) !== undefined
  writeSetting(MARKER, String(Date.now()))
  addEventListener('pagehide', () => writeSetting(MARKER, undefined))

  const client: Client = createClient({
    spawn: () => spawnWorker(trustedWorkerUrl, (text) => session().set({ defect: text, phase: 'ready' })),
  })
  const engine = createEngine(client)
  const thinker = createThinker(client)
  const embed = readEmbed(location.search)
  const box: Box = embed ? memoryBox() : await openBox()
  let saving: Saving | undefined
  const lock = createTabLock(async () => {
    await saving?.flush()
    keeper.letGo()
  })
  const keeper: Keeper = createKeeper({
    box,
    lock,
    tabId: tabId(),
    now: Date.now,
    onStatus: (status) => session().set({ saving: status }),
  })
  const fragment = location.hash.replace(/^#/, '') || (givenFile()?.project ?? '')
  // Own work is loaded even where a link is opened, so that the way back is there at once.
  const loaded = await keeper.load()
  const mine: Work = loaded.kind === 'none' ? NEW_WORK : (loaded.record ?? NEW_WORK)
  session().set({ damaged: loaded.kind === 'damaged' })
  if (!box.lasting) session().set({ saving: 'memory' })
  show(mine, { kind: 'own' })
  saving = startSaving(keeper, box, (files) => learning.save(files))
  const running = saving

  const put = async (work: Work, origin: Origin, build: boolean): Promise<void> => {
    await running.flush()
    running.pause()
    show(work, origin)
    running.resume()
    if (build) await engine.build(work.project.view)
  }

  const learning = createLearning({
    client,
    box,
    now: Date.now,
    show: async (project, id, build) => {
      const address = `#lesson=${id}`
      if (location.hash !== address) history.pushState(null, '', address)
      session().set({ link: { kind: 'none' } })
      await put({ project, steps: [], breakpoints: { lines: [], slots: [] } }, { kind: 'lesson', id }, build)
    },
    build: () => void engine.build(),
    flush: () => running.flush(),
  })

  /** A lesson that lies on the page's own server, by its path from the page. */
  const openLessonAt = async (path: string): Promise<void> => {
    const { lessonFilesIn, ownId } = await import('../learn/lesson-file.ts')
    const response = await fetch(new URL(path, document.baseURI)).catch(() => undefined)
    const files = response?.ok ? lessonFilesIn(await response.text()) : undefined
    if (!files) return useLearn.getState().set({ place: { kind: 'map' }, faults: [path] })
    await learning.open({ id: ownId(files), files })
    history.replaceState(null, '', `#lesson-file=${path}`)
  }

  const openLink = async (text: string, build: boolean): Promise<void> => {
    const lesson = /^lesson=([\w-]{1,64})$/.exec(text)
    if (lesson) return learning.open({ id: lesson[1] })
    const lessonFile = /^lesson-file=([\w.-]+(?:\/[\w.-]+)*)$/.exec(text)
    if (lessonFile) return openLessonAt(lessonFile[1])
    if (/^workshop\./.test(text) && (await learning.openPacked(text))) return
    if (text === 'lessons') return learning.showMap()
    if (text === 'grades') return learning.showGradebook()
    useLearn.getState().set({ place: { kind: 'none' } })
    session().set({ link: { kind: 'opening' } })
    const result: LinkResult = await client
      .call('decodeLink', { fragment: text })
      .catch((): LinkResult => ({ kind: 'bad', code: 'damaged', params: [] }))
    if (result.kind === 'bad') {
      session().set({ link: result })
      if (build && !session().report) await engine.build(useDocument.getState().origin.kind === 'own' ? mine.project.view : undefined)
      return
    }
    const draft = (await readDraft(box, text)) !== undefined
    await put({ project: result.project, steps: [], breakpoints: { lines: [], slots: [] } }, { kind: 'link', fragment: text }, build)
    session().set({ link: { kind: 'open', draft } })
  }

  const ownWork = async (): Promise<Work> => (await keeper.current()) ?? mine
  const leaveLink = () => {
    useLearn.getState().set({ place: { kind: 'none' } })
    history.replaceState(null, '', location.pathname + location.search)
    session().set({ link: { kind: 'none' } })
  }

  addEventListener('hashchange', () => {
    const text = location.hash.replace(/^#/, '')
    if (text !== '') void openLink(text, true)
    else if (useDocument.getState().origin.kind !== 'own') void page.backToMyWork()
    else useLearn.getState().set({ place: { kind: 'none' } })
  })
  useDocument.subscribe(
    (s) => [s.files, s.scenario, s.id] as const,
    ([files, scenario, id], [, , before]) => {
      if (id === before && session().phase !== 'safe' && (files || scenario)) engine.buildSoon()
    },
    { equalityFn: (a, b) => a.every((x, i) => x === b[i]) },
  )

  const page: Page = {
    engine,
    keeper,
    saving: running,
    learning,
    thinker,
    box,
    buildNow: () => void engine.build(),
    async backToMyWork() {
      await running.flush()
      leaveLink()
      const work = await ownWork()
      await put(work, { kind: 'own' }, true)
    },
    async keepLinkAsMine() {
      const kept = workNow()
      const before = await ownWork()
      await keeper.keep(before, 'replaced')
      leaveLink()
      useDocument.getState().adopt()
      await keeper.save(kept)
    },
    async restoreDraft() {
      const { origin } = useDocument.getState()
      const draft = origin.kind === 'link' ? await readDraft(box, origin.fragment) : undefined
      if (draft) await put(draft, origin, true)
      session().set({ link: { kind: 'open', draft: false } })
    },
    async openEarlier(work) {
      if (useDocument.getState().origin.kind === 'own') await keeper.keep(workNow(), 'replaced')
      leaveLink()
      await put(work, { kind: 'own' }, true)
      await keeper.save(workNow())
    },
    async startOver() {
      const state = useDocument.getState()
      // In place where it can be, so that one undo brings the text back.
      if (state.origin.kind !== 'own' || state.build.main !== defaultProject.build.main) return page.openEarlier(NEW_WORK)
      await keeper.keep(workNow(), 'replaced')
      state.addStep()
      state.setText(textOf(defaultProject))
      state.setStimuli(defaultProject.scenario.stimuli)
      useDocument.getState().addStep()
      if (session().phase === 'safe') await engine.build()
    },
    takeOver: () => keeper.takeOver(workNow()),
  }

  const followed = readFollow(location.search)
  if (followed !== undefined) void import('./follow.ts').then((f) => f.follow(page, followed))

  void (async () => {
    if (safe) session().set({ phase: 'safe' })
    if (fragment !== '') await openLink(fragment, !safe)
    else if (!safe) {
      // The engine's answer to this very text came with the page; its worker says it again as soon as it stands.
      if (mine === NEW_WORK) session().set({ ...firstAnswer, phase: 'ready', fresh: true })
      await engine.build(mine.project.view)
    }
    writeSetting(MARKER, undefined)
  })()
  return page
}

function show(work: Work, origin: Origin): void {
  const { view } = work.project
  // Before the document: the editor asks for the line as soon as it has the text.
  useSession.getState().set({ cursorLine: view?.cursorLine ?? 1, machine: undefined, anyway: false })
  useDocument.getState().open(work, origin)
  const tab = TABS.find((t) => view?.panels.includes(t))
  if (tab) useUi.getState().set({ tab })
}

function tabId(): string {
  try {
    return crypto.randomUUID().slice(0, 8)
  } catch {
    return Math.random().toString(36).slice(2, 10)
  }
}
