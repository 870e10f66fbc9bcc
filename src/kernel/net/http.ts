// HTTP/1.1 as small servers and clients speak it: one message read off a buffer, requests and answers written. RFC 9112.

export interface HttpMessage {
  /** Of requests. */
  readonly method: string
  readonly path: string
  /** Of answers. */
  readonly status: number
  /** Who answered (the header Server). */
  readonly server: string
}

export const emptyMessage: HttpMessage = { method: '', path: '', status: 0, server: '' }

export type HttpRead =
  | { readonly kind: 'message'; readonly message: HttpMessage; readonly size: number }
  | { readonly kind: 'more' }
  | { readonly kind: 'bad' }

/** A head that is longer is no message. */
const MAX_HEAD = 16 * 1024

/** The first message of a buffer. */
export function readHttp(buffer: Uint8Array): HttpRead {
  const text = String.fromCharCode(...buffer.subarray(0, MAX_HEAD))
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return buffer.length >= MAX_HEAD || !/^([A-Z]|$)/.test(text) ? { kind: 'bad' } : { kind: 'more' }
  const [first, ...headers] = text.slice(0, end).split('\r\n')
  const request = /^([A-Z]+) (\S+) HTTP\/1\.[01]$/.exec(first)
  const response = /^HTTP\/1\.[01] (\d{3})( |$)/.exec(first)
  if (!request && !response) return { kind: 'bad' }
  const field = (name: string): string =>
    headers
      .find((h) => h.toLowerCase().startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim() ?? ''
  const length = Number(field('content-length') || '0')
  if (!Number.isInteger(length) || length < 0) return { kind: 'bad' }
  const size = end + 4 + length
  if (buffer.length < size) return { kind: 'more' }
  const message = { method: request?.[1] ?? '', path: request?.[2] ?? '', status: Number(response?.[1] ?? 0), server: field('server') }
  return { kind: 'message', message, size }
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

export function httpRequest(method: string, host: string, path: string, body: string): Uint8Array {
  const length = body === '' ? '' : `Content-Length: ${bytes(body).length}\r\n`
  return bytes(`${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: beeyard\r\nAccept: */*\r\n${length}\r\n${body}`)
}

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  301: 'Moved Permanently',
  302: 'Found',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
}

export function httpResponse(status: number, body: string, server = ''): Uint8Array {
  const who = server === '' ? '' : `Server: ${server}\r\n`
  const head = `HTTP/1.1 ${status} ${REASONS[status] ?? 'Unknown'}\r\n${who}Content-Type: text/plain\r\nContent-Length: ${bytes(body).length}\r\n\r\n`
  return bytes(head + body)
}
