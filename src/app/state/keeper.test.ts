// Tabs over one box, driven at random: what a tab saved last is never lost, whoever saved, reloaded or took over in between.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { defaultProject } from '../../engine/index.ts'
import { type Box, memoryBox } from './box.ts'
import { createKeeper, type Earlier, type Keeper, type KeeperStatus, type Lock } from './keeper.ts'
import { readWorkRecord, type Work } from './record.ts'

const work = (text: string): Work => ({
  project: { ...defaultProject, files: [{ path: defaultProject.build.main, text }] },
  steps: [],
  breakpoints: { lines: [3], slots: [] },
})
const textOf = (w: Work | undefined) => w?.project.files[0].text

interface Tab {
  readonly keeper: Keeper
  readonly statuses: KeeperStatus[]
}

/** A lock shared by all tabs of one browser. */
function createWorld(box: Box, locks: boolean) {
  let owner: { readonly letGo: () => void } | undefined
  let id = 0
  const open = async (): Promise<Tab> => {
    const statuses: KeeperStatus[] = []
    const me = { letGo: () => keeper.letGo() }
    const lock: Lock = {
      tryAcquire: async () => {
        if (!locks) return true
        if (owner && owner !== me) return false
        owner = me
        return true
      },
      takeOver: async () => {
        if (owner && owner !== me) owner.letGo()
        owner = me
      },
      release: () => {
        if (owner === me) owner = undefined
      },
    }
    let at = 0
    const keeper: Keeper = createKeeper({ box, lock, tabId: `t${++id}`, now: () => ++at, onStatus: (s) => statuses.push(s) })
    await keeper.load()
    return { keeper, statuses }
  }
  return { open }
}

const stored = async (box: Box): Promise<(string | undefined)[]> => {
  const earlier = ((await box.get('earlier')) ?? []) as readonly Earlier[]
  return [textOf(readWorkRecord(await box.get('work'))), ...earlier.map((e) => textOf(readWorkRecord(e.record)))]
}

test('what was saved is loaded', async () => {
  const box = { ...memoryBox(), lasting: true }
  const world = createWorld(box, true)
  const first = await world.open()
  await first.keeper.save(work('int a;'))
  expect(first.statuses.at(-1)).toBe('saved')
  const second = await createWorld(box, true).open()
  const loaded = await second.keeper.load()
  expect(loaded.kind === 'work' && textOf(loaded.record)).toBe('int a;')
})

test('a second tab is told and does not overwrite', async () => {
  const box = { ...memoryBox(), lasting: true }
  const world = createWorld(box, true)
  const [a, b] = [await world.open(), await world.open()]
  await a.keeper.save(work('a'))
  await b.keeper.save(work('b'))
  expect(b.statuses.at(-1)).toBe('elsewhere')
  expect(textOf(readWorkRecord(await box.get('work')))).toBe('a')
  await b.keeper.takeOver(work('b2'))
  expect(a.statuses.at(-1)).toBe('elsewhere')
  expect(textOf(readWorkRecord(await box.get('work')))).toBe('b2')
  expect((await b.keeper.earlier()).map((e) => textOf(e.record))).toContain('a')
})

test('without a lock the stamp finds the conflict', async () => {
  const box = { ...memoryBox(), lasting: true }
  const world = createWorld(box, false)
  const [a, b] = [await world.open(), await world.open()]
  await a.keeper.save(work('a'))
  await b.keeper.save(work('b'))
  expect(b.statuses.at(-1)).toBe('elsewhere')
  expect(await stored(box)).toEqual(expect.arrayContaining(['a', 'b']))
})

test.each([['not a record'], [{ format: 1 }], [{ format: 1, stamp: 'x', savedAt: 1, project: { version: 1, files: 7 } }], [null]])(
  'a damaged record is put aside: %j',
  async (raw) => {
    const box = { ...memoryBox(), lasting: true }
    await box.set('work', raw)
    const tab = await createWorld(box, true).open()
    const [entry] = await tab.keeper.earlier()
    expect(entry.why).toBe('damaged')
    expect(entry.raw).toContain(typeof raw === 'string' ? raw : JSON.stringify(raw, undefined, 1))
    await tab.keeper.save(work('new'))
    expect(textOf(readWorkRecord(await box.get('work')))).toBe('new')
  },
)

test('a record that is damaged while the tab is open is put aside before it is replaced', async () => {
  const box = { ...memoryBox(), lasting: true }
  const tab = await createWorld(box, true).open()
  await tab.keeper.save(work('a'))
  await box.set('work', 'spoilt')
  await tab.keeper.save(work('b'))
  expect((await tab.keeper.earlier()).map((e) => e.raw)).toContain('spoilt')
  expect(textOf(readWorkRecord(await box.get('work')))).toBe('b')
})

test('a box in memory and a box that fails are told', async () => {
  const memory = await createWorld(memoryBox(), true).open()
  await memory.keeper.save(work('a'))
  expect(memory.statuses.at(-1)).toBe('memory')
  const full: Box = { ...memoryBox(), lasting: true, update: () => Promise.reject(new Error('QuotaExceededError')) }
  const tab = await createWorld(full, true).open()
  await tab.keeper.save(work('a'))
  expect(tab.statuses.at(-1)).toBe('failed')
})

test('no saved edit of any tab is lost', async () => {
  const step = fc.record({ tab: fc.nat(2), kind: fc.constantFrom('save', 'save', 'reload', 'takeOver', 'keep') })
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(step, { maxLength: 25 }), async (locks, steps) => {
      const box = { ...memoryBox(), lasting: true }
      const world = createWorld(box, locks)
      const tabs = [await world.open(), await world.open(), await world.open()]
      const last: (string | undefined)[] = []
      for (const [n, { tab, kind }] of steps.entries()) {
        const text = `${tab}:${n}`
        const { keeper } = tabs[tab]
        if (kind === 'save') await keeper.save(work(text))
        else if (kind === 'takeOver') await keeper.takeOver(work(text))
        else if (kind === 'keep') await keeper.keep(work(text), 'replaced')
        else {
          // A tab that loads a version goes on from it: it may save over what it saw.
          const [seen] = await stored(box)
          for (const t of tabs.keys()) if (last[t] === seen) last[t] = undefined
          tabs[tab] = await world.open()
          continue
        }
        last[tab] = text
        expect(await stored(box)).toContain(text)
      }
      const kept = await stored(box)
      // The list of earlier versions is bounded; with at most eight steps nothing may have left it.
      if (steps.length <= 8) for (const text of last) if (text !== undefined) expect(kept).toContain(text)
    }),
    { numRuns: 300 },
  )
})
