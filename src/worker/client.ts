// The page's end of the protocol: calls as promises, a watchdog that replaces a worker which shows no sign of life.
// `spawn` makes a worker's port and a way to end it, so that the same client runs in Node and in tests.
import type { Method, Methods, Port, ToPage, ToWorker } from './messages.ts'

/** The revision that was asked for is not the worker's any more: ask again after the next build. */
export class StaleError extends Error {}

export interface Client {
  /** Calls the worker. Rejects with StaleError, with AbortError when superseded, or with an Error that names a defect. */
  call<M extends Method>(method: M, args: Methods[M]['args'], signal?: AbortSignal): Promise<Methods[M]['value']>
  /** Told whenever the worker had to be replaced; the page then sends its project again. */
  onRestart(handler: () => void): void
  close(): void
}

interface Waiting {
  resolve(value: never): void
  reject(error: Error): void
}

export interface ClientOptions {
  readonly spawn: () => { readonly port: Port<ToWorker, ToPage>; readonly terminate: () => void }
  /** Milliseconds without any message from a worker that has work, after which it is replaced. */
  readonly patienceMs?: number
  /** The same for a new worker that has not been heard yet: its script must be loaded and read first, which a slow machine takes long for. Five times as long by default. */
  readonly startPatienceMs?: number
}

export function createClient({ spawn, patienceMs = 4000, startPatienceMs = 5 * patienceMs }: ClientOptions): Client {
  let live: ReturnType<typeof spawn> | undefined
  let next = 1
  let lastSign = 0
  let heard = false
  let lastWatch = 0
  let watchdog: ReturnType<typeof setInterval> | undefined
  const waiting = new Map<number, Waiting>()
  const restartHandlers: (() => void)[] = []

  const start = () => {
    const started = spawn()
    live = started
    lastSign = Date.now()
    heard = false
    started.port.onMessage((message) => {
      if (live === started) receive(message)
    })
    return started
  }
  const settle = (id: number): Waiting | undefined => {
    const w = waiting.get(id)
    waiting.delete(id)
    if (waiting.size === 0 && watchdog !== undefined) {
      clearInterval(watchdog)
      watchdog = undefined
    }
    return w
  }
  const receive = (message: ToPage) => {
    lastSign = Date.now()
    heard = true
    if (message.kind === 'pong') return
    const w = settle(message.id)
    if (!w) return
    if (message.kind === 'value') w.resolve(message.value as never)
    else if (message.kind === 'stale') w.reject(new StaleError('stale'))
    else w.reject(new Error(message.text))
  }
  const restart = () => {
    live?.terminate()
    live = undefined
    for (const id of [...waiting.keys()]) settle(id)?.reject(new Error('the worker did not answer and was replaced'))
    for (const handler of restartHandlers) handler()
  }
  const watch = () => {
    // A page that was asleep itself (a closed lid, a throttled tab) has heard nothing and must not blame the worker for it.
    const now = Date.now()
    if (now - lastWatch > patienceMs) lastSign = now
    lastWatch = now
    if (now - lastSign > (heard ? patienceMs : startPatienceMs)) restart()
    else live?.port.post({ kind: 'ping', at: now })
  }

  return {
    call(method, args, signal) {
      const target = live ?? start()
      const id = next++
      if (waiting.size === 0) lastSign = Date.now()
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve: resolve as (value: never) => void, reject })
        watchdog ??= setInterval(watch, patienceMs / 4)
        signal?.addEventListener(
          'abort',
          () => {
            const w = settle(id)
            if (!w) return
            target.port.post({ kind: 'cancel', id })
            w.reject(new DOMException('superseded', 'AbortError'))
          },
          { once: true },
        )
        target.port.post({ kind: 'request', id, method, args } as ToWorker)
      })
    },
    onRestart(handler) {
      restartHandlers.push(handler)
    },
    close() {
      live?.terminate()
      live = undefined
      if (watchdog !== undefined) clearInterval(watchdog)
    },
  }
}
