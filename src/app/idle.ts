// Work for when the page rests: nothing that somebody waits for is done then.

/** Longest wait for a rest, in milliseconds. */
const PATIENCE = 3000

/** Does something in the next rest. Safari has no such call; there a moment's wait stands for it. */
export function whenIdle(act: () => void): void {
  if ('requestIdleCallback' in window) requestIdleCallback(act, { timeout: PATIENCE })
  else setTimeout(act, PATIENCE / 10)
}
