// Pictures of every view for people to look at: node scripts/shots.mjs [FOLDER] [VIEW,VIEW...] [NAME]. Three sizes, two themes, two languages; NAME takes
// those alone whose name has it ("1440-dark", "ko"). Without a folder they go to docs/screens. Where it is wide, a view that fills one panel is a picture of
// that panel. Written as WebP without loss, of few colours. Prints how large the folder is, and fails over its budget and on any error of the page.
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright'
import { preview } from 'vite'
import { systemChromium } from './browsers.mjs'

const root = join(import.meta.dirname, '..')
const [folder = join(root, 'docs/screens'), only = '', some = ''] = process.argv.slice(2)
const BUDGET = 6 * 1024 * 1024
const COLOURS = 16

const SIZES = [
  [1440, 900],
  [1024, 768],
  [390, 844],
]
/** Without indents, which the editor puts in as it is typed. */
const UNCHECKED = `#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int only_tcp(struct xdp_md *ctx)
{
void *data = (void *)(long)ctx->data;
void *data_end = (void *)(long)ctx->data_end;
struct ethhdr *eth = data;

if ((void *)(eth + 1) > data_end)
return XDP_PASS;
struct iphdr *ip = (void *)(eth + 1);

return ip->protocol == 6 ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
`

/** Panels share a bar of tabs, which lies at the bottom where it is narrow. */
const panel = (page, name) => page.locator(`#tab-${name}`).click()
const within = (page, name) => page.locator(`[data-panel="${name}"]`)
/** The nth of the switches at a panel's top. */
const view = async (page, name, n) => {
  await panel(page, name)
  await within(page, name).locator('[role=group] button').nth(n).click()
}
const fileMenu = async (page, n) => {
  await page.locator('header button[aria-expanded]').first().click()
  await page.locator('header button[aria-expanded="true"] ~ div button').nth(n).click()
}
const close = async (page) => {
  await page.keyboard.press('Escape')
  await page.locator('dialog').waitFor({ state: 'detached' })
}
const code = async (page, text, narrow) => {
  if (narrow) await panel(page, 'code')
  await page.locator('.monaco-editor').first().click()
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.insertText(text)
  await page.waitForTimeout(1200)
}

/** Views that are one panel, or a dialog, where it is wide. */
const PANELS = {
  ...Object.fromEntries(['watch', 'anyway'].map((v) => [v, '[data-panel="run"]'])),
  ...Object.fromEntries(['verify', 'paths', 'log'].map((v) => [v, '[data-panel="verify"]'])),
  ...Object.fromEntries(['maps', 'output', 'world'].map((v) => [v, `[data-panel="${v}"]`])),
  ...Object.fromEntries(['graph', 'passes', 'wasm', 'cpus', 'types'].map((v) => [v, '[data-panel="inside"]'])),
  ...Object.fromEntries(['share', 'help', 'palette', 'examples'].map((v) => [v, 'dialog'])),
}

/** Views that show nothing new where all panels are on the page. */
const NARROW_ONLY = ['code', 'bytecode']

/** In this order, each from where the one before left the page. */
const VIEWS = {
  async run(page) {
    await panel(page, 'run')
    await page.getByRole('option').filter({ hasText: 'XDP_' }).first().click()
    const chosen = page.getByRole('option', { selected: true }).filter({ hasText: 'XDP_DROP' })
    for (let i = 0; i < 60 && (await chosen.count()) === 0; i++) {
      await page.keyboard.press('ArrowDown')
      await page.waitForTimeout(40)
    }
    await page.waitForTimeout(300)
    for (let i = 0; i < 5; i++) await page.keyboard.press('F10')
  },
  async watch(page) {
    await page.keyboard.press('Alt+W')
    const input = page.locator('[aria-describedby="watch-hint"]')
    await input.waitFor()
    for (const text of ['counts[6].packets', 'tcp.destination_port', '*(u8 *)(r8 + 23)']) {
      await input.fill(text)
      await input.press('Enter')
    }
  },
  code: async (page, narrow) => narrow && (await panel(page, 'code')),
  bytecode: async (page, narrow) => narrow && (await panel(page, 'bytecode')),
  verify: (page) => view(page, 'verify', 0),
  async paths(page) {
    await view(page, 'verify', 1)
    await within(page, 'verify').getByRole('option').nth(2).click()
  },
  async log(page) {
    await view(page, 'verify', 2)
    const own = within(page, 'verify').locator('textarea')
    await own.waitFor()
    const sample = within(page, 'verify').locator('textarea ~ *, p button')
    await sample.nth(1).click()
    await sample.nth(0).click()
  },
  maps: (page) => panel(page, 'maps'),
  output: (page) => panel(page, 'output'),
  world: (page) => panel(page, 'world'),
  graph: (page) => view(page, 'inside', 0),
  passes: (page) => view(page, 'inside', 1),
  wasm: (page) => view(page, 'inside', 2),
  async cpus(page) {
    await view(page, 'inside', 3)
    await within(page, 'inside').locator('figure').waitFor({ timeout: 60_000 })
    await page.waitForTimeout(400)
  },
  async types(page) {
    await view(page, 'inside', 4)
    await within(page, 'inside').locator('summary').first().click()
  },
  async share(page) {
    await page.locator('header button').last().click()
    await page.locator('#share-line').waitFor()
  },
  async help(page) {
    await close(page)
    await page.locator('body').press('?')
    await page.locator('dialog').waitFor()
  },
  async palette(page) {
    await close(page)
    await page.keyboard.press('F1')
    await page.locator('dialog').waitFor()
  },
  async examples(page) {
    await close(page)
    await fileMenu(page, 1)
    await page.locator('dialog').waitFor()
  },
  async rejected(page, narrow) {
    await close(page)
    await code(page, UNCHECKED, narrow)
    await view(page, 'verify', 0)
  },
  async anyway(page) {
    await panel(page, 'run')
    await within(page, 'run').locator('p button').first().click()
    await page.getByRole('option').filter({ hasText: 'XDP_' }).first().click()
  },
  async lessons(page) {
    await page.evaluate(() => {
      location.hash = ''
    })
    await fileMenu(page, 0)
    await page.waitForTimeout(800)
  },
  async lesson(page) {
    await page.evaluate(() => {
      location.hash = 'lesson=hello-xdp'
    })
    await page.waitForTimeout(1500)
  },
}

mkdirSync(folder, { recursive: true })
const wanted = only === '' ? Object.keys(VIEWS) : only.split(',')
const executablePath = process.env['PW_CHROMIUM'] ?? (existsSync(chromium.executablePath()) ? undefined : systemChromium())
const server = await preview({ root, logLevel: 'silent', preview: { host: '127.0.0.1', port: 0 } })
const url = server.resolvedUrls?.local[0]
const browser = await chromium.launch(executablePath ? { executablePath } : {})
/** A blank page packs the pictures. */
const packer = await browser.newPage()
let faults = 0

async function packed(png) {
  const base64 = await packer.evaluate(
    async ({ data, colours }) => {
      const image = new Image()
      image.src = `data:image/png;base64,${data}`
      await image.decode()
      const canvas = document.createElement('canvas')
      canvas.width = image.width
      canvas.height = image.height
      const context = canvas.getContext('2d')
      context.drawImage(image, 0, 0)
      const picture = context.getImageData(0, 0, canvas.width, canvas.height)
      const bytes = picture.data
      const key = (i) => (bytes[i] << 16) | (bytes[i + 1] << 8) | bytes[i + 2]
      const counts = new Map()
      for (let i = 0; i < bytes.length; i += 4) counts.set(key(i), (counts.get(key(i)) ?? 0) + 1)
      // The most frequent colours that differ by something stay; every other one goes to the nearest of them.
      const distance = (a, b) => ((a >> 16) - (b >> 16)) ** 2 + (((a >> 8) & 255) - ((b >> 8) & 255)) ** 2 + ((a & 255) - (b & 255)) ** 2
      const kept = []
      for (const [colour] of [...counts].sort((a, b) => b[1] - a[1])) {
        if (kept.every((k) => distance(k, colour) > 120)) kept.push(colour)
        if (kept.length === colours) break
      }
      const nearest = new Map()
      for (const colour of counts.keys())
        nearest.set(
          colour,
          kept.reduce((best, k) => (distance(k, colour) < distance(best, colour) ? k : best)),
        )
      for (let i = 0; i < bytes.length; i += 4) {
        const colour = nearest.get(key(i))
        bytes[i] = colour >> 16
        bytes[i + 1] = (colour >> 8) & 255
        bytes[i + 2] = colour & 255
      }
      context.putImageData(picture, 0, 0)
      return canvas.toDataURL('image/webp', 1).split(',')[1]
    },
    { data: png.toString('base64'), colours: COLOURS },
  )
  return Buffer.from(base64, 'base64')
}

for (const language of ['en', 'ko']) {
  for (const theme of ['light', 'dark']) {
    for (const [width, height] of SIZES) {
      const name = `${width}-${theme}-${language}`
      if (!name.includes(some)) continue
      const context = await browser.newContext({
        viewport: { width, height },
        locale: language === 'ko' ? 'ko-KR' : 'en-US',
        colorScheme: theme,
        reducedMotion: 'reduce',
        serviceWorkers: 'block',
      })
      const page = await context.newPage()
      page.setDefaultTimeout(20_000)
      const complain = (text) => {
        if (/Service Worker/.test(text)) return
        faults++
        console.log(`${name}: ${text}`)
      }
      page.on('console', (m) => m.type() === 'error' && complain(m.text()))
      page.on('pageerror', (e) => complain(e.message))
      await page.goto(url)
      await page.locator('.monaco-editor .view-line').first().waitFor({ state: 'attached', timeout: 60_000 })
      await page.locator('#timeline-slider:not([disabled])').waitFor({ state: 'attached', timeout: 60_000 })
      for (const [viewName, go] of Object.entries(VIEWS)) {
        // All others begin from a run that stands somewhere; `anyway` goes on from `rejected`.
        if (viewName !== 'run' && !wanted.includes(viewName)) continue
        try {
          await go(page, width < 768)
          if (!wanted.includes(viewName) || (width >= 768 && NARROW_ONLY.includes(viewName))) continue
          await page.waitForTimeout(300)
          const part = width >= 768 && PANELS[viewName] ? page.locator(PANELS[viewName]) : page
          writeFileSync(join(folder, `${viewName}-${name}.webp`), await packed(await part.screenshot()))
        } catch (error) {
          complain(`${viewName}: ${error.message.split('\n')[0]}`)
        }
      }
      await context.close()
    }
  }
}
await browser.close()
await server.close()
const files = readdirSync(folder).filter((f) => f.endsWith('.webp'))
const bytes = files.reduce((n, f) => n + statSync(join(folder, f)).size, 0)
console.log(`${files.length} pictures, ${(bytes / 1024 / 1024).toFixed(2)} MB (budget ${BUDGET / 1024 / 1024} MB)`)
process.exit(faults > 0 || bytes > BUDGET ? 1 : 0)
