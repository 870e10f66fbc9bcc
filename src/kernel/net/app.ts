// Who sits on a socket, as plain data; what each does is in apps.ts.
import type { ScenarioServer } from '../world/scenario.ts'

export type App =
  /** `worker`: which of several that share the port, from 0. */
  | { readonly kind: 'listener'; readonly server: ScenarioServer; readonly worker: number }
  /** `pending`: answers that take a while, oldest first. */
  | {
      readonly kind: 'server'
      readonly server: ScenarioServer
      readonly worker: number
      readonly buffer: Uint8Array
      readonly pending: readonly Uint8Array[]
      readonly upstream: number
    }
  /** A proxy's connection to where it asks; `downstream` is its client's. */
  | { readonly kind: 'upstream'; readonly downstream: number; readonly first: Uint8Array }
  | {
      readonly kind: 'client'
      /** Stimulus and turn of it. */
      readonly request: number
      readonly turn: number
      readonly startedNs: number
      readonly protocol: 'tcp' | 'http' | 'udp'
      /** "http://shop/cart", for people. */
      readonly about: string
      readonly payload: Uint8Array
      readonly buffer: Uint8Array
      readonly isDone: boolean
    }

const NO_BYTES = new Uint8Array(0)

/** Of a connection that a listening socket takes. */
export function newServerApp(listener: App): App {
  const { server, worker } =
    listener.kind === 'listener' ? listener : { server: { protocol: 'tcp', port: 0, answers: 'nothing' } as const, worker: 0 }
  return { kind: 'server', server, worker, buffer: NO_BYTES, pending: [], upstream: 0 }
}

/** Who answers: the node, and which of its workers where there are several. */
export const nameOf = (node: string, server: ScenarioServer, worker: number): string =>
  (server.workers ?? 1) > 1 ? `${node} worker ${worker}` : node
