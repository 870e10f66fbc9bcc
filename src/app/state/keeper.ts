// Keeps own work in a box: loads it at the start, saves it soon after the last edit, and never overwrites what it does not know.
//   work     the record of the tab that owns the document (lock + stamp)
//   earlier  other versions that nobody may lose: of a second tab, replaced by a link that was kept, of a conflict, quarantined text
// In: the work as it is now. Out: a status for people. Invariant: an edit that was handed to `save` ends up in `work` or in `earlier`,
// or the status says 'failed' or 'memory'. Clock, identity, lock and messages between tabs are handed in.
import type { Box } from './box.ts'
import { readWorkRecord, type Work, type WorkRecord } from './record.ts'

export type KeeperStatus = 'saved' | 'saving' | 'memory' | 'elsewhere' | 'failed'

export type EarlierWhy = 'other-tab' | 'replaced' | 'start' | 'damaged'

export interface Earlier {
  /** One slot per id: a second tab saves over its own slot only. */
  readonly id: string
  readonly why: EarlierWhy
  readonly savedAt: number
  /** Absent where the record could not be read; `raw` then holds what was there as text. */
  readonly record?: WorkRecord
  readonly raw?: string
}

export interface Lock {
  /** True where this tab owns the work from now on. */
  tryAcquire(): Promise<boolean>
  /** Asks the owner to save and let go, and waits for it. */
  takeOver(): Promise<void>
  release(): void
}

export interface KeeperOptions {
  readonly box: Box
  readonly lock: Lock
  readonly tabId: string
  readonly now: () => number
  readonly onStatus: (status: KeeperStatus) => void
}

export type Loaded =
  | { readonly kind: 'none' }
  | { readonly kind: 'work'; readonly record: WorkRecord }
  /** The record could not be read and was put aside; `record` is the last good one, where there is one. */
  | { readonly kind: 'damaged'; readonly record?: WorkRecord }

export interface Keeper {
  /** At the start: tries to become the owner, then reads. */
  load(): Promise<Loaded>
  /** Own work as it lies in the box now. */
  current(): Promise<WorkRecord | undefined>
  save(work: Work): Promise<void>
  /** Puts a version aside. */
  keep(work: Work, why: EarlierWhy): Promise<void>
  earlier(): Promise<readonly Earlier[]>
  /** Makes this tab the owner; the other's version is put aside where it differs. */
  takeOver(work: Work): Promise<void>
  /** The other tab asked for the work: stop saving here. */
  letGo(): void
}

const WORK = 'work'
const EARLIER = 'earlier'
const MAX_EARLIER = 12

export function createKeeper({ box, lock, tabId, now, onStatus }: KeeperOptions): Keeper {
  let owner = false
  let knownStamp: string | undefined
  let count = 0
  let queue: Promise<void> = Promise.resolve()

  const recordOf = (work: Work): WorkRecord => ({
    format: 1,
    stamp: `${tabId}.${++count}`,
    savedAt: now(),
    project: work.project,
    steps: work.steps,
    breakpoints: work.breakpoints,
  })
  const say = (status: KeeperStatus) => onStatus(!box.lasting && status === 'saved' ? 'memory' : status)

  const putAside = (entry: Earlier) =>
    box.update(EARLIER, (old) => {
      const others = readEarlier(old).filter((e) => e.id !== entry.id)
      return [entry, ...others].slice(0, MAX_EARLIER)
    })

  const putDamagedAside = (raw: unknown) => putAside({ id: `damaged.${tabId}`, why: 'damaged', savedAt: now(), raw: textOf(raw) })

  const saveAside = async (record: WorkRecord) => {
    await putAside({ id: tabId, why: 'other-tab', savedAt: record.savedAt, record })
    say('elsewhere')
  }

  const saveNow = async (work: Work) => {
    const record = recordOf(work)
    if (!owner) return saveAside(record)
    let conflict = false
    let spoilt: unknown
    await box.update(WORK, (old) => {
      const onDisk = readWorkRecord(old)
      spoilt = onDisk === undefined ? old : undefined
      conflict = onDisk !== undefined && onDisk.stamp !== knownStamp
      return conflict ? old : record
    })
    if (spoilt !== undefined) await putDamagedAside(spoilt)
    if (conflict) {
      owner = false
      lock.release()
      return saveAside(record)
    }
    knownStamp = record.stamp
    say('saved')
  }

  /** One write after the other, so that an older text never lands on a newer one. */
  const enqueue = (job: () => Promise<void>): Promise<void> => {
    queue = queue.then(job).catch(() => onStatus('failed'))
    return queue
  }

  return {
    async load() {
      try {
        owner = await lock.tryAcquire()
        const raw = await box.get(WORK)
        say(owner ? 'saved' : 'elsewhere')
        if (raw === undefined) return { kind: 'none' }
        const record = readWorkRecord(raw)
        if (record) {
          knownStamp = record.stamp
          if (owner) await putAside({ id: 'start', why: 'start', savedAt: record.savedAt, record })
          return { kind: 'work', record }
        }
        await putDamagedAside(raw)
        const lastGood = readEarlier(await box.get(EARLIER)).find((e) => e.record)?.record
        return lastGood ? { kind: 'damaged', record: lastGood } : { kind: 'damaged' }
      } catch {
        onStatus('failed')
        return { kind: 'none' }
      }
    },
    async current() {
      await queue
      try {
        const record = readWorkRecord(await box.get(WORK))
        knownStamp = record?.stamp ?? knownStamp
        return record
      } catch {
        return undefined
      }
    },
    save(work) {
      return enqueue(() => saveNow(work))
    },
    keep(work, why) {
      return enqueue(async () => {
        const record = recordOf(work)
        await putAside({ id: record.stamp, why, savedAt: record.savedAt, record })
      })
    },
    async earlier() {
      try {
        return readEarlier(await box.get(EARLIER))
      } catch {
        return []
      }
    },
    takeOver(work) {
      return enqueue(async () => {
        await lock.takeOver()
        const onDisk = readWorkRecord(await box.get(WORK))
        if (onDisk && onDisk.stamp !== knownStamp) {
          await putAside({ id: onDisk.stamp, why: 'replaced', savedAt: onDisk.savedAt, record: onDisk })
        }
        knownStamp = onDisk?.stamp
        owner = true
        await saveNow(work)
      })
    },
    letGo() {
      owner = false
      lock.release()
      say('elsewhere')
    },
  }
}

/** Entries that can be read; anything else in the list is passed over. */
function readEarlier(value: unknown): Earlier[] {
  if (!Array.isArray(value)) return []
  const out: Earlier[] = []
  for (const x of value as readonly Partial<Earlier>[]) {
    if (typeof x !== 'object' || x === null || typeof x.id !== 'string' || typeof x.savedAt !== 'number') continue
    const why: EarlierWhy = x.why === 'other-tab' || x.why === 'start' || x.why === 'damaged' ? x.why : 'replaced'
    const record = readWorkRecord(x.record)
    if (record) out.push({ id: x.id, why, savedAt: x.savedAt, record })
    else if (typeof x.raw === 'string') out.push({ id: x.id, why, savedAt: x.savedAt, raw: x.raw })
  }
  return out
}

function textOf(value: unknown): string {
  try {
    return typeof value === 'string' ? value : (JSON.stringify(value, undefined, 1) ?? String(value))
  } catch {
    return String(value)
  }
}
