// Who sits on a socket, as plain data; what each does is in apps.ts.
import type { ScenarioServer } from '../world/scenario.ts'

export type App =
  | { readonly kind: 'listener'; readonly server: ScenarioServer }
  /** `pending`: answers that take a while, oldest first. */
  | {
      readonly kind: 'server'
      readonly server: ScenarioServer
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
  const server = listener.kind === 'listener' ? listener.server : ({ protocol: 'tcp', port: 0, answers: 'nothing' } as const)
  return { kind: 'server', server, buffer: NO_BYTES, pending: [], upstream: 0 }
}
