// What sits on the sockets: servers that echo, speak HTTP, pass requests on or say nothing, and the clients of requests. Each is told what happens to
// its connection and sends or closes in answer; how a request went becomes a note in the world's log.
import { concat } from '../../base/index.ts'
import type { Happening } from '../world/engine.ts'
import type { ScenarioServer } from '../world/scenario.ts'
import { endpointText } from './address.ts'
import { type App, nameOf } from './app.ts'
import { dialTcp } from './dial.ts'
import { splitHostPort } from './endpoint.ts'
import { emptyMessage, type HttpMessage, httpResponse, readHttp } from './http.ts'
import { type AppEvents, later, type Net, namespaceOf } from './net.ts'
import { requestDone } from './outcome.ts'
import { put, type Socket } from './socket.ts'
import { runAddressHook } from './socket-hooks.ts'
import { close, send } from './tcp.ts'

const NO_BYTES = new Uint8Array(0)
const HTTP_PORT = 80
const NS_PER_MS = 1_000_000

function appOf(net: Net, id: number): App | undefined {
  return net.state.sockets.get(id)?.app
}

function keep(net: Net, id: number, app: App): void {
  const socket = net.state.sockets.get(id)
  if (socket) put(net, { ...socket, app })
}

/** The handshake is over. */
function* connected(net: Net, id: number): Happening {
  const socket = net.state.sockets.get(id)
  if (!socket) return
  const { app } = socket
  if (app.kind === 'upstream') return yield* send(net, id, app.first)
  if (app.kind !== 'client') return
  const peer = yield* runAddressHook(net, 'getpeername', socket, socket.remote)
  const { asked, remote } = socket
  if (asked.ip !== remote.ip || asked.port !== remote.port) {
    const shown = peer === 'denied' ? 'nobody' : endpointText(peer.ip, peer.port)
    const text = `${app.about}: connected to ${endpointText(remote.ip, remote.port)} in place of ${endpointText(asked.ip, asked.port)} (getpeername: ${shown})`
    net.world.tell({ kind: 'note', atNs: net.world.nowNs, node: socket.ns, text })
  }
  yield* send(net, id, app.payload)
}

/** Data has come. */
function* received(net: Net, id: number, data: Uint8Array): Happening {
  const app = appOf(net, id)
  switch (app?.kind) {
    case 'server':
      return yield* serverData(net, id, app, data)
    case 'upstream':
      return yield* send(net, app.downstream, data)
    case 'client':
      return yield* clientData(net, id, app, data)
  }
}

function* serverData(net: Net, id: number, app: App & { kind: 'server' }, data: Uint8Array): Happening {
  const { server } = app
  switch (server.answers) {
    case 'nothing':
      return
    case 'echo':
      return answerLater(net, id, app, data)
    case 'proxy':
      return yield* proxyData(net, id, app, data)
    case 'http': {
      let buffer = concat([app.buffer, data])
      for (;;) {
        const read = readHttp(buffer)
        if (read.kind === 'more') break
        if (read.kind === 'bad') {
          keep(net, id, { ...app, buffer: NO_BYTES })
          answerLater(net, id, { ...app, buffer: NO_BYTES }, httpResponse(400, 'bad request\n'))
          return
        }
        buffer = buffer.slice(read.size)
        const now = appOf(net, id)
        if (now?.kind !== 'server') return
        answerLater(net, id, { ...now, buffer }, page(net, id, server, read.message))
      }
      const now = appOf(net, id)
      if (now?.kind === 'server') keep(net, id, { ...now, buffer })
    }
  }
}

function page(net: Net, id: number, server: ScenarioServer, { method, path }: HttpMessage): Uint8Array {
  const socket = net.state.sockets.get(id)
  const ns = nameOf(socket?.ns ?? '', server, socket?.app.kind === 'server' ? socket.app.worker : 0)
  const status = server.status && Object.hasOwn(server.status, path) ? server.status[path] : 200
  return httpResponse(status, `${ns} answers ${method} ${path}\n`, ns)
}

/** Answers once the service time is over. */
function answerLater(net: Net, id: number, app: App & { kind: 'server' }, answer: Uint8Array): void {
  keep(net, id, { ...app, pending: [...app.pending, answer] })
  later(net, Math.round((app.server.serviceMs ?? 0) * NS_PER_MS), { kind: 'socket', socket: id, what: 'serve', mark: 0 })
}

/** The oldest answer of a server is ready. */
export function* serve(net: Net, id: number): Happening {
  const app = appOf(net, id)
  if (app?.kind !== 'server' || app.pending.length === 0) return
  const [answer, ...pending] = app.pending
  keep(net, id, { ...app, pending })
  yield* send(net, id, answer)
}

/** What a proxy answers itself: requests for paths that its `status` names. */
function refusalOf(net: Net, id: number, server: ScenarioServer, data: Uint8Array): Uint8Array | undefined {
  if (!server.status) return undefined
  const read = readHttp(data)
  if (read.kind !== 'message' || !Object.hasOwn(server.status, read.message.path)) return undefined
  return page(net, id, server, read.message)
}

function* proxyData(net: Net, id: number, app: App & { kind: 'server' }, data: Uint8Array): Happening {
  const refusal = refusalOf(net, id, app.server, data)
  if (refusal) return yield* send(net, id, refusal)
  if (app.upstream !== 0) return yield* send(net, app.upstream, data)
  const socket = net.state.sockets.get(id)
  if (!socket) return
  const { host, port } = splitHostPort(app.server.target ?? '') ?? { host: '', port: 0 }
  const upstream = yield* dialTcp(net, namespaceOf(net, socket.ns), host, port < 0 ? HTTP_PORT : port, {
    kind: 'upstream',
    downstream: id,
    first: data,
  })
  if (upstream === undefined) return yield* send(net, id, httpResponse(502, 'no way to the upstream\n'))
  keep(net, id, { ...app, upstream })
}

function* clientData(net: Net, id: number, app: App & { kind: 'client' }, data: Uint8Array): Happening {
  const buffer = concat([app.buffer, data])
  keep(net, id, { ...app, buffer })
  if (app.isDone) return
  if (app.protocol === 'http') {
    const read = readHttp(buffer)
    if (read.kind === 'more') return
    const { status, server } = read.kind === 'message' ? read.message : emptyMessage
    yield* done(
      net,
      id,
      read.kind === 'bad' ? 'an answer that is not HTTP' : `${status}${server === '' ? '' : ` from ${server}`}`,
      read.kind !== 'bad',
    )
    return
  }
  if (buffer.length >= app.payload.length) yield* done(net, id, `${buffer.length} bytes back`, true)
}

function* done(net: Net, id: number, text: string, ok: boolean): Happening {
  const socket = net.state.sockets.get(id)
  if (socket?.app.kind !== 'client' || socket.app.isDone) return
  keep(net, id, { ...socket.app, isDone: true })
  requestDone(net, socket.ns, socket.app, text, ok)
  yield* close(net, id)
}

/** The peer has closed its side. */
function* ended(net: Net, id: number): Happening {
  const app = appOf(net, id)
  if (!app) return
  if (app.kind === 'client' && !app.isDone) return yield* done(net, id, 'closed without an answer', false)
  if (app.kind === 'upstream') yield* close(net, app.downstream)
  if (app.kind === 'server' && app.upstream !== 0) yield* close(net, app.upstream)
  yield* close(net, id)
}

/** The connection came to nothing: refused, reset, timed out. */
function* failed(net: Net, { ns, app }: Socket, why: string): Happening {
  if (app.kind === 'client' && !app.isDone) requestDone(net, ns, app, why, false)
  if (app.kind === 'upstream') {
    yield* send(net, app.downstream, httpResponse(502, `${why}\n`))
    yield* close(net, app.downstream)
  }
  if (app.kind === 'server' && app.upstream !== 0) yield* close(net, app.upstream)
}

/** Both sides have closed. */
function* closed(net: Net, { app }: Socket): Happening {
  if (app.kind === 'server' && app.upstream !== 0) yield* close(net, app.upstream)
}

/** What connections tell those who sit on them. */
export const appEvents: AppEvents = { connected, received, ended, failed, closed }

/** A client has waited long enough. */
export function* appTimeout(net: Net, id: number): Happening {
  const app = appOf(net, id)
  if (app?.kind === 'client' && !app.isDone) yield* done(net, id, 'no answer', false)
}
