// Lists that only grow while time goes forward. Going back moves the mark, not the items: what runs again writes the same items
// to the same places, so that a jump forward to a later snapshot finds them still there.

export interface Log<T> {
  readonly items: T[]
  count: number
}

export const createLog = <T>(): Log<T> => ({ items: [], count: 0 })

export function append<T>(log: Log<T>, item: T): void {
  log.items[log.count++] = item
}

/** What is in the list at this point in time. */
export const logged = <T>(log: Log<T>): T[] => log.items.slice(0, log.count)
