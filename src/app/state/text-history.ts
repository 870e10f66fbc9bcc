// What was typed, as a list of edits that can be saved and played back into an editor's undo stack.
// In: the text before and after a pause in typing. Out: steps, oldest first; playing all of them from `baseText` gives the current text.
// An undo in the editor takes the newest step away again instead of adding its reverse. Length and size are capped; the oldest go first.

/** At offset `at`, `removed` was replaced by `inserted`. */
export interface TextStep {
  readonly at: number
  readonly removed: string
  readonly inserted: string
}

export const MAX_STEPS = 300
const MAX_CHARACTERS = 256 * 1024

/** The smallest single replacement that turns `before` into `after`; undefined where they are equal. */
export function stepBetween(before: string, after: string): TextStep | undefined {
  if (before === after) return undefined
  const shorter = Math.min(before.length, after.length)
  let at = 0
  while (at < shorter && before.charCodeAt(at) === after.charCodeAt(at)) at++
  let tail = 0
  while (tail < shorter - at && before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)) tail++
  return { at, removed: before.slice(at, before.length - tail), inserted: after.slice(at, after.length - tail) }
}

/** The steps after the text went from `before` to `after`. */
export function addStep(steps: readonly TextStep[], before: string, after: string): readonly TextStep[] {
  const step = stepBetween(before, after)
  if (!step) return steps
  const last = steps.at(-1)
  if (last && undoStep(before, last) === after) return steps.slice(0, -1)
  return trim([...steps, step])
}

/** The text that all steps together started from; undefined where they do not fit the text. */
export function baseText(text: string, steps: readonly TextStep[]): string | undefined {
  let current: string | undefined = text
  for (let i = steps.length - 1; i >= 0 && current !== undefined; i--) current = undoStep(current, steps[i])
  return current
}

function undoStep(text: string, step: TextStep): string | undefined {
  if (!text.startsWith(step.inserted, step.at)) return undefined
  return text.slice(0, step.at) + step.removed + text.slice(step.at + step.inserted.length)
}

function trim(steps: readonly TextStep[]): readonly TextStep[] {
  let size = 0
  let from = steps.length
  while (from > 0 && steps.length - from < MAX_STEPS) {
    const step = steps[from - 1]
    size += step.removed.length + step.inserted.length
    if (size > MAX_CHARACTERS) break
    from--
  }
  return steps.slice(from)
}
