// Moves along the timeline, one request at a time. While one is under way, further wishes melt into one: a drag asks for its newest place,
// and repeated single steps add up, so that a held key goes exactly as far as it was pressed and never piles up requests.
import type { Move } from '../../engine/index.ts'

/** One wish that does what `first` and then `next` would have done. */
export function mergeMoves(first: Move, next: Move): Move | readonly [Move, Move] {
  switch (next.kind) {
    case 'tick':
    case 'packet':
    case 'activation':
    case 'event':
      return next
    case 'insn':
      return first.kind === 'insn' ? { kind: 'insn', by: first.by + next.by } : [first, next]
    case 'line':
    case 'breakpoint':
    case 'change':
      return [first, next]
  }
}

/** Serial runner: `perform` is never called again before it has settled. */
export function createMover(perform: (move: Move) => Promise<void>): { want(move: Move): void; clear(): void } {
  let running = false
  let waiting: Move[] = []
  const run = async () => {
    running = true
    for (let move = waiting.shift(); move; move = waiting.shift()) await perform(move).catch(() => {})
    running = false
  }
  return {
    want(move) {
      const last = waiting.pop()
      const merged = last ? mergeMoves(last, move) : move
      // A wish for a fixed place makes everything before it void.
      if (move.kind !== 'insn' && move.kind !== 'line' && move.kind !== 'breakpoint' && move.kind !== 'change') waiting = [move]
      else waiting.push(...('kind' in merged ? [merged] : merged))
      if (!running) void run()
    },
    clear() {
      waiting = []
    },
  }
}
