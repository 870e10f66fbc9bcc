// Changes that can be taken back, so that what headers declared can serve many compilations: a map that logs what it overwrites, and a
// journal of objects as they were before they were changed.
// Used by preamble.ts alone; phases see an ordinary `Map` and call `noteChange` before they change an object that an earlier part of the
// source may have made.

/** A map that can go back to an earlier moment. Keys that were deleted and come back stand last. */
export class UndoMap<K, V> extends Map<K, V> {
  private readonly log: { readonly key: K; readonly had: boolean; readonly value: V | undefined }[] = []
  /** While set: new keys are noted here and not in the log, since they are to stay. */
  keeping: K[] | undefined

  override set(key: K, value: V): this {
    if (this.keeping) this.keeping.push(key)
    else this.log.push({ key, had: super.has(key), value: super.get(key) })
    return super.set(key, value)
  }

  override delete(key: K): boolean {
    if (!super.has(key)) return false
    this.log.push({ key, had: true, value: super.get(key) })
    return super.delete(key)
  }

  /** Drops keys that were kept. */
  forget(keys: readonly K[]): void {
    for (const key of keys) super.delete(key)
  }

  /** The moment to go back to. */
  mark(): number {
    return this.log.length
  }

  rewind(mark: number): void {
    while (this.log.length > mark) {
      const { key, had, value } = this.log.pop()!
      if (had) super.set(key, value as V)
      else super.delete(key)
    }
  }
}

/** Objects and what they were. */
export type Journal = Map<object, object>

/** To be called before an object is changed that others may hold. */
export function noteChange(journal: Journal | undefined, target: object): void {
  if (journal && !journal.has(target)) journal.set(target, { ...target })
}

/** Makes every object what it was. */
export function takeBack(journal: Journal): void {
  for (const [target, before] of journal) {
    for (const key of Object.keys(target)) if (!(key in before)) delete (target as Record<string, unknown>)[key]
    Object.assign(target, before)
  }
  journal.clear()
}
