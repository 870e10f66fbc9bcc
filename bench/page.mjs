// What a visitor waits for: bytes of the first load (all that was fetched until code, verdict, packets and editor stand, untouched), time until they
// stand on screen, until the page answers to them, and until the editor is there, what the page's thread did until then (milliseconds of the processor for script and
// of all its tasks, those over 50 ms, as tracing counts them), and the time from a keystroke to the new verdict on screen, each with the processor as it
// is and slowed down four times. Needs a build and a Chromium.
// Usage: npm run -s bench:page [-- --runs N] [--megabits N]       Prints medians in milliseconds. A line of so many Mbit/s; without, none between.

import { openBuilt, quantile } from './built-page.mjs'

const option = (name) => Number(process.argv[process.argv.indexOf(name) + 1]) || undefined
const runs = option('--runs') ?? 5
const megabits = process.argv.includes('--megabits') ? option('--megabits') : undefined
const KEYSTROKES = 12
const built = await openBuilt(megabits && (megabits * 1e6) / 8)

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
  window.__long = []
  new PerformanceObserver((list) => window.__long.push(...list.getEntries().map((e) => e.duration))).observe({
    type: 'longtask',
    buffered: true,
  })
}

async function load(slowDown) {
  const fetched = new Set()
  const { context, page, session } = await built.visit(slowDown, async (page, session) => {
    // Of the processor's time, not the clock's: another job on the machine does not count.
    await session.send('Performance.enable', { timeDomain: 'threadTicks' })
    // Asked for, also by workers: what is under way when the editor stands counts as fetched.
    page.on('request', (request) => request.url().startsWith(built.url) && fetched.add(request.url()))
    await page.addInitScript(watch)
  })
  await page.goto(built.url)
  await page.waitForFunction(() => window.__marks.verdict && window.__marks.live && window.__marks.editor, undefined, {
    timeout: 120_000,
    polling: 5,
  })
  const names = [...fetched].map((url) => url.slice(built.url.length))
  const { metrics } = await session.send('Performance.getMetrics')
  const metric = (name) => metrics.find((m) => m.name === name).value * 1000
  const { marks, long } = await page.evaluate(() => ({ marks: window.__marks, long: window.__long }))
  return { context, page, marks, names, script: metric('ScriptDuration'), tasks: metric('TaskDuration'), long }
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
  const sizes = loads.map((l) => built.weigh(l.names))
  console.log(
    `processor slowed ${slowDown}x: shell ${ms(of('shell'))}  first verdict ${ms(of('verdict'))}  live ${ms(of('live'))}  editor ${ms(of('editor'))}  fetched ${median(sizes.map((s) => s.gzip))} bytes gzip, ${median(sizes.map((s) => s.brotli))} brotli`,
  )
  console.log(
    `  the page's thread until the editor: script ${ms(median(loads.map((l) => l.script)))}  tasks ${ms(median(loads.map((l) => l.tasks)))}  over 50: ${median(loads.map((l) => l.long.length))} tasks, the longest ${ms(median(loads.map((l) => Math.max(0, ...l.long))))}`,
  )
  const times = await keystrokes(loads.at(-1).page)
  console.log(`  keystroke to verdict (the pause in typing included): median ${ms(median(times))}  worst ${ms(Math.max(...times))}`)
  await loads.at(-1).context.close()
}
await built.close()
