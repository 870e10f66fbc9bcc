// Which of several tabs owns the saved work: a Web Lock held for the tab's life, and a channel on which a tab asks for it.
// Without Web Locks every tab believes itself the owner and the stamps in the keeper find the conflict.
import type { Lock } from './keeper.ts'

const LOCK = 'beeyard-work'
const CHANNEL = 'beeyard-tabs'
/** How long the owner has to save before the work is taken from a tab that does not answer (a frozen background tab). */
const YIELD_MS = 2000

type Message = { readonly kind: 'yield' }

/** `onAsked` saves what is not saved yet and lets go. */
export function createTabLock(onAsked: () => Promise<void>): Lock {
  const locks = lockManager()
  const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(CHANNEL)
  let release: (() => void) | undefined
  channel?.addEventListener('message', (event: MessageEvent<Message>) => {
    if (event.data?.kind === 'yield' && (release || !locks)) void onAsked()
  })

  const hold = (options: LockOptions): Promise<boolean> =>
    new Promise((resolve, reject) => {
      locks
        ?.request(LOCK, options, (lock) => {
          if (!lock) {
            resolve(false)
            return undefined
          }
          resolve(true)
          return new Promise<void>((done) => {
            release = done
          })
        })
        .catch(reject)
    })

  return {
    tryAcquire: () => (locks ? hold({ ifAvailable: true }) : Promise.resolve(true)),
    async takeOver() {
      channel?.postMessage({ kind: 'yield' } satisfies Message)
      if (!locks) return
      const patience = new AbortController()
      const timer = setTimeout(() => patience.abort(), YIELD_MS)
      try {
        await hold({ signal: patience.signal })
      } catch {
        await hold({ steal: true })
      } finally {
        clearTimeout(timer)
      }
    },
    release() {
      release?.()
      release = undefined
    },
  }
}

function lockManager(): LockManager | undefined {
  try {
    return navigator.locks
  } catch {
    return undefined
  }
}
