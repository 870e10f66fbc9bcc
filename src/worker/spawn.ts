// The engine's worker as a port, made in a page. `trusted` turns the script's address into what the page's Trusted Types rules ask for.
import type { Port, ToPage, ToWorker } from './messages.ts'
import workerUrl from './worker.ts?worker&url'

export interface SpawnedWorker {
  readonly port: Port<ToWorker, ToPage>
  readonly terminate: () => void
}

/** Starts a worker. `onError` is told of a worker that could not be loaded or that threw outside of a call. */
export function spawnWorker(trusted: (url: string) => string, onError: (text: string) => void): SpawnedWorker {
  const worker = new Worker(trusted(workerUrl), { type: 'module', name: 'engine' })
  worker.addEventListener('error', (event) => onError(event.message || 'the worker could not be loaded'))
  return {
    port: {
      post: (message) => worker.postMessage(message),
      onMessage: (handler) => worker.addEventListener('message', (event: MessageEvent<ToPage>) => handler(event.data)),
    },
    terminate: () => worker.terminate(),
  }
}
