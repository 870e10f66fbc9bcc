// The built page behind a server of its own and a Chromium to look at it with, for the measurements of the page.
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { chromium } from '@playwright/test'
import { ensureBrowser, root } from '../scripts/ensure.mjs'

const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.json': 'application/json',
}

/** One line that all answers share: each gets a packet of it in turn. */
function sharedLine(bytesPerSecond) {
  const PACKET = 1460
  const TURN_MS = 10
  const waiting = []
  let credit = 0
  let before = performance.now()
  setInterval(() => {
    const now = performance.now()
    credit = waiting.length > 0 ? credit + (bytesPerSecond * (now - before)) / 1000 : 0
    before = now
    while (credit > 0 && waiting.length > 0) {
      const one = waiting.shift()
      const end = Math.min(one.bytes.length, one.at + PACKET)
      one.response.write(one.bytes.subarray(one.at, end))
      credit -= end - one.at
      one.at = end
      if (end < one.bytes.length) waiting.push(one)
      else one.response.end()
    }
  }, TURN_MS).unref()
  return (response, bytes) => waiting.push({ response, bytes, at: 0 })
}

/** Serves dist/ packed with brotli and starts a browser; `close` ends both. `bytesPerSecond` is what all visitors together get. */
export async function openBuilt(bytesPerSecond) {
  const send = bytesPerSecond ? sharedLine(bytesPerSecond) : (response, bytes) => response.end(bytes)
  const dist = join(root, 'dist')
  if (!existsSync(join(dist, 'index.html'))) throw new Error('there is no build: npm run build')
  const packed = new Map()
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url, 'http://x').pathname)
    const file = join(dist, path.endsWith('/') ? `${path}index.html` : path)
    if (!file.startsWith(dist) || !existsSync(file)) return response.writeHead(404).end()
    if (!packed.has(file)) packed.set(file, brotliCompressSync(readFileSync(file), { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } }))
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', 'content-encoding': 'br' })
    send(response, packed.get(file))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { path, missing } = await ensureBrowser()
  if (missing) throw new Error(missing)
  const browser = await chromium.launch({
    ...(path ? { executablePath: path } : {}),
    args: ['--disable-background-networking', '--no-first-run'],
  })
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    /** A new visitor, whose processor is slowed down. `setUp` runs before the page is asked for. */
    async visit(slowDown, setUp = async () => {}) {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, serviceWorkers: 'block', locale: 'en-US' })
      const page = await context.newPage()
      const session = await context.newCDPSession(page)
      await session.send('Emulation.setCPUThrottlingRate', { rate: slowDown })
      await setUp(page, session)
      return { context, page, session }
    },
    /** What files of the build weigh compressed as well as it goes. */
    weigh(names) {
      const files = [...new Set(names.map((name) => name.replace(/[?#].*/, '') || 'index.html'))].map((name) =>
        readFileSync(join(dist, name)),
      )
      const sum = (pack) => files.reduce((all, bytes) => all + pack(bytes).length, 0)
      return {
        gzip: sum((bytes) => gzipSync(bytes, { level: 9 })),
        brotli: sum((bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } })),
      }
    },
    async close() {
      await browser.close()
      server.close()
    },
  }
}

/** The value that `share` of the list does not exceed. */
export const quantile = (list, share) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))]
