// A set of small integers to work off, first in first out, each at most once at a time: the frame of every data-flow pass.

/** Indices in [0, size) waiting for work. */
export class Worklist {
  private readonly queued: Uint8Array
  private readonly queue: number[] = []
  private head = 0

  constructor(size: number) {
    this.queued = new Uint8Array(size)
  }

  /** Adds an index unless it is waiting already. */
  push(i: number): void {
    if (this.queued[i]) return
    this.queued[i] = 1
    this.queue.push(i)
  }

  /** Takes the oldest index, or undefined where none waits. */
  pop(): number | undefined {
    if (this.head === this.queue.length) return undefined
    const i = this.queue[this.head++]
    this.queued[i] = 0
    return i
  }
}
