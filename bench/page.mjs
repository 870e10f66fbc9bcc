// What a visitor waits for: bytes of the first load (brotli), time until code, verdict and packets stand on screen, until the page answers to them, and
// until the editor is there, and the time from a keystroke to the new verdict on screen, each with the processor as it is and slowed down four
// times. Needs a build and a Chromium.
// Usage: npm run -s bench:page [-- --runs N]       Prints medians in milliseconds.

import { openBuilt, quantile } from './built-page.mjs'

const runs = Number(process.argv[process.argv.indexOf('--runs') + 1]) || 5
const KEYSTROKES = 12
const built = await openBuilt()

/** Times since navigation, read in the page itself. */
const watch = () => {
  const marks = {}
  const note = (name, there) => {
    if (marks[name] === undefined && there) marks[name] = performance.now()
  }
  const look = () => {
    note('shell', document.querySelector('header'))
    note('live', document.querySelector('#root header'))
    const strip = document.querySelector('[role=status]')
    note('verdict', strip?.getAttribute('aria-busy') === 'false' && strip.querySelectorAll('button').length > 1)
    note('editor', document.querySelector('.monaco-editor .view-line'))
    requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
  window.__marks = marks
}

async function load(slowDown) {
  let bytes = 0
  const { context, page } = await built.visit(slowDown, async (page, session) => {
    await session.send('Network.enable')
    session.on('Network.loadingFinished', (event) => {
      bytes += event.encodedDataLength
    })
    await page.addInitScript(watch)
  })
  await page.goto(built.url)
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

const median = (list) => quantile(list, 0.5)
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
    `processor slowed ${slowDown}x: shell ${ms(of('shell'))}  first verdict ${ms(of('verdict'))}  live ${ms(of('live'))}  editor ${ms(of('editor'))}  transferred ${median(loads.map((l) => l.bytes))} bytes`,
  )
  const times = await keystrokes(loads.at(-1).page)
  console.log(`  keystroke to verdict (the pause in typing included): median ${ms(median(times))}  worst ${ms(Math.max(...times))}`)
  await loads.at(-1).context.close()
}
await built.close()
