// Events that wait, the earliest first: a binary heap over plain data. Equal times keep the order in which they were put in.

export interface ScheduledEvent {
  readonly atNs: number
  readonly order: number
  readonly part: string
  readonly what: unknown
}

/** Owned by one world. */
export interface EventQueue {
  readonly items: ScheduledEvent[]
}

/** A queue of items that are in a heap's order already, as those of a queue are. */
export const queueOf = (heap: readonly ScheduledEvent[]): EventQueue => ({ items: heap.slice() })

const isBefore = (a: ScheduledEvent, b: ScheduledEvent): boolean => a.atNs < b.atNs || (a.atNs === b.atNs && a.order < b.order)

export function pushEvent({ items }: EventQueue, event: ScheduledEvent): void {
  let at = items.length
  items.push(event)
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (!isBefore(event, items[parent])) break
    items[at] = items[parent]
    at = parent
  }
  items[at] = event
}

/** Takes the earliest out. */
export function shiftEvent({ items }: EventQueue): ScheduledEvent | undefined {
  const first = items[0]
  const last = items.pop()
  if (!last || items.length === 0) return first
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    if (child >= items.length) break
    if (child + 1 < items.length && isBefore(items[child + 1], items[child])) child++
    if (!isBefore(items[child], last)) break
    items[at] = items[child]
    at = child
  }
  items[at] = last
  return first
}
