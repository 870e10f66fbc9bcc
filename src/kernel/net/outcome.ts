// How requests end: a note in the world's log that says what came of one and how long it took.
import type { App } from './app.ts'
import type { Net } from './net.ts'

export type Client = App & { readonly kind: 'client' }

/** An echo request on the way. */
export interface Ping {
  readonly request: number
  readonly turn: number
  readonly startedNs: number
  readonly about: string
}

export function pingAnswered(net: Net, ns: string, rest: number, from: string, sizeBytes: number): void {
  const key = `${ns} ${rest}`
  const waiting = net.state.pings.get(key)
  if (!waiting) return
  net.state.pings.delete(key)
  ended(net, ns, waiting, `${sizeBytes} bytes from ${from}`, true)
}

export function pingFailed(net: Net, ns: string, rest: number, why: string): void {
  const key = `${ns} ${rest}`
  const waiting = net.state.pings.get(key)
  if (!waiting) return
  net.state.pings.delete(key)
  ended(net, ns, waiting, why, false)
}

/** A second without an answer to an echo. */
export function pingTimeout(net: Net, key: string): void {
  const [ns, rest] = key.split(' ')
  pingFailed(net, ns, Number(rest), 'no answer')
}

export function requestDone(net: Net, ns: string, client: Client, text: string, ok: boolean): void {
  ended(net, ns, client, text, ok)
}

/** Notes how a request went. */
export function ended(net: Net, node: string, { request, turn, startedNs, about }: Ping, text: string, ok: boolean): void {
  const { nowNs } = net.world
  const tookNs = nowNs - startedNs
  const took = tookNs === 0 ? '' : ` in ${(tookNs / 1_000_000).toFixed(3)} ms`
  net.world.tell({
    kind: 'note',
    atNs: nowNs,
    node,
    text: `${about}: ${text}${took}`,
    request: { stimulus: request, turn, ok, tookNs },
  })
}
