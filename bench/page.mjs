// What a visitor waits for: bytes of the first load (brotli), time until the shell, the first verdict and the editor are there, and the time from
// a keystroke to the new verdict on screen, each with the processor as it is and slowed down four times. Needs a build and a Chromium.
// Usage: npm run -s bench:page [-- --runs N]       Prints medians in milliseconds.

import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { chromium } from '@playwright/test'
import { ensureBrowser, root } from '../scripts/ensure.mjs'

const runs = Number(process.argv[process.argv.indexOf('--runs') + 1]) || 5
const KEYSTROKES = 12
const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.json': 'application/json',
}

const dist = join(root, 'dist')
if (!existsSync(join(dist, 'index.html'))) throw new Error('there is no build: npm run build')
const packed = new Map()
const server = createServer((request, response) => {
  const path = normalize(new URL(request.url, 'http://x').pathname)
  const file = join(dist, path.endsWith('/') ? `${path}index.html` : path)
  if (!file.startsWith(dist) || !existsSync(file)) return response.writeHead(404).end()
  if (!packed.has(file)) packed.set(file, brotliCompressSync(readFileSync(file), { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } }))
  response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', 'content-encoding': 'br' })
  response.end(packed.get(file))
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const url = `http://127.0.0.1:${server.address().port}/`

const { path, missing } = await ensureBrowser()
if (missing) throw new Error(missing)
const browser = await chromium.launch({
  ...(path ? { executablePath: path } : {}),
  args: ['--disable-background-networking', '--no-first-run'],
})

/** Times since navigation, read in the page itself. */
const watch = () => {
  const marks = {}
  const note = (name, there) => {
    if (marks[name] === undefined && there) marks[name] = performance.now()
  }
  const look = () => {
    note('shell', document.querySelector('header'))
    const strip = document.querySelector('[role=status]')
    note('verdict', strip?.getAttribute('aria-busy') === 'false' && strip.querySelectorAll('button').length > 1)
    note('editor', document.querySelector('.monaco-editor .view-line'))
    requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
  window.__marks = marks
}

async function load(slowDown) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, serviceWorkers: 'block', locale: 'en-US' })
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowDown })
  await session.send('Network.enable')
  let bytes = 0
  session.on('Network.loadingFinished', (event) => {
    bytes += event.encodedDataLength
  })
  await page.addInitScript(watch)
  await page.goto(url)
  await page.waitForFunction(() => window.__marks.verdict && window.__marks.editor, undefined, { timeout: 120_000 })
  const marks = await page.evaluate(() => window.__marks)
  return { context, page, marks, bytes }
}

/** Milliseconds from a key going down to the strip that is no longer busy. */
async function keystrokes(page) {
  await page.getByRole('textbox').first().focus()
  await page.keyboard.press('Control+Home')
  await page.keyboard.press('End')
  const times = []
  for (let i = 0; i < KEYSTROKES; i++) {
    await page.evaluate(() => {
      window.__key = new Promise((resolve) => {
        addEventListener(
          'keydown',
          () => {
            const start = performance.now()
            const strip = document.querySelector('[role=status]')
            let wasBusy = false
            const look = () => {
              const busy = strip.getAttribute('aria-busy') === 'true'
              wasBusy ||= busy
              if (wasBusy && !busy) resolve(performance.now() - start)
              else requestAnimationFrame(look)
            }
            look()
          },
          { once: true, capture: true },
        )
      })
    })
    await page.keyboard.press(i % 2 ? 'Backspace' : 'x')
    times.push(await page.evaluate(() => window.__key))
  }
  return times
}

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1]
const ms = (n) => `${Math.round(n)}`.padStart(6)

for (const slowDown of [1, 4]) {
  const loads = []
  for (let i = 0; i < runs; i++) {
    const loaded = await load(slowDown)
    loads.push(loaded)
    if (i < runs - 1) await loaded.context.close()
  }
  const of = (name) => median(loads.map((l) => l.marks[name]))
  console.log(
    `processor slowed ${slowDown}x: shell ${ms(of('shell'))}  first verdict ${ms(of('verdict'))}  editor ${ms(of('editor'))}  transferred ${median(loads.map((l) => l.bytes))} bytes`,
  )
  const times = await keystrokes(loads.at(-1).page)
  console.log(`  keystroke to verdict (with the pause of 150 ms): median ${ms(median(times))}  worst ${ms(Math.max(...times))}`)
  await loads.at(-1).context.close()
}
await browser.close()
server.close()
