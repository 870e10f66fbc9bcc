// A class opens the page for the first time at the same moment, through one line: seconds until the page of the real browser answers, and until each of
// the others, which only fetch, has what a first visit loads. Needs a build and a Chromium.
// Usage: npm run -s bench:class [-- VISITORS [MEGABITS]]
import { Agent, get } from 'node:http'
import { openBuilt, quantile } from './built-page.mjs'

const visitors = Number(process.argv[2]) || 40
const megabits = Number(process.argv[3]) || 10

// What a visit asks for until the editor stands, in its order.
const free = await openBuilt()
const paths = []
const first = await free.visit(1, (page) =>
  page.on('request', (r) => r.url().startsWith(free.url) && paths.push(r.url().slice(free.url.length))),
)
await first.page.goto(free.url)
await first.page.waitForSelector('.monaco-editor .view-line', { state: 'attached', timeout: 120_000 })
await free.close()

const built = await openBuilt((megabits * 1e6) / 8)
const start = performance.now()
const seconds = () => (performance.now() - start) / 1000

/** Fetches as a browser does: the page, then the rest over six connections. */
async function fetchAll() {
  const agent = new Agent({ keepAlive: true, maxSockets: 6 })
  const one = (path) =>
    new Promise((resolve, reject) => {
      get(built.url + path, { agent }, (response) => {
        response.resume()
        response.on('end', resolve)
      }).on('error', reject)
    })
  await one(paths[0])
  await Promise.all(paths.slice(1).map(one))
  agent.destroy()
  return seconds()
}

const others = Array.from({ length: visitors - 1 }, fetchAll)
const { page } = await built.visit(1)
await page.goto(built.url, { timeout: 300_000 })
await page.locator('header').first().waitFor({ timeout: 300_000 })
const seen = seconds()
await page.locator('#root header').waitFor({ timeout: 300_000 })
const live = seconds()
await page.waitForSelector('.monaco-editor .view-line', { state: 'attached', timeout: 300_000 })
const editor = seconds()
const times = await Promise.all(others)
const s = (n) => `${n.toFixed(1)} s`
console.log(
  `${visitors} first visits through ${megabits} Mbit/s: the browser's page is seen after ${s(seen)}, answers after ${s(live)}, edits after ${s(editor)}`,
)
console.log(`  the others have everything after ${s(quantile(times, 0.5))} (median), ${s(quantile(times, 1))} (last)`)
await built.close()
process.exit(0)
